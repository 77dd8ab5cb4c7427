package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/engine"
	"github.com/smarty-alert/smarty-alert/ingest"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/smartylog"
	"github.com/smarty-alert/smarty-alert/store"
)

// Rhythm of the loop.
const (
	batchRecords  = 4096                   // read between two evaluations, at most
	restBetween   = 100 * time.Millisecond // least time between two cuts when logs are quiet: a cut costs an fsync
	longestWait   = time.Second            // a second may become final without a record
	snapshotEvery = 60 * time.Second
	commitRetry   = time.Second // a full disk is waited for
)

// loop owns the engine, the followed logs and the dispatcher: one goroutine
// reads, decides and commits. Everything that must survive a crash is committed
// in one transaction before the next record is read.
type loop struct {
	log   *slog.Logger
	now   func() time.Time
	live  *ingest.Live
	eng   *engine.Engine
	disp  *notifiers.Dispatcher
	store *store.Store
	set   *rules.Set
	wake  func() // tells the workers of new deliveries

	reload   chan chan error // a request, answered with what is wrong
	prepare  func() (*reloaded, error)
	reloads  reloads
	readings atomic.Pointer[readings] // for /metrics and /-/ready

	numbers   []int            // of live's sources, in the engine
	eofs      map[string]int64 // wall second up to which each source was read, since the last cut
	quiet     *quietStart      // nil once history has been read
	snapshot  time.Time        // of the last one
	unsaved   bool             // a cut was made since
	lastSeq   int64
	evaluated int64
	ready     bool
}

// quietStart is a first start: history fills the windows, and only what fires
// at the end of it is announced.
type quietStart struct {
	until int64 // records before it are history
	held  []alert.Transition
}

// place is what a cut keeps of reading: how far, and what was known to be the
// end of each source.
type place struct {
	Positions map[string][]ingest.Position `json:"positions"`
	EOF       map[string]int64             `json:"eof,omitempty"`
}

// run goes on until ctx ends, then makes a last snapshot.
func (l *loop) run(ctx context.Context) error {
	for ctx.Err() == nil {
		idle, err := l.turn(ctx)
		if err != nil {
			return err
		}
		select {
		case answer := <-l.reload:
			answer <- l.swap(ctx)
		default:
		}
		if idle {
			l.rest(ctx)
		}
	}
	// The second in progress stays with the snapshot; what is due now still
	// becomes deliveries, which the workers send or the next start finds.
	return l.saveSnapshot(context.WithoutCancel(ctx), true)
}

// turn reads a batch, evaluates what became final and commits.
func (l *loop) turn(ctx context.Context) (idle bool, err error) {
	n, idle := l.read()
	l.noteEnds()
	out := l.eng.Advance()
	fresh := l.announce(transitions(out))
	deliveries := l.flush()
	if err := l.commit(ctx, n > 0, fresh, deliveries); err != nil {
		return idle, err
	}
	if idle && l.quiet == nil {
		l.ready = true
	}
	l.publish()
	return idle, l.saveSnapshot(ctx, false)
}

// read steps a batch of records through the engine.
func (l *loop) read() (n int, idle bool) {
	var rec smartylog.Record
	for n < batchRecords {
		src, err := l.live.Next(&rec)
		if err != nil {
			return n, errors.Is(err, ingest.ErrIdle)
		}
		l.eng.Step(l.number(src), &rec)
		n++
	}
	return n, false
}

// number is the engine's number of a live source.
func (l *loop) number(src int) int {
	if src >= len(l.numbers) {
		for _, name := range l.live.Sources()[len(l.numbers):] {
			l.numbers = append(l.numbers, l.eng.Source(name))
		}
	}
	return l.numbers[src]
}

// noteEnds tells the engine of sources that were read to their end: a quiet log
// holds nothing back.
func (l *loop) noteEnds() {
	names := l.live.Sources()
	for i, name := range names {
		if wall, ok := l.live.EOF(i); ok {
			l.eng.EOF(l.number(i), wall.Unix())
			l.eofs[name] = wall.Unix()
		}
	}
}

func transitions(out []engine.Output) []alert.Transition {
	var ts []alert.Transition
	for _, o := range out {
		if o.Alert != nil && o.Alert.State != alert.Pending {
			ts = append(ts, *o.Alert)
		}
	}
	return ts
}

