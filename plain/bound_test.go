package plain_test

import (
	"strings"
	"testing"

	"github.com/smarty-alert/smarty-alert/internal/growth"
	"github.com/smarty-alert/smarty-alert/plain"
	"github.com/smarty-alert/smarty-alert/rules"
)

// TestWords_OfLargeExpressionsComeAtOnce: expressions as large as the language allows,
// in every way in which words nest.
func TestWords_OfLargeExpressionsComeAtOnce(t *testing.T) {
	nested := func(n int, before, inner, after string) string {
		return strings.Repeat(before, n) + inner + strings.Repeat(after, n)
	}
	for name, match := range map[string]string{
		"ands":         "a == 1" + strings.Repeat(" and a == 1", 200),
		"brackets":     nested(120, "(b == 1 or (a == 2 and ", "a == 1", "))"),
		"denials":      nested(300, "not (", "a == 1", ")"),
		"functions":    nested(300, "lower(", "a", ")") + ` == "x"`,
		"networks":     nested(200, "cidr(", "a", `, "10.0.0.0/8")`) + " == true",
		"sums":         nested(300, "(1 + ", "a", ")") + " > 1",
		"conditionals": nested(100, "(a == 1 ? b : ", "c", ")") + " == 1",
	} {
		t.Run(name, func(t *testing.T) {
			set, _, err := rules.Parse("x.yaml", []byte("rules:\n- id: x\n  event: [ZED]\n  match: '"+match+"'\n"), rules.Options{})
			if err != nil {
				t.Fatal(err)
			}
			var words string
			work := growth.Of(func() { words = plain.Describe(set.Rules[0]).Watches[0] })
			if work.Bytes > 128<<20 || len(words) > 1<<20 {
				t.Errorf("%d bytes of words cost %+v", len(words), work)
			}
		})
	}
}
