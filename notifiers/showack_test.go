package notifiers

import (
	"testing"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

// An acknowledgement is shown at once where messages are edited, and changes no
// timer: what comes next is told as if nobody had said anything.
func TestAck_IsShownAtOnceWhereMessagesAreEdited(t *testing.T) {
	o := Options{Root: &Route{Receiver: "noc", GroupBy: []string{"rule"}}, Receivers: map[string]ReceiverOptions{"noc": {SendResolved: true, ShowsAcks: true}}}
	x := newScript(t, o)
	x.observe(0, fire("a", 0), fire("b", 0))
	x.to(20 * time.Minute)
	ack := alert.Ack{AlertID: fire("a", 0).AlertID, By: "anna", At: x.now}
	if err := x.d.Ack(ack); err != nil {
		t.Fatal(err)
	}
	x.observe(20*time.Minute+30*s, fire("c", 20*time.Minute+30*s))
	x.to(30 * time.Minute)
	if err := x.d.Unack(ack.AlertID, x.now); err != nil {
		t.Fatal(err)
	}
	x.observe(40*time.Minute, end("a", 0), end("b", 0), end("c", 20*time.Minute+30*s))
	x.to(5 * h)
	x.want(
		"10s noc firing first a,b",
		"20m0s noc firing acknowledged a,b",
		"20m40s noc firing new_alerts a,b,c",
		"30m0s noc firing acknowledged a,b,c",
		"40m10s noc resolved resolved -a,-b,-c",
	)
	if acks := x.sent[1].Message.Acks; len(acks) != 1 || acks[0].By != "anna" || len(x.sent[3].Message.Acks) != 0 {
		t.Errorf("acks %v, then %v", acks, x.sent[3].Message.Acks)
	}
	ids := map[string]bool{}
	for _, d := range x.sent {
		ids[d.ID] = true
	}
	if len(ids) != len(x.sent) {
		t.Error("two deliveries have one id")
	}
}

func TestAck_IsNotShownWhereEachMessageIsNew(t *testing.T) {
	x := newScript(t, Options{Root: &Route{Receiver: "noc"}})
	x.observe(0, fire("a", 0))
	x.to(20 * time.Minute)
	if err := x.d.Ack(alert.Ack{AlertID: fire("a", 0).AlertID, By: "anna", At: x.now}); err != nil {
		t.Fatal(err)
	}
	x.to(time.Hour)
	x.want("10s noc firing first a")
}
