package engine

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"slices"

	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/windowing"
)

// stateVersion changes whenever an older program could misread the state.
const stateVersion = 4

// state is the whole engine as it is written to a snapshot. Rules are found
// again by id and state hash.
type state struct {
	Version                       int
	Reached, Final, First, Newest int64
	Begun                         bool
	Sources                       []source
	Pending                       map[int64][]item
	Skews                         []health
	Rules                         []ruleSnapshot
}

type ruleSnapshot struct {
	ID, StateHash string
	Cron          int64
	Groups        windowing.GroupsState
	Table         windowing.State
	Keys          []groupSnapshot // in the order of their last match
	Active        []incident
	Fresh         map[string]int64 // by key
	Recent        samples
	Stats         Stats
	Began         int64
	Crowd         crowd
	Faults        faults
	Steps         windowing.HistoryState // of order
	Records       windowing.HistoryState // of recall
	RecordNames   []string
	RecordKeep    int
}

type groupSnapshot struct {
	Key         []byte
	Last, Armed int64
	Incident    int // place in Active, from 1; 0: none
	Expected    bool
}

// State encodes everything the engine remembers. The engine can go on while the
// bytes are written.
func (e *Engine) State() ([]byte, error) {
	st := state{Version: stateVersion, Reached: e.reached, Final: e.final, First: e.first, Newest: e.newest, Begun: e.begun,
		Pending: e.waiting(), Skews: e.skews}
	// What is stored is redacted, like all that leaves the process.
	for at, items := range st.Pending {
		st.Pending[at] = e.cleaned(items)
	}
	for _, s := range e.sources {
		kept := *s
		kept.Held = e.cleaned(s.Held)
		st.Sources = append(st.Sources, kept)
	}
	for _, r := range e.rules {
		st.Rules = append(st.Rules, r.snapshot(e))
	}
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(&st); err != nil {
		return nil, fmt.Errorf("encode engine state: %w", err)
	}
	return b.Bytes(), nil
}

// waiting are copies of all that waits for its second.
func (e *Engine) waiting() map[int64][]item {
	all := map[int64][]item{}
	for at, a := range e.pending.bySecond {
		all[at] = a.items(e.rules, e.sources)
	}
	return all
}

func (e *Engine) cleaned(items []item) []item {
	out := slices.Clone(items)
	for i := range out {
		out[i].Sample = out[i].Sample.clean(e.o.Redactor)
	}
	return out
}

func (r *ruleState) snapshot(e *Engine) ruleSnapshot {
	sn := ruleSnapshot{ID: r.rule.ID, StateHash: r.rule.StateHash(), Cron: r.cron, Groups: r.groups.State(), Table: r.table.State(),
		Fresh: map[string]int64{}, Recent: r.recent, Stats: r.stats, Began: r.began, Crowd: r.crowd, Faults: r.faults}
	if r.order != nil {
		sn.Steps = r.order.past.State()
	}
	if r.records != nil {
		sn.Records, sn.RecordNames, sn.RecordKeep = r.records.past.State(), r.records.names, r.records.keep
	}
	sn.Recent.Ring = slices.Clone(r.recent.Ring)
	for i := range sn.Recent.Ring {
		sn.Recent.Ring[i] = sn.Recent.Ring[i].clean(e.o.Redactor)
	}
	for slot := r.lru.head; slot != none; slot = r.slots[slot].next {
		g := &r.slots[slot]
		gs := groupSnapshot{Key: r.groups.Key(slot), Last: g.last, Armed: g.armed, Expected: g.expected}
		if g.incident != 0 {
			sn.Active = append(sn.Active, r.active[g.incident])
			gs.Incident = len(sn.Active)
		}
		if n := r.fresh[slot]; n != 0 {
			sn.Fresh[string(gs.Key)] = n
		}
		sn.Keys = append(sn.Keys, gs)
	}
	return sn
}

