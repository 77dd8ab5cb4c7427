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

// keptRecord is the sample of a record, whose memory is used again once no rule has it.
type keptRecord struct {
	sample
	rules  int    // that have it
	serial uint64 // of the record: another one for the next
}

// recordPool has the kept records that no rule has any more.
type recordPool struct {
	spare  []*keptRecord
	serial uint64
}

// keep is the kept record of an arrival.
func (p *recordPool) keep(it *arrived) *keptRecord {
	if k := it.keptAs; k != nil && k.rules > 0 && k.serial == it.serial {
		return k
	}
	var k *keptRecord
	if n := len(p.spare); n > 0 {
		k, p.spare = p.spare[n-1], p.spare[:n-1]
	} else {
		k = &keptRecord{}
	}
	p.serial++
	k.serial = p.serial
	k.fill(it)
	it.keptAs, it.serial = k, k.serial
	return k
}

// release takes a record from a rule that had it.
func (p *recordPool) release(k *keptRecord) {
	if k.rules--; k.rules == 0 {
		p.spare = append(p.spare, k)
	}
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
		if m.group == group && m.of.At > after {
			found = append(found, m.of)
		}
	}
	if len(found) > 2*shownEnds {
		found = append(found[:shownEnds:shownEnds], found[len(found)-shownEnds:]...)
	}
	var out []alert.Sample
	for _, sm := range found {
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
		n += len(m.of.Text) + len(m.of.Tail)
	}
	texts := make([]byte, 0, n)
	copied := func(text []byte) []byte {
		from := len(texts)
		texts = append(texts, text...)
		return texts[from:]
	}
	for i, m := range r.ring {
		c.Ring[i] = m.of.sample
		c.Ring[i].Group, c.Ring[i].Text, c.Ring[i].Tail = m.group, copied(m.of.Text), copied(m.of.Tail)
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
