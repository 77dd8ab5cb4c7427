package rehearsal

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/engine"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/ruletest"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// snapshotEvery is how often a live run writes a snapshot, in seconds.
const snapshotEvery = 60

// kept is what survives a crash: the last snapshot, and in which steps the engine
// went on from there, as the cuts of a live run tell.
type kept struct {
	state []byte
	at    int64 // second
	steps []int // of each log: records read before
	moves []move
}

// move is a record of a log that was stepped, or an advance: of all that was final,
// or up to a second.
type move struct {
	src int // -1: an advance
	to  int64
}

// restarts tells whether an op ends the program.
func restarts(op ruletest.Op) bool {
	return op.Silence == nil && op.Ack == nil && op.Restart != ruletest.Reload
}

// moved notes what the engine was told.
func (st *stage) moved(m move) {
	if st.dies {
		st.kept.moves = append(st.kept.moves, m)
	}
}

func inTime(ops []ruletest.Op) []ruletest.Op {
	out := slices.Clone(ops)
	slices.SortStableFunc(out, func(a, b ruletest.Op) int { return int(max(-1, min(1, a.At-b.At))) })
	return out
}

// do does what an operator does, after everything else of that second.
func (st *stage) do(op ruletest.Op) error {
	second := st.second(op)
	if err := st.reach(second); err != nil {
		return err
	}
	st.story = append(st.story, Moment{Op: &op, second: second})
	now := time.Unix(second, 0)
	err := error(nil)
	switch {
	case op.Silence != nil:
		err = st.silence(op, now)
	case op.Ack != nil:
		err = st.ack(op, now)
	case op.Restart == ruletest.Reload:
		err = st.reload(op, now)
	case op.Restart == ruletest.Crash:
		err = st.crash(now)
	default:
		err = st.restart(now)
	}
	if err != nil {
		return err
	}
	return st.tell.Flush(now)
}

func (st *stage) silence(op ruletest.Op, now time.Time) error {
	s := alert.Silence{Matchers: op.Silence.Matchers, StartsAt: now, EndsAt: now.Add(op.Silence.For), CreatedBy: "test", Comment: "a test of rules"}
	if _, err := st.tell.Dispatcher.SetSilence(s, fmt.Sprintf("silence-%d", len(st.story)), now); err != nil {
		return faultAt(op.Value(), "", "%v", err)
	}
	return nil
}

func (st *stage) ack(op ruletest.Op, now time.Time) error {
	found := false
	for _, id := range slices.Sorted(maps.Keys(st.firing)) {
		t := st.firing[id]
		if !op.Ack.Matchers.Matches(t.Set(st.setting.Dispatch.External)) {
			continue
		}
		found = true
		if err := st.tell.Dispatcher.Ack(alert.Ack{AlertID: id, Severity: t.Severity, By: op.Ack.By, At: now}); err != nil {
			return faultAt(op.Value(), "", "%v", err)
		}
	}
	if !found {
		return faultAt(op.Value(), "acknowledge it when it fires", "no alert that matches fires at that time")
	}
	return nil
}

func (st *stage) reload(op ruletest.Op, now time.Time) error {
	set := st.set
	if op.Rules != nil && st.setting.Reload != nil {
		var err error
		if set, err = st.setting.Reload(op); err != nil {
			return err
		}
	}
	if err := st.tell.Dispatcher.Reload(st.setting.dispatch(), now); err != nil {
		return err
	}
	for _, r := range set.Rules {
		if !slices.Contains(st.rules, r) {
			st.rules = append(slices.Clone(st.rules), r)
		}
	}
	st.set = set
	if err := st.tell.Handle(st.eng.Swap(set)); err != nil {
		return err
	}
	return st.snapshot()
}

// restart stops the program, which writes a last snapshot, and starts it again.
func (st *stage) restart(now time.Time) error {
	if err := st.snapshot(); err != nil {
		return err
	}
	return st.crash(now)
}

// crash goes on from the last snapshot: what was read after it is read again, and
// says nothing new.
func (st *stage) crash(now time.Time) error {
	eng, err := engine.Restore(st.set, st.engine(), st.kept.state)
	if err != nil {
		return err
	}
	if err := st.feed.close(); err != nil {
		return err
	}
	if st.feed, err = st.open(); err != nil {
		return err
	}
	for i, n := range st.kept.steps {
		for range n {
			if err := st.feed.lanes[i].next(); err != nil {
				return err
			}
		}
	}
	for _, m := range st.kept.moves {
		if err := st.again(eng, m); err != nil {
			return err
		}
	}
	st.eng = eng
	return st.revive(now)
}

