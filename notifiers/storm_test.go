package notifiers

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/alert"
)

func stormOptions() Options {
	return Options{Root: &Route{Receiver: "noc", GroupBy: []string{"g"}},
		Receivers: map[string]ReceiverOptions{"noc": {SendResolved: true, RateLimit: RateLimit{Burst: 5, Per: m}}}}
}

// storm fires n groups within a minute and ends them within another, long after.
func storm(x *script, n int) {
	at := func(i int) time.Duration { return (time.Duration(i) * m / time.Duration(n)).Truncate(s) }
	for i := range n {
		sev := alert.Warning
		if i == n/2 {
			sev = alert.Critical
		}
		x.observe(at(i), tr(fmt.Sprintf("edge-%04d", i), at(i), alert.Firing, sev))
	}
	for i := range n {
		x.observe(20*m+at(i), end(fmt.Sprintf("edge-%04d", i), at(i)))
	}
	x.to(3 * h)
}

func TestStorm_TwoThousandGroupsAreFewMessages(t *testing.T) {
	x := newScript(t, stormOptions())
	storm(x, 2000)
	if n := len(x.sent); n == 0 || n > 5 {
		t.Errorf("%d messages, want 5 at most", n)
	}
	firing := 0
	for _, d := range x.sent {
		dg := d.Message.Digest
		if dg == nil {
			t.Errorf("a message of one group left during the storm: %s %s", d.Reason, d.GroupKey)
			continue
		}
		t.Logf("%v %s %s: %d groups, %d firing, %d resolved, %d rules, %d top", d.Created.Sub(start), d.Message.Status, d.Reason, dg.Groups, dg.Firing, dg.Resolved, len(dg.Rules), len(dg.Top))
		if dg.Firing > 0 && (len(dg.Top) == 0 || len(dg.Rules) != 1 || dg.Rules[0].Count != int64(dg.Firing) || len(d.Message.Alerts) == 0) {
			t.Errorf("it does not name its totals and top groups: %+v", dg)
		}
		firing = max(firing, dg.Firing)
	}
	if firing != 2000 {
		t.Errorf("the greatest total is %d, want 2000", firing)
	}
	if top := x.sent[1].Message.Digest.Top[0]; top.Severity != alert.Critical {
		t.Errorf("first of the top: %+v, want the critical one", top)
	}
	last := x.sent[len(x.sent)-1].Message
	if last.Status != "resolved" || last.Digest.Firing != 0 || last.Digest.Resolved != 2000 || last.Digest.Groups != 2000 || len(last.Alerts) == 0 {
		t.Errorf("at the end: %s %+v", last.Status, last.Digest)
	}
	if len(x.d.groups) != 0 {
		t.Errorf("%d groups are left", len(x.d.groups))
	}
}

// A receiver without a limit hears of every group; so does one with a limit while
// there are few.
func TestStorm_FewGroupsAreToldOneByOne(t *testing.T) {
	x := newScript(t, stormOptions())
	for i := range 5 {
		x.observe(0, fire(fmt.Sprint(i), 0))
	}
	x.to(5 * m)
	x.want("10s noc firing first 0", "10s noc firing first 1", "10s noc firing first 2", "10s noc firing first 3", "10s noc firing first 4")
	x.observe(10*m, fire("5", 10*m))
	x.to(11 * m)
	if d := x.sent[len(x.sent)-1]; d.Message.Digest != nil || len(x.sent) != 6 {
		t.Errorf("the sixth, in calm: %+v", d.Message)
	}
}

// Something worse does not wait for the slow pace of a long storm.
func TestStorm_WorseIsToldSoon(t *testing.T) {
	x := newScript(t, stormOptions())
	for i := range 400 { // a group every three seconds, for twenty minutes
		at := time.Duration(i) * 3 * s
		x.observe(at, fire(fmt.Sprint(i), at))
	}
	at := 20*m + 30*s
	x.observe(at, tr("worse", at, alert.Firing, alert.Critical))
	x.to(at + 2*m)
	last := x.sent[len(x.sent)-1]
	if dg := last.Message.Digest; dg == nil || dg.Top[0].Severity != alert.Critical || last.Created.Sub(start) > at+70*s {
		t.Errorf("last message at %v: %+v", last.Created.Sub(start), dg)
	}
}

