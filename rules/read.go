package rules

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/calendar"
	"github.com/smarty-alert/smarty-alert/smartylog"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// Bounds of the language (design: a window longer than 31 d is a fault).
const (
	maxWindow   = 31 * 24 * time.Hour
	maxRepeat   = 90 * 24 * time.Hour
	maxGroups   = 10_000_000
	maxGroupBy  = 10
	maxAggs     = 50
	defaultMax  = 10_000
	defaultIdle = 24 * time.Hour
)

// later are keys of the language that this version does not have yet.
var later = []string{"fields", "levels", "sequence", "within", "all_of", "min", "until", "source", "max_firing", "warmup",
	"inhibits", "repeat_backoff", "vars", "overrides"}

// readRule reads one rule. nil when it has no usable id.
func (fc *fileContext) readRule(v strictyaml.Value) *Rule {
	m := v.Mapping()
	id, ok := m.Need("id").Text()
	if !ok {
		return nil
	}
	v = v.In(subject(id))
	m = reopen(v)
	r := &Rule{ID: id, File: v.File(), Line: v.Line()}
	if !validID.MatchString(id) {
		m.Get("id").Fault("letters, digits, '_', '-' and '.', at most 100", "%q cannot be an id", id)
	}
	fc.readIdentity(m, r)
	fc.readSelection(m, r)
	fc.readWindow(m, r)
	fc.readLifeCycle(m, r)
	fc.readGroups(m, r)
	fc.readTexts(m, r)
	m.Done(later...)
	fc.checkRule(m, r)
	r.seal()
	return r
}

