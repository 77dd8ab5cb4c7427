package smartylog

import (
	"bytes"
	"iter"
)

// Keys gives the names of the record's pairs in the order of the text, repeated
// ones included, without decoding a value; what the loop gets is a view of Raw.
// The flags of values are complete after it.
func (r *Record) Keys() iter.Seq[[]byte] {
	r.findPairs()
	return func(yield func([]byte) bool) {
		for i := range r.pairs {
			if !yield(r.pairs[i].name.of(r.Raw)) {
				return
			}
		}
	}
}

// Level is Header().Level alone, without the cost of the rest.
func (r *Record) Level() string {
	var h headerSpans
	if b := r.headerText(); h.scanned(b) {
		return levelName(h.level.of(b))
	}
	return ""
}

// Message is where the message begins in Raw: after the header, or at 0 when
// there is none.
func (r *Record) Message() int { return min(r.mark.message, len(r.Raw)) }

// CopyTo is Clone into a record that is used again, with the memory it has.
// before, if not nil, is the copy made last, which must outlive dst: whether the
// record is suspect then waits until somebody asks, who may be another goroutine
// than the scanner's, and costs little if before has been looked into by then.
func (r *Record) CopyTo(dst, before *Record) {
	behind := before
	if !r.follows(before) {
		behind = nil
		r.IsSuspect()
	}
	dst.Instance, dst.Log, dst.File, dst.Gen, dst.Pos = r.Instance, r.Log, r.File, r.Gen, r.Pos
	dst.Sec, dst.Offset, dst.Event, dst.Flags = r.Sec, r.Offset, r.Event, r.Flags
	dst.Raw = append(dst.Raw[:0], r.Raw...)
	dst.reset(&r.mark)
	dst.pairsAt, dst.cut = r.pairsAt, r.cut
	dst.before, dst.behind = nil, behind
}

// follows tells whether other is a copy of the record on which it depends whether
// r is suspect, which is not decided yet. The pairs of a loose one end before its
// bytes do, so they do not tell.
func (r *Record) follows(other *Record) bool {
	b := r.before
	return b != nil && !b.known && other != nil && !other.mark.loose && b.message == other.mark.message && bytes.Equal(b.raw, other.Raw)
}

// endsOpen is endsInsideValue for a record whose pairs are found anyway, but in
// its own text only: lines after that count too.
func (r *Record) endsOpen() bool {
	if r.mark.loose {
		return endsInsideValue(r.Raw, r.Message(), r.pairsAt, r.Event, &r.work)
	}
	if bodyEnd(r.Raw, r.Message()) < len(bytes.TrimRight(r.Raw, "\r\n")) {
		return false
	}
	r.findPairs()
	return r.Flags.Has(Unterminated)
}

// Documents tells whether the documentation gives the event this key, in either
// spelling, or leaves the set of its keys open.
func (e Event) Documents(key string) bool {
	other, aliased := keyAlias(key)
	for _, f := range e.Fields {
		if f.Name == key || aliased && f.Name == other || f.Kind == "open_set" {
			return true
		}
	}
	return false
}
