package notifiers

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

const (
	defaultTimeout = 10 * time.Second
	defaultGrace   = 5 * time.Second
	idlePoll       = 5 * time.Second        // a row may come without a wake: retried by hand
	busyPoll       = time.Second            // the clock in Now may run faster than ours
	leastFresh     = 100 * time.Millisecond // what was read of the outbox is gone by
	horizon        = 30 * 24 * time.Hour
)

// Worker empties the outbox of one receiver, so that a slow one never delays
// another. What is unsent of a group leaves as one message; a group's messages
// leave in their order. Failed tries are repeated with growing waits, at most for
// 72 hours; a receiver that failed five times in a row is probed every 30 s, and
// once it answers everything that waits for it is due. Meanwhile its messages go to
// the fallback as well.
type Worker struct {
	Name     string
	Receiver Receiver
	Fallback string // the receiver that stands in for one that fails; "": none
	Outbox   Outbox
	Now      func() time.Time // nil: the wall clock
	Log      *slog.Logger     // nil: none
	Timeout  time.Duration    // of one try; 0: 10 s
	Grace    time.Duration    // for a try in progress when Run is to end; 0: 5 s
	Wake     <-chan struct{}  // says that there are new rows; may be nil
	HandedOn func()           // says that there are new rows for the fallback; may be nil
	// Jitter picks a wait up to most; nil: any, evenly.
	Jitter func(most time.Duration) time.Duration

	inRow     int             // temporary failures since the last answer
	refused   int             // refusals since it last took a message: a token that was revoked refuses them all
	probe     time.Time       // not before, while inRow >= brokenAfter
	paused    time.Time       // until then the receiver wants no more
	recovered time.Time       // what was tried before may be tried again
	handed    map[string]bool // ids of unsent rows that the fallback has as well
	news      bool            // there may be rows that it does not have

	stats counters
}

// Run sends until ctx ends. It returns when the try in progress is over, at the
// latest after Grace.
func (w *Worker) Run(ctx context.Context) error {
	w.setDefaults()
	for ctx.Err() == nil {
		wait, err := w.step(ctx)
		if err != nil && ctx.Err() == nil {
			w.Log.Error("outbox", slog.String("receiver", w.Name), slog.Any("error", err))
			wait = busyPoll
		}
		if wait > 0 {
			w.sleep(ctx, wait)
		}
	}
	return nil
}

func (w *Worker) setDefaults() {
	if w.Now == nil {
		w.Now = time.Now
	}
	if w.Log == nil {
		w.Log = slog.New(slog.DiscardHandler)
	}
	if w.Timeout <= 0 {
		w.Timeout = defaultTimeout
	}
	if w.Grace <= 0 {
		w.Grace = defaultGrace
	}
	if w.Jitter == nil {
		w.Jitter = func(most time.Duration) time.Duration { return rand.N(most + 1) }
	}
}

func (w *Worker) sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-w.Wake:
		w.news = true
	case <-timer.C:
	}
}

// step reads the outbox and tries what is due, or says how long there is nothing
// to do. It looks again soon: what came meanwhile leaves together with older rows
// of its group.
func (w *Worker) step(ctx context.Context) (wait time.Duration, err error) {
	asked := w.Now()
	if wait := w.barred(asked); wait > 0 && !(w.news && w.down() && w.Fallback != "") {
		return wait, nil // reading a long outbox costs
	}
	rows, _, err := w.Outbox.Due(ctx, w.Name, asked.Add(horizon))
	if err != nil {
		return 0, err
	}
	if w.down() {
		if err := w.handOn(ctx, rows); err != nil {
			return 0, err
		}
	}
	w.news = false
	read := w.Now()
	fresh := max(leastFresh, 4*read.Sub(asked)) // reading a long outbox takes a fifth of the time at most
	bs := batches(rows)
	for i, b := range bs {
		bs[i] = b.asTried(asked)
	}
	bs = catchUp(bs)
	for tried := false; ; tried = true {
		now := w.Now()
		i, wait := w.pick(bs, now)
		switch {
		case i < 0 && !tried:
			return wait, nil
		case i < 0 || ctx.Err() != nil || tried && now.Sub(read) >= fresh:
			return 0, nil
		}
		if again, err := w.send(ctx, bs[i]); err != nil || again {
			return 0, err
		}
		bs = slices.Delete(bs, i, i+1)
	}
}

