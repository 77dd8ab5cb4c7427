package engine_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/engine"
	"github.com/smarty-alert/smarty-alert/rules"
)

func TestRulesOverAlerts(t *testing.T) {
	for name, tc := range map[string]struct {
		rules, log string
		want       []string
	}{
		"in the second in which it happens, whatever the order in the file": {
			"- {id: up, source: alerts, match: 'rule == \"low\" and state == \"firing\"', window: 1m, condition: count >= 2}\n" +
				"- {id: low, event: TEST_A, group_by: [host], window: 10s, condition: count >= 1}\n",
			"0 A host='a'; 5 A host='b'; 100 Z",
			[]string{`+0 firing low{host="a"} count=1`, `+5 firing low{host="b"} count=1`, "+5 firing up{} count=2", `+10 resolved low{host="a"} count=0`,
				`+15 resolved low{host="b"} count=0`, "+60 resolved up{} count=1"},
		},
		"labels, values, severity": {
			"- {id: low, event: TEST_A, group_by: [host, params.zone], mode: event, severity: critical, aggregates: {n: {max: n, window: 5s}}}\n" +
				"- {id: up, source: alerts, match: 'state == \"event\" and severity == \"critical\" and values.n >= 3', group_by: [labels.host], mode: event, window: 1m, aggregates: {worst: {max: values.n}}}\n",
			"0 A host='a' params={'zone':1} n=1; 5 A host='a' params={'zone':1} n=4; 100 Z",
			[]string{`+0 event low{host="a", params.zone="1"} critical count=1 n=1`, `+5 event low{host="a", params.zone="1"} critical count=1 n=4`,
				`+5 event up{labels.host="a"} count=1 worst=4`},
		},
		"they do not see each other": {
			"- {id: low, event: TEST_A, mode: event}\n- {id: one, source: alerts, mode: event}\n- {id: two, source: alerts, mode: event}\n",
			"0 A; 100 Z",
			[]string{"+0 event low{} count=1", "+0 event one{} count=1", "+0 event two{} count=1"},
		},
		"neither suppressions nor the overflow alert": {
			"- {id: low, event: TEST_A, group_by: [host], window: 5s, condition: count >= 1, max_firing: 1}\n- {id: up, source: alerts, window: 1m, mode: event}\n",
			"0 A host='a'; 0 A host='b'; 2 Z",
			[]string{`+0 firing low{host="a"} count=1`, `+0 by max_firing low{host="b"}`, `+0 firing low{overflow="true"} overflow=1 groups=[host="b"]`, "+0 event up{} count=1"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, told(t, tc.rules, logOf(tc.log))); diff != "" {
				t.Errorf("told (-want +got):\n%s", diff)
			}
		})
	}
}

// A rule over alerts that keeps failing over them is quarantined in that second.
func TestRulesOverAlerts_Quarantine(t *testing.T) {
	set := mustRules(t, "- {id: low, event: TEST_A, group_by: [host], mode: event}\n"+
		"- {id: up, source: alerts, match: 'labels.host > 5', window: 1m, condition: count >= 1}\n").With(rules.Builtin(rules.Options{}))
	out, _ := run(t, set, engine.Options{QuarantineAfter: 2}, logOf("0 A host='9'; 3 A host='x'; 3 A host='y'; 9 A host='9'; 20 Z"), false)
	want := []string{`+0 event low{host="9"} count=1`, `+0 firing up{} count=1`, `+3 event low{host="x"} count=1`, `+3 event low{host="y"} count=1`,
		`+3 resolved up{} count=1 rule_quarantined`, `+3 firing rule-quarantined{of_rule="up"} count=1`, `+9 event low{host="9"} count=1`}
	if diff := cmp.Diff(want, details(out)); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
}
