package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"slices"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/engine"
	"github.com/smarty-alert/smarty-alert/ingest"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/smartylog"
	"github.com/smarty-alert/smarty-alert/store"
)

// snapshot is the engine's state at one cut, with the place in the logs that
// belongs to it.
type snapshot struct {
	Place  place  `json:"place"`
	Quiet  int64  `json:"quiet,omitempty"` // first start: where the history ends
	Engine []byte `json:"engine"`
}

func (l *loop) encodeSnapshot() ([]byte, error) {
	data, err := l.eng.State()
	if err != nil {
		return nil, err
	}
	sn := snapshot{Place: place{Positions: l.live.Positions()}, Engine: data}
	if l.quiet != nil {
		sn.Quiet = l.quiet.until
	}
	return json.Marshal(sn)
}

// begin opens the logs and brings the engine to where the last run was cut off:
// the snapshot, then cut by cut what was read after it.
func (l *loop) begin(ctx context.Context, logs []ingest.LogConfig, lo ingest.LiveOptions, eo engine.Options, st store.State) error {
	var sn snapshot
	if st.Snapshot == nil {
		return l.firstStart(ctx, logs, lo, eo)
	}
	err := json.Unmarshal(st.Snapshot, &sn)
	if err != nil {
		return fmt.Errorf("decode snapshot: %w", err)
	}
	eo.Start = sn.Quiet
	l.snapshot = l.now()
	if l.eng, err = engine.Restore(l.set, eo, sn.Engine); err != nil {
		return err
	}
	if l.live, err = ingest.OpenLive(logs, lo, sn.Place.Positions); err != nil {
		return err
	}
	if sn.Quiet != 0 {
		l.quiet = &quietStart{until: sn.Quiet}
	}
	again, err := l.reread(st.Cuts)
	if err != nil {
		return err
	}
	l.lastSeq, l.evaluated = st.LastCut.Seq, l.eng.Evaluated()
	l.unsaved = len(st.Cuts) > 0
	if l.quiet != nil {
		l.quiet.held = again
		return nil
	}
	return l.reconcile(ctx, st.Firing, again)
}

// firstStart has no state: history is read into the windows, and a snapshot
// made before the first record says from where.
func (l *loop) firstStart(ctx context.Context, logs []ingest.LogConfig, lo ingest.LiveOptions, eo engine.Options) error {
	eo.Start = l.now().Unix()
	l.eng = engine.New(l.set, eo)
	l.quiet = &quietStart{until: eo.Start}
	var err error
	if l.live, err = ingest.OpenLive(logs, lo, nil); err != nil {
		return err
	}
	if err := l.commit(ctx, true, nil, nil); err != nil {
		return err
	}
	l.unsaved = true
	return l.saveSnapshot(ctx, true)
}

// reread consumes again what the last run consumed after its snapshot, cut by
// cut, and returns the transitions that follow: they have the ids they had.
func (l *loop) reread(cuts []store.Cut) ([]alert.Transition, error) {
	var again []alert.Transition
	var rec smartylog.Record
	for _, cut := range cuts {
		var to place
		if err := json.Unmarshal(cut.Positions, &to); err != nil {
			return nil, fmt.Errorf("decode positions of cut %d: %w", cut.Seq, err)
		}
		names := make([]string, 0, len(to.Positions))
		for name := range to.Positions {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			if err := l.rereadSource(name, to.Positions[name], &rec); err != nil {
				return nil, err
			}
		}
		for name, wall := range to.EOF {
			l.eng.EOF(l.eng.Source(name), wall)
		}
		again = append(again, transitions(l.eng.AdvanceTo(cut.Second))...)
	}
	return again, nil
}

func (l *loop) rereadSource(name string, to []ingest.Position, rec *smartylog.Record) error {
	src := l.eng.Source(name)
	for {
		err := l.live.ReadTo(name, to, rec)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read %s again: %w", name, err)
		}
		l.eng.Step(src, rec)
	}
}

// reconcile makes the store and the engine agree about what fires, when rules
// were edited or input vanished while the program was down: what only the store
// knows is resolved, what only the engine knows is announced.
func (l *loop) reconcile(ctx context.Context, stored, again []alert.Transition) error {
	firing := l.eng.Firing()
	known := map[string]bool{}
	var ts []alert.Transition
	for _, t := range stored {
		known[t.AlertID] = true
		if !firing[t.AlertID] {
			ts = append(ts, l.lost(t))
		}
	}
	for _, t := range again {
		if t.State == alert.Firing && firing[t.AlertID] && !known[t.AlertID] {
			ts = append(ts, t)
		}
	}
	if len(ts) == 0 {
		return nil
	}
	return l.commit(ctx, false, l.announce(ts), l.flush())
}

// lost ends an alert that nothing supports any more.
func (l *loop) lost(t alert.Transition) alert.Transition {
	final, ok := l.eng.Final()
	if !ok {
		final = t.At
	}
	t.State, t.At, t.EndsAt, t.Reason = alert.Resolved, final, final, "state_lost"
	if r := l.set.Find(t.Rule); r == nil || r.Status == rules.Disabled {
		t.Reason = "rule_removed"
	}
	t.ID = alert.TransitionID(t.AlertID, t.State, t.At)
	l.log.Warn("alert ended while the program was down", slog.String("rule", t.Rule), slog.String("group", t.Group.String()), slog.String("reason", t.Reason))
	return t
}
