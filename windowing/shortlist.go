package windowing

import (
	"bytes"
	"slices"
)

// shortlists know which texts come first in slots that have many, so that asking does not look at all of them. A slot gets its list when it is
// asked for; a list that has lost too many is let go.
type shortlists struct {
	of    *texts
	lists map[uint32]*shortlist // by slot
}

// shortlist holds all members inside the window that come up to last, in order. What is behind that is not looked at until it comes before it.
type shortlist struct {
	members []uint32
	last    rank
}

// rank is where a text comes.
type rank struct {
	count uint64 // 0 if the order is not by count
	text  []byte
}

// before tells whether a comes before b: by count, the greatest first, then by text.
func (a rank) before(b rank) bool {
	if a.count != b.count {
		return a.count > b.count
	}
	return bytes.Compare(a.text, b.text) < 0
}

func (c *texts) rank(member uint32) (r rank) {
	if c.ranked {
		r.count = *c.tally.totals.at(member)
	}
	r.text = c.tally.words.Key(uint32(c.members.at(member).hash))
	return r
}

// short is how many members a list begins with. It is let go when it has fewer than are asked for, and cut when it has twice as many.
func (c *texts) short() int { return 2*c.most + 32 }

// leave takes a member that is about to change off its slot's list.
func (s *shortlists) leave(member uint32) {
	l := s.lists[s.of.members.at(member).slot]
	if l == nil || s.of.members.at(member).inside == 0 || l.last.before(s.of.rank(member)) {
		return
	}
	i := slices.Index(l.members, member)
	l.members = slices.Delete(l.members, i, i+1)
}

// enter puts a member that has changed on its slot's list, if it belongs there.
func (s *shortlists) enter(member uint32) {
	c := s.of
	m := c.members.at(member)
	l := s.lists[m.slot]
	if l == nil {
		return
	}
	if m.inside > 0 {
		if r := c.rank(member); !l.last.before(r) {
			c.insert(l, member, r)
		}
	}
	if len(l.members) < c.most && len(l.members) < int(c.slots.at(m.slot).inside) {
		delete(s.lists, m.slot)
	}
}

func (c *texts) insert(l *shortlist, member uint32, r rank) {
	i, _ := slices.BinarySearchFunc(l.members, r, func(have uint32, r rank) int {
		if c.rank(have).before(r) {
			return -1
		}
		return 1
	})
	l.members = slices.Insert(l.members, i, member)
	if len(l.members) > 2*c.short() {
		c.cut(l)
	}
}

// cut leaves the first ones on the list.
func (c *texts) cut(l *shortlist) {
	l.members = l.members[:c.short()]
	l.last = c.rank(l.members[c.short()-1])
	l.last.text = bytes.Clone(l.last.text) // it outlives the member
}

// first are the members of a slot that come first: as many as are reported, or a few more.
func (c *texts) first(slot uint32) []uint32 {
	if l := c.tally.short.lists[slot]; l != nil {
		return l.members
	}
	l := &shortlist{}
	for id := c.slots.at(slot).first; id != 0; id = c.members.at(id).next {
		if c.members.at(id).inside == 0 {
			continue
		}
		if n := len(l.members); n < c.short() || c.rank(id).before(c.rank(l.members[n-1])) {
			c.insert(l, id, c.rank(id))
			l.members = l.members[:min(len(l.members), c.short())]
		}
	}
	if int(c.slots.at(slot).inside) > c.short() {
		c.cut(l)
		if c.tally.short.lists == nil {
			c.tally.short.lists = make(map[uint32]*shortlist)
		}
		c.tally.short.lists[slot] = l
	}
	return l.members
}
