package lint_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/smarty-alert/smarty-alert/internal/growth"
	"github.com/smarty-alert/smarty-alert/lint"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// What is looked at does not grow with the square of a list or of a set:
// each of these took a minute once.
func TestCheck_LargeSetsAreBounded(t *testing.T) {
	for name, c := range map[string]struct {
		size int
		text func(size int) string
		told map[string]int // how often something is said of four times the size
	}{
		"a list of values": {1000, func(n int) string {
			return "lists: {refused: [" + repeat("account_is_not_active%d, ", n) + "]}\nrules:\n" +
				repeat("- {id: u%d, event: LOGIN_ERROR, match: reason in refused and params.abonement == %[1]d}\n", 50)
		}, map[string]int{"unknown-value": 50}},
		"rules over alerts": {500, func(n int) string {
			return "rules:\n" + repeat("- {id: r%d, event: LOGIN_ERROR, window: %[1]dm, condition: count >= 5}\n", n, 1) +
				repeat("- {id: s%d, source: alerts, match: rule startsWith \"q%[1]d\", window: 5m, condition: count >= %[1]d}\n", n, 2)
		}, map[string]int{"too-many-pairs": 1}},
		"rules that are alike": {225, func(n int) string {
			text := "rules:\n"
			for i := range n {
				text += fmt.Sprintf("- {id: r%d, event: LOGIN_ERROR, match: 'reason == \"%d\"', window: 5m, condition: count >= %d}\n", i, i/15, 5+i%15)
			}
			return text
		}, map[string]int{"overlapping-rule": 840}},
		"rules of one window": {1000, func(n int) string {
			return "rules:\n" + repeat("- {id: r%d, event: LOGIN_ERROR, window: 5m, condition: count >= %[1]d}\n", n, 1)
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var faults []strictyaml.Fault
			growth.Linear(t, c.size, func(n int) func() {
				set, _, err := rules.Parse("r.yaml", []byte(c.text(n)), rules.Options{Keep: true})
				if err != nil {
					t.Fatal(err)
				}
				return func() { faults = lint.Check(set, nil) }
			})
			for _, code := range []string{"unknown-value", "too-many-pairs", "overlapping-rule"} {
				if n := coded(faults, code); n != c.told[code] {
					t.Errorf("%s is said %d times, want %d", code, n, c.told[code])
				}
			}
		})
	}
}

// What is hard to prove is left alone: a large expression costs no more than to read it.
func TestCheck_LargeExpressionsAreLeftAlone(t *testing.T) {
	match := "c == 1" + repeat(" and (a%d == 1 or b%[1]d == 2)", 10) + repeat(" and c%d != %[1]d", 200)
	set, _, err := rules.Parse("r.yaml", []byte("rules:\n"+repeat("- {id: r%d, event: NONE_%[1]d, match: '"+match+"'}\n", 50)), rules.Options{Keep: true})
	if err != nil {
		t.Fatal(err)
	}
	work := growth.Of(func() {
		if found := lint.Check(set, nil); len(found) > 0 {
			t.Errorf("found %v", found)
		}
	})
	if each := work.Objects / 50; each > 5000 {
		t.Errorf("%d objects for each rule of 221 comparisons", each)
	}
}

// repeat writes a format with each of n numbers, the first of them 0 unless said.
func repeat(format string, n int, first ...int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i+append(first, 0)[0])
	}
	return b.String()
}

// Where the looks end is where it is said: 100,000 of them, of each rule over
// alerts at every rule.
func TestCheck_SaysWhichRulesItDidNotCompare(t *testing.T) {
	for _, c := range []struct{ hearing, of, line int }{
		{100, 1000, 0}, // just enough
		{101, 1000, 1001},
		{251, 400, 401},
	} {
		var b strings.Builder
		b.WriteString("rules:\n")
		for i := range c.of - c.hearing {
			fmt.Fprintf(&b, "- {id: r%d, event: LOGIN_ERROR, window: %ds, condition: count >= 5}\n", i, i+60)
		}
		for i := range c.hearing {
			fmt.Fprintf(&b, "- {id: s%d, source: alerts, match: rule == \"r%d\", window: 5m, condition: count >= 2}\n", i, i)
		}
		set, _, err := rules.Parse("r.yaml", []byte(b.String()), rules.Options{Keep: true})
		if err != nil {
			t.Fatal(err)
		}
		line := 0
		for _, f := range lint.Check(set, nil) {
			if f.Code == "too-many-pairs" {
				line = f.Line
			}
		}
		if line != c.line {
			t.Errorf("%d rules over the alerts of %d: said in line %d, want %d", c.hearing, c.of, line, c.line)
		}
	}
}

func coded(faults []strictyaml.Fault, code string) (n int) {
	for _, f := range faults {
		if f.Code == code {
			n++
		}
	}
	return n
}
