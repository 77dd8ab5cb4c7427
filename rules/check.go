package rules

import (
	"slices"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/strictyaml"
	"github.com/smarty-alert/smarty-alert/windowing"
)

// checkRule finds combinations that cannot mean what their author thought.
func (fc *fileContext) checkRule(m *strictyaml.Mapping, r *Rule) {
	if fc.ordered {
		fc.checkOrdered(m, r)
	} else {
		fc.checkMode(m, r)
		if r.Absence && !fc.written["window"] {
			m.Key("absence").Fault("add `window: 10m`: how long silence is normal", "it needs a window")
		}
		if r.Mode == StateMode && !fc.written["condition"] && !fc.written["levels"] {
			m.Value().Fault("add `condition: count >= 5`, say", "a rule with a window or a resolve needs a condition")
		}
	}
	for _, key := range []string{"condition", "levels", "resolve"} {
		fc.checkExpressions(m.Get(key), r)
	}
	if m.Key("cooldown").There() && r.Mode == StateMode {
		fc.useless(m, r, "cooldown", "repeat_interval says how often a firing alert is told again; write mode: event for single messages", "it has no meaning in state mode")
	}
	if fc.selectsAll(m, r) {
		m.Value().Warn("selects-all", "name an event or a log, unless that is meant", "the rule selects every record of every log")
	}
	if r.Source == AlertRecords && r.Match == nil && !m.Get("match").There() && !fc.ordered {
		m.Key("source").Warn("counts-transitions", "add match: state == \"firing\", say", "the rule counts every transition: pending, firing, update, resolved and event")
	}
}

func (fc *fileContext) selectsAll(m *strictyaml.Mapping, r *Rule) bool {
	return !m.Get("source").There() && !fc.ordered && r.Match == nil && r.Logs == nil && r.Events == nil &&
		!fc.written["match"] && !fc.written["event"] && !fc.written["log"]
}

// useless tells that a key has no meaning in the rule. One that an override of
// several rules has set there is left out in silence: it was meant for the others.
func (fc *fileContext) useless(m *strictyaml.Mapping, r *Rule, key, hint, msg string) {
	if !fc.wide[key] {
		m.Key(key).Fault(hint, "%s", msg)
		return
	}
	switch key {
	case "for":
		r.For = 0
	case "keep_firing_for":
		r.KeepFiringFor = 0
	case "cooldown":
		r.Cooldown = 0
	case "max_firing":
		r.MaxFiring = 0
	case "repeat_backoff":
		r.RepeatBackoff = alert.Backoff{}
	case "inhibits":
		r.Inhibits = nil
	}
}

// stateKeys have a meaning for alerts that last.
var stateKeys = []string{"for", "keep_firing_for", "resolve", "absence", "levels", "max_firing", "repeat_backoff", "inhibits"}

// checkMode finds keys without a meaning in the rule's mode. Without a window
// and without `mode` the author never chose event mode: the window is what is
// missing.
func (fc *fileContext) checkMode(m *strictyaml.Mapping, r *Rule) {
	if r.Mode == EventMode {
		fc.checkEventMode(m, r, "it has no meaning without a window, where each record is an alert of its own")
		return
	}
	if !fc.written["window"] && !hasOwnWindow(r) && !r.LookBack {
		m.Value().Fault("add `window: 5m`, say", "a rule in state mode needs a window")
	}
}

func (fc *fileContext) checkEventMode(m *strictyaml.Mapping, r *Rule, unchosen string) {
	hint := "add `window: 5m` and a condition, or remove it"
	if fc.ordered {
		hint = "add a resolve, or remove it"
	}
	for _, name := range stateKeys {
		if name == "levels" && !fc.ordered {
			hint = "add `window: 5m`, or remove it"
		}
		switch {
		case !m.Get(name).There() || name == "absence" && (fc.ordered || !m.Get("mode").There()):
		case fc.ordered && (name == "for" || name == "levels"): // said already
		case m.Get("mode").There():
			fc.useless(m, r, name, "remove it, or write mode: state", "it has no meaning in event mode, where an alert is a single message")
		default:
			fc.useless(m, r, name, hint, unchosen)
		}
	}
}

func hasOwnWindow(r *Rule) bool {
	return slices.ContainsFunc(r.Columns, func(c windowing.Column) bool { return c.Window > 0 })
}

// checkExpressions finds what is wrong with the expressions of a key: one, or one
// for each level.
func (fc *fileContext) checkExpressions(v strictyaml.Value, r *Rule) {
	if !v.There() {
		return
	}
	judges, key := r.Judges(), v.Path()
	switch {
	case key == "resolve":
		fc.checkCount(v, r.Resolve, r)
	case key == "condition" && r.Condition != nil && len(r.Levels) == 0:
		fc.checkCount(v, r.Condition, r)
		fc.checkEmptyWindow(v, judges, r)
	case key == "levels":
		lm := v.QuietMapping()
		for _, l := range r.Levels {
			lv := lm.Get(l.Severity.String())
			fc.checkCount(lv, l.Expr, r)
			fc.checkEmptyWindow(lv, []*Expr{l.Expr}, r)
		}
	}
}

// checkCount finds `count` without the window it needs.
func (fc *fileContext) checkCount(v strictyaml.Value, x *Expr, r *Rule) {
	if x != nil && r.Window == 0 && !fc.ordered && !fc.written["window"] && !r.Absence && slices.Contains(x.Names, "count") {
		v.Fault("add `window: 5m`, say", "`count` needs a window")
	}
}

// checkEmptyWindow finds conditions that silence satisfies: they need
// absence: true, so that nobody writes one unknowingly. Where all is looked back
// to the group's creation, something is always there.
func (fc *fileContext) checkEmptyWindow(v strictyaml.Value, judges []*Expr, r *Rule) {
	if fc.ordered || r.LookBack && !hasOwnWindow(r) {
		return
	}
	s, empty := NewScratch(), VariableMap{"count": 0}
	for i, a := range r.Aggregates {
		empty[a.Name] = EmptyValue(r.Columns[i+1].Func)
	}
	for _, g := range r.GroupBy {
		empty[g.Name] = ""
	}
	holds := false
	for _, x := range judges {
		ok, _ := x.True(s, empty)
		holds = holds || ok
	}
	if holds && !r.Absence && r.Mode == StateMode && !fc.written["absence"] {
		v.Fault("add absence: true if silence shall fire it, or a minimum such as `count >= 1 and …`", "the condition is true for an empty window")
	}
}