// Restore makes an engine that continues from a state. Rules whose state hash
// differs start anew, as after a reload.
func Restore(set *rules.Set, o Options, data []byte) (*Engine, error) {
	var st state
	if err := gob.NewDecoder(bytes.NewReader(data)).Decode(&st); err != nil {
		return nil, fmt.Errorf("decode engine state: %w", err)
	}
	if st.Version != stateVersion {
		return nil, fmt.Errorf("decode engine state: version %d is not %d", st.Version, stateVersion)
	}
	e := New(set, o)
	e.skews = st.Skews
	e.reached, e.final, e.first, e.newest, e.begun = st.Reached, st.Final, st.First, st.Newest, st.Begun
	for i := range st.Sources {
		e.Source(st.Sources[i].Name)
		*e.sources[i] = st.Sources[i]
	}
	places := make(map[int]int) // of a rule then: now
	for i, sn := range st.Rules {
		r := e.find(sn.ID)
		if r == nil || r.rule.StateHash() != sn.StateHash {
			continue
		}
		if err := r.restore(sn); err != nil {
			return nil, fmt.Errorf("restore rule %s: %w", sn.ID, err)
		}
		places[i] = r.index
	}
	e.adopt(st.Pending, places)
	e.findAiling()
	if e.begun {
		e.resume(places)
	}
	return e, nil
}

func (e *Engine) find(id string) *ruleState {
	for _, r := range e.rules {
		if r.rule.ID == id {
			return r
		}
	}
	return nil
}

// adopt takes over what waits for its second, of the rules that are still there.
func (e *Engine) adopt(items map[int64][]item, places map[int]int) {
	for at, list := range items {
		for _, it := range list {
			if place, ok := places[it.Rule]; ok {
				it.Rule = place
				e.pending.second(at).put(it, e.sources)
			}
		}
	}
	for _, s := range e.sources {
		held := s.Held[:0]
		for _, it := range s.Held {
			if place, ok := places[it.Rule]; ok {
				it.Rule = place
				held = append(held, it)
			}
		}
		s.Held = held
	}
}

// resume schedules the rules of a run that has begun; those that are new in it
// begin at the next second.
func (e *Engine) resume(places map[int]int) {
	kept := map[int]bool{}
	for _, index := range places {
		kept[index] = true
	}
	for _, r := range e.rules {
		if kept[r.index] {
			r.rearm(e.final)
		} else {
			r.begin(e.final+1, e.final+1)
		}
		e.schedule(r)
	}
}

// restore fills a fresh rule state. Slots are given anew, in the order of the
// last match, and the table's content moves with them.
func (r *ruleState) restore(sn ruleSnapshot) error {
	var err error
	if r.groups, err = windowing.RestoreGroups(sn.Groups); err != nil {
		return err
	}
	if r.table, err = windowing.Restore(r.rule.Columns, sn.Table); err != nil {
		return err
	}
	if err = r.restoreHistories(sn); err != nil {
		return err
	}
	r.cron, r.recent, r.stats, r.began, r.crowd, r.faults = sn.Cron, sn.Recent, sn.Stats, sn.Began, sn.Crowd, sn.Faults
	for _, gs := range sn.Keys {
		slot, ok := r.groups.Find(gs.Key)
		if !ok {
			return fmt.Errorf("group %q is not in the index", gs.Key)
		}
		for int(slot) >= len(r.slots) {
			r.slots = append(r.slots, group{})
		}
		r.slots[slot] = group{alive: true, last: gs.Last, armed: gs.Armed, expected: gs.Expected}
		r.lru.push(r.slots, slot)
		if n := sn.Fresh[string(gs.Key)]; n != 0 {
			r.fresh[slot] = n
		}
		if gs.Incident != 0 {
			inc := r.acquire(slot)
			*inc = sn.Active[gs.Incident-1]
			inc.Slot = slot
			r.crowd.count(inc)
		}
	}
	return nil
}

// restoreHistories fills what is remembered record by record.
func (r *ruleState) restoreHistories(sn ruleSnapshot) (err error) {
	if r.order != nil {
		if r.order.past, err = windowing.RestoreHistory(r.order.reach, maxPast, sn.Steps); err != nil {
			return err
		}
	}
	if sn.RecordKeep == 0 {
		return nil // it remembered none
	}
	then := &recall{keep: sn.RecordKeep, names: sn.RecordNames}
	if then.past, err = windowing.RestoreHistory(recallReach(r.rule), sn.RecordKeep, sn.Records); err != nil {
		return err
	}
	r.records, err = then.adapted(r.rule)
	return err
}
