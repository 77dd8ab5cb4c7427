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

// past is an alert of hours ago: what is read in one go after a start.
func past(g string, from, to time.Duration) []alert.Transition {
	return []alert.Transition{fire(g, from), at(end(g, from), to)}
}

// at gives a transition its second.
func at(t alert.Transition, when time.Duration) alert.Transition {
	t.At = start.Add(when).Unix()
	if t.State == alert.Resolved {
		t.EndsAt = t.At
	}
	t.ID = alert.TransitionID(t.AlertID, t.State, t.At)
	return t
}

// read observes transitions late, at the seconds they have.
func (s *script) read(when time.Duration, ts ...[]alert.Transition) {
	s.to(when)
	for _, list := range ts {
		for _, t := range list {
			if t.At == 0 {
				t.At = t.StartsAt
				t.ID = alert.TransitionID(t.AlertID, t.State, t.At)
			}
			s.d.Observe([]alert.Transition{t}, s.now)
		}
	}
}

func byG() *Route { return &Route{Receiver: "noc", GroupBy: []string{"g"}, GroupWait: 10 * s} }

// What the digest of a script says, in short.
func past1(d alert.Delivery) string {
	dg := d.Message.Digest
	if dg == nil {
		return "no digest"
	}
	var rules []string
	for _, r := range dg.Rules {
		rules = append(rules, fmt.Sprint(r.Value, r.Count))
	}
	return fmt.Sprintf("%s %s %d/%d %s-%s %s", d.Receiver, names(d.Message), dg.Resolved, dg.Groups,
		dg.Since.UTC().Format("15:04:05"), dg.Until.UTC().Format("15:04:05"), strings.Join(rules, ","))
}

func TestLate_WhatIsLongOverIsToldInOneDigest(t *testing.T) {
	x := newScript(t, Options{Root: byG()})
	event := at(tr("e", -2*h, alert.Event, alert.Info), -2*h)
	x.read(0, past("a", -3*h, -2*h), past("b", -90*m, -60*m), []alert.Transition{event}, []alert.Transition{fire("on", -100*m)})
	x.to(m)
	x.want("10s noc resolved first !e,-a,-b", "10s noc firing first on")
	if got, want := past1(x.sent[0]), "noc !e,-a,-b 3/3 09:00:00-11:00:00 rule3"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	x.observe(10*m, end("on", -100*m))
	x.to(h)
	if len(x.d.groups)+len(x.d.in) != 0 || len(x.sent) != 3 {
		t.Errorf("%d messages; left over: %v", len(x.sent), x.d.Groups())
	}
}

func TestLate_WhatIsJustOverIsToldByItsGroup(t *testing.T) {
	x := newScript(t, Options{Root: byG()})
	event := at(tr("e", -2*m, alert.Event, alert.Info), -2*m)
	x.read(0, past("a", -3*m, -2*m), []alert.Transition{event})
	x.to(m)
	x.want("10s noc resolved first -a", "10s noc firing first !e")
	if got, want := NewText(x.sent[0], nil).Title, "[WAS FIRING 11:57–11:58] WARNING: rule (g=a)"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	x.to(h)
	if len(x.d.groups) != 0 {
		t.Errorf("left over: %v", x.d.Groups())
	}
}

func TestLate_WhatWouldNotHaveBeenToldIsNot(t *testing.T) {
	root := byG()
	x := newScript(t, Options{Root: root})
	x.read(0, past("brief", -2*h, -2*h+9*s), past("just", -m, -m+9*s)) // as short as the group waits
	x.to(h)
	x.want()
	if diff := cmp.Diff([]string{"10s noc short_lived 1", "10s noc short_lived 1"}, x.whyNot); diff != "" {
		t.Error(diff)
	}
}

// One that was over in the second in which it was due would have been told.
func TestLate_OverExactlyWhenDue(t *testing.T) {
	x := newScript(t, Options{Root: byG()})
	x.read(0, past("a", -2*h, -2*h+10*s), past("b", -m, -m+10*s))
	x.to(h)
	x.want("10s noc resolved first -a", "10s noc resolved first -b")
}

