package importer_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/importer"
)

const document = "../docs/import.md"

var block = regexp.MustCompile("(?s)```yaml (map|from|to)\n(.*?)```\n")

// The examples of the document: each rule of another tool becomes what stands
// below it, by the map of the document.
func TestDocument_Examples(t *testing.T) {
	source := string(readFile(t, document))
	var m importer.Map
	translated, pairs := "", 0
	got := block.ReplaceAllStringFunc(source, func(whole string) string {
		parts := block.FindStringSubmatch(whole)
		switch kind, text := parts[1], parts[2]; kind {
		case "map":
			var err error
			if m, _, err = importer.ReadMap("names.yaml", []byte(text)); err != nil {
				t.Fatal(err)
			}
		case "from":
			r := importer.Translate([]importer.File{{Name: "rule.yaml", Data: []byte(text)}}, importer.Options{Map: m})
			checkLoads(t, r)
			if r.Left > 0 || r.Rules == 0 {
				t.Errorf("not all is translated: %v", r.Found)
			}
			translated = string(r.Text)
		case "to":
			pairs++
			return "```yaml to\n" + translated + "```\n"
		}
		return whole
	})
	if pairs < 2 {
		t.Errorf("%d examples", pairs)
	}
	if *update {
		if err := os.WriteFile(document, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		source = got
	}
	if diff := cmp.Diff(source, got); diff != "" {
		t.Errorf("%s (-want +got; -update writes it anew):\n%s", document, diff)
	}
}

// Every type and modifier that the document names is known, and those that it
// says are not are refused.
func TestDocument_Refused(t *testing.T) {
	for _, modifier := range []string{"base64", "base64offset", "wide", "utf16", "windash", "expand", "minute", "hour"} {
		rule := "{title: x, detection: {s: {'a|" + modifier + "': b}, condition: s}}"
		r := importer.Translate([]importer.File{{Name: "rule.yml", Data: []byte(rule)}}, importer.Options{})
		if r.Rules != 0 || r.Left != 1 || !strings.Contains(r.Found[0].Msg, modifier) {
			t.Errorf("%s: %d rules, %v", modifier, r.Rules, r.Found)
		}
	}
}
