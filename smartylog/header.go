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

// maxHeader bounds the length of one header in bytes. It is also how much of a
// block's end is looked at again when the next block has come.
const maxHeader = 512

// scan reads "LEVEL module:line function[pid.thread] " at b[p:]. levelOK tells
// that at least the level was there.
func (h *headerSpans) scan(b []byte, p int) (ok, levelOK bool) {
	if p, levelOK = h.scanLevel(b, skipColour(b, p)); !levelOK {
		return false, false
	}
	if p, ok = h.scanModule(b, p); !ok {
		return false, true
	}
	if p, ok = h.scanFunction(b, p); !ok {
		return false, true
	}
	return h.scanThread(b, p), true
}

// scanLevel reads a level of upper-case letters, or logging's "Level 15".
func (h *headerSpans) scanLevel(b []byte, p int) (int, bool) {
	start := p
	for p < len(b) && b[p]-'A' < 26 {
		p++
	}
	if p == start+1 && bytes.HasPrefix(b[start:], []byte("Level ")) {
		for p = start + 6; p < len(b) && isDigit(b[p]); p++ {
		}
	}
	h.level = span{start, p}
	end := skipColour(b, p)
	if p-start < 2 || end >= len(b) || b[end] != ' ' && b[end] != '\n' && b[end] != '\r' {
		return p, false
	}
	return end + 1, true
}

// scanModule reads "module:line "; the module may be "(unknown file)".
func (h *headerSpans) scanModule(b []byte, p int) (int, bool) {
	start, limit := p, min(len(b), p+maxHeader/2)
	colon := -1
	for ; p < limit; p++ {
		switch c := b[p]; {
		case c == ':':
			colon = p
		case c == ' ' && colon > start && p > colon+1:
			h.module, h.line = span{start, colon}, span{colon + 1, p}
			return p + 1, allDigits(b[colon+1 : p])
		case c == ' ' && b[start] != '(' || c < ' ':
			return p, false
		}
	}
	return p, false
}

// scanFunction reads "function[pid."; the function may be "<lambda>" or hold spaces.
func (h *headerSpans) scanFunction(b []byte, p int) (int, bool) {
	start, limit := p, min(len(b), p+maxHeader/2)
	for ; p < limit && b[p] >= ' '; p++ {
		if b[p] != '[' || p == start {
			continue
		}
		q := p + 1
		for q < limit && isDigit(b[q]) {
			q++
		}
		if q > p+1 && q < limit && b[q] == '.' {
			h.function, h.pid = span{start, p}, span{p + 1, q}
			return q + 1, true
		}
	}
	return p, false
}

// scanThread reads "thread] ". A name that itself holds "] " ends before the
// first text that reads as an event, else at the first "]".
func (h *headerSpans) scanThread(b []byte, p int) bool {
	start, first := p, -1
	for limit := min(len(b), p+maxHeader/4); p < limit && b[p] >= ' '; p++ {
		if b[p] != ']' || !endsHeader(b, p+1) {
			continue
		}
		if first < 0 {
			first = p
		}
		message := afterSpace(b, p+1)
		if beginsWord(b, message) && (p == first && bytes.IndexByte(b[start:p], '[') < 0 || readsAsEvent(b[message:])) {
			first = p
			break
		}
	}
	if first < 0 {
		return false
	}
	h.thread, h.message = span{start, first}, afterSpace(b, first+1)
	return true
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
	return p >= len(b) || b[p] == ' ' || b[p] == '\n' || b[p] == '\r'
}

func afterSpace(b []byte, p int) int {
	if p < len(b) && b[p] == ' ' {
		p++
	}
	return p
}

// skipColour passes over terminal colour sequences ("\x1b[31m").
func skipColour(b []byte, p int) int {
	for p+1 < len(b) && b[p] == 0x1b && b[p+1] == '[' {
		end := bytes.IndexByte(b[p:min(len(b), p+16)], 'm')
		if end < 0 {
			return p
		}
		p += end + 1
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
