package engine

import (
	"math/bits"

	"github.com/smarty-alert/smarty-alert/alert"
)

// verdict is what a rule says about a group at one second.
type verdict struct {
	holds  bool  // the condition, or some level, or the sequence is complete
	levels uint8 // the levels that hold, a bit for each severity
}

// top is the highest level that holds, 0 for none or a rule without levels.
func (v verdict) top() alert.Severity {
	if v.levels == 0 {
		return 0
	}
	return alert.Severity(bits.Len8(v.levels) - 1)
}

func (v verdict) at(level alert.Severity) bool { return v.levels>>level&1 == 1 }

// askLevels evaluates every level: a lower one counts when the higher fails.
func (r *ruleState) askLevels(e *Engine) (levels uint8) {
	for _, l := range r.rule.Levels {
		if r.holds(e, l.Expr) {
			levels |= 1 << l.Severity
		}
	}
	return levels
}

// judgeLevel moves a firing group between its levels: up at once, down when the
// current one has not held for keep_firing_for and a lower one does (semantics
// §3.3). It returns the second at which it wants to be asked again.
func (r *ruleState) judgeLevel(e *Engine, inc *incident, s int64, v verdict) int64 {
	top := v.top()
	switch {
	case top > inc.Severity:
		r.update(e, inc, s, top)
		return never
	case v.at(inc.Severity):
		inc.LowSince = never
		return never
	}
	if inc.LowSince == never {
		inc.LowSince = s
	}
	if end := inc.LowSince + r.rule.KeepFiringFor; s < end {
		return end
	}
	if top != 0 {
		r.update(e, inc, s, top)
	}
	return never
}

func (r *ruleState) update(e *Engine, inc *incident, s int64, level alert.Severity) {
	inc.Severity, inc.LowSince = level, never
	if !inc.Folded {
		r.announce(e, inc, alert.Update, s)
	}
}

// severity is the one of an incident's alert now.
func (r *ruleState) severity(inc *incident) alert.Severity {
	if len(r.rule.Levels) > 0 && inc.Severity != 0 {
		return inc.Severity
	}
	return r.rule.Severity
}

// condition is the text that an incident's alert is judged by.
func (r *ruleState) condition(inc *incident) string {
	for _, l := range r.rule.Levels {
		if l.Severity == inc.Severity {
			return l.Expr.Source
		}
	}
	if r.rule.Condition != nil {
		return r.rule.Condition.Source
	}
	return ""
}
