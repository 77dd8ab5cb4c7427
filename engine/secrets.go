package engine

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/zeebo/xxh3"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/redact"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// origins are the names of the record's fields that each of a rule's values is
// made of, through derived fields: a secret stays one under another name.
type origins struct {
	labels [][]string // by place in GroupBy
	values [][]string // by place in Aggregates
	kept   [][]string // by place in Kept
}

func originsOf(r *rules.Rule) (o origins) {
	for _, g := range r.GroupBy {
		o.labels = append(o.labels, refOrigins(r, g.Ref))
	}
	for _, a := range r.Aggregates {
		o.values = append(o.values, exprOrigins(r, a.Value))
	}
	for _, ref := range r.Kept {
		o.kept = append(o.kept, refOrigins(r, ref))
	}
	return o
}

func refOrigins(r *rules.Rule, ref rules.Ref) []string {
	if ref.Field == nil {
		return []string{ref.Path.String()}
	}
	return append(exprOrigins(r, ref.Field.Expr), ref.Field.Name)
}

func exprOrigins(r *rules.Rule, x *rules.Expr) (names []string) {
	if x == nil {
		return nil
	}
	for _, name := range x.Names {
		names = append(names, name)
		for _, f := range r.Fields {
			if f.Name == name && f.Expr != x {
				names = append(names, exprOrigins(r, f.Expr)...)
			}
		}
	}
	return names
}

// secret reports whether one of the names says that what is made of it is secret.
func (r *matching) secret(names []string) bool {
	return slices.ContainsFunc(names, r.redact.SecretKey)
}

// redacted is the value without what its origins or its form say is secret.
func (r *matching) redacted(names []string, v any) any {
	if len(names) == 0 {
		return r.redact.Value("", v)
	}
	for _, name := range names {
		v = r.redact.Value(name, v)
	}
	return v
}

// bare is a label without the secrets of the list or mapping that it is the text
// of: the text has no quotes, so it does not tell where a secret ends.
func (r *matching) bare(names []string, v any, text string) string {
	switch v.(type) {
	case []any, smartylog.Dict:
		if s, ok := rules.Label(r.redacted(names, v)); ok {
			return s
		}
	}
	return text
}

// hide is a text as it may be shown; bare is the same without what only its
// value as such shows to be secret.
func (r *matching) hide(names []string, text, bare string) string {
	shown, _ := r.redacted(names, bare).(string)
	if shown == text || r.secret(names) {
		return shown
	}
	return fmt.Sprintf("%s #%04x", shown, xxh3.HashString(text)&0xffff) // two hidden phones are still two
}

// storedText is a value's text as windows may keep it.
func (r *matching) storedText(names []string, v any) string {
	text, _ := rules.Label(v)
	return r.hide(names, strings.ToValidUTF8(text, "�"), strings.ToValidUTF8(r.bare(names, v, text), "�"))
}

// stored is a value as windows may keep it: lists and mappings as their texts.
func (r *matching) stored(names []string, v any) any {
	switch v := v.(type) {
	case nil:
		return nil
	case bool, float64:
		if r.secret(names) {
			return redact.Mark
		}
		return v
	case int:
		return r.stored(names, int64(v))
	case int64:
		return r.redacted(names, v)
	case string:
		return r.hide(names, v, v)
	}
	return r.storedText(names, v)
}

// shownValues are the values as they may be shown: not the greatest of passwords
// and not a phone, though conditions judge by them.
func (r *ruleState) shownValues(values []alert.Value) []alert.Value {
	out := values
	for i, v := range values {
		n, ok := v.V.(float64)
		if !ok || !r.hidesValue(i, n) {
			continue
		}
		if &out[0] == &values[0] {
			out = slices.Clone(values)
		}
		out[i].V = redact.Mark
	}
	return out
}

// hidesValue reports whether the i-th value must not be shown.
func (r *ruleState) hidesValue(i int, n float64) bool {
	if i == 0 {
		return false
	}
	a := r.rule.Aggregates[i-1]
	if a.Value == nil || counting(a.Func) {
		return false
	}
	if r.secret(r.origins.values[i-1]) {
		return true
	}
	return n == math.Trunc(n) && math.Abs(n) < 1<<63 && r.redact.Value(a.Name, int64(n)) != any(int64(n))
}
