package smartylog

import (
	"bytes"
	"strings"
	"unicode"
)

// maxEvent is the longest event name read, in bytes.
const maxEvent = 128

// eventNames gives event names without allocating for those seen before.
type eventNames struct {
	recent [64]string        // canonical names by a cheap hash
	seen   map[string]string // as written → canonical, undocumented names
}

// maxNames bounds how many undocumented names are remembered.
const maxNames = 4096

// read finds the event name of r's message.
func (e *eventNames) read(r *Record) {
	message := r.Raw[min(r.mark.message, len(r.Raw)):]
	name, end := eventAt(message)
	if name == nil {
		r.Event = ""
		r.Flags |= NoEvent
		r.pairsAt = r.mark.message
		return
	}
	r.Event = e.canonical(name)
	r.pairsAt = r.mark.message + end
}

// canonical is the name in upper case.
func (e *eventNames) canonical(name []byte) string {
	slot := &e.recent[(len(name)*7+int(name[0])+int(name[len(name)/2])*5+int(name[len(name)-1])*3)%len(e.recent)]
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
	if e.seen == nil {
		e.seen = make(map[string]string)
	}
	if len(e.seen) < maxNames {
		e.seen[string(name)] = upper
	}
	return upper
}

// eventAt reads the event name at the start of a message and says where its
// pairs begin; nil when the message is plain text.
func eventAt(message []byte) (name []byte, end int) {
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
	return eventPair(message)
}

// eventPair reads the form event='some_event' of logs before 2017-05-30.
func eventPair(message []byte) (name []byte, end int) {
	k, ok := keyAt(message, 0)
	if !ok || string(k.name.of(message)) != "event" {
		return nil, 0
	}
	rest := message[k.value:]
	if from, to := plainQuoted(rest); to > from {
		return rest[from:to], k.value + to + 1
	}
	v, n, err := ParseValue(rest)
	if text, isText := v.(string); err == nil && isText && isEventName(text) {
		return []byte(text), k.value + n
	}
	n = 0
	for n < len(rest) && n < maxEvent && isNameByte(rest[n]) {
		n++
	}
	if n == 0 || !endsLine(rest, n) && rest[n] != ' ' {
		return nil, 0
	}
	return rest[:n], k.value + n
}

// plainQuoted is where the text of a quoted string without escapes is at the
// start of b, if it can name an event; the usual case, read without allocating.
func plainQuoted(b []byte) (from, to int) {
	if len(b) > 1 && b[0] == 'u' {
		from = 1
	}
	if from >= len(b) || b[from] != '\'' && b[from] != '"' {
		return 0, 0
	}
	quote := b[from]
	from++
	for to = from; to < len(b) && to-from <= maxEvent && (isNameByte(b[to]) || b[to] == '-' || b[to] == '.'); to++ {
	}
	if to >= len(b) || b[to] != quote {
		return 0, 0
	}
	return from, to
}

// isEventName tells whether the string of event= is a name, not a text.
func isEventName(s string) bool {
	return s != "" && len(s) <= maxEvent && strings.IndexFunc(s, unicode.IsControl) < 0
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
