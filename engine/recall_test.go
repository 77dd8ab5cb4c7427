package engine_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/engine"
)

func TestRecords(t *testing.T) {
	checkAll(t, map[string]tale{
		"prev and last look back to the beginning without a window, whatever the time": {
			"{id: r, event: TEST_A, condition: 'last.state == \"down\" and prev.state == \"up\"'}",
			"0 A state='up'; 5000 A state='down'; 9000 A state='down'; 9001 Z",
			[]string{"+5000 firing r{} count=1", "+9000 resolved r{} count=1"},
		},
		"a streak resolves with the first that breaks it": {
			"{id: r, event: [TEST_A, TEST_B], group_by: [host], aggregates: {bad: {streak: 'event == \"TEST_B\"'}}, condition: bad >= 3}",
			"0 B host='x'; 1 B host='x'; 2 B host='y'; 700 B host='x'; 800 A host='x'; 900 Z",
			[]string{`+700 firing r{host="x"} count=1 bad=3`, `+800 resolved r{host="x"} count=1 bad=0`},
		},
		"in a window they go": {
			"{id: r, event: TEST_A, window: 10s, condition: first.n == 1 and count >= 1}", "0 A n=1; 5 A n=2; 40 Z",
			[]string{"+0 firing r{} count=1", "+10 resolved r{} count=1"},
		},
		"prev in a window": {
			"{id: r, event: TEST_A, window: 10s, condition: 'last.n > 5 and prev.n < 5'}", "0 A n=1; 9 A n=9; 30 A n=9; 60 Z",
			[]string{"+9 firing r{} count=2", "+10 resolved r{} count=1"},
		},
		"an event spends those of a window": {
			"{id: r, event: TEST_A, mode: event, window: 1m, condition: 'last.n > 5 and prev.n > 5'}", "0 A n=9; 1 A n=9; 2 A n=9; 3 A n=9; 60 Z",
			[]string{"+1 event r{} count=2", "+3 event r{} count=2"},
		},
		"an event leaves those that look back": {
			"{id: r, event: TEST_A, mode: event, condition: 'last.n != prev.n and prev.n != nil'}", "0 A n=9; 1 A n=8; 2 A n=9; 3 A n=9; 60 Z",
			[]string{"+1 event r{} count=1", "+2 event r{} count=1"},
		},
		"late ones find their place": {
			"{id: r, event: TEST_A, condition: 'last.n == 3 and prev.n == 2'}", "0 A n=1; 9 A n=3; 14 Z; 5 A n=2; 40 Z",
			[]string{"+14 firing r{} count=0"},
		},
		"derived fields": {
			"{id: r, event: TEST_A, fields: {code: 'capture(msg, \"code=([0-9]+)\")'}, group_by: [code], condition: 'last.code == \"7\"'}",
			"0 A msg='x code=7'; 1 A msg='code=8'; 2 A msg='none'; 60 Z",
			[]string{`+0 firing r{code="7"} count=1`},
		},
	})
}

// A resolve that names other fields than before keeps what is remembered.
func TestRecords_Swap(t *testing.T) {
	rule := func(resolve string) string {
		return "- {id: r, event: TEST_A, window: 1h, condition: 'last.n > 5 and prev.n > 5', resolve: '" + resolve + "'}"
	}
	e := engine.New(mustRules(t, rule("last.n == 0")), engine.Options{})
	out := feed(t, e, "smarty_main", logOf("0 A n=9 m=1; 1 A n=9 m=1; 5 Z"))
	e.Swap(mustRules(t, rule("last.m == 2 and first.n == 9")))
	e = restarted(t, e, mustRules(t, rule("last.m == 2")), engine.Options{})
	out = append(out, feed(t, e, "smarty_main", logOf("6 A n=9 m=1; 7 A n=9 m=2; 60 Z"))...)
	want := []string{"+1 firing r{} count=2", "+7 resolved r{} count=4"}
	if diff := cmp.Diff(want, details(out)); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
}

func TestValues(t *testing.T) {
	checkAll(t, map[string]tale{
		"lists": {
			"{id: r, event: TEST_A, window: 10s, aggregates: {vals: {values: n}, most: {top: n, n: 1}, l: {last: n}, f: {first: n}}, condition: 'count >= 3 and len(vals) == 2 and \"5\" in vals and most[0].count >= 2'}",
			"0 A n=5; 1 A n=7; 2 A n=5; 40 Z",
			[]string{"+2 firing r{} count=3 vals=[5 7] most=[{5 2}] l=5 f=5", "+10 resolved r{} count=2 vals=[5 7] most=[{5 1}] l=5 f=7"},
		},
		"numbers": {
			"{id: r, event: TEST_A, window: 10s, aggregates: {p: {p50: n}, q: {p90: n}, v: {rate: true}}, condition: p >= 2}", "0 A n=1; 0 A n=2; 0 A n=3; 40 Z",
			[]string{"+0 firing r{} count=3 p=2 q=3 v=0.3", "+10 resolved r{} count=0 p=<nil> q=<nil> v=0"},
		},
		"first seen": {
			"{id: r, event: TEST_A, window: 10s, warmup: 0s, aggregates: {fresh: {first_seen: n, memory: 30s}}, condition: fresh >= 1}", "0 A n=1; 15 A n=1; 20 A n=2; 70 A n=1; 100 Z",
			[]string{"+0 firing r{} count=1 fresh=1", "+10 resolved r{} count=0 fresh=0", "+20 firing r{} count=2 fresh=1", "+30 resolved r{} count=0 fresh=0",
				"+70 firing r{} count=1 fresh=1", "+80 resolved r{} count=0 fresh=0"},
		},
	})
}
