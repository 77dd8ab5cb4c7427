package lint_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/smarty-alert/smarty-alert/lint"
	"github.com/smarty-alert/smarty-alert/rules"
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
	for name, text := range map[string]string{"a list": users.String(), "rules over alerts": heard.String()} {
		set, _, err := rules.Parse("r.yaml", []byte(text), rules.Options{Keep: true})
		if err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		if faults := lint.Check(set, nil); len(faults) == 0 {
			t.Errorf("%s: nothing is told", name)
		}
		if took := time.Since(begin); took > 5*time.Second {
			t.Errorf("%s: %v", name, took)
		}
	}
}
