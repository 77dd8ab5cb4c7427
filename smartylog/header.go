package smartylog

import (
	"bytes"
	"strconv"
)

// Header is the part of a record between its time and its message.
type Header struct {
	Level, Module, Function, Thread string
	Line, PID                       int
}

// span is a part of a record's bytes.
type span struct{ from, to int }

func (s span) of(b []byte) []byte { return b[s.from:s.to] }

// headerSpans says where the parts of a header are.
type headerSpans struct {
	level, module, line, function, pid, thread span
	message                                    int
}

// minHeader is the length of the shortest header in bytes: "Fri Mar 4 10:22:35
// 2017 E a:1 b[1.c]".
const minHeader = 36

// maxHeader bounds the length of one header in bytes. It is also how much of a
// block's end is looked at again when the next block has come.
const maxHeader = 768

// Bounds of a header's parts in bytes; with the time they stay below maxHeader.
const (
	maxLevel  = 32
	maxPart   = 256 // module and line, function and process
	maxThread = 128
	maxPad    = 8 // spaces before the level
)

// scan reads "LEVEL module:line function[pid.thread] " at b[p:]; formats may pad
// the parts with spaces. usual tells that at least a level in capitals was there.
func (h *headerSpans) scan(b []byte, p int) (ok, usual bool) {
	if p, ok = h.scanLevel(b, skipColour(b, skipPad(b, p, p+maxPad))); !ok {
		return false, false
	}
	usual = isUsualLevel(h.level.of(b))
	if p, ok = h.scanModule(b, p); !ok {
		return false, usual
	}
	if p, ok = h.scanFunction(b, p); !ok {
		return false, usual
	}
	return h.scanThread(b, p), usual
}

// scanned tells whether b begins with a level and what follows it.
func (h *headerSpans) scanned(b []byte) bool {
	ok, _ := h.scan(b, 0)
	return ok
}

// scanLevel reads a level: one word, usually in capitals, or logging's "Level 15".
func (h *headerSpans) scanLevel(b []byte, p int) (int, bool) {
	start := p
	for p < len(b) && (isNameByte(b[p]) || b[p] == '-') {
		p++
	}
	if p == start+len("Level") && bytes.HasPrefix(b[start:], []byte("Level ")) {
		for p++; p < len(b) && (isDigit(b[p]) || b[p] == '-'); p++ {
		}
	}
	h.level = span{start, p}
	end := skipColour(b, p)
	if p == start || p > start+maxLevel || isDigit(b[start]) || end >= len(b) || b[end] != ' ' && b[end] != '\n' && b[end] != '\r' {
		return p, false
	}
	return skipPad(b, end+1, start+maxLevel), true
}

// isUsualLevel tells whether a word after a time is surely a level: in capitals
// or "Level 15".
func isUsualLevel(b []byte) bool {
	for _, c := range b {
		if c-'A' >= 26 {
			return bytes.HasPrefix(b, []byte("Level "))
		}
	}
	return len(b) > 1
}

// scanModule reads "module:line "; the module may be "(unknown file)".
func (h *headerSpans) scanModule(b []byte, p int) (int, bool) {
	start, limit := p, min(len(b), p+maxPart)
	colon := -1
	for ; p < limit; p++ {
		switch c := b[p]; {
		case c == ':':
			colon = p
		case c == ' ' && colon > start && p > colon+1:
			h.module, h.line = span{start, colon}, span{colon + 1, p}
			return skipPad(b, p+1, limit), allDigits(b[colon+1 : p])
		case c == ' ' && b[start] != '(' || c < ' ':
			return p, false
		}
	}
	return p, false
}

// scanFunction reads "function[pid."; the function may be "<lambda>" or hold spaces.
func (h *headerSpans) scanFunction(b []byte, p int) (int, bool) {
	start, limit := p, min(len(b), p+maxPart)
	for ; p < limit && b[p] >= ' '; p++ {
		if b[p] != '[' || p == start {
			continue
		}
		q := p + 1 + processWidth(b[p+1:limit])
		if q > p+1 && q < limit && b[q] == '.' {
			h.function, h.pid = span{start, p}, span{p + 1, q}
			return q + 1, true
		}
	}
	return p, false
}

