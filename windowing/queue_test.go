package windowing

import (
	"math/rand/v2"
	"testing"
)

// TestQueue_FirstIsTheOldest adds, delays and removes at random; a removed member may leave its place to one that belongs further up.
func TestQueue_FirstIsTheOldest(t *testing.T) {
	var of slab[memory]
	of.reach(99)
	r := rand.New(rand.NewPCG(1, 2))
	var q queue
	in := map[uint32]bool{}
	for step := range 20_000 {
		id := uint32(r.IntN(100))
		switch m := of.at(id); {
		case !in[id]:
			m.last = int64(r.IntN(1000))
			q.add(id, &of)
			in[id] = true
		case r.IntN(2) == 0:
			m.last += int64(r.IntN(1000))
			q.later(id, &of)
		default:
			q.remove(id, &of)
			delete(in, id)
		}
		if len(q) != len(in) {
			t.Fatalf("step %d: %d in the queue, want %d", step, len(q), len(in))
		}
		for i, id := range q {
			if of.at(id).place != uint32(i) || of.at(id).last < of.at(q[(max(i, 1)-1)/2]).last {
				t.Fatalf("step %d: %d stands at %d", step, id, i)
			}
		}
	}
}
