package windowing

import (
	"math"
	"math/big"
	"slices"
	"sort"
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
	in   []Input
	nano []*big.Int // Num in steps of 1e-9
	edge [][2]int64 // per column: the first second inside, the first second out again
}

func (m *model) add(slot uint32, sec int64, in []Input) {
	r := record{slot: slot, sec: sec, in: slices.Clone(in)}
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

// bounds is (from, to], the window of a column at second s.
func bounds(c Column, s int64) (from, to int64) {
	from, to = s-max(c.Window, 1)-c.Offset, s-c.Offset
	if c.Window+c.Offset > 24*60*60 {
		from, to = floorMinute(from), floorMinute(to)
	}
	return from, to
}

func floorMinute(s int64) int64 { return int64(math.Floor(float64(s)/60)) * 60 }

func (m *model) counts(r record, col int) bool {
	switch m.cols[col].Func {
	case Count, Distinct:
		return r.in[col].On
	}
	return r.in[col].On && r.nano[col] != nil
}

func (m *model) inside(r record, col int, s int64) bool {
	from, to := bounds(m.cols[col], s)
	return m.counts(r, col) && from < r.sec && r.sec <= to
}

func (m *model) value(slot uint32, col int) (v float64, ok, approx bool) {
	var nums []float64
	hashes := map[uint64]bool{}
	sum := new(big.Int)
	for _, r := range m.recs {
		if r.slot == slot && m.inside(r, col, m.now) {
			nums = append(nums, r.in[col].Num)
			hashes[r.in[col].Hash] = true
			if m.cols[col].Func == Sum || m.cols[col].Func == Avg {
				sum.Add(sum, r.nano[col])
			}
		}
	}
	n := int64(len(nums))
	switch m.cols[col].Func {
	case Count:
		return float64(n), true, false
	case Distinct:
		return float64(min(len(hashes), 10000)), true, len(hashes) > 10000
	case Sum:
		v, _ = new(big.Rat).SetFrac(sum, big.NewInt(1e9)).Float64()
		return v, true, false
	}
	if n == 0 {
		return 0, false, false
	}
	switch m.cols[col].Func {
	case Avg:
		v, _ = new(big.Rat).SetFrac(sum, big.NewInt(1e9*n)).Float64()
	case Min:
		v = slices.Min(nums)
	case Max:
		v = slices.Max(nums)
	}
	return v, true, false
}

func (m *model) empty(slot uint32) bool {
	for _, r := range m.recs {
		for col := range m.cols {
			if r.slot == slot && m.inside(r, col, m.now) {
				return false
			}
		}
	}
	return true
}

// edges are the first seconds at which a record of second rec is inside the column's window and out of it again.
func (m *model) edges(rec int64, col int) [2]int64 {
	c := m.cols[col]
	most := int(c.Window + c.Offset + 200)
	first := func(reached func(from, to int64) bool) int64 {
		return rec + int64(sort.Search(most, func(d int) bool { return reached(bounds(c, rec+int64(d))) }))
	}
	enter := first(func(_, to int64) bool { return to >= rec })
	leave := first(func(from, _ int64) bool { return from >= rec })
	return [2]int64{enter, leave}
}

// each calls f for each second after now at which a record enters or leaves a window.
func (m *model) each(f func(sec int64, slot uint32)) {
	for _, r := range m.recs {
		for col := range m.cols {
			if !m.counts(r, col) {
				continue
			}
			for _, at := range r.edge[col] {
				if at > m.now {
					f(at, r.slot)
				}
			}
		}
	}
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
			if m.counts(r, col) && r.edge[col][1] > m.now {
				return false
			}
		}
		return true
	})
}

func (m *model) drop(slot uint32) {
	m.recs = slices.DeleteFunc(m.recs, func(r record) bool { return r.slot == slot })
}
