package engine

import (
	"cmp"
	"container/heap"
	"slices"

	"github.com/smarty-alert/smarty-alert/windowing"
)

// item is one record's match of one rule, waiting for its second to be final.
type item struct {
	Rule   int
	Source int // nowhere: it stands in no log
	Gen    int
	Pos    int64
	Sec    int64 // the second the record is taken at
	Key    []byte
	Inputs []windowing.Input
	Mask   uint64 // of a sequence: the steps it satisfies
	Kept   []kept // for first., last. and prev.
	// Suspect marks a record that looks forged: it may raise an alert, never
	// keep or end one.
	Suspect bool
	Sample  sample
}

// pending holds items by the second at which they are evaluated.
type pending struct {
	bySecond map[int64][]item
	seconds  secondHeap
}

func newPending() *pending { return &pending{bySecond: map[int64][]item{}} }

func (p *pending) add(at int64, it item) {
	items, ok := p.bySecond[at]
	if !ok {
		heap.Push(&p.seconds, at)
	}
	p.bySecond[at] = append(items, it)
}

// next is the earliest second with items.
func (p *pending) next() (int64, bool) {
	if len(p.seconds) == 0 {
		return 0, false
	}
	return p.seconds[0], true
}

// take removes the items of a second, by rule and then in total order.
func (p *pending) take(at int64, sources []*source) []item {
	items, ok := p.bySecond[at]
	if !ok {
		return nil
	}
	delete(p.bySecond, at)
	heap.Pop(&p.seconds)
	slices.SortStableFunc(items, func(a, b item) int {
		if c := cmp.Or(cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Sec, b.Sec)); c != 0 {
			return c
		}
		if a.Source != b.Source {
			return cmp.Compare(sources[a.Source].Name, sources[b.Source].Name)
		}
		return cmp.Or(cmp.Compare(a.Gen, b.Gen), cmp.Compare(a.Pos, b.Pos))
	})
	return items
}

// place is where an item stands within its second.
func (e *Engine) place(it item) windowing.Order {
	if it.Source == nowhere {
		return windowing.Order{Pos: it.Pos}
	}
	return windowing.Order{Source: e.sources[it.Source].Name, Gen: it.Gen, Pos: it.Pos}
}

// secondHeap is a heap of seconds for container/heap.
type secondHeap []int64

func (h secondHeap) Len() int           { return len(h) }
func (h secondHeap) Less(i, j int) bool { return h[i] < h[j] }
func (h secondHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *secondHeap) Push(x any)        { *h = append(*h, x.(int64)) }
func (h *secondHeap) Pop() any {
	old := *h
	x := old[len(old)-1]
	*h = old[:len(old)-1]
	return x
}
