package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"slices"
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
	batchTime     = 250 * time.Millisecond // of reading a backlog between two cuts: a cut costs an fsync
	presentTime   = 50 * time.Millisecond  // the same where what is read has just been written
	present       = 10                     // seconds old, at most
	batchAlerts   = 4096                   // and so many alerts: a cut is one transaction
	batchRecords  = 4096                   // of logs whose history is passed over
	batchBytes    = 8 << 20                // and so much text: a restart holds it in memory
	batchLook     = 1 << 20                // of text, or 256 records: the time is looked at
	restBetween   = 100 * time.Millisecond // least time between two cuts when logs are quiet: a cut costs an fsync
	longestWait   = time.Second            // a second may become final without a record
	snapshotEvery = 60 * time.Second
	commitRetry   = time.Second            // a state that cannot be written is tried again
	awaitEvery    = 250 * time.Millisecond // and so is a log that is to be read again
)

// journal is what the loop writes of the store.
type journal interface {
	Commit(context.Context, store.Cut) (seq int64, err error)
	SaveSnapshot(ctx context.Context, seq int64, data []byte) error
	// InMemory reports since when the disk is full and Commit keeps in memory what
	// a cut causes, but not the cut.
	InMemory() (since time.Time, ok bool)
	// Fills is how often the disk was found to be full.
	Fills() int64
}

// loop owns the engine, the followed logs and the dispatcher: one goroutine
// reads, decides and commits. Everything that must survive a crash is committed
// in one transaction before the next record is read.
type loop struct {
	log   *slog.Logger
	now   func() time.Time
	clock *wallClock // now's; nil: now never jumps
	live  *ingest.Live
	eng   *engine.Engine
	late  int64 // the engine's lateness, seconds
	disp  *notifiers.Dispatcher
	store journal
	set   *rules.Set
	wake  func() // tells the workers of new deliveries
	watch *notifiers.Watch
	hide  func(string) string // redacts

	aside  func() []string // states that were set aside; nil: none
	turned func()          // told whenever the loop gets on; may be nil
	beside func(work func()) (over func(wait bool) bool)
	sleep  func(ctx context.Context, d time.Duration)

	asks     chan ask        // what others want to know or to change
	reload   chan chan error // a request, answered with what is wrong
	prepare  func() (*reloaded, error)
	reloads  reloads
	readings atomic.Pointer[readings] // for /metrics and /-/ready

	names     []string         // of live's sources, as far as the engine knows them
	numbers   []int            // of the same, in the engine
	steps     map[string]int64 // times that a source's clock was set back; nil before the first look
	still     []standstill     // of live's sources
	gone      []string         // sources of the engine that no configured log leads to
	told      tale             // to the engine since the last cut
	ends      []int64          // of the engine's sources: the last one told since a record
	cut       positions        // of the last cut; nil: it was another process's
	passed    []int64          // of live's sources: records passed over up to the last cut
	allPassed int64            // their sum
	quiet     *quietStart      // nil once history has been read
	snapshot  time.Time        // when the last one was begun
	paused    time.Duration    // by it
	making    *making          // the memory for the next one; nil: none is
	saving    *saving          // the one under way; nil: none is
	unsaved   bool             // a cut was made since
	took      time.Duration    // the last commit
	lastSeq   int64
	evaluated int64
	ready     bool
	torn      bool // the engine knows more than the store was given: no snapshot of it

	full      bool      // the disk was when it was last asked
	fills     int64     // of the disk, that were told
	tryAgain  time.Time // whether it still is; not before
	noSnap    error     // the last snapshot could not be written
	complains complaints
}

// run goes on until ctx ends, then makes a last snapshot. Seconds that are not final
// yet stay with it.
func (l *loop) run(ctx context.Context) error {
	if err := l.follow(ctx); err != nil {
		return errors.Join(err, l.endSaving(true))
	}
	if err := l.leaveMemory(ctx); err != nil {
		return err
	}
	return l.saveSnapshot(ctx)
}

