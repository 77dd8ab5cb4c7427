package engine

import (
	"errors"
	"fmt"
	"slices"

	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/windowing"
)

// Restore makes an engine that continues from a state. Rules whose state hash
// differs start anew, as after a reload. A state that is damaged, cut off or of
// another version is an error.
func Restore(set *rules.Set, o Options, data []byte) (*Engine, error) {
	st, err := decodeState(data)
	if err != nil {
		return nil, err
	}
	e := New(set, o)
	e.skews, e.stalls = st.Skews, st.Stalls
	e.reached, e.final, e.first, e.newest, e.begun = st.Reached, st.Final, st.First, st.Newest, st.Begun
	for i := range st.Sources {
		if n := e.Source(st.Sources[i].Name); n != i {
			return nil, fmt.Errorf("restore engine state: source %q is there twice", st.Sources[i].Name)
		}
		*e.sources[i] = st.Sources[i]
	}
	places := make(map[int]int) // of a rule then: now
	for i := range st.Rules {
		sn := &st.Rules[i]
		r := e.find(sn.ID)
		if r == nil || r.rule.StateHash() != sn.StateHash {
			continue
		}
		if err := r.restore(sn); err != nil {
			return nil, fmt.Errorf("restore rule %s: %w", sn.ID, err)
		}
		places[i] = r.index
	}
	if slices.ContainsFunc(st.Stalls, func(s stall) bool { return s.Source < 0 || s.Source >= len(e.sources) }) {
		return nil, errors.New("restore engine state: a source that is not there has stalled")
	}
	for _, r := range e.rules {
		r.frozen = e.freezes(r)
	}
	if err := e.checkItems(st, places); err != nil {
		return nil, fmt.Errorf("restore engine state: %w", err)
	}
	e.adopt(st.Pending, places)
	e.findAiling()
	e.Ordered() // what lies before does not count
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

// checkItems finds items that name what is not there.
func (e *Engine) checkItems(st *state, places map[int]int) error {
	for _, p := range st.Pending {
		if err := e.checkList(p.Items, places); err != nil {
			return err
		}
	}
	for i := range st.Sources {
		if err := e.checkList(st.Sources[i].Held, places); err != nil {
			return err
		}
	}
	return nil
}

func (e *Engine) checkList(items []item, places map[int]int) error {
	for i := range items {
		it := &items[i]
		place, ok := places[it.Rule]
		switch {
		case !ok:
		case it.Source < nowhere || it.Source >= len(e.sources):
			return fmt.Errorf("an item is of source %d, which is not there", it.Source)
		case len(it.Inputs) != len(e.rules[place].rule.Columns):
			return fmt.Errorf("an item of rule %s has %d inputs", e.rules[place].rule.ID, len(it.Inputs))
		case !wellFormed(it.Key, len(e.rules[place].rule.GroupBy)):
			return fmt.Errorf("an item of rule %s has no group", e.rules[place].rule.ID)
		}
	}
	return nil
}

// adopt takes over what waits for its second, of the rules that are still there.
func (e *Engine) adopt(waiting []pendingSecond, places map[int]int) {
	for _, p := range waiting {
		for _, it := range p.Items {
			if place, ok := places[it.Rule]; ok {
				it.Rule = place
				e.pending.second(p.At).put(it, e.sources)
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

// restore fills a fresh rule state. Groups have the slots that they had.
func (r *ruleState) restore(sn *ruleSnapshot) error {
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
	r.cron, r.stats, r.began, r.crowd, r.faults = sn.Cron, sn.Stats, sn.Began, sn.Crowd, sn.Faults
	if rec := &sn.Recent; len(rec.Ring) > keptSamples || rec.Next < 0 || rec.Next > 0 && rec.Next >= len(rec.Ring) {
		return errors.New("its samples do not fit together")
	}
	r.recent = recentOf(sn.Recent)
	if err := r.restoreMembers(&sn.Members); err != nil {
		return err
	}
	return r.restoreIncidents(sn.Active)
}

func (r *ruleState) restoreMembers(m *members) error {
	if n := r.groups.Len(); len(m.Slots) != n || len(m.Ages) != n || r.rule.Absence && len(m.Armed) != n || len(m.Fresh) != len(m.FreshN) {
		return fmt.Errorf("%d groups have keys, and %d a last match", n, len(m.Slots))
	}
	last := int64(0)
	for i, slot := range m.Slots {
		key := r.groups.Key(slot)
		if key == nil || r.slots.Has(slot) && r.slots.At(slot).alive {
			return fmt.Errorf("slot %d is no group's, or of two", slot)
		}
		if !wellFormed(key, len(r.rule.GroupBy)) {
			return fmt.Errorf("slot %d has a key that is none", slot)
		}
		last += int64(m.Ages[i])
		r.join(slot, last)
		if r.rule.Absence {
			r.arm(slot, m.Armed[i])
		}
	}
	for _, place := range slices.Concat(m.Expected, m.Fresh) {
		if int64(place) >= int64(len(m.Slots)) {
			return fmt.Errorf("there is no group %d of %d", place, len(m.Slots))
		}
	}
	for _, place := range m.Expected {
		r.slots.At(m.Slots[place]).expected = true
	}
	for i, place := range m.Fresh {
		r.fresh[m.Slots[place]] = m.FreshN[i]
	}
	return nil
}

func (r *ruleState) restoreIncidents(list []incident) error {
	for i := range list {
		slot := list[i].Slot
		if r.groups.Key(slot) == nil || r.slots.At(slot).incident != 0 {
			return fmt.Errorf("an incident is of slot %d, which has none", slot)
		}
		inc := r.acquire(slot)
		*inc = list[i]
		r.crowd.count(inc)
	}
	return nil
}

// restoreHistories fills what is remembered record by record.
func (r *ruleState) restoreHistories(sn *ruleSnapshot) (err error) {
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
