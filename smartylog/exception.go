package smartylog

import (
	"bytes"
	"strings"
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

// bodyEnd is where the traceback after a message begins, or the record's end.
func bodyEnd(raw []byte, message int) int {
	i := bytes.IndexByte(raw[message:], '\n')
	if i < 0 || message+i+1 == len(raw) {
		return len(raw)
	}
	end := len(raw)
	for _, start := range [...]string{"\n" + tracebackStart, "\n" + groupStart} {
		if at := bytes.Index(raw[message+i:end], []byte(start)); at >= 0 {
			end = message + i + at + 1
		}
	}
	return end
}

// Stacktrace is the traceback after the message, or the value of stacktrace=; ""
// if there is none.
func (r *Record) Stacktrace() string {
	if r.Flags&Orphan != 0 {
		if bytes.Contains(r.Raw, []byte(frameStart)) {
			return strings.TrimRight(plainText(r.Raw), "\r\n")
		}
		return ""
	}
	end := bodyEnd(r.Raw, min(r.mark.message, len(r.Raw)))
	if end < len(r.Raw) {
		return strings.TrimRight(plainText(r.Raw[end:]), "\r\n")
	}
	if v, ok := r.Lookup("stacktrace"); ok {
		text, _ := v.(string)
		return text
	}
	return ""
}

const frameStart = `  File "`

// Exception reads type, message and frame from the traceback.
func (r *Record) Exception() (Exception, bool) {
	return readTraceback(r.Stacktrace())
}

// readTraceback reads the last exception of a traceback: of a chain the one that
// was raised in the end, of an exception group the group.
func readTraceback(text string) (x Exception, ok bool) {
	if text == "" {
		return x, false
	}
	group := strings.Contains(text, groupStart[2:])
	own := false
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if group {
			line = ungroup(line)
		}
		if frame, isOwn, isFrame := readFrame(line); isFrame {
			if isOwn || !own {
				x.Frame = frame
			}
			own = own || isOwn
			if !group || x.Type == "" {
				x.Type, x.Message = "", ""
			}
			continue
		}
		if x.Type == "" && !strings.HasPrefix(line, "Traceback (") {
			if name, message := exceptionLine([]byte(line)); name != "" {
				x.Type, x.Message = name, message
			}
		}
	}
	return x, x.Type != "" || x.Frame != ""
}

// ungroup strips the margin that exception groups have.
func ungroup(line string) string {
	trimmed := strings.TrimLeft(line, " ")
	if rest, ok := strings.CutPrefix(trimmed, "| "); ok {
		return rest
	}
	if strings.HasPrefix(trimmed, "+") {
		return "  " + trimmed
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
	return frame, strings.Contains(path, ownCode), true
}

// exceptionLine reads "dotted.Name: message" or a bare "Name" that looks like an
// exception, at the start of a line.
func exceptionLine(line []byte) (name, message string) {
	line = bytes.TrimRight(line, "\r\n")
	n := 0
	for n < len(line) && n < maxEvent && (isNameByte(line[n]) || line[n] == '.') {
		n++
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
