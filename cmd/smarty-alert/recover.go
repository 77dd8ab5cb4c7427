package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/engine"
	"github.com/smarty-alert/smarty-alert/ingest"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/smartylog"
	"github.com/smarty-alert/smarty-alert/store"
)

// place is what a cut keeps of reading: how far, and what the engine was told on
// the way, so that a restart can tell it the same. Records alone would not do:
// which of them are late depends on what else was known when they came.
type place struct {
	Positions map[string][]ingest.Position `json:"positions"`
	// Quiet says that the history of a first start was not announced yet.
	Quiet bool `json:"quiet,omitempty"`
	Told  tale `json:"told,omitempty"`

	second int64 // of the cut
}

func places(cuts []store.Cut) ([]place, error) {
	out := make([]place, len(cuts))
	for i, cut := range cuts {
		if err := json.Unmarshal(cut.Positions, &out[i]); err != nil {
			return nil, fmt.Errorf("decode positions of cut %d: %w", cut.Seq, err)
		}
		out[i].second = cut.Second
	}
	return out, nil
}

// resumeAt is where reading goes on after a restart: at the snapshot's positions,
// and for a log that appeared after it at the beginning of the files that the
// first cut knew, whatever they are called by now.
func resumeAt(saved map[string][]ingest.Position, cuts []place) map[string][]ingest.Position {
	out := map[string][]ingest.Position{}
	maps.Copy(out, saved)
	for _, cut := range cuts {
		for name, positions := range cut.Positions {
			if _, known := out[name]; known {
				continue
			}
			for _, p := range positions {
				p.Offset, p.Tail, p.TailLen, p.High, p.Done = 0, "", 0, 0, false
				out[name] = append(out[name], p)
			}
		}
	}
	return out
}

// tale is what the engine was told since the last cut, in order.
type tale []phase

// phase is a part of a tale: its items came in the order of the fields.
type phase struct {
	Named []string         `json:"named,omitempty"` // sources it heard of first
	Read  []stretch        `json:"read,omitempty"`
	EOF   map[string]int64 `json:"eof,omitempty"` // wall second up to which a source was read
}

// stretch is a number of records in a row of one source.
type stretch struct {
	Source  string `json:"source"`
	Records int    `json:"records"`
	Future  bool   `json:"future,omitempty"` // ahead of the wall clock then
}

// last is the phase to add to; fresh asks for a new one.
func (t *tale) last(fresh bool) *phase {
	if fresh || len(*t) == 0 {
		*t = append(*t, phase{})
	}
	return &(*t)[len(*t)-1]
}

func (t *tale) named(source string) {
	p := t.last(false)
	p = t.last(len(p.Read)+len(p.EOF) > 0)
	p.Named = append(p.Named, source)
}

func (t *tale) record(source string, future bool) {
	p := t.last(false)
	p = t.last(len(p.EOF) > 0)
	if n := len(p.Read); n > 0 && p.Read[n-1].Source == source && p.Read[n-1].Future == future {
		p.Read[n-1].Records++
		return
	}
	p.Read = append(p.Read, stretch{Source: source, Records: 1, Future: future})
}

func (t *tale) ended(source string, wall int64) {
	p := t.last(false)
	if p.EOF == nil {
		p.EOF = map[string]int64{}
	}
	p.EOF[source] = wall
}

func (l *loop) place() place {
	return place{Positions: l.live.Positions(), Quiet: l.quiet != nil, Told: l.told}
}

// begin opens the logs and brings the engine to where the last run was cut off:
// the snapshot, then cut by cut what was read after it.
func (l *loop) begin(ctx context.Context, logs []ingest.LogConfig, lo ingest.LiveOptions, eo engine.Options, st store.State) error {
	l.late = eo.Lateness
	if st.Snapshot == nil {
		return l.firstStart(ctx, logs, lo, eo)
	}
	sn, err := decodeSnapshot(st.Snapshot)
	if err != nil {
		return err
	}
	if l.quiet = sn.Quiet; l.quiet != nil {
		eo.Start = l.quiet.Until
	}
	l.snapshot = l.now()
	if l.eng, err = engine.Restore(l.set, eo, sn.Engine); err != nil {
		return err
	}
	cuts, err := places(st.Cuts)
	if err != nil {
		return err
	}
	if l.live, err = ingest.OpenLive(logs, lo, resumeAt(sn.Positions, cuts)); err != nil {
		return err
	}
	again, err := l.reread(ctx, cuts)
	if err != nil {
		return err
	}
	l.lastSeq, l.evaluated = st.LastCut.Seq, l.eng.Evaluated()
	l.unsaved = len(st.Cuts) > 0
	l.forsake()
	if l.quiet != nil {
		return nil
	}
	return l.reconcile(ctx, st.Firing, again, sn.Rules)
}

// forsake notes which sources of the engine are not followed any more.
func (l *loop) forsake() {
	followed := l.live.Sources()
	_, sources := l.eng.Stats()
	for _, s := range sources {
		if !slices.Contains(followed, s.Name) {
			l.gone = append(l.gone, s.Name)
		}
	}
}