// send tries one batch. again says that the outbox is to be read again: what is
// due has changed.
func (w *Worker) send(ctx context.Context, b batch) (again bool, err error) {
	d := b.merged()
	ref, err := w.Outbox.Ref(ctx, w.Name, d.GroupKey)
	if err != nil {
		return false, err
	}
	// A crash from here on leaves rows that say so: they may be out.
	if err := w.Outbox.Save(ctx, b.begun()...); err != nil {
		return false, err
	}
	began := w.Now()
	receipt, failure := w.try(ctx, d, ref)
	now := w.Now()
	switch {
	case failure == nil:
		failed := w.inRow > 0
		w.works(now)
		w.stats.sent(len(b)-1, now)
		if err := w.persist(ctx, func(ctx context.Context) error { return w.follow(ctx, b) }); err != nil {
			return false, err
		}
		return failed, w.save(ctx, b.sent(receipt.Ref, now))
	case ctx.Err() != nil: // cut off by us: it stays inflight
		return true, w.cutOff(ctx, b, receipt, now)
	}
	w.count(failure, began, now)
	return true, w.fail(ctx, b, receipt, failure, now)
}

// failing reports whether the receiver does not answer, and is probed.
func (w *Worker) failing() bool { return w.inRow >= brokenAfter }

// refuses reports whether the receiver takes nothing any more. It answers, so that
// there is nothing to probe: each message has its tries.
func (w *Worker) refuses() bool { return w.refused >= brokenAfter }

// down reports whether messages do not arrive, whatever the reason.
func (w *Worker) down() bool { return w.failing() || w.refuses() }

// pick chooses what to try now, or how long to wait; -1: nothing.
func (w *Worker) pick(bs []batch, now time.Time) (int, time.Duration) {
	if len(bs) == 0 {
		return -1, idlePoll
	}
	if wait := w.barred(now); wait > 0 {
		return -1, wait
	}
	if w.failing() {
		return longestUntried(bs), 0
	}
	wait := busyPoll
	for i, b := range bs {
		at := b.next()
		if !at.After(now) || b.tried().Before(w.recovered) && !b.refused() {
			return i, 0
		}
		wait = min(wait, at.Sub(now))
	}
	return -1, wait
}

// barred is how long nothing at all may be tried.
func (w *Worker) barred(now time.Time) time.Duration {
	until := w.paused
	if w.failing() {
		until = later(until, w.probe)
	}
	return min(until.Sub(now), busyPoll)
}

// longestUntried takes turns, so that one message which the receiver cannot
// digest does not keep all others back.
func longestUntried(bs []batch) int {
	best := 0
	for i, b := range bs {
		if b.tried().Before(bs[best].tried()) {
			best = i
		}
	}
	return best
}

// refused reports whether the last answer was that the message itself is bad.
func (b batch) refused() bool {
	for _, d := range b {
		if n := len(d.Attempts); n > 0 && d.Attempts[n-1].Permanent {
			return true
		}
	}
	return false
}

// try sends with a time limit. A receiver that panics has failed, no more.
func (w *Worker) try(ctx context.Context, d alert.Delivery, ref string) (r Receipt, failure *SendError) {
	tryCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), w.Timeout)
	defer cancel()
	stop := context.AfterFunc(ctx, func() {
		select {
		case <-time.After(w.Grace):
			cancel()
		case <-tryCtx.Done():
		}
	})
	defer stop()
	defer func() {
		if p := recover(); p != nil {
			failure = &SendError{Err: fmt.Errorf("the receiver broke: %v", p), Class: "panic", Permanent: true, Unclear: true}
		}
	}()
	r, err := w.Receiver.Send(tryCtx, d, ref)
	if err != nil {
		return r, Classify(err)
	}
	return r, nil
}

