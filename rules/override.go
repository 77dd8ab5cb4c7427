package rules

import (
	"path"
	"slices"
	"strings"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// Override is what a configuration sets in rules that it does not own.
type Override struct {
	Pattern string // an id, or a glob of ids
	at, v   strictyaml.Value
	vars    Vars
}

// merged are keys of overrides that are set key by key.
var merged = []string{"labels", "annotations", "vars", "groups"}

// ReadOverrides reads a mapping of ids and globs to keys of rules. Calendars are
// the names that `active` may use; nil: any.
func ReadOverrides(v strictyaml.Value, calendars []string) []Override {
	if !v.There() {
		return nil
	}
	var out []Override
	m := v.Shaped(overridesShape).Mapping()
	for _, pattern := range m.Keys() {
		item := m.Get(pattern)
		if _, err := path.Match(pattern, ""); err != nil || !validID.MatchString(strings.NewReplacer("*", "x", "?", "x", "[", "x", "]", "x", "^", "x").Replace(pattern)) {
			m.Key(pattern).Fault("edge-down, or edge-* for all that begin so", "%q is neither the id of a rule nor a pattern of ids", pattern)
			continue
		}
		if !item.There() {
			m.Key(pattern).Fault("{severity: critical}, say", "nothing is overridden")
			continue
		}
		out = append(out, readOverride(m.Key(pattern), item, pattern, calendars))
	}
	return out
}

// readOverride checks what can be checked without the rule, so that it is told
// once, and also where no rule has the id.
func readOverride(at, v strictyaml.Value, pattern string, calendars []string) Override {
	m := v.Mapping()
	o := Override{Pattern: pattern, at: at, v: v, vars: ReadVars(m.Get("vars"))}
	fc := &fileContext{loader: &loader{options: Options{Calendars: calendars}}}
	r := &Rule{}
	fc.readNotices(m, r)
	fc.readTimes(m, r)
	fc.readLabels(m)
	if g := m.Get("groups"); g.There() {
		gm := g.Mapping()
		readLimits(gm, r)
		gm.Done()
	}
	for _, item := range m.Get("inhibits").List() {
		item.Text()
	}
	if a := m.Get("annotations"); a.There() {
		am := a.Mapping()
		for _, name := range am.Keys() {
			am.Get(name).Text()
		}
	}
	checkOverrideKeys(m)
	m.Done()
	return o
}

func checkOverrideKeys(m *strictyaml.Mapping) {
	for _, name := range m.Keys() {
		if _, ok := overrideShape.Key(name); ok {
			continue
		}
		hint := near(name, overrideShape.Names())
		if _, ok := ruleShape.Key(name); ok {
			hint = "copy the rule under another id, and set status: disabled here"
		}
		m.Key(name).Fault(hint, "%q cannot be overridden", name)
	}
}

// wide reports whether the override may be meant for several rules.
func (o Override) wide() bool { return strings.ContainsAny(o.Pattern, "*?[") }

func (o Override) matches(id string) bool { return o.Pattern == id || globMatch(o.Pattern, id) }

// override puts what the configuration says about the rule over what it says
// itself.
func (fc *fileContext) override(m *strictyaml.Mapping, id string) {
	fc.wide, fc.over = map[string]bool{}, map[string][]strictyaml.Value{}
	var vars Vars
	for i, o := range fc.options.Overrides {
		if !o.matches(id) {
			continue
		}
		fc.matched[i] = true
		om := o.v.Reporting(fc.faults).QuietMapping()
		vars = append(vars, o.vars...)
		for _, name := range om.Keys() {
			switch _, known := overrideShape.Key(name); {
			case name == "vars" || !known:
			case slices.Contains(merged, name):
				fc.over[name] = append(fc.over[name], om.Get(name).Of(subject(id)))
			default:
				m.Put(name, om)
				fc.wide[name] = o.wide()
			}
		}
	}
	fc.setConstants(vars)
}
