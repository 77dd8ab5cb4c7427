package lint_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/smarty-alert/smarty-alert/lint"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// What is looked at does not grow with the square of a list or of a set: each of
// these took a minute once.
func TestCheck_LargeSetsAreBounded(t *testing.T) {
	var list, users, heard strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&list, "account_is_not_active%d, ", i)
	}
	fmt.Fprintf(&users, "lists: {refused: [%s]}\nrules:\n", list.String())
	heard.WriteString("rules:\n")
	for i := range 500 {
		fmt.Fprintf(&users, "- {id: u%d, event: LOGIN_ERROR, match: reason in refused and params.abonement == %d}\n", i, i)
	}
	for i := range 2000 {
		fmt.Fprintf(&heard, "- {id: r%d, event: LOGIN_ERROR, window: %ds, condition: count >= 5}\n", i, i+60)
		fmt.Fprintf(&heard, "- {id: s%d, source: alerts, match: rule startsWith \"q%d\", window: 5m, condition: count >= %d}\n", i, i, i+2)
	}
	untold := map[string]int{"a list": 0, "rules over alerts": 1}
	for name, text := range map[string]string{"a list": users.String(), "rules over alerts": heard.String()} {
		set, _, err := rules.Parse("r.yaml", []byte(text), rules.Options{Keep: true})
		if err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		faults := lint.Check(set, nil)
		if len(faults) == 0 {
			t.Errorf("%s: nothing is told", name)
		}
		if n := coded(faults, "too-many-pairs"); n != untold[name] {
			t.Errorf("%s: that not all pairs were looked at is said %d times", name, n)
		}
		if took := time.Since(begin); took > 5*time.Second {
			t.Errorf("%s: %v", name, took)
		}
	}
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
