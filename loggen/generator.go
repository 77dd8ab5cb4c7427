package loggen

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// Streams of random numbers, one for each reason that a record is there.
const (
	streamTraffic = 1 + iota
	streamClock
	streamRender
	streamBurst // and up: one per burst
)

// job is a record to be written.
type job struct {
	sec    int64
	ev     *event
	set    []Setting
	us     int // execution time, where the record tells it
	stream uint64
	n      uint64 // number within the stream
	burst  int    // from 1; 0 = none
}

// Generator makes the records of a run one by one. It must not be used by several goroutines at once.
type Generator struct {
	o          Options
	sec, end   int64
	change     int64 // first second of Python 3
	clock      *clockwork
	traffic    *traffic
	made       uint64 // records of traffic so far
	bursts     []burst
	quiets     []quiet
	queue      []job // of the current second
	at         int   // next of queue
	pen        pen
	wanted     map[string]bool // logs; nil: all
	good, bad  *event          // checks of edges
	suppressed int64
}

// New returns a generator, or all that is wrong with the options.
func New(o Options) (*Generator, error) {
	if err := o.check(); err != nil {
		return nil, fmt.Errorf("options of the generator: %w", err)
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	start := o.Start.Unix()
	g := &Generator{o: o, sec: start, end: o.Start.Add(o.Duration).Unix(), good: mustEvent("STREAM_SERVICE_CHECKING_SUCCESS"),
		bad: mustEvent("STREAM_SERVICE_CHECKING_ERROR"), bursts: newBursts(&o), quiets: newQuiets(&o)}
	switch o.Python {
	case 0:
		g.change = o.Start.Add(o.Duration / 2).Unix()
	case 2:
		g.change = math.MaxInt64
	}
	if o.Logs != nil {
		g.wanted = make(map[string]bool)
		for _, l := range o.Logs {
			g.wanted[l] = true
		}
	}
	rate := uint64(o.Rate * one) // a power of two: exact
	if o.Edges == 0 {
		g.o.Edges = min(300, 6+int(rate*2/5/one))
	}
	g.clock = newClockwork(&o, g.o.Edges, min(300, 20+int(rate*20/one)))
	byClock := uint64(g.clock.perDay()) * one / 86400
	g.traffic = newTraffic(&o, max(rate, byClock+rate/20)-byClock)
	g.pen = pen{zone: o.Zone, subs: 200 + rate*800/one, edge: g.o.Edges, down: make(map[string]bool)}
	g.clock.boot(start)
	g.traffic.minute(start)
	return g, nil
}

// Next returns the next record in time order; false at the end. The record's text is overwritten by the next call.
func (g *Generator) Next() (Record, bool) {
	for {
		for g.at < len(g.queue) {
			j := &g.queue[g.at]
			g.at++
			if rec, ok := g.write(j); ok {
				return rec, true
			}
		}
		if g.sec >= g.end {
			return Record{}, false
		}
		g.fill()
		g.sec++
	}
}

// fill queues the records of the current second: commands, then traffic, then incidents.
func (g *Generator) fill() {
	g.queue, g.at = g.queue[:0], 0
	if g.sec%60 == 0 {
		g.traffic.minute(g.sec)
		g.clock.minute(g.sec)
	}
	if g.sec == g.change && g.o.Python == 0 {
		g.clock.boot(g.sec)
	}
	due := 0
	for due < len(g.clock.pending) && g.clock.pending[due].sec <= g.sec {
		due++
	}
	g.queue = append(g.queue, g.clock.pending[:due]...)
	g.clock.pending = slices.Delete(g.clock.pending, 0, due)
	for range g.traffic.count() {
		g.queue = append(g.queue, job{sec: g.sec, stream: streamTraffic, n: g.made})
		g.made++
	}
	for i := range g.bursts {
		g.queue = g.bursts[i].appendJobs(g.queue, g.sec)
	}
}

// write renders a job, unless its log is not wanted or it is silenced.
func (g *Generator) write(j *job) (Record, bool) {
	p := &g.pen
	p.dice.Seed(g.o.Seed, j.stream, j.n)
	ev := j.ev
	if ev == nil {
		ev = g.traffic.event(&p.dice)
	}
	if g.wanted != nil && !g.wanted[ev.log] {
		return Record{}, false
	}
	p.era, p.set, p.us = pick(j.sec < g.change, 2, 3), j.set, j.us
	p.track = len(g.quiets) > 0
	p.record(ev, j.sec, ev.name)
	if j.burst == 0 && g.silenced(ev, j.sec) {
		g.suppressed++
		return Record{}, false
	}
	switch ev {
	case g.bad:
		p.down[p.topic] = true
	case g.good:
		delete(p.down, p.topic)
	}
	name := ev.name
	if name == Unhandled {
		name = ""
	}
	return Record{Log: ev.log, Sec: j.sec, Event: name, Burst: j.burst, Text: p.buf}, true
}

func (g *Generator) silenced(ev *event, sec int64) bool {
	for i := range g.quiets {
		if g.quiets[i].matches(ev, sec, &g.pen) {
			return true
		}
	}
	return false
}
