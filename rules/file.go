package rules

import (
	"fmt"
	"time"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// fileContext is what the rules of one file share.
type fileContext struct {
	zone     *time.Location
	lists    map[string][]any
	used     map[string]bool // lists that some rule names
	defaults defaults
	options  Options
}

// loadFile reads one file's rules into set.
func loadFile(name string, data []byte, o Options, set *Set, seen map[string]*Rule, faults *strictyaml.Faults) {
	root, ok := strictyaml.Parse(name, data, faults)
	if !ok {
		return
	}
	if root.IsList() {
		root.Fault("write `rules:` above the list", "a rule file is a mapping, with the list of rules under the key rules")
		return
	}
	m := root.Mapping()
	if v := m.Get("version"); v.There() {
		v.Int(1, 1)
	}
	fc := &fileContext{zone: readZone(m.Get("timezone"), o.Zone), lists: readLists(m.Get("lists")), used: map[string]bool{}, options: o}
	fc.defaults = readDefaults(m.Get("defaults"))
	m.Get("tests") // unit tests of rules stand in the same file; the command test reads them
	for _, v := range m.Need("rules").List() {
		r := fc.readRule(v)
		if r == nil {
			continue
		}
		if first, twice := seen[r.ID]; twice {
			v.Mapping().Get("id").In(subject(r.ID)).Fault("ids are unique over all files: rename one", "id %q is taken by %s:%d", r.ID, first.File, first.Line)
			continue
		}
		seen[r.ID] = r
		set.Rules = append(set.Rules, r)
	}
	m.Done("vars")
}

func subject(id string) string { return fmt.Sprintf("rule %q", id) }

func readZone(v strictyaml.Value, fallback *time.Location) *time.Location {
	if fallback == nil {
		fallback = time.UTC
	}
	name, ok := v.Text()
	if !ok {
		return fallback
	}
	zone, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		v.Fault("write an IANA name such as Europe/Moscow", "unknown time zone %q", name)
		return fallback
	}
	return zone
}

func readLists(v strictyaml.Value) map[string][]any {
	lists := map[string][]any{}
	if !v.There() {
		return lists
	}
	m := v.Mapping()
	for _, name := range m.Keys() {
		items := []any{}
		for _, item := range m.Get(name).List() {
			items = append(items, item.Any())
		}
		lists[name] = items
	}
	return lists
}

// defaults are what a file gives its rules where they are silent.
type defaults struct {
	severity       strictyaml.Value
	repeatInterval strictyaml.Value
	groups         strictyaml.Value
	status         strictyaml.Value
	labels         strictyaml.Value
}

func readDefaults(v strictyaml.Value) defaults {
	if !v.There() {
		return defaults{}
	}
	m := v.Mapping()
	d := defaults{severity: m.Get("severity"), repeatInterval: m.Get("repeat_interval"), groups: m.Get("groups"),
		status: m.Get("status"), labels: m.Get("labels")}
	m.Done()
	return d
}
