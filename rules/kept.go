package rules

import (
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

func (fc *fileContext) keeps() bool { return fc.loader != nil && fc.options.Keep }

// At is the value of a key of the rule, overrides included, as it was read with
// Options.Keep. Its faults go to faults.
func (r *Rule) At(key string, faults *strictyaml.Faults) strictyaml.Value {
	if r.at == nil {
		return strictyaml.Value{}
	}
	return r.at.Get(key).Reporting(faults)
}

// Place is the rule as a whole, as At gives its keys.
func (r *Rule) Place(faults *strictyaml.Faults) strictyaml.Value {
	if r.at == nil {
		return strictyaml.Value{}
	}
	return r.at.Value().Reporting(faults)
}

// Roots are the files of the set as they were read with Options.Keep, those of
// the program's own rules first.
func (s *Set) Roots() []*strictyaml.Mapping { return s.roots }

// Term is what the expression is made of, with Options.Keep; else nil.
func (x *Expr) Term() *Term {
	if x == nil {
		return nil
	}
	return x.term
}

// Refs are what Names stand for in an expression over records.
func (x *Expr) Refs() []Ref { return x.refs }

// Source is the annotation as it was written.
func (a Annotation) Source() string { return a.text }

// At is where the list was declared. Its faults go to faults.
func (l List) At(faults *strictyaml.Faults) strictyaml.Value { return l.at.Reporting(faults) }

// At is where the var was declared. Its faults go to faults.
func (v Var) At(faults *strictyaml.Faults) strictyaml.Value { return v.at.Reporting(faults) }
