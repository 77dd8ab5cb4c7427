package windowing

import (
	"reflect"
	"slices"
	"unsafe"
)

// Room is memory for copies of what is remembered. A system gives memory page by page, when it is first written to, which takes many
// times as long as the copying itself. So whoever must not be held up has a copy measured, makes the room where that holds up nobody,
// and has the copy made in it. What does not fit, and what holds pointers, gets memory of its own. A nil Room is none.
type Room struct {
	size      int
	measuring bool
	free      []byte
}

// Measure is the room for all the copies that copying asks for. None of them is made: what copying gets is empty.
func Measure(copying func(*Room)) *Room {
	r := &Room{measuring: true}
	copying(r)
	r.measuring = false
	return r
}

const (
	pageSize  = 4096 // or less than a page, then some are touched twice
	roomAlign = 64   // a line of the processor's cache; no type needs more
)

// Make gets the memory, and somewhat more: what is copied may have grown since it was measured. Nothing else may be done with the room meanwhile.
func (r *Room) Make() {
	r.free = make([]byte, r.size+r.size/16)
	for i := 0; i < len(r.free); i += pageSize {
		r.free[i] = 0
	}
}

// Measuring tells whether copies are only measured.
func (r *Room) Measuring() bool { return r != nil && r.measuring }

// spaces returns n values of the room, or as many as it has left. It has none for what holds pointers: the collector does not look into it.
func spaces[T any](r *Room, n int) []T {
	size := int(unsafe.Sizeof(*new(T)))
	if r == nil || n == 0 || holdsPointers(reflect.TypeFor[T]()) {
		return nil
	}
	if r.measuring {
		r.size += n*size + roomAlign
		return nil
	}
	if n = min(n, len(r.free)/size); n == 0 {
		return nil
	}
	p := unsafe.Pointer(unsafe.SliceData(r.free)) // aligned: the room is, and what is taken off it is whole lines
	r.free = r.free[min(len(r.free), (n*size+roomAlign-1)/roomAlign*roomAlign):]
	return unsafe.Slice((*T)(p), n)
}

func holdsPointers(t reflect.Type) bool {
	switch k := t.Kind(); k {
	case reflect.Array:
		return holdsPointers(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if holdsPointers(t.Field(i).Type) {
				return true
			}
		}
		return false
	default:
		return k > reflect.Complex128
	}
}

// copied is a copy of the list, nil while it is only measured.
func copied[T any](r *Room, list []T) []T {
	switch c := spaces[T](r, len(list)); {
	case r.Measuring():
		return nil
	case len(c) == len(list) && list != nil:
		copy(c, list)
		return c
	default:
		return slices.Clone(list)
	}
}
