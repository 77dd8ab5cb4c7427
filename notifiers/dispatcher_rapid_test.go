package notifiers

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/smarty-alert/smarty-alert/alert"
)

// scene is a random story: alerts that fire, change severity and end.
type scene struct {
	root     *Route
	acts     []act
	silences []alert.Silence
	flapping FlapOptions
}

type act struct {
	at time.Duration
	t  alert.Transition
}

func drawScene(t *rapid.T) scene {
	dur := func(label string, hi int) time.Duration {
		return time.Duration(rapid.IntRange(1, hi).Draw(t, label)) * s
	}
	by := rapid.SampledFrom([][]string{{}, {"rule"}, {"g"}, {"severity"}, {"..."}})
	crit := alert.Matcher{Name: "severity", Op: alert.Equal, Value: "critical"}
	root := &Route{
		Receiver: "noc", GroupBy: by.Draw(t, "by"), GroupWait: dur("wait", 60), GroupInterval: dur("interval", 900), RepeatInterval: 2*m + dur("repeat", 7200),
		Routes: []*Route{{Receiver: "duty", Matchers: alert.Matchers{crit}, GroupBy: by.Draw(t, "by2"), Continue: rapid.Bool().Draw(t, "continue")}},
	}
	if rapid.Bool().Draw(t, "muted") {
		root.Mute = []Calendar{between{13 * h, 14 * h}}
	}
	sc := scene{root: root}
	type life struct {
		began time.Duration
		sev   alert.Severity
	}
	open := map[string]life{}
	at := time.Duration(0)
	for range rapid.IntRange(1, 40).Draw(t, "acts") {
		at += dur("gap", 1200)
		g := rapid.SampledFrom([]string{"a", "b", "c", "event"}).Draw(t, "g")
		if g == "event" {
			sc.acts = append(sc.acts, act{at, tr(g, at, alert.Event, alert.Warning)})
			continue
		}
		sev := rapid.SampledFrom([]alert.Severity{alert.Warning, alert.Critical}).Draw(t, "sev")
		l, firing := open[g]
		switch {
		case !firing:
			open[g] = life{at, sev}
			sc.acts = append(sc.acts, act{at, tr(g, at, alert.Firing, sev)})
		case l.sev != sev:
			open[g] = life{l.began, sev}
			sc.acts = append(sc.acts, act{at, tr(g, l.began, alert.Update, sev)})
		default:
			delete(open, g)
			sc.acts = append(sc.acts, act{at, tr(g, l.began, alert.Resolved, l.sev)})
		}
	}
	for g, l := range open {
		sc.acts = append(sc.acts, act{at + h, tr(g, l.began, alert.Resolved, l.sev)})
	}
	if rapid.Bool().Draw(t, "inhibits") {
		sc.inhibit("c")
	}
	for range rapid.IntRange(0, 2).Draw(t, "silences") {
		g := rapid.SampledFrom([]string{"a", "b", "event"}).Draw(t, "silenced")
		from := start.Add(dur("from", 20000))
		sc.silences = append(sc.silences, alert.Silence{ID: g, Matchers: alert.Matchers{{Name: "g", Op: alert.Equal, Value: g}}, StartsAt: from, EndsAt: from.Add(dur("long", 20000))})
	}
	if rapid.Bool().Draw(t, "flapping") {
		sc.flapping = FlapOptions{Transitions: rapid.IntRange(1, 4).Draw(t, "transitions"), Within: dur("within", 3600)}
	}
	return sc
}

// inhibit makes the alerts of one group those of a rule that keeps the others
// quiet.
func (sc scene) inhibit(by string) {
	for i := range sc.acts {
		if a := &sc.acts[i].t; a.Group.Get("g") == by {
			a.Rule, a.Group, a.Inhibits = "boss", nil, []string{"rule"}
		}
	}
}

func (sc scene) options() Options {
	return Options{Root: sc.root, Silences: sc.silences, Flapping: sc.flapping, Receivers: map[string]ReceiverOptions{"noc": {SendResolved: true}, "duty": {SendResolved: true}}}
}

// play runs the story; between acts restart may replace the dispatcher.
func (sc scene) play(t testing.TB, restart func(i int, x *script)) []alert.Delivery {
	x := newScript(t, sc.options())
	for i, a := range sc.acts {
		x.observe(a.at, a.t)
		if restart != nil {
			restart(i, x)
		}
	}
	x.to(x.now.Sub(start) + 48*h)
	if len(x.d.groups)+len(x.d.in) != 0 {
		t.Errorf("all is over, but groups are left: %v", x.d.Groups())
	}
	return x.sent
}

