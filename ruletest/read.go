package ruletest

import (
	"fmt"
	"regexp"
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
	m = v.Mapping()
	t.Name, _ = text(m.Need("name"))
	t.Rules = some(m.Get("rules")).Texts()
	if start := m.Get("start"); start.There() {
		t.Start = readStart(start)
	}
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
	in := Input{Times: 1}
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

// labels are pairs whose values are texts.
func labels(v strictyaml.Value) []Pair {
	var out []Pair
	m := v.Mapping()
	for _, name := range m.Keys() {
		if s, ok := m.Need(name).Text(); ok {
			out = append(out, Pair{name, s})
		}
	}
	return out
}

func readOp(v strictyaml.Value) Op {
	m := v.Mapping()
	var op Op
	op.At, _ = m.Need("at").Duration()
	if s := m.Get("silence"); s.There() {
		op.Silence = readSilence(s)
	}
	if s, ok := m.Get("restart").Choice(); ok {
		op.Restart = Restart(s)
	}
	m.Together()
	m.Done()
	return op
}

func readSilence(v strictyaml.Value) *Silence {
	m := v.Mapping()
	s := &Silence{}
	for _, item := range some(m.Need("matchers")).List() {
		text, ok := item.Text()
		if !ok {
			continue
		}
		matcher, err := alert.ParseMatcher(text)
		if err != nil {
			item.Fault(`write 'rule="edge_down"'`, "%v", err)
			continue
		}
		s.Matchers = append(s.Matchers, matcher)
	}
	s.For, _ = m.Need("for").Duration()
	m.Done()
	return s
}

func readExpect(v strictyaml.Value) Expect {
	m := v.Mapping()
	var e Expect
	for _, item := range m.Get("alerts").List() {
		am := item.Mapping()
		a := readAlert(am)
		a.At, _ = am.Need("at").Duration()
		a.Values = pairs(am.Get("values"))
		a.Summary = readPattern(am.Get("summary"))
		am.Done()
		e.Alerts = append(e.Alerts, a)
	}
	for _, item := range m.Get("notifications").List() {
		e.Notifications = append(e.Notifications, readNotification(item))
	}
	for _, item := range m.Get("never").List() {
		am := item.Mapping()
		e.Never = append(e.Never, readAlert(am))
		am.Done()
	}
	m.Done()
	if v.IsMapping() && len(m.Keys()) == 0 {
		v.Fault("alerts, notifications or never", "nothing is expected")
	}
	return e
}

// readAlert reads which alert is meant.
func readAlert(m *strictyaml.Mapping) Alert {
	a := Alert{rule: m.Need("rule")}
	a.Rule, _ = text(a.rule)
	a.Group = labels(m.Get("group"))
	a.State, _ = m.Get("state").Choice()
	a.Severity, _ = m.Get("severity").Choice()
	return a
}

func readPattern(v strictyaml.Value) Pattern {
	text, ok := v.Text()
	if !ok {
		return Pattern{}
	}
	if len(text) < 2 || text[0] != '/' || text[len(text)-1] != '/' {
		return Pattern{Text: text}
	}
	re, err := regexp.Compile(text[1 : len(text)-1])
	if err != nil {
		v.Fault("the syntax is RE2's", "%s", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	return Pattern{Regexp: re}
}

func readNotification(v strictyaml.Value) Notification {
	m := v.Mapping()
	var n Notification
	n.From, n.To = readRange(m.Need("within"))
	n.Receiver, _ = text(m.Need("receiver"))
	n.Status, _ = m.Get("status").Choice()
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
	for _, list := range [][]Alert{t.Alerts, t.Never} {
		for _, a := range list {
			a.checkRule(known)
		}
	}
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
