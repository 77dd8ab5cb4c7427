package engine

import (
	"strings"

	"github.com/zeebo/xxh3"
)

// memo remembers how labels are shown, since the same ones come again and again.
type memo [memoized]hiddenLabel

// hiddenLabel is what matching.hide says of a label.
type hiddenLabel struct {
	kind       int // of its origin
	text, bare string
	shown      string
}

// memoized is how many labels are remembered at most.
const memoized = 1 << 11

// hide is the label of a rule as it may be shown; m may be nil.
func (m *memo) hide(r *matching, label int, text, bare string) string {
	o := &r.origins.labels[label]
	if m == nil || text == "" {
		return r.hide(o, strings.ToValidUTF8(text, "�"), strings.ToValidUTF8(bare, "�"))
	}
	k := &m[xxh3.HashString(text)%memoized]
	if k.kind != o.kind || k.text != text || k.bare != bare {
		shown := r.hide(o, strings.ToValidUTF8(text, "�"), strings.ToValidUTF8(bare, "�"))
		*k = hiddenLabel{o.kind, text, bare, shown}
	}
	return k.shown
}
