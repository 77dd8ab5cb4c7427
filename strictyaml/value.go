package strictyaml

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// MaxFile is the largest file read, in bytes, and MaxNodes the most values it
// may hold, aliases counted each time they are used: a rule file of ten
// thousand rules stays far below both, an alias bomb does not.
const (
	MaxFile  = 16 << 20
	MaxNodes = 800_000
)

// file is what all values of one file share.
type file struct {
	name   string
	lines  *lineIndex
	faults *Faults
	nodes  int                 // left of MaxNodes
	cut    map[*yaml.Node]bool // texts that were told of as cut at a comma
}

// Value is one YAML value with its place. The zero Value is a value that is not
// there: it gives zero values and records no faults.
type Value struct {
	f       *file
	n       *yaml.Node
	subject string
	path    string
	field   *Field // of the key it belongs to; nil: nobody defined it
}

// Parse reads one file. ok is false when it is not YAML at all, which is a
// recorded fault like any other.
func Parse(name string, data []byte, faults *Faults) (root Value, ok bool) {
	f := &file{name: name, lines: &lineIndex{}, faults: faults, nodes: MaxNodes}
	if len(data) > MaxFile {
		faults.Add(Fault{File: name, Msg: fmt.Sprintf("is longer than %d MiB, and no more are read", MaxFile>>20), Hint: "split it into several files"})
		return Value{}, false
	}
	if manyNodes(data) {
		faults.Add(Fault{File: name, Msg: fmt.Sprintf("holds more than %d lines and values", MaxNodes), Hint: "split it into several files"})
		return Value{}, false
	}
	if !utf8.Valid(data) {
		faults.Add(Fault{File: name, Msg: "is not UTF-8 text"})
		return Value{}, false
	}
	f.lines.text = strings.TrimPrefix(string(data), "\ufeff")
	doc, ok := f.decode(data)
	if !ok {
		return Value{}, false
	}
	if len(doc.Content) == 0 {
		faults.Add(Fault{File: name, Msg: "is empty"})
		return Value{}, false
	}
	return Value{f: f, n: doc.Content[0]}, true
}

// Line makes a value of one line of text that stands in no file, such as an
// argument of a command; name is what its faults say instead of a file's.
func Line(name, text string, faults *Faults) Value {
	f := &file{name: name, lines: &lineIndex{text: text}, faults: faults, nodes: MaxNodes}
	return Value{f: f, n: &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text, Line: 1, Column: 1}}
}

func (f *file) line(n int) string { return f.lines.line(n) }

// IsAlias reports whether the value is written as *name, for one that stands
// elsewhere.
func (v Value) IsAlias() bool { return v.n != nil && v.n.Kind == yaml.AliasNode }

// There reports whether the value was written.
func (v Value) There() bool { return v.n != nil }

// In returns the value with a subject that its faults name, such as
// `rule "edge_down"`; paths begin anew below it.
func (v Value) In(subject string) Value {
	v.subject, v.path = subject, ""
	return v
}

// Of returns the value with another subject, and the path it has.
func (v Value) Of(subject string) Value {
	v.subject = subject
	return v
}

// Reporting returns the value with another place to record its faults in: for
// what is found after the file's own faults were told.
func (v Value) Reporting(to *Faults) Value {
	if v.f != nil {
		f := *v.f
		f.faults = to
		v.f = &f
	}
	return v
}

// Line is where the value begins.
func (v Value) Line() int {
	if v.n == nil {
		return 0
	}
	return v.n.Line
}

// File is the name of the value's file.
func (v Value) File() string {
	if v.f == nil {
		return ""
	}
	return v.f.name
}

// Path is the value's key, with those above it.
func (v Value) Path() string { return v.path }

// Fault records that the value is wrong. The hint may be empty.
func (v Value) Fault(hint, format string, args ...any) {
	v.fault("", 0, 0, hint, fmt.Sprintf(format, args...))
}

// Warn records something worth saying about the value. The code names what kind
// of thing it is: by it people find its page, and say that it is meant so.
func (v Value) Warn(code, hint, format string, args ...any) {
	v.fault(code, 0, 0, hint, fmt.Sprintf(format, args...))
}

// FaultAt records a fault at a part of the value's text: offset and width in
// characters of the decoded text. Its place is where they are written, also in
// escaped, folded and indented texts.
func (v Value) FaultAt(offset, width int, hint, format string, args ...any) {
	v.fault("", offset, width, hint, fmt.Sprintf(format, args...))
}

// WarnAt is FaultAt for a warning.
func (v Value) WarnAt(code string, offset, width int, hint, format string, args ...any) {
	v.fault(code, offset, width, hint, fmt.Sprintf(format, args...))
}

// fault records an error, or with a code a warning.
func (v Value) fault(code string, offset, width int, hint, msg string) {
	if v.n == nil {
		return
	}
	if v.f.faults.Full() && code == "" { // it is counted only
		v.f.faults.Add(Fault{File: v.f.name, Msg: msg})
		return
	}
	line, col := v.start()
	if width > 0 {
		line, col = v.place(offset)
	}
	if line > v.f.lines.len() { // YAML places what is not there after the last line
		line, col = v.f.lines.len(), 1
	}
	source := v.f.line(line)
	v.f.faults.Add(Fault{File: v.f.name, Line: line, Col: col, Width: v.underline(source, col, offset, width), Subject: v.subject, Path: v.path,
		Msg: msg, Hint: hint, Warning: code != "", Code: code, source: source})
}

// faulted reports whether one of the latest faults stands at the value's place.
func (v Value) faulted() bool {
	line, col := v.start()
	list := v.f.faults.list
	for i := len(list) - 1; i >= 0 && i >= len(list)-100; i-- {
		if f := list[i]; f.Line == line && f.Col == col && f.File == v.f.name {
			return true
		}
	}
	return false
}

// resolve follows an alias and spends one of the file's node budget.
func (v Value) resolve() *yaml.Node {
	n := v.n
	for n != nil && n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	v.f.nodes--
	return n
}
