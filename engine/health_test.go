package engine_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/engine"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

func TestHealth_GroupsEvicted(t *testing.T) {
	set := mustRules(t, "- {id: r, event: TEST_A, group_by: [host], window: 10m, condition: count >= 9, groups: {max: 2}}").With(rules.Builtin(rules.Options{}))
	for _, broken := range []bool{false, true} {
		out, _ := run(t, set, engine.Options{}, logOf("0 A host='a'; 0 A host='b'; 5 A host='c'; 5 A host='d'; 700 Z"), broken)
		want := []string{`+5 firing group-limit{of_rule="r"} count=2`, `+605 resolved group-limit{of_rule="r"} count=0`}
		if diff := cmp.Diff(want, details(out)); diff != "" {
			t.Errorf("broken %v: told (-want +got):\n%s", broken, diff)
		}
	}
}

func TestHealth_Quarantine(t *testing.T) {
	const yaml = `
- {id: bad, event: TEST_A, match: 'n > 0', window: 1m, condition: count >= 1}
- {id: ok, event: TEST_A, window: 1m, condition: count >= 4}
`
	set := mustRules(t, yaml).With(rules.Builtin(rules.Options{}))
	o := engine.Options{QuarantineAfter: 3}
	log := logOf("0 A n=1; 1 A n='x'; 2 A n='x'; 3 A n=1; 4 A n='x'; 5 A n='x'; 6 A n='x'; 7 A n=1; 20 Z; 90 Z")
	want := []string{"+0 firing bad{} count=1", "+3 firing ok{} count=4", "+6 resolved bad{} count=2 rule_quarantined",
		`+6 firing rule-quarantined{of_rule="bad"} count=1`}
	for _, broken := range []bool{false, true} {
		out, e := run(t, set, o, log, broken)
		got := slices.DeleteFunc(details(out), func(s string) bool { return strings.Contains(s, "resolved ok") })
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("broken %v: told (-want +got):\n%s", broken, diff)
		}
		st, _ := e.Stats()
		if !st[0].Quarantined || st[0].Matched != 2 || st[1].Quarantined {
			t.Errorf("broken %v: stats = %+v", broken, st[:2])
		}
	}
	_, e := run(t, set, o, log, false)
	e.Swap(set)
	e.Step(0, records(t, logOf("100 A n=1"))[0])
	e.Finish(0)
	if got := details(e.Close()); len(got) != 1 || !strings.Contains(got[0], "+100 firing bad{} count=1") {
		t.Errorf("after a reload: %q, want it to work again", got)
	}
}

// What fails over windows counts as well as what fails over records.
func TestHealth_QuarantineOfConditions(t *testing.T) {
	set := mustRules(t, `- {id: bad, event: TEST_A, group_by: [host], window: 1m, condition: 'count >= 1 and host > 5', resolve: count > 100}`).With(rules.Builtin(rules.Options{}))
	out, _ := run(t, set, engine.Options{QuarantineAfter: 2}, logOf("0 A host='9'; 1 A host='x'; 2 A host='y'; 3 A host='9'; 20 Z"), false)
	want := []string{`+0 firing bad{host="9"} count=1`, `+2 resolved bad{host="9"} count=1 rule_quarantined`, `+2 firing rule-quarantined{of_rule="bad"} count=1`}
	if diff := cmp.Diff(want, details(out)); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
}

// Which failures come in a row follows the groups' labels, not where a group lies:
// that changes with a restart.
func TestHealth_FailuresInARowAreInTheOrderOfLabels(t *testing.T) {
	set := mustRules(t, `- {id: odd, event: TEST_A, group_by: [host], window: 1m, condition: 'count >= 1 and last.n > 5'}`)
	log := logOf("0 A host='b' n=9; 10 A host='b' n=9; 10 A host='a' n='x'; 11 A host='a' n='y'; 20 Z")
	for _, broken := range []bool{false, true} {
		_, e := run(t, set, engine.Options{QuarantineAfter: 2}, log, broken)
		st, _ := e.Stats()
		if st[0].Quarantined || st[0].EvalErrors != 2 || !strings.Contains(st[0].FirstError, `text "x"`) {
			t.Errorf("broken %v: stats = %+v", broken, st[0])
		}
	}
}

func TestHealth_ClockSkew(t *testing.T) {
	for name, tc := range map[string]struct {
		live   bool
		future int
		want   []string
	}{
		"five in a row":       {true, 5, []string{`+3 firing clock-skew{source="smarty_main"} count=1`}},
		"four":                {true, 4, nil},
		"in replay it is not": {false, 9, nil},
		"ten":                 {true, 10, []string{`+3 firing clock-skew{source="smarty_main"} count=2`}},
	} {
		t.Run(name, func(t *testing.T) {
			e := engine.New(mustRules(t, "- {id: r, event: TEST_A}").With(rules.Builtin(rules.Options{})), engine.Options{Live: tc.live, Start: t0})
			src := e.Source("smarty_main")
			e.EOF(src, t0+3) // final up to t0+2
			e.Step(src, records(t, logOf("1 Z"))[0])
			rec := records(t, logOf("9000 Z"))[0]
			rec.Flags |= smartylog.Future
			for range tc.future {
				e.Step(src, rec)
			}
			e.EOF(src, t0+60)
			if diff := cmp.Diff(tc.want, details(e.Advance())); diff != "" {
				t.Errorf("told (-want +got):\n%s", diff)
			}
		})
	}
}

// What stands beside an alert about the program is in the language of its summary.
func TestHealth_SpeaksRussian(t *testing.T) {
	set := mustRules(t, "- {id: bad, event: TEST_A, match: 'n > 0', window: 1m, condition: count >= 1}").With(rules.Builtin(rules.Options{Language: "ru"}))
	for language, want := range map[string]string{"ru": "правило bad раз за разом не удаётся вычислить", "en": "rule bad kept failing"} {
		out, _ := run(t, set, engine.Options{QuarantineAfter: 2, Language: language}, logOf("1 A n='x'; 2 A n='x'; 20 Z"), false)
		found := false
		for _, o := range out {
			if a := o.Alert; a != nil && a.Rule == "rule-quarantined" && len(a.Samples) > 0 {
				found = strings.HasPrefix(a.Samples[0].Text, want) && a.Summary == "правило bad неисправно и выключено, пока правила не загрузят заново"
			}
		}
		if !found {
			t.Errorf("%s: no sample %q in %+v", language, want, out)
		}
	}
}
