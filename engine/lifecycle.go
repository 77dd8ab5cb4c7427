package engine

import (
	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/rules"
)

// incident is a group that is more than quiet: pending, firing, or (with State
// 0) in the cooldown of event mode. It is kept in the snapshot as it is.
type incident struct {
	Slot       uint32
	State      alert.State    // Pending, Firing or 0
	Severity   alert.Severity // of a rule with levels: the current one
	Folded     bool           // firing beyond max_firing: part of the overflow alert
	Reported   bool           // that the warmup or the cooldown holds it back has been said
	ActiveAt   int64          // the condition became true
	StartsAt   int64          // it became firing
	QuietSince int64          // firing: resolve has been true since; never: it is not
	LowSince   int64          // firing: the current level has not held since; never: it does
	Wake       int64          // the second at which it wants to be judged; never: none
	Until      int64          // event mode: end of the cooldown
	Suppressed int64          // event mode: records swallowed since the last alert
}

func (r *ruleState) acquire(slot uint32) *incident {
	var id uint32
	if n := len(r.free); n > 0 {
		id, r.free = r.free[n-1], r.free[:n-1]
	} else {
		r.active = append(r.active, incident{})
		id = uint32(len(r.active) - 1)
	}
	r.slots.At(slot).incident = id
	r.active[id] = incident{Slot: slot, QuietSince: never, LowSince: never, Wake: never}
	return &r.active[id]
}

func (r *ruleState) release(slot uint32) {
	g := r.slots.At(slot)
	r.active[g.incident] = incident{}
	r.free = append(r.free, g.incident)
	g.incident = 0
}

func (r *ruleState) incident(slot uint32) *incident {
	if id := r.slots.At(slot).incident; id != 0 {
		return &r.active[id]
	}
	return nil
}

// wake asks for the group to be judged again at a later second; never for none.
func (r *ruleState) wake(inc *incident, at int64) {
	if inc.Wake == at {
		return
	}
	if inc.Wake = at; at != never {
		r.timers.add(timer{at: at, slot: inc.Slot})
	}
}

// judge evaluates what a rule says about a group at a second and takes the step
// of its life that follows (semantics §3).
func (r *ruleState) judge(e *Engine, slot uint32, s int64) {
	if r.rule.Absence && (r.frozen || s < r.overdue(slot)) {
		return
	}
	r.faults.failing, r.faults.err = false, nil
	v := r.ask(e, slot, s)
	var look *Look
	if e.o.Look != nil {
		look = r.look(slot, s, v)
	}
	switch {
	case r.rule.Mode == rules.EventMode:
		r.judgeEvent(e, slot, s, v)
	default:
		r.judgeState(e, slot, s, v)
	}
	if r.order != nil {
		r.order.past.Prune(slot, s)
	}
	if look != nil {
		r.settle(look, slot)
		e.o.Look(look)
	}
	if r.faults.failing {
		r.faults.failures++
	}
	r.judged = append(r.judged, judged{slot, r.faults.err})
}

// judgeState takes the step of an alert that fires and resolves.
func (r *ruleState) judgeState(e *Engine, slot uint32, s int64, v verdict) {
	inc := r.incident(slot)
	switch {
	case inc == nil && v.holds:
		inc = r.acquire(slot)
		inc.State, inc.ActiveAt = alert.Pending, s
		r.ripen(e, inc, s, v)
	case inc == nil:
	case inc.State == alert.Pending && !v.holds:
		r.release(slot)
		r.calmed()
	case inc.State == alert.Pending:
		r.ripen(e, inc, s, v)
	case inc.State == alert.Firing && (r.order == nil || !v.holds): // of one that is complete again there is nothing to say
		r.judgeFiring(e, inc, s, v)
	}
	if r.order != nil && v.holds {
		r.spend(slot)
	}
}

// ripen lets a pending alert fire when its condition has held for long enough
// and the rule has seen enough to judge by.
func (r *ruleState) ripen(e *Engine, inc *incident, s int64, v verdict) {
	inc.Severity = v.top()
	if s == inc.ActiveAt && r.rule.For > 0 {
		r.announce(e, inc, alert.Pending, s)
	}
	if due := inc.ActiveAt + r.rule.For; s < due {
		r.wake(inc, due)
		return
	}
	if r.warming(s) {
		r.hold(e, inc, s, "warmup")
		r.wake(inc, r.began+r.rule.Warmup)
		return
	}
	r.fire(e, inc, s)
}

// warming reports whether the rule lacks its baseline yet (semantics §4.5).
func (r *ruleState) warming(s int64) bool {
	return r.rule.Warmup > 0 && s < r.began+r.rule.Warmup
}

// hold reports, once per pending spell or cooldown, that an alert is held back.
func (r *ruleState) hold(e *Engine, inc *incident, s int64, by string) {
	if !inc.Reported {
		inc.Reported = true
		e.out = append(e.out, Output{Suppressed: r.suppression(inc.Slot, s, by)})
	}
}

// judgeFiring resolves a firing group once resolve has held for keep_firing_for,
// and else moves it between its levels.
func (r *ruleState) judgeFiring(e *Engine, inc *incident, s int64, v verdict) {
	wake := int64(never)
	if r.quietened(e, inc.Slot, v) {
		if inc.QuietSince == never {
			inc.QuietSince = s
		}
		if wake = inc.QuietSince + r.rule.KeepFiringFor; s >= wake {
			r.resolve(e, inc, s, "condition")
			return
		}
	} else {
		inc.QuietSince = never
	}
	if len(r.rule.Levels) > 0 {
		if at := r.judgeLevel(e, inc, s, v); at != never && (wake == never || at < wake) {
			wake = at
		}
	}
	r.wake(inc, wake)
}

// quietened reports whether nothing keeps an alert firing at this second.
func (r *ruleState) quietened(e *Engine, slot uint32, v verdict) bool {
	quiet := !v.holds
	if r.rule.Resolve != nil {
		quiet = r.holds(e, r.rule.Resolve)
	}
	// An alert must not hang on evidence that is gone; what looks back to the
	// beginning, and a sequence, which spends its evidence, have none that goes.
	gone := !r.rule.Absence && !r.rule.LookBack && r.order == nil && r.table.Empty(slot)
	return quiet || gone
}

func (r *ruleState) fire(e *Engine, inc *incident, s int64) {
	inc.State, inc.StartsAt, inc.Wake = alert.Firing, s, never
	if inc.Folded = r.full(); inc.Folded {
		r.crowd.folded++
		r.stats.Folded++
		e.out = append(e.out, Output{Suppressed: r.suppression(inc.Slot, s, "max_firing")})
		return
	}
	r.crowd.announced++
	r.stats.Fired++
	r.announce(e, inc, alert.Firing, s)
}

func (r *ruleState) resolve(e *Engine, inc *incident, s int64, reason string) {
	if inc.Folded {
		r.crowd.folded--
	} else {
		r.crowd.announced--
		r.stats.Resolved++
		t := r.transition(e, inc, alert.Resolved, s)
		t.EndsAt, t.Reason = s, reason
		e.out = append(e.out, Output{Alert: t})
	}
	r.release(inc.Slot)
	r.calmed()
}
