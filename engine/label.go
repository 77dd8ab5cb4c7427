package engine

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/zeebo/xxh3"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/redact"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/smartylog"
	"github.com/smarty-alert/smarty-alert/windowing"
)

// key encodes a group's labels as they may be shown, since groups go to the
// snapshot too. Identity is that of the labels as they are, so that two secrets
// do not become one group: where something is hidden the fingerprint comes last.
// bare are the labels without what only their values as such show to be secret.
func (r *ruleState) key(labels, bare []string) []byte {
	shown, hidden := r.shown[:0], false
	for i, text := range labels {
		s := r.hide(i, strings.ToValidUTF8(text, "�"), strings.ToValidUTF8(bare[i], "�"))
		hidden = hidden || s != text
		shown = append(shown, s)
	}
	r.shown = shown
	if !hidden {
		return encodeKey(labels)
	}
	return encodeKey(append(shown, alert.Fingerprint(r.rule.ID, r.named(labels))))
}

// bare is a label without the secrets of the list or mapping that it is the text
// of: the text has no quotes, so it does not tell where a secret ends.
func (r *ruleState) bare(name string, v any, text string) string {
	switch v.(type) {
	case []any, smartylog.Dict:
		if s, ok := rules.Label(r.redact.Value(name, v)); ok {
			return s
		}
	}
	return text
}

// hide is the i-th label as it may be shown.
func (r *ruleState) hide(i int, text, bare string) string {
	shown, _ := r.redact.Value(r.rule.GroupBy[i].Name, bare).(string)
	if shown == text || r.redact.SecretKey(r.rule.GroupBy[i].Name) {
		return shown
	}
	return fmt.Sprintf("%s #%04x", shown, xxh3.HashString(text)&0xffff) // two hidden phones are still two
}

// named gives texts the names of the labels.
func (r *ruleState) named(texts []string) alert.Labels {
	pairs := make([]alert.Label, len(r.rule.GroupBy))
	for i, g := range r.rule.GroupBy {
		pairs[i] = alert.Label{Name: g.Name, Value: strings.ToValidUTF8(texts[i], "�")}
	}
	return alert.NewLabels(pairs...)
}

// identity is the labels of a group, as they may be shown, and its fingerprint.
func (r *ruleState) identity(key []byte) (alert.Labels, string) {
	texts := decodeKey(key)
	labels := r.named(texts)
	if len(texts) > len(r.rule.GroupBy) {
		return labels, texts[len(texts)-1]
	}
	return labels, alert.Fingerprint(r.rule.ID, labels)
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
	if a.Value == nil || a.Func == windowing.Distinct {
		return false
	}
	if slices.ContainsFunc(a.Value.Names, r.redact.SecretKey) {
		return true
	}
	return n == math.Trunc(n) && math.Abs(n) < 1<<63 && r.redact.Value(a.Name, int64(n)) != any(int64(n))
}

// encodeKey writes a tuple so that different tuples give different keys.
func encodeKey(labels []string) []byte {
	n := 0
	for _, l := range labels {
		n += len(l) + binary.MaxVarintLen16
	}
	key := make([]byte, 0, n)
	for _, l := range labels {
		key = binary.AppendUvarint(key, uint64(len(l)))
		key = append(key, l...)
	}
	return key
}

// decodeKey is encodeKey's inverse.
func decodeKey(key []byte) []string {
	var labels []string
	for len(key) > 0 {
		n, w := binary.Uvarint(key)
		labels = append(labels, string(key[w:w+int(n)]))
		key = key[w+int(n):]
	}
	return labels
}

// compareKeys orders two groups by their labels, sorted by name; those that look
// alike by their fingerprints.
func (r *ruleState) compareKeys(a, b []byte) int {
	for _, i := range r.byName {
		if c := bytes.Compare(label(a, i), label(b, i)); c != 0 {
			return c
		}
	}
	return bytes.Compare(a, b)
}

// label is the i-th text of an encoded key.
func label(key []byte, i int) []byte {
	for {
		n, w := binary.Uvarint(key)
		key = key[w:]
		if i == 0 {
			return key[:n]
		}
		key, i = key[n:], i-1
	}
}
