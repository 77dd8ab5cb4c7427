package redact

import "strings"

// Finding is one secret or piece of personal data in a text.
type Finding struct {
	Kind     string // "key" for the value of a secret key, else phone email jwt bot userinfo hex card
	Key      string // the secret key as written, for Kind "key"
	From, To int    // bytes of the text, with the quotes around a value
}

// kindKey is the kind of what is hidden for the key before it.
const kindKey = "key"

// Find returns what Text would hide: in order, without overlaps. What was hidden
// before is not found again.
// What is hidden may uncover a key beside it, so this goes on until nothing more
// is found; redacting twice is redacting once.
func (r *Redactor) Find(s string) []Finding {
	return r.hide(s).found
}

func (r *Redactor) hide(s string) hiding {
	h := hiding{whole: s, text: s}
	if isWord(s) {
		return h
	}
	for range maxPasses {
		more := h.hide(r.findKeyed(h.text))
		for i := range userInfoForms {
			if f := &userInfoForms[i]; strings.Contains(h.text, f.begin) && r.hides[kindUserInfo] {
				more = h.hide(findUserInfo(h.text, f.begin, f.re)) || more
			}
		}
		for i := range valuePatterns {
			if p := &valuePatterns[i]; p.mayMatch(h.text) && r.hides[p.kind] {
				more = h.hide(p.find(h.text)) || more
			}
		}
		more = h.hide(r.findNumbers(h.text)) || more
		if !more {
			break
		}
	}
	return h
}

// isWord tells of most texts at a glance that nothing is hidden in them: they are
// too short for a secret without a sign or a space.
func isWord(s string) bool {
	if len(s) > maxWord {
		return false
	}
	digits := 0
	for i := range len(s) {
		switch {
		case isDigit(s[i]):
			digits++
		case startsSign[s[i]] || s[i] == '@':
			return false
		}
	}
	return digits < minDigits
}

// maxWord is less than what a token has that is known by its form, minDigits what a
// phone has.
const (
	maxWord   = 12
	minDigits = 10
)

// maxPasses bounds the passes over one text; each finds something that the one
// before uncovered.
const maxPasses = 16

// hiding is a text of which some is hidden. It remembers where that stood.
type hiding struct {
	whole string    // with nothing hidden
	found []Finding // places in whole
	text  string    // whole with the found ones hidden
}

// hide adds findings, whose places are those of the text as it is now, and
// reports whether there were any. One that touches what was hidden takes it in.
func (h *hiding) hide(now []Finding) bool {
	if len(now) == 0 {
		return false
	}
	merged := make([]Finding, 0, len(h.found)+len(now))
	old, shift := h.found, 0 // a place in text is one in whole and shift
	for _, f := range now {
		for len(old) > 0 && old[0].From+shift+len(Mark) <= f.From {
			merged = append(merged, old[0])
			shift += old[0].grows()
			old = old[1:]
		}
		from, to := f.From-shift, f.To-shift
		if len(old) > 0 && old[0].From < from {
			from = old[0].From
		}
		for len(old) > 0 && old[0].From+shift < f.To {
			shift += old[0].grows()
			to = max(old[0].To, f.To-shift)
			old = old[1:]
		}
		merged = append(merged, Finding{f.Kind, f.Key, from, to})
	}
	h.found = append(merged, old...)
	h.text = cover(h.whole, h.found)
	return true
}

// grows is how much longer a text becomes when this is hidden.
func (f Finding) grows() int { return len(Mark) - (f.To - f.From) }

// Part is the text from one byte to another as it may be shown. What is hidden
// and only reaches into the part is hidden there too: redacting a piece alone
// would not know it again.
func (r *Redactor) Part(s string, from, to int) string {
	var inside []Finding
	for _, f := range r.Find(s) {
		if f.To > from && f.From < to {
			f.From, f.To = max(f.From, from)-from, min(f.To, to)-from
			inside = append(inside, f)
		}
	}
	return cover(s[from:to], inside)
}

// cover replaces what was found.
func cover(s string, found []Finding) string {
	var out strings.Builder
	out.Grow(len(s))
	at := 0
	for _, f := range found {
		out.WriteString(s[at:f.From])
		out.WriteString(Mark)
		at = f.To
	}
	out.WriteString(s[at:])
	return out.String()
}