// Digests of a route tell what is over anyway, at their own times and once.
func TestLate_DigestsOfARouteTellItAnyway(t *testing.T) {
	x := newScript(t, Options{Root: &Route{Receiver: "noc", GroupBy: []string{"g"}, GroupWait: 10 * s, Digest: daily(13 * h)}})
	event := at(tr("e", -2*h, alert.Event, alert.Info), -2*h)
	x.read(0, past("a", -3*h, -2*h), past("b", -3*m, -2*m), []alert.Transition{event}, []alert.Transition{fire("on", -100*m)})
	x.to(2 * h)
	x.want("1h0m0s noc resolved first -a", "1h0m0s noc resolved first -b", "1h0m0s noc firing first !e", "1h0m0s noc firing first on")
}

// One that came in time is due when it always was: what was over before is not told,
// what was not is.
func TestLate_CameInTimeAndWasOverWhileDown(t *testing.T) {
	for _, c := range []struct {
		over time.Duration
		want []string
	}{
		{9 * s, nil}, {10 * s, []string{"2m0s noc resolved first -a"}}, {11 * s, []string{"2m0s noc resolved first -a"}}, {30 * s, []string{"2m0s noc resolved first -a"}},
	} {
		x := newScript(t, Options{Root: byG()})
		x.observe(0, fire("a", 0))
		x.now = start.Add(2 * m) // it was down
		x.d.Observe([]alert.Transition{at(end("a", 0), c.over)}, x.now)
		x.to(h)
		if diff := cmp.Diff(c.want, x.journal); diff != "" {
			t.Errorf("over after %v:\n%s", c.over, diff)
		}
	}
}

// Live, a group's interval hides what comes and goes in it, as in Alertmanager.
func TestLate_InTimeNothingChanges(t *testing.T) {
	x := newScript(t, Options{Root: byRule()})
	x.observe(0, fire("a", 0))
	x.observe(m, fire("b", m))
	x.observe(2*m, end("b", m))
	x.to(10 * m)
	x.want("10s noc firing first a")
}

func TestLate_CalendarsAndSilencesAreThoseOfThen(t *testing.T) {
	root := byG()
	root.Mute = []Calendar{between{9 * h, 10 * h}}
	then := alert.Silence{ID: "then", Matchers: alert.Matchers{{Name: "g", Op: alert.Equal, Value: "hushed"}}, StartsAt: start.Add(-2 * h), EndsAt: start.Add(-h)}
	now := alert.Silence{ID: "now", Matchers: alert.Matchers{{Name: "g", Op: alert.Equal, Value: "later"}}, StartsAt: start.Add(-m), EndsAt: start.Add(h)}
	x := newScript(t, Options{Root: root, Silences: []alert.Silence{then, now}})
	x.read(0,
		past("muted", -170*m, -130*m), past("longer", -170*m, -110*m),
		past("hushed", -110*m, -70*m), past("later", -110*m, -70*m),
		[]alert.Transition{at(tr("mutedevent", -150*m, alert.Event, alert.Info), -150*m)})
	x.to(2 * h)
	x.want("10s noc resolved first -longer", "1h0m0s noc resolved first -later")
	if len(x.d.groups)+len(x.d.in) != 0 {
		t.Errorf("left over: %v", x.d.Groups())
	}
}

func TestLate_InhibitionIsThatOfThen(t *testing.T) {
	boss := func(from, to time.Duration) (ts []alert.Transition) {
		for _, t := range past("boss", from, to) {
			t.Rule, t.Inhibits = "boss", []string{"rule"}
			t.Group = nil
			ts = append(ts, t)
		}
		return ts
	}
	x := newScript(t, Options{Root: byG()})
	b := boss(-3*h, -2*h)
	within, beyond, after := past("within", -170*m, -130*m), past("beyond", -170*m, -100*m), past("after", -100*m, -90*m)
	x.read(0, b[:1], within, beyond[:1], b[1:], beyond[1:], after)
	x.to(2 * h)
	x.want("10s noc resolved first -,-beyond,-after")
}

// While reading is behind, nobody knows what still fires: neither is the digest
// told in parts, nor is that said to fire which is over on the next page.
func TestLate_WaitsUntilReadingIsThere(t *testing.T) {
	x := newScript(t, Options{Root: byG()})
	a, b := past("a", -3*h, -150*m), past("b", -2*h, -h)
	for sec := range 30 {
		x.d.Progress(start.Add(-2*h).Unix(), start.Add(time.Duration(sec)*s))
		x.to(time.Duration(sec) * s)
		switch sec {
		case 0:
			x.read(0, a, b[:1])
		case 29:
			x.read(29*s, b[1:])
		}
	}
	x.want()
	x.d.Progress(start.Add(20*s).Unix(), x.now)
	x.to(h)
	x.want("29s noc resolved first -a,-b")
}

