package rules

import (
	"slices"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// readGroups reads `groups`: of overrides over the rule over the file's defaults.
func (fc *fileContext) readGroups(m *strictyaml.Mapping, r *Rule) {
	r.Groups = GroupLimits{Max: defaultMax, ForgetAfter: int64(defaultIdle / time.Second)}
	for _, v := range []strictyaml.Value{fc.defaults.groups, m.Get("groups")} {
		if !v.There() {
			continue
		}
		gm := v.Mapping()
		readLimits(gm, r)
		if e := gm.Get("expect"); e.There() {
			fc.readExpect(e, r)
		}
		gm.Done()
	}
	for _, v := range fc.over["groups"] {
		readLimits(v.Mapping(), r)
	}
	r.remember()
	if len(r.Groups.Expect) > r.Groups.Max {
		m.Get("groups").Fault("raise groups.max", "%d groups are expected, and groups.max is %d", len(r.Groups.Expect), r.Groups.Max)
	}
}

func readLimits(gm *strictyaml.Mapping, r *Rule) {
	if n, ok := gm.Get("max").Int(); ok {
		r.Groups.Max = int(n)
	}
	if d, ok := gm.Get("forget_after").Duration(); ok {
		r.Groups.ForgetAfter = int64(d / time.Second)
	}
}

// remember makes a group last while its windows can still hold something, and
// through its cooldown.
func (r *Rule) remember() {
	r.Groups.ForgetAfter = max(r.Groups.ForgetAfter, r.Cooldown, r.Within)
	for _, c := range r.Columns {
		if c.Window > 0 {
			r.Groups.ForgetAfter = max(r.Groups.ForgetAfter, c.Window+c.Offset, c.Memory)
		}
	}
}

// readExpect reads the groups that must be there: `all` for a rule without
// group_by, else values, or lists or mappings of values for several names; a
// name of `lists` stands for its values.
func (fc *fileContext) readExpect(v strictyaml.Value, r *Rule) {
	if !r.Absence {
		v.Fault("add absence: true, or remove it", "expected groups have a meaning for absence rules only")
		return
	}
	if len(r.GroupBy) == 0 {
		if s, ok := v.Text(); ok && s != "all" {
			v.Fault("write expect: all", "a rule without group_by has one group")
			return
		}
		r.Groups.Expect = [][]string{{}}
		return
	}
	if !v.IsList() && len(r.GroupBy) == 1 {
		fc.expectList(v, r)
		return
	}
	for _, item := range v.List() {
		if tuple, ok := expectTuple(item, r); ok {
			r.Groups.Expect = append(r.Groups.Expect, tuple)
		}
	}
}

func (fc *fileContext) expectList(v strictyaml.Value, r *Rule) {
	name, ok := v.Text()
	if !ok {
		return
	}
	list, ok := fc.lists[name]
	if !ok {
		var known []string
		for k := range fc.lists {
			known = append(known, k)
		}
		slices.Sort(known)
		hint := "write a list of values, or define it under lists"
		if near := strictyaml.Nearest(name, known); near != "" {
			hint = "did you mean \"" + near + "\"?"
		}
		v.Fault(hint, "unknown list %q", name)
		return
	}
	for _, item := range list {
		if s, ok := Label(item); ok {
			r.Groups.Expect = append(r.Groups.Expect, []string{s})
		}
	}
}

func expectTuple(item strictyaml.Value, r *Rule) ([]string, bool) {
	var tuple []string
	if item.IsMapping() {
		m := item.Mapping()
		for _, g := range r.GroupBy {
			s, _ := m.Need(g.Name).Text()
			tuple = append(tuple, s)
		}
		m.Done()
	} else {
		tuple = item.Texts()
	}
	if len(tuple) != len(r.GroupBy) {
		names := make([]string, len(r.GroupBy))
		for i, g := range r.GroupBy {
			names[i] = g.Name
		}
		item.Fault("", "%d values are written; the rule groups by %s", len(tuple), strings.Join(names, ", "))
		return nil, false
	}
	return tuple, true
}