// scanThread reads "thread] ". A name that itself holds "] " ends where its own
// brackets are closed and a word follows, or before the first text that reads as
// an event, else at the first "]". After that "]" a colon ends the search: it
// belongs to a message, or to the time of the next record.
func (h *headerSpans) scanThread(b []byte, p int) bool {
	start, first, open, whole := p, -1, 0, false
	for limit := min(len(b), p+maxThread); p < limit && b[p] >= ' ' && (first < 0 || b[p] != ':'); p++ {
		if b[p] == '[' {
			open++
		}
		if b[p] != ']' {
			continue
		}
		if open--; !endsHeader(b, p+1) {
			continue
		}
		if first < 0 {
			first = p
		}
		message := skipColour(b, skipPad(b, p+1, start+maxThread))
		if open < 0 && !whole && beginsWord(b, message) || readsAsEvent(b[message:]) {
			first = p
			break
		}
		whole = whole || open < 0
	}
	if first < 0 {
		return false
	}
	h.thread, h.message = span{start, first}, skipColour(b, skipPad(b, first+1, start+maxThread))
	return true
}

// holdsTime tells whether a timestamp stands where function, process and thread
// should: then the header was cut off and another one follows it.
func (h *headerSpans) holdsTime(b []byte) bool {
	for p := h.line.to; p+6 < h.message; p++ {
		i := bytes.IndexByte(b[p:h.message-6], ':')
		if i < 0 {
			return false
		}
		p += i
		if b[p+3] != ':' {
			continue
		}
		var k clock
		if at := stampStart(b, p-2); at >= h.line.to {
			if _, ok := k.scan(b[at:]); ok {
				return true
			}
		}
	}
	return false
}

// beginsWord tells whether a whole word, or nothing, is at b[p:].
func beginsWord(b []byte, p int) bool {
	n := p
	for n < len(b) && isNameByte(b[n]) {
		n++
	}
	return n >= len(b) || b[n] == ' ' || b[n] == '\n' || b[n] == '\r' || n > p && (b[n] == ':' || b[n] == '=')
}

func endsHeader(b []byte, p int) bool {
	return p >= len(b) || b[p] == ' ' || b[p] == '\n' || b[p] == '\r' || b[p] == esc
}

// processWidth is the length of a process's number at the start of b, or of the
// "None" that is printed when logging.logProcesses is off.
func processWidth(b []byte) int {
	n := 0
	for n < len(b) && isDigit(b[n]) {
		n++
	}
	if n == 0 && bytes.HasPrefix(b, []byte("None")) {
		return len("None")
	}
	return n
}

// skipPad passes over a space, and over more of them before b[limit].
func skipPad(b []byte, p, limit int) int {
	for i := p; p < len(b) && b[p] == ' ' && (p == i || p < limit); {
		p++
	}
	return p
}

func allDigits(b []byte) bool {
	for _, c := range b {
		if !isDigit(c) {
			return false
		}
	}
	return len(b) > 0
}

// header makes the parts readable.
func (h *headerSpans) header(b []byte) Header {
	line, _ := strconv.Atoi(string(h.line.of(b)))
	pid, _ := strconv.Atoi(string(h.pid.of(b)))
	return Header{
		Level:    levelName(h.level.of(b)),
		Module:   plainText(h.module.of(b)),
		Line:     line,
		Function: plainText(h.function.of(b)),
		PID:      pid,
		Thread:   plainText(h.thread.of(b)),
	}
}

// levelName spares the usual names their copy.
func levelName(b []byte) string {
	for _, name := range [...]string{"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"} {
		if string(b) == name {
			return name
		}
	}
	return plainText(b)
}
