package windowing

import (
	"math"
	"math/big"
	"math/bits"
	"testing"

	"pgregory.net/rapid"
)

func (f fixed) big() *big.Int {
	v := new(big.Int).Lsh(big.NewInt(f.hi), 64)
	return v.Add(v, new(big.Int).SetUint64(f.lo))
}

func TestToFixed(t *testing.T) {
	for _, v := range []float64{0, math.Copysign(0, -1), 5e-324, 5e-10, 1.5e-9, 2.5e-9, 0.1, 1, 1 << 53, 1e20, math.Nextafter(1e20, 0),
		math.Ldexp(1, -30), math.Ldexp(3, -40), math.Ldexp(1, -84), math.Ldexp(1, -150),
		// An odd multiple of 2^-10 times 5^9 * 2^9 ends in exactly one half: both ways of half to even.
		math.Ldexp(1, -10), math.Ldexp(3, -10), math.Ldexp(5, -10), math.Ldexp(7, -10)} {
		for _, v := range []float64{v, -v} {
			if got, want := toFixed(v).big(), roundNano(v); got.Cmp(want) != 0 {
				t.Errorf("%v = %v, want %v", v, got, want)
			}
		}
	}
}

// The average of 2^34 numbers lies exactly between two floats, or so little above that it shows only in the remainder.
func TestFixed_OverRoundsOnce(t *testing.T) {
	hi, lo := bits.Mul64(1953125, 1<<55+4) // 5^9 * 2^55 * (1 + 2^-53); divided by 2^34 * 10^9: 2^12 * (1 + 2^-53)
	middle := fixed{int64(hi), lo}
	if got := middle.over(1 << 34); got != 1<<12 {
		t.Errorf("the middle becomes %v, want the even neighbour", got)
	}
	if got, want := middle.plus(fixed{lo: 1}).over(1<<34), math.Nextafter(1<<12, 1<<13); got != want {
		t.Errorf("just above the middle becomes %v, want %v", got, want)
	}
}

func TestFixed_LikeBig(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var sum fixed
		want := new(big.Int)
		var all []float64
		for range 20 {
			v := math.Float64frombits(rapid.Uint64().Draw(t, "bits"))
			if rapid.Bool().Draw(t, "plain") {
				v = rapid.Float64Range(-1e20, 1e20).Draw(t, "v")
			}
			if !isNumber(v) {
				continue
			}
			all = append(all, v)
			sum = sum.plus(toFixed(v))
			want.Add(want, roundNano(v))
			n := rapid.Uint64Range(1, 1<<34).Draw(t, "n")
			if sum.big().Cmp(want) != 0 {
				t.Fatalf("sum of %v = %v, want %v", all, sum.big(), want)
			}
			divisor := new(big.Int).Mul(big.NewInt(1e9), new(big.Int).SetUint64(n))
			if avg, _ := new(big.Rat).SetFrac(want, divisor).Float64(); sum.over(n) != avg {
				t.Fatalf("%v over %d = %v, want %v", sum.big(), n, sum.over(n), avg)
			}
		}
		for _, v := range all {
			sum = sum.minus(toFixed(v))
		}
		if sum != (fixed{}) {
			t.Fatalf("%v left after all was taken away", sum)
		}
	})
}
