package windowing

import (
	"math"
	"math/bits"
)

// unit is how many steps of a fixed make one.
const unit = 1_000_000_000

// maxNumber bounds what numeric columns accept: a hundred million times a million million is no measurement.
const maxNumber = 1e20

// fixed is a number in steps of 1e-9, a 128-bit two's complement integer: what was added can be taken away
// again without a trace, in any order. 2^30 records of maxNumber fit; beyond that it wraps, and unwraps.
type fixed struct {
	hi int64
	lo uint64
}

// isNumber tells whether v counts for numeric columns.
func isNumber(v float64) bool { return math.Abs(v) <= maxNumber }

// toFixed rounds the exact binary value of v, which isNumber, to the nearest step, half to even.
func toFixed(v float64) fixed {
	b := math.Float64bits(v)
	mant, exp := b&(1<<52-1), int(b>>52&0x7ff)
	if exp == 0 {
		exp = 1
	} else {
		mant |= 1 << 52
	}
	hi, lo := bits.Mul64(mant, unit)
	if exp -= 1075; exp >= 0 {
		hi, lo = shiftLeft(hi, lo, uint(exp))
	} else {
		hi, lo = roundRight(hi, lo, uint(-exp))
	}
	f := fixed{int64(hi), lo}
	if v < 0 {
		return fixed{}.minus(f)
	}
	return f
}

func (f fixed) plus(g fixed) fixed {
	lo, carry := bits.Add64(f.lo, g.lo, 0)
	hi, _ := bits.Add64(uint64(f.hi), uint64(g.hi), carry)
	return fixed{int64(hi), lo}
}

func (f fixed) minus(g fixed) fixed {
	lo, borrow := bits.Sub64(f.lo, g.lo, 0)
	hi, _ := bits.Sub64(uint64(f.hi), uint64(g.hi), borrow)
	return fixed{int64(hi), lo}
}

// over is f divided by n > 0, rounded once to the nearest float64, half to even.
func (f fixed) over(n uint64) float64 {
	abs := f
	if f.hi < 0 {
		abs = fixed{}.minus(f)
	}
	hi, lo := uint64(abs.hi), abs.lo
	if hi|lo == 0 {
		return 0
	}
	// With the top bit set and a divisor below 2^64 the quotient has at least 64 bits, more than any rounding needs;
	// the last bit takes note of everything cut off.
	lead := leadingZeros(hi, lo)
	hi, lo = shiftLeft(hi, lo, lead)
	divisor := n * unit
	qhi, rem := hi/divisor, hi%divisor
	qlo, rem := bits.Div64(rem, lo, divisor)
	qlead := leadingZeros(qhi, qlo)
	qhi, qlo = shiftLeft(qhi, qlo, qlead)
	if qlo|rem != 0 {
		qhi |= 1
	}
	v := math.Ldexp(float64(qhi), 64-int(qlead)-int(lead))
	if f.hi < 0 {
		return -v
	}
	return v
}

func leadingZeros(hi, lo uint64) uint {
	if hi == 0 {
		return 64 + uint(bits.LeadingZeros64(lo))
	}
	return uint(bits.LeadingZeros64(hi))
}

func shiftLeft(hi, lo uint64, n uint) (uint64, uint64) {
	if n >= 64 {
		return lo << (n - 64), 0
	}
	return hi<<n | lo>>(64-n), lo << n
}

func shiftRight(hi, lo uint64, n uint) (uint64, uint64) {
	if n >= 64 {
		return 0, hi >> (n - 64)
	}
	return hi >> n, lo>>n | hi<<(64-n)
}

// roundRight divides by 2^n, n > 0, half to even.
func roundRight(hi, lo uint64, n uint) (uint64, uint64) {
	qhi, qlo := shiftRight(hi, lo, n)
	_, half := shiftRight(hi, lo, n-1)
	if half&1 == 0 {
		return qhi, qlo
	}
	// With n > 128 nothing is shifted back: half is 0 there, so this is not reached.
	rhi, rlo := shiftLeft(hi, lo, 129-n)
	if rhi|rlo != 0 || qlo&1 == 1 {
		var carry uint64
		qlo, carry = bits.Add64(qlo, 1, 0)
		qhi += carry
	}
	return qhi, qlo
}
