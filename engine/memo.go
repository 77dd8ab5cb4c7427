package engine

import (
	"strings"

	"github.com/zeebo/xxh3"
)

// memo remembers how labels are shown, since the same ones come again and again.
type memo struct{ known []hiddenLabel }

// hiddenLabel is what matching.hide says of a label.
type hiddenLabel struct {
	of         *matching
	label      int // place in group_by
	text, bare string
	shown      string
}

// memoized is how many labels are remembered at most.
const memoized = 1 << 10

// hide is the label of a rule as it may be shown.
func (m *memo) hide(r *matching, label int, text, bare string) string {
	if m.known == nil {
		m.known = make([]hiddenLabel, memoized)
	}
	k := &m.known[(xxh3.HashString(text)+uint64(r.index)*31+uint64(label))%memoized]
	if k.of != r || k.label != label || k.text != text || k.bare != bare {
		shown := r.hide(r.origins.labels[label], strings.ToValidUTF8(text, "�"), strings.ToValidUTF8(bare, "�"))
		*k = hiddenLabel{r, label, text, bare, shown}
	}
	return k.shown
}
