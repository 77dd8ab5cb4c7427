package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/ingest"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// reread tells the engine again what it was told after its snapshot, cut by
// cut, and returns the transitions that follow: they have the ids they had.
// Those of a first start's history are held, as they were.
func (l *loop) reread(ctx context.Context, cuts []place) ([]alert.Transition, error) {
	var again []alert.Transition
	for _, to := range cuts {
		if err := ctx.Err(); err != nil {
			return nil, err // the cuts stay, for the next start
		}
		l.getsOn()
		ts, err := l.retell(to)
		if err != nil {
			return nil, err
		}
		ts = append(ts, transitions(l.eng.AdvanceTo(to.second))...)
		if !to.Quiet {
			l.quiet = nil
		}
		if l.quiet != nil {
			l.quiet.hold(ts)
		}
		again = append(again, ts...)
	}
	return again, nil
}

// retell tells the engine what it was told up to one cut, in the same order
// where that matters.
func (l *loop) retell(to place) ([]alert.Transition, error) {
	sources, err := l.rereadings(to)
	if err != nil {
		return nil, err
	}
	var ts []alert.Transition
	for _, p := range to.Told {
		for _, name := range p.Named {
			l.eng.Source(name)
		}
		fresh, err := l.retellRead(p, sources)
		if err != nil {
			return nil, err
		}
		ts = append(ts, fresh...)
		for name, wall := range p.EOF {
			l.eng.EOF(l.eng.Source(name), wall)
		}
		for _, name := range slices.Sorted(maps.Keys(p.Stalled)) {
			l.eng.Stall(l.eng.Source(name), p.Stalled[name])
		}
		ts = append(ts, transitions(l.eng.Advance())...) // a cut after a full disk is a long one
	}
	for _, r := range sources {
		if err := r.skip(); err != nil {
			return nil, err
		}
	}
	return ts, nil
}

// retellRead steps the records of one phase. Where their order does not matter,
// the source that is behind comes first, as at the first time, so that seconds
// become final and are judged on the way.
func (l *loop) retellRead(p phase, sources map[string]*rereading) (ts []alert.Transition, err error) {
	if !p.Free {
		for _, s := range p.Read {
			if err := sources[s.Source].steps(s); err != nil {
				return nil, err
			}
		}
		return nil, nil
	}
	left := make([]stretch, len(p.Read))
	copy(left, p.Read)
	at := make([]int64, len(left)) // the greatest second of each so far
	for i := range at {
		at[i] = math.MinInt64
	}
	for len(left) > 0 {
		least := 0
		for i := range at {
			if at[i] < at[least] {
				least = i
			}
		}
		for was := at[least]; left[least].Records > 0 && at[least] == was; left[least].Records-- {
			sec, ok, err := sources[left[least].Source].step(false)
			if err != nil {
				return nil, err
			}
			if !ok {
				left[least].Records = 1 // fewer than there were
			}
			at[least] = max(at[least], sec)
		}
		ts = append(ts, transitions(l.eng.Advance())...)
		if left[least].Records == 0 {
			last := len(left) - 1
			left[least], at[least] = left[last], at[last]
			left, at = left[:last], at[:last]
		}
	}
	return ts, nil
}

// rereading reads one source again, up to its positions at a cut.
type rereading struct {
	loop   *loop
	name   string
	number int // in the engine; -1: not asked for yet
	to     []ingest.Position
	ahead  bool                // kept holds all there is
	kept   []*smartylog.Record // in the order of reading
	rec    smartylog.Record
}

// rereadings are those of all sources of a cut. Where history was passed over,
// only the end shows which records were told: those are read ahead.
func (l *loop) rereadings(to place) (map[string]*rereading, error) {
	counts := map[string]int{}
	for _, p := range to.Told {
		for _, s := range p.Read {
			counts[s.Source] += s.Records
		}
	}
	out := map[string]*rereading{}
	for name := range counts { // one without a position has nothing left
		out[name] = &rereading{loop: l, name: name, number: -1, ahead: true}
	}
	for name, positions := range to.Positions {
		r := &rereading{loop: l, name: name, number: -1, to: positions}
		out[name] = r
		if to.Exact && !slices.Contains(to.Passed, name) {
			continue
		}
		if err := r.readAhead(counts[name]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// next reads a record; false when the positions are reached.
func (r *rereading) next() (ok bool, err error) {
	err = r.loop.live.ReadTo(r.name, r.to, &r.rec)
	if err == io.EOF {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read %s again: %w", r.name, err)
	}
	return true, nil
}

// readAhead keeps the last n records.
func (r *rereading) readAhead(n int) error {
	r.ahead = true
	for {
		ok, err := r.next()
		if err != nil || !ok {
			r.kept = r.kept[max(0, len(r.kept)-n):]
			return err
		}
		if n == 0 {
			continue
		}
		if r.kept = append(r.kept, r.rec.Clone()); len(r.kept) >= 2*n {
			r.kept = append(r.kept[:0], r.kept[len(r.kept)-n:]...)
		}
	}
}

func (r *rereading) steps(s stretch) error {
	for range s.Records {
		if _, ok, err := r.step(s.Future); err != nil || !ok {
			return err
		}
	}
	return nil
}

// step tells the engine of the next record. There are fewer than there were if
// some vanished since: they were counted as a gap.
func (r *rereading) step(future bool) (sec int64, ok bool, err error) {
	rec := &r.rec
	if r.ahead {
		if len(r.kept) == 0 {
			return 0, false, nil
		}
		rec, r.kept = r.kept[0], r.kept[1:]
	} else if ok, err := r.next(); err != nil || !ok {
		return 0, false, err
	}
	rec.Flags &^= smartylog.Future
	if future {
		rec.Flags |= smartylog.Future
	}
	if r.number < 0 {
		r.number = r.loop.eng.Source(r.name)
	}
	r.loop.eng.Step(r.number, rec)
	if !rec.HasTime() {
		return math.MinInt64, true, nil
	}
	return rec.Sec, true, nil
}

// skip reads what was not told up to the positions.
func (r *rereading) skip() error {
	for len(r.to) > 0 {
		if ok, err := r.next(); err != nil || !ok {
			return err
		}
	}
	return nil
}
