package rules

import (
	"slices"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// maxFields is how many derived values a rule may name.
const maxFields = 50

// readFields reads the derived values of records. Each may use those above it.
func (fc *fileContext) readFields(v strictyaml.Value, r *Rule) {
	if !v.There() {
		return
	}
	fm := v.Mapping()
	names := fm.Keys()
	sc := fc.recordScope(r)
	for i, name := range names {
		if i == maxFields {
			v.Fault("", "a rule has at most %d fields", maxFields)
			return
		}
		if !fc.checkName(fm.Key(name), name, r) || !fc.checkFieldName(fm.Key(name), name, sc) {
			continue
		}
		item := fm.Get(name)
		if !item.There() {
			fm.Key(name).Fault("write an expression: lower(reason), say", "the field has no value")
			continue
		}
		sc.undeclared = names[i:]
		x := compile(item, sc, wantAny)
		// One with a fault is declared all the same, so that its uses are none.
		f := &Field{Name: name, Expr: x, index: i}
		r.Fields = append(r.Fields, f)
		sc.fields, sc.available = r.Fields, append([]string{name}, sc.available...)
	}
}

// checkFieldName refuses the name of something that records have already.
func (fc *fileContext) checkFieldName(key strictyaml.Value, name string, sc *scope) bool {
	_, known := sc.known[name]
	if sc.source == LogRecords && slices.Contains(recordFields, name) {
		known = true
	}
	if known {
		key.Fault("choose another name", "records have a field %q already", name)
	}
	return !known
}
