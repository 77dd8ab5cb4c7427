package rules

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
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

	defaultMaxFiring = 100
	defaultWarmup    = 7 * 24 * time.Hour
)

// readRule reads one rule. nil when it has no usable id.
func (fc *fileContext) readRule(v strictyaml.Value) *Rule {
	id, ok := fc.readID(v)
	v = v.In(subject(id))
	if !ok { // the rest is read all the same: all faults are told at once
		v = v.In(fmt.Sprintf("the rule in line %d", v.Line()))
	}
	m := v.Mapping()
	r := &Rule{ID: id, File: v.File(), Line: v.Line(), Builtin: fc.builtin}
	fc.override(m, id)
	if fc.edits != nil {
		for _, key := range fc.edits.Keys() {
			m.Put(key, fc.edits)
		}
	}
	if fc.options.Keep {
		r.at, r.reread = m, fc.reader(v)
	}
	fc.written = map[string]bool{}
	for _, key := range []string{"window", "absence", "condition", "levels", "event", "log", "match", "within"} {
		fc.written[key] = m.Get(key).There() || m.Meant(key)
	}
	fc.aggregates = m.Get("aggregates").QuietMapping().Keys()
	m.Get("id")
	r.Name, _ = m.Get("name").Text()
	r.Description, _ = m.Get("description").Text()
	fc.readNotices(m, r)
	r.Labels = fc.readLabels(m)
	fc.readInhibits(m.Get("inhibits"), r)
	steps := fc.readSelection(m, r)
	fc.readFields(m.Get("fields"), r)
	fc.readRecords(m, r)
	fc.compileSteps(steps, r)
	fc.readWindow(m, r)
	fc.readMode(m, r)
	fc.readTimes(m, r)
	fc.readSchedule(m.Get("schedule"), r)
	fc.readGroups(m, r)
	fc.readTexts(m, r)
	m.Done()
	fc.checkRule(m, r)
	if !ok {
		return nil
	}
	r.seal()
	return r
}

var validID = regexp.MustCompile("^" + idPattern + "$")

// readNotices reads what the rule says about its notifications.
func (fc *fileContext) readNotices(m *strictyaml.Mapping, r *Rule) {
	r.Status = Stable
	if s, ok := either(m.Get("status"), fc.defaults.status).Choice(); ok {
		r.Status = Status(s)
	}
	r.Severity = alert.Warning
	if s, ok := either(m.Get("severity"), fc.defaults.severity).Choice(); ok {
		r.Severity, _ = alert.ParseSeverity(s)
	}
	repeat := either(m.Get("repeat_interval"), fc.defaults.repeatInterval)
	r.RepeatInterval, _ = repeat.Duration()
	if v := m.Get("repeat_backoff"); v.There() {
		readBackoff(v, r)
	}
	r.ActiveIn = fc.readCalendars(m.Get("active"))
}

