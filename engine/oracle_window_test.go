package engine_test

import (
	"math"
	"math/big"
)

// oInside is §2.3 and §2.4: the window of a column at second s is
// (s-offset-window, s-offset]; without a window it is the second itself. Beyond
// a day both edges are rounded down to whole minutes.
func oInside(c *oAgg, r *oRecord, s int64) bool {
	if c.now {
		return r.at == s
	}
	from, to := s-c.offset-max(c.window, 1), s-c.offset
	if c.window+c.offset > 24*60*60 {
		from, to = from-mod60(from), to-mod60(to)
	}
	return from < r.taken && r.taken <= to
}

func mod60(s int64) int64 { return (s%60 + 60) % 60 }

// oCounts tells whether the record counts for the column: its where holds, and
// its value can be used (§2.7).
func oCounts(c *oAgg, r *oRecord) bool {
	if c.where != nil && !c.where.holds(r.value) {
		return false
	}
	switch c.fn {
	case "count":
		return true
	case "distinct":
		_, ok := oText(r.value(c.field))
		return ok
	}
	v, ok := oNumber(r.value(c.field))
	return ok && math.Abs(v) <= 1e20
}

// oValue computes an aggregate over the records from nothing.
func oValue(c oAgg, in []*oRecord) any {
	sum, texts := new(big.Rat), map[string]bool{}
	least, most := math.Inf(1), math.Inf(-1)
	for _, r := range in {
		if c.fn == "distinct" {
			text, _ := oText(r.value(c.field))
			texts[text] = true
		} else if c.fn != "count" {
			v, _ := oNumber(r.value(c.field))
			sum.Add(sum, nano(v))
			least, most = min(least, v+0), max(most, v+0)
		}
	}
	switch {
	case c.fn == "count":
		return int64(len(in))
	case c.fn == "distinct":
		return int64(len(texts))
	case c.fn == "sum":
		f, _ := sum.Float64()
		return f
	case len(in) == 0:
		return nil
	case c.fn == "min":
		return least + 0
	case c.fn == "max":
		return most + 0
	}
	f, _ := sum.Quo(sum, new(big.Rat).SetInt64(int64(len(in)))).Float64()
	return f
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
