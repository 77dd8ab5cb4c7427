package rules

import (
	"maps"
	"slices"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// Var is a constant of expressions: a number, a text or a boolean.
type Var struct {
	Name  string
	Value any // int64, float64, string or bool
	at    strictyaml.Value
}

// Vars are the constants of one place. Of several with one name the last wins.
type Vars []Var

// maxVar is the longest text of a var, in bytes.
const maxVar = 1 << 10

// ReadVars reads a mapping of names to values.
func ReadVars(v strictyaml.Value) Vars {
	if !v.There() {
		return nil
	}
	var out Vars
	m := v.Shaped(varsShape).Mapping()
	for _, name := range m.Keys() {
		item := m.Get(name)
		switch {
		case !checkConstant(m.Key(name), name):
		case !item.There():
			m.Key(name).Fault("a number, a text, true or false", "the var has no value")
		case item.IsList():
			item.Fault("put it under `lists` of a rule file", "is a list; a number or a text is expected")
		default:
			if len(item.Raw()) > maxVar {
				item.Fault("shorten it", "the text is longer than %d KiB", maxVar>>10)
				out = append(out, Var{name, "", m.Key(name)}) // its uses are no faults as well
				continue
			}
			if value := item.Any(); value != nil {
				out = append(out, Var{name, value, m.Key(name)})
			}
		}
	}
	return out
}

// checkConstant refuses names of vars and lists that mean something in every rule.
func checkConstant(key strictyaml.Value, name string) bool {
	switch {
	case !plainName.MatchString(name):
		key.Fault("letters, digits and '_'", "%q cannot be a name", name)
	case slices.Contains(reservedNames, name) || slices.Contains(recordFields, name):
		key.Fault("choose another name", "%q exists without being declared", name)
	default:
		return true
	}
	return false
}

// maxList is how many values a list may have: an expression with a longer one
// would always be too expensive to evaluate.
const maxList = 50_000

// List is a list of values for expressions, with its name.
type List struct {
	Name   string
	Values []any
	at     strictyaml.Value
}

// Lists are those of one place.
type Lists []List

// ReadLists reads a mapping of names to lists, as rule files and the configuration have
// it.
func ReadLists(v strictyaml.Value) Lists {
	var lists Lists
	if !v.There() {
		return lists
	}
	m := v.Shaped(listsShape).Mapping()
	for _, name := range m.Keys() {
		if !checkConstant(m.Key(name), name) {
			continue
		}
		items := []any{}
		values := m.Need(name).List()
		if len(values) > maxList {
			m.Key(name).Fault("split it", "the list has %d values, and at most %d are read", len(values), maxList)
			values = nil
		}
		for _, item := range values {
			items = append(items, item.Any())
		}
		lists = append(lists, List{name, items, m.Key(name)})
	}
	return lists
}

// setLists takes the file's lists, with those of the configuration in the place of the
// ones they are named for. Lists that the file does not have are another one's.
func (fc *fileContext) setLists(own Lists) {
	fc.lists = map[string][]any{}
	for _, l := range own {
		fc.lists[l.Name] = l.Values
	}
	for _, l := range fc.options.Lists {
		if _, ok := fc.lists[l.Name]; ok {
			fc.lists[l.Name] = l.Values
		}
	}
}

// gatherConstants puts the file's lists and vars together, with the
// configuration's vars over them.
func (fc *fileContext) gatherConstants(own Vars) {
	fc.vars = map[string]any{}
	declared := map[string]Var{}
	for _, v := range own {
		if _, taken := fc.lists[v.Name]; taken {
			v.at.Fault("choose another name", "%q is a name of lists already", v.Name)
			continue
		}
		declared[v.Name] = v
		fc.vars[v.Name] = v.Value
	}
	fc.declared = declared
	fc.vars = fc.overVars(fc.vars, fc.options.Vars)
}

// overVars are vars with others over them.
func (fc *fileContext) overVars(vars map[string]any, over Vars) map[string]any {
	if len(over) == 0 {
		return vars
	}
	out := maps.Clone(vars)
	for _, v := range over {
		at := v.at.Reporting(fc.faults)
		if _, taken := fc.lists[v.Name]; taken {
			at.Fault("choose another name", "%q is a name of lists in %s", v.Name, fc.name)
			continue
		}
		if d, ok := fc.declared[v.Name]; ok && kindOf(d.Value) != kindOf(v.Value) {
			at.Fault("", "%q is %s in %s:%d, and %s here", v.Name, kindOf(d.Value), fc.name, d.at.Line(), kindOf(v.Value))
			continue
		}
		out[v.Name] = v.Value
	}
	return out
}

func kindOf(v any) string {
	switch v.(type) {
	case string:
		return "a text"
	case bool:
		return "true or false"
	}
	return "a number"
}

// setConstants makes the constants of one rule.
func (fc *fileContext) setConstants(over Vars) {
	if len(over) == 0 && fc.shared != nil {
		fc.constants = fc.shared
		return
	}
	fc.constants = map[string]any{}
	for name, list := range fc.lists {
		fc.constants[name] = list
	}
	maps.Copy(fc.constants, fc.overVars(fc.vars, over))
	if len(over) == 0 {
		fc.shared = fc.constants
	}
}
