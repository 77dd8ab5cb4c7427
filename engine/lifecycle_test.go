package engine_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/engine"
)

// at writes one record of an event for each second.
func at(event, rest string, seconds ...int64) string {
	var b strings.Builder
	for _, s := range seconds {
		b.WriteString(line(s, event, rest))
	}
	return b.String()
}

const (
	failed = "STREAM_SERVICE_CHECKING_ERROR"
	fine   = "STREAM_SERVICE_CHECKING_SUCCESS"
)

func TestEngine_LifeOfAnAlert(t *testing.T) {
	for name, tc := range map[string]struct {
		rule, log string
		want      []string
	}{
		"for: fires after it held that long, and not when it broke": {
			"{id: r, event: " + failed + ", window: 10s, condition: count >= 1, for: 15s}",
			at(failed, "", 0, 100, 105, 112, 118) + at(fine, "", 200),
			[]string{"+115 firing r{} count=1", "+128 resolved r{} count=0"},
		},
		"keep_firing_for: a short break does not resolve": {
			"{id: r, event: " + failed + ", window: 10s, condition: count >= 1, keep_firing_for: 20s}",
			at(failed, "", 0, 25, 80) + at(fine, "", 200),
			[]string{"+0 firing r{} count=1", "+55 resolved r{} count=0", "+80 firing r{} count=1", "+110 resolved r{} count=0"},
		},
		"resolve: its own condition, hysteresis": {
			"{id: r, event: " + failed + ", window: 1m, condition: count >= 3, resolve: count <= 1}",
			at(failed, "", 0, 1, 2, 58) + at(fine, "", 300),
			[]string{"+2 firing r{} count=3", "+62 resolved r{} count=1"},
		},
		"an alert does not hang on evidence that is gone": {
			"{id: r, event: " + failed + ", window: 1m, condition: count >= 2, resolve: count > 100}",
			at(failed, "", 0, 1) + at(fine, "", 300),
			[]string{"+1 firing r{} count=2", "+61 resolved r{} count=0"},
		},
		"event mode: single messages with a cooldown, the window spent": {
			"{id: r, event: " + failed + ", mode: event, window: 1m, condition: count >= 2, cooldown: 30s}",
			at(failed, "", 0, 1, 2, 3, 31, 32) + at(fine, "", 300),
			[]string{"+1 event r{} count=2", "+2 suppressed r{} by cooldown", "+31 event r{} count=3", "+32 suppressed r{} by cooldown"},
		},
		"without a window every match is an event": {
			"{id: r, event: " + failed + ", group_by: [stream_service]}",
			at(failed, "stream_service='b'", 5) + at(failed, "stream_service='a'", 5) + at(fine, "", 60),
			[]string{`+5 event r{stream_service="a"} count=1`, `+5 event r{stream_service="b"} count=1`},
		},
		"absence: silence after the first sign of life": {
			"{id: r, event: " + fine + ", window: 1m, condition: count == 0, absence: true}",
			at(fine, "", 10, 40, 200) + at(failed, "", 300),
			[]string{"+100 firing r{} count=0", "+200 resolved r{} count=1", "+260 firing r{} count=0"},
		},
		"absence: an expected group is awaited from the beginning": {
			"{id: r, event: " + fine + ", group_by: [stream_service], window: 1m, condition: count == 0, absence: true, groups: {expect: [a, b]}}",
			at(fine, "stream_service='a'", 0, 50, 100) + at(failed, "", 110),
			[]string{`+60 firing r{stream_service="b"} count=0`},
		},
		"aggregates: sums of decimals are exact, text that is a number counts": {
			"{id: r, event: " + failed + ", window: 1m, aggregates: {s: {sum: seconds(took)}}, match: 'true', condition: s == 0.3}",
			at("OTHER", "took=9", 0) + at(failed, "took='0.1'", 1) + at(failed, "took=0.2", 2) + at(fine, "", 30),
			[]string{"+2 firing r{} count=2"},
		},
		"schedule: judged at its times only": {
			"{id: r, event: " + failed + ", window: 10m, condition: count >= 2, schedule: '*/5 * * * *'}",
			at(failed, "", 10, 20) + at(fine, "", 1000),
			[]string{"+300 firing r{} count=2", "+900 resolved r{} count=0"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			rule := tc.rule
			if strings.Contains(rule, "took") {
				rule = strings.Replace(rule, failed, "CUSTOM_ERROR", 1)
				tc.log = strings.ReplaceAll(tc.log, failed, "CUSTOM_ERROR")
			}
			if diff := cmp.Diff(tc.want, story(replay(t, "- "+rule, tc.log))); diff != "" {
				t.Errorf("story (-want +got):\n%s", diff)
			}
		})
	}
}

