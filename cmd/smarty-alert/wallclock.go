package main

import (
	"log/slog"
	"sync"
	"time"

	"github.com/smarty-alert/smarty-alert/engine"
	"github.com/smarty-alert/smarty-alert/ingest"
)

// clockJump is how far the wall clock may move against the monotonic one between
// two looks and still be believed (semantics §1.5).
const clockJump = ingest.FutureSlack * time.Second

// wallClock is the one clock of the program. It is that of the machine, but for
// jumps: until a record shows that the logs jumped as well, it goes on from where it
// was, as fast as the monotonic clock. Otherwise an hour forward would be an hour of
// silence of every log, and an hour back would make every record one from the
// future, and hold every message for that hour. It is safe for concurrent use.
type wallClock struct {
	read func() (wall time.Time, ran time.Duration) // the machine's clocks
	log  *slog.Logger

	mu  sync.Mutex
	at  time.Time // what it showed at the last look
	ran time.Duration
	off time.Duration // that the machine's is ahead and not believed; 0: they agree
}

func newWallClock(read func() (time.Time, time.Duration), log *slog.Logger) *wallClock {
	c := &wallClock{read: read, log: log}
	c.at, c.ran = read()
	return c
}

// machineClock is the real one.
func machineClock() func() (time.Time, time.Duration) {
	began := time.Now()
	return func() (time.Time, time.Duration) {
		now := time.Now()
		return now.Round(0), now.Sub(began) // without its monotonic part: that does not jump
	}
}

// now is the time to go by.
func (c *wallClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	wall, ran := c.read()
	c.at, c.ran = c.at.Add(ran-c.ran), ran
	off := wall.Sub(c.at)
	if off.Abs() <= clockJump {
		if c.off != 0 {
			c.log.Info("the wall clock is back where it was", slog.Duration("from", c.off))
		}
		c.at, c.off = wall, 0
		return c.at
	}
	if (off - c.off).Abs() > clockJump {
		c.log.Warn("the wall clock jumped; it is not gone by until a record has such a time", slog.Duration("by", off))
	}
	c.off = off
	return c.at
}

// confirm takes a jump over as far as a record of that second shows it, and tells
// whether it did.
func (c *wallClock) confirm(sec int64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	rec := time.Unix(sec, 0)
	rest := c.at.Add(c.off).Sub(rec)
	switch {
	case c.off == 0 || rest < -clockJump:
		return false
	case rest <= clockJump:
		c.log.Warn("the jump of the wall clock is confirmed by a record", slog.Duration("by", c.off))
		c.at, c.off = c.at.Add(c.off), 0
	case c.off > 0 && rec.Sub(c.at) > clockJump: // half the way
		c.at, c.off = rec, rest
	default:
		return false
	}
	return true
}

// doubted is how far the machine's clock is ahead and not believed.
func (c *wallClock) doubted() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.off
}

// noteSteps says of logs that their clocks were set back. When the wall clock was as
// well, it was right to.
func (l *loop) noteSteps(sources []engine.SourceStats) {
	first := l.steps == nil
	if first {
		l.steps = map[string]int64{}
	}
	for _, s := range sources {
		if s.Steps == l.steps[s.Name] {
			continue
		}
		l.steps[s.Name] = s.Steps
		if first {
			continue // of the last run
		}
		l.log.Warn("the clock of a log was set back: its records are late until it has caught up", slog.String("source", s.Name))
		if l.clock != nil && l.clock.doubted() < 0 {
			l.clock.confirm(s.Newest)
		}
	}
}
