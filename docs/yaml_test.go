package docs_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/smarty-alert/smarty-alert/rules"
)

var yamlRow = regexp.MustCompile("(?m)^\\| `(.*)` \\| .* \\| `(.*)` \\|$")

// What the table of slips says is refused is refused, and what it says to write is
// accepted.
func TestReference_SlipsOfYAML(t *testing.T) {
	page, err := os.ReadFile("rules.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(page), "| written | read as | write |")
	rows := yamlRow.FindAllStringSubmatch(table, -1)
	if !found || len(rows) < 5 {
		t.Fatalf("%d rows", len(rows))
	}
	for _, row := range rows {
		if err := loadSlip(row[1]); err == nil {
			t.Errorf("%s is accepted", row[1])
		}
		if err := loadSlip(row[2]); err != nil {
			t.Errorf("%s: %v", row[2], err)
		}
	}
}

// loadSlip loads a rule that holds what is written.
func loadSlip(text string) error {
	rule := "rules:\n- id: example\n"
	switch {
	case strings.HasPrefix(text, "{"):
		rule += "  log: smarty_somewhere\n  window: 5m\n  condition: it > 5\n  aggregates:\n    it: " + text
	case strings.HasPrefix(text, "summary:"):
		rule += "  log: smarty_somewhere\n  annotations:\n    " + text
	case strings.HasPrefix(text, "event:"):
		rule += "  " + text
	default:
		rule += "  log: smarty_somewhere\n  " + text
	}
	_, _, err := rules.Parse("example.yaml", []byte(rule+"\n"), rules.Options{})
	return err
}
