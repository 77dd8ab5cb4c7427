package anonymise

import (
	"net/netip"
	"strings"
)

// value finds what to replace in the text of a class, under the key of that name.
func (r *rewriter) value(c Class, name, s string) []edit {
	if saysNothing(s) {
		return nil
	}
	switch c {
	case Verbatim:
		return nil
	case Keep:
		return r.patterns(s, 0, len(s), strong)
	case Word:
		if wordLike.MatchString(s) {
			return nil
		}
		return r.unknown(name, s)
	case Prose:
		r.rep.prose(name)
		return r.scan(s, false, Unknown)
	case Agent:
		return r.agent(s)
	case Words:
		return r.words(s)
	case Traceback:
		return r.lines(s)
	case Hosts:
		return r.hosts(s)
	case URL:
		return r.url(s)
	case Unknown, Nested, Mixed:
		return r.unknown(name, s)
	case Person:
		return r.label(c, s)
	}
	return r.whole(c, s)
}

// agent keeps a User-Agent. It has no quotes, so what follows it, if it is a key
// that the parser does not know, is read with it: that is no browser's.
func (r *rewriter) agent(s string) []edit {
	if !isASCII(s) || afterAgent.MatchString(s) {
		return r.scan(s, false, Unknown)
	}
	return r.patterns(s, 0, len(s), agents)
}

// afterAgent is a key with a printed value.
var afterAgent = lazy(`\s\w+=(?:[ub]?['"]|[<{[(])`)

// wordLike is what the values of an enumeration look like.
var wordLike = lazy(`^[A-Za-z][A-Za-z0-9_.-]{0,39}$`)

// saysNothing tells whether a text is empty, a constant or replaced already.
func saysNothing(s string) bool {
	switch strings.TrimSpace(s) {
	case "", "None", "none", "null", "True", "False", "true", "false", "0", "-", "AnonymousUser", "...", "<redacted>",
		"...(remaining elements truncated)...":
		return true
	}
	return false
}

// unknown replaces a text of which nobody has said what it is, unless it is
// harmless by its form; what has parts is taken apart.
func (r *rewriter) unknown(name, s string) []edit {
	switch {
	case harmlessWords[strings.ToLower(s)] || shortNumber.MatchString(s):
		r.rep.undocumented(name, false)
		return nil
	case isDocument(s):
		return r.scan(s, true, Unknown)
	case strings.Contains(s, "://"):
		r.rep.undocumented(name, true)
		return r.scan(s, true, Unknown)
	}
	r.rep.undocumented(name, true)
	edits := r.whole(Unknown, s)
	if len(edits) > 0 && tells(s) {
		r.know(s, edits[0].text)
	}
	return edits
}

// shortNumber is an amount, a count or a small id.
var shortNumber = lazy(`^[+-]?(?:\d{1,4}\.?|\d*\.\d+)$`)

// document begins as a printed dict or list, JSON, XML, an object or a form does.
var document = lazy(`^\s*(?:[{[<]|[A-Za-z_][A-Za-z0-9_.-]*=[^\s;&]*(?:[;&][A-Za-z_][A-Za-z0-9_.-]*=|$))`)

func isDocument(s string) bool { return document.MatchString(s) }

// whole replaces all of a text.
func (r *rewriter) whole(c Class, s string) []edit {
	out, ok := r.standin(c, s)
	if !ok || out == s {
		return nil
	}
	r.rep.replaced(c)
	r.learn(c, s, out)
	return []edit{{0, len(s), out}}
}

// standin is what stands for a text of a class; false if nothing needs to.
func (a *Anonymiser) standin(c Class, s string) (string, bool) {
	if saysNothing(s) {
		return "", false
	}
	switch c {
	case Secret:
		if longHexForm.MatchString(s) {
			return a.standins.hex(plain, s), true // as where no key says that it is a secret
		}
		return a.standins.name(c.tag(s), secret, s), true
	case Birth:
		if dateForm.MatchString(s) { // the year stays
			return dateForm.ReplaceAllString(s, "${1}01${2}01"), true
		}
	case Operator:
		if allDigits(s) {
			return "", false
		}
	case Host:
		return a.standins.hostPort(s), true
	}
	if out, ok := a.standins.byForm(s); ok {
		return out, true
	}
	return a.standins.name(c.tag(s), plain, s), true
}

