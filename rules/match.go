package rules

import (
	"slices"
	"strings"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// ParseMatch compiles a match expression that stands outside a rule file, such
// as an argument of a command. events are the upper-case names and globs it will
// meet; nil means any, and then any name of a field is allowed. The error is of
// type strictyaml.Errors, its places lie in name.
func ParseMatch(name, source string, events []string) (*Expr, error) {
	var faults strictyaml.Faults
	fc := &fileContext{}
	v := strictyaml.Line(name, strings.NewReplacer("\r\n", " ", "\n", " ").Replace(source), &faults)
	x := compile(v, fc.recordScope(&Rule{Events: events}), wantBool)
	return x, faults.Err()
}

// Has tells whether a record has the field that stands i-th in Names, with a
// value other than nil.
func (x *Expr) Has(i int, rec Fielder) bool { return rec.Field(x.refs[i].Path) != nil }

// RecordFields lists the names that every record has, besides its context.
func RecordFields() []string { return slices.Clone(recordFields) }
