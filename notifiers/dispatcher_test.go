package notifiers

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/alert"
)

var start = time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)

// script drives a Dispatcher in virtual time and writes down what it does.
type script struct {
	t       testing.TB
	d       *Dispatcher
	now     time.Time
	journal []string
	whyNot  []string
	sent    []alert.Delivery
}

func newScript(t testing.TB, o Options) *script {
	t.Helper()
	if o.Receivers == nil {
		o.Receivers = map[string]ReceiverOptions{"noc": {SendResolved: true}, "duty": {SendResolved: true}, "quiet": {}}
	}
	d, err := NewDispatcher(o, nil, start)
	if err != nil {
		t.Fatal(err)
	}
	return &script{t: t, d: d, now: start}
}

// to runs every timer up to and including start+at.
func (s *script) to(at time.Duration) {
	end := start.Add(at)
	for range 100000 {
		next, ok := s.d.Next()
		if !ok || next.After(end) {
			s.now = end
			return
		}
		s.now = later(s.now, next)
		ds, why := s.d.Flush(s.now)
		s.sent = append(s.sent, ds...)
		for _, d := range ds {
			s.journal = append(s.journal, fmt.Sprintf("%v %s %s %s %s", s.now.Sub(start), d.Receiver, d.Message.Status, d.Reason, names(d.Message)))
		}
		for _, w := range why {
			if !w.Sent {
				s.whyNot = append(s.whyNot, fmt.Sprintf("%v %s %s %d", w.At.Sub(start), w.Receiver, w.Reason, len(w.AlertIDs)))
			}
		}
	}
	s.t.Fatal("the timers never come to an end")
}

func names(m alert.Message) string {
	var b []string
	for _, t := range m.Alerts {
		mark := map[alert.State]string{alert.Resolved: "-", alert.Event: "!"}[t.State]
		b = append(b, mark+t.Group.Get("g")+map[alert.Severity]string{alert.Critical: "^"}[t.Severity])
	}
	return strings.Join(b, ",")
}

func (s *script) observe(at time.Duration, ts ...alert.Transition) {
	s.to(at)
	for i := range ts {
		ts[i].At = s.now.Unix()
		ts[i].ID = alert.TransitionID(ts[i].AlertID, ts[i].State, ts[i].At)
	}
	s.d.Observe(ts, s.now)
}

func (s *script) want(lines ...string) {
	s.t.Helper()
	if diff := cmp.Diff(lines, s.journal); diff != "" {
		s.t.Errorf("deliveries (-want +got):\n%s", diff)
	}
}

func tr(g string, began time.Duration, state alert.State, sev alert.Severity) alert.Transition {
	group := alert.NewLabels(alert.Label{Name: "g", Value: g})
	fp := alert.Fingerprint("rule", group)
	at := start.Add(began).Unix()
	return alert.Transition{Rule: "rule", Group: group, State: state, Severity: sev, Fingerprint: fp, AlertID: alert.ID(fp, at), StartsAt: at}
}

func fire(g string, began time.Duration) alert.Transition {
	return tr(g, began, alert.Firing, alert.Warning)
}
func end(g string, began time.Duration) alert.Transition {
	return tr(g, began, alert.Resolved, alert.Warning)
}

func byRule() *Route { return &Route{Receiver: "noc", GroupBy: []string{"rule"}} }

const s, m, h = time.Second, time.Minute, time.Hour

func TestDispatcher_LifeOfAGroup(t *testing.T) {
	x := newScript(t, Options{Root: byRule()})
	x.observe(0, fire("a", 0))
	x.observe(4*s, fire("b", 4*s))
	x.observe(1*m, fire("c", 1*m))
	x.observe(2*m, end("a", 0))
	x.observe(20*m, end("b", 4*s))
	x.observe(9*h, end("c", 1*m))
	x.to(24 * h)
	x.want(
		"10s noc firing first a,b",
		"5m10s noc firing new_alerts b,c,-a",
		"20m10s noc firing resolved c,-b",
		"4h20m10s noc firing repeat c",
		"8h20m10s noc firing repeat c",
		"9h0m10s noc resolved resolved -c",
	)
	if len(x.d.groups) != 0 || len(x.d.in) != 0 {
		t.Errorf("left over: %v", x.d.Groups())
	}
}

