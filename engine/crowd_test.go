package engine_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/engine"
)

func TestMaxFiring(t *testing.T) {
	const rule = "{id: r, event: TEST_A, group_by: [host], window: 10s, condition: count >= 1, max_firing: 2}"
	checkAll(t, map[string]tale{
		"within a second by labels; the overflow alert follows": {
			rule, "0 A host='d'; 0 A host='c'; 0 A host='b'; 0 A host='a'; 40 Z",
			[]string{`+0 firing r{host="a"} count=1`, `+0 firing r{host="b"} count=1`, `+0 by max_firing r{host="c"}`, `+0 by max_firing r{host="d"}`,
				`+0 firing r{overflow="true"} overflow=2 groups=[host="c" host="d"]`, `+10 resolved r{host="a"} count=0`, `+10 resolved r{host="b"} count=0`,
				`+10 resolved r{overflow="true"} overflow=0 groups=[]`},
		},
		"the number changes: an update; a place that is free is taken by the next": {
			rule, "0 A host='a'; 1 A host='b'; 2 A host='c'; 3 A host='d'; 10 A host='e'; 40 Z",
			[]string{`+0 firing r{host="a"} count=1`, `+1 firing r{host="b"} count=1`, `+2 by max_firing r{host="c"}`,
				`+2 firing r{overflow="true"} overflow=1 groups=[host="c"]`, `+3 by max_firing r{host="d"}`,
				`+3 update r{overflow="true"} overflow=2 groups=[host="c" host="d"]`, `+10 resolved r{host="a"} count=0`, `+10 firing r{host="e"} count=1`,
				`+11 resolved r{host="b"} count=0`, `+12 update r{overflow="true"} overflow=1 groups=[host="d"]`,
				`+13 resolved r{overflow="true"} overflow=0 groups=[]`, `+20 resolved r{host="e"} count=0`},
		},
		"a resolve that comes later by labels frees nothing yet": {
			rule, "0 A host='y'; 0 A host='z'; 10 A host='a'; 40 Z",
			[]string{`+0 firing r{host="y"} count=1`, `+0 firing r{host="z"} count=1`, `+10 by max_firing r{host="a"}`, `+10 resolved r{host="y"} count=0`,
				`+10 resolved r{host="z"} count=0`, `+10 firing r{overflow="true"} overflow=1 groups=[host="a"]`, `+20 resolved r{overflow="true"} overflow=0 groups=[]`},
		},
		"levels: no updates of folded groups, the highest severity": {
			"{id: r, event: TEST_A, group_by: [host], window: 10s, levels: {info: count >= 1, critical: count >= 2}, max_firing: 1}",
			"0 A host='a'; 1 A host='b'; 2 A host='b'; 40 Z",
			[]string{`+0 firing r{host="a"} info count=1`, `+1 by max_firing r{host="b"}`, `+1 firing r{overflow="true"} critical overflow=1 groups=[host="b"]`,
				`+10 resolved r{host="a"} info count=0`, `+12 resolved r{overflow="true"} critical overflow=0 groups=[]`},
		},
	})
}

func TestMaxFiring_StatsAndSwap(t *testing.T) {
	const rule = "- {id: r, event: TEST_A, group_by: [host], window: 10s, condition: count >= 1, max_firing: 1}\n"
	e := engine.New(mustRules(t, rule), engine.Options{})
	feed(t, e, "smarty_main", logOf("0 A host='a'; 0 A host='b'; 0 A host='c'; 5 Z"))
	if st, _ := e.Stats(); st[0].Fired != 1 || st[0].Folded != 2 {
		t.Errorf("fired %d, folded %d; want 1 and 2", st[0].Fired, st[0].Folded)
	}
	if n := len(e.Firing()); n != 2 {
		t.Errorf("%d alerts fire, want the announced one and the overflow alert", n)
	}
	if out := e.Swap(mustRules(t, rule[:len(rule)-2]+", severity: critical}")); len(out) != 0 {
		t.Errorf("an edit of the severity said %v", details(out))
	}
	want := []string{`+4 resolved r{host="a"} critical count=1 rule_removed`, `+4 resolved r{overflow="true"} critical overflow=0 groups=[] rule_removed`}
	if diff := cmp.Diff(want, details(e.Swap(mustRules(t, "- {id: other, event: TEST_A}")))); diff != "" {
		t.Errorf("removed (-want +got):\n%s", diff)
	}
}
