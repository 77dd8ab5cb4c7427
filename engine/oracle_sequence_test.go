package engine_test

import "github.com/smarty-alert/smarty-alert/alert"

// complete is §3.5 and all_of, by trying every choice of records.
//
// Where the page is silent:
//   - records that arrive late join; what was spent before them stays spent, and
//     they are not spent with it;
//   - in state mode a completion during firing only spends: resolve waits for the
//     next evaluation, and what it counted so far is kept;
//   - count of a sequence is a window as long as within over what satisfies a step,
//     without what an until record discards; other aggregates see that, too.
func (st *oState) complete(g *oGroup, s int64) bool {
	r := st.rule
	records := afterUntil(g.unspent())
	switch {
	case r.absentLast():
		return st.absentComplete(records, s)
	case !g.stepped:
		return false
	case r.allOf:
		return st.allOfComplete(records, s)
	}
	var in []*oSeen
	for _, x := range records {
		if x.taken > s-r.within {
			in = append(in, x)
		}
	}
	return choice(in, r.pattern(), 0)
}

// afterUntil leaves what the last until record does not discard: itself, and what
// follows it in total order.
func afterUntil(records []*oSeen) []*oSeen {
	for i := len(records) - 1; i >= 0; i-- {
		if records[i].until {
			return records[i:]
		}
	}
	return records
}

// pattern is the steps that must occur, each as often as it counts.
func (r *oRule) pattern() (steps []int) {
	for i, step := range r.steps {
		for range step.count {
			if !step.absent {
				steps = append(steps, i)
			}
		}
	}
	return steps
}

// choice tells whether some of the records, in their order, satisfy the pattern
// one by one. Both are tried for each record: to choose it and not to. failed
// remembers what was tried in vain.
func choice(records []*oSeen, pattern []int, chosen int) bool {
	return choose(records, pattern[chosen:], map[[2]int]bool{})
}

func choose(records []*oSeen, pattern []int, failed map[[2]int]bool) bool {
	if len(pattern) == 0 {
		return true
	}
	key := [2]int{len(records), len(pattern)}
	if len(records) == 0 || failed[key] {
		return false
	}
	if records[0].steps[pattern[0]] && choose(records[1:], pattern[1:], failed) || choose(records[1:], pattern, failed) {
		return true
	}
	failed[key] = true
	return false
}

// started tells whether a sequence that began within ago must be judged now.
func (st *oState) started(g *oGroup, s int64) bool {
	for _, x := range g.unspent() {
		if x.taken == s-st.rule.within && x.steps[0] {
			return true
		}
	}
	return false
}

// absentComplete tries every record as the first chosen, at second s-within, and
// every one as the last chosen.
func (st *oState) absentComplete(records []*oSeen, s int64) bool {
	r := st.rule
	pattern := r.pattern()
	for i, first := range records {
		if first.taken != s-r.within || !first.steps[pattern[0]] {
			continue
		}
		for j := i; j < len(records) && records[j].taken < s; j++ {
			if chosenBetween(records[i:j+1], pattern) && !st.followed(records[j+1:], s) {
				return true
			}
		}
	}
	return false
}

// chosenBetween tells whether the pattern can be chosen so that the first and the
// last of the records are its first and last.
func chosenBetween(records []*oSeen, pattern []int) bool {
	last := len(records) - 1
	if len(pattern) == 1 {
		return last == 0
	}
	return last > 0 && records[last].steps[pattern[len(pattern)-1]] && choice(records[1:last], pattern[:len(pattern)-1], 1)
}

// followed tells whether what must not follow does.
func (st *oState) followed(records []*oSeen, s int64) bool {
	for _, x := range records {
		if x.taken <= s && x.steps[len(st.rule.steps)-1] {
			return true
		}
	}
	return false
}

func (st *oState) allOfComplete(records []*oSeen, s int64) bool {
	complete := 0
	for i, step := range st.rule.steps {
		n := 0
		for _, x := range records {
			n += one(x.steps[i] && x.taken > s-st.rule.within && x.taken <= s)
		}
		complete += one(n >= step.count)
	}
	least := st.rule.min
	if least == 0 {
		least = len(st.rule.steps)
	}
	return complete >= least
}

// judgeSequence fires a complete sequence and spends its records, also when
// nothing is told.
func (o *oracle) judgeSequence(st *oState, g *oGroup, s int64, l *oLook) {
	switch {
	case st.rule.stateMode():
		if g.state != alert.Firing || !l.holds {
			o.judgeState(st, g, s, l)
		}
	case !l.holds:
	case s < g.until:
		o.cool(st, g, s, g.fresh)
	case s < st.warmEnd:
		o.suppress(st, g, s, "warmup")
		st.suppressed += g.fresh
	default:
		o.event(st, g, s, l)
	}
	if l.holds {
		g.spend()
	}
}
