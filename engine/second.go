package engine

import (
	"container/heap"
	"slices"

	"github.com/smarty-alert/smarty-alert/rules"
)

// nextSecond is the next one at which anything is to be evaluated.
func (e *Engine) nextSecond() (int64, bool) {
	for len(e.due) > 0 && e.due[0].rule.due != e.due[0].at {
		heap.Pop(&e.due) // outdated: the rule has another time by now
	}
	s, ok := e.pending.next()
	if len(e.due) > 0 && (!ok || e.due[0].at < s) {
		s, ok = e.due[0].at, true
	}
	if len(e.skews) > 0 && (!ok || e.skews[0].At < s) {
		s, ok = e.skews[0].At, true
	}
	if len(e.stalls) > 0 && (!ok || e.stalls[0].At < s) {
		s, ok = e.stalls[0].At, true
	}
	return s, ok
}

// schedule notes when a rule has something to do by itself.
func (e *Engine) schedule(r *ruleState) {
	at, ok := r.nextDue()
	if !ok {
		r.due = never
		return
	}
	if at != r.due {
		r.due = at
		heap.Push(&e.due, due{at, r})
	}
}

// evaluate brings every rule concerned through one second: those over log
// records in file order, then those over the transitions that follow, then those
// over what the engine noticed about itself (semantics §2.6).
func (e *Engine) evaluate(s int64) {
	e.seconds++
	e.takeStalls(s)
	e.happened, e.noticed = e.happened[:0], append(e.noticed[:0], e.takeSkews(s)...)
	items := e.pending.take(s)
	concerned := e.takeDue(s)
	for _, source := range []rules.Source{rules.LogRecords, rules.AlertRecords, rules.HealthRecords} {
		switch {
		case source == rules.AlertRecords && e.has[source]:
			concerned = append(concerned, e.alertItems(s, items)...)
		case source == rules.HealthRecords && e.has[source]:
			e.healthItems(s, items)
		}
		if e.has[source] {
			e.evaluateSource(source, s, concerned, items)
		}
	}
	e.pending.give(items)
}

// evaluateSource evaluates the rules over one kind of records, in file order.
func (e *Engine) evaluateSource(source rules.Source, s int64, due []*ruleState, items *arrivals) {
	concerned := e.concerned[:0]
	for _, r := range due {
		if r.rule.Source == source {
			concerned = append(concerned, r)
		}
	}
	for _, i := range items.rules {
		if r := e.rules[i]; r.rule.Source == source {
			concerned = append(concerned, r)
		}
	}
	slices.SortFunc(concerned, func(a, b *ruleState) int { return a.index - b.index })
	for _, r := range slices.Compact(concerned) {
		r.evaluate(e, s, items)
		e.schedule(r)
	}
	e.concerned = concerned
}

// takeDue takes the rules that want to be evaluated by themselves now.
func (e *Engine) takeDue(s int64) (concerned []*ruleState) {
	for len(e.due) > 0 && e.due[0].at <= s {
		d := heap.Pop(&e.due).(due)
		if d.rule.due == d.at {
			d.rule.due = never
			concerned = append(concerned, d.rule)
		}
	}
	return concerned
}

// due is a rule and the second at which it wants to be evaluated.
type due struct {
	at   int64
	rule *ruleState
}

type dueHeap []due

func (h dueHeap) Len() int           { return len(h) }
func (h dueHeap) Less(i, j int) bool { return h[i].at < h[j].at }
func (h dueHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *dueHeap) Push(x any)        { *h = append(*h, x.(due)) }
func (h *dueHeap) Pop() any {
	old := *h
	x := old[len(old)-1]
	*h = old[:len(old)-1]
	return x
}
