package notifiers

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/alert"
)

// boss is an alert of a rule that keeps those of "rule" quiet.
func boss(group alert.Labels, began time.Duration, state alert.State) alert.Transition {
	fp := alert.Fingerprint("boss", group)
	return alert.Transition{Rule: "boss", Group: group, State: state, Severity: alert.Critical, Fingerprint: fp,
		AlertID: alert.ID(fp, start.Add(began).Unix()), StartsAt: start.Add(began).Unix(), Inhibits: []string{"rule"}}
}

func inhibitScript(t *testing.T) *script {
	return newScript(t, Options{Root: &Route{Receiver: "noc", GroupBy: []string{"rule"}, GroupWait: 10 * s, GroupInterval: m, RepeatInterval: h}})
}

func TestDispatcher_InhibitedIsToldOnceTheOtherIsOver(t *testing.T) {
	x := inhibitScript(t)
	x.observe(0, boss(nil, 0, alert.Firing), tr("a", 0, alert.Firing, alert.Warning), tr("b", 0, alert.Firing, alert.Warning))
	x.observe(5*m, tr("b", 0, alert.Resolved, alert.Warning))
	x.observe(10*m+30*s, boss(nil, 0, alert.Resolved))
	x.to(15 * m)
	x.want("10s noc firing first ^", "10m40s noc resolved resolved -^", "10m40s noc firing first a")
	if diff := cmp.Diff([]string{"10s noc inhibition 2"}, x.whyNot[:1]); diff != "" {
		t.Errorf("held back (-want +got):\n%s", diff)
	}
}

func TestDispatcher_WhatEndsWithTheInhibitorIsNeverTold(t *testing.T) {
	x := inhibitScript(t)
	x.observe(0, boss(nil, 0, alert.Firing), tr("a", 0, alert.Firing, alert.Warning))
	x.observe(10*m+55*s, boss(nil, 0, alert.Resolved))
	x.observe(11*m+2*s, tr("a", 0, alert.Resolved, alert.Warning)) // a minute begins in between
	x.to(15 * m)
	x.want("10s noc firing first ^", "11m5s noc resolved resolved -^")
}

func TestDispatcher_InhibitsWhereCommonLabelsAreEqual(t *testing.T) {
	label := func(name, value string) alert.Label { return alert.Label{Name: name, Value: value} }
	x := inhibitScript(t)
	x.observe(0, boss(alert.NewLabels(label("g", "a"), label("site", "x")), 0, alert.Firing),
		tr("a", 0, alert.Firing, alert.Warning), tr("b", 0, alert.Firing, alert.Warning))
	x.to(m)
	x.want("10s noc firing first a^", "10s noc firing first b")
}

// What was told before goes on being over when it is, but is not repeated.
func TestDispatcher_InhibitorComesLate(t *testing.T) {
	x := inhibitScript(t)
	x.observe(0, tr("a", 0, alert.Firing, alert.Warning))
	x.observe(m, boss(nil, m, alert.Firing))
	x.observe(150*m, tr("a", 0, alert.Resolved, alert.Warning))
	x.to(152 * m)
	x.want("10s noc firing first a", "1m10s noc firing first ^", "1h1m10s noc firing repeat ^", "2h1m10s noc firing repeat ^",
		"2h30m10s noc resolved resolved -a")
}

func TestDispatcher_RepeatsBackOff(t *testing.T) {
	x := inhibitScript(t)
	a := tr("a", 0, alert.Firing, alert.Warning)
	a.RepeatInterval, a.RepeatBackoff = 10*m, alert.Backoff{Factor: 2, Max: 30 * m}
	x.observe(0, a)
	x.to(100 * m)
	b := tr("b", 100*m, alert.Firing, alert.Warning)
	b.RepeatInterval = 24 * h
	x.observe(100*m, b)
	x.to(125 * m)
	x.want("10s noc firing first a", "10m10s noc firing repeat a", "30m10s noc firing repeat a", "1h0m10s noc firing repeat a",
		"1h30m10s noc firing repeat a", "1h40m10s noc firing new_alerts a,b", "1h50m10s noc firing repeat a,b")
}

func TestInhibitRules(t *testing.T) {
	o := Options{Root: &Route{Receiver: "noc", GroupBy: []string{"..."}}, Inhibit: []InhibitRule{{
		Source: matchers(t, "severity=critical"), Target: matchers(t, `severity=~"warning|critical"`), Equal: []string{"g", "nobody.has.it"}}}}
	x := newScript(t, o)
	x.observe(0, tr("a", 0, alert.Firing, alert.Critical), tr("b", 0, alert.Firing, alert.Critical))
	other := fire("a", m)
	other.Rule, other.AlertID, other.Fingerprint = "other", "x1", "f1"
	x.observe(1*m, other, fire("c", m))
	x.observe(20*m, tr("a", 0, alert.Resolved, alert.Critical))
	x.to(h)
	x.want(
		"10s noc firing first a^", "10s noc firing first b^",
		"1m10s noc firing first c", // another g
		"20m10s noc firing first a", "20m10s noc resolved resolved -a^",
	)
}