func TestDispatcher_ShortLivedIsNotTold(t *testing.T) {
	x := newScript(t, Options{Root: byRule()})
	x.observe(0, fire("a", 0))
	x.observe(9*s, end("a", 0))
	x.to(24 * h)
	x.want()
	if diff := cmp.Diff([]string{"10s noc short_lived 1"}, x.whyNot); diff != "" {
		t.Error(diff)
	}
}

func TestDispatcher_FlappingBetweenMessagesShowsBothIncidents(t *testing.T) {
	x := newScript(t, Options{Root: byRule()})
	x.observe(0, fire("a", 0))
	x.observe(1*m, end("a", 0))
	x.observe(2*m, fire("a", 2*m))
	x.observe(3*m, end("a", 2*m))
	x.observe(4*m, fire("a", 4*m))
	x.observe(10*m, end("a", 4*m))
	x.to(1 * h)
	x.want("10s noc firing first a", "5m10s noc firing new_alerts a,-a", "10m10s noc resolved resolved -a")
}

func TestDispatcher_Severity(t *testing.T) {
	x := newScript(t, Options{Root: byRule()})
	x.observe(0, fire("a", 0))
	x.observe(10*m, tr("a", 0, alert.Update, alert.Critical))
	x.observe(30*m, tr("a", 0, alert.Update, alert.Warning))
	x.observe(30*m+2*s, tr("a", 0, alert.Update, alert.Critical))
	x.to(1 * h)
	x.want("10s noc firing first a", "10m10s noc firing update a^")
	if diff := cmp.Diff([]string{"30m10s noc repeat_interval 1"}, x.whyNot); diff != "" {
		t.Error(diff)
	}
}

func TestDispatcher_EscalationAcrossRoutesTellsBothAndResolvesBoth(t *testing.T) {
	root := byRule()
	root.Routes = []*Route{{Receiver: "duty", Matchers: matchers(t, "severity=critical")}}
	x := newScript(t, Options{Root: root})
	x.observe(0, fire("a", 0))
	x.observe(10*m, tr("a", 0, alert.Update, alert.Critical))
	x.observe(6*h, tr("a", 0, alert.Resolved, alert.Critical))
	x.to(24 * h)
	x.want(
		"10s noc firing first a",
		"10m10s duty firing first a^",
		"10m10s noc firing update a^", // told once, so told how it goes on; no repeats
		"4h10m10s duty firing repeat a^",
		"6h0m10s duty resolved resolved -a^",
		"6h0m10s noc resolved resolved -a^",
	)
}

func TestDispatcher_GroupBySeverityDoesNotTellTwice(t *testing.T) {
	x := newScript(t, Options{Root: &Route{Receiver: "noc", GroupBy: []string{"severity"}}})
	x.observe(0, fire("a", 0))
	x.observe(10*m, tr("a", 0, alert.Update, alert.Critical))
	x.observe(20*m, tr("a", 0, alert.Resolved, alert.Critical))
	x.to(24 * h)
	x.want("10s noc firing first a", "10m10s noc firing update a^", "20m10s noc resolved resolved -a^")
}

func TestDispatcher_EventsAreToldOnceAndNotOftenerThanTheInterval(t *testing.T) {
	x := newScript(t, Options{Root: byRule()})
	for i := range 400 {
		at := time.Duration(i) * s
		x.observe(at, tr(fmt.Sprint(i), at, alert.Event, alert.Warning))
	}
	x.to(24 * h)
	var told, messages int
	for _, d := range x.sent {
		messages++
		told += len(d.Message.Alerts)
		if d.Message.Status != "firing" || d.Reason != "first" {
			t.Errorf("event told as %s %s", d.Message.Status, d.Reason)
		}
	}
	if told != 400 || messages != 3 {
		t.Errorf("%d events in %d messages, want 400 in 3", told, messages)
	}
	if len(x.d.groups) != 0 {
		t.Error("a group of events is left over")
	}
}

func TestDispatcher_SilentAndPending(t *testing.T) {
	x := newScript(t, Options{Root: byRule()})
	silent := fire("a", 0)
	silent.Silent = true
	over := end("b", 0)
	over.Silent = true // the rule was set to test while it fired
	x.observe(0, silent, tr("p", 0, alert.Pending, alert.Warning), fire("b", 0))
	x.observe(1*h, over)
	x.to(24 * h)
	x.want("10s noc firing first b", "1h0m10s noc resolved resolved -b")
}

