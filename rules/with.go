package rules

import (
	"errors"
	"fmt"
	"strings"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// Key is a key of a rule and a value in its place: a text, or a list of keys of a
// mapping.
type Key struct {
	Name  string
	Value any // string or []Key
}

// With is the rule as it would be with keys set to other values. It has to have been
// read with Options.Keep. All else, overrides included, stays as it was. The error is a
// strictyaml.Errors when the rule cannot be so.
func (r *Rule) With(keys ...Key) (*Rule, error) {
	if r.reread == nil {
		return nil, errors.New("the rule was not kept as it was written")
	}
	faults := &strictyaml.Faults{}
	root, ok := strictyaml.Parse("("+r.ID+")", []byte(keysText(keys, 0)), faults)
	if !ok {
		return nil, faults.Err()
	}
	out := r.reread(root.QuietMapping(), faults)
	if err := faults.Err(); err != nil {
		return nil, err
	}
	return out, nil
}

func keysText(keys []Key, depth int) string {
	var b strings.Builder
	for _, k := range keys {
		indent := strings.Repeat("  ", depth)
		if list, ok := k.Value.([]Key); ok {
			fmt.Fprintf(&b, "%s%s:\n%s", indent, k.Name, keysText(list, depth+1))
			continue
		}
		text := strings.ReplaceAll(fmt.Sprint(k.Value), "'", "''")
		fmt.Fprintf(&b, "%s%s: '%s'\n", indent, k.Name, strings.NewReplacer("\r\n", " ", "\n", " ").Replace(text))
	}
	return b.String()
}

// reader reads the rule at v again, with keys of edits over its own.
func (fc *fileContext) reader(v strictyaml.Value) func(*strictyaml.Mapping, *strictyaml.Faults) *Rule {
	return func(edits *strictyaml.Mapping, faults *strictyaml.Faults) *Rule {
		again := *fc
		again.loader = newLoader(fc.options, faults)
		again.edits = edits
		return again.readRule(v.Reporting(faults))
	}
}

// Replace is the set with a rule in the place of the one that has its id.
func (s *Set) Replace(r *Rule) *Set {
	out := *s
	out.Rules = make([]*Rule, len(s.Rules))
	for i, old := range s.Rules {
		if out.Rules[i] = old; old.ID == r.ID {
			out.Rules[i] = r
		}
	}
	return &out
}