// A log that cannot be read on does not hide what is known.
func TestLate_WaitsNotForEver(t *testing.T) {
	x := newScript(t, Options{Root: byG()})
	x.read(0, past("a", -3*h, -150*m), []alert.Transition{fire("on", -2*h)})
	for sec := range 1200 {
		x.d.Progress(start.Add(-2*h).Unix(), start.Add(time.Duration(sec)*s))
		x.to(time.Duration(sec) * s)
	}
	x.want("1m10s noc firing first on", "15m10s noc resolved first -a")
}

// A kill amid catching up: what is stored goes on, and the digest has the same id.
func TestLate_RestartAmidCatchingUp(t *testing.T) {
	play := func(restart bool) []alert.Delivery {
		x := newScript(t, Options{Root: byG()})
		all := [][]alert.Transition{past("a", -3*h, -2*h), past("b", -90*m, -60*m), past("c", -5*m, -4*m), {fire("on", -2*h)}}
		b := all[1]
		x.read(0, all[0], b[:1])
		if restart {
			x.restart(Options{Root: byG()})
		}
		x.read(s, b[1:], all[2], all[3])
		if restart {
			x.restart(Options{Root: byG()})
		}
		x.to(15 * s)
		if restart {
			x.restart(Options{Root: byG()})
		}
		x.to(h)
		return x.sent
	}
	want, got := play(false), play(true)
	if diff := cmp.Diff(want, got); diff != "" || len(want) != 3 {
		t.Errorf("%d messages (-straight +restarted):\n%s", len(want), diff)
	}
}

// restart goes on from what was stored.
func (s *script) restart(o Options) {
	s.t.Helper()
	o.Receivers = map[string]ReceiverOptions{"noc": {SendResolved: true}, "duty": {SendResolved: true}, "quiet": {}}
	data, err := json.Marshal(s.d.Groups())
	if err != nil {
		s.t.Fatal(err)
	}
	var saved []alert.NotifyGroup
	if err := json.Unmarshal(data, &saved); err != nil {
		s.t.Fatal(err)
	}
	d, err := NewDispatcher(o, saved, s.now)
	if err != nil {
		s.t.Fatal(err)
	}
	s.d = d
}

func TestLate_EachReceiverHasItsOwnDigest(t *testing.T) {
	root := byG()
	root.Routes = []*Route{
		{Receiver: "duty", Matchers: alert.Matchers{{Name: "g", Op: alert.Equal, Value: "a"}}, Continue: true},
		{Receiver: "quiet", Matchers: alert.Matchers{{Name: "g", Op: alert.Equal, Value: "b"}}}, // wants no resolves, but hears what fired
	}
	x := newScript(t, Options{Root: root})
	x.read(0, past("a", -3*h, -2*h), past("b", -90*m, -60*m), past("c", -90*m, -50*m))
	x.to(h)
	x.want("10s duty resolved first -a", "10s noc resolved first -c", "10s quiet resolved first -b")
}

func TestLate_OneMessageInAStorm(t *testing.T) {
	o := stormOptions()
	x := newScript(t, o)
	var all [][]alert.Transition
	for i := range 40 {
		all = append(all, past(fmt.Sprintf("edge-%02d", i), -3*h, -2*h))
	}
	x.read(0, all...)
	x.to(h)
	if len(x.sent) != 1 || x.sent[0].Message.Digest.Resolved != 40 || len(x.sent[0].Message.Alerts) != digestTop {
		t.Errorf("%d messages: %v", len(x.sent), x.journal)
	}
}

func TestLate_FlappingOfLongAgoIsNoNews(t *testing.T) {
	x := newScript(t, Options{Root: byG(), Flapping: FlapOptions{Transitions: 4, Within: h}})
	var all [][]alert.Transition
	for i := range 10 {
		from := -20*h + time.Duration(i)*h
		all = append(all, past("a", from, from+10*m))
	}
	x.read(0, all...)
	x.to(h)
	if len(x.sent) != 1 || x.sent[0].Message.Digest == nil || x.sent[0].Message.Digest.Resolved != 10 {
		t.Errorf("%v", x.journal)
	}
}
