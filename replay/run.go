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
	Courses  bool // keep the course of each rule's deciding value
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
	Message  alert.Message
}

// run is the state of one replay.
type run struct {
	o       Options
	eng     *engine.Engine
	tell    *Teller
	summary *Summary
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
	r := &run{o: o, summary: newSummary(o.Rules), eng: engine.New(o.Rules, eo)}
	r.tell = &Teller{Dispatcher: o.Dispatcher, Pending: o.Pending, Emit: func(ev Event) error {
		if n := ev.Notification; n != nil {
			r.summary.notified(n, n.Message.Alerts)
		}
		if l.Emit == nil {
			return nil
		}
		return l.Emit(ev)
	}}
	for _, src := range o.Sources {
		r.eng.Source(src.Name())
	}
	return r
}

func (o Options) engine() engine.Options {
	return engine.Options{Lateness: o.Lateness, Redactor: o.Redactor, Until: o.Until, Courses: o.Courses}
}

// end lets the clock run to its end when everything was read.
func (r *run) end(files *ingest.Files) error {
	for i := range r.o.Sources {
		r.eng.Finish(i)
	}
	if err := r.tell.Handle(r.eng.Close()); err != nil {
		return err
	}
	if end, ok := r.eng.Final(); ok {
		if err := r.tell.Flush(time.Unix(end, 0)); err != nil {
			return err
		}
	}
	r.summary.finish(r.eng, files.Stats())
	return nil
}
