package rules

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

const (
	minSteps     = 2
	maxSteps     = 16
	maxStepCount = 1000 // records of one step
)

// stepText is a step and what it was read from.
type stepText struct {
	step *Step
	m    *strictyaml.Mapping
}

// readSteps reads the steps of a sequence or all_of but for their expressions,
// which may use names that are not declared yet.
func (fc *fileContext) readSteps(m *strictyaml.Mapping, r *Rule) []stepText {
	seq, all, until := m.Get("sequence"), m.Get("all_of"), m.Get("until")
	fc.ordered = seq.There() || all.There()
	if !fc.ordered {
		for _, name := range []string{"within", "until", "min"} {
			if m.Get(name); m.Key(name).There() {
				m.Key(name).Fault("add the steps, or remove it", "it belongs to a sequence or all_of")
			}
		}
		return nil
	}
	if seq.There() && all.There() {
		m.Key("all_of").Fault("sequence: in this order; all_of: in any order", "a rule has a sequence or all_of, not both")
	}
	within := m.Get("within")
	if d, ok := within.Duration(); ok {
		r.Within = int64(d / time.Second)
	}
	if !within.There() && !fc.written["within"] {
		for _, key := range []string{"sequence", "all_of"} {
			m.Key(key).Fault("add within: 10m, the time for all steps", "the steps have no `within`")
		}
	}
	var steps []stepText
	if seq.There() {
		r.Sequence, steps = readList(seq, r, true)
	} else {
		r.AllOf, steps = readList(all, r, false)
	}
	fc.readMin(m, r, len(steps))
	if until.There() {
		if !seq.There() {
			m.Key("until").Fault("remove it", "until belongs to a sequence")
		}
		um := until.Mapping()
		r.Until = &Step{Count: 1}
		readStepSelection(um, r.Until, r)
		steps = append(steps, stepText{r.Until, um})
	}
	if r.Events == nil {
		r.Events = unionOfEvents(steps)
	}
	return steps
}

func (fc *fileContext) readMin(m *strictyaml.Mapping, r *Rule, steps int) {
	v := m.Get("min")
	switch {
	case m.Get("all_of").There():
		r.Min = steps
		if n, ok := v.IntUpTo(int64(max(1, steps))); ok {
			r.Min = int(n)
		}
	case v.There():
		m.Key("min").Fault("remove it, or write all_of", "min belongs to all_of: a sequence needs all its steps")
	}
}

// readList reads the steps themselves.
func readList(v strictyaml.Value, r *Rule, isSequence bool) (list []Step, texts []stepText) {
	items := v.List()
	if v.IsList() && (len(items) < minSteps || len(items) > maxSteps) {
		v.Fault(stepsHint(len(items)), "%d to %d steps are expected, and there are %d", minSteps, maxSteps, len(items))
	}
	ids := map[string]int{}
	list = make([]Step, len(items))
	for i, item := range items {
		st := &list[i]
		st.Count = 1
		if item.There() && !item.IsMapping() {
			item.Fault("write {event: LOGIN_ERROR}, say", "a step is a mapping")
			continue
		}
		sm := item.Mapping()
		readStep(sm, st, ids)
		readStepSelection(sm, st, r)
		switch {
		case !st.Absent:
		case !isSequence:
			sm.Key("absent").Fault("write a sequence", "in all_of every step must come")
		case i < len(items)-1:
			sm.Key("absent").Fault("move it to the end", "only the last step of a sequence can be absent")
		case sm.Get("count").There():
			sm.Key("count").Fault("remove it", "a step that must not come has no count")
		}
		texts = append(texts, stepText{st, sm})
	}
	return list, texts
}

func readStep(sm *strictyaml.Mapping, st *Step, ids map[string]int) {
	if v := sm.Get("id"); v.There() {
		id, ok := v.Text()
		switch first, twice := ids[id]; {
		case !ok:
		case !plainName.MatchString(id):
			v.Fault("letters, digits and '_'", "%q cannot be the id of a step", id)
		case twice:
			v.Fault("give each its own", "the step in line %d has the id %q too", first, id)
		default:
			st.ID, ids[id] = id, v.Line()
		}
	}
	if n, ok := sm.Get("count").Int(); ok {
		st.Count = int(n)
	}
	st.Absent, _ = sm.Get("absent").Bool()
}

