package rules

import (
	"fmt"
	"time"

	"github.com/smarty-alert/smarty-alert/ruletest"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// loader is what all files of a set share.
type loader struct {
	options  Options
	faults   *strictyaml.Faults
	set      *Set
	seen     map[string]*Rule
	matched  []bool // by Options.Overrides: some rule has the id
	inhibits []inhibition

	templates templates
	written   int                   // bytes of expressions
	scopes    map[string]recordKeys // by the events of a rule
}

func newLoader(o Options, faults *strictyaml.Faults) *loader {
	return &loader{options: o, faults: faults, set: &Set{}, seen: map[string]*Rule{}, matched: make([]bool, len(o.Overrides))}
}

// fileContext is what the rules of one file share, and what is known of the one
// that is being read.
type fileContext struct {
	*loader
	name     string
	builtin  bool
	zone     *time.Location
	lists    map[string][]any
	declared map[string]Var // vars of the file
	vars     map[string]any // with the configuration's over them
	defaults defaults

	constants  map[string]any                // vars and lists of the rule
	texts      map[string]string             // of long lists
	sets       textSets                      // of the same
	shared     map[string]any                // the same, of rules without vars of their own
	wide       map[string]bool               // keys that an override of several rules has set
	over       map[string][]strictyaml.Value // keys of overrides that are merged
	aggregates []string                      // names, before they are read
	ordered    bool                          // a sequence or all_of
	written    map[string]bool               // keys that are there, with whatever value, or misspelt
	edits      *strictyaml.Mapping           // keys over those of the rule, for Rule.With; nil: none
}

// load reads one file's rules into the set.
func (l *loader) load(name string, data []byte, builtin bool) {
	root, ok := strictyaml.Parse(name, data, l.faults)
	if !ok {
		return
	}
	if root.IsList() {
		hint := "write `rules:` above the list"
		if items := root.List(); len(items) > 0 && items[0].QuietMapping().Key("rules").There() {
			hint = "remove the `- ` before rules:"
		}
		root.Fault(hint, "a rule file is a mapping, with the list of rules under the key rules")
		return
	}
	m := root.Shaped(fileShape).Mapping()
	if l.options.Keep {
		l.set.roots = append(l.set.roots, m)
	}
	if v := m.Get("version"); v.There() {
		v.Int()
	}
	fc := &fileContext{loader: l, name: name, builtin: builtin, zone: readZone(m.Get("timezone"), l.options.Zone), texts: map[string]string{}, sets: textSets{}}
	fc.setLists(ReadLists(m.Get("lists")))
	fc.gatherConstants(ReadVars(m.Get("vars")))
	fc.defaults = readDefaults(m.Get("defaults"))
	tests := ruletest.Read(m.Get("tests"))
	for _, v := range listed(m.Need("rules")) {
		if l.faults.Enough() {
			break
		}
		if v.IsAlias() {
			v.Fault("write the rule out", "a rule cannot be a reference to another: its id would be there twice")
			continue
		}
		r := fc.readRule(v)
		if r == nil {
			continue
		}
		if first, twice := l.seen[r.ID]; twice {
			where := fmt.Sprintf("%s:%d", first.File, first.Line)
			if first.Builtin {
				where = "a rule of the program itself"
			}
			v.QuietMapping().Get("id").In(subject(r.ID)).Fault("ids are unique over all files: rename one", "id %q is taken by %s", r.ID, where)
			continue
		}
		if l.faults.Full() { // nobody will use them: what they say is told, and that is all
			l.seen[r.ID] = unkept
			continue
		}
		l.seen[r.ID] = r
		l.set.add(r)
	}
	m.Done()
	l.set.Tests = append(l.set.Tests, tests...)
}

// unkept stands for rules that are not kept.
var unkept = &Rule{}

// listed are the rules; those that are written as a mapping are told of as one.
func listed(v strictyaml.Value) []strictyaml.Value {
	if v.IsMapping() {
		hint := "write - id: …"
		if keys := v.QuietMapping().Written(); len(keys) > 0 && v.QuietMapping().Get(keys[0]).IsMapping() && validID.MatchString(keys[0]) {
			hint = "write - id: " + keys[0]
		}
		v.Fault(hint+" and the rest below it, for each rule", "is a mapping; a list of rules is expected")
		return nil
	}
	return v.List()
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
