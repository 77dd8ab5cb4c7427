package engine_test

import (
	"cmp"
	"math"
	"math/big"
	"slices"
	"strings"

	"github.com/smarty-alert/smarty-alert/alert"
)

// oInside is §2.3 and §2.4: the window of a column at second s is
// (s-offset-window, s-offset]; without a window it is the second itself, or
// everything. Beyond a day all edges are rounded down to whole minutes.
func oInside(c *oAgg, x *oSeen, s int64) bool {
	switch {
	case c.window == oForever:
		return true
	case x.spent:
		return false
	case c.now:
		return x.at == s
	}
	return c.edge(s-c.offset-max(c.window, 1)) < x.taken && x.taken <= c.edge(s-c.offset)
}

// oRemembered tells whether the record lies in the memory before the window, or
// was spent: then it counts as seen at once.
func oRemembered(c *oAgg, x *oSeen, s int64) bool {
	from := s - c.offset - c.window
	return c.edge(from-c.memory) < x.taken && (x.spent || x.taken <= c.edge(from))
}

func (c *oAgg) edge(s int64) int64 {
	if c.rounded() {
		return s - mod60(s)
	}
	return s
}

func (c *oAgg) rounded() bool { return c.window+c.offset > 24*60*60 }

func mod60(s int64) int64 { return (s%60 + 60) % 60 }

// oCell is what one record gives to one column.
type oCell struct {
	ok   bool // it counts: its where holds, and its value can be used (§2.7)
	num  float64
	text string
	v    any
	hit  bool
}

// cell evaluates a column's expressions over a record.
//
// Where the page is silent: a record whose streak expression fails breaks the
// streak; it counts. Lists are told apart by the texts of their elements, so that
// [5] and ['5'] are one value, as 5 and '5' are.
func (c *oAgg) cell(x *oSeen) (cell oCell, failed bool) {
	if c.staged {
		return oCell{ok: slices.Contains(x.steps, true)}, false
	}
	if c.where != nil {
		var holds bool
		if holds, failed = c.where.holds(x.value); !holds {
			return oCell{}, failed
		}
	}
	switch c.fn {
	case "count", "rate":
		cell.ok = true
	case "streak":
		cell.ok = true
		cell.hit, failed = c.hit.holds(x.value)
	case "distinct":
		cell.text, cell.ok = oText(x.plain(c.field))
	case "first_seen":
		v := x.plain(c.field)
		if c.list != nil {
			var list []any
			for _, name := range c.list {
				if text, ok := oText(x.plain(name)); ok {
					list = append(list, text)
				} else {
					list = append(list, nil)
				}
			}
			v = list
		}
		cell.text, cell.ok = oText(v)
		for _, name := range c.list {
			cell.ok = cell.ok && !isError(x.value(name))
		}
	case "values", "top", "first", "last":
		v := redactor.Value(c.field, x.plain(c.field))
		cell.v = v
		cell.text, cell.ok = oText(v)
	default:
		cell.num, cell.ok = oNumber(x.plain(c.field))
		cell.ok = cell.ok && math.Abs(cell.num) <= 1e20
	}
	return cell, failed
}

// within are the records that count for the i-th column at s.
func within(cols []oAgg, i int, records []*oSeen, s int64) (in []*oSeen) {
	for _, x := range records {
		if x.cells[i].ok && oInside(&cols[i], x, s) {
			in = append(in, x)
		}
	}
	return in
}

// oValue computes an aggregate over the records in it, from nothing. all are the
// records of the group, for what is remembered.
func oValue(cols []oAgg, i int, in, all []*oSeen, s int64) any {
	c := &cols[i]
	switch c.fn {
	case "count":
		return int64(len(in))
	case "rate":
		return float64(len(in)) / float64(c.window)
	case "streak":
		n := int64(0)
		for k := len(in) - 1; k >= 0 && in[k].cells[i].hit; k-- {
			n++
		}
		return n
	case "distinct":
		return int64(len(oCounts(i, in)))
	case "first_seen":
		return int64(len(oFresh(cols, i, in, all, s)))
	case "values":
		texts := []any{}
		for _, r := range oCounts(i, in) {
			texts = append(texts, r.Value)
		}
		return texts
	case "top":
		return oTop(i, in, int(cmp.Or(c.n, 3)))
	case "sum":
		f, _ := oSum(i, in).Float64()
		return f
	}
	if len(in) == 0 {
		return nil
	}
	return oOne(c, i, in)
}

