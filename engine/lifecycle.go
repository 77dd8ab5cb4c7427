package engine

import (
	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/windowing"
)

// incident is a group that is more than quiet: pending, firing, or (with State
// 0) in the cooldown of event mode. It is kept in the snapshot as it is.
type incident struct {
	Slot       uint32
	State      alert.State // Pending, Firing or 0
	ActiveAt   int64       // the condition became true
	StartsAt   int64       // it became firing
	QuietSince int64       // firing: resolve has been true since; never: it is not
	Wake       int64       // the second at which it wants to be judged; never: none
	Until      int64       // event mode: end of the cooldown
	Suppressed int64       // event mode: records swallowed since the last alert
}

func (r *ruleState) acquire(slot uint32) *incident {
	var id uint32
	if n := len(r.free); n > 0 {
		id, r.free = r.free[n-1], r.free[:n-1]
	} else {
		r.active = append(r.active, incident{})
		id = uint32(len(r.active) - 1)
	}
	r.slots[slot].incident = id
	r.active[id] = incident{Slot: slot, QuietSince: never, Wake: never}
	return &r.active[id]
}

func (r *ruleState) release(slot uint32) {
	g := &r.slots[slot]
	r.active[g.incident] = incident{}
	r.free = append(r.free, g.incident)
	g.incident = 0
}

func (r *ruleState) incident(slot uint32) *incident {
	if id := r.slots[slot].incident; id != 0 {
		return &r.active[id]
	}
	return nil
}

// wake asks for the group to be judged again at a later second.
func (r *ruleState) wake(inc *incident, at int64) {
	if inc.Wake != at {
		inc.Wake = at
		r.timers.add(timer{at: at, slot: inc.Slot})
	}
}

// judge evaluates a group's condition at a second and takes the step of its
// life that follows (semantics §3).
func (r *ruleState) judge(e *Engine, slot uint32, s int64) {
	if r.rule.Absence && s < r.slots[slot].armed+r.rule.Window {
		return
	}
	values := r.values(slot)
	r.notePeak(slot, s, values)
	r.bind(e, slot, values)
	holds := r.holds(e, r.rule.Condition)
	if r.rule.Mode == rules.EventMode {
		r.judgeEvent(e, slot, s, holds, values)
		return
	}
	inc := r.incident(slot)
	switch {
	case inc == nil && holds:
		inc = r.acquire(slot)
		inc.State, inc.ActiveAt = alert.Pending, s
		if r.rule.For == 0 {
			r.fire(e, inc, s, values)
			return
		}
		r.wake(inc, s+r.rule.For)
		r.announce(e, inc, alert.Pending, s, values)
	case inc == nil:
	case inc.State == alert.Pending && !holds:
		r.release(slot)
		r.victims.calmed()
	case inc.State == alert.Pending && s >= inc.ActiveAt+r.rule.For:
		r.fire(e, inc, s, values)
	case inc.State == alert.Firing:
		r.judgeFiring(e, inc, s, holds, values)
	}
}

// judgeFiring resolves a firing group once resolve has held for keep_firing_for.
func (r *ruleState) judgeFiring(e *Engine, inc *incident, s int64, holds bool, values []alert.Value) {
	quiet := !holds
	if r.rule.Resolve != nil {
		quiet = r.holds(e, r.rule.Resolve)
	}
	if !r.rule.Absence && r.table.Empty(inc.Slot) {
		quiet = true // an alert must not hang on evidence that is gone
	}
	if !quiet {
		inc.QuietSince, inc.Wake = never, never
		return
	}
	if inc.QuietSince == never {
		inc.QuietSince = s
	}
	if end := inc.QuietSince + r.rule.KeepFiringFor; s < end {
		r.wake(inc, end)
		return
	}
	r.resolve(e, inc, s, "condition", values)
}

func (r *ruleState) fire(e *Engine, inc *incident, s int64, values []alert.Value) {
	inc.State, inc.StartsAt, inc.Wake = alert.Firing, s, never
	r.stats.Fired++
	r.announce(e, inc, alert.Firing, s, values)
}

func (r *ruleState) resolve(e *Engine, inc *incident, s int64, reason string, values []alert.Value) {
	t := r.transition(e, inc, alert.Resolved, s, values)
	t.EndsAt, t.Reason = s, reason
	r.stats.Resolved++
	e.out = append(e.out, Output{Alert: t})
	r.release(inc.Slot)
	r.victims.calmed()
}

// judgeEvent emits single alerts, with a cooldown between them.
func (r *ruleState) judgeEvent(e *Engine, slot uint32, s int64, holds bool, values []alert.Value) {
	fresh := r.fresh[slot]
	if fresh == 0 {
		return
	}
	delete(r.fresh, slot)
	inc := r.incident(slot)
	if inc != nil && s < inc.Until {
		if inc.Suppressed == 0 {
			e.out = append(e.out, Output{Suppressed: r.suppression(slot, s, "cooldown")})
		}
		inc.Suppressed += fresh
		r.stats.Suppressed += fresh
		return
	}
	if !holds {
		return
	}
	if inc == nil {
		inc = r.acquire(slot)
	}
	inc.ActiveAt, inc.StartsAt = s, s
	r.stats.Fired++
	r.announce(e, inc, alert.Event, s, values)
	r.table.Drop(slot)
	if inc.Suppressed, inc.Until = 0, s+r.rule.Cooldown; r.rule.Cooldown == 0 {
		r.release(slot)
	}
}

// values are count and the aggregates at this second.
func (r *ruleState) values(slot uint32) []alert.Value {
	out := make([]alert.Value, len(r.rule.Columns))
	for i, c := range r.rule.Columns {
		name := "count"
		if i > 0 {
			name = r.rule.Aggregates[i-1].Name
		}
		v, ok, approx := r.table.Value(slot, i)
		out[i] = alert.Value{Name: name, Approx: approx}
		switch {
		case c.Func == windowing.Count || c.Func == windowing.Distinct:
			out[i].V = int64(v)
		case ok:
			out[i].V = v
		}
	}
	return out
}

// bind gives the condition its variables: aggregates and group
// labels, what is hidden of these hidden.
func (r *ruleState) bind(e *Engine, slot uint32, values []alert.Value) {
	for i, v := range values {
		if n, isInt := v.V.(int64); isInt {
			e.vars.Set(v.Name, int(n))
		} else {
			e.vars.Set(values[i].Name, v.V)
		}
	}
	if len(r.rule.GroupBy) > 0 {
		texts := decodeKey(r.groups.Key(slot))
		for i, g := range r.rule.GroupBy {
			e.vars.Set(g.Name, texts[i])
		}
	}
}

func (r *ruleState) holds(e *Engine, x *rules.Expr) bool {
	if x == nil {
		return true
	}
	ok, err := x.True(e.vars)
	if err != nil {
		r.failed(err, nil)
	}
	return ok
}
