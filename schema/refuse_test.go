package schema_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/smarty-alert/smarty-alert/schema"
)

// leftToTheReader are files that no schema can refuse, with what it would have to
// know.
var leftToTheReader = map[string]string{
	"exclamation_tag": "to a schema a value with a tag is a text like any other",
	"inhibits":        "which ids the other rules have",
	"missing_quotes":  "the fields of the event",
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