// oOne are the functions that have no value over nothing.
func oOne(c *oAgg, i int, in []*oSeen) any {
	var nums []float64
	for _, x := range in {
		nums = append(nums, x.cells[i].num+0)
	}
	slices.Sort(nums)
	switch c.fn {
	case "first":
		return in[0].cells[i].v
	case "last":
		return in[len(in)-1].cells[i].v
	case "min":
		return nums[0]
	case "max":
		return nums[len(nums)-1]
	case "avg":
		sum := oSum(i, in)
		f, _ := sum.Quo(sum, new(big.Rat).SetInt64(int64(len(in)))).Float64()
		return f
	}
	percent := map[string]int{"p50": 50, "p90": 90, "p95": 95, "p99": 99}[c.fn]
	rank := 0
	for rank*100 < percent*len(nums) { // the least rank that is not below p% of n
		rank++
	}
	return nums[rank-1]
}

// oCounts are the texts of the records, sorted.
func oCounts(i int, in []*oSeen) (out []alert.Ranked) {
	for _, x := range in {
		k := slices.IndexFunc(out, func(r alert.Ranked) bool { return r.Value == x.cells[i].text })
		if k < 0 {
			k = len(out)
			out = append(out, alert.Ranked{Value: x.cells[i].text})
		}
		out[k].Count++
	}
	slices.SortFunc(out, func(a, b alert.Ranked) int { return strings.Compare(a.Value, b.Value) })
	return out
}

func oTop(i int, in []*oSeen, n int) []any {
	ranked := oCounts(i, in)
	slices.SortStableFunc(ranked, func(a, b alert.Ranked) int { return cmp.Compare(b.Count, a.Count) })
	out := []any{}
	for _, r := range ranked[:min(n, len(ranked))] {
		out = append(out, r)
	}
	return out
}

// oFresh are the values in the window that were not seen in the memory before.
func oFresh(cols []oAgg, i int, in, all []*oSeen, s int64) []string {
	fresh := map[string]bool{}
	for _, x := range in {
		fresh[x.cells[i].text] = true
	}
	for _, x := range all {
		if x.cells[i].ok && oRemembered(&cols[i], x, s) {
			delete(fresh, x.cells[i].text)
		}
	}
	var out []string
	for text := range fresh {
		out = append(out, text)
	}
	slices.Sort(out)
	return out
}

func oSum(i int, in []*oSeen) *big.Rat {
	sum := new(big.Rat)
	for _, x := range in {
		sum.Add(sum, nano(x.cells[i].num))
	}
	return sum
}

// nano is the number rounded to 1e-9, half to even: sums are exact decimals.
func nano(v float64) *big.Rat {
	scaled := new(big.Rat).Mul(new(big.Rat).SetFloat64(v), big.NewRat(1_000_000_000, 1))
	twice := new(big.Rat).Mul(scaled, big.NewRat(2, 1))
	floor := func(r *big.Rat) *big.Int { return new(big.Int).Div(r.Num(), r.Denom()) } // Euclidean: down
	whole := floor(new(big.Rat).Add(scaled, big.NewRat(1, 2)))
	if twice.IsInt() && !scaled.IsInt() && whole.Bit(0) == 1 {
		whole.Sub(whole, big.NewInt(1)) // exactly between two: to the even one
	}
	return new(big.Rat).SetFrac(whole, big.NewInt(1_000_000_000))
}

// dates are the seconds at which the record enters or leaves what column c looks
// at: a naive evaluation of any other second finds the same in its windows.
func (c *oAgg) dates(x *oSeen) []int64 {
	if c.window == oForever {
		return nil
	}
	taken := x.taken
	if c.rounded() {
		taken += mod60(-taken)
	}
	width := max(c.window, 1)
	return []int64{taken + c.offset, taken + c.offset + width, taken + c.offset + width + c.memory}
}
