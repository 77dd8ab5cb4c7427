package engine

import "math"

// agenda is the second for which each rule waits. It is a tree: each node has the
// earliest second of those below it, so that neither finding the next one nor changing
// one goes over all rules.
type agenda struct {
	nodes []int64 // the root is 1, below i are 2i and 2i+1; rules are the last half
}

const noSecond = math.MaxInt64

func newAgenda(rules int) agenda {
	n := 1
	for n < rules {
		n *= 2
	}
	a := agenda{make([]int64, 2*n)}
	for i := range a.nodes {
		a.nodes[i] = noSecond
	}
	return a
}

// next is the earliest second that a rule waits for; noSecond if none waits.
func (a *agenda) next() int64 { return a.nodes[1] }

// set notes the second that a rule waits for; noSecond for none.
func (a *agenda) set(rule int, at int64) {
	i := len(a.nodes)/2 + rule
	if a.nodes[i] == at {
		return
	}
	a.nodes[i] = at
	for i /= 2; i > 0; i /= 2 {
		least := min(a.nodes[2*i], a.nodes[2*i+1])
		if a.nodes[i] == least {
			return
		}
		a.nodes[i] = least
	}
}

// take marks the rules that wait for a second up to s. They wait no longer.
func (a *agenda) take(s int64, into *marks) { a.takeBelow(1, s, into) }

func (a *agenda) takeBelow(i int, s int64, into *marks) {
	if a.nodes[i] > s {
		return
	}
	if leaves := len(a.nodes) / 2; i >= leaves {
		into.add(i - leaves)
		a.nodes[i] = noSecond
		return
	}
	a.takeBelow(2*i, s, into)
	a.takeBelow(2*i+1, s, into)
	a.nodes[i] = min(a.nodes[2*i], a.nodes[2*i+1])
}

// marks are rules, a bit for each.
type marks []uint64

func newMarks(rules int) marks { return make(marks, (rules+63)/64) }

func (m *marks) add(rule int) { (*m)[rule/64] |= 1 << (rule % 64) }
