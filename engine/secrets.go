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
	labels []origin // by place in GroupBy
	values []origin // by place in Aggregates
	kept   []origin // by place in Kept
}

// origin is where one value comes from.
type origin struct {
	names  []string
	secret bool // one of the names says that what is made of it is secret
	plain  bool // none of them says anything of it
	kind   int  // the same for equal names
}

// kinds numbers origins.
type kinds map[string]int

func (k kinds) origin(names []string, redact *redact.Redactor) origin {
	o := origin{names: names, secret: slices.ContainsFunc(names, redact.SecretKey), plain: !slices.ContainsFunc(names, func(name string) bool { return !redact.Plain(name) })}
	id := strings.Join(names, "\x00")
	if _, ok := k[id]; !ok {
		k[id] = len(k)
	}
	o.kind = k[id]
	return o
}

func (k kinds) of(r *rules.Rule, redact *redact.Redactor) (o origins) {
	for _, g := range r.GroupBy {
		o.labels = append(o.labels, k.origin(refOrigins(r, g.Ref), redact))
	}
	for _, a := range r.Aggregates {
		o.values = append(o.values, k.origin(exprOrigins(r, a.Value), redact))
	}
	for _, ref := range r.Kept {
		o.kept = append(o.kept, k.origin(refOrigins(r, ref), redact))
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

// redacted is the value without what its origins or its form say is secret.
func (r *matching) redacted(o *origin, v any) any {
	if len(o.names) == 0 {
		return r.redact.Value("", v)
	}
	for _, name := range o.names {
		v = r.redact.Value(name, v)
	}
	return v
}

// redactedText is the same of a text.
func (r *matching) redactedText(o *origin, text string) string {
	if o.plain {
		return r.redact.Text(text)
	}
	text, _ = r.redacted(o, text).(string)
	return text
}

// bare is a label without the secrets of the list or mapping that it is the text
// of: the text has no quotes, so it does not tell where a secret ends.
func (r *matching) bare(o *origin, v any, text string) string {
	switch v.(type) {
	case []any, smartylog.Dict:
		if s, ok := rules.Label(r.redacted(o, v)); ok {
			return s
		}
	}
	return text
}

// hide is a text as it may be shown; bare is the same without what only its
// value as such shows to be secret.
func (r *matching) hide(o *origin, text, bare string) string {
	shown := r.redactedText(o, bare)
	if shown == text || o.secret {
		return shown
	}
	return fmt.Sprintf("%s #%04x", shown, xxh3.HashString(text)&0xffff) // two hidden phones are still two
}

// storedText is a value's text as windows may keep it.
func (r *matching) storedText(o *origin, v any) string {
	text, _ := rules.Label(v)
	return r.hide(o, strings.ToValidUTF8(text, "�"), strings.ToValidUTF8(r.bare(o, v, text), "�"))
}

// stored is a value as windows may keep it: lists and mappings as their texts.
func (r *matching) stored(o *origin, v any) any {
	switch v := v.(type) {
	case nil:
		return nil
	case bool, float64:
		if o.secret {
			return redact.Mark
		}
		return v
	case int:
		return r.stored(o, int64(v))
	case int64:
		return r.redacted(o, v)
	case string:
		return r.hide(o, v, v)
	}
	return r.storedText(o, v)
}

// shownValues are copies of the values as they may be shown: not the greatest of passwords
// and not a phone, though conditions judge by them.
func (r *ruleState) shownValues(values []alert.Value) []alert.Value {
	out := slices.Clone(values)
	for i, v := range values {
		if n, ok := v.V.(float64); ok && r.hidesValue(i, n) {
			out[i].V = redact.Mark
		}
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
	if r.origins.values[i-1].secret {
		return true
	}
	return n == math.Trunc(n) && math.Abs(n) < 1<<63 && r.redact.Value(a.Name, int64(n)) != any(int64(n))
}