func TestDispatcher_SendResolvedOff(t *testing.T) {
	x := newScript(t, Options{Root: &Route{Receiver: "quiet"}})
	x.observe(0, fire("a", 0), fire("b", 0))
	x.observe(1*h, end("a", 0))
	x.to(5 * h)
	x.observe(6*h, end("b", 0))
	x.to(24 * h)
	x.want("10s quiet firing first a,b", "4h0m10s quiet firing repeat b")
}

func TestDispatcher_OwnRepeatIntervalWins(t *testing.T) {
	x := newScript(t, Options{Root: byRule()})
	a := fire("a", 0)
	a.RepeatInterval = h
	x.observe(0, a)
	x.to(2*h + 10*s)
	x.want("10s noc firing first a", "1h0m10s noc firing repeat a", "2h0m10s noc firing repeat a")
}

// between contains every day's times from, inclusive, to, exclusive.
type between [2]time.Duration

func (b between) Contains(t time.Time) bool {
	d := t.Sub(t.Truncate(24 * h))
	return d >= b[0] && d < b[1]
}

func TestDispatcher_Mute(t *testing.T) {
	root := byRule()
	root.Mute = []Calendar{between{13 * h, 15 * h}}
	x := newScript(t, Options{Root: root})
	x.observe(0, fire("told", 0))
	x.observe(70*m, fire("still", 70*m), fire("gone", 70*m), tr("event", 70*m, alert.Event, alert.Warning))
	x.observe(80*m, end("gone", 70*m))
	x.observe(90*m, end("told", 0))
	x.to(4 * h)
	x.want(
		"10s noc firing first told",
		"1h30m0s noc resolved resolved -told", // whoever got the firing gets the resolve
		"3h0m0s noc firing first still",       // what still fires is announced
	)
	if diff := cmp.Diff([]string{"1h10m10s noc calendar 3", "1h20m0s noc short_lived 1"}, x.whyNot); diff != "" {
		t.Error(diff)
	}
}

func TestDispatcher_MuteHoldsRepeatsBack(t *testing.T) {
	root := byRule()
	root.Active = []Calendar{between{0, 14 * h}, between{17*h + 30*m, 24 * h}}
	x := newScript(t, Options{Root: root})
	x.observe(0, fire("a", 0))
	x.to(8 * h)
	x.want("10s noc firing first a", "5h30m0s noc firing repeat a")
}

func TestDispatcher_RuleCalendar(t *testing.T) {
	x := newScript(t, Options{Root: byRule(), RuleCalendars: map[string]Calendar{"evening": between{18 * h, 20 * h}}})
	a, b := fire("a", 0), fire("b", 0)
	a.ActiveIn, b.ActiveIn = []string{"evening"}, []string{"unknown"}
	x.observe(0, a, b)
	x.to(7 * h)
	x.want("10s noc firing first b", "4h0m10s noc firing repeat b", "6h0m0s noc firing new_alerts a,b")
}

func TestDispatcher_Reload(t *testing.T) {
	root := byRule()
	root.Routes = []*Route{
		{Name: "crit", Receiver: "duty", Matchers: matchers(t, "g=a"), Continue: true},
		{Name: "gone", Receiver: "quiet", Matchers: matchers(t, "g=a")},
	}
	x := newScript(t, Options{Root: root})
	x.observe(0, fire("a", 0), fire("b", 0))
	x.to(1 * m)
	reload := func(o Options) {
		t.Helper()
		if err := x.d.Reload(o, x.now); err != nil {
			t.Fatal(err)
		}
	}
	// The same routes in another order tell nobody anything.
	swapped := byRule()
	swapped.Routes = []*Route{root.Routes[1], root.Routes[0]}
	swapped.Routes[0].Continue = true
	reload(Options{Root: swapped, Receivers: x.d.o.Receivers})
	x.to(10 * m)
	if len(x.journal) != 3 {
		t.Fatalf("told after a reorder: %v", x.journal)
	}
	// quiet is gone, the crit route has gone too, a new one has come.
	fresh := byRule()
	fresh.Routes = []*Route{{Name: "new", Receiver: "noc", Matchers: matchers(t, "g=b"), GroupBy: []string{"g"}}}
	reload(Options{Root: fresh, Receivers: map[string]ReceiverOptions{"noc": {SendResolved: true}, "duty": {SendResolved: true}}})
	x.observe(20*m, end("a", 0))
	x.to(30 * m)
	x.want(
		"10s duty firing first a", "10s noc firing first b", "10s quiet firing first a",
		"10m10s noc firing new_alerts a,b", // a has come home; b stays where it was told
		"10m10s noc firing first b",
		"20m10s duty resolved resolved -a", // told once, told the end
		"20m10s noc firing resolved b,-a",
	)
	if err := x.d.Reload(Options{Root: &Route{}}, x.now); err == nil || len(x.d.o.Receivers) != 2 {
		t.Error("a faulty configuration changes nothing")
	}
}

