package alert

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// Label is one name with its value.
type Label struct{ Name, Value string }

// Labels are sorted by name, names unique. They marshal as a JSON object.
type Labels []Label

// NewLabels sorts the pairs by name. Of equal names the last one wins.
func NewLabels(pairs ...Label) Labels {
	ls := slices.Clone(pairs)
	slices.SortStableFunc(ls, func(a, b Label) int { return strings.Compare(a.Name, b.Name) })
	out := ls[:0]
	for i, l := range ls {
		if i+1 < len(ls) && ls[i+1].Name == l.Name {
			continue
		}
		out = append(out, l)
	}
	return out
}

// Get returns the value of name, or "".
func (ls Labels) Get(name string) string {
	v, _ := ls.Lookup(name)
	return v
}

// Lookup returns the value of name and whether it is there.
func (ls Labels) Lookup(name string) (string, bool) {
	i, ok := slices.BinarySearchFunc(ls, name, func(l Label, n string) int { return strings.Compare(l.Name, n) })
	if !ok {
		return "", false
	}
	return ls[i].Value, true
}

// Compare orders label sets by name, then value, pair by pair.
func (ls Labels) Compare(other Labels) int {
	return slices.CompareFunc(ls, other, func(a, b Label) int {
		if c := strings.Compare(a.Name, b.Name); c != 0 {
			return c
		}
		return strings.Compare(a.Value, b.Value)
	})
}

// String writes `a="1", b="2"`.
func (ls Labels) String() string {
	var b strings.Builder
	for i, l := range ls {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(l.Name)
		b.WriteByte('=')
		b.WriteString(strconv.Quote(l.Value))
	}
	return b.String()
}

// MarshalJSON writes an object with the names in order.
func (ls Labels) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	b.WriteByte('{')
	for i, l := range ls {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := encodePair(&b, enc, l.Name, l.Value); err != nil {
			return nil, err
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// UnmarshalJSON reads an object of strings.
func (ls *Labels) UnmarshalJSON(data []byte) error {
	var m map[string]string
	if err := json.Unmarshal(data, &m); err != nil {
		return err
	}
	pairs := make([]Label, 0, len(m))
	for k, v := range m {
		pairs = append(pairs, Label{k, v})
	}
	*ls = NewLabels(pairs...)
	return nil
}

// encodePair writes `"name":value` without the encoder's newlines.
func encodePair(b *bytes.Buffer, enc *json.Encoder, name string, v any) error {
	if err := enc.Encode(name); err != nil {
		return err
	}
	b.Truncate(b.Len() - 1)
	b.WriteByte(':')
	if err := enc.Encode(v); err != nil {
		return err
	}
	b.Truncate(b.Len() - 1)
	return nil
}

// SafeName turns a field path into a label name that Alertmanager's tools can
// read: every character that is not a letter, a digit or '_' becomes '_'.
func SafeName(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '_':
			return r
		}
		return '_'
	}, name)
}

// Set returns the labels an alert is routed and identified by: alertname and
// rule (both the rule's id), severity, the external ones (an instance, say),
// the rule's labels, and the group's with safe names. Later ones win over
// earlier ones, the group's over all.
func (t *Transition) Set(external Labels) Labels {
	pairs := slices.Concat(external, t.Labels)
	for _, l := range t.Group {
		pairs = append(pairs, Label{SafeName(l.Name), l.Value})
	}
	pairs = append(pairs,
		Label{"alertname", t.Rule},
		Label{"rule", t.Rule},
		Label{"severity", t.Severity.String()})
	return NewLabels(pairs...)
}
