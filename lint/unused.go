package lint

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// unusedParts finds aggregates and fields of a rule that nothing asks for.
func (l *linter) unusedParts(r *rules.Rule) {
	used := map[string]bool{}
	for _, x := range []*rules.Expr{r.Condition, r.Resolve} {
		note(used, x)
	}
	maps.Copy(used, l.asked)
	for _, level := range r.Levels {
		note(used, level.Expr)
	}
	if len(r.Annotations) > 0 && !allShown(r, used) {
		am := r.At("aggregates", &l.faults).QuietMapping()
		for _, a := range r.Aggregates {
			if !used[a.Name] {
				am.Key(a.Name).Warn("unused-aggregate", "use it in the condition or in a text, or remove it", "neither a condition nor a text uses the aggregate %q", a.Name)
			}
		}
	}
	l.unusedFields(r)
}

func note(used map[string]bool, x *rules.Expr) {
	if x == nil {
		return
	}
	for _, name := range x.Names {
		used[name] = true
	}
}

// overheard are the values that rules over alerts ask for.
func overheard(set *rules.Set) map[string]bool {
	asked := map[string]bool{}
	for _, r := range set.Rules {
		if r.Source != rules.AlertRecords {
			continue
		}
		for _, x := range r.Expressions() {
			for _, name := range x.Names {
				if root, key := labelName(name); root == "values" {
					asked[key] = true
				}
			}
		}
	}
	return asked
}

var valueIn = regexp.MustCompile(`\.Values(?:\.(\w+)| "(\w+)")?`)

// allShown notes the values that texts name; true when a text shows all of them.
func allShown(r *rules.Rule, used map[string]bool) bool {
	for _, a := range r.Texts() {
		for _, found := range valueIn.FindAllStringSubmatch(a.Source(), -1) {
			name := found[1] + found[2]
			if name == "" {
				return true
			}
			used[name] = true
		}
	}
	return false
}

func (l *linter) unusedFields(r *rules.Rule) {
	used := map[string]bool{}
	for _, x := range r.Expressions() {
		for _, ref := range x.Refs() {
			if ref.Field != nil {
				used[ref.Field.Name] = true
			}
		}
	}
	for _, refs := range [][]rules.Ref{r.Kept} {
		for _, ref := range refs {
			if ref.Field != nil {
				used[ref.Field.Name] = true
			}
		}
	}
	for _, g := range r.GroupBy {
		used[g.Name] = used[g.Name] || g.Field != nil
	}
	fm := r.At("fields", &l.faults).QuietMapping()
	for _, f := range r.Fields {
		if !used[f.Name] {
			fm.Key(f.Name).Warn("unused-field", "use it, or remove it", "nothing uses the field %q", f.Name)
		}
	}
}

// unusedConstants finds lists and vars of files that no rule of the file uses, and
// vars of the configuration that no rule at all uses.
func (l *linter) unusedConstants() {
	byFile := map[string][]*rules.Rule{}
	for _, r := range l.set.Rules {
		byFile[r.File] = append(byFile[r.File], r)
	}
	for _, root := range l.set.Roots() {
		file := root.Value().File()
		for _, kind := range []string{"list", "var"} {
			v := root.Get(kind + "s").Reporting(&l.faults)
			if !v.There() || byFile[file] == nil {
				continue
			}
			m, used := v.QuietMapping(), usedConstants(byFile[file])
			for _, name := range m.Keys() {
				if !used[name] && !expected(root, name) {
					m.Key(name).Warn("unused-"+kind, "use it, or remove it", "no rule of the file uses the %s %q", kind, name)
				}
			}
		}
	}
	if l.cfg == nil {
		return
	}
	used := usedConstants(l.set.Rules)
	for _, v := range l.cfg.Vars {
		if !used[v.Name] {
			v.At(&l.faults).Warn("unused-var", nearestConstant(l.set, "vars", v.Name), "no rule uses the var %q", v.Name)
		}
	}
	for _, list := range l.cfg.Lists {
		if !slices.Contains(declared(l.set, "lists"), list.Name) {
			list.At(&l.faults).Warn("unused-list", nearestConstant(l.set, "lists", list.Name), "no rule file has the list %q, in whose place this one would stand", list.Name)
		}
	}
}

// usedConstants are the vars and lists that rules use.
func usedConstants(list []*rules.Rule) map[string]bool {
	used := map[string]bool{}
	for _, r := range list {
		if groups := r.At("groups", &strictyaml.Faults{}); groups.There() {
			used[groups.QuietMapping().Get("expect").Raw()] = true
		}
		for _, x := range r.Expressions() {
			for _, v := range x.Constants() {
				used[v.Name] = true
			}
		}
	}
	return used
}

// expected reports whether the file's defaults expect the groups of a list.
func expected(root *strictyaml.Mapping, name string) bool {
	return expects(root.Get("defaults").QuietMapping().Get("groups"), name)
}

func expects(groups strictyaml.Value, list string) bool {
	return groups.QuietMapping().Get("expect").Raw() == list
}

// nearestConstant is a var or a list of some file that was probably meant.
func nearestConstant(set *rules.Set, kind, name string) string {
	known := declared(set, kind)
	if near := strictyaml.Nearest(name, known); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	if len(known) > 0 {
		return kind + " of the rules: " + strings.Join(slices.Compact(slices.Sorted(slices.Values(known))), ", ")
	}
	return "remove it"
}

// declared are the names of the rule files' vars or lists.
func declared(set *rules.Set, kind string) (names []string) {
	for _, root := range set.Roots() {
		names = append(names, root.Get(kind).QuietMapping().Keys()...)
	}
	return names
}
