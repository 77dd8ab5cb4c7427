package rehearsal

// pairing gives each of wants one of gots that fits, so that as many as possible
// have one: an expectation that says little must not take what only another one
// fits. The result is the place among gots, or -1.
func pairing(wants, gots int, fits func(want, got int) bool) []int {
	taken := make([]int, gots) // by which want, from 1
	var find func(want int, seen []bool) bool
	find = func(want int, seen []bool) bool {
		for got := range gots {
			if seen[got] || !fits(want, got) {
				continue
			}
			seen[got] = true
			if taken[got] == 0 || find(taken[got]-1, seen) {
				taken[got] = want + 1
				return true
			}
		}
		return false
	}
	out := make([]int, wants)
	for want := range wants {
		out[want] = -1
		find(want, make([]bool, gots))
	}
	for got, want := range taken {
		if want > 0 {
			out[want-1] = got
		}
	}
	return out
}