// Nothing that fires is missing from what people were told, whenever the process
// is replaced by another one that has only what was stored.
func TestStorm_SurvivesRestarts(t *testing.T) {
	straight := newScript(t, stormOptions())
	storm(straight, 120)

	x := newScript(t, stormOptions())
	stored := map[string]alert.NotifyGroup{}
	at := func(i int) time.Duration { return (time.Duration(i) * m / 120).Truncate(s) }
	restart := func() {
		changed, gone := x.d.Changed()
		for _, g := range changed {
			data, _ := json.Marshal(g)
			var back alert.NotifyGroup
			if err := json.Unmarshal(data, &back); err != nil {
				t.Fatal(err)
			}
			stored[g.Key] = back
		}
		for _, key := range gone {
			delete(stored, key)
		}
		var saved []alert.NotifyGroup
		for _, g := range stored {
			saved = append(saved, g)
		}
		var err error
		if x.d, err = NewDispatcher(stormOptions(), saved, x.now); err != nil {
			t.Fatal(err)
		}
		x.d.Changed()
	}
	for i := range 120 {
		sev := alert.Warning
		if i == 60 {
			sev = alert.Critical
		}
		x.observe(at(i), tr(fmt.Sprintf("edge-%04d", i), at(i), alert.Firing, sev))
		restart()
	}
	for i := range 120 {
		x.observe(20*m+at(i), end(fmt.Sprintf("edge-%04d", i), at(i)))
		restart()
	}
	x.to(3 * h)
	if diff := cmp.Diff(straight.sent, x.sent); diff != "" {
		t.Errorf("deliveries (-straight +restarted):\n%s", diff)
	}
}

func TestReload_AnotherOrderOrOtherMatchersTellNothingTwice(t *testing.T) {
	match := func(text string) alert.Matchers { return matchers(t, text) }
	one := &Route{Receiver: "noc", GroupBy: []string{"rule"}, Routes: []*Route{
		{Matchers: match("severity=warning"), Routes: []*Route{{Receiver: "duty", Matchers: match(`g=~"a|b"`), Continue: true}, {Receiver: "quiet", Matchers: match("g=a")}}},
		{Matchers: match("severity=critical"), Routes: []*Route{{Receiver: "quiet", Matchers: match("g=a")}, {Receiver: "duty", Matchers: match(`g=~"a|b"`)}}},
	}}
	other := &Route{Receiver: "noc", GroupBy: []string{"rule"}, Routes: []*Route{
		{Matchers: match("severity=critical"), Routes: []*Route{{Receiver: "duty", Matchers: match(`g=~"a|b"`)}, {Receiver: "quiet", Matchers: match("g=a")}}},
		{Matchers: match("severity=warning"), Routes: []*Route{{Receiver: "quiet", Matchers: match("g=a"), Continue: true}, {Receiver: "duty", Matchers: match(`g=~"a|b"`)}}},
	}}
	edited := &Route{Receiver: "noc", GroupBy: []string{"rule"}, Routes: []*Route{
		{Receiver: "quiet", Matchers: match(`g=~"a"`), Continue: true}, {Receiver: "duty", Matchers: match(`rule=rule`)},
	}}
	x := newScript(t, Options{Root: one})
	x.observe(0, fire("a", 0), tr("b", 0, alert.Firing, alert.Critical))
	x.to(10 * m)
	told := len(x.sent)
	for _, root := range []*Route{other, edited, one} {
		if err := x.d.Reload(Options{Root: root, Receivers: map[string]ReceiverOptions{"noc": {SendResolved: true}, "duty": {SendResolved: true}, "quiet": {}}}, x.now); err != nil {
			t.Fatal(err)
		}
		x.to(x.now.Sub(start) + 30*m)
	}
	if told == 0 || len(x.sent) != told {
		t.Errorf("%d messages, and after the reloads %d:\n%v", told, len(x.sent), x.journal)
	}
	x.observe(2*h, end("a", 0), tr("b", 0, alert.Resolved, alert.Critical))
	x.to(4 * h)
	over := map[string]bool{}
	for _, d := range x.sent[told:] {
		for _, a := range d.Message.Alerts {
			over[d.Receiver+" "+a.Group.Get("g")+" "+a.State.String()] = true
		}
	}
	if diff := cmp.Diff(map[string]bool{"duty a resolved": true, "duty b resolved": true}, over); diff != "" {
		t.Errorf("told of the end (-want +got):\n%s", diff)
	}
}
