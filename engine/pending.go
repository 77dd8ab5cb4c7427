package engine

import (
	"cmp"
	"container/heap"
	"slices"
	"unsafe"

	"github.com/smarty-alert/smarty-alert/windowing"
)

// pending holds what was matched by the second at which it is evaluated.
type pending struct {
	bySecond map[int64]*arrivals
	seconds  secondHeap
	at       int64     // of last
	last     *arrivals // the second asked for last; nil: none
	free     []*arrivals
	room     int // of free
}

func newPending() *pending { return &pending{bySecond: map[int64]*arrivals{}} }

// second is what arrives for a second.
func (p *pending) second(at int64) *arrivals {
	if p.last != nil && p.at == at {
		return p.last
	}
	a, ok := p.bySecond[at]
	if !ok {
		a = p.empty()
		p.bySecond[at] = a
		heap.Push(&p.seconds, at)
	}
	p.at, p.last = at, a
	return a
}

func (p *pending) empty() *arrivals {
	n := len(p.free)
	if n == 0 {
		return &arrivals{}
	}
	a := p.free[n-1]
	p.free, p.room = p.free[:n-1], p.room-a.room()
	return a
}

// next is the earliest second with arrivals.
func (p *pending) next() (int64, bool) {
	if len(p.seconds) == 0 {
		return 0, false
	}
	return p.seconds[0], true
}

// take removes the arrivals of a second. The caller gives them back.
func (p *pending) take(at int64) *arrivals {
	a, ok := p.bySecond[at]
	if !ok {
		return p.empty()
	}
	delete(p.bySecond, at)
	heap.Pop(&p.seconds)
	p.last = nil
	return a
}

// These bound the memory that is kept for seconds to come: for as many as wait where some
// source is quieter than others, and are held for their samples, but for few busy ones.
const (
	maxSpare   = 64
	spareBytes = 32 << 20
)

// give takes back arrivals that are needed no more.
func (p *pending) give(a *arrivals) {
	if room := a.room(); len(p.free) < maxSpare && p.room+room <= spareBytes {
		a.reset()
		p.free, p.room = append(p.free, a), p.room+room
	}
}

// room is how many bytes the arrivals have room for.
func (a *arrivals) room() int {
	return cap(a.bytes) + cap(a.list)*sizeOf[arrival]() + cap(a.records)*sizeOf[arrivedRecord]() + cap(a.places) +
		cap(a.inputs)*sizeOf[windowing.Input]() + cap(a.kept)*sizeOf[any]()
}

func sizeOf[T any]() int { return int(unsafe.Sizeof(*new(T))) }

// arrivals are the records that are evaluated at one second, with what the rules
// found in them. Records and texts are shared by the rules that want them.
type arrivals struct {
	list    []arrival
	chains  []chain // by rule
	rules   []int32 // those that have arrivals
	records []arrivedRecord
	places  []uint8 // of list, in the rule's ring of recent matches, from 1; 0: it was not there
	bytes   []byte  // keys of groups, texts of samples
	inputs  []windowing.Input
	kept    []any
}

// arrival is one record's match of one rule.
type arrival struct {
	rule, record int32
	next         int32 // of the rule's chain: the place in list, from 1; 0: none
	key          span
	inputs, kept span  // no inputs: those of pattern
	pattern      int32 // of the rule's patterns of inputs
	mask         uint64
}

// chain are a rule's arrivals.
type chain struct {
	first, last int32 // places in list, from 1; 0: none
	unordered   bool  // they did not come in total order
}

// arrivedRecord is a record that some rule wants.
type arrivedRecord struct {
	Source       int // nowhere: it stands in no log
	Gen          int
	Pos          int64
	Sec          int64 // the second the record is taken at
	At           int64 // its own
	doubt        doubt
	Origin, File string // for people
	sample       excerpt
}

