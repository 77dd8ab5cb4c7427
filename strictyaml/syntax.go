package strictyaml

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"
)

// syntaxFault turns the YAML library's error into a fault with a place, in words
// about what was written. It repeats no values: one may be a secret.
func (f *file) syntaxFault(err error) {
	fault := Fault{File: f.name, Width: 1, Col: 1, Msg: strings.TrimPrefix(err.Error(), "yaml: ")}
	var le *yaml.LoadError
	if errors.As(err, &le) {
		fault.Msg, fault.Line, fault.Col = le.Message, le.Mark.Line, max(1, le.Mark.Column)
		if strings.Contains(le.Message, "end of stream") && le.ContextMark.Line > 0 {
			fault.Line, fault.Col = le.ContextMark.Line, max(1, le.ContextMark.Column)
		}
	}
	fault.Line = min(fault.Line, f.lines.len())
	f.explain(&fault)
	fault.source = f.line(fault.Line)
	f.faults.Add(fault)
}

var (
	keyLine      = regexp.MustCompile(`^\s*(?:- +)*[\w.-]+: `)
	missingSpace = regexp.MustCompile(`^\s*(?:- +)*([\w.-]+):[^\s/]`)
	singleInside = regexp.MustCompile(`^\s*(?:- +)*[\w.-]+: +'[^']*'[^'\s,}\]]`)
	doubleInside = regexp.MustCompile(`^\s*(?:- +)*[\w.-]+: +"[^"]*"[^"\s,}\]]`)
	quotedStart  = regexp.MustCompile(`^\s*(?:- +)*[\w.-]+: +(?:"[^"]*"|'[^']*') +[^#\s,}\]]`)
	flowText     = regexp.MustCompile(`\{\s*[\w.-]+: +[^'"{]*\{\{`)
	inList       = regexp.MustCompile(`\{.*: +[^'"{,]*\bin \[`)
	badStart     = regexp.MustCompile(`(?:: +|- +|^)([%@` + "`" + `])`)
)

// explain says what is probably wrong with the line.
func (f *file) explain(fault *Fault) {
	line, msg := f.line(fault.Line), fault.Msg
	above := f.line(fault.Line - 1)
	switch {
	case strings.Contains(msg, "tab character"):
		fault.Hint = "indent with spaces: YAML allows no tabs there"
	case strings.Contains(msg, "could not find expected ':'") && missingSpace.MatchString(above):
		fault.Line--
		at := missingSpace.FindStringSubmatchIndex(above)
		fault.Col = len([]rune(above[:at[3]])) + 1
		fault.Msg, fault.Hint = "a space is missing after the colon", "write "+above[at[2]:at[3]]+": …"
	case singleInside.MatchString(line):
		fault.Msg, fault.Hint = "the text in ' ' ends before this", `inside '…' write texts in double quotes: 'reason == "x"'`
	case doubleInside.MatchString(line):
		fault.Msg, fault.Hint = `the text in " " ends before this`, `write the whole in single quotes: 'reason == "x"'`
	case strings.Contains(msg, "unknown escape"):
		fault.Msg, fault.Hint = `YAML knows no such escape in " "`, "write the whole in single quotes: there a backslash is itself"
	case strings.Contains(line, ": {{"), strings.Contains(line, "- {{"):
		fault.Msg, fault.Hint = "a text that begins with {{ must be quoted", "quote the whole text: '{{…}} …'"
		fault.Col = len([]rune(line[:strings.Index(line, "{{")])) + 1
	case strings.Contains(msg, "cannot start any token") && badStart.MatchString(line):
		c := badStart.FindStringSubmatch(line)[1]
		fault.Msg, fault.Hint = "a text cannot begin with "+c, "quote the whole text: '"+c+"…'"
	case strings.Contains(msg, "mapping values are not allowed"):
		fault.Msg, fault.Hint = `a second ": " stands in the line`, `quote a text that holds ": "`
		if indent(line) > indent(above) && keyLine.MatchString(above) {
			fault.Col, fault.Msg = indent(line)+1, "the line is indented further than the one above it"
			fault.Hint = "keys of one mapping stand in one column: indent it as the line above"
		}
	case strings.Contains(msg, "unknown anchor"):
		fault.Hint = "quote a text that begins with *: YAML takes it for a reference"
	case strings.Contains(msg, "end of stream"):
		fault.Msg, fault.Hint = "the text in quotes that begins here has no end", "a closing quote is missing"
	case strings.Contains(msg, "did not find expected") && quotedStart.MatchString(line):
		fault.Msg, fault.Hint = "a text that begins with a quote ends with it, and something follows", "put the whole text into quotes of the other kind, as in '\"x\" in tags'"
	case strings.Contains(msg, "did not find expected") && strings.Contains(line, "{{") && flowText.MatchString(line):
		fault.Msg, fault.Hint = "{{ opens a mapping here", "inside { } and [ ] quote a text that holds {{: {summary: '… {{.Count}} …'}"
	case strings.Contains(msg, "did not find expected") && inList.MatchString(line):
		fault.Msg, fault.Hint = "the [ ends the text before it, inside { }", `quote the whole expression: 'event in ["A", "B"]'`
	case strings.Contains(msg, "did not find expected"):
		fault.Hint = "a bracket, brace or quote is left open, or the indentation is off; quote expressions inside { } and [ ]"
	case strings.Contains(msg, "max depth"):
		fault.Hint = "brackets, braces or lists stand in each other without end"
	default:
		if _, words := Lookalike(line); words != "" {
			fault.Hint = words
		}
	}
}

// indent is where the text of a line begins, behind the dashes of lists.
func indent(line string) int { return len(line) - len(strings.TrimLeft(line, " -")) }

// decode reads the file's one document. A second one, which nobody would read, is
// a fault.
func (f *file) decode(data []byte) (doc yaml.Node, ok bool) {
	d := yaml.NewDecoder(bytes.NewReader(data))
	if err := d.Decode(&doc); err != nil && !errors.Is(err, io.EOF) {
		f.syntaxFault(err)
		return doc, false
	}
	var second yaml.Node
	switch err := d.Decode(&second); {
	case errors.Is(err, io.EOF):
		return doc, true
	case err != nil:
		f.syntaxFault(err)
		return doc, false
	}
	fault := Fault{File: f.name, Line: max(second.Line, 1), Col: max(second.Column, 1), Width: 3,
		Msg: "a second document begins here, and a file holds one", Hint: "remove the line ---, or put what follows into another file"}
	fault.source = f.line(fault.Line)
	f.faults.Add(fault)
	return doc, false
}