var validID = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,100}$`)

// reopen reads a mapping again under a new subject, without finding its
// repeated keys a second time.
func reopen(v strictyaml.Value) *strictyaml.Mapping { return v.QuietMapping() }

func (fc *fileContext) readIdentity(m *strictyaml.Mapping, r *Rule) {
	m.Get("id")
	r.Name, _ = m.Get("name").Text()
	r.Description, _ = m.Get("description").Text()
	r.Status = Stable
	status := either(m.Get("status"), fc.defaults.status)
	if s, ok := status.Text(); ok {
		r.Status = Status(s)
		if r.Status != Stable && r.Status != Test && r.Status != Disabled {
			status.Fault("stable, test or disabled", "unknown status %q", s)
		}
	}
	r.Severity = alert.Warning
	severity := either(m.Get("severity"), fc.defaults.severity)
	if s, ok := severity.Text(); ok {
		if r.Severity, ok = alert.ParseSeverity(s); !ok {
			severity.Fault("info, warning or critical", "unknown severity %q", s)
		}
	}
	repeat := either(m.Get("repeat_interval"), fc.defaults.repeatInterval)
	r.RepeatInterval, _ = repeat.Duration(time.Minute, maxRepeat)
	r.Labels = fc.readLabels(m)
	r.ActiveIn = fc.readCalendars(m.Get("active"))
}

func either(own, fallback strictyaml.Value) strictyaml.Value {
	if own.There() {
		return own
	}
	return fallback
}

var reservedLabels = []string{"alertname", "rule", "severity", "instance"}

func (fc *fileContext) readLabels(m *strictyaml.Mapping) alert.Labels {
	var pairs []alert.Label
	for _, v := range []strictyaml.Value{fc.defaults.labels, m.Get("labels")} {
		if !v.There() {
			continue
		}
		lm := v.Mapping()
		for _, name := range lm.Keys() {
			text, ok := lm.Get(name).Text()
			switch {
			case !ok:
			case slices.Contains(reservedLabels, name):
				lm.Key(name).Fault("choose another name; the severity is a key of the rule itself", "the label %q is set by the program", name)
			case name != alert.SafeName(name) || name == "":
				lm.Key(name).Fault("letters, digits and '_'", "%q cannot be a label name", name)
			case strings.Contains(text, "{{"):
				lm.Get(name).Fault("put changing texts into annotations", "labels identify an alert and cannot hold templates")
			default:
				pairs = append(pairs, alert.Label{Name: name, Value: text})
			}
		}
	}
	return alert.NewLabels(pairs...)
}

func (fc *fileContext) readCalendars(v strictyaml.Value) []string {
	var out []string
	for _, item := range v.List() {
		name, ok := item.Text()
		if ok && fc.options.Calendars != nil && !slices.Contains(fc.options.Calendars, name) {
			hint := "known: " + strings.Join(fc.options.Calendars, ", ")
			if near := strictyaml.Nearest(name, fc.options.Calendars); near != "" {
				hint = "did you mean \"" + near + "\"?"
			}
			item.Fault(hint, "unknown calendar %q", name)
			continue
		}
		out = append(out, name)
	}
	return out
}

func (fc *fileContext) readSelection(m *strictyaml.Mapping, r *Rule) {
	for _, v := range named(m.Get("log")) {
		if stem, ok := v.Text(); ok {
			r.Logs = append(r.Logs, checkLog(v, stem))
		}
	}
	for _, v := range named(m.Get("event")) {
		if name, ok := v.Text(); ok {
			r.Events = append(r.Events, checkEvent(v, name, r.Logs))
		}
	}
	sc := fc.recordScope(r)
	if v := m.Get("match"); v.There() {
		r.Match = fc.compile(v, sc, wantBool)
	}
	seen := map[string]string{}
	for i, v := range m.Get("group_by").List() {
		if i == maxGroupBy {
			v.Fault("", "at most %d names can be grouped by", maxGroupBy)
			break
		}
		r.GroupBy = append(r.GroupBy, groupField(v, sc, r, seen)...)
	}
}

// named is a list of names; one that is written and names nothing would select
// everything, or nothing, and its author meant neither.
func named(v strictyaml.Value) []strictyaml.Value {
	items := v.List()
	if v.IsList() && len(items) == 0 {
		v.Fault("leave it out to take any", "is an empty list")
	}
	var out []strictyaml.Value
	for _, item := range items {
		if s, ok := item.Text(); ok && strings.TrimSpace(s) == "" {
			item.Fault("leave the key out to take any", "is an empty text")
		} else if ok {
			out = append(out, item)
		}
	}
	return out
}

// checkLog normalises a stem and warns when it is probably misspelt.
func checkLog(v strictyaml.Value, stem string) string {
	if trimmed, ok := strings.CutSuffix(stem, ".log"); ok {
		v.Fault("write "+trimmed, "log names are written without .log")
		return trimmed
	}
	var known []string
	for _, l := range smartylog.Logs() {
		if l.Stem == stem {
			return stem
		}
		known = append(known, l.Stem)
	}
	if near := strictyaml.Nearest(stem, known); near != "" {
		v.Warn("did you mean \""+near+"\"?", "%q is not a log of the documentation", stem)
	}
	return stem
}

// checkEvent makes an event name canonical and finds those that no record of
// the named logs can have.
func checkEvent(v strictyaml.Value, name string, logs []string) string {
	upper := strings.ToUpper(name)
	if strings.ContainsAny(upper, "*?[") {
		checkPattern(v, name, logs)
		return upper
	}
	e, ok := smartylog.EventByName(upper)
	if !ok {
		if near := strictyaml.Nearest(upper, eventNames()); near != "" {
			v.Warn("did you mean \""+near+"\"?", "%q is not an event of the documentation", name)
		}
		return upper
	}
	if len(logs) > 0 && !slices.Contains(logs, e.Log) {
		v.Fault("remove `log`, or write log: "+e.Log, "%s is written to %s, not to %s: the rule can never match", e.Name, e.Log, strings.Join(logs, ", "))
	}
	return upper
}

// checkPattern warns of a pattern that no documented event answers to, of the
// named logs if there are any.
func checkPattern(v strictyaml.Value, pattern string, logs []string) {
	events := smartylog.EventsLike(pattern)
	if len(events) == 0 {
		v.Warn("check the spelling", "the pattern %q matches no event of the documentation", pattern)
		return
	}
	for _, e := range events {
		if len(logs) == 0 || slices.Contains(logs, e.Log) {
			return
		}
	}
	v.Warn("remove `log`, or write log: "+events[0].Log, "no documented event like %q is written to %s", pattern, strings.Join(logs, ", "))
}

func eventNames() []string {
	var names []string
	for _, e := range smartylog.Catalogue() {
		names = append(names, e.Name)
	}
	return names
}

func groupField(v strictyaml.Value, sc *scope, r *Rule, seen map[string]string) []GroupField {
	name, ok := v.Text()
	if !ok {
		return nil
	}
	x := compile(v, sc, wantAny)
	if x == nil {
		return nil
	}
	if x.program != nil {
		v.Fault("", "group_by takes names of fields, not expressions")
		return nil
	}
	safe := alert.SafeName(name)
	if other, taken := seen[safe]; taken {
		v.Fault("", "%q and %q would both be the label %q", other, name, safe)
		return nil
	}
	if _, taken := r.Labels.Lookup(safe); taken || slices.Contains(reservedLabels[:3], safe) {
		v.Fault("rename the rule's label", "the label %q is there already", safe)
		return nil
	}
	seen[safe] = name
	return []GroupField{{Name: name, Ref: x.refs[0]}}
}

func (fc *fileContext) readLifeCycle(m *strictyaml.Mapping, r *Rule) {
	seconds := func(name string, hi time.Duration) int64 {
		d, _ := m.Get(name).Duration(0, hi)
		return int64(d / time.Second)
	}
	r.For = seconds("for", maxWindow)
	r.KeepFiringFor = seconds("keep_firing_for", maxWindow)
	r.Cooldown = seconds("cooldown", maxWindow)
	r.Absence, _ = m.Get("absence").Bool()
	if v := m.Get("resolve"); v.There() {
		r.Resolve = fc.compile(v, fc.conditionScope(r), wantBool)
	}
	r.Mode = EventMode
	if m.Get("window").There() || m.Get("resolve").There() {
		r.Mode = StateMode
	}
	if v := m.Get("mode"); v.There() {
		if s, ok := v.Text(); ok {
			if m := Mode(s); m == StateMode || m == EventMode {
				r.Mode = m
			} else {
				v.Fault("state or event", "unknown mode %q", s)
			}
		}
	}
	if v := m.Get("schedule"); v.There() {
		if spec, ok := v.Text(); ok {
			var err error
			if r.Schedule, err = calendar.ParseCron(spec, fc.zone); err != nil {
				v.Fault("five fields: minute hour day month weekday; 0 9 * * * is 09:00 every day", "%v", err)
			}
		}
	}
}

func (fc *fileContext) readTexts(m *strictyaml.Mapping, r *Rule) {
	v := m.Get("annotations")
	if !v.There() {
		return
	}
	am := v.Mapping()
	for _, name := range am.Keys() {
		if a, ok := newAnnotation(am.Get(name), name, r); ok {
			r.Annotations = append(r.Annotations, a)
		}
	}
	slices.SortFunc(r.Annotations, func(a, b Annotation) int { return strings.Compare(a.Name, b.Name) })
}