// readBackoff reads how repeats become rarer.
func readBackoff(v strictyaml.Value, r *Rule) {
	m := v.Mapping()
	if x, ok := m.Need("factor").Float(); ok {
		r.RepeatBackoff.Factor = x
	}
	r.RepeatBackoff.Max, _ = m.Get("max").Duration()
	if r.RepeatBackoff.Max != 0 && r.RepeatBackoff.Max < r.RepeatInterval {
		m.Get("max").Fault("", "the longest interval is shorter than repeat_interval (%s)", strictyaml.FormatDuration(r.RepeatInterval))
	}
	m.Done()
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
	for _, v := range slices.Concat([]strictyaml.Value{fc.defaults.labels, m.Get("labels")}, fc.over["labels"]) {
		if !v.There() {
			continue
		}
		lm := v.Mapping()
		for _, name := range lm.Keys() {
			text, ok := lm.Need(name).Text()
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

// readSelection reads which records the rule takes, but for `match`.
func (fc *fileContext) readSelection(m *strictyaml.Mapping, r *Rule) []stepText {
	fc.readSource(m, r)
	if r.Source != LogRecords {
		m.Get("log")
		m.Get("event")
		return fc.readSteps(m, r)
	}
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
	return fc.readSteps(m, r)
}

func (fc *fileContext) readSource(m *strictyaml.Mapping, r *Rule) {
	v := m.Get("source")
	switch s := v.Raw(); {
	case s == "health" && fc.builtin:
		r.Source = HealthRecords
		return
	case s == "health":
		v.Fault("the program's own rules watch it: group-limit, rule-quarantined and clock-skew", "source: health is not for rule files")
		return
	}
	if s, ok := v.Choice(); !ok || s != "alerts" {
		return
	}
	r.Source = AlertRecords
	for _, name := range []string{"log", "event"} {
		m.Key(name).Fault("remove it; match: rule == \"…\" selects by the rule that raised them", "a rule over alerts sees no logs")
	}
}

// readRecords reads what single records are judged and grouped by.
func (fc *fileContext) readRecords(m *strictyaml.Mapping, r *Rule) {
	sc := fc.recordScope(r)
	if v := m.Get("match"); v.There() {
		r.Match = compile(v, sc, wantBool)
	}
	seen := map[string]string{}
	for i, v := range m.Get("group_by").List() {
		if i == maxGroupBy {
			v.Fault("", "at most %d names can be grouped by", maxGroupBy)
			break
		}
		r.GroupBy = append(r.GroupBy, fc.groupField(v, sc, r, seen)...)
	}
}

// named is a list of names; one that is written and names nothing would select
// everything, or nothing, and its author meant neither.
func named(v strictyaml.Value) []strictyaml.Value {
	items := v.List()
	if len(items) > maxNames {
		v.Fault("write a pattern, such as STREAM_*", "%d names are written, and at most %d are read", len(items), maxNames)
		return nil
	}
	if v.IsList() && len(items) == 0 {
		v.Fault("leave it out to take any", "is an empty list")
	}
	var out []strictyaml.Value
	for _, item := range items {
		if s, ok := item.Text(); ok && strings.TrimSpace(s) == "" {
			item.Fault("leave the key out to take any", "is an empty text")
		} else if ok && single(item, s) {
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
		v.Warn("unknown-log", "did you mean \""+near+"\"?", "%q is not a log of the documentation", stem)
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
		if undescribed(logs) {
			return upper
		}
		if near := strictyaml.Nearest(upper, eventNames()); near != "" {
			v.Warn("unknown-event", "did you mean \""+near+"\"?", "%q is not an event of the documentation", name)
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
	if len(events) == 0 && undescribed(logs) {
		return
	}
	if len(events) == 0 {
		v.Warn("unknown-event", "check the spelling", "the pattern %q matches no event of the documentation", pattern)
		return
	}
	for _, e := range events {
		if len(logs) == 0 || slices.Contains(logs, e.Log) {
			return
		}
	}
	v.Warn("wrong-log", "remove `log`, or write log: "+events[0].Log, "no documented event like %q is written to %s", pattern, strings.Join(logs, ", "))
}

// undescribed reports whether the documentation describes the events of none of
// the logs that a rule names.
func undescribed(logs []string) bool {
	return len(logs) > 0 && !slices.ContainsFunc(smartylog.Logs(), func(l smartylog.LogInfo) bool {
		return l.Documented && slices.Contains(logs, l.Stem)
	})
}

func eventNames() []string {
	var names []string
	for _, e := range smartylog.Catalogue() {
		names = append(names, e.Name)
	}
	return names
}

func takenHint(r *Rule, label string) string {
	if slices.Contains(reservedLabels, label) {
		return fmt.Sprintf("fields: {of_%[1]s: %[1]s} gives it another name; group by of_%[1]s", label)
	}
	return "rename the rule's label"
}

func (fc *fileContext) groupField(v strictyaml.Value, sc *scope, r *Rule, seen map[string]string) []GroupField {
	name, ok := v.Text()
	if !ok || !oneField(v, name) {
		return nil
	}
	x := compile(v, sc, wantAny)
	if x == nil {
		return nil
	}
	if x.program != nil {
		v.Fault("name it under `fields`, and group by that name", "group_by takes names of fields, not expressions")
		return nil
	}
	safe := alert.SafeName(name)
	if other, taken := seen[safe]; taken {
		v.Fault("remove one, or give it another name under fields", "%q and %q would both be the label %q", other, name, safe)
		return nil
	}
	if _, taken := r.Labels.Lookup(safe); taken || slices.Contains(reservedLabels[:3], safe) {
		v.Fault(takenHint(r, safe), "the label %q is there already", safe)
		return nil
	}
	if fc.options.Secret != nil && fc.options.Secret(name) {
		v.Warn("secret-group", "group by an id, and count this with distinct", "%q is hidden wherever it is shown, so nobody can tell the groups apart; their fingerprints let values be guessed", name)
	}
	seen[safe] = name
	return []GroupField{{Name: name, Ref: x.refs[0]}}
}