var longHexForm = lazy(`^(?:[0-9a-f]{16,}|[0-9A-F]{16,})$`)

// dateForm is a date with the year in front.
var dateForm = lazy(`^(\d{4}-)\d\d(-)\d\d`)

// Forms by which a whole value shows what it is.
var (
	macForm    = lazy(`^(?:[0-9A-Fa-f]{2}([:-]))(?:[0-9A-Fa-f]{2}[:-]){4}[0-9A-Fa-f]{2}$|^(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4}$`)
	uuidForm   = lazy(`^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)
	emailForm  = lazy(`^[\pL\pN._%+-]+@[\pL\pN-]+(?:\.[\pL\pN-]+)+$`)
	decimals   = lazy(`^[+-]?[0-9]+\.[0-9]+$`)
	digitsForm = lazy(`^[+-]?[0-9]+$`)
	phoneForm  = lazy(`^\+?\d[\d ()-]{4,18}\d$`)
	hexForm    = lazy(`^(?:[0-9a-f]{8,}|[0-9A-F]{8,})$`)
)

// byForm gives the stand-in of a value that shows by its form what it is, so that
// the same value under another key has the same one.
func (s *standins) byForm(text string) (string, bool) {
	switch {
	case digitsForm.MatchString(text), phoneForm.MatchString(text) && !dateForm.MatchString(text):
		return s.inDigits(plain, text), true
	case decimals.MatchString(text):
		return s.decimal(plain, text), true
	case macForm.MatchString(text), uuidForm.MatchString(text):
		return s.separated(plain, text), true
	case hexForm.MatchString(text) && formOf(strings.ToLower(text)).letter:
		return s.hex(plain, text), true
	case emailForm.MatchString(text):
		return s.email(text), true
	case strings.Contains(text, ".") && hostText.FindString(text) == text:
		return s.hostPort(text), true
	}
	if strings.ContainsAny(text, ".:") {
		if a, err := netip.ParseAddr(text); err == nil {
			return s.ip(a).String(), true
		}
		if a, err := netip.ParseAddrPort(text); err == nil {
			return netip.AddrPortFrom(s.ip(a.Addr()), a.Port()).String(), true
		}
	}
	return "", false
}

// hostPort maps "name" or "name:port".
func (s *standins) hostPort(text string) string {
	if a, err := netip.ParseAddr(text); err == nil {
		return s.ip(a).String()
	}
	i := strings.LastIndexByte(text, ':')
	if i > 0 && allDigits(text[i+1:]) {
		return s.host(text[:i]) + text[i:]
	}
	return s.host(text)
}

func allDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// hosts replaces the addresses in "microts 10.0.0.5:7000"; the kind of server
// before them stays.
func (r *rewriter) hosts(s string) []edit {
	var out []edit
	alone := !strings.ContainsAny(strings.TrimSpace(s), " ")
	for _, w := range fields(s) {
		text := s[w.from:w.to]
		if !alone && w.from == 0 && wordLike.MatchString(text) && !strings.Contains(text, ".") {
			continue
		}
		out = append(out, moved(r.address(text), w.from)...)
	}
	return out
}

// address replaces a server's name, address or URL.
func (r *rewriter) address(s string) []edit {
	if strings.Contains(s, "://") {
		return r.url(s)
	}
	return r.whole(Host, s)
}

// piece is a part of a text.
type piece struct{ from, to int }

// fields are the words between spaces and commas.
func fields(s string) (out []piece) {
	from := -1
	for i := range len(s) + 1 {
		gap := i == len(s) || strings.IndexByte(" \t\n\r,", s[i]) >= 0
		switch {
		case gap && from >= 0:
			out = append(out, piece{from, i})
			from = -1
		case !gap && from < 0:
			from = i
		}
	}
	return out
}

// moved are edits of a part that begins at from.
func moved(edits []edit, from int) []edit {
	for i := range edits {
		edits[i].from += from
		edits[i].to += from
	}
	return edits
}
