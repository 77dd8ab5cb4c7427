package ruletest

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// Load reads a file of tests. The error is a strictyaml.Errors with every fault,
// or says why the file cannot be read.
func Load(path string) ([]Test, error) {
	data, err := strictyaml.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read tests: %w", err)
	}
	return Parse(path, data)
}

// Parse is Load for text in memory; name stands for the file in faults.
func Parse(name string, data []byte) ([]Test, error) {
	faults := &strictyaml.Faults{}
	root, ok := strictyaml.Parse(name, data, faults)
	if !ok {
		return nil, faults.Err()
	}
	m := root.Shaped(fileShape).Mapping()
	if v := m.Get("version"); v.There() {
		v.Int()
	}
	tests := Read(m.Need("tests"))
	m.Done()
	for _, item := range m.Get("tests").List() {
		if t := item.QuietMapping(); t.Value().There() && !t.Key("rules").There() {
			t.Value().Fault("rules: [../rules]", "the test names no rules, and there are none in this file")
		}
	}
	return tests, faults.Err()
}

// Read reads a list of tests. Its faults go where those of the value go.
func Read(v strictyaml.Value) []Test {
	var out []Test
	named := map[string]int{}
	for _, item := range v.List() {
		t := readTest(item)
		if first, twice := named[t.Name]; twice && t.Name != "" {
			item.Mapping().Get("name").Fault("give each its own", "the test in line %d has the name %q too", first, t.Name)
		}
		named[t.Name] = t.Line
		out = append(out, t)
	}
	return out
}

func readTest(v strictyaml.Value) Test {
	m := v.QuietMapping()
	t := Test{File: v.File(), Line: v.Line(), Start: DefaultStart}
	if name := m.Get("name").Raw(); name != "" {
		v = v.In(fmt.Sprintf("test %q", name))
	}
	t.at = v
	m = v.Mapping()
	t.Name, _ = text(m.Need("name"))
	t.Rules = some(m.Get("rules")).Texts()
	t.config = m.Get("config")
	t.Config, _ = text(t.config)
	if start := m.Get("start"); start.There() {
		t.Start = readStart(start)
	}
	t.Until, _ = m.Get("until").Duration()
	for _, item := range m.Need("input").List() {
		t.Input = append(t.Input, readInput(item))
	}
	for _, item := range m.Get("ops").List() {
		t.Ops = append(t.Ops, readOp(item))
	}
	t.Expect = readExpect(m.Need("expect"))
	if s, ok := m.Get("match").Choice(); ok {
		t.Exact = s == "exact"
	}
	m.Done()
	return t
}

// some is a list that must not be empty.
func some(v strictyaml.Value) strictyaml.Value {
	if v.IsList() && len(v.List()) == 0 {
		v.Fault("leave it out, or write something into it", "is an empty list")
	}
	return v
}

// text is a text that is not empty.
func text(v strictyaml.Value) (string, bool) {
	s, ok := v.Text()
	if ok && strings.TrimSpace(s) == "" {
		v.Fault("", "is an empty text")
		return "", false
	}
	return s, ok
}