// replay runs a log to its end.
func replay(t *testing.T, yaml, log string) []engine.Output {
	t.Helper()
	e := engine.New(mustRules(t, yaml), engine.Options{})
	out := feed(t, e, "smarty_stream_services", log)
	e.Finish(0)
	return append(out, clone(e.Close())...)
}

func TestEngine_GroupLimitDropsTheLeastRecentlyMatched(t *testing.T) {
	e := engine.New(mustRules(t, "- {id: r, event: "+failed+", group_by: [stream_service], window: 10m, condition: count >= 2, groups: {max: 2}}"), engine.Options{})
	out := feed(t, e, "smarty_stream_services", at(failed, "stream_service='a'", 0)+at(failed, "stream_service='b'", 1)+
		at(failed, "stream_service='c'", 2)+at(failed, "stream_service='a'", 3)+at(failed, "stream_service='c'", 4)+at(fine, "", 60))
	want := []string{`+4 firing r{stream_service="c"} count=2`} // a had been forgotten, so its second record was its first
	if diff := cmp.Diff(want, story(out)); diff != "" {
		t.Errorf("story (-want +got):\n%s", diff)
	}
	if st, _ := e.Stats(); st[0].Evicted != 2 {
		t.Errorf("evicted = %d, want 2", st[0].Evicted)
	}
}

func TestEngine_SuspectRecordsRaiseButNeverResolve(t *testing.T) {
	const rule = "- {id: r, event: [" + failed + ", " + fine + "], group_by: [stream_service], window: 10m, aggregates: {good: {count: true, where: 'event == \"" + fine + "\"'}}, condition: count >= 2 and good == 0}"
	honest := at(failed, "stream_service='a'", 0, 1)
	forged := strings.TrimSuffix(line(5, "PORTAL_EVENT", "event_description='x"), "\n") + "\n" + line(400, fine, "stream_service='a'")
	out := story(replay(t, rule, honest+forged))
	want := []string{`+1 firing r{stream_service="a"} count=2`}
	if diff := cmp.Diff(want, out); diff != "" {
		t.Errorf("story (-want +got):\n%s", diff)
	}
}

// A header that a client smuggled in, seven minutes ahead, neither ends the
// silence of others nor makes the honest records after it late.
func TestEngine_SuspectRecordsDoNotMoveTime(t *testing.T) {
	const rule = "- {id: r, event: " + failed + ", window: 1m, condition: count >= 3}"
	forged := strings.TrimSuffix(line(5, "PORTAL_EVENT", "event_description='x"), "\n") + "\n" + line(105, fine, "")
	log := at(failed, "", 0, 1) + forged + at(failed, "", 20) + at(fine, "", 30)
	e := engine.New(mustRules(t, rule), engine.Options{})
	out := feed(t, e, "smarty_stream_services", log)
	e.Finish(0)
	out = append(out, clone(e.Close())...)
	want := []string{"+20 firing r{} count=3"}
	if diff := cmp.Diff(want, story(out)); diff != "" {
		t.Errorf("story (-want +got):\n%s", diff)
	}
	if _, sources := e.Stats(); sources[0].Late != 0 || sources[0].Newest != t0+30 {
		t.Errorf("source = %+v, want nothing late and +30 as the newest", sources[0])
	}
}

// The count of a sequence goes by within, also beside a window for aggregates.
func TestSequence_PlainTextSaysWithin(t *testing.T) {
	set := mustRules(t, `- {id: r, sequence: [{event: TEST_A}, {event: TEST_B}], within: 5m, window: 1h, aggregates: {n: {count: true}}}`)
	out, _ := run(t, set, engine.Options{}, logOf("0 A; 5 B; 20 Z"), false)
	if len(out) != 1 || out[0].Alert.Summary != "count 2, n 2 within 5m" {
		t.Errorf("said %+v", out)
	}
}
