package notifiers

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/alert"
)

func TestWatch_Reading(t *testing.T) {
	log := func(s SeenLog) SeenReading { return SeenReading{Logs: map[string]SeenLog{"main": s}} }
	stalled := log(SeenLog{Stalled: "the file is gone"})
	gap := func(n int64) SeenReading { return log(SeenLog{Gap: n}) }
	parsed := func(all, bad int64) SeenReading { return log(SeenLog{Records: all, Unparsed: bad}) }
	lag := func(d time.Duration, wait int64) SeenReading { return SeenReading{Behind: d, Wait: wait} }
	for name, tc := range map[string]struct {
		looks []SeenReading // one a minute
		off   string        // a rule that is disabled
		want  []string      // minute, state, rule, count: summary
	}{
		"all is well": {looks: []SeenReading{parsed(1000, 0), lag(30*time.Second, 10), lag(0, 0)}},
		"a stall":     {looks: []SeenReading{stalled, stalled, log(SeenLog{})}, want: []string{"0 firing source-stalled 1: log main cannot be read: the file is gone", "2 resolved source-stalled"}},
		"of a log that is not configured any more": {looks: []SeenReading{stalled, {}}, want: []string{"0 firing source-stalled 1: log main cannot be read: the file is gone", "1 resolved source-stalled"}},
		"disabled": {looks: []SeenReading{stalled}, off: SourceStalled},
		"a gap, and more of it": {looks: []SeenReading{gap(0), gap(100), gap(100), gap(150), gap(150), gap(150), gap(150), gap(150), gap(150)},
			want: []string{"1 firing gap 100: 100 bytes of log main vanished before they could be read: alerts may be missing",
				"3 update gap 150: 150 bytes of log main vanished before they could be read: alerts may be missing", "8 resolved gap"}},
		"the same after a restart": {looks: []SeenReading{gap(100), gap(0), gap(7), gap(7)},
			want: []string{"0 firing gap 100: 100 bytes of log main vanished before they could be read: alerts may be missing",
				"2 update gap 107: 107 bytes of log main vanished before they could be read: alerts may be missing"}},
		"few cannot be read": {looks: []SeenReading{parsed(1000, 19), parsed(2000, 60), parsed(3000, 119)}},
		"a few of a few":     {looks: []SeenReading{parsed(19, 19)}},
		"one in five cannot": {looks: []SeenReading{parsed(0, 0), parsed(100, 20)}, want: []string{"1 firing parse-failures 20: log main: 20 of the last 100 records could not be read; smarty-alert parse shows them"}},
		"what was long ago does not count": {looks: append(repeated(parsed(10000, 0), 12), parsed(10000, 0), parsed(10020, 20)),
			want: []string{"13 firing parse-failures 20: log main: 20 of the last 20 records could not be read; smarty-alert parse shows them"}},
		"it gets better":              {looks: []SeenReading{parsed(100, 50), parsed(400, 50), parsed(501, 50)}, want: []string{"0 firing parse-failures 50: log main: 50 of the last 100 records could not be read; smarty-alert parse shows them", "2 resolved parse-failures"}},
		"nothing is written any more": {looks: repeated(parsed(100, 50), 12), want: []string{"0 firing parse-failures 50: log main: 50 of the last 100 records could not be read; smarty-alert parse shows them", "11 resolved parse-failures"}},
		"behind for a moment":         {looks: []SeenReading{lag(time.Hour, 9), lag(0, 0), lag(time.Hour, 9)}},
		"behind, caught up":           {looks: []SeenReading{lag(time.Hour, 9), lag(h+m, 9), lag(2*h, 9), lag(61*time.Second, 1), lag(m, 1)}, want: []string{"1 firing engine-lag 3660: alerts come 1h 1m late: 9 bytes of logs wait to be read", "4 resolved engine-lag"}},
		"old, but all is read":        {looks: []SeenReading{lag(time.Hour, 0), lag(time.Hour, 0), lag(time.Hour, 0)}},
	} {
		t.Run(name, func(t *testing.T) {
			w := NewWatch(nil)
			var got []string
			for i, seen := range tc.looks {
				seen.GapFor, seen.LagFor = 5*m, m
				for _, tr := range w.LookAtReading(start.Add(time.Duration(i)*m), seen, func(id string, tr *alert.Transition) bool { return id != tc.off }) {
					if tr.ID == "" || tr.Active() && tr.AlertID != alert.ID(tr.Fingerprint, tr.StartsAt) {
						t.Errorf("ids of %+v", tr)
					}
					text := fmt.Sprintf("%d %s %s", i, tr.State, tr.Rule)
					if tr.Active() {
						text += fmt.Sprintf(" %v: %s", tr.Values[0].V, tr.Summary)
					}
					got = append(got, text)
				}
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("told (-want +got):\n%s", diff)
			}
		})
	}
}

func repeated(s SeenReading, n int) []SeenReading {
	var out []SeenReading
	for range n {
		out = append(out, s)
	}
	return out
}

// After a restart what fired goes on: the counters begin at 0, the alert does not.
func TestWatch_ReadingAfterARestart(t *testing.T) {
	always := func(string, *alert.Transition) bool { return true }
	log := func(s SeenLog) SeenReading {
		return SeenReading{Logs: map[string]SeenLog{"main": s}, GapFor: time.Hour}
	}
	first := NewWatch(nil).LookAtReading(start, log(SeenLog{Gap: 100, Records: 40, Unparsed: 40}), always)
	if len(first) != 2 {
		t.Fatalf("%d alerts, want gap and parse-failures", len(first))
	}
	data, err := json.Marshal(first)
	if err != nil {
		t.Fatal(err)
	}
	var stored []alert.Transition
	if err := json.Unmarshal(data, &stored); err != nil {
		t.Fatal(err)
	}
	w := NewWatch(stored)
	var got []string
	for _, step := range []struct {
		after time.Duration
		seen  SeenLog
	}{{5 * m, SeenLog{}}, {6 * m, SeenLog{Gap: 11, Records: 500}}, {16 * m, SeenLog{Gap: 11, Records: 600}}, {67 * m, SeenLog{Gap: 11, Records: 600}}} {
		for _, tr := range w.LookAtReading(start.Add(step.after), log(step.seen), always) {
			got = append(got, fmt.Sprint(step.after, " ", tr.State, " ", tr.Rule, " ", strings.HasPrefix(tr.Summary, "111 bytes")))
		}
	}
	want := []string{"6m0s update gap true", "16m0s resolved parse-failures false", "1h7m0s resolved gap true"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
}