func (st *stage) again(eng *engine.Engine, m move) error {
	if m.src >= 0 {
		eng.Step(m.src, &st.feed.lanes[m.src].rec)
		return st.feed.lanes[m.src].next()
	}
	for _, o := range advance(eng, m.to) {
		if t := o.Alert; t != nil && !st.known[t.ID] {
			return fmt.Errorf("after the restart %s is %s at %s, and was not before", name(t.Rule, t.Group), t.State, time.Unix(t.At, 0).UTC().Format(time.RFC3339))
		}
	}
	return nil
}

// revive makes the dispatcher anew from what it had stored.
func (st *stage) revive(now time.Time) error {
	st.stored.take(st.tell.Dispatcher)
	var rows []alert.NotifyGroup
	for _, key := range slices.Sorted(maps.Keys(st.stored.groups)) {
		rows = append(rows, st.stored.groups[key])
	}
	groups, err := throughStore(rows)
	if err != nil {
		return err
	}
	if st.tell.Dispatcher, err = notifiers.NewDispatcher(st.setting.dispatch(), groups, now); err != nil {
		return err
	}
	st.tell.Dispatcher.RestoreMutes(st.stored.mutes(), now)
	return nil
}

// stored are the rows of a dispatcher, as transactions have left them.
type stored struct {
	groups   map[string]alert.NotifyGroup
	silences map[string]alert.Silence
	acks     map[string]alert.Ack
}

// take brings the rows up to date.
func (s *stored) take(d *notifiers.Dispatcher) {
	if s.groups == nil {
		*s = stored{map[string]alert.NotifyGroup{}, map[string]alert.Silence{}, map[string]alert.Ack{}}
	}
	changed, gone := d.Changed()
	for _, g := range changed {
		s.groups[g.Key] = g
	}
	for _, key := range gone {
		delete(s.groups, key)
	}
	mutes := d.ChangedMutes()
	for _, m := range mutes.Silences {
		s.silences[m.ID] = m
	}
	for _, a := range mutes.Acks {
		s.acks[a.AlertID] = a
	}
	for _, id := range mutes.GoneSilences {
		delete(s.silences, id)
	}
	for _, id := range mutes.GoneAcks {
		delete(s.acks, id)
	}
}

func (s *stored) mutes() (m alert.Mutes) {
	for _, id := range slices.Sorted(maps.Keys(s.silences)) {
		m.Silences = append(m.Silences, s.silences[id])
	}
	for _, id := range slices.Sorted(maps.Keys(s.acks)) {
		m.Acks = append(m.Acks, s.acks[id])
	}
	return m
}

// throughStore is what a store gives back, which keeps JSON.
func throughStore(groups []alert.NotifyGroup) (out []alert.NotifyGroup, err error) {
	data, err := json.Marshal(groups)
	if err != nil {
		return nil, fmt.Errorf("store groups: %w", err)
	}
	if err := json.Unmarshal(data, &out); err != nil {
		return nil, fmt.Errorf("read groups: %w", err)
	}
	return out, nil
}

func (st *stage) keepSnapshot(second int64) error {
	if second < st.kept.at+snapshotEvery {
		return nil
	}
	return st.snapshot()
}

func (st *stage) snapshot() error {
	if !st.dies {
		return nil
	}
	state, err := st.eng.State()
	if err != nil {
		return err
	}
	steps := slices.Clone(st.kept.steps)
	if steps == nil {
		steps = make([]int, len(st.sources))
	}
	for _, m := range st.kept.moves {
		if m.src >= 0 {
			steps[m.src]++
		}
	}
	st.kept = kept{state: state, at: max(st.last, st.test.Start.Unix()), steps: steps}
	return nil
}

// faultAt is one fault of what a test says.
func faultAt(v strictyaml.Value, hint, format string, args ...any) error {
	faults := &strictyaml.Faults{}
	v.Reporting(faults).Fault(hint, format, args...)
	return faults.Err()
}
