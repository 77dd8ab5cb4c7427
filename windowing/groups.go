package windowing

import (
	"bytes"
	"fmt"
	"iter"

	"github.com/zeebo/xxh3"
)

// Groups interns keys (label tuples, encoded by the caller) as dense slots. The slot of a removed key is given to
// the next new key, so the largest slot never exceeds the greatest number of groups at one time.
// A group costs about 24 bytes beyond its key and no pointer. The zero value is empty and ready.
// Not for concurrent use.
type Groups struct {
	records slab[group]
	made    uint32 // slots ever handed out: 0 … made-1
	free    uint32 // newest freed slot + 1; 0 = none
	index   index  // of slot + 1
	keys    arena
	latest  uint32 // the slot that was asked for last: often it is the next one too

	hash func([]byte) uint64 // nil = xxh3; tests make it collide
}

// group is a slot in use, or one of the free list: then size links to the next one.
type group struct {
	tag  uint32
	size uint32
	at   uint64
}

const freed = ^uint64(0)

// NewGroups returns an empty set of groups.
func NewGroups() *Groups { return &Groups{} }

// Slot returns the key's slot, and makes one if there is none. The key is copied.
func (g *Groups) Slot(key []byte) (slot uint32, created bool) {
	if g.inUse(g.latest) && g.has(g.latest, key) {
		return g.latest, false
	}
	tag := g.tag(key)
	if id := g.lookup(tag, key); id != 0 {
		g.latest = id - 1
		return g.latest, false
	}
	slot = g.takeSlot()
	*g.records.at(slot) = group{tag: tag, size: uint32(len(key)), at: g.keys.put(key)}
	g.index.put(tag, slot+1, g.tagOf)
	return slot, true
}

// Find returns the key's slot, if it has one.
func (g *Groups) Find(key []byte) (uint32, bool) {
	id := g.lookup(g.tag(key), key)
	return id - 1, id != 0
}

// Key returns the slot's key, nil for a slot that is not in use. The caller must not write to it. Its bytes stay as they
// are, even after Remove.
func (g *Groups) Key(slot uint32) []byte {
	if !g.inUse(slot) {
		return nil
	}
	r := g.records.at(slot)
	return g.keys.get(r.at, r.size)
}

// Remove frees the slot; one that is not in use is left alone.
func (g *Groups) Remove(slot uint32) {
	if !g.inUse(slot) {
		return
	}
	r := g.records.at(slot)
	g.index.remove(r.tag, slot+1, g.tagOf)
	g.keys.dead += int(r.size)
	*r = group{size: g.free, at: freed}
	g.free = slot + 1
	if g.keys.wasteful() {
		g.compact()
	}
}

// Len is the number of groups.
func (g *Groups) Len() int { return g.index.used }

// All yields the slots in use, ascending. Groups may be removed meanwhile; whether one that is added meanwhile
// appears is open.
func (g *Groups) All() iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		for slot := uint32(0); slot < g.made; slot++ {
			if g.inUse(slot) && !yield(slot) {
				return
			}
		}
	}
}

func (g *Groups) inUse(slot uint32) bool {
	return slot < g.made && g.records.at(slot).at != freed
}

func (g *Groups) tag(key []byte) uint32 {
	if g.hash != nil {
		return uint32(g.hash(key))
	}
	return uint32(xxh3.Hash(key))
}

func (g *Groups) tagOf(id uint32) uint32 { return g.records.at(id - 1).tag }

func (g *Groups) lookup(tag uint32, key []byte) uint32 {
	return g.index.find(tag, func(id uint32) bool {
		return g.records.at(id-1).tag == tag && g.has(id-1, key)
	})
}

// has tells whether it is the key of a slot in use.
func (g *Groups) has(slot uint32, key []byte) bool {
	r := g.records.at(slot)
	return int(r.size) == len(key) && bytes.Equal(g.keys.get(r.at, r.size), key)
}

func (g *Groups) takeSlot() uint32 {
	if g.free != 0 {
		slot := g.free - 1
		g.free = g.records.at(slot).size
		return slot
	}
	slot := g.made
	g.records.reach(slot)
	g.made++
	return slot
}

// compact copies the living keys to a new arena; the old one goes when nobody holds a key of it.
func (g *Groups) compact() {
	old := g.keys
	g.keys = arena{}
	for slot := range g.All() {
		r := g.records.at(slot)
		r.at = g.keys.put(old.get(r.at, r.size))
	}
}

// GroupsState is the content of Groups, fit for gob. Its fields are public for the encoder only.
type GroupsState struct {
	Made  uint32   // slots ever handed out
	Free  []uint32 // free slots in the order in which they will be handed out
	Sizes []uint32 // length of each key, of the slots in use, ascending by slot
	Keys  []byte   // the keys, one after the other
}

// State copies the groups.
func (g *Groups) State() GroupsState {
	st := GroupsState{Made: g.made, Sizes: make([]uint32, 0, g.Len())}
	for id := g.free; id != 0; id = g.records.at(id - 1).size {
		st.Free = append(st.Free, id-1)
	}
	st.Keys = make([]byte, 0, g.keys.used-g.keys.dead)
	for slot := range g.All() {
		key := g.Key(slot)
		st.Sizes = append(st.Sizes, uint32(len(key)))
		st.Keys = append(st.Keys, key...)
	}
	return st
}

// RestoreGroups builds the groups that State described: the same keys have the same slots, and new keys will get
// the same slots as well. A state that contradicts itself is an error.
func RestoreGroups(st GroupsState) (*Groups, error) {
	g := NewGroups()
	if int64(st.Made) != int64(len(st.Free))+int64(len(st.Sizes)) {
		return nil, fmt.Errorf("restore groups: %d slots, but %d free and %d in use", st.Made, len(st.Free), len(st.Sizes))
	}
	if st.Made > 0 {
		g.records.reach(st.Made - 1)
	}
	g.made = st.Made
	if err := g.restoreFree(st.Free); err != nil {
		return nil, err
	}
	return g, g.restoreKeys(st)
}

// restoreFree links the free list from its end, so that its first slot is handed out first.
func (g *Groups) restoreFree(free []uint32) error {
	for i := len(free) - 1; i >= 0; i-- {
		slot := free[i]
		if !g.inUse(slot) {
			return fmt.Errorf("restore groups: free slot %d is named twice or too large", slot)
		}
		*g.records.at(slot) = group{size: g.free, at: freed}
		g.free = slot + 1
	}
	return nil
}

func (g *Groups) restoreKeys(st GroupsState) error {
	rest := st.Keys
	next := 0
	if len(st.Sizes) > 0 {
		g.index.room(len(st.Sizes))
	}
	for slot := range g.All() {
		size := st.Sizes[next]
		next++
		if uint64(size) > uint64(len(rest)) {
			return fmt.Errorf("restore groups: the key of slot %d is cut off", slot)
		}
		key := rest[:size]
		rest = rest[size:]
		tag := g.tag(key)
		if g.lookup(tag, key) != 0 {
			return fmt.Errorf("restore groups: slot %d has the key of another slot", slot)
		}
		*g.records.at(slot) = group{tag: tag, size: size, at: g.keys.put(key)}
		g.index.put(tag, slot+1, g.tagOf)
	}
	if len(rest) > 0 {
		return fmt.Errorf("restore groups: %d bytes of keys belong to no slot", len(rest))
	}
	return nil
}
