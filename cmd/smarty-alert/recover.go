package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/engine"
	"github.com/smarty-alert/smarty-alert/ingest"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/store"
)

// place is what a cut keeps of reading: how far, and what the engine was told on
// the way, so that a restart can tell it the same. Records alone would not do:
// which of them are late depends on what else was known when they came.
type place struct {
	// Positions are those of sources that have moved since the cut before, or, in the
	// first cut of a process, of all.
	Positions positions `json:"positions"`
	// Quiet says that the history of a first start was not announced yet.
	Quiet bool `json:"quiet,omitempty"`
	Told  tale `json:"told,omitempty"`
	// Passed are the sources of which history before their start was passed over
	// since the last cut; Exact says that there were no others.
	Passed []string `json:"passed,omitempty"`
	Exact  bool     `json:"exact,omitempty"`

	second int64 // of the cut
}

// positions are how far sources were read, by name.
type positions map[string][]ingest.Position

// since leaves those out that are what they were before. When a log was looked at last
// only matters to a snapshot, with which following begins.
func (ps positions) since(before positions) positions {
	moved := positions{}
	for name, now := range ps {
		was, known := before[name]
		if !known || !slices.EqualFunc(was, now, func(a, b ingest.Position) bool { a.At = b.At; return a == b }) {
			moved[name] = now
		}
	}
	return moved
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
// first cut knew, whatever they are called by now. The cuts tell more of how the
// files of the snapshot begin.
func resumeAt(saved map[string][]ingest.Position, cuts []place) map[string][]ingest.Position {
	out := map[string][]ingest.Position{}
	for name, positions := range saved {
		out[name] = slices.Clone(positions)
	}
	for _, cut := range cuts {
		for name, positions := range cut.Positions {
			if _, known := out[name]; known {
				learnStarts(out[name], positions)
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

func learnStarts(known, later []ingest.Position) {
	for i := range known {
		for _, p := range later {
			known[i].Learn(p)
		}
	}
}

func (l *loop) place(at positions) place {
	if !l.eng.Ordered() {
		l.told.sum()
	}
	return place{Positions: at.since(l.cut), Quiet: l.quiet != nil, Told: l.told, Passed: l.passedOver(), Exact: true}
}

// begin opens the logs and brings the engine to where the last run was cut off:
// the snapshot, then cut by cut what was read after it.
func (l *loop) begin(ctx context.Context, logs []ingest.LogConfig, lo ingest.LiveOptions, eo engine.Options, st store.State) error {
	l.late, lo.Wants = eo.Lateness, wanted(l.set)
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
	if err := l.awaitLogs(ctx, cuts); err != nil {
		return err
	}
	again, err := l.reread(ctx, cuts)
	if err != nil {
		return err
	}
	l.lastSeq, l.evaluated = st.LastCut.Seq, l.eng.Evaluated()
	// What had to be read again is saved at once: the next restart need not, and a
	// program that dies within a minute each time does not need ever older files.
	if l.unsaved = len(st.Cuts) > 0; !l.unsaved {
		l.snapshot = l.now()
	}
	l.forsake()
	if l.quiet != nil {
		return nil
	}
	if err := l.reconcile(ctx, st.Firing, again, sn.Rules); err != nil {
		return err
	}
	return l.keepSnapshot(ctx)
}

// awaitLogs waits a while for logs that are to be read again and cannot be read now: what
// fires by them would be resolved for want of evidence, and raised anew when they can be.
// The others must not wait for ever. What such a log brought since the snapshot is then
// read when it can be, as late records: that nothing is lost goes before that nothing of
// one minute is judged twice.
func (l *loop) awaitLogs(ctx context.Context, cuts []place) error {
	lacking := func() []string {
		return slices.DeleteFunc(l.live.Waiting(), func(name string) bool {
			return !slices.ContainsFunc(cuts, func(c place) bool { return c.Positions[name] != nil })
		})
	}
	for began := l.now(); len(lacking()) > 0 && l.now().Sub(began) < stalledAfter; l.live.Retry() {
		if l.sleep(ctx, awaitEvery); ctx.Err() != nil {
			return ctx.Err() // the cuts stay, for the next start
		}
		l.getsOn()
	}
	for _, name := range lacking() {
		l.log.Warn("log cannot be read: what it brought since the last snapshot is missing until it can be, and is judged again then", slog.String("source", name))
	}
	return nil
}

// wanted tells of which events of a log some rule wants records.
func wanted(set *rules.Set) func(log string) func(event string) bool {
	return func(log string) func(event string) bool {
		return func(event string) bool { return set.Wants(log, event) }
	}
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
	if _, full := l.store.InMemory(); full {
		// A restart would take for history what comes from now on.
		return fmt.Errorf("write down where the logs begin: %w", errFirstNeedsRoom)
	}
	if err := l.saveSnapshot(ctx); err != nil {
		return err
	}
	return l.noSnap
}

var errFirstNeedsRoom = errors.New("a first start takes room on the disk of the state (hint: free some)")

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
