package notifiers

import (
	"maps"
	"sync"
	"time"
)

// Stats are a Worker's counters since its start.
type Stats struct {
	Sent       int64 // messages accepted
	Superseded int64 // rows that a newer one's message stood for
	Failed     int64 // tries
	Retried    int64 // of them: to be tried again
	Dead       int64 // rows given up
	Errors     map[string]int64
	Failing    bool      // five failures in a row and no answer since, or five refusals and nothing taken since
	Answered   time.Time // last, be it with a refusal
	LastSent   time.Time
	LastError  string // without secrets
	LastFailed time.Time
}

type counters struct {
	mu sync.Mutex
	s  Stats
}

// Stats may be called at any time from any goroutine.
func (w *Worker) Stats() Stats {
	w.stats.mu.Lock()
	defer w.stats.mu.Unlock()
	s := w.stats.s
	s.Errors = maps.Clone(s.Errors)
	return s
}

func (c *counters) sent(superseded int, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.s.Sent++
	c.s.Superseded += int64(superseded)
	c.s.LastSent = now
}

func (c *counters) answered(failing bool, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.s.Failing = failing
	c.s.Answered = now
}

func (c *counters) failed(e *SendError, dead int, failing bool, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.s.Errors == nil {
		c.s.Errors = map[string]int64{}
	}
	c.s.Failed++
	c.s.Errors[e.Class]++
	c.s.Dead += int64(dead)
	if dead == 0 {
		c.s.Retried++
	}
	c.s.Failing = failing
	c.s.LastError, c.s.LastFailed = e.Error(), now
}