// What waited for a receiver that was taken away is given up: when it comes back it is
// told anew, under an id that the outbox does not know.
func TestDispatcher_AReceiverComesBack(t *testing.T) {
	with, without := byRule(), byRule()
	with.Routes = []*Route{{Name: "crit", Receiver: "duty", Matchers: matchers(t, "g=a"), Continue: true}, {Receiver: "noc"}}
	x := newScript(t, Options{Root: with})
	all := x.d.o.Receivers
	x.observe(0, fire("a", 0))
	x.to(m)
	for _, o := range []Options{{Root: without, Receivers: map[string]ReceiverOptions{"noc": {}}}, {Root: with, Receivers: all}} {
		if err := x.d.Reload(o, x.now); err != nil {
			t.Fatal(err)
		}
		x.to(x.now.Sub(start) + 10*m)
	}
	x.restart(Options{Root: with})
	x.observe(h, end("a", 0))
	x.to(2 * h)
	ids := map[string]int{}
	var duty []string
	for i, d := range x.sent {
		if ids[d.ID]++; ids[d.ID] > 1 {
			t.Errorf("id %s is used twice, again for %s", d.ID, x.journal[i])
		}
		if d.Receiver == "duty" {
			duty = append(duty, x.journal[i])
		}
	}
	if diff := cmp.Diff([]string{"10s duty firing first a", "11m10s duty firing first a", "1h0m10s duty resolved resolved -a"}, duty); diff != "" {
		t.Error(diff)
	}
}

func TestDispatcher_ReloadRepeatTakesEffectAtOnce(t *testing.T) {
	x := newScript(t, Options{Root: byRule()})
	x.observe(0, fire("a", 0))
	x.to(90 * m)
	root := byRule()
	root.RepeatInterval = h
	if err := x.d.Reload(Options{Root: root, Receivers: x.d.o.Receivers}, x.now); err != nil {
		t.Fatal(err)
	}
	x.to(91 * m)
	x.want("10s noc firing first a", "1h30m0s noc firing repeat a")
}

func TestDispatcher_Changed(t *testing.T) {
	x := newScript(t, Options{Root: byRule()})
	x.observe(0, fire("a", 0))
	changed, gone := x.d.Changed()
	if len(changed) != 1 || len(changed[0].Alerts) != 1 || len(gone) != 0 {
		t.Errorf("after a firing: %v, %v", changed, gone)
	}
	if changed, gone = x.d.Changed(); len(changed)+len(gone) != 0 {
		t.Errorf("nothing happened: %v, %v", changed, gone)
	}
	x.observe(1*h, end("a", 0))
	x.to(2 * h)
	if changed, gone = x.d.Changed(); len(changed) != 0 || !slices.Equal(gone, []string{`noc/default:{rule="rule"}`}) {
		t.Errorf("after the resolve: %v, %v", changed, gone)
	}
}

func TestDispatcher_DeliveryIDs(t *testing.T) {
	run := func() (ids []string) {
		x := newScript(t, Options{Root: byRule()})
		for i := range 3 { // three incidents, each in a group of its own
			at := time.Duration(i) * 5 * h
			x.observe(at, fire("a", at))
			x.observe(at+270*m, end("a", at))
		}
		x.to(24 * h)
		for _, d := range x.sent {
			ids = append(ids, d.ID)
		}
		return ids
	}
	ids := run()
	if diff := cmp.Diff(ids, run()); diff != "" {
		t.Errorf("ids differ between runs:\n%s", diff)
	}
	sorted := slices.Clone(ids)
	slices.Sort(sorted)
	if len(ids) != 9 || len(slices.Compact(sorted)) != 9 {
		t.Errorf("%d ids, want 9 different ones: %v", len(ids), ids)
	}
}
