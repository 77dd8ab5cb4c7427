package smartylog

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxEvent is the longest event name read, in bytes.
const maxEvent = 128

// eventNames gives event names without allocating for those seen before.
type eventNames struct {
	recent []string          // canonical names by a cheap hash; nil: none was asked for, as where all calls are known
	seen   map[string]string // as written → canonical, undocumented names
}

// maxNames bounds how many undocumented names are remembered, recentNames how many of
// all are found soonest.
const (
	maxNames    = 4096
	recentNames = 64
)

// read finds the event name of r's message.
func (e *eventNames) read(r *Record) {
	message := r.Raw[min(r.mark.message, len(r.Raw)):]
	var end int
	if r.Event, end = e.at(message); r.Event == "" {
		r.Flags |= NoEvent
	}
	r.pairsAt = r.mark.message + end
}

// at is eventAt with the canonical name, "" if there is none. Names that are
// written with escapes are remembered as they are written.
func (e *eventNames) at(message []byte) (event string, end int) {
	if name, end := eventWord(message); name != nil {
		return e.canonical(name), end
	}
	written, end := escapedEvent(message)
	if known, ok := e.seen[string(written)]; ok && written != nil {
		if known == "" {
			end = 0
		}
		return known, end
	}
	name, end := eventPair(message)
	if name != nil {
		event = e.canonical(name)
	}
	if written != nil {
		e.keep(written, event)
	}
	return event, end
}

// keep remembers the canonical form of a name as written.
func (e *eventNames) keep(written []byte, event string) {
	if e.seen == nil {
		e.seen = make(map[string]string)
	}
	if len(e.seen) < maxNames {
		e.seen[string(written)] = event
	}
}

// canonical is the name in upper case.
func (e *eventNames) canonical(name []byte) string {
	if e.recent == nil {
		e.recent = make([]string, recentNames)
	}
	slot := &e.recent[(len(name)*7+int(name[0])+int(name[len(name)/2])*5+int(name[len(name)-1])*3)%recentNames]
	if *slot == string(name) {
		return *slot
	}
	upper := e.upper(name)
	*slot = upper
	return upper
}

func (e *eventNames) upper(name []byte) string {
	if known, ok := documented.names[string(name)]; ok {
		return known
	}
	if known, ok := e.seen[string(name)]; ok {
		return known
	}
	upper := strings.ToUpper(string(name))
	e.keep(name, upper)
	return upper
}

// eventAt reads the event name at the start of a message and says where its
// pairs begin; nil when the message is plain text.
func eventAt(message []byte) (name []byte, end int) {
	if name, end = eventWord(message); name != nil {
		return name, end
	}
	return eventPair(message)
}

// eventWord reads the form in which the name comes first.
func eventWord(message []byte) (name []byte, end int) {
	n := 0
	for n < len(message) && n < maxEvent && isNameByte(message[n]) {
		n++
	}
	if n > 0 && !isDigit(message[0]) {
		end = skipColour(message, n)
		if end < len(message) && message[end] == ':' {
			end++
		}
		end = skipColour(message, end)
		if endsLine(message, end) {
			return message[:n], end
		}
		if message[end] == ' ' || message[end] == ',' {
			if keyFollows(message[end:]) || documented.has(message[:n]) {
				return message[:n], end
			}
		}
	}
	return nil, 0
}

// eventPair reads the form event='some_event' of logs before 2017-05-30.
func eventPair(message []byte) (name []byte, end int) {
	rest := eventValue(message)
	if rest == nil {
		return nil, 0
	}
	at := len(message) - len(rest)
	if from, to, escaped := quotedEvent(rest); to > from {
		name, end = rest[from:to], at+to+1
		if escaped || !utf8.Valid(name) {
			v, n, _ := ParseValue(rest)
			text, _ := v.(string)
			name, end = []byte(text), at+n
		}
		if len(name) == 0 || len(name) > maxEvent || bytes.IndexFunc(name, unicode.IsControl) >= 0 {
			return nil, 0
		}
		return name, end
	}
	n := 0
	for n < len(rest) && n < maxEvent && isNameByte(rest[n]) {
		n++
	}
	if n == 0 || !endsLine(rest, n) && rest[n] != ' ' {
		return nil, 0
	}
	return rest[:n], at + n
}

// eventValue is what follows event= at the start of a message; nil if it begins
// otherwise.
func eventValue(message []byte) []byte {
	k, ok := keyAt(message, 0)
	if !ok || string(k.name.of(message)) != "event" {
		return nil
	}
	return message[k.value:]
}

// maxEscaped is the longest literal that can be an event's name, in bytes: each
// of two bytes takes six in "\u0441".
const maxEscaped = 3*maxEvent + 8

// quotedEvent is where the text of a literal is at the start of b, if it is short
// enough to be an event's name.
func quotedEvent(b []byte) (from, to int, escaped bool) {
	p := parser{b: b}
	from = p.literalPrefix()
	if quote := p.peek(from); quote == '\'' || quote == '"' {
		from++
		to, escaped = closingQuote(b[:min(len(b), maxEscaped)], from, quote)
	}
	return from, to, escaped
}

// escapedEvent is the value of event= as it is written, if that has escapes, and
// where it ends.
func escapedEvent(message []byte) (written []byte, end int) {
	rest := eventValue(message)
	_, to, escaped := quotedEvent(rest)
	if !escaped || to <= 0 {
		return nil, 0
	}
	return rest[:to+1], len(message) - len(rest) + to + 1
}

// readsAsEvent tells whether a message begins with an event name in upper case
// or lower_snake case, of more than one letter.
func readsAsEvent(message []byte) bool {
	name, _ := eventAt(message[:min(len(message), 2*maxEvent)])
	if len(name) < 2 {
		return false
	}
	return bytes.Equal(name, bytes.ToUpper(name)) || bytes.IndexByte(name, '_') > 0 && bytes.Equal(name, bytes.ToLower(name))
}

// keyFollows tells whether white space and then a key= come at the start of b.
func keyFollows(b []byte) bool {
	p := skipGap(b, 0)
	if endsLine(b, p) {
		return true
	}
	_, ok := keyAt(b, p)
	return ok
}

func endsLine(b []byte, p int) bool { return p >= len(b) || b[p] == '\n' || b[p] == '\r' }

func isNameByte(c byte) bool { return nameByte[c] }

// nameByte marks the bytes of identifiers.
var nameByte = func() (t [256]bool) {
	for c := range t {
		b := byte(c)
		t[c] = b-'a' < 26 || b-'A' < 26 || b-'0' < 10 || b == '_'
	}
	return t
}()