// readStepSelection reads which records a step takes, but for `match`.
func readStepSelection(sm *strictyaml.Mapping, st *Step, r *Rule) {
	for _, v := range named(sm.Get("log")) {
		if stem, ok := v.Text(); ok {
			st.Logs = append(st.Logs, checkLog(v, stem))
		}
	}
	logs := st.Logs
	if logs == nil {
		logs = r.Logs
	}
	for _, v := range named(sm.Get("event")) {
		name, ok := v.Text()
		if !ok {
			continue
		}
		name = checkEvent(v, name, logs)
		st.Events = append(st.Events, name)
		if r.Events != nil && !strings.ContainsAny(name, "*?[") && !selects(nil, r.Events, "", name) {
			v.Fault("add it to the rule's `event`, or leave that out", "the rule selects only %s: this step can never match", strings.Join(r.Events, ", "))
		}
	}
	if r.Source != LogRecords {
		for _, name := range []string{"event", "log"} {
			sm.Key(name).Fault("write match: state == \"firing\", say", "alerts have no %s", name)
		}
	}
	if sm.Get("match"); sm.Value().IsMapping() && !sm.Key("match").There() && !sm.Key("event").There() && !sm.Key("log").There() {
		sm.Value().Fault("add an event or a match", "the step takes every record")
	}
	sm.Done()
}

// compileSteps compiles the steps' expressions, over the events of each.
func (fc *fileContext) compileSteps(steps []stepText, r *Rule) {
	for _, st := range steps {
		v := st.m.Get("match")
		if !v.There() {
			continue
		}
		of := *r
		if st.step.Events != nil {
			of.Events = st.step.Events
		}
		st.step.Match = compile(v, fc.recordScope(&of), wantBool)
	}
}

// unionOfEvents is what a rule without events of its own selects by; nil: any.
func unionOfEvents(steps []stepText) []string {
	var out []string
	for _, st := range steps {
		if st.step.Events == nil {
			return nil
		}
		for _, e := range st.step.Events {
			if !slices.Contains(out, e) {
				out = append(out, e)
			}
		}
	}
	return out
}

// checkOrdered finds what has no place beside a sequence or all_of.
func (fc *fileContext) checkOrdered(m *strictyaml.Mapping, r *Rule) {
	kind := "a sequence"
	if m.Get("all_of").There() {
		kind = "all_of"
	}
	for _, c := range []struct{ key, hint, msg string }{
		{"condition", "remove it: the steps are the condition", "%s and a condition exclude each other"},
		{"levels", "write severity", "%s has no levels: it is complete or not"},
		{"for", "remove it", "%s holds at a single second, which cannot last"},
		{"absence", "what must not follow is a last step with absent: true", "%s has no absence"},
		{"schedule", "remove it", "%s is judged when its records come"},
	} {
		if !m.Key(c.key).There() || fc.wide[c.key] {
			continue
		}
		m.Key(c.key).Fault(c.hint, c.msg, kind)
	}
	if r.Mode == StateMode && r.Resolve == nil && !m.Get("resolve").There() {
		m.Key("mode").Fault("add resolve: when is it over?", "%s in state mode needs a resolve", kind)
	}
	if r.Mode == EventMode {
		fc.checkEventMode(m, r, "it has no meaning without a resolve, where each completion is a message of its own")
	}
}

// text is the step as the state hash sees it.
func (st *Step) text() string {
	return fmt.Sprintf("%q %q %s %d %t", st.Events, st.Logs, shape(st.Match), st.Count, st.Absent)
}

// stepsHint says what a number of steps that is none is here.
func stepsHint(n int) string {
	switch {
	case n == 1:
		return "a single step is a rule of its own: event, window: 10m and condition: count >= 5; or add what follows"
	case n == 0:
		return "each step is an item: - {event: LOGIN_ERROR, count: 3}"
	}
	return "steps that differ in the event alone are one, with a list: event: [A, B]"
}
