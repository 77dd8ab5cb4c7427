package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/smarty-alert/smarty-alert/store"
)

// mayCut reports whether a cut is to be tried: always while the disk has room, and
// now and then to see whether it has again.
func (l *loop) mayCut() bool {
	_, full := l.store.InMemory()
	return !full || !l.now().Before(l.tryAgain)
}

// kept takes note of a cut that the disk has no room for: what it caused is kept in
// memory, so that it can be sent, and what was read stays to be told with the next.
func (l *loop) kept(cut store.Cut) {
	l.tryAgain = l.now().Add(max(commitRetry, 4*l.took))
	if len(cut.Deliveries) > 0 {
		l.wake()
	}
	l.sayFull()
}

// sayFull tells of a full disk each time that it fills up, also if it had no room for
// a moment only.
func (l *loop) sayFull() {
	n := l.store.Fills()
	if n == l.fills {
		return
	}
	l.full, l.fills = true, n
	l.log.Error("the disk of the state is full: alerts go on from memory, and what is sent now may come again, with the same alert ids, if the program is killed before there is room (hint: free space on the disk of state.dir)")
}

// foundRoom takes note of a cut that was written.
func (l *loop) foundRoom() {
	if !l.full {
		return
	}
	l.full = false
	l.log.Info("the state is written again")
	l.snapshot = time.Time{} // the cut is a long one: reading it again would take long
}

// leaveMemory is the last try, when the program stops.
func (l *loop) leaveMemory(ctx context.Context) error {
	if _, full := l.store.InMemory(); !full || l.torn {
		return nil
	}
	l.tryAgain = time.Time{}
	if err := l.commit(ctx, true, nil, nil); err != nil {
		return err
	}
	if since, full := l.store.InMemory(); full {
		l.torn = true
		l.log.Error("stopped with a full disk: the next start reads and decides again what came since", slog.Time("since", since))
	}
	return nil
}

// stateProblem is what people are to know of the state's disk; "": nothing.
func (l *loop) stateProblem() string {
	since, full := l.store.InMemory()
	switch {
	case full:
		return l.watch.Language.DiskFull(since)
	case l.noSnap != nil:
		return l.watch.Language.NoSnapshot()
	}
	return ""
}

// setAsideProblem is what people are to know of a state that was set aside, until
// somebody has taken it away; "": there is none.
func (l *loop) setAsideProblem() string {
	if l.aside == nil {
		return ""
	}
	all := l.aside()
	if len(all) == 0 {
		return ""
	}
	return l.watch.Language.SetAside(all[len(all)-1])
}

// complainEvery is how often the same is said again.
const complainEvery = time.Minute

// complaints says once, and then now and then, what goes on being wrong.
type complaints struct {
	last string
	at   time.Time
}

func (c *complaints) about(log *slog.Logger, what string, err error, now time.Time) {
	if text := err.Error(); text != c.last || now.Sub(c.at) >= complainEvery {
		c.last, c.at = text, now
		log.Error(what, slog.Any("error", err))
	}
}
