package notifiers

import (
	"testing"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

// daily is a digest at one time of day, UTC.
type daily time.Duration

func (d daily) Next(after int64) (int64, bool) {
	at := time.Unix(after, 0).UTC().Truncate(24 * h).Add(time.Duration(d))
	if at.Unix() <= after {
		at = at.Add(24 * h)
	}
	return at.Unix(), true
}

func TestDigest_TellsWhatCameAndWentAtItsTimes(t *testing.T) {
	root := &Route{Receiver: "noc", Digest: daily(9 * h)}
	x := newScript(t, Options{Root: root}) // it is noon
	x.observe(0, fire("a", 0))
	x.observe(2*h, fire("b", 2*h))
	x.observe(3*h, end("b", 2*h)) // over before the digest, and told of in it
	x.observe(4*h, tr("e", 4*h, alert.Event, alert.Info))
	x.observe(50*h, end("a", 0))
	x.to(200 * h)
	x.want(
		"21h0m0s noc firing first a,!e,-b",
		"45h0m0s noc firing repeat a",
		"69h0m0s noc resolved resolved -a",
	)
	if len(x.d.groups) > 0 {
		t.Errorf("groups are left: %v", x.d.Groups())
	}
}

func TestDigest_LeavesOutWhatIsSilenced(t *testing.T) {
	root := &Route{Receiver: "noc", Digest: daily(9 * h)}
	x := newScript(t, Options{Root: root})
	x.silence(0, 22*h, "s1", `g=~"a|b"`)
	x.observe(h, fire("a", h), fire("b", h), fire("c", h))
	x.observe(2*h, end("b", h))
	x.to(60 * h)
	x.want("21h0m0s noc firing first c", "45h0m0s noc firing new_alerts a,c")
}

// A program that was down at the time of the digest makes up for it.
func TestDigest_MissedIsMadeUpFor(t *testing.T) {
	o := Options{Root: &Route{Receiver: "noc", Digest: daily(9 * h)}, Receivers: map[string]ReceiverOptions{"noc": {}}}
	x := newScript(t, o)
	x.observe(0, fire("a", 0))
	saved := x.d.Groups()
	x.now = start.Add(30 * h)
	var err error
	if x.d, err = NewDispatcher(o, saved, x.now); err != nil {
		t.Fatal(err)
	}
	x.to(31 * h)
	x.want("30h0m0s noc firing first a")
}
