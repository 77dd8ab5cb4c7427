package engine

import (
	"bytes"
	"encoding/binary"
	"strings"

	"github.com/smarty-alert/smarty-alert/alert"
)

// labeller encodes the labels of groups. Its lists are used again.
type labeller struct {
	texts []string // the labels as they are
	bare  []string // the same without what keys within them say is secret
	shown []string
	memo  *memo
}

// key appends a group's labels as they may be shown, since groups go to the
// snapshot too. Identity is that of the labels as they are, so that two secrets
// do not become one group: where something is hidden the fingerprint comes last.
func (l *labeller) key(key []byte, r *matching) []byte {
	hidden := false
	l.shown = l.shown[:0]
	for i, text := range l.texts {
		s := l.memo.hide(r, i, text, l.bare[i])
		hidden = hidden || s != text
		l.shown = append(l.shown, s)
	}
	if !hidden {
		return appendKey(key, l.texts)
	}
	return appendKey(key, append(l.shown, alert.Fingerprint(r.rule.ID, r.named(l.texts))))
}

// named gives texts the names of the labels.
func (r *matching) named(texts []string) alert.Labels {
	pairs := make([]alert.Label, len(r.rule.GroupBy))
	for i, g := range r.rule.GroupBy {
		pairs[i] = alert.Label{Name: g.Name, Value: strings.ToValidUTF8(texts[i], "�")}
	}
	return alert.NewLabels(pairs...)
}

// labels are those of a group, as they may be shown.
func (r *matching) labels(key []byte) alert.Labels { return r.named(decodeKey(key)) }

// identity is the labels of a group, as they may be shown, and its fingerprint.
func (r *matching) identity(key []byte) (alert.Labels, string) {
	texts := decodeKey(key)
	labels := r.named(texts)
	if len(texts) > len(r.rule.GroupBy) {
		return labels, texts[len(texts)-1]
	}
	return labels, alert.Fingerprint(r.rule.ID, labels)
}

// appendKey writes a tuple so that different tuples give different keys.
func appendKey(key []byte, labels []string) []byte {
	for _, l := range labels {
		key = binary.AppendUvarint(key, uint64(len(l)))
		key = append(key, l...)
	}
	return key
}

// decodeKey is appendKey's inverse.
func decodeKey(key []byte) []string {
	var labels []string
	for len(key) > 0 {
		n, w := binary.Uvarint(key)
		labels = append(labels, string(key[w:w+int(n)]))
		key = key[w+int(n):]
	}
	return labels
}

// wellFormed tells whether a key has so many labels, and perhaps a fingerprint.
func wellFormed(key []byte, labels int) bool {
	n := 0
	for len(key) > 0 {
		size, w := binary.Uvarint(key)
		if w <= 0 || size > uint64(len(key)-w) {
			return false
		}
		key = key[w+int(size):]
		n++
	}
	return n == labels || n == labels+1
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

func (r *ruleState) compareSlots(a, b uint32) int {
	return r.compareKeys(r.groups.Key(a), r.groups.Key(b))
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