func (a *arrivals) reset() {
	for _, r := range a.rules {
		a.chains[r] = chain{}
	}
	clear(a.records)
	clear(a.inputs)
	clear(a.kept)
	a.list, a.rules, a.records, a.bytes = a.list[:0], a.rules[:0], a.records[:0], a.bytes[:0]
	a.inputs, a.kept, a.places = a.inputs[:0], a.kept[:0], a.places[:0]
}

// add adds an arrival of the record that was added last for a rule, and returns it to
// be filled in before the next.
func (a *arrivals) add(rule int32, sources []*source) *arrival {
	a.list = append(a.list, arrival{}) // and filled where it is: what is assembled elsewhere is copied as a whole
	x := &a.list[len(a.list)-1]
	x.rule, x.record = rule, int32(len(a.records)-1)
	for int(rule) >= len(a.chains) {
		a.chains = append(a.chains, chain{})
	}
	c, place := &a.chains[rule], int32(len(a.list))
	if c.first == 0 {
		c.first = place
		a.rules = append(a.rules, rule)
	} else {
		c.unordered = c.unordered || a.compare(c.last, place, sources) > 0
		a.list[c.last-1].next = place
	}
	c.last = place
	return x
}

// compare gives the total order of two arrivals of a rule.
func (a *arrivals) compare(i, j int32, sources []*source) int {
	x, y := &a.records[a.list[i-1].record], &a.records[a.list[j-1].record]
	if c := cmp.Compare(x.Sec, y.Sec); c != 0 {
		return c
	}
	if x.Source != y.Source {
		return cmp.Compare(sources[x.Source].Name, sources[y.Source].Name)
	}
	return cmp.Or(cmp.Compare(x.Gen, y.Gen), cmp.Compare(x.Pos, y.Pos))
}

// of is the place of a rule's first arrival, in total order; 0 if it has none. The
// others follow by next.
func (a *arrivals) of(rule int, sources []*source) int32 {
	if rule >= len(a.chains) {
		return 0
	}
	if c := &a.chains[rule]; c.unordered {
		a.sort(c, sources)
	}
	return a.chains[rule].first
}

func (a *arrivals) sort(c *chain, sources []*source) {
	var places []int32
	for i := c.first; i != 0; i = a.list[i-1].next {
		places = append(places, i)
	}
	slices.SortStableFunc(places, func(i, j int32) int { return a.compare(i, j, sources) })
	for n, i := range places {
		a.list[i-1].next = 0
		if n > 0 {
			a.list[places[n-1]-1].next = i
		}
	}
	c.first, c.last, c.unordered = places[0], places[len(places)-1], false
}

func (a *arrivals) next(i int32) int32 { return a.list[i-1].next }

// arrived is an arrival as its rule takes it. Its lists are those of the second.
type arrived struct {
	*arrivedRecord
	Key     []byte
	Inputs  []windowing.Input
	Mask    uint64 // of a sequence: the steps it satisfies
	Kept    []any  // for first., last. and prev.
	Place   windowing.Order
	among   *arrivals // it is one of
	arrival int32     // its place in their list
}

// read fills in the i-th arrival.
func (a *arrivals) read(i int32, r *ruleState, sources []*source, into *arrived) {
	x := &a.list[i-1]
	rec := &a.records[x.record]
	// Field by field: what is assembled elsewhere is copied as a whole.
	into.arrivedRecord, into.among, into.arrival, into.Mask = rec, a, i-1, x.mask
	into.Key = a.bytes[x.key.from:x.key.to]
	into.Kept = a.kept[x.kept.from:x.kept.to]
	if into.Inputs = a.inputs[x.inputs.from:x.inputs.to]; len(into.Inputs) == 0 {
		into.Inputs = r.patterns[x.pattern]
	}
	into.Place.Source, into.Place.Gen, into.Place.Pos = "", rec.Gen, rec.Pos
	if rec.Source != nowhere {
		into.Place.Source = sources[rec.Source].Name
	}
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
