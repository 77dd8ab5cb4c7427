package engine_test

import (
	"cmp"
	"slices"
)

// oClock is semantics §1 read literally: which second each record is taken at,
// and which second evaluates it. It is told every record in the order of
// reading; F is recomputed from scratch after each.
//
// Where the page is silent:
//   - a late record (its second final for its own source, or <= F) is evaluated
//     at max(own final, F) + 1; its own second decides what windows it is in;
//   - the own final second never falls, F never falls;
//   - a record from the future is taken at max(maxts, F+1) for membership and
//     evaluation alike; before any other record of its source, at the second of
//     the source's next one or, if its end is found before, at the first second
//     after what that makes final. It neither counts for nor breaks the five in a row;
//   - when a clock was set back, maxts restarts at the fifth record; the source
//     holds F again with the first timestamp beyond F;
//   - a record that looks forged neither moves maxts nor counts for or breaks the
//     five in a row; at the end of its source, if it came last, its second
//     counts among the greatest read. A source's first record is believed;
//   - every five records from the future in a row are told of, at the first second
//     that was not final; only another kind of record lets the count begin anew;
//   - when no source holds F, it is the greatest timestamp read;
//   - the first second of the run is the first at which a record is evaluated.
type oClock struct {
	lateness int64
	final    int64 // F
	newest   int64
	first    int64
	sources  []*oLane
	skews    []oSkew
}

// oSkew is a source whose clock is ahead, told at a second.
type oSkew struct {
	at     int64
	source string
}

type oLane struct {
	source   *oSource
	high     int64 // for the order of reading
	unread   []*oRecord
	maxts    int64
	final    int64
	back     int
	stepped  bool
	finished bool
	waiting  []*oRecord
	doubted  int64 // second of a record that looks forged, if it came last

	ahead                int // records from the future in a row
	late, futures, steps int64
}

const oNever = -1 << 62

func newClock(sources []*oSource, lateness int64) *oClock {
	c := &oClock{lateness: lateness, final: oNever, newest: oNever, first: -oNever}
	for _, s := range sources {
		c.sources = append(c.sources, &oLane{source: s, high: oNever, unread: s.records, maxts: oNever, final: oNever, doubted: oNever, finished: len(s.records) == 0})
	}
	return c
}

// oStep is one thing the engine is told: a record, or that a source was read to
// its end at a second of the wall clock.
type oStep struct {
	rec  *oRecord
	eof  *oSource
	wall int64
}

// run takes all records. In the order in which replay reads them, next comes
// the source with the least greatest timestamp, by name among equals. Live, where
// choose says one of n, any source may come next, and some are found at their end.
func (c *oClock) run(choose func(n int) int) (steps []oStep) {
	for {
		var open []*oLane
		for _, l := range c.sources {
			if len(l.unread) > 0 {
				open = append(open, l)
			}
		}
		if len(open) == 0 {
			return steps
		}
		l := slices.MinFunc(open, func(a, b *oLane) int {
			return cmp.Or(cmp.Compare(a.high, b.high), cmp.Compare(a.source.name(), b.source.name()))
		})
		if choose != nil {
			l = open[choose(len(open))]
		}
		steps = append(steps, oStep{rec: c.next(l)})
		if choose != nil && c.newest != oNever && choose(4) == 3 {
			steps = append(steps, c.eof(open[choose(len(open))], c.newest+int64(choose(30))))
		}
	}
}

func (c *oClock) next(l *oLane) *oRecord {
	r := l.unread[0]
	l.unread = l.unread[1:]
	if !r.future {
		l.high = max(l.high, r.sec)
	}
	c.take(l, r)
	c.refinal()
	if len(l.unread) == 0 { // a second thing that the engine is told
		l.finished = true
		c.newest = max(c.newest, l.doubted)
	}
	c.refinal()
	return r
}

// eof is §1.5: nothing is hidden up to lateness before the wall second, whatever
// the source's clock says.
func (c *oClock) eof(l *oLane, wall int64) oStep {
	l.final = max(l.final, wall-c.lateness-1)
	if l.final > c.final {
		l.stepped = false
	}
	c.refinal()
	if c.final != oNever {
		for _, w := range l.waiting {
			w.taken = max(l.final, c.final) + 1
			c.evaluated(w, w.taken)
		}
		l.waiting = nil
	}
	return oStep{eof: l.source, wall: wall}
}

func (c *oClock) take(l *oLane, r *oRecord) {
	if l.ahead++; !r.future {
		l.ahead = 0
	}
	if r.future {
		if l.futures++; l.ahead%5 == 0 {
			c.skews = append(c.skews, oSkew{c.final + 1, l.source.name()})
		}
		if l.maxts == oNever && (l.final == oNever || c.final == oNever) {
			l.waiting = append(l.waiting, r)
			return
		}
		r.taken = max(l.maxts, c.final+1)
		c.evaluated(r, r.taken)
		return
	}
	forged := r.suspect && l.maxts != oNever
	if !forged {
		c.step(l, r.sec)
		l.maxts = max(l.maxts, r.sec)
		c.newest = max(c.newest, r.sec)
	}
	r.taken = r.sec
	if r.sec <= l.final || r.sec <= c.final {
		l.late++
		c.evaluated(r, max(l.final, c.final)+1)
	} else {
		c.evaluated(r, r.sec)
	}
	for _, w := range l.waiting {
		w.taken = max(r.sec, c.final+1)
		c.evaluated(w, w.taken)
	}
	l.waiting = nil
	l.doubted = oNever
	if forged {
		l.doubted = r.sec
		return
	}
	l.final = max(l.final, l.maxts-c.lateness-1)
	if l.maxts > c.final {
		l.stepped = false
	}
}

func (c *oClock) evaluated(r *oRecord, at int64) {
	r.at = at
	c.first = min(c.first, at)
}

// step is §1.8.
func (c *oClock) step(l *oLane, sec int64) {
	if l.maxts == oNever || l.maxts-sec <= 60 {
		l.back = 0
		return
	}
	l.back++
	if l.back == 5 {
		l.back, l.maxts, l.stepped = 0, sec, true
		l.steps++
	}
}

// refinal is §1.4: F is the least final second of the sources that hold it.
func (c *oClock) refinal() {
	f, held := c.newest, false
	for _, l := range c.sources {
		if l.finished || l.stepped {
			continue
		}
		if !held || l.final < f {
			f = l.final
		}
		held = true
	}
	c.final = max(c.final, f)
}