// announce hands transitions to the dispatcher. On a first start those of the
// history are held until it has been read.
func (l *loop) announce(ts []alert.Transition) []alert.Transition {
	for i := range ts {
		t := &ts[i]
		l.log.Info("alert", slog.String("state", t.State.String()), slog.String("rule", t.Rule),
			slog.String("group", t.Group.String()), slog.String("at", time.Unix(t.At, 0).UTC().Format(time.RFC3339)))
	}
	if l.quiet == nil {
		l.disp.Observe(ts, l.now())
		return ts
	}
	l.quiet.held = append(l.quiet.held, ts...)
	if final, ok := l.eng.Final(); ok && final >= l.quiet.until {
		l.disp.Observe(l.quiet.firingAtEnd(), l.now())
		l.quiet = nil
	}
	return ts
}

// firingAtEnd is what the history left firing, and all that came after it.
func (q *quietStart) firingAtEnd() []alert.Transition {
	last := map[string]int{}
	for i, t := range q.held {
		last[t.AlertID] = i
	}
	var out []alert.Transition
	for i, t := range q.held {
		if t.At > q.until || last[t.AlertID] == i && t.Active() {
			out = append(out, t)
		}
	}
	return out
}

// flush makes the deliveries that are due.
func (l *loop) flush() []alert.Delivery {
	now := l.now()
	if next, ok := l.disp.Next(); !ok || next.After(now) {
		return nil
	}
	deliveries, decisions := l.disp.Flush(now)
	for _, d := range decisions {
		l.log.Debug("notification", slog.String("receiver", d.Receiver), slog.Bool("sent", d.Sent),
			slog.String("reason", d.Reason), slog.String("group", d.GroupKey))
	}
	return deliveries
}

// commit writes a cut when anything was read or evaluated, with all that it
// caused; else only what the dispatcher changed by the clock. A store that
// cannot write (a full disk) is waited for: nothing is read meanwhile, and
// nothing is lost.
func (l *loop) commit(ctx context.Context, read bool, ts []alert.Transition, ds []alert.Delivery) error {
	var cut store.Cut
	cut.Transitions, cut.Deliveries = ts, ds
	cut.Groups, cut.Gone = l.disp.Changed()
	if read || l.eng.Evaluated() != l.evaluated {
		var err error
		if cut.Positions, err = json.Marshal(place{l.live.Positions(), l.eofs}); err != nil {
			return fmt.Errorf("encode positions: %w", err)
		}
		cut.Second, _ = l.eng.Final()
	} else if len(cut.Groups)+len(cut.Gone)+len(ts)+len(ds) == 0 {
		return nil
	}
	for {
		seq, err := l.store.Commit(ctx, cut)
		if err == nil {
			l.committed(cut, seq)
			return nil
		}
		if ctx.Err() != nil {
			return nil // the last cut stands; the rest is read again at the next start
		}
		l.log.Error("commit state; retrying until it works", slog.Any("error", err))
		l.pause(ctx, commitRetry)
	}
}

func (l *loop) committed(cut store.Cut, seq int64) {
	if cut.Positions != nil {
		l.lastSeq, l.evaluated, l.unsaved = seq, l.eng.Evaluated(), true
		clear(l.eofs)
	}
	if len(cut.Deliveries) > 0 {
		l.wake()
	}
}

// saveSnapshot writes the engine's state as it is at the last cut.
func (l *loop) saveSnapshot(ctx context.Context, now bool) error {
	if !l.unsaved || !now && l.now().Sub(l.snapshot) < snapshotEvery {
		return nil
	}
	if l.quiet != nil && l.snapshot != (time.Time{}) {
		return nil // what the history leaves firing is found again from its beginning
	}
	data, err := l.encodeSnapshot()
	if err != nil {
		return err
	}
	if err := l.store.SaveSnapshot(ctx, l.lastSeq, data); err != nil {
		l.log.Error("save snapshot", slog.Any("error", err))
		l.snapshot = l.now() // tried again in a minute; until then the cuts stand for it
		return nil
	}
	l.snapshot, l.unsaved = l.now(), false
	return nil
}

// rest waits until a log grows, a timer is due, or a second may be final.
func (l *loop) rest(ctx context.Context) {
	l.pause(ctx, restBetween)
	wait := longestWait
	if next, ok := l.disp.Next(); ok {
		wait = min(wait, max(0, next.Sub(l.now())))
	}
	if wait > 0 {
		l.live.Wait(ctx, wait)
	}
}

func (l *loop) pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// readings are what other goroutines may know of the loop.
type readings struct {
	ready   bool
	at      time.Time
	final   int64
	rules   []engine.Stats
	sources []engine.SourceStats
	live    []ingest.LiveStats
	firing  map[string]int // by rule
}

func (l *loop) publish() {
	r := &readings{ready: l.ready, at: l.now(), live: l.live.Stats(), firing: map[string]int{}}
	r.final, _ = l.eng.Final()
	r.rules, r.sources = l.eng.Stats()
	r.firing = l.eng.FiringByRule()
	l.readings.Store(r)
}