// works notes that the receiver takes messages.
func (w *Worker) works(now time.Time) {
	if w.refuses() {
		w.handed = nil
		w.Log.Info("receiver takes messages again", slog.String("receiver", w.Name))
	}
	w.refused = 0
	w.answered(now)
}

// answered notes that the receiver is alive.
func (w *Worker) answered(now time.Time) {
	if w.failing() {
		w.recovered = now
		w.handed = nil
		w.Log.Info("receiver answers again", slog.String("receiver", w.Name))
	}
	w.inRow = 0
	w.stats.answered(w.down(), now)
}

// count takes a failed try into what is known of the receiver. The next probe is
// counted from the beginning of this one: a receiver that hangs is not seen later
// than one that refuses.
func (w *Worker) count(e *SendError, began, now time.Time) {
	if e.RetryAfter > 0 {
		w.paused = now.Add(e.RetryAfter)
	}
	switch {
	case e.Answered:
		w.works(now)
		return
	case e.Permanent:
		if w.refused++; w.refused == brokenAfter {
			w.news = true
			w.Log.Error("receiver refuses every message", slog.String("receiver", w.Name), slog.String("fallback", w.Fallback))
		}
		w.answered(now)
		return
	}
	w.inRow++
	w.probe = later(began.Add(probeEvery), now.Add(backoffLeast))
	if w.inRow == brokenAfter {
		w.news = true
		w.Log.Error("receiver fails: it is probed from now on", slog.String("receiver", w.Name), slog.String("fallback", w.Fallback))
	}
}

func (w *Worker) fail(ctx context.Context, b batch, got Receipt, e *SendError, now time.Time) error {
	rows := make([]alert.Delivery, len(b))
	dead := 0
	for i, d := range b {
		if rows[i] = failed(d, e, now, w.Jitter); rows[i].State == alert.DeliveryDead {
			dead++
		}
	}
	if dead > 0 { // with the newer ones of the group: the fallback is to hear how things are now
		if err := w.persist(ctx, func(ctx context.Context) error { return w.handOn(ctx, rows) }); err != nil {
			return err
		}
	}
	b.keep(rows, got)
	w.stats.failed(e, dead, w.down(), now)
	w.Log.Warn("delivery failed", slog.String("receiver", w.Name), slog.String("delivery", b[len(b)-1].ID),
		slog.String("error", e.Error()), slog.Int("dead", dead), slog.Bool("permanent", e.Permanent))
	return w.save(ctx, rows)
}

// cutOff keeps how far the last try got: what is up is not said again by the next
// life.
func (w *Worker) cutOff(ctx context.Context, b batch, got Receipt, now time.Time) error {
	if got.Ref == "" && len(got.Parts) == 0 {
		return nil
	}
	rows := b.begun()
	last := &rows[len(rows)-1]
	last.Attempts = attempted(last.Attempts, alert.Attempt{At: now, Error: "cut off by the end of the service", Unclear: true})
	b.keep(rows, got)
	return w.save(ctx, rows)
}

func (w *Worker) save(ctx context.Context, rows []alert.Delivery) error {
	return w.persist(ctx, func(ctx context.Context) error { return w.Outbox.Save(ctx, rows...) })
}

// persist does not give up while the service runs: what was sent must be marked.
// It is tried once more after the end.
func (w *Worker) persist(ctx context.Context, write func(context.Context) error) error {
	for {
		err := write(context.WithoutCancel(ctx))
		if err == nil || ctx.Err() != nil {
			return err
		}
		w.Log.Error("mark delivery", slog.String("receiver", w.Name), slog.Any("error", err))
		select {
		case <-ctx.Done():
		case <-time.After(busyPoll):
		}
	}
}
