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

// recent is the same while records come. A record that several rules want is kept once.
type recent struct {
	ring []match
	next int
}

// match is a record that a rule wanted, and for which group.
type match struct {
	group uint64 // hash of the group's key
	of    *keptRecord
}

// keptRecord is a record that rules keep. Most are let go soon after, so at first it
// stays among the arrivals that it came with, and only what is still kept when these
// are needed for others is copied.
type keptRecord struct {
	rules  int32 // that have it
	record int32 // its place among
	among  *arrivals
	sample // if it is among none
}

// recordPool has the kept records.
type recordPool struct {
	spare []*keptRecord // that no rule has any more
	held  []*arrivals   // that kept records are among, oldest first
	size  int           // of these
}

// heldBytes bounds the arrivals that are held for the sake of kept records: they should
// stay in a cache. Those of a second with few are not held: rules keep them for longer.
const (
	heldBytes = 1 << 20
	fewToHold = keptSamples / 4
)

// keep is the kept record of an arrival.
func (p *recordPool) keep(it *arrived) *keptRecord {
	a := it.among
	if n := len(a.records); len(a.keeps) < n {
		a.keeps = append(a.keeps, make([]*keptRecord, n-len(a.keeps))...)
	}
	if k := a.keeps[it.record]; k != nil {
		return k
	}
	var k *keptRecord
	if n := len(p.spare); n > 0 {
		k, p.spare = p.spare[n-1], p.spare[:n-1]
	} else {
		k = &keptRecord{}
	}
	k.among, k.record = a, it.record
	a.keeps[it.record] = k
	return k
}

// release takes a record from a rule that had it.
func (p *recordPool) release(k *keptRecord) {
	if k.rules--; k.rules == 0 && k.among == nil {
		p.spare = append(p.spare, k)
	}
}

// hold keeps arrivals that have been evaluated as long as there is room, and gives those
// that are needed no more to done.
func (p *recordPool) hold(a *arrivals, done func(*arrivals)) {
	if len(a.keeps) < fewToHold {
		p.part(a)
		done(a)
		return
	}
	p.held, p.size = append(p.held, a), p.size+a.room()
	gone := 0
	for ; p.size > heldBytes; gone++ {
		oldest := p.held[gone]
		p.size -= oldest.room()
		p.part(oldest)
		done(oldest)
	}
	p.held = slices.Delete(p.held, 0, gone)
}

// part makes the kept records stand without the arrivals that they are among.
func (p *recordPool) part(a *arrivals) {
	for i, k := range a.keeps {
		switch {
		case k == nil:
			continue
		case k.rules > 0:
			k.fill(&a.records[i], a.bytes)
		default:
			p.spare = append(p.spare, k)
		}
		k.among = nil
	}
}

// now is the record's sample. It is valid until the next second is evaluated.
func (k *keptRecord) now() (sm sample) {
	if k.among == nil {
		return k.sample
	}
	sm.view(&k.among.records[k.record], k.among.bytes)
	return sm
}

// at is the second of the record.
func (k *keptRecord) at() int64 {
	if k.among == nil {
		return k.At
	}
	return k.among.records[k.record].At
}

func (r *recent) add(p *recordPool, it *arrived) {
	k := p.keep(it)
	k.rules++
	m := match{xxh3.Hash(it.Key), k}
	if len(r.ring) < keptSamples {
		r.ring = append(r.ring, m)
		return
	}
	p.release(r.ring[r.next].of)
	r.ring[r.next] = m
	r.next = (r.next + 1) % keptSamples
}

// of returns the first three and the last three of a group's samples after a
// second, redacted.
func (r *recent) of(key []byte, after int64, redact *redact.Redactor) []alert.Sample {
	group := xxh3.Hash(key)
	var found []*keptRecord
	for i := range r.ring {
		m := &r.ring[(r.next+i)%len(r.ring)]
		if m.group == group && m.of.at() > after {
			found = append(found, m.of)
		}
	}
	if len(found) > 2*shownEnds {
		found = append(found[:shownEnds:shownEnds], found[len(found)-shownEnds:]...)
	}
	var out []alert.Sample
	for _, k := range found {
		sm := k.now()
		out = append(out, alert.Sample{At: sm.At, Source: sm.Source, File: sm.File, Pos: sm.Pos,
			Text: sm.redacted(redact)})
	}
	return out
}

// samples are copies, with their texts in one piece of memory.
func (r *recent) samples() samples {
	c := samples{Ring: make([]sample, len(r.ring)), Next: r.next}
	n := 0
	for _, m := range r.ring {
		sm := m.of.now()
		n += len(sm.Text) + len(sm.Tail)
	}
	texts := make([]byte, 0, n)
	copied := func(text []byte) []byte {
		from := len(texts)
		texts = append(texts, text...)
		return texts[from:]
	}
	for i, m := range r.ring {
		sm := m.of.now()
		sm.Group, sm.Text, sm.Tail = m.group, copied(sm.Text), copied(sm.Tail)
		c.Ring[i] = sm
	}
	return c
}

// recentOf is the ring of samples that were stored.
func recentOf(s samples) (r recent) {
	for _, sm := range s.Ring {
		sm.Text, sm.Tail = slices.Clone(sm.Text), slices.Clone(sm.Tail)
		r.ring = append(r.ring, match{sm.Group, &keptRecord{sample: sm, rules: 1}})
	}
	r.next = s.Next
	return r
}
