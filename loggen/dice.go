package loggen

import (
	"math/bits"
	"math/rand/v2"
)

// Dice draws numbers. Only integers: floating-point results may differ between processors that fuse operations.
type Dice struct{ pcg rand.PCG }

// Seed starts the sequence of draw number n of a stream.
func (d *Dice) Seed(seed, stream, n uint64) {
	d.pcg.Seed(mix(seed+stream*0x9e3779b97f4a7c15), mix(n^stream<<56))
}

// N returns a number in [0, k).
func (d *Dice) N(k uint64) uint64 {
	hi, _ := bits.Mul64(d.pcg.Uint64(), k)
	return hi
}

// Between returns a number in [lo, hi].
func (d *Dice) Between(lo, hi int) int { return lo + int(d.N(uint64(hi-lo+1))) }

// OneIn is true once in k times.
func (d *Dice) OneIn(k uint64) bool { return d.N(k) == 0 }

// mix is the finalizer of SplitMix64: neighbouring inputs give unrelated outputs.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// hash is FNV-1a, finished by mix. It ties the properties of a thing to its name.
func hash(s string) uint64 {
	h := uint64(0xcbf29ce484222325)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 0x100000001b3
	}
	return mix(h)
}
