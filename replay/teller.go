package replay

import (
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/engine"
	"github.com/smarty-alert/smarty-alert/notifiers"
)

// Teller hands what the engine said to the dispatcher, and both to Emit, in order
// and in event time.
type Teller struct {
	Dispatcher *notifiers.Dispatcher // nil: nobody is told
	Pending    bool                  // emit pending transitions as well
	Emit       func(Event) error     // an error ends the call that caused it

	alerts map[string]*alert.Transition // by alert id, for what the dispatcher names by id alone
}

// Handle reports what the engine said and lets the dispatcher decide: timers
// that fell due before a transition's second come first, those of the same
// second after it.
func (t *Teller) Handle(out []engine.Output) error {
	for i, o := range out {
		if i == 0 || at(out[i-1]) != at(o) {
			if err := t.Flush(time.Unix(at(o)-1, 0)); err != nil {
				return err
			}
		}
		if err := t.report(o); err != nil {
			return err
		}
	}
	return nil
}

func at(o engine.Output) int64 {
	if o.Alert != nil {
		return o.Alert.At
	}
	return o.Suppressed.At
}

func (t *Teller) report(o engine.Output) error {
	if o.Suppressed != nil {
		return t.Emit(Event{Suppressed: o.Suppressed})
	}
	if t.Dispatcher != nil {
		if t.alerts == nil {
			t.alerts = map[string]*alert.Transition{}
		}
		t.alerts[o.Alert.AlertID] = o.Alert
		t.Dispatcher.Observe([]alert.Transition{*o.Alert}, time.Unix(o.Alert.At, 0))
	}
	if o.Alert.State == alert.Pending && !t.Pending {
		return nil
	}
	return t.Emit(Event{Alert: o.Alert})
}

// Flush runs every timer that is due by the given second, each at its own time.
func (t *Teller) Flush(until time.Time) error {
	if t.Dispatcher == nil {
		return nil
	}
	for {
		next, ok := t.Dispatcher.Next()
		if !ok || next.After(until) {
			return nil
		}
		deliveries, decisions := t.Dispatcher.Flush(next)
		for _, d := range deliveries {
			n := &Notification{At: next, Receiver: d.Receiver, Status: d.Message.Status, Reason: d.Reason, Message: d.Message}
			for _, a := range d.Message.Alerts {
				n.Alerts = append(n.Alerts, a.AlertID)
			}
			if err := t.Emit(Event{Notification: n}); err != nil {
				return err
			}
		}
		if err := t.heldBack(decisions); err != nil {
			return err
		}
	}
}

// heldBack reports the decisions not to send that a person should know of.
func (t *Teller) heldBack(decisions []notifiers.Decision) error {
	for _, d := range decisions {
		if d.Sent || d.By != "calendar" && d.By != "inhibition" && d.By != "silence" {
			continue
		}
		for _, id := range d.AlertIDs {
			a := t.alerts[id]
			if a == nil {
				continue
			}
			s := &alert.Suppression{At: d.At.Unix(), Rule: a.Rule, Group: a.Group, Fingerprint: a.Fingerprint, By: d.By}
			if err := t.Emit(Event{Suppressed: s}); err != nil {
				return err
			}
		}
	}
	return nil
}
