package examples_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/rules"
)

// texts are what a rule says, by key.
func texts(name, description string, annotations []rules.Annotation) map[string]string {
	out := map[string]string{"name": name, "description": description}
	for _, a := range annotations {
		out[a.Name] = a.Source()
	}
	return out
}

var action = regexp.MustCompile(`{{.*?}}`)

// What people read is there in both languages, shows the same values in both, and
// holds nothing of the other.
func TestPack_SpeaksBothLanguages(t *testing.T) {
	english := loadRules(t)
	russian, _, err := rules.Load([]string{"rules"}, rules.Options{Language: "ru"})
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range english.Rules {
		ru := russian.Rules[i]
		en, other := texts(r.Name, r.Description, r.Annotations), texts(ru.Name, ru.Description, ru.Annotations)
		for _, key := range []string{"name", "description", "summary", "runbook"} {
			if en[key] == "" {
				t.Errorf("%s has no %s", r.ID, key)
			}
		}
		for key, text := range en {
			if !hasCyrillic(other[key]) {
				t.Errorf("%s: %s is not in Russian: %s", r.ID, key, other[key])
			}
			if hasCyrillic(text) {
				t.Errorf("%s: %s is not in English: %s", r.ID, key, text)
			}
			if left := leftover(other[key]); left != "" {
				t.Errorf("%s: English is left in the Russian %s: %q", r.ID, key, left)
			}
			if diff := cmp.Diff(shown(text), shown(other[key])); diff != "" {
				t.Errorf("%s: %s shows other values in Russian (-en +ru):\n%s", r.ID, key, diff)
			}
		}
		if r.StateHash() != ru.StateHash() {
			t.Errorf("%s: another language would make its state that of another rule", r.ID)
		}
	}
}

func hasCyrillic(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) })
}

// shown are the values of a text, and what decides about parts of it, in any order.
func shown(text string) []string {
	found := action.FindAllString(text, -1)
	slices.Sort(found)
	return found
}

var (
	code  = regexp.MustCompile("(?s)`[^`]*`|{{.*?}}")
	latin = regexp.MustCompile(`[A-Za-z]{2,}(?: [a-z]{2,}){2,}`)
)

// leftover finds three English words in a row; two may be a name (`check_*`, Payture).
func leftover(text string) string {
	return latin.FindString(code.ReplaceAllString(text, "`"))
}

// A rule that has no label for routes, or is no part of a file by topic, is lost
// among sixty others.
func TestPack_IsSorted(t *testing.T) {
	for _, r := range loadRules(t).Rules {
		if want := strings.TrimSuffix(filepath.Base(r.File), ".yaml"); r.Labels.Get("area") != want {
			t.Errorf("%s: the label area is %q, want %q", r.ID, r.Labels.Get("area"), want)
		}
	}
}

var packTable = regexp.MustCompile(`(?s)(<!-- pack -->\n).*?(<!-- end -->\n)`)

// The table of docs/rule-pack.md is made of the rules.
func TestPack_TableIsCurrent(t *testing.T) {
	page := filepath.Join("..", "docs", "rule-pack.md")
	data, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	want := packTable.ReplaceAllString(string(data), "${1}"+strings.ReplaceAll(table(loadRules(t)), "$", "$$")+"${2}")
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if diff := cmp.Diff(string(data), want); diff != "" {
		t.Errorf("docs/rule-pack.md is out of date (-is +should be; -update writes it anew):\n%s", diff)
	}
}

// table has a part for each file, and a row for each rule.
func table(set *rules.Set) string {
	var b strings.Builder
	area := ""
	for _, r := range set.Rules {
		if now := r.Labels.Get("area"); now != area {
			area = now
			fmt.Fprintf(&b, "\n### %s\n\n| id | tells | severity | default | needs |\n|---|---|---|---|---|\n", area)
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", r.ID, r.Description, severities(r), map[rules.Status]string{rules.Stable: "on", rules.Test: "test"}[r.Status], needs(r))
	}
	return b.String() + "\n"
}

func severities(r *rules.Rule) string {
	if len(r.Levels) == 0 {
		return r.Severity.String()
	}
	var out []string
	for _, l := range r.Levels {
		out = append(out, l.Severity.String())
	}
	return strings.Join(out, ", ")
}

// needs are the events that a rule looks at, or its logs where it takes all of them.
func needs(r *rules.Rule) string {
	switch {
	case r.Source == rules.AlertRecords:
		return "alerts of `restart_burst`"
	case r.Events == nil:
		return "`" + strings.Join(r.Logs, "`, `") + "`"
	}
	return "`" + strings.Join(r.Events, "`, `") + "`"
}
