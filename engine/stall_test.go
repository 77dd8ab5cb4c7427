package engine_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/engine"
)

const silenceRules = `
- {id: silent, log: smarty_main, event: TEST_A, group_by: [host], window: 10s, absence: true, condition: count == 0}
- {id: slow, log: smarty_main, event: TEST_A, group_by: [host], window: 10s, absence: true, condition: count == 0, for: 4s}
- {id: other, log: smarty_other, event: TEST_A, window: 10s, absence: true, condition: count == 0, groups: {expect: all}}
- {id: any, event: TEST_A, window: 10s, absence: true, condition: count == 0}
- {id: counts, log: smarty_main, event: TEST_A, window: 10s, condition: count >= 2}
`

// Nothing is missed while nobody can see it; one window after the source has
// recovered it is again. What fired goes on meanwhile. A restart changes nothing.
func TestStall(t *testing.T) {
	for name, tc := range map[string]struct {
		steps string // "at: what", as drive reads them
		want  []string
	}{
		"silence without a stall": {"0 A a; 30",
			[]string{"+10 firing silent{host=\"a\"} count=0", "+10 firing other{} count=0", "+10 firing any{} count=0", "+14 firing slow{host=\"a\"} count=0"}},
		"stalled before it is missed": {"0 A a; 5; stall; 40; recover; 45; 48 A a; 58; 62",
			[]string{"+10 firing other{} count=0", "+58 firing silent{host=\"a\"} count=0", "+58 firing any{} count=0", "+62 firing slow{host=\"a\"} count=0"}},
		"what was pending begins anew": {"0 A a; 12; stall; 40; recover; 60",
			[]string{"+10 firing silent{host=\"a\"} count=0", "+10 firing other{} count=0", "+10 firing any{} count=0", "+55 firing slow{host=\"a\"} count=0"}},
		"what fires ends after it": {"0 A a; 12; stall; 40; recover; 48 A a; 51; 57",
			[]string{"+10 firing silent{host=\"a\"} count=0", "+10 firing other{} count=0", "+10 firing any{} count=0", "+51 resolved silent{host=\"a\"} count=1", "+51 resolved any{} count=1"}},
		"other rules are judged": {"0 A a; 5; stall; 20 A a; 20 A a; 24; recover; 25",
			[]string{"+10 firing other{} count=0", "+20 firing counts{} count=2"}},
	} {
		for _, restarts := range []bool{false, true} {
			if diff := cmp.Diff(tc.want, drive(t, tc.steps, restarts)); diff != "" {
				t.Errorf("%s, restarts %v: told (-want +got):\n%s", name, restarts, diff)
			}
		}
	}
}

// drive has an engine take records of smarty_main, stalls of it, and ends of all
// sources: "12" makes everything up to +12 final.
func drive(t *testing.T, steps string, restarts bool) (got []string) {
	t.Helper()
	set := mustRules(t, silenceRules)
	o := engine.Options{Live: true, Start: t0, Lateness: 2}
	e := engine.New(set, o)
	src, other := e.Source("smarty_main"), e.Source("smarty_other")
	for _, step := range strings.Split(steps, "; ") {
		at, host, record := strings.Cut(step, " A ")
		sec, _ := strconv.ParseInt(at, 10, 64)
		switch {
		case step == "stall", step == "recover":
			e.Stall(src, step == "stall")
		case record:
			rec := records(t, logOf(fmt.Sprintf("%d A host='%s'", sec, host)))[0]
			rec.Log = "smarty_main"
			e.Step(src, rec)
		default:
			for _, s := range []int{src, other} {
				e.EOF(s, t0+sec+3)
			}
		}
		got = append(got, slices.DeleteFunc(details(e.Advance()), func(s string) bool { return strings.Contains(s, " pending ") })...)
		if restarts {
			e = restarted(t, e, set, o)
		}
	}
	return got
}
