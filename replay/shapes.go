package replay

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"

	"github.com/smarty-alert/smarty-alert/redact"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// Bounds of what is remembered of records that could not be read.
const (
	shapeBytes = 120  // of a record that its shape is made of
	maxShapes  = 1000 // different ones; others are counted together
)

// Shape is what records without a readable header have in common: how they begin,
// with numbers written as 0 and quoted texts as '…'. It is text of a log.
type Shape struct {
	Text  string // "" is all that had no room
	Count int64
	First string // file:offset of the first such record
}

// shapes counts records by their shape.
type shapes struct {
	seen map[string]*Shape
	rest Shape
	room []byte // of for the next shape
}

func (s *shapes) add(rec *smartylog.Record) {
	s.room = appendShape(s.room[:0], rec.Raw)
	known := s.seen[string(s.room)]
	switch {
	case known != nil:
	case len(s.seen) < maxShapes:
		known = &Shape{Text: string(s.room), First: place(rec)}
		if s.seen == nil {
			s.seen = map[string]*Shape{}
		}
		s.seen[known.Text] = known
	default:
		if known = &s.rest; known.Count == 0 {
			known.First = place(rec)
		}
	}
	known.Count++
}

func place(rec *smartylog.Record) string { return fmt.Sprintf("%s:%d", rec.File, rec.Pos) }

// Shapes are those of the records that could not be read, the most frequent first,
// without their secrets.
func (s *Summary) Shapes(hide *redact.Redactor) []Shape {
	var out []Shape
	for _, sh := range slices.SortedFunc(maps.Values(s.shapes.seen), func(a, b *Shape) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Text, b.Text))
	}) {
		out = append(out, Shape{Text: hide.Text(sh.Text), Count: sh.Count, First: sh.First})
	}
	if s.shapes.rest.Count > 0 {
		out = append(out, s.shapes.rest)
	}
	return out
}

// appendShape looks at the first line alone.
func appendShape(dst, raw []byte) []byte {
	raw = raw[:min(len(raw), shapeBytes)]
	for i := 0; i < len(raw); {
		r, size := utf8.DecodeRune(raw[i:])
		i += size
		switch {
		case r == '\n' || r == '\r':
			return dst
		case r >= '0' && r <= '9':
			if n := len(dst); n == 0 || dst[n-1] != '0' {
				dst = append(dst, '0')
			}
		case r == '\'' || r == '"':
			end := i
			for end < len(raw) && raw[end] != byte(r) && raw[end] != '\n' {
				end++
			}
			if end == len(raw) || raw[end] == '\n' { // an apostrophe, or no end of it is seen
				dst = append(dst, byte(r))
				continue
			}
			dst = append(append(dst, byte(r)), "…"...)
			dst, i = append(dst, byte(r)), end+1
		case r == utf8.RuneError && size <= 1, r < ' ':
			if n := len(dst); n == 0 || dst[n-1] != '?' {
				dst = append(dst, '?')
			}
		default:
			dst = utf8.AppendRune(dst, r)
		}
	}
	return dst
}
