package engine

import "github.com/smarty-alert/smarty-alert/alert"

// judgeEvent emits single alerts, with a cooldown between them. A sequence is
// complete at a second of its own, with or without a record in it; all else
// needs a new one.
func (r *ruleState) judgeEvent(e *Engine, slot uint32, s int64, v verdict) {
	fresh := r.fresh[slot]
	delete(r.fresh, slot)
	if fresh == 0 && r.order == nil {
		return
	}
	if r.order != nil {
		if !v.holds {
			return
		}
		defer r.spend(slot) // however this ends
	}
	inc := r.incident(slot)
	switch {
	case inc != nil && s < inc.Until:
		r.hold(e, inc, s, "cooldown")
		inc.Suppressed += fresh
		r.stats.Suppressed += fresh
	case !v.holds:
	case r.warming(s):
		r.stats.Suppressed += fresh
		e.out = append(e.out, Output{Suppressed: r.suppression(slot, s, "warmup")})
	default:
		r.emit(e, slot, s, v)
	}
}

func (r *ruleState) emit(e *Engine, slot uint32, s int64, v verdict) {
	inc := r.incident(slot)
	if inc == nil {
		inc = r.acquire(slot)
	}
	inc.ActiveAt, inc.StartsAt, inc.Severity = s, s, v.top()
	r.stats.Fired++
	r.announce(e, inc, alert.Event, s)
	r.spend(slot)
	inc.Suppressed, inc.Reported, inc.Until = 0, false, s+r.rule.Cooldown
	if r.rule.Cooldown == 0 {
		r.release(slot)
	}
}
