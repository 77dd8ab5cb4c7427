package smartylog

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// Exception is what a traceback says: the right key to group errors by is Type
// and Frame, not the message.
type Exception struct {
	Type    string // "KeyError", "redis.exceptions.ResponseError"
	Message string // the rest of the exception's line
	Frame   string // "api.py:35 e1": the last frame of Smarty's own code, else the last frame
}

const (
	tracebackStart = "Traceback (most recent call last):"
	groupStart     = "  + Exception Group Traceback (most recent call last):"
	ownCode        = "/smarty/" // in the path of every file of Smarty
)

// isOwn tells whether a file is Smarty's: below its directory, but not in a library
// that was installed there.
func isOwn(path string) bool {
	_, within, ok := strings.Cut(path, ownCode)
	if !ok || strings.Contains(within, "-packages/") || strings.Contains(within, ".egg/") {
		return false
	}
	_, version, ok := strings.Cut(within, "/python") // venv/lib/python3.8/json/decoder.py
	return !ok || version == "" || !isDigit(version[0])
}

// bodyEnd is where the traceback after a message begins, or the record's end.
func bodyEnd(raw []byte, message int) int {
	i := bytes.IndexByte(raw[message:], '\n')
	if i < 0 || message+i+1 == len(raw) {
		return len(raw)
	}
	// Nearly always the message has one line, without any of both, and the traceback is next.
	if next := raw[message+i+1:]; bytes.HasPrefix(next, tracebackLine) && !bytes.Contains(raw[message:message+i], tracebackLine) {
		return message + i + 1
	}
	end := len(raw)
	for _, start := range [...][]byte{tracebackLine, groupLine} {
		if at := lineWith(raw[:end], message, start); at >= 0 {
			end = at
		}
	}
	return end
}

// The starts of tracebacks as bytes, made once.
var tracebackLine, groupLine = []byte(tracebackStart), []byte(groupStart)

// lineWith is where text is at the start of a line of b[from:], colours aside, or
// is the rest of one as the value of stacktrace=; -1 if it is nowhere.
func lineWith(b []byte, from int, text []byte) int {
	for line := from; line < len(b); {
		i := bytes.Index(b[line:], text)
		if i < 0 {
			return -1
		}
		hit := line + i
		start := line + bytes.LastIndexByte(b[line:hit], '\n') + 1
		if skipColour(b, start) == hit {
			return start
		}
		if endsLine(b, skipColour(b, hit+len(text))) && isStackValue(b[start:hit]) {
			return hit
		}
		line = endOfLine(b, hit) + 1
	}
	return -1
}

// isStackValue tells whether the value of stacktrace= begins where b ends.
func isStackValue(b []byte) bool {
	before, ok := bytes.CutSuffix(b, []byte(stackKey+"="))
	return ok && (len(before) == 0 || isGap(before[len(before)-1]))
}

// stackKey is the key under which some events have their traceback.
const stackKey = "stacktrace"

// Stacktrace is the traceback after the message, or the value of stacktrace=; ""
// if there is none.
func (r *Record) Stacktrace() string {
	if r.Flags&Orphan != 0 {
		if bytes.Contains(r.Raw, []byte(frameStart)) {
			return stackText(r.Raw)
		}
		return ""
	}
	if from, to := r.traceback(); from < to {
		return stackText(r.Raw[from:to])
	}
	return r.stackValue()
}

// stackText is a traceback without colours and with the same line ends everywhere.
func stackText(b []byte) string {
	return strings.TrimRight(strings.ReplaceAll(plainText(uncoloured(b)), "\r\n", "\n"), "\r\n")
}

// stackValue reads the value of stacktrace=. Of a long one the head and the tail
// are kept, because the exception comes last.
func (r *Record) stackValue() string {
	v, ok := r.Lookup(stackKey)
	text, _ := v.(string)
	if !ok || len(text) < MaxValue-utf8.UTFMax {
		return text
	}
	whole, _, err := ParseValue(r.pair(stackKey).value.of(r.Raw))
	long, isText := whole.(string)
	if err != nil || !isText || len(long) <= MaxValue {
		return text
	}
	return strings.ToValidUTF8(long[:MaxValue/2], "") + strings.ToValidUTF8(long[len(long)-MaxValue/2:], "")
}

