package strictyaml

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Fault is one thing wrong in a file, with its place. Line and Col count from
// one, Col and Width in characters; Line 0 means the file as a whole.
type Fault struct {
	File    string
	Line    int
	Col     int
	Width   int
	Subject string // `rule "login-storm"`
	Path    string // "condition"
	Msg     string // what was understood to be wrong
	Hint    string // how to mend it
	Warning bool   // worth saying, but the file loads
	Code    string // of a warning: what kind it is, such as "ratio-without-minimum"
	More    int    // of the last one: how many more there are that are not shown
	source  string // the line itself
}

// Source is the line that the fault is in, "" for the file as a whole.
func (f Fault) Source() string { return f.source }

// In is the fault with the line that it is in, for what was read from no file.
func (f Fault) In(line string) Fault {
	f.source = line
	return f
}

// Position is "file:line:col", or the file alone.
func (f Fault) Position() string {
	if f.Line == 0 {
		return f.File
	}
	return fmt.Sprintf("%s:%d:%d", f.File, f.Line, f.Col)
}

// Error is the first line alone: place, subject, path, message.
func (f Fault) Error() string {
	if f.More > 0 {
		return f.Msg
	}
	var b strings.Builder
	b.WriteString(f.Position())
	b.WriteString(": ")
	if f.Warning {
		b.WriteString("warning: ")
	}
	for _, part := range []string{f.Subject, f.Path} {
		if part != "" {
			b.WriteString(part + ": ")
		}
	}
	b.WriteString(f.Msg)
	return b.String()
}

// Text is the whole message: place and message, the source line, a caret under
// the place, and the hint.
func (f Fault) Text() string { return f.TextWithin(0) }

// TextWithin is Text for a terminal of so many columns: the source line is cut so
// that the caret stands under its place, and a hint that does not fit behind the
// caret has a line of its own. 0 is no terminal.
func (f Fault) TextWithin(columns int) string {
	var b strings.Builder
	b.WriteString(f.Error())
	if f.Line == 0 {
		if f.Hint != "" {
			b.WriteString("\n  hint: " + f.Hint)
		}
		return b.String() + "\n"
	}
	most := maxLine
	if columns > 0 {
		most = min(most, max(leastLine, columns-len("12345 | ")))
	}
	line, col := clip(f.source, f.Col, most)
	fmt.Fprintf(&b, "\n%5d | %s\n", f.Line, line)
	below := pad(line, col-1) + carets(line, col, f.Width)
	b.WriteString("      | " + below)
	switch {
	case f.Hint == "":
	case columns > 0 && utf8.RuneCountInString("      | "+below+"  "+f.Hint) > columns:
		b.WriteString("\n        " + f.Hint)
	default:
		b.WriteString("  " + f.Hint)
	}
	b.WriteByte('\n')
	return b.String()
}

// maxLine is the longest source line shown, in characters; more is cut on both
// sides of the place.
const maxLine = 120

// leastLine is shown also in the narrowest terminal.
const leastLine = 40

// clip makes a long line short around col and cleans it of control characters.
func clip(line string, col, most int) (string, int) {
	if len(line) > 8*maxLine { // only what is around the place need be looked at
		from, col2 := around(line, col)
		line, col = from, col2
	}
	rs := []rune(line)
	for i, r := range rs {
		if hidden(r) {
			rs[i] = utf8.RuneError
		}
	}
	if len(rs) <= most {
		return string(rs), col
	}
	from := max(0, min(col-most/2, len(rs)-most))
	return string(rs[from:min(len(rs), from+most)]), col - from
}

// around is the part of a very long line that can be shown.
func around(line string, col int) (part string, at int) {
	from, to, n := 0, len(line), 0
	for i := range line {
		switch n++; {
		case n <= col-maxLine:
			from = i
		case n > col+maxLine:
			to = i
		}
		if to < len(line) {
			break
		}
	}
	return line[from:to], col - max(0, col-maxLine-1)
}

// pad is white space as wide on a terminal as the first n characters of line;
// tabs stay tabs.
func pad(line string, n int) string {
	var b strings.Builder
	for _, r := range line {
		if n <= 0 {
			break
		}
		n--
		if r == '\t' {
			b.WriteByte('\t')
		} else {
			b.WriteString("  "[:cells(r)])
		}
	}
	return b.String() + strings.Repeat(" ", max(0, n))
}

// carets mark width characters of the line from a column on, as wide as they are
// shown.
func carets(line string, col, width int) string {
	n := 0
	for _, r := range line {
		switch col--; {
		case col > 0:
		case width > 0:
			width--
			n += cells(r)
		}
	}
	return strings.Repeat("^", max(1, n))
}

// Faults collects what is wrong over any number of files.
type Faults struct {
	list     []Fault
	errors   int
	warnings int
}

// MaxFaults is how many errors are kept, and how many warnings; of more only the
// number is told.
const MaxFaults = 1000

// Add records one fault.
func (fs *Faults) Add(f Fault) {
	n := &fs.errors
	if f.Warning {
		n = &fs.warnings
	}
	*n += max(1, f.More)
	if *n <= MaxFaults && f.More == 0 {
		fs.list = append(fs.list, f)
	}
}

// Full reports whether there are so many errors that no more are kept: a hint that
// is dear to find is not worth it then.
func (fs *Faults) Full() bool { return fs.errors >= MaxFaults }

// enough is how many errors are counted before it is time to stop reading.
const enough = 20 * MaxFaults

// Enough reports whether there are so many errors that nobody wants their number:
// reading may end.
func (fs *Faults) Enough() bool { return fs.errors >= enough }

// rest stands for those that are not kept.
func rest(n int, what string, warning bool) []Fault {
	if n <= MaxFaults {
		return nil
	}
	more := fmt.Sprintf("and %d", n-MaxFaults)
	if n >= enough {
		more = fmt.Sprintf("and at least %d", n-MaxFaults)
	}
	return []Fault{{More: n - MaxFaults, Warning: warning, Msg: fmt.Sprintf("%s more %s, which are told when these are mended", more, what)}}
}

// Sorted returns all faults by file, line and column.
func (fs *Faults) Sorted() []Fault {
	out := slices.Concat(fs.list, rest(fs.errors, "errors", false), rest(fs.warnings, "warnings", true))
	slices.SortStableFunc(out, func(a, b Fault) int {
		return cmp.Or(min(a.More, 1)-min(b.More, 1), strings.Compare(a.File, b.File), a.Line-b.Line, a.Col-b.Col)
	})
	return out
}

// Warnings returns the faults that do not keep the files from loading.
func (fs *Faults) Warnings() []Fault {
	return slices.DeleteFunc(fs.Sorted(), func(f Fault) bool { return !f.Warning })
}

// Err is nil when nothing but warnings was found; otherwise an Errors with the
// errors alone.
func (fs *Faults) Err() error {
	errs := slices.DeleteFunc(fs.Sorted(), func(f Fault) bool { return f.Warning })
	if len(errs) == 0 {
		return nil
	}
	return Errors(errs)
}

// Errors is every error of the files read, in order of place.
type Errors []Fault

func (es Errors) Error() string {
	var b strings.Builder
	for _, f := range es {
		b.WriteString(f.Text())
	}
	return strings.TrimSuffix(b.String(), "\n")
}
