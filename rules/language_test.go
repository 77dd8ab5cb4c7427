package rules_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/windowing"
)

// parsed is the rules of a text that has no faults.
func parsed(t *testing.T, text string, o rules.Options) *rules.Set {
	t.Helper()
	set, _, err := rules.Parse("rules.yaml", []byte(text), o)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return set
}

func TestParse_Aggregates(t *testing.T) {
	r := parsed(t, `rules:
- id: all
  event: LOGIN_ERROR
  window: 5m
  aggregates:
    c: {count: true, where: reason == "x", offset: 1m}
    d: {distinct: reason, window: 2d}
    s: {sum: params.n}
    a: {avg: params.n}
    lo: {min: params.n}
    hi: {max: params.n}
    m: {p50: params.n}
    n: {p90: params.n}
    p: {p95: params.n}
    q: {p99: params.n}
    r: {rate: true}
    t: {top: reason}
    t5: {top: reason, n: 5}
    v: {values: reason}
    f: {first: reason}
    l: {last: reason}
    run: {streak: reason == "x"}
    new: {first_seen: '[reason, params.ip]', memory: 30d}
  condition: count >= 5
`, rules.Options{}).Rules[0]
	want := []windowing.Column{{Func: windowing.Count, Window: 300}, {Func: windowing.Count, Window: 300, Offset: 60},
		{Func: windowing.Distinct, Window: 2 * 86400}}
	for _, f := range []windowing.Func{windowing.Sum, windowing.Avg, windowing.Min, windowing.Max, windowing.P50, windowing.P90,
		windowing.P95, windowing.P99, windowing.Rate, windowing.Top, windowing.Top, windowing.Values, windowing.First,
		windowing.Last, windowing.Streak, windowing.FirstSeen} {
		want = append(want, windowing.Column{Func: f, Window: 300})
	}
	want[12].N, want[13].N, want[18].Memory = 3, 5, 30*86400
	if diff := cmp.Diff(want, r.Columns); diff != "" {
		t.Errorf("columns (-want +got):\n%s", diff)
	}
	for i, a := range r.Aggregates {
		if a.Func != r.Columns[i+1].Func {
			t.Errorf("aggregate %s is %v, its column %v", a.Name, a.Func, r.Columns[i+1].Func)
		}
	}
	if r.Warmup != 7*86400 || r.Groups.ForgetAfter != 30*86400 || r.LookBack || r.Mode != rules.StateMode || r.MaxFiring != 100 {
		t.Errorf("warmup %d, forget_after %d, look-back %v, mode %s, max_firing %d", r.Warmup, r.Groups.ForgetAfter, r.LookBack, r.Mode, r.MaxFiring)
	}
}

// What looks back has no window, and makes the rule one of state.
func TestParse_LookBack(t *testing.T) {
	for body, want := range map[string]struct {
		mode     rules.Mode
		lookBack bool
	}{
		"aggregates: {run: {streak: 'reason == \"x\"'}}\n  condition: run >= 3":                            {rules.StateMode, true},
		"aggregates: {run: {streak: 'reason == \"x\"', window: 5m}}\n  condition: run >= 3":                {rules.StateMode, false},
		"aggregates: {l: {last: reason}}\n  condition: l == \"x\"":                                         {rules.StateMode, true},
		"aggregates: {l: {last: reason}}":                                                                  {rules.EventMode, true},
		"condition: last.reason != prev.reason":                                                            {rules.StateMode, true},
		"condition: last.reason != prev.reason\n  mode: event":                                             {rules.EventMode, true},
		"window: 5m\n  condition: last.reason == \"x\" and first.reason == \"y\"":                          {rules.StateMode, false},
		"aggregates: {c: {count: true, window: 5m}}\n  condition: c >= 5\n  resolve: last.reason == \"x\"": {rules.StateMode, true},
		"aggregates: {c: {count: true, window: 5m}}\n  condition: c >= 5":                                  {rules.EventMode, false},
	} {
		r := parsed(t, "rules:\n- id: a\n  event: LOGIN_ERROR\n  "+body+"\n", rules.Options{}).Rules[0]
		if r.Mode != want.mode || r.LookBack != want.lookBack {
			t.Errorf("%s: mode %s, look-back %v, want %v", body, r.Mode, r.LookBack, want)
		}
		if c := r.Columns[len(r.Columns)-1]; strings.Contains(body, "l: {last") && c.Window != windowing.Forever {
			t.Errorf("%s: the window is %d", body, c.Window)
		}
	}
}

func TestParse_RecordedFields(t *testing.T) {
	r := parsed(t, `rules:
- id: a
  event: LOGIN_ERROR
  fields: {kind: lower(reason)}
  window: 5m
  condition: count > 0 and last.reason != first.reason and prev.kind == nil
  resolve: last.reason == "x" and last.ctx["line"] == nil and last.params.a[0].b != nil and last.event != nil
`, rules.Options{}).Rules[0]
	var got []string
	for _, f := range r.Recorded {
		ref := r.Kept[f.Kept]
		name := ref.Path.String()
		if ref.Field != nil {
			name = "field " + ref.Field.Name
		}
		got = append(got, f.Name+" = "+name)
	}
	want := []string{"last.reason = reason", "first.reason = reason", "prev.kind = field kind", "last.ctx.line = ctx.line",
		"last.params.a[0].b = params.a[0].b", "last.event = event"}
	if !slices.Equal(got, want) || len(r.Kept) != 5 {
		t.Errorf("recorded %q, %d kept; want %q", got, len(r.Kept), want)
	}
}

