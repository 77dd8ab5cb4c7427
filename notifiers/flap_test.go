package notifiers

import (
	"testing"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

func TestFlapping_OneNoticeThenQuietUntilCalm(t *testing.T) {
	root := &Route{Receiver: "noc", GroupBy: []string{"rule"}, GroupWait: -1, GroupInterval: s}
	x := newScript(t, Options{Root: root, Flapping: FlapOptions{Transitions: 4, Within: 30 * m}})
	for at := time.Duration(0); at < 2*h; at += 4 * m { // comes and goes every two minutes
		x.observe(at, fire("a", at))
		x.observe(at+2*m, end("a", at))
	}
	x.observe(2*h, fire("a", 2*h)) // and stays
	x.to(4 * h)
	x.want(
		"0s noc firing first a",
		"2m0s noc resolved resolved -a",
		"4m0s noc firing first a",
		"6m0s noc resolved resolved -a",
		"8m0s noc firing flapping a",         // the fifth within half an hour
		"2h26m0s noc firing new_alerts a,-a", // two are left of the last half hour
	)
	if got := x.sent[4].Message.Flapping; len(got) != 1 || got[0] != fire("a", 0).Fingerprint {
		t.Errorf("flapping: %v", got)
	}
	x.observe(5*h, end("a", 2*h))
	x.to(7 * h)
	if len(x.d.groups) != 0 {
		t.Errorf("groups are left: %v", x.d.Groups())
	}
}

func TestFlapping_OthersOfTheGroupAreTold(t *testing.T) {
	root := &Route{Receiver: "noc", GroupBy: []string{"rule"}, GroupWait: -1, GroupInterval: s}
	x := newScript(t, Options{Root: root, Flapping: FlapOptions{Transitions: 2, Within: h}})
	x.observe(0, fire("a", 0))
	x.observe(1*m, end("a", 0))
	x.observe(2*m, fire("a", 2*m))
	x.observe(3*m, end("a", 2*m))
	x.observe(4*m, fire("b", 4*m))
	x.to(30 * m)
	x.want("0s noc firing first a", "1m0s noc resolved resolved -a", "2m0s noc firing flapping a", "4m0s noc firing new_alerts b")
}

// Who was told of the firing hears of the end, once it is calm.
func TestFlapping_EndIsToldWhenCalm(t *testing.T) {
	root := &Route{Receiver: "noc", GroupBy: []string{"rule"}, GroupWait: -1, GroupInterval: s}
	x := newScript(t, Options{Root: root, Flapping: FlapOptions{Transitions: 2, Within: h}})
	x.observe(0, fire("a", 0))
	x.observe(1*m, end("a", 0))
	x.observe(2*m, fire("a", 2*m))
	x.observe(3*m, end("a", 2*m))
	x.observe(4*m, tr("a", 4*m, alert.Firing, alert.Critical))
	x.observe(5*m, tr("a", 4*m, alert.Resolved, alert.Critical))
	x.to(5 * h)
	x.want("0s noc firing first a", "1m0s noc resolved resolved -a", "2m0s noc firing flapping a", "1h4m0s noc resolved resolved -a")
}

func TestFlapping_IsSaidAgainAfterACalm(t *testing.T) {
	root := &Route{Receiver: "noc", GroupBy: []string{"rule"}, GroupWait: -1, GroupInterval: s}
	x := newScript(t, Options{Root: root, Flapping: FlapOptions{Transitions: 4, Within: 30 * m}})
	x.observe(0, fire("a", 0))
	x.observe(2*m, end("a", 0))
	x.observe(4*m, fire("a", 4*m))
	x.observe(6*m, end("a", 4*m))
	x.observe(8*m, fire("a", 8*m))
	x.observe(34*m+10*s, end("a", 8*m)) // calm for ten seconds: two are left of the last half hour
	x.observe(34*m+20*s, fire("a", 34*m+20*s))
	x.observe(34*m+30*s, end("a", 34*m+20*s))
	x.to(35 * m)
	x.want(
		"0s noc firing first a", "2m0s noc resolved resolved -a", "4m0s noc firing first a", "6m0s noc resolved resolved -a",
		"8m0s noc firing flapping a",
		"34m10s noc resolved resolved -a", "34m20s noc firing first a", "34m30s noc resolved flapping -a",
	)
}
