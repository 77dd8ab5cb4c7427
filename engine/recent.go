package engine

import (
	"slices"

	"github.com/zeebo/xxh3"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/redact"
)

// samples are a rule's newest matches, a ring, as they are stored.
type samples struct {
	Ring []sample
	Next int
}

// recent is the same while records come.
type recent struct {
	ring []match
	next int
}

// match is a record that a rule wanted. Most are let go soon after, so at first it stays
// one of the arrivals that it came with, and only what a rule still has when these are
// needed for others is copied.
type match struct {
	among   *arrivals // nil: it is copied
	arrival int32     // its place in their list
	group   uint64    // of a copied one: hash of the group's key
	of      *keptRecord
}

// keptRecord is the copied sample of a record. One that several rules want is kept once.
type keptRecord struct {
	sample
	rules int // that have it
}

// recordPool has the kept records that no rule has any more, and the arrivals that are
// held for the sake of those that rules have.
type recordPool struct {
	spare []*keptRecord
	held  []*arrivals // oldest first
	room  int         // of these
}

// heldBytes bounds the arrivals that are held: they should stay in a cache. Those of a
// second with few are not held: rules keep them for longer.
const (
	heldBytes = 1 << 20
	fewToHold = keptSamples / 4
)

// hold keeps arrivals that have been evaluated as long as there is room.
func (e *Engine) hold(a *arrivals) {
	if len(a.places) < fewToHold {
		e.letGo(a)
		return
	}
	p := &e.kept
	p.held, p.room = append(p.held, a), p.room+a.room()
	gone := 0
	for ; p.room > heldBytes; gone++ {
		p.room -= p.held[gone].room()
		e.letGo(p.held[gone])
	}
	p.held = slices.Delete(p.held, 0, gone)
}

// holdNone lets go all that are held. It is done before rules get other places.
func (e *Engine) holdNone() {
	for _, a := range e.kept.held {
		e.letGo(a)
	}
	e.kept.held, e.kept.room = nil, 0
}

// letGo copies what rules still have of arrivals that are then needed no more.
func (e *Engine) letGo(a *arrivals) {
	var k *keptRecord
	record := int32(-1) // k's
	for i, place := range a.places {
		if place == 0 {
			continue
		}
		x := &a.list[i]
		m := e.rules[x.rule].recent.at(place)
		if m == nil || m.among != a || m.arrival != int32(i) {
			continue
		}
		if x.record != record { // rules' arrivals of a record follow each other
			k, record = e.kept.take(), x.record
			k.fill(&a.records[record], a.bytes)
		}
		k.rules++
		m.group, m.of, m.among = m.hash(), k, nil
	}
	e.pending.give(a)
}

func (p *recordPool) take() *keptRecord {
	n := len(p.spare)
	if n == 0 {
		return &keptRecord{}
	}
	k := p.spare[n-1]
	p.spare = p.spare[:n-1]
	return k
}

// release takes a record from a rule that had it.
func (p *recordPool) release(k *keptRecord) {
	if k.rules--; k.rules == 0 {
		p.spare = append(p.spare, k)
	}
}

func (r *recent) add(p *recordPool, it *arrived) {
	place := r.next
	if len(r.ring) < keptSamples {
		place, r.ring = len(r.ring), append(r.ring, match{})
	} else {
		r.next = (r.next + 1) % keptSamples
	}
	m, a := &r.ring[place], it.among
	if m.of != nil {
		p.release(m.of)
		m.of = nil
	}
	m.among, m.arrival = a, it.arrival
	if n := len(a.list); len(a.places) < n {
		a.places = append(a.places, make([]uint8, n-len(a.places))...)
	}
	a.places[it.arrival] = uint8(place + 1)
}

// at is the match at a place of arrivals.places; nil if the rule has begun anew.
func (r *recent) at(place uint8) *match {
	if int(place) > len(r.ring) {
		return nil
	}
	return &r.ring[place-1]
}

// sample is valid until the next second is evaluated.
func (m *match) sample() (sm sample) {
	if m.among == nil {
		sm = m.of.sample
	} else {
		sm.view(m.record(), m.among.bytes)
	}
	sm.Group = m.hash()
	return sm
}

// record is that of a match which is not copied.
func (m *match) record() *arrivedRecord { return &m.among.records[m.among.list[m.arrival].record] }

// second is the record's own.
func (m *match) second() int64 {
	if m.among == nil {
		return m.of.At
	}
	return m.record().At
}

// hash is that of the group's key.
func (m *match) hash() uint64 {
	if m.among == nil {
		return m.group
	}
	key := m.among.list[m.arrival].key
	return xxh3.Hash(m.among.bytes[key.from:key.to])
}

// of returns the first three and the last three of a group's samples after a
// second, redacted.
func (r *recent) of(key []byte, after int64, redact *redact.Redactor) []alert.Sample {
	group := xxh3.Hash(key)
	var found []*match
	for i := range r.ring {
		m := &r.ring[(r.next+i)%len(r.ring)]
		if m.second() > after && m.hash() == group {
			found = append(found, m)
		}
	}
	if len(found) > 2*shownEnds {
		found = append(found[:shownEnds:shownEnds], found[len(found)-shownEnds:]...)
	}
	var out []alert.Sample
	for _, m := range found {
		sm := m.sample()
		out = append(out, alert.Sample{At: sm.At, Source: sm.Source, File: sm.File, Pos: sm.Pos,
			Text: sm.redacted(redact)})
	}
	return out
}

// samples are copies, with their texts in one piece of memory.
func (r *recent) samples() samples {
	c := samples{Ring: make([]sample, len(r.ring)), Next: r.next}
	n := 0
	for i := range r.ring {
		c.Ring[i] = r.ring[i].sample()
		n += len(c.Ring[i].Text) + len(c.Ring[i].Tail)
	}
	texts := make([]byte, 0, n)
	copied := func(text []byte) []byte {
		from := len(texts)
		texts = append(texts, text...)
		return texts[from:]
	}
	for i := range c.Ring {
		sm := &c.Ring[i]
		sm.Text, sm.Tail = copied(sm.Text), copied(sm.Tail)
	}
	return c
}

// recentOf is the ring of samples that were stored.
func recentOf(s samples) (r recent) {
	for _, sm := range s.Ring {
		sm.Text, sm.Tail = slices.Clone(sm.Text), slices.Clone(sm.Tail)
		r.ring = append(r.ring, match{group: sm.Group, of: &keptRecord{sample: sm, rules: 1}})
	}
	r.next = s.Next
	return r
}
