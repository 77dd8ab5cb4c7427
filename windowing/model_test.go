package windowing

import (
	"cmp"
	"math"
	"math/big"
	"slices"
	"sort"
	"strings"
)

// model is the naive reading of semantics §2: it keeps every record and looks through all of them for every answer.
type model struct {
	cols []Column
	now  int64
	recs []record
}

type record struct {
	slot uint32
	sec  int64
	at   Order
	in   []Input
	nano []*big.Int // Num in steps of 1e-9
	gone bool       // it was in windows that were cleared
	edge [][3]int64 // per column: the first second inside, the first second out again, the first that has forgotten it
}

func (m *model) add(slot uint32, sec int64, at Order, in []Input) {
	r := record{slot: slot, sec: sec, at: at, in: slices.Clone(in)}
	for col, x := range in {
		r.nano = append(r.nano, roundNano(x.Num))
		r.edge = append(r.edge, m.edges(sec, col))
	}
	m.recs = append(m.recs, r)
}

// roundNano rounds v to whole billionths, half to even; nil if v does not count.
func roundNano(v float64) *big.Int {
	if math.IsNaN(v) || math.IsInf(v, 0) || math.Abs(v) > 1e20 {
		return nil
	}
	r := new(big.Rat).SetFloat64(v)
	r.Mul(r, big.NewRat(1e9, 1))
	// Floor of the value and twice the remainder against the denominator decide.
	q, rem := new(big.Int).DivMod(r.Num(), r.Denom(), new(big.Int))
	switch rem.Lsh(rem, 1).Cmp(r.Denom()) {
	case 1:
		q.Add(q, big.NewInt(1))
	case 0:
		if q.Bit(0) == 1 {
			q.Add(q, big.NewInt(1))
		}
	}
	return q
}

const longAgo = math.MinInt64

// bounds is (from, to], the window of a column at second s, and (memory, from], what FirstSeen remembers.
func bounds(c Column, s int64) (memory, from, to int64) {
	if c.Window == Forever {
		if to = s - c.Offset; c.Offset > 24*60*60 {
			to = floorMinute(to)
		}
		return longAgo, longAgo, to
	}
	from, to = s-max(c.Window, 1)-c.Offset, s-c.Offset
	memory = from
	if c.Func == FirstSeen {
		memory = from - c.Memory
	}
	if max(c.Window, 0)+c.Offset > 24*60*60 {
		memory, from, to = floorMinute(memory), floorMinute(from), floorMinute(to)
	}
	return memory, from, to
}

func floorMinute(s int64) int64 { return int64(math.Floor(float64(s)/60)) * 60 }

func (m *model) counts(r record, col int) bool {
	switch m.cols[col].Func {
	case Count, Distinct, Rate, Top, Values, Streak, FirstSeen:
		return r.in[col].On
	case First, Last:
		switch r.in[col].Any.(type) {
		case string, int64, float64, bool:
			return r.in[col].On
		}
		return false
	}
	return r.in[col].On && r.nano[col] != nil
}

func (m *model) inside(r record, col int, s int64) bool {
	_, from, to := bounds(m.cols[col], s)
	if r.gone && m.cols[col].Window != Forever {
		return false
	}
	return m.counts(r, col) && from < r.sec && r.sec <= to
}

func (m *model) remembered(r record, col int, s int64) bool {
	memory, from, _ := bounds(m.cols[col], s)
	return m.counts(r, col) && memory < r.sec && (r.gone || r.sec <= from)
}

// window is what the column covers of a slot at second s, in total order.
func (m *model) window(slot uint32, col int, s int64) (in []record) {
	for _, r := range m.recs {
		if r.slot == slot && m.inside(r, col, s) {
			in = append(in, r)
		}
	}
	slices.SortStableFunc(in, func(a, b record) int {
		return cmp.Or(cmp.Compare(a.sec, b.sec), strings.Compare(a.at.Source, b.at.Source), cmp.Compare(a.at.Gen, b.at.Gen), cmp.Compare(a.at.Pos, b.at.Pos))
	})
	return in
}

// fresh are the hashes in the window that nothing remembers.
func (m *model) fresh(slot uint32, col int, s int64) map[uint64]bool {
	hashes := map[uint64]bool{}
	for _, r := range m.window(slot, col, s) {
		hashes[r.in[col].Hash] = true
	}
	for _, r := range m.recs {
		if r.slot == slot && m.remembered(r, col, s) {
			delete(hashes, r.in[col].Hash)
		}
	}
	return hashes
}

func (m *model) value(slot uint32, col int) (v float64, ok, approx bool) {
	in := m.window(slot, col, m.now)
	n := int64(len(in))
	switch f := m.cols[col].Func; f {
	case Count:
		return float64(n), true, false
	case Rate:
		return float64(n) / float64(max(m.cols[col].Window, 1)), true, false
	case Distinct, FirstSeen:
		hashes := map[uint64]bool{}
		for _, r := range in {
			hashes[r.in[col].Hash] = true
		}
		if f == FirstSeen {
			hashes = m.fresh(slot, col, m.now)
		}
		return float64(min(len(hashes), 10000)), true, len(hashes) > 10000
	case Streak:
		n = 0
		for i := len(in) - 1; i >= 0 && in[i].in[col].Hit; i-- {
			n++
		}
		return float64(min(n, 10000)), true, n > 10000
	case Top, Values, First, Last:
		return 0, false, false
	}
	return m.measure(in, col)
}

