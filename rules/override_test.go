package rules_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

const overriddenRules = `vars: {limit: 5, kind: unknown_error}
defaults: {severity: info}
rules:
- id: edge-down
  event: LOGIN_ERROR
  match: reason == kind
  window: 5m
  condition: count >= limit
  severity: critical
  labels: {team: noc, site: a}
  annotations: {summary: own, runbook: r}
  groups: {max: 5, forget_after: 1h}
- id: edge-single
  event: LOGIN_ERROR
  match: reason == kind
  cooldown: 1m
`

// settings reads what stands in a configuration.
func settings(t *testing.T, text string) (rules.Options, *strictyaml.Faults) {
	t.Helper()
	faults := &strictyaml.Faults{}
	root, ok := strictyaml.Parse("config.yaml", []byte(text), faults)
	if !ok {
		t.Fatal(faults.Err())
	}
	m := root.Mapping()
	o := rules.Options{Vars: rules.ReadVars(m.Get("vars")), Lists: rules.ReadLists(m.Get("lists")), Overrides: rules.ReadOverrides(m.Get("overrides"), nil)}
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	return o, faults
}

func TestOverrides_Merge(t *testing.T) {
	o, _ := settings(t, `overrides:
  "edge-*": {severity: warning, cooldown: 5m, for: 1m, max_firing: 3, labels: {team: ops}, vars: {limit: 7}}
  edge-down:
    status: test
    repeat_interval: 2h
    repeat_backoff: {factor: 2}
    keep_firing_for: 10m
    warmup: 1h
    active: [office]
    inhibits: [edge-single]
    labels: {room: b}
    annotations: {summary: other}
    vars: {limit: 9}
    groups: {max: 9}
  clock-skew: {status: disabled}
`)
	set := parsed(t, overriddenRules, o)
	r := set.Rules[0]
	if r.Severity != alert.Warning || r.Status != rules.Test || r.RepeatInterval != 2*time.Hour || r.RepeatBackoff.Factor != 2 ||
		r.For != 60 || r.KeepFiringFor != 600 || r.Cooldown != 0 || r.Warmup != 3600 || r.MaxFiring != 3 {
		t.Errorf("edge-down is %+v", r)
	}
	if got := r.Labels.String(); got != `room="b", site="a", team="ops"` {
		t.Errorf("labels %s", got)
	}
	if r.Groups.Max != 9 || r.Groups.ForgetAfter != 3600 || !slices.Equal(r.Inhibits, []string{"edge-single"}) || !slices.Equal(r.ActiveIn, []string{"office"}) {
		t.Errorf("groups %+v inhibits %q active %q", r.Groups, r.Inhibits, r.ActiveIn)
	}
	for i, want := range []string{"r", "other"} {
		if got, err := r.Annotations[i].Render(&rules.TemplateData{}); got != want || err != nil {
			t.Errorf("annotation %s is %q, %v, want %q", r.Annotations[i].Name, got, err, want)
		}
	}
	s := rules.NewScratch()
	for count, want := range map[int]bool{8: false, 9: true} {
		if got, err := r.Condition.True(s, rules.VariableMap{"count": count}); got != want || err != nil {
			t.Errorf("count %d: %v, %v", count, got, err)
		}
	}
	if r := set.Rules[1]; r.Cooldown != 300 || r.For != 0 || r.MaxFiring != 0 || r.Severity != alert.Warning {
		t.Errorf("edge-single takes what was meant for the others: %+v", r)
	}
	skew := set.WithBuiltin().Find("clock-skew")
	if skew == nil || skew.Status != rules.Disabled {
		t.Errorf("clock-skew is %+v", skew)
	}
}

// What only the rule shows to be wrong has its place in the configuration.
func TestOverrides_FaultsInTheConfiguration(t *testing.T) {
	for text, want := range map[string]string{
		"overrides: {edge-down: {cooldown: 5m}}":                        `config.yaml:1:25: rule "edge-down": overrides.edge-down.cooldown: it has no meaning in state mode`,
		"overrides: {edge-single: {max_firing: 5}}":                     `config.yaml:1:27: rule "edge-single": overrides.edge-single.max_firing: it has no meaning without a window`,
		"overrides: {edge-down: {inhibits: [edge-singel]}}":             `config.yaml:1:36: rule "edge-down": overrides.edge-down.inhibits: no rule has the id "edge-singel"`,
		"overrides: {edge-down: {annotations: {summary: '{{.Nope}}'}}}": `config.yaml:1:51: rule "edge-down": overrides.edge-down.annotations.summary: unknown name ".Nope"`,
		"overrides: {edge-down: {vars: {limit: x}}}":                    `config.yaml:1:32: overrides.edge-down.vars.limit: "limit" is a number in rules.yaml:1, and a text here`,
		"vars: {kind: 5}": `config.yaml:1:8: vars.kind: "kind" is a text in rules.yaml:1, and a number here`,
	} {
		o, _ := settings(t, text)
		_, _, err := rules.Parse("rules.yaml", []byte(overriddenRules), o)
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v\nwant %s", text, err, want)
		}
	}
	o, _ := settings(t, "overrides: {edge-dwon: {severity: info}, 'core-*': {severity: info}}")
	_, warnings, err := rules.Parse("rules.yaml", []byte(overriddenRules), o)
	if err != nil || len(warnings) != 2 || warnings[0].Hint != `did you mean "edge-down"?` || warnings[1].Col != 42 {
		t.Errorf("patterns of no rule: %v, %+v", err, warnings)
	}
}

