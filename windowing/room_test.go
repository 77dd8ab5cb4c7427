package windowing

import (
	"slices"
	"testing"
	"unsafe"
)

// What a copy takes of a room is what was measured; what was not is got besides.
func TestRoom(t *testing.T) {
	type pair struct {
		a uint64
		b uint8
	}
	odd, pairs, texts := []uint8{1, 2, 3}, []pair{{1, 2}, {3, 4}}, []string{"a"}
	var s slab[uint32]
	s.reach(3 * chunkLen)
	*s.at(2*chunkLen + 5) = 7
	copying := func(r *Room) (a []uint8, b []pair, c []string, d slab[uint32]) {
		return copied(r, odd), copied(r, pairs), copied(r, texts), s.clone(r)
	}
	room := Measure(func(r *Room) {
		if a, b, c, d := copying(r); a != nil || b != nil || c != nil || d.chunks != nil || !r.Measuring() {
			t.Errorf("copies while measuring: %v %v %v %v", a, b, c, d.chunks)
		}
	})
	room.Make()
	block := room.free
	inside := func(p unsafe.Pointer) bool {
		return uintptr(p) >= uintptr(unsafe.Pointer(&block[0])) && uintptr(p) <= uintptr(unsafe.Pointer(&block[len(block)-1]))
	}
	for again := range 2 { // the second time there is too little left
		a, b, c, d := copying(room)
		if !slices.Equal(a, odd) || !slices.Equal(b, pairs) || !slices.Equal(c, texts) || d.len() != s.len() || *d.at(2*chunkLen + 5) != 7 {
			t.Errorf("%v %v %v, a slab of %d", a, b, c, d.len())
		}
		if again == 0 && !(inside(unsafe.Pointer(&a[0])) && inside(unsafe.Pointer(&b[0])) && inside(unsafe.Pointer(d.at(0))) && inside(unsafe.Pointer(d.at(d.len()-1)))) {
			t.Error("a copy lies beside the room")
		}
		if inside(unsafe.Pointer(&c[0])) {
			t.Error("what holds pointers lies in the room")
		}
		_, _ = append(a, 9), append(b, pair{9, 9}) // which must not write into what lies behind
		*d.at(0) = 9
		if *s.at(0) != 0 || odd[0] != 1 || !slices.Equal(pairs, []pair{{1, 2}, {3, 4}}) {
			t.Error("a copy shares what changes")
		}
	}
}