func (m *model) measure(in []record, col int) (v float64, ok, approx bool) {
	var nums []float64
	sum := new(big.Int)
	for _, r := range in {
		nums = append(nums, r.in[col].Num+0)
		sum.Add(sum, r.nano[col])
	}
	slices.Sort(nums)
	n := int64(len(nums))
	if n == 0 {
		return 0, m.cols[col].Func == Sum, false
	}
	rank := func(percent int64) float64 {
		k := int64(1)
		for 100*k < percent*n {
			k++
		}
		return nums[k-1]
	}
	switch m.cols[col].Func {
	case Sum:
		v, _ = new(big.Rat).SetFrac(sum, big.NewInt(1e9)).Float64()
	case Avg:
		v, _ = new(big.Rat).SetFrac(sum, big.NewInt(1e9*n)).Float64()
	case Min:
		v = nums[0]
	case Max:
		v = nums[n-1]
	case P50:
		v = rank(50)
	case P90:
		v = rank(90)
	case P95:
		v = rank(95)
	case P99:
		v = rank(99)
	}
	return v, true, false
}

func (m *model) texts(slot uint32, col int) (list []Ranked, approx bool) {
	c := m.cols[col]
	if c.Func != Top && c.Func != Values {
		return nil, false
	}
	times := map[string]int64{}
	for _, r := range m.window(slot, col, m.now) {
		times[r.in[col].Text]++
	}
	for text, n := range times {
		list = append(list, Ranked{text, n})
	}
	slices.SortFunc(list, func(a, b Ranked) int {
		if c.Func == Top && a.Count != b.Count {
			return cmp.Compare(b.Count, a.Count)
		}
		return strings.Compare(a.Text, b.Text)
	})
	most := 100
	if c.Func == Top {
		most = cmp.Or(c.N, 3)
	}
	return list[:min(len(list), most)], c.Func == Values && len(list) > most
}

func (m *model) any(slot uint32, col int) any {
	in := m.window(slot, col, m.now)
	switch f := m.cols[col].Func; {
	case len(in) == 0:
		return nil
	case f == First:
		return in[0].in[col].Any
	case f == Last:
		return in[len(in)-1].in[col].Any
	}
	return nil
}

func (m *model) empty(slot uint32) bool {
	for _, r := range m.recs {
		for col := range m.cols {
			if r.slot == slot && m.cols[col].Window != Forever && m.inside(r, col, m.now) {
				return false
			}
		}
	}
	return true
}

// edges are the first seconds at which a record of second rec is inside the column's window, out of it again and forgotten.
func (m *model) edges(rec int64, col int) [3]int64 {
	c := m.cols[col]
	most := int(max(c.Window, 0) + c.Offset + c.Memory + 200)
	first := func(reached func(memory, from, to int64) bool) int64 {
		return rec + int64(sort.Search(most, func(d int) bool { return reached(bounds(c, rec+int64(d))) }))
	}
	enter := first(func(_, _, to int64) bool { return to >= rec })
	if c.Window == Forever {
		return [3]int64{enter, math.MaxInt64, math.MaxInt64}
	}
	leave := first(func(_, from, _ int64) bool { return from >= rec })
	forgotten := first(func(memory, _, _ int64) bool { return memory >= rec })
	return [3]int64{enter, leave, forgotten}
}

// each calls f for each second after now at which a record enters or leaves a window, or a value becomes fresh.
func (m *model) each(f func(sec int64, slot uint32)) {
	for _, r := range m.recs {
		for col, c := range m.cols {
			if !m.counts(r, col) {
				continue
			}
			enter, leave, forgotten := r.edge[col][0], r.edge[col][1], r.edge[col][2]
			if enter > m.now && !r.gone {
				f(enter, r.slot)
			}
			if leave > m.now && c.Window != Forever && !r.gone {
				f(leave, r.slot)
			}
			if c.Func == FirstSeen && forgotten > m.now && m.becomesFresh(r, col, forgotten) {
				f(forgotten, r.slot)
			}
		}
	}
}

// becomesFresh tells whether the record's value is in the window at s, and unseen before now that the record is forgotten.
func (m *model) becomesFresh(r record, col int, s int64) bool {
	in := false
	for _, o := range m.recs {
		if o.slot != r.slot || o.in[col].Hash != r.in[col].Hash {
			continue
		}
		if m.remembered(o, col, s) {
			return false
		}
		in = in || m.inside(o, col, s)
	}
	return in
}

func (m *model) next() (sec int64, ok bool) {
	m.each(func(at int64, _ uint32) {
		if !ok || at < sec {
			sec, ok = at, true
		}
	})
	return sec, ok
}

// advance returns the slots of which something entered or left on the way.
func (m *model) advance(sec int64) []uint32 {
	var changed []uint32
	m.each(func(at int64, slot uint32) {
		if at <= sec {
			changed = append(changed, slot)
		}
	})
	m.now = sec
	m.prune()
	slices.Sort(changed)
	return slices.Compact(changed)
}

// prune forgets records that have left everything, so that long runs stay feasible.
func (m *model) prune() {
	m.recs = slices.DeleteFunc(m.recs, func(r record) bool {
		for col := range m.cols {
			if m.counts(r, col) && r.edge[col][2] > m.now {
				return false
			}
		}
		return true
	})
}

func (m *model) clear(slot uint32) {
	for i := range m.recs {
		m.recs[i].gone = m.recs[i].gone || m.recs[i].slot == slot
	}
}

func (m *model) drop(slot uint32) {
	m.recs = slices.DeleteFunc(m.recs, func(r record) bool { return r.slot == slot })
}