func TestDispatcher_Rapid_EveryToldFiringGetsItsResolve(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		sc := drawScene(rt)
		known, events := map[string]bool{}, map[string]bool{}
		for _, d := range sc.play(failer{t, rt}, nil) {
			for _, a := range d.Message.Alerts {
				k := d.GroupKey + a.AlertID
				if a.State == alert.Event {
					if known[k] {
						rt.Fatalf("%s: an event told twice", d.GroupKey)
					}
					known[k], events[k] = true, true
				} else if a.Active() {
					known[k] = true
				} else if !known[k] && slices.Contains(d.Message.Flapping, a.Fingerprint) {
					continue // the notice that it flaps, over already
				} else if !known[k] {
					rt.Fatalf("%s: a resolve of an alert nobody told", d.GroupKey)
				} else {
					delete(known, k)
				}
			}
		}
		maps.DeleteFunc(known, func(k string, _ bool) bool { return events[k] })
		if len(known) > 0 {
			rt.Fatalf("told as firing and never as resolved: %v", known)
		}
	})
}

func TestDispatcher_Rapid_NothingIsToldTwiceWithoutCause(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		sc := drawScene(rt)
		type last struct {
			at   time.Time
			what string
		}
		seen := map[string]last{}
		fires := map[string]map[string]bool{} // by group what was told as firing, and not as over
		for _, d := range sc.play(failer{t, rt}, nil) {
			// A group that told of all's end may be gone: its successor waits for
			// group_wait only, even if all it has to say is that something flaps.
			anew := d.Reason == string(First) || d.Reason == string(Flapping) && len(fires[d.GroupKey]) == 0
			if fires[d.GroupKey] == nil {
				fires[d.GroupKey] = map[string]bool{}
			}
			what := ""
			for _, a := range d.Message.Alerts {
				what += fmt.Sprintln(a.AlertID, a.Severity, a.State == alert.Resolved)
				delete(fires[d.GroupKey], a.AlertID)
				if a.State != alert.Resolved && a.State != alert.Event {
					fires[d.GroupKey][a.AlertID] = true
				}
			}
			l, again := seen[d.GroupKey]
			if again && l.what == what && d.Created.Sub(l.at) < sc.root.RepeatInterval {
				rt.Fatalf("%s: the same told twice within %v", d.GroupKey, d.Created.Sub(l.at))
			}
			if again && !anew && d.Created.Sub(l.at) < min(sc.root.GroupInterval, sc.root.RepeatInterval) {
				rt.Fatalf("%s: told %s within the group interval", d.GroupKey, d.Reason)
			}
			seen[d.GroupKey] = last{d.Created, what}
		}
	})
}

func TestDispatcher_Rapid_RestartChangesNothing(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		sc := drawScene(rt)
		want := sc.play(failer{t, rt}, nil)
		cut := rapid.IntRange(0, len(sc.acts)-1).Draw(rt, "cut")
		every := rapid.Bool().Draw(rt, "every")
		stored := map[string]alert.NotifyGroup{}
		got := sc.play(failer{t, rt}, func(i int, x *script) {
			changed, gone := x.d.Changed()
			for _, g := range changed {
				data, _ := json.Marshal(g)
				var back alert.NotifyGroup
				if err := json.Unmarshal(data, &back); err != nil {
					rt.Fatal(err)
				}
				stored[g.Key] = back
			}
			for _, key := range gone {
				delete(stored, key)
			}
			if i != cut && !every {
				return
			}
			var saved []alert.NotifyGroup
			for _, g := range stored {
				saved = append(saved, g)
			}
			d, err := NewDispatcher(sc.options(), saved, x.now)
			if err != nil {
				rt.Fatal(err)
			}
			x.d = d
			x.d.Changed()
		})
		if diff := cmp.Diff(want, got); diff != "" {
			rt.Fatalf("deliveries (-straight +restarted):\n%s", diff)
		}
	})
}

// failer reports through rapid, so that a failure is shrunk.
type failer struct {
	testing.TB
	rt *rapid.T
}

func (f failer) Errorf(format string, args ...any) { f.rt.Errorf(format, args...) }
func (f failer) Fatal(args ...any)                 { f.rt.Fatal(args...) }
