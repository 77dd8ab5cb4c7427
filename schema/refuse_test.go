package schema_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/smarty-alert/smarty-alert/schema"
)

// leftToTheReader are files that no schema can refuse, with what it would have to
// know. All of them are refused by the reader.
var leftToTheReader = map[string]string{
	"inhibits":       "the ids of the other rules",
	"missing_quotes": "the fields of the event",

	"045-cs-evt":           "the fields of the event",
	"124-missing-quotes":   "the fields of the event",
	"125-unknown-field":    "the fields of the event",
	"126-foreign-field":    "the fields of the event",
	"146-null":             "the fields of the event: a log that nobody described may have a key null",
	"147-none":             "the fields of the event",
	"148-true-text":        "the fields of the event",
	"101-list-unknown":     "the names of lists",
	"102-var-unknown":      "the names of vars, those of the configuration too",
	"123-cuont":            "the names of aggregates, groups and vars",
	"131-cyrillic-count":   "the names of aggregates, groups and vars",
	"161-aggregate-name":   "the names of aggregates, groups and vars",
	"164-template-field":   "the names of group_by",
	"055-re-lookahead":     "regular expressions, in texts of expressions",
	"056-re-unclosed":      "regular expressions, in texts of expressions",
	"086-duplicate-id":     "the ids of the other rules",
	"090-inhibits-unknown": "the ids of the other rules",
	"085-duplicate-key":    "the text: editors mark a key that is there twice, by themselves",
	"089-two-documents":    "the text: each document of a file is a value of its own",
	"168-two-ands":         "the grammar of expressions",
	"110-yaml-exclamation": "the text: editors mark a tag that nobody defined, by themselves",

	"169-level-order":       "what fields mean",
	"170-level-number":      "what fields mean",
	"171-time-of-day":       "what fields mean",
	"172-time-hour":         "what fields mean",
	"173-field-parts":       "what fields mean",
	"177-thousand-k":        "the grammar of expressions",
	"178-contains-function": "the grammar of expressions",
	"179-address":           "the grammar of expressions",
	"180-network":           "the grammar of expressions",
	"183-template-operator": "the grammar of templates",
	"184-template-index":    "the grammar of templates",
	"189-range-in-list":     "the grammar of expressions",
	"190-not-name":          "what operators take",
	"185-template-top":      "what the elements of a list are",
}

func TestRules_RefusesWhatIsWrongInStructure(t *testing.T) {
	s := compiled(t, schema.Rules())
	for _, file := range find(t, 30, "../rules/testdata/bad/*.yaml", "../rules/testdata/misspelt/*.yaml") {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		reason, excused := leftToTheReader[name]
		switch err := accepts(s, read(t, file)); {
		case err == nil && !excused:
			t.Errorf("%s is accepted", file)
		case err != nil && excused:
			t.Errorf("%s is refused: take it from the list (%s)", file, reason)
		}
	}
}

// The same of the configuration and of tests. What is left to the readers there needs
// the file system, the environment, or other parts of the file.
var leftToTheReaders = map[string]string{
	"missing":      "whether the service runs by it: replay and check do without logs and rules",
	"listen_open":  "nothing: the file is read, with a warning",
	"routes_alike": "the names and matchers of the other routes",
	"secret_files": "the files of the secrets",
	"environment":  "what the environment holds",
	"web_open":     "nothing: the file is read, with a warning",
	"web_closed":   "nothing: the file is read",
	"web_plain":    "the file of web.config_file",
	"web_misspelt": "the file of web.config_file",
	"web_none":     "the file of web.config_file",
}

func TestConfigAndTest_RefuseWhatIsWrongInStructure(t *testing.T) {
	for _, of := range []struct {
		schema []byte
		files  []string
	}{
		{schema.Config(), find(t, 25, "../config/testdata/bad/*.yaml")},
		{schema.Test(), find(t, 2, "../ruletest/testdata/bad/*.yaml")},
	} {
		s := compiled(t, of.schema)
		for _, file := range of.files {
			name := strings.TrimSuffix(filepath.Base(file), ".yaml")
			reason, excused := leftToTheReaders[name]
			switch err := accepts(s, read(t, file)); {
			case err == nil && !excused:
				t.Errorf("%s is accepted", file)
			case err != nil && excused:
				t.Errorf("%s is refused: take it from the list (%s)", file, reason)
			}
		}
	}
}
