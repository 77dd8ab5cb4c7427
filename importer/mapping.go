package importer

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/smarty-alert/smarty-alert/smartylog"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// Map says what names of the other tool stand for in Smarty's logs. The zero Map
// leaves every name as it is.
type Map struct {
	Fields      map[string]string // a field of theirs to a path of ours
	Events      map[string]string // a value of an event field to an event of ours
	Logs        map[string]string // a pattern of an index or a log source to a log of ours
	EventFields []string          // fields that hold the event's name; nil: event, event.action, event.code, event_name, EventID
	Keywords    []string          // fields of ours in which texts without a field are looked for
	order       []string          // patterns of Logs as they were written
}

// defaultEventFields are the fields that are taken for the event's name.
func defaultEventFields() []string {
	return []string{"event", "event.action", "event.code", "event_name", "EventID"}
}

// ReadMap reads a map file. The error is a strictyaml.Errors with all its faults;
// warnings come in either case.
func ReadMap(name string, data []byte) (Map, []strictyaml.Fault, error) {
	var faults strictyaml.Faults
	var m Map
	if root, ok := strictyaml.Parse(name, data, &faults); ok {
		m.read(root.Mapping())
	}
	return m, faults.Warnings(), faults.Err()
}

func (m *Map) read(of *strictyaml.Mapping) {
	m.Fields, _ = texts(of.Get("fields"), checkPath)
	m.Events, _ = texts(of.Get("events"), checkEventName)
	m.Logs, m.order = texts(of.Get("logs"), checkStem)
	if v := of.Get("event_fields"); v.There() {
		m.EventFields = append([]string{}, v.Texts()...)
	}
	for _, v := range of.Get("keywords").List() {
		if s, ok := v.Text(); ok {
			checkPath(v, s)
			m.Keywords = append(m.Keywords, s)
		}
	}
	of.Done()
}

// texts reads a mapping of texts, each of which is checked.
func texts(v strictyaml.Value, check func(v strictyaml.Value, s string)) (map[string]string, []string) {
	if !v.There() {
		return nil, nil
	}
	out := map[string]string{}
	m := v.Mapping()
	for _, key := range m.Keys() {
		item := m.Get(key)
		if !item.There() {
			m.Key(key).Fault("write the name it has in Smarty's logs", "%q stands for nothing", key)
			continue
		}
		if s, ok := item.Text(); ok {
			check(item, s)
			out[key] = s
		}
	}
	return out, m.Keys()
}

func checkPath(v strictyaml.Value, s string) {
	if _, err := smartylog.ParsePath(s); err != nil {
		v.Fault(`write a field such as ip, params.abonement or ctx["line"]`, "%v", err)
	}
}

var eventName = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)

func checkEventName(v strictyaml.Value, s string) {
	if eventName.MatchString(s) {
		if _, ok := smartylog.EventByName(s); ok {
			return
		}
		var known []string
		for _, e := range smartylog.Catalogue() {
			known = append(known, e.Name)
		}
		if near := strictyaml.Nearest(strings.ToUpper(s), known); near != "" {
			v.Warn("unknown-event", "did you mean \""+near+"\"?", "%q is not an event of the documentation", s)
		}
		return
	}
	v.Fault("letters, digits, '_', '-' and '.'", "%q cannot be the name of an event", s)
}

func checkStem(v strictyaml.Value, s string) {
	if trimmed, ok := strings.CutSuffix(s, ".log"); ok {
		v.Fault("write "+trimmed, "log names are written without .log")
	}
}

// log is what the first pattern that one of the names matches stands for.
func (m Map) log(names ...string) (string, bool) {
	for _, pattern := range m.order {
		for _, name := range names {
			if ok, err := path.Match(pattern, name); name != "" && err == nil && ok {
				return m.Logs[pattern], true
			}
		}
	}
	return "", false
}

// field is our name of a field of theirs, and whether the map gave it. Suffixes
// by which Elasticsearch names the unanalysed form are cut.
func (m Map) field(name string) string {
	if ours, ok := m.Fields[name]; ok {
		return ours
	}
	for _, suffix := range []string{".keyword", ".raw"} {
		if short, ok := strings.CutSuffix(name, suffix); ok && short != "" {
			return m.field(short)
		}
	}
	return name
}

// isEventField reports whether a field holds the event's name.
func (m Map) isEventField(name string) bool {
	fields := m.EventFields
	if fields == nil {
		fields = defaultEventFields()
	}
	short := strings.TrimSuffix(strings.TrimSuffix(name, ".keyword"), ".raw")
	return slices.Contains(fields, name) || slices.Contains(fields, short) || m.Fields[name] == "event"
}

// event is the name of ours that a value of an event field stands for; ok is
// false for what no event can be called.
func (m Map) event(value string) (string, bool) {
	if ours, ok := m.Events[value]; ok {
		return strings.ToUpper(ours), true
	}
	for theirs, ours := range m.Events {
		if strings.EqualFold(theirs, value) {
			return strings.ToUpper(ours), true
		}
	}
	return strings.ToUpper(value), eventName.MatchString(value)
}
