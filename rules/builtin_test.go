package rules_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"

	"github.com/smarty-alert/smarty-alert/rules"
)

// The program's own rules mean the same in both languages, and say all of it in each.
func TestBuiltin_SpeaksRussian(t *testing.T) {
	words := map[string]map[string]string{} // of a rule, by file
	read := func(file string) (out []map[string]any) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var doc struct{ Rules []map[string]any }
		if err := yaml.Unmarshal(data, &doc); err != nil {
			t.Fatal(err)
		}
		for _, r := range doc.Rules {
			summary, _ := r["annotations"].(map[string]any)["summary"].(string)
			id := r["id"].(string)
			if words[id] == nil {
				words[id] = map[string]string{}
			}
			words[id][file] = summary
			for _, key := range []string{"name", "description", "annotations"} {
				if r[key] == nil {
					t.Errorf("%s: %s has no %s", file, id, key)
				}
				delete(r, key)
			}
		}
		return doc.Rules
	}
	if diff := cmp.Diff(read("builtin.yaml"), read("builtin.ru.yaml")); diff != "" {
		t.Errorf("they differ in more than words (-en +ru):\n%s", diff)
	}
	values := regexp.MustCompile(`{{.*?}}`)
	russian := rules.Builtin(rules.Options{Language: "ru"})
	for _, r := range rules.Builtin(rules.Options{}).Rules {
		ru := russian.Find(r.ID)
		if ru == nil || !cyrillic(ru.Name) || !cyrillic(ru.Description) || !cyrillic(words[r.ID]["builtin.ru.yaml"]) {
			t.Errorf("%s is not all in Russian: %+v", r.ID, ru)
			continue
		}
		en, other := values.FindAllString(words[r.ID]["builtin.yaml"], -1), values.FindAllString(words[r.ID]["builtin.ru.yaml"], -1)
		if strings.Join(en, " ") != strings.Join(other, " ") {
			t.Errorf("%s: the summaries show %v and %v", r.ID, en, other)
		}
		if r.StateHash() != ru.StateHash() {
			t.Errorf("%s: another language would make its state that of another rule", r.ID)
		}
	}
}

func cyrillic(s string) bool { return strings.ContainsAny(s, "аеиост") }
