package windowing

import "iter"

// Groups interns keys as dense slots.
type Groups struct{}

// GroupsState is the content of Groups, fit for gob.
type GroupsState struct{ Keys []byte }

// NewGroups returns an empty set of groups.
func NewGroups() *Groups { return &Groups{} }

// RestoreGroups builds the groups that State described.
func RestoreGroups(st GroupsState) (*Groups, error) { return &Groups{}, nil }

// Slot returns the key's slot and makes one if there is none.
func (g *Groups) Slot(key []byte) (slot uint32, created bool) { return 0, false }

// Find returns the key's slot.
func (g *Groups) Find(key []byte) (uint32, bool) { return 0, false }

// Key returns the slot's key.
func (g *Groups) Key(slot uint32) []byte { return nil }

// Remove frees the slot.
func (g *Groups) Remove(slot uint32) {}

// Len is the number of groups.
func (g *Groups) Len() int { return 0 }

// All yields the slots in use, ascending.
func (g *Groups) All() iter.Seq[uint32] { return func(func(uint32) bool) {} }

// State copies the groups.
func (g *Groups) State() GroupsState { return GroupsState{} }