func readStart(v strictyaml.Value) time.Time {
	text, ok := v.Text()
	if !ok {
		return DefaultStart
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil || at.Nanosecond() != 0 {
		v.Fault("write 2026-01-15T10:00:00+03:00", "%q is not a time with whole seconds and an offset", text)
		return DefaultStart
	}
	return at
}

func readInput(v strictyaml.Value) Input {
	m := v.Mapping()
	in := Input{Times: 1, at: v}
	in.At, _ = m.Get("at").Duration()
	in.Every, _ = m.Get("every").Duration()
	if n, ok := m.Get("times").Int(); ok {
		in.Times = int(n)
	}
	in.Log, _ = text(m.Get("log"))
	in.Event, _ = text(m.Get("event"))
	in.Fields = pairs(m.Get("fields"))
	in.Text, _ = text(m.Get("line"))
	in.File, _ = text(m.Get("file"))
	m.Together()
	m.Done()
	if stem, ok := strings.CutSuffix(in.Log, ".log"); ok {
		m.Get("log").Fault("write "+stem, "log names are written without .log")
	}
	return in
}

// pairs are the keys of an open mapping with their values, in the order of the
// file.
func pairs(v strictyaml.Value) []Pair {
	var out []Pair
	m := v.Mapping()
	for _, name := range m.Keys() {
		out = append(out, Pair{name, m.Need(name).Any()})
	}
	return out
}

// texts are names and what their texts must be like.
func texts(v strictyaml.Value) []Text {
	var out []Text
	m := v.Mapping()
	for _, name := range m.Keys() {
		out = append(out, Text{name, readPattern(m.Need(name))})
	}
	return out
}

func readOp(v strictyaml.Value) Op {
	m := v.Mapping()
	op := Op{at: v}
	op.At, _ = m.Need("at").Duration()
	if s := m.Get("silence"); s.There() {
		op.Silence = readSilence(s)
	}
	if a := m.Get("ack"); a.There() {
		op.Ack = readAck(a)
	}
	if s, ok := m.Get("restart").Choice(); ok {
		op.Restart = Restart(s)
	}
	op.Rules = some(m.Get("rules")).Texts()
	m.Together()
	m.Done()
	if op.Rules != nil && (op.Restart == Crash || op.Restart == Graceful) {
		m.Get("rules").Fault("write restart: reload", "only a reload changes the rules")
	}
	return op
}

func readAck(v strictyaml.Value) *Ack {
	m := v.Mapping()
	a := &Ack{Matchers: readMatchers(m.Need("matchers")), By: "test"}
	if by, ok := text(m.Get("by")); ok && by != "" {
		a.By = by
	}
	m.Done()
	return a
}

func readSilence(v strictyaml.Value) *Silence {
	m := v.Mapping()
	s := &Silence{Matchers: readMatchers(m.Need("matchers"))}
	s.For, _ = m.Need("for").Duration()
	m.Done()
	return s
}

func readMatchers(v strictyaml.Value) (ms alert.Matchers) {
	for _, item := range some(v).List() {
		text, ok := item.Text()
		if !ok {
			continue
		}
		matcher, err := alert.ParseMatcher(text)
		if err != nil {
			item.Fault(`write 'rule="edge_down"'`, "%v", err)
			continue
		}
		ms = append(ms, matcher)
	}
	return ms
}

func readExpect(v strictyaml.Value) Expect {
	m := v.Mapping()
	e := Expect{at: v}
	for _, item := range m.Get("alerts").List() {
		e.Alerts = append(e.Alerts, readChange(item))
	}
	for _, item := range m.Get("notifications").List() {
		e.Notifications = append(e.Notifications, readNotification(item))
	}
	for _, item := range m.Get("never").List() {
		am := item.Mapping()
		am.Need("rule")
		e.Never = append(e.Never, readAlert(am))
		am.Done()
	}
	for _, item := range m.Get("totals").List() {
		e.Totals = append(e.Totals, readTotal(item))
	}
	m.Done()
	if v.IsMapping() && len(m.Keys()) == 0 {
		v.Fault("alerts, notifications, never or totals", "nothing is expected")
	}
	return e
}

// readChange reads a change of an alert that must come.
func readChange(v strictyaml.Value) Alert {
	m := v.Mapping()
	m.Need("rule")
	a := readAlert(m)
	a.At, _ = m.Need("at").Duration()
	a.Reason, _ = m.Get("reason").Choice()
	a.Values = pairs(m.Get("values"))
	for _, v := range a.Values {
		if _, ok := v.Value.(string); ok {
			readPattern(m.Get("values").QuietMapping().Get(v.Name)) // for its faults
		}
	}
	a.Labels = texts(m.Get("labels"))
	a.Summary = readPattern(m.Get("summary"))
	a.Annotations = texts(m.Get("annotations"))
	m.Done()
	return a
}

func readTotal(v strictyaml.Value) Total {
	m := v.Mapping()
	t := Total{Alert: readAlert(m)}
	t.Receiver, _ = text(m.Get("receiver"))
	t.Status, _ = m.Get("status").Choice()
	if n, ok := m.Need("times").Int(); ok {
		t.Times = int(n)
	}
	m.Together()
	m.Done()
	return t
}

// readAlert reads which alert is meant.
func readAlert(m *strictyaml.Mapping) Alert {
	a := Alert{rule: m.Get("rule"), at: m.Value()}
	a.Rule, _ = text(a.rule)
	a.Group = texts(m.Get("group"))
	a.State, _ = m.Get("state").Choice()
	a.Severity, _ = m.Get("severity").Choice()
	return a
}

func readPattern(v strictyaml.Value) Pattern {
	text, ok := v.Text()
	if !ok {
		return Pattern{}
	}
	p, err := ParsePattern(text)
	if err != nil {
		v.Fault("the syntax is RE2's", "%s", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	return p
}

// ParsePattern reads a text, or a regular expression between slashes.
func ParsePattern(text string) (Pattern, error) {
	if len(text) < 2 || text[0] != '/' || text[len(text)-1] != '/' {
		return Pattern{Text: text}, nil
	}
	re, err := regexp.Compile(text[1 : len(text)-1])
	return Pattern{Regexp: re}, err
}

func readNotification(v strictyaml.Value) Notification {
	m := v.Mapping()
	n := Notification{at: v}
	n.From, n.To = readRange(m.Need("within"))
	n.Receiver, _ = text(m.Need("receiver"))
	n.Status, _ = m.Get("status").Choice()
	n.Reason, _ = m.Get("reason").Choice()
	n.Rules = some(m.Get("rules")).Texts()
	n.Text = readPattern(m.Get("text"))
	if i, ok := m.Get("alerts").Int(); ok {
		n.Alerts = int(i)
	}
	m.Done()
	return n
}

// readRange reads "2m..3m".
func readRange(v strictyaml.Value) (from, to time.Duration) {
	text, ok := v.Text()
	if !ok {
		return 0, 0
	}
	a, b, found := strings.Cut(text, "..")
	from, errFrom := strictyaml.ParseDuration(a)
	to, errTo := strictyaml.ParseDuration(b)
	switch {
	case !found || errFrom != nil || errTo != nil:
		v.Fault("write 2m..3m: the earliest and the latest time", "%q is not a span of time", text)
	case from > to:
		v.Fault("swap the two", "%q ends before it begins", text)
	}
	return from, to
}

// CheckRules records a fault for each rule that the test names and none of known
// is. A test with files of its own is not looked at.
func (t Test) CheckRules(known []string) {
	if t.Rules != nil {
		return
	}
	t.eachRule(func(a Alert) { a.checkRule(known) })
}

// eachRule hands out what names a rule.
func (t Test) eachRule(do func(Alert)) {
	for _, a := range slices.Concat(t.Alerts, t.Never) {
		do(a)
	}
	for _, total := range t.Totals {
		if total.Receiver == "" {
			do(total.Alert)
		}
	}
}

// UnknownRules are faults about the rules that the test names and none of known is.
func (t Test) UnknownRules(known []string) strictyaml.Errors {
	faults := &strictyaml.Faults{}
	t.eachRule(func(a Alert) {
		a.rule = a.rule.Reporting(faults)
		a.checkRule(known)
	})
	var found strictyaml.Errors
	errors.As(faults.Err(), &found)
	return found
}

func (a Alert) checkRule(known []string) {
	for _, id := range known {
		if id == a.Rule {
			return
		}
	}
	hint := "write the id of a rule"
	if near := strictyaml.Nearest(a.Rule, known); near != "" {
		hint = "did you mean \"" + near + "\"?"
	}
	a.rule.Fault(hint, "no rule has the id %q", a.Rule)
}
