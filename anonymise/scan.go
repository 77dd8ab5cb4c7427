package anonymise

import (
	"strings"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// scanner takes apart a text that holds keys with values in whatever notation:
// Python, JSON, XML, URLs, forms, requests, sentences.
type scanner struct {
	r      *rewriter
	s      string
	b      []byte  // the same
	strict bool    // not sentences but data: words nobody knows go
	level  level   // of what lies between keys and values
	stack  []Class // of what the open brackets hold
	p      int
	done   int // s before it is dealt with
	key    string
	keyed  bool   // a key waits for its value
	tag    string // the element of XML whose text may come
	edits  []edit
}

// scan finds what to replace in a text with keys; what has none is of class c.
func (r *rewriter) scan(s string, strict bool, c Class) []edit {
	sc := scanner{r: r, s: s, b: []byte(s), strict: strict, level: sentences, stack: []Class{c}}
	return sc.all()
}

func (sc *scanner) all() []edit {
	for sc.p < len(sc.s) {
		sc.step()
	}
	sc.between(len(sc.s))
	return sc.edits
}

// step reads what comes next.
func (sc *scanner) step() {
	c := sc.s[sc.p]
	switch {
	case sc.literal():
	case c == '<':
		sc.angle()
	case c == '/' && !sc.keyed && sc.beginsPath():
		end := sc.p + len(pathText.FindString(sc.s[sc.p:]))
		sc.take(sc.p, end, moved(sc.r.url(sc.s[sc.p:end]), sc.p))
	case c == '>' && sc.tag != "":
		sc.element()
	case isWordByte(c):
		sc.word()
	case strings.IndexByte("[({", c) >= 0:
		sc.stack = append(sc.stack, sc.class())
		sc.keyed = false
		sc.p++
	case strings.IndexByte("])}", c) >= 0:
		if len(sc.stack) > 1 {
			sc.stack = sc.stack[:len(sc.stack)-1]
		}
		sc.keyed = false
		sc.p++
	case sc.keyed && strings.IndexByte(" \t=:", c) < 0 && strings.IndexByte(",;&|\n\r", c) < 0:
		sc.bare()
	default:
		if strings.IndexByte(",;&|\n\r", c) >= 0 {
			sc.keyed = false
		}
		sc.p++
	}
}

// pathText is a path in a text, with its arguments.
var pathText = lazy(`^/(?:[^\s"'<>()\[\]{}|,;]|\[\w*\])+`)

// beginsPath tells whether a path begins here: not one within a URL or a version.
func (sc *scanner) beginsPath() bool {
	return (sc.p == 0 || strings.IndexByte(" \t\n:=(", sc.s[sc.p-1]) >= 0) && sc.p+1 < len(sc.s) && isWordByte(sc.s[sc.p+1])
}

// class is that of the value that comes next, as its key or its bracket says.
func (sc *scanner) class() Class {
	c := sc.stack[len(sc.stack)-1]
	switch {
	case c == Secret:
		return Secret
	case sc.keyed:
		return sc.classOf(sc.key)
	case c == Nested:
		return Unknown
	}
	return c
}

// classOf is the class of a key.
func (sc *scanner) classOf(name string) Class {
	c, _ := sc.r.classify(sc.r.event, "."+strings.ReplaceAll(name, ".", "_"))
	return c
}

// take ends a value at to, with the edits it needs; what lies before it since
// the last one is searched by form.
func (sc *scanner) take(from, to int, edits []edit) {
	sc.between(from)
	sc.edits = append(sc.edits, edits...)
	sc.p, sc.done = to, to
	sc.keyed = false
}

// between searches what lies between the last value and to.
func (sc *scanner) between(to int) {
	sc.edits = append(sc.edits, sc.r.patterns(sc.s, sc.done, to, sc.level)...)
	sc.done = to
}

// literal reads a text in quotes: a key, or a value.
func (sc *scanner) literal() bool {
	from := sc.p
	q := from
	for q < len(sc.s) && q < from+2 && strings.IndexByte("uUbBrR", sc.s[q]) >= 0 {
		q++
	}
	escaped := q+1 < len(sc.s) && sc.s[q] == '\\' && (sc.s[q+1] == '\'' || sc.s[q+1] == '"')
	if q >= len(sc.s) || !escaped && sc.s[q] != '\'' && sc.s[q] != '"' || from > 0 && isWordByte(sc.s[from-1]) {
		return false
	}
	lit, n, ok := sc.readLiteral(from, q, escaped)
	if !ok {
		return false
	}
	if sc.isKey(from + n) {
		sc.key, sc.keyed = lit.Text, true
		edits := within(sc.r.dictKey(lit.Text), &lit, from)
		sc.take(from, from+n, edits)
		sc.keyed = true
		return true
	}
	class := sc.class()
	if sc.bareQuote() && sc.quotesCode(from, from+n, lit.Text) {
		sc.take(from, from+n, nil)
		return true
	}
	sc.take(from, from+n, within(sc.quoted(class, lit.Text), &lit, from))
	return true
}

// quoted finds what to replace in a text in quotes.
func (sc *scanner) quoted(class Class, text string) []edit {
	if class == Unknown && (strings.HasPrefix(text, "/") && !sc.keyed && len(sc.stack) == 1 || strings.Contains(text, "://")) {
		return sc.r.url(text)
	}
	if sc.bareQuote() {
		return sc.r.quotation(text)
	}
	return sc.r.value(class, sc.key, text)
}

// bareQuote tells whether a text in quotes is a part of a sentence, and nothing
// says what it is.
func (sc *scanner) bareQuote() bool {
	return !sc.keyed && !sc.strict && sc.class() == Unknown
}

// readLiteral reads the literal at from whose quote, or the backslash before it,
// is at q. In sentences an apostrophe without another is none.
func (sc *scanner) readLiteral(from, q int, escaped bool) (l smartylog.Literal, n int, ok bool) {
	if escaped {
		end := strings.Index(sc.s[q+2:], sc.s[q:q+2])
		if end < 0 {
			return l, 0, false
		}
		body := sc.s[q+2 : q+2+end]
		l = smartylog.PlainLiteral([]byte(body))
		l.Shift(q + 2 - from)
		return l, q + 4 + end - from, true
	}
	l, n, ok = smartylog.ReadLiteral(sc.b[from:])
	closed := ok && n > 1 && sc.s[from+n-1] == sc.s[q] && from+n-1 > q
	return l, n, ok && (closed || sc.keyed || sc.strict)
}

// isKey tells whether "=" or ":" follows at p.
func (sc *scanner) isKey(p int) bool {
	for p < len(sc.s) && sc.s[p] == ' ' {
		p++
	}
	return p < len(sc.s) && (sc.s[p] == ':' || sc.s[p] == '=') && !sc.keyed
}

// word reads a name: a key if "=" or ":" follows.
func (sc *scanner) word() {
	from := sc.p
	for sc.p < len(sc.s) && (isWordByte(sc.s[sc.p]) || strings.IndexByte(".-", sc.s[sc.p]) >= 0) {
		sc.p++
	}
	text := sc.s[from:sc.p]
	if strings.HasPrefix(sc.s[sc.p:], "://") && !sc.keyed {
		sc.location(from)
		return
	}
	if sc.keyed {
		sc.p = from
		sc.bare()
		return
	}
	if keyLike.MatchString(text) && sc.keyAfter(text) {
		sc.key, sc.keyed = text, true
		return
	}
	if sc.strict && !sc.isStructure(from, text) {
		sc.take(from, sc.p, moved(sc.r.value(sc.class(), sc.key, text), from))
	}
}

// keyAfter tells whether a word is a key, and passes over what makes it one. A
// colon in a sentence makes a key only of names that are known as such.
func (sc *scanner) keyAfter(name string) bool {
	p := sc.p
	for p < len(sc.s) && sc.s[p] == ' ' {
		p++
	}
	if p+1 >= len(sc.s) || sc.s[p] != '=' && sc.s[p] != ':' || sc.s[p+1] == '=' {
		return false
	}
	class := sc.classOf(name)
	spaced := p > sc.p || sc.s[p] == ':'
	value := p + 1
	for value < len(sc.s) && sc.s[value] == ' ' {
		value++
	}
	counted := class == Keep && value < len(sc.s) && isDigit(sc.s[value])
	if spaced && !sc.strict && !class.personal() && class != Nested && class != URL && !counted {
		return false
	}
	sc.p = value
	return true
}

// location reads a URL that begins at from.
func (sc *scanner) location(from int) {
	end := from + len(urlText.FindString(sc.s[from:]))
	if end == from {
		return
	}
	sc.take(from, end, moved(sc.r.url(sc.s[from:end]), from))
}

// bare reads a value without quotes.
func (sc *scanner) bare() {
	from := sc.p
	end := from
	for end < len(sc.s) && strings.IndexByte(" \t\n\r,;&|)]}>\"'<", sc.s[end]) < 0 {
		end++
	}
	class := sc.class()
	if class == Secret { // "Authorization: Basic …" has two words
		end = max(end, sc.secretEnd(from))
	}
	if end == from {
		sc.p++
		return
	}
	if class == Person { // "Петров Иван" has two words
		end += len(namesFollow.FindString(sc.s[end:]))
	}
	text := sc.s[from:end]
	var edits []edit
	if shape := leadingDigits(text); class != Secret && (shape.to == len(text) || shape.to > 0 && text[shape.to:] == "L") {
		edits = sc.r.number(class, sc.key, text)
	} else {
		edits = sc.r.value(class, sc.key, text)
	}
	if len(edits) == 0 && groupsFollow.MatchString(sc.s[from:min(len(sc.s), end+2)]) {
		sc.p, sc.keyed = end, false // a card or a telephone in groups is more than this
		return
	}
	sc.take(from, end, moved(edits, from))
}

// namesFollow are further Russian names and initials.
var namesFollow = lazy(`^(?:[ \t]+[А-ЯЁІЇЄҐ](?:[\p{Ll}-]+|[А-ЯЁІЇЄҐ-]+|\.(?:\s?[А-ЯЁІЇЄҐ]\.)?))+`)

// groupsFollow are digits with more digits after a space.
var groupsFollow = lazy(`^[+0-9()-]+ [0-9(]$`)

// secretEnd is where the redactor sees the end of a secret that begins at from.
func (sc *scanner) secretEnd(from int) int {
	start := max(0, from-keyLength)
	line := sc.s[start:endInLine(sc.s, from, min(len(sc.s), from+secretLength))]
	for _, f := range sc.r.a.redactor.Find(line) {
		if f.From+start == from {
			return f.To + start
		}
	}
	return from
}

// keyLength is how much before a secret is looked at for its key, and
// secretLength how much of it when it has several words.
const (
	keyLength    = 40
	secretLength = 1000
)
