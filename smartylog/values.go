package smartylog

import "hash/maphash"

// Values remembers short texts that were read, so that those that come again take no
// memory and little time. It is not safe for concurrent use.
type Values struct {
	seed    maphash.Seed
	known   [knownTexts]any // strings, each at the place that its hash gives it
	escaped [knownEscaped]escapedText
}

// escapedText is a literal with escapes, and what it says: once it came twice in a row to
// its place, since most that come once do not come again.
type escapedText struct {
	hash uint64
	raw  string
	kind textKind
	text any // nil: of raw only the hash is known
}

// knownTexts is how many texts are remembered at most, longestKnown the length of the
// longest of them, in bytes; the same of literals with escapes, of which a Russian letter
// takes six.
const (
	knownTexts   = 1 << 11
	longestKnown = 64

	knownEscaped   = 1 << 9
	longestEscaped = 384
)

// NewValues returns Values that know no text yet.
func NewValues() *Values { return &Values{seed: maphash.MakeSeed()} }

// text is plainText as an any; v may be nil.
func (v *Values) text(b []byte) any {
	if v == nil || len(b) > longestKnown {
		return plainText(b)
	}
	place := &v.known[maphash.Bytes(v.seed, b)%knownTexts]
	if known, ok := (*place).(string); ok && known == string(b) {
		return *place
	}
	text := any(plainText(b))
	if text.(string) == string(b) {
		*place = text
	}
	return text
}

// unescaped is unescape as an any; v may be nil.
func (v *Values) unescaped(b []byte, kind textKind) any {
	if v == nil || len(b) > longestEscaped {
		return unescape(b, kind)
	}
	hash := maphash.Bytes(v.seed, b)
	place := &v.escaped[hash%knownEscaped]
	switch {
	case place.hash != hash:
		*place = escapedText{hash: hash}
	case place.text == nil:
		*place = escapedText{hash, string(b), kind, unescape(b, kind)}
		return place.text
	case place.kind == kind && place.raw == string(b):
		return place.text
	}
	return unescape(b, kind)
}

// boxed is a text as an any; v may be nil.
func (v *Values) boxed(text string) any {
	if v == nil || len(text) > longestKnown {
		return text
	}
	place := &v.known[maphash.String(v.seed, text)%knownTexts]
	if known, ok := (*place).(string); !ok || known != text {
		*place = text
	}
	return *place
}

// Remember makes the record take the texts of its fields from v where v knows them,
// and leave them there where it does not; nil: it does neither.
func (r *Record) Remember(v *Values) { r.values = v }
