package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/alert"
)

func TestQuietStart_KeepsWhatIsStillOn(t *testing.T) {
	tr := func(id string, state alert.State, at int64) alert.Transition {
		return alert.Transition{AlertID: id, Rule: id, State: state, At: at}
	}
	q := &quietStart{Until: 100}
	q.hold([]alert.Transition{tr("over", alert.Firing, 10), tr("on", alert.Firing, 20), tr("once", alert.Event, 30), tr("over", alert.Resolved, 40)})
	q.hold([]alert.Transition{tr("ends", alert.Firing, 50), tr("on", alert.Update, 60)})
	if len(q.Firing) != 2 || len(q.After) != 0 {
		t.Errorf("held %v and %v of the history, want two that are on", q.Firing, q.After)
	}
	q.hold([]alert.Transition{tr("new", alert.Firing, 100), tr("ends", alert.Resolved, 110), tr("once2", alert.Event, 120)})
	var got []string
	for _, t := range q.firingAtEnd() {
		got = append(got, t.AlertID+" "+t.State.String())
	}
	want := []string{"on update", "new firing", "ends resolved", "once2 event"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("announced (-want +got):\n%s", diff)
	}
}
