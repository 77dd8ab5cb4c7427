package replay

import (
	"context"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/engine"
	"github.com/smarty-alert/smarty-alert/ingest"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/redact"
	"github.com/smarty-alert/smarty-alert/rules"
)

// Options say what is replayed against which rules.
type Options struct {
	Rules    *rules.Set
	Sources  []ingest.Source
	Read     ingest.ReadOptions // From, To, zones, progress
	Until    int64              // end of the clock, Unix seconds; 0: the greatest timestamp read
	Lateness int64              // seconds
	Redactor *redact.Redactor
	Pending  bool // report pending transitions as well
	// Dispatcher, when set, decides about notifications, in event time.
	Dispatcher *notifiers.Dispatcher
}

// Event is one thing that happened: exactly one field is set.
type Event struct {
	Alert        *alert.Transition
	Suppressed   *alert.Suppression
	Notification *Notification
}

// At is the second of the event.
func (ev Event) At() int64 {
	switch {
	case ev.Alert != nil:
		return ev.Alert.At
	case ev.Suppressed != nil:
		return ev.Suppressed.At
	}
	return ev.Notification.At.Unix()
}

// Notification is a message that a receiver would have got.
type Notification struct {
	At       time.Time
	Receiver string
	Status   string // firing, resolved
	Reason   string // first, new_alerts, repeat, update, resolved
	Alerts   []string
}

// run is the state of one replay.
type run struct {
	o       Options
	eng     *engine.Engine
	emit    func(Event) error
	summary *Summary
	alerts  map[string]*alert.Transition // by alert id, for what the dispatcher names by id alone
}

// Run reads all sources to their ends and reports what happened to emit, in
// order. An error of emit ends the run. When a file turns out to be broken in
// the middle, what came before it is reported and summed up, and the error
// names the file.
func Run(ctx context.Context, o Options, emit func(Event) error) (*Summary, error) {
	summaries, err := RunLanes(ctx, o, []Lane{{Rules: o.Rules, Dispatcher: o.Dispatcher, Emit: emit}})
	if summaries == nil {
		return nil, err
	}
	return summaries[0], err
}

func newRun(o Options, l Lane) *run {
	o.Rules, o.Dispatcher = l.Rules, l.Dispatcher
	eo := o.engine()
	eo.Look = l.Look
	r := &run{o: o, emit: l.Emit, summary: newSummary(o.Rules), alerts: map[string]*alert.Transition{}, eng: engine.New(o.Rules, eo)}
	if r.emit == nil {
		r.emit = func(Event) error { return nil }
	}
	for _, src := range o.Sources {
		r.eng.Source(src.Name())
	}
	return r
}

func (o Options) engine() engine.Options {
	return engine.Options{Lateness: o.Lateness, Redactor: o.Redactor, Until: o.Until}
}

// end lets the clock run to its end when everything was read.
func (r *run) end(files *ingest.Files) error {
	for i := range r.o.Sources {
		r.eng.Finish(i)
	}
	if err := r.handle(r.eng.Close()); err != nil {
		return err
	}
	if err := r.lastFlush(); err != nil {
		return err
	}
	r.summary.finish(r.eng, files.Stats())
	return nil
}

// handle reports what the engine said and lets the dispatcher decide: timers
// that fell due before a transition's second come first, those of the same
// second after it.
func (r *run) handle(out []engine.Output) error {
	for i, o := range out {
		if r.o.Dispatcher != nil && (i == 0 || at(out[i-1]) != at(o)) {
			if err := r.flush(time.Unix(at(o)-1, 0)); err != nil {
				return err
			}
		}
		if err := r.report(o); err != nil {
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

func (r *run) report(o engine.Output) error {
	if o.Suppressed != nil {
		return r.emit(Event{Suppressed: o.Suppressed})
	}
	if r.o.Dispatcher != nil {
		r.alerts[o.Alert.AlertID] = o.Alert
		r.o.Dispatcher.Observe([]alert.Transition{*o.Alert}, time.Unix(o.Alert.At, 0))
	}
	if o.Alert.State == alert.Pending && !r.o.Pending {
		return nil
	}
	return r.emit(Event{Alert: o.Alert})
}

// flush runs every timer that is due by the given second, each at its own time.
func (r *run) flush(until time.Time) error {
	for {
		next, ok := r.o.Dispatcher.Next()
		if !ok || next.After(until) {
			return nil
		}
		deliveries, decisions := r.o.Dispatcher.Flush(next)
		for _, d := range deliveries {
			n := &Notification{At: next, Receiver: d.Receiver, Status: d.Message.Status, Reason: d.Reason}
			for _, a := range d.Message.Alerts {
				n.Alerts = append(n.Alerts, a.AlertID)
			}
			r.summary.notified(n, d.Message.Alerts)
			if err := r.emit(Event{Notification: n}); err != nil {
				return err
			}
		}
		if err := r.heldBack(decisions); err != nil {
			return err
		}
	}
}

// heldBack reports the decisions not to send that a person should know of.
func (r *run) heldBack(decisions []notifiers.Decision) error {
	for _, d := range decisions {
		if d.Sent || d.By != "calendar" && d.By != "inhibition" && d.By != "silence" {
			continue
		}
		for _, id := range d.AlertIDs {
			a := r.alerts[id]
			if a == nil {
				continue
			}
			s := &alert.Suppression{At: d.At.Unix(), Rule: a.Rule, Group: a.Group, Fingerprint: a.Fingerprint, By: d.By}
			if err := r.emit(Event{Suppressed: s}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *run) lastFlush() error {
	end, ok := r.eng.Final()
	if r.o.Dispatcher == nil || !ok {
		return nil
	}
	return r.flush(time.Unix(end, 0))
}