func (l *loop) follow(ctx context.Context) error {
	for ctx.Err() == nil {
		l.getsOn()
		idle, err := l.turn(ctx)
		if err != nil {
			return err
		}
		select {
		case answer := <-l.reload:
			answer <- l.swap(ctx)
		default:
		}
		if err := l.answerAll(ctx); err != nil {
			return err
		}
		if idle {
			if err := l.rest(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l *loop) getsOn() {
	if l.turned != nil {
		l.turned()
	}
}

// turn reads a batch, evaluates what became final and commits.
func (l *loop) turn(ctx context.Context) (idle bool, err error) {
	known := len(l.names)
	n, found, idle := l.read()
	l.nameSources() // those found meanwhile hold back the others, whose ends are noted now
	l.noteEnds(idle)
	quiet := l.quiet != nil
	fresh := l.announce(append(found, transitions(l.eng.Advance())...))
	quietOver := quiet && l.quiet == nil
	_, full := l.store.InMemory()
	cut := n > 0 || quietOver || len(l.names) > known || full // a restart must know where a new log was
	if err := l.commit(ctx, cut, fresh, l.flush()); err != nil {
		return idle, err
	}
	if idle && l.quiet == nil {
		l.ready = true
	}
	l.publish()
	if quietOver {
		l.snapshot = time.Time{} // a restart need not read history again
	}
	return idle, l.keepSnapshot(ctx)
}

// read steps a batch of records through the engine. Seconds are evaluated whenever
// a new one is met; when exactly makes no difference to the result.
func (l *loop) read() (n int64, found []alert.Transition, idle bool) {
	var rec smartylog.Record
	began, size, looked, second := l.now(), int64(0), int64(0), int64(0)
	l.live.Look()
	l.nameSources() // before anything is judged: they hold back the others
	for i := 0; len(found) < batchAlerts; i++ {
		src, err := l.live.Next(&rec)
		if err != nil {
			return n, found, errors.Is(err, ingest.ErrIdle)
		}
		if i%256 == 0 {
			l.nameSources() // Next found new ones, perhaps
		}
		number := l.number(src)
		if number < len(l.ends) {
			l.ends[number] = neverEnded
		}
		l.eng.Step(number, &rec)
		l.told.record(l.names[src], &rec)
		if rec.Sec != second {
			second = rec.Sec
			found = append(found, transitions(l.eng.Advance())...)
		}
		n += 1 + rec.Passed
		size += int64(len(rec.Raw)) + rec.PassedBytes
		if i%256 != 255 && size-looked < batchLook {
			continue
		}
		if looked = size; l.enough(n, size, rec.Sec, began) {
			return n, found, false
		}
	}
	return n, found, false
}

// enough tells whether a batch of n records, the last of second at, is one to
// commit. Logs that are written fast have no end at which it would be over.
func (l *loop) enough(n, size int64, at int64, began time.Time) bool {
	now, most := l.now(), batchTime
	if at >= now.Unix()-present {
		most = presentTime
	}
	if now.Sub(began) >= max(most, 2*l.took) { // a slow disk takes a third of the time at most
		return true
	}
	return (n >= batchRecords || size >= batchBytes) && l.live.Passed() > l.allPassed
}

// passedOver are the sources of which history was passed over since the last cut.
func (l *loop) passedOver() (names []string) {
	for src, st := range l.live.Stats() {
		if src >= len(l.passed) || st.Passed > l.passed[src] {
			if st.Passed > 0 {
				names = append(names, st.Source)
			}
		}
	}
	return names
}

// number is the engine's number of a live source.
func (l *loop) number(src int) int {
	if src >= len(l.numbers) {
		l.nameSources()
	}
	return l.numbers[src]
}

// nameSources tells the engine of sources that were found since, all of them
// before a record of any: from then on each holds back the final second until it
// has been read.
func (l *loop) nameSources() {
	l.names = l.live.Sources()
	for _, name := range l.names[len(l.numbers):] {
		l.numbers = append(l.numbers, l.eng.Source(name))
		l.told.named(name)
		l.gone = slices.DeleteFunc(l.gone, func(other string) bool { return other == name })
	}
}

// held is the last wall second at which a record of second open does not belong
// to what is final: such a record may stay open, whatever is judged meanwhile.
func held(open, lateness int64) int64 {
	if open > math.MaxInt64-lateness {
		return open
	}
	return open + lateness
}

func (l *loop) ended(name string, number int, wall int64) {
	for len(l.ends) <= number {
		l.ends = append(l.ends, neverEnded)
	}
	if l.ends[number] == wall {
		return // it knows, and has heard of no record since
	}
	l.ends[number] = wall
	l.eng.EOF(number, wall)
	l.told.ended(name, wall)
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
	level := slog.LevelInfo
	if l.quiet != nil {
		level = slog.LevelDebug // history, which nobody is told of
	}
	for i := range ts {
		t := &ts[i]
		l.log.Log(context.Background(), level, "alert", slog.String("state", t.State.String()), slog.String("rule", t.Rule),
			slog.String("group", t.Group.String()), slog.String("at", time.Unix(t.At, 0).UTC().Format(time.RFC3339)))
	}
	if l.quiet == nil {
		l.disp.Observe(ts, l.now())
		return ts
	}
	l.quiet.hold(ts)
	if final, ok := l.eng.Final(); ok && final >= l.quiet.Until {
		l.disp.Observe(l.quiet.firingAtEnd(), l.now())
		l.quiet = nil
	}
	return ts
}

// flush makes the deliveries that are due.
func (l *loop) flush() []alert.Delivery {
	now := l.now()
	if final, ok := l.eng.Final(); ok {
		l.disp.Progress(final, now)
	}
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
// caused; else only what the dispatcher changed by the clock. While the disk is
// full, what cuts cause is kept in memory and sent, and the next cut that can be
// written tells of all since the last one. A store that takes nothing at all is
// waited for: nothing is read meanwhile, and nothing is lost.
func (l *loop) commit(ctx context.Context, read bool, ts []alert.Transition, ds []alert.Delivery) error {
	var cut store.Cut
	cut.Transitions, cut.Deliveries = ts, ds
	cut.Groups, cut.Gone = l.disp.Changed()
	cut.Mutes = l.disp.ChangedMutes()
	l.sayFull()
	var at positions
	if (read || l.eng.Evaluated() != l.evaluated) && l.mayCut() {
		var err error
		at = l.live.Positions()
		if cut.Positions, err = json.Marshal(l.place(at)); err != nil {
			return fmt.Errorf("encode positions: %w", err)
		}
		cut.Second, _ = l.eng.Final()
	} else if len(cut.Groups)+len(cut.Gone)+len(ts)+len(ds) == 0 && cut.Mutes.Empty() {
		return nil
	}
	for {
		began := l.now()
		// A stop does not tear a transaction: what was decided is kept.
		seq, err := l.store.Commit(context.WithoutCancel(ctx), cut)
		l.took = l.now().Sub(began)
		switch {
		case err == nil:
			l.committed(cut, at, seq)
			return nil
		case errors.Is(err, store.ErrInMemory):
			l.kept(cut)
			return nil
		case errors.Is(err, store.ErrDisk):
			return err
		}
		l.getsOn() // a restart would not help
		l.complains.about(l.log, "commit state; nothing is read until it works", err, l.now())
		if pause(ctx, commitRetry); ctx.Err() != nil {
			l.torn = true
			return nil // the last cut stands; the rest is read again at the next start
		}
	}
}

func (l *loop) committed(cut store.Cut, at positions, seq int64) {
	if cut.Positions != nil {
		l.cut = at
		l.lastSeq, l.evaluated, l.unsaved = seq, l.eng.Evaluated(), true
		l.told, l.passed = nil, l.passed[:0]
		for _, st := range l.live.Stats() {
			l.passed = append(l.passed, st.Passed)
		}
		l.allPassed = l.live.Passed()
		l.complains = complaints{}
		l.foundRoom()
	}
	if len(cut.Deliveries) > 0 {
		l.wake()
	}
}

// rest waits until a log grows, a timer is due, a second may be final, or somebody
// asks.
func (l *loop) rest(ctx context.Context) error {
	now := l.now()
	second := now.Truncate(time.Second).Add(time.Second) // its end may make others final
	pause(ctx, min(restBetween, second.Sub(now)))
	wait := longestWait
	if next, ok := l.disp.Next(); ok {
		wait = min(wait, max(0, next.Sub(l.now())))
	}
	if wait <= 0 {
		return nil
	}
	q, asked := l.waitFor(ctx, wait)
	if !asked {
		return nil
	}
	return q.answer(ctx, l)
}

// pause waits, unless ctx ends.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// readings are what other goroutines may know of the loop.
type readings struct {
	ready    bool
	at       time.Time
	final    int64
	snapshot time.Time     // the last one was begun
	paused   time.Duration // by it
	set      *rules.Set
	rules    []engine.Stats
	sources  []engine.SourceStats
	live     []ingest.LiveStats
	firing   map[string]int // by rule
}

func (l *loop) publish() {
	r := &readings{ready: l.ready, at: l.now(), snapshot: l.snapshot, paused: l.paused, set: l.set, live: l.live.Stats(), firing: map[string]int{}}
	r.final, _ = l.eng.Final()
	r.rules, r.sources = l.eng.Stats()
	r.firing = l.eng.FiringByRule()
	l.noteSteps(r.sources)
	l.readings.Store(r)
}
