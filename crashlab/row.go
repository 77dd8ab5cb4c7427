package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// row is a fault and what is asked of the service while it lasts.
type row struct {
	name   string
	about  string
	asked  string // the figure, in words
	rounds int    // of the whole lab
	short  int    // of the short form; 0: it has none
	most   int    // rounds at a time; 0: as many as there may be
	alone  bool   // time is measured: after all the other rows
	apart  bool   // it runs only when asked for by name, or in the short form
	// cannot says why this machine cannot run the row; "" if it can. Such a row is
	// in the table with its reason, so that it does not pass silently.
	cannot func() string
	// count says how many rounds there are where that has to be found out first.
	count func(context.Context, options) (int, error)
	run   func(*round) error
	// baseline says that the rounds can be run with nxadm/tail alone: they ask for
	// a follower, and for nothing that only the service has.
	baseline bool
	// after judges all rounds together.
	after func(*result) error
}

// result is what the rounds of a row found.
type result struct {
	row
	done     int
	sum      tally
	wall     time.Duration
	spent    time.Duration // by all rounds together
	unable   string
	failed   int     // rounds
	whole    []error // what is wrong with all of them together
	baseline bool
}

// figure is a measured value that must not exceed a limit; the short form only tells
// it, since it runs beside other work.
type figure struct {
	value, limit float64
	unit         string
}

// tally is what a round counts.
type tally struct {
	records, lost, doubled int // records written, never counted, counted twice
	alerts                 int // transitions that replay knows of
	alertsLost             int // of them, not decided or not told to a receiver
	alertsDoubled          int // decided or told, but not by replay, or under a second id
	copies                 int // messages taken twice under one id: in flight at a kill, or their answer was lost
	unexplained            int // messages taken twice for no reason
	kills                  int
	notes                  map[string]int    // whatever else a row counts
	figures                map[string]figure // the worst of all rounds
}

func (t *tally) add(o tally) {
	t.records, t.lost, t.doubled = t.records+o.records, t.lost+o.lost, t.doubled+o.doubled
	t.alerts, t.alertsLost, t.alertsDoubled = t.alerts+o.alerts, t.alertsLost+o.alertsLost, t.alertsDoubled+o.alertsDoubled
	t.copies, t.unexplained, t.kills = t.copies+o.copies, t.unexplained+o.unexplained, t.kills+o.kills
	for name, n := range o.notes {
		t.note(name, n)
	}
	for name, f := range o.figures {
		t.measure(name, f)
	}
}

// note adds to a count that only some rows have.
func (t *tally) note(name string, n int) {
	if t.notes == nil {
		t.notes = map[string]int{}
	}
	t.notes[name] += n
}

// measure keeps the worst of a figure.
func (t *tally) measure(name string, f figure) {
	if t.figures == nil {
		t.figures = map[string]figure{}
	}
	if old, ok := t.figures[name]; ok {
		f.value = math.Max(f.value, old.value)
	}
	t.figures[name] = f
}

// fault is an error if a figure is not met.
func (t *tally) fault(short bool) error {
	var errs []error
	for what, n := range map[string]int{"records lost": t.lost, "records doubled": t.doubled, "alerts lost": t.alertsLost,
		"alerts doubled": t.alertsDoubled, "duplicates for no reason": t.unexplained} {
		if n > 0 {
			errs = append(errs, fmt.Errorf("%d %s", n, what))
		}
	}
	for name, f := range t.figures {
		if f.value > f.limit && !short {
			errs = append(errs, fmt.Errorf("%s: %.4g%s, allowed %.4g", name, f.value, f.unit, f.limit))
		}
	}
	return errors.Join(errs...)
}

// holdAll runs rows at the same time, so that there are always enough rounds; those
// that are measured follow one after the other. Rows with few rounds at a time begin
// first and have places of their own: the longest of them decides when all are over.
func holdAll(ctx context.Context, chosen []row, o options, out io.Writer) []*result {
	o.slots = make(chan struct{}, o.parallel)
	results := make([]*result, len(chosen))
	var together sync.WaitGroup
	for i, w := range chosen {
		if !w.alone {
			together.Go(func() { results[i] = hold(ctx, w, o, out) })
		}
	}
	together.Wait()
	for i, w := range chosen {
		if results[i] == nil {
			results[i] = hold(ctx, w, o, out)
		}
	}
	return results
}

// hold runs the rounds of a row, some at a time.
func hold(ctx context.Context, w row, o options, out io.Writer) *result {
	r := &result{row: w, baseline: o.baseline}
	began := time.Now()
	defer func() {
		r.wall = time.Since(began)
		r.text(out)
	}()
	if w.cannot != nil {
		if r.unable = w.cannot(); r.unable != "" {
			return r
		}
	}
	n, err := roundsOf(ctx, w, o)
	o.rounds = n
	if err != nil {
		r.whole = append(r.whole, err)
		return r
	}
	var mu sync.Mutex
	var all sync.WaitGroup
	free := o.slots
	if w.most > 0 {
		free = make(chan struct{}, w.most)
	}
	for i := range n {
		select {
		case free <- struct{}{}:
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			break
		}
		all.Go(func() {
			defer func() { <-free }()
			began := time.Now()
			t, err := once(ctx, w, o, i)
			mu.Lock()
			defer mu.Unlock()
			r.spent += time.Since(began)
			r.done++
			r.sum.add(t)
			if err != nil && ctx.Err() == nil {
				r.failed++
				if !o.baseline {
					fmt.Fprintln(out, err)
				}
			}
		})
	}
	all.Wait()
	if w.after != nil && ctx.Err() == nil {
		if err := w.after(r); err != nil {
			r.whole = append(r.whole, err)
		}
	}
	return r
}

func roundsOf(ctx context.Context, w row, o options) (int, error) {
	n := w.rounds
	if w.count != nil {
		var err error
		if n, err = w.count(ctx, o); err != nil {
			return 0, err
		}
	}
	switch {
	case o.rounds > 0:
		return o.rounds, nil
	case o.short:
		return w.short, nil
	case o.baseline:
		return min(n, 50), nil // enough to see what is lost
	}
	return n, nil
}

// once runs one round in a directory of its own, which is kept when it fails.
func once(ctx context.Context, w row, o options, i int) (tally, error) {
	seed := o.seed + uint64(i)
	dir := filepath.Join(o.dir, fmt.Sprintf("%s-%d", w.name, seed))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return tally{}, err
	}
	r := newRound(ctx, o, dir, seed, i)
	err := w.run(r)
	r.end()
	if err == nil {
		err = r.tally.fault(o.short)
	}
	if err != nil && !o.baseline {
		return r.tally, fmt.Errorf("row %s, round %d, seed %d, kept in %s: %w", w.name, i+1, seed, dir, err)
	}
	return r.tally, errors.Join(err, os.RemoveAll(dir))
}

func failures(results []*result) error {
	var errs []error
	for _, r := range results {
		if r.failed > 0 && !r.baseline {
			errs = append(errs, fmt.Errorf("row %s: %d of %d rounds failed", r.name, r.failed, r.done))
		}
		for _, err := range r.whole {
			errs = append(errs, fmt.Errorf("row %s: %w", r.name, err))
		}
	}
	return errors.Join(errs...)
}