func TestParse_Sequence(t *testing.T) {
	set := parsed(t, `rules:
- id: seq
  sequence:
  - {id: fails, event: login_error, count: 3}
  - {event: LOGIN_SUCCESS, log: smarty_accounts, match: params.x == 1}
  - {event: ACCOUNT_CREATED, absent: true}
  until: {event: ACCOUNT_CREATED, match: account_id == 2}
  within: 3d
  group_by: [params.abonement]
  cooldown: 5m
- id: any
  all_of:
  - {event: LOGIN_ERROR}
  - {match: reason == "x"}
  - {event: LOGIN_SUCCESS}
  within: 10m
  min: 2
  resolve: last.event == "LOGIN_SUCCESS"
- {id: default-min, all_of: [{event: LOGIN_ERROR}, {event: LOGIN_SUCCESS}], within: 1m}
`, rules.Options{})
	r := set.Rules[0]
	if len(r.Sequence) != 3 || r.Sequence[0].ID != "fails" || r.Sequence[0].Count != 3 || r.Sequence[1].Match == nil ||
		r.Sequence[1].Count != 1 || !r.Sequence[2].Absent || r.Until == nil || r.Until.Match == nil || r.Within != 3*86400 {
		t.Errorf("sequence %+v until %+v within %d", r.Sequence, r.Until, r.Within)
	}
	if want := []string{"LOGIN_ERROR", "LOGIN_SUCCESS", "ACCOUNT_CREATED"}; !slices.Equal(r.Events, want) {
		t.Errorf("the rule selects %q, want %q", r.Events, want)
	}
	if r.Mode != rules.EventMode || r.Groups.ForgetAfter != 3*86400 || !r.Sequence[1].Selects("smarty_accounts", "LOGIN_SUCCESS") ||
		r.Sequence[1].Selects("smarty_main", "LOGIN_SUCCESS") || r.Sequence[1].Selects("smarty_accounts", "LOGIN_ERROR") {
		t.Errorf("mode %s, forget_after %d", r.Mode, r.Groups.ForgetAfter)
	}
	r = set.Rules[1]
	if len(r.AllOf) != 3 || r.Min != 2 || r.Mode != rules.StateMode || r.Events != nil || !r.LookBack {
		t.Errorf("all_of %+v min %d mode %s events %q", r.AllOf, r.Min, r.Mode, r.Events)
	}
	if r := set.Rules[2]; r.Min != 2 {
		t.Errorf("min is %d by default, want 2", r.Min)
	}
}

func TestParse_LifeCycleKeys(t *testing.T) {
	set := parsed(t, `rules:
- id: a
  event: LOGIN_ERROR
  window: 5m
  levels: {warning: count >= 5, critical: count >= 20, info: count >= 2}
  max_firing: 7
  warmup: 1h
  inhibits: [b, clock-skew]
  repeat_interval: 1h
  repeat_backoff: {factor: 1.5, max: 24h}
- {id: b, event: LOGIN_ERROR, window: 5m, aggregates: {n: {first_seen: reason, memory: 1d}}, condition: n >= 1, warmup: 0s}
- {id: c, source: alerts, match: state == "firing", group_by: [labels.stream_service], window: 1m, condition: count >= 3}
- {id: d, event: LOGIN_ERROR}
`, rules.Options{})
	r := set.Rules[0]
	var levels []alert.Severity
	for _, l := range r.Levels {
		levels = append(levels, l.Severity)
	}
	if !slices.Equal(levels, []alert.Severity{alert.Critical, alert.Warning, alert.Info}) || r.MaxSeverity() != alert.Critical || r.Condition != nil {
		t.Errorf("levels %v, severity %v", levels, r.MaxSeverity())
	}
	if r.MaxFiring != 7 || r.Warmup != 3600 || !slices.Equal(r.Inhibits, []string{"b", "clock-skew"}) ||
		r.RepeatBackoff != (alert.Backoff{Factor: 1.5, Max: 24 * time.Hour}) {
		t.Errorf("max_firing %d warmup %d inhibits %q backoff %+v", r.MaxFiring, r.Warmup, r.Inhibits, r.RepeatBackoff)
	}
	if r := set.Rules[1]; r.Warmup != 0 {
		t.Errorf("warmup: 0s gives %d", r.Warmup)
	}
	if r := set.Rules[2]; r.Source != rules.AlertRecords || r.GroupBy[0].Name != "labels.stream_service" {
		t.Errorf("source %v group_by %+v", r.Source, r.GroupBy)
	}
	if r := set.Rules[3]; r.MaxFiring != 0 || r.Mode != rules.EventMode {
		t.Errorf("max_firing %d in mode %s", r.MaxFiring, r.Mode)
	}
}

func TestBuiltin(t *testing.T) {
	var ids []string
	for _, r := range rules.Builtin(rules.Options{}).Rules {
		ids = append(ids, r.ID)
		if !r.Builtin || r.Source != rules.HealthRecords || r.Window != 600 {
			t.Errorf("%s: built in %v, source %v, window %d", r.ID, r.Builtin, r.Source, r.Window)
		}
	}
	if want := []string{"group-limit", "rule-quarantined", "clock-skew", "receiver-failing", "outbox-backlog", "dead-letters", "state-disk", "state-broken",
		"source-stalled", "gap", "parse-failures", "engine-lag"}; !slices.Equal(ids, want) {
		t.Errorf("built-in rules %q, want %q", ids, want)
	}
	set := parsed(t, "rules: [{id: a, event: LOGIN_ERROR}]", rules.Options{})
	if n := len(set.WithBuiltin().Rules); len(set.Rules) != 1 || n != 1+len(ids) {
		t.Errorf("%d rules, %d with the built-in ones", len(set.Rules), n)
	}
}
