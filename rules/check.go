package rules

import (
	"regexp"
	"slices"
	"strings"

	"github.com/smarty-alert/smarty-alert/strictyaml"
	"github.com/smarty-alert/smarty-alert/windowing"
)

// checkWindow finds a condition without the window it needs.
func (fc *fileContext) checkWindow(m *strictyaml.Mapping, r *Rule) {
	if !m.Get("window").There() && r.Condition != nil && slices.Contains(r.Condition.Names, "count") {
		m.Get("condition").Fault("add `window: 5m`, say", "`count` needs a window")
	}
}

// checkRule finds combinations that cannot mean what their author thought.
func (fc *fileContext) checkRule(m *strictyaml.Mapping, r *Rule) {
	fc.checkMode(m, r)
	if r.Absence && !m.Get("window").There() {
		m.Key("absence").Fault("add `window: 10m`: how long silence is normal", "it needs a window")
	}
	if r.Condition == nil && r.Mode == StateMode && !m.Get("condition").There() {
		m.Value().Fault("add `condition: count >= 5`, say", "a rule with a window or a resolve needs a condition")
	}
	fc.checkEmptyWindow(m, r)
	fc.checkRatio(m, r)
	if r.Match == nil && r.Logs == nil && r.Events == nil && !m.Get("match").There() && !m.Get("event").There() && !m.Get("log").There() {
		m.Value().Warn("name an event or a log, unless that is meant", "the rule selects every record of every log")
	}
}

// checkMode finds keys without a meaning in the rule's mode. Without a window
// and without `mode` the author never chose event mode: the window is what is
// missing.
func (fc *fileContext) checkMode(m *strictyaml.Mapping, r *Rule) {
	if r.Mode == EventMode {
		for _, name := range []string{"for", "keep_firing_for", "resolve", "absence"} {
			switch {
			case !m.Get(name).There() || name == "absence" && !m.Get("mode").There():
			case m.Get("mode").There():
				m.Key(name).Fault("remove it, or write mode: state", "it has no meaning in event mode, where an alert is a single message")
			default:
				m.Key(name).Fault("add `window: 5m` and a condition, or remove it", "it has no meaning without a window, where each record is an alert of its own")
			}
		}
		return
	}
	if m.Get("cooldown").There() {
		m.Key("cooldown").Fault("repeat_interval says how often a firing alert is told again; write mode: event for single messages", "it has no meaning in state mode")
	}
	if !m.Get("window").There() && !hasOwnWindow(r) {
		m.Value().Fault("add `window: 5m`, say", "a rule in state mode needs a window")
	}
}

func hasOwnWindow(r *Rule) bool {
	return slices.ContainsFunc(r.Columns, func(c windowing.Column) bool { return c.Window > 0 })
}

// checkEmptyWindow finds conditions that silence satisfies: they need
// absence: true, so that nobody writes one unknowingly.
func (fc *fileContext) checkEmptyWindow(m *strictyaml.Mapping, r *Rule) {
	if r.Condition == nil {
		return
	}
	s := NewScratch()
	s.Set("count", 0)
	for i, a := range r.Aggregates {
		s.Set(a.Name, EmptyValue(r.Columns[i+1].Func))
	}
	for _, g := range r.GroupBy {
		s.Set(g.Name, "")
	}
	holds, err := r.Condition.True(s)
	v := m.Get("condition")
	switch {
	case holds && !r.Absence && r.Mode == StateMode && !m.Get("absence").There():
		v.Fault("add absence: true if silence shall fire it, or a minimum such as `count >= 1 and …`", "the condition is true for an empty window")
	case !holds && err == nil && r.Absence:
		v.Warn("silence is `count == 0`, say", "absence: true, but silence does not make the condition true")
	}
}

// EmptyValue is an aggregate over no records: 0 for what counts, else nil.
func EmptyValue(f windowing.Func) any {
	switch f {
	case windowing.Count, windowing.Distinct:
		return 0
	case windowing.Sum:
		return 0.0
	}
	return nil
}

var minimum = regexp.MustCompile(`\b(\w+)\s*>=?\s*\d|\d\s*<=?\s*(\w+)\b`)

// checkRatio warns of a ratio that three records can decide.
func (fc *fileContext) checkRatio(m *strictyaml.Mapping, r *Rule) {
	if r.Condition == nil || !strings.Contains(r.Condition.Source, "ratio(") {
		return
	}
	counts := []string{"count"}
	for _, a := range r.Aggregates {
		if a.Func == windowing.Count || a.Func == windowing.Distinct {
			counts = append(counts, a.Name)
		}
	}
	for _, found := range minimum.FindAllStringSubmatch(r.Condition.Source, -1) {
		if slices.Contains(counts, found[1]) || slices.Contains(counts, found[2]) {
			return
		}
	}
	m.Get("condition").Warn("add `count >= 50 and …`, say", "a ratio without a minimum count: one bad record out of two is 50 %%")
}