func TestVars_OfTheConfigurationWin(t *testing.T) {
	o, _ := settings(t, "vars: {limit: 2, unheard: 3}")
	r := parsed(t, overriddenRules, o).Rules[0]
	if ok, err := r.Condition.True(rules.NewScratch(), rules.VariableMap{"count": 2}); !ok || err != nil {
		t.Errorf("count >= limit of the configuration: %v, %v", ok, err)
	}
	o, _ = settings(t, "vars: {unheard: 3}")
	parsed(t, "rules: [{id: a, event: LOGIN_ERROR, window: 5m, condition: count >= unheard}]", o)
}

// A list of the configuration stands in the place of the files' own, for expressions and
// for groups that are expected; one that a file does not have means nothing there.
func TestLists_OfTheConfigurationStandInTheirPlace(t *testing.T) {
	const text = `lists: {revenue: [check_accounts], other: [a]}
rules:
- id: silent
  event: MANAGEMENT_COMMAND_SUCCESS
  match: command in revenue
  group_by: [command]
  window: 5m
  condition: count == 0
  absence: true
  groups: {expect: revenue}
`
	own := parsed(t, text, rules.Options{}).Rules[0]
	o, _ := settings(t, "lists: {revenue: [our_charging, our_payments], unheard: [x]}")
	r := parsed(t, text, o).Rules[0]
	if len(own.Groups.Expect) != 1 || len(r.Groups.Expect) != 2 {
		t.Errorf("expected groups: %v, and with the configuration's list %v", own.Groups.Expect, r.Groups.Expect)
	}
	if own.StateHash() == r.StateHash() {
		t.Error("another list, and the state of the old one would be taken over")
	}
	for command, want := range map[string]bool{"our_charging": true, "check_accounts": false} {
		if ok, err := r.Match.True(rules.NewScratch(), rules.VariableMap{"command": command}); ok != want || err != nil {
			t.Errorf("%s in revenue: %v, %v", command, ok, err)
		}
	}
}

// An edit that changes what a rule remembers changes the hash, also by way of
// vars and lists; one that does not leaves it alone.
func TestStateHash(t *testing.T) {
	const base = `vars: {limit: 5, other: 1, net: 10.0.0.0/8, shape: "^a"}
lists: {kinds: [a], more: [b]}
rules:
- id: a
  event: LOGIN_ERROR
  match: reason in kinds and cidr(params.ip, net)
  fields: {code: 'capture(reason, shape)'}
  group_by: [code]
  window: 5m
  aggregates: {new: {first_seen: code, memory: 1d}, t: {top: code, n: 4}}
  levels: {warning: count >= limit, critical: count >= 50}
`
	hash := func(text string) string { return parsed(t, text, rules.Options{}).Rules[0].StateHash() }
	for _, edit := range [][2]string{{"limit: 5", "limit: 6"}, {"kinds: [a]", "kinds: [a, c]"}, {"10.0.0.0/8", "10.0.0.0/9"}, {`"^a"`, `"^b"`},
		{"memory: 1d", "memory: 2d"}, {"n: 4", "n: 5"}, {"critical: count >= 50", "critical: count >= 60"},
		{"'capture(reason, shape)'", "lower(reason)"}, {"event: LOGIN_ERROR", "event: [LOGIN_ERROR, LOGIN_SUCCESS]"}} {
		edited := strings.Replace(base, edit[0], edit[1], 1)
		if edited == base || hash(edited) == hash(base) {
			t.Errorf("%s → %s: the state is kept", edit[0], edit[1])
		}
	}
	for _, edit := range [][2]string{{"other: 1", "other: 2"}, {"more: [b]", "more: [c]"}, {"window: 5m\n", "window: 300s\n"},
		{"  window", "  for: 5m\n  warmup: 1h\n  labels: {team: noc}\n  resolve: count == 0\n  window"}} {
		if edited := strings.Replace(base, edit[0], edit[1], 1); edited == base || hash(edited) != hash(base) {
			t.Errorf("%s → %s: the state is lost", edit[0], edit[1])
		}
	}
}
