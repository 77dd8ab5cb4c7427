package engine

import (
	"math/bits"

	"github.com/smarty-alert/smarty-alert/rules"
)

// nextSecond is the next one at which anything is to be evaluated.
func (e *Engine) nextSecond() (int64, bool) {
	s := e.due.next()
	if at, ok := e.pending.next(); ok {
		s = min(s, at)
	}
	if len(e.skews) > 0 {
		s = min(s, e.skews[0].At)
	}
	if len(e.stalls) > 0 {
		s = min(s, e.stalls[0].At)
	}
	return s, s != noSecond
}

// schedule notes when a rule has something to do by itself.
func (e *Engine) schedule(r *ruleState) {
	at, ok := r.nextDue()
	if !ok {
		at = noSecond
	}
	e.due.set(r.index, at)
}

// scheduleNone forgets all that rules wait for. It is done whenever there are others.
func (e *Engine) scheduleNone() {
	e.due, e.concerned = newAgenda(len(e.rules)), newMarks(len(e.rules))
}

// evaluate brings every rule concerned through one second: those over log
// records in file order, then those over the transitions that follow, then those
// over what the engine noticed about itself (semantics §2.6).
func (e *Engine) evaluate(s int64) {
	e.seconds++
	e.takeStalls(s)
	e.happened, e.noticed = e.happened[:0], append(e.noticed[:0], e.takeSkews(s)...)
	items := e.pending.take(s)
	e.due.take(s, &e.concerned)
	for _, source := range []rules.Source{rules.LogRecords, rules.AlertRecords, rules.HealthRecords} {
		if !e.has[source] {
			continue
		}
		switch source {
		case rules.AlertRecords:
			e.alertItems(s, items)
		case rules.HealthRecords:
			e.healthItems(s, items)
		}
		e.evaluateSource(source, s, items)
	}
	clear(e.concerned)
	e.hold(items)
}

// evaluateSource evaluates the rules over one kind of records, in file order.
func (e *Engine) evaluateSource(source rules.Source, s int64, items *arrivals) {
	for _, i := range items.rules {
		e.concerned.add(int(i))
	}
	for at, word := range e.concerned {
		for ; word != 0; word &= word - 1 {
			if r := e.rules[64*at+bits.TrailingZeros64(word)]; r.rule.Source == source {
				r.evaluate(e, s, items)
				e.schedule(r)
			}
		}
	}
}