const frameStart = `  File "`

// Exception reads type, message and frame from the traceback.
func (r *Record) Exception() (Exception, bool) {
	return readTraceback(r.Stacktrace())
}

// readTraceback reads the exception of a traceback: of a chain the one that was
// raised in the end, of an exception group the group. What follows an exception
// is its message's further lines, or foreign.
func readTraceback(text string) (x Exception, ok bool) {
	own, done := false, false
	for line := range strings.Lines(text) {
		line = ungroup(strings.TrimRight(line, "\r\n"))
		if isLink(line) {
			done = false
		}
		if done {
			continue
		}
		if frame, isOwn, isFrame := readFrame(line); isFrame {
			if isOwn || !own {
				x.Frame = frame
			}
			own = own || isOwn
			continue
		}
		if name, message := exceptionLine([]byte(line)); name != "" {
			x.Type, x.Message = name, message
			done = true
		}
	}
	return x, x.Type != "" || x.Frame != ""
}

// isLink tells whether a line joins the exceptions of a chain.
func isLink(line string) bool {
	return line == "The above exception was the direct cause of the following exception:" ||
		line == "During handling of the above exception, another exception occurred:"
}

// beginsTraceback tells whether a traceback is at the start of b.
func beginsTraceback(b []byte) bool {
	b = b[skipColour(b, 0):]
	return bytes.HasPrefix(b, tracebackLine) || bytes.HasPrefix(b, groupLine)
}

// tracebackLen is the length of the traceback at the start of b, through the line
// of its last exception; all of b if it has none.
func tracebackLen(b []byte) int {
	for at := 0; at < len(b); {
		line := b[at : at+lineEnd(b[at:], 1)]
		at += len(line)
		if name, _ := exceptionLine([]byte(ungroup(string(uncoloured(line))))); name == "" {
			continue
		}
		for isMember(b[at:]) {
			at += lineEnd(b[at:], 1)
		}
		rest := bytes.TrimLeft(b[at:], "\r\n")
		if link := rest[:lineEnd(rest, 1)]; !isLink(strings.TrimRight(string(link), "\r\n")) {
			return at
		}
		at = len(b) - len(rest)
	}
	return len(b)
}

// isMember tells whether a line of an exception group's members is at the start of b.
func isMember(b []byte) bool {
	rest := bytes.TrimLeft(b, " ")
	return bytes.HasPrefix(b, []byte("  +-")) || len(b)-len(rest) >= 4 && len(rest) > 0 && (rest[0] == '|' || rest[0] == '+')
}

// ungroup strips the margin that exception groups have. The lines of a group's
// members have a wider one and keep it, so that they read as neither.
func ungroup(line string) string {
	if rest, ok := strings.CutPrefix(line, "  | "); ok {
		return rest
	}
	return line
}

// readFrame reads `  File "/a/b.py", line 35, in e1` as "b.py:35 e1".
func readFrame(line string) (frame string, own, ok bool) {
	rest, ok := strings.CutPrefix(line, frameStart)
	if !ok {
		return "", false, false
	}
	path, rest, ok := strings.Cut(rest, `", line `)
	if !ok {
		return "", false, false
	}
	number, function, _ := strings.Cut(rest, ", in ")
	frame = path[strings.LastIndexByte(path, '/')+1:] + ":" + number
	if function != "" {
		frame += " " + function
	}
	return frame, isOwn(path), true
}

// exceptionLine reads "dotted.Name: message" or a bare "Name" that looks like an
// exception, at the start of a line.
func exceptionLine(line []byte) (name, message string) {
	line = bytes.TrimRight(line, "\r\n")
	n := 0
	for n < len(line) && n < maxEvent {
		switch {
		case isNameByte(line[n]) || line[n] == '.':
			n++
			continue
		case bytes.HasPrefix(line[n:], []byte("<locals>")):
			n += len("<locals>")
			continue
		}
		break
	}
	if n == 0 || isDigit(line[0]) || line[n-1] == '.' {
		return "", ""
	}
	if n == len(line) {
		return string(line), ""
	}
	if line[n] != ':' || n+1 < len(line) && line[n+1] != ' ' {
		return "", ""
	}
	return string(line[:n]), strings.TrimSpace(plainText(line[n+1:]))
}