// firstStart has no state: history is read into the windows, and a snapshot
// made before the first record says from where.
func (l *loop) firstStart(ctx context.Context, logs []ingest.LogConfig, lo ingest.LiveOptions, eo engine.Options) error {
	eo.Start = l.now().Unix()
	l.eng = engine.New(l.set, eo)
	l.quiet = &quietStart{Until: eo.Start}
	var err error
	if l.live, err = ingest.OpenLive(logs, lo, nil); err != nil {
		return err
	}
	if err := l.commit(ctx, true, nil, nil); err != nil {
		return err
	}
	return l.saveSnapshot(ctx)
}

// reread tells the engine again what it was told after its snapshot, cut by
// cut, and returns the transitions that follow: they have the ids they had.
// Those of a first start's history are held, as they were.
func (l *loop) reread(ctx context.Context, cuts []place) ([]alert.Transition, error) {
	var again []alert.Transition
	for _, to := range cuts {
		if err := ctx.Err(); err != nil {
			return nil, err // the cuts stay, for the next start
		}
		if err := l.retell(to); err != nil {
			return nil, err
		}
		ts := transitions(l.eng.AdvanceTo(to.second))
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

// retell tells the engine what it was told up to one cut, in the same order.
func (l *loop) retell(to place) error {
	counts := map[string]int{}
	for _, p := range to.Told {
		for _, s := range p.Read {
			counts[s.Source] += s.Records
		}
	}
	records := map[string][]*smartylog.Record{}
	for name, positions := range to.Positions {
		var err error
		if records[name], err = l.rereadSource(name, positions, counts[name]); err != nil {
			return err
		}
	}
	for _, p := range to.Told {
		for _, name := range p.Named {
			l.eng.Source(name)
		}
		for _, s := range p.Read {
			records[s.Source] = l.stepAgain(s, records[s.Source])
		}
		for name, wall := range p.EOF {
			l.eng.EOF(l.eng.Source(name), wall)
		}
	}
	return nil
}

// stepAgain steps a stretch of records and returns those after it. There are
// fewer than there were if some vanished since: they were counted as a gap.
func (l *loop) stepAgain(s stretch, recs []*smartylog.Record) []*smartylog.Record {
	src := l.eng.Source(s.Source)
	n := min(s.Records, len(recs))
	for _, rec := range recs[:n] {
		rec.Flags &^= smartylog.Future
		if s.Future {
			rec.Flags |= smartylog.Future
		}
		l.eng.Step(src, rec)
	}
	return recs[n:]
}

// rereadSource returns the last n records of a source up to the positions of a
// cut: what lies before them is history that was skipped the first time.
func (l *loop) rereadSource(name string, to []ingest.Position, n int) ([]*smartylog.Record, error) {
	var recs []*smartylog.Record
	var rec smartylog.Record
	for {
		err := l.live.ReadTo(name, to, &rec)
		if err == io.EOF {
			return recs[max(0, len(recs)-n):], nil
		}
		if err != nil {
			return nil, fmt.Errorf("read %s again: %w", name, err)
		}
		if n == 0 {
			continue
		}
		if recs = append(recs, rec.Clone()); len(recs) >= 2*n {
			recs = append(recs[:0], recs[len(recs)-n:]...)
		}
	}
}

// reconcile makes the store and the engine agree about what fires, when rules
// were edited or input vanished while the program was down: what only the store
// knows is resolved, what only the engine knows is announced.
func (l *loop) reconcile(ctx context.Context, stored, again []alert.Transition, before map[string]string) error {
	firing := l.eng.Firing()
	known := map[string]bool{}
	var ts []alert.Transition
	for _, t := range stored {
		known[t.AlertID] = true
		if !firing[t.AlertID] {
			ts = append(ts, l.lost(t, before))
		}
	}
	for _, t := range again {
		if t.Active() && firing[t.AlertID] && !known[t.AlertID] {
			ts = append(ts, t)
		}
	}
	if len(ts) == 0 {
		return nil
	}
	return l.commit(ctx, false, l.announce(ts), l.flush())
}

// lost ends an alert that nothing supports any more.
func (l *loop) lost(t alert.Transition, before map[string]string) alert.Transition {
	final, ok := l.eng.Final()
	if !ok {
		final = t.At
	}
	t.State, t.At, t.EndsAt, t.Reason = alert.Resolved, final, final, "state_lost"
	if r := l.set.Find(t.Rule); r == nil || r.Status == rules.Disabled {
		t.Reason = "rule_removed"
	} else if hash, ok := before[t.Rule]; ok && hash != r.StateHash() {
		t.Reason = "rule_changed"
	}
	t.ID = alert.TransitionID(t.AlertID, t.State, t.At)
	l.log.Warn("alert ended while the program was down", slog.String("rule", t.Rule), slog.String("group", t.Group.String()), slog.String("reason", t.Reason))
	return t
}
