package strictyaml

import (
	"strings"
	"unicode"

	"go.yaml.in/yaml/v4"
)

// Comment is a comment with the lines that it is about: one behind something, the
// lines of that; one on lines of its own, what begins below it, with all that
// belongs to it; one above everything else, the whole file.
type Comment struct {
	Text      string // without the # and the white space around it
	Line, Col int    // of the #, from one, in characters
	From, To  int    // the lines it is about, both included
	Own       bool   // nothing stands before it in its line
	Head      bool   // it is about the whole file
	source    string
}

// Comments lists the comments of a file, in their order; none of a file that is
// no YAML. What only looks like one, within a text, is none.
func Comments(data []byte) []Comment {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil
	}
	l := &layout{lines: linesOf(strings.TrimPrefix(string(data), "\ufeff")), extent: map[int]int{}, block: map[int]bool{}, quoted: map[int][]span{}}
	l.measure(&doc)
	var out []Comment
	for i := range l.lines {
		if c, ok := l.commentIn(i + 1); ok {
			out = append(out, c)
		}
	}
	l.aim(out)
	return out
}

// Fault makes a warning about the comment. With alone the rest of its line is not
// shown.
func (c Comment) Fault(file, code, hint, msg string, alone bool) Fault {
	source, rs := c.source, []rune(c.source)
	if alone {
		source = strings.Repeat(" ", c.Col-1) + string(rs[c.Col-1:])
	}
	return Fault{File: file, Line: c.Line, Col: c.Col, Width: max(1, len(rs)-c.Col+1), Msg: msg, Hint: hint, Warning: code != "", Code: code, source: source}
}

// layout is where the values of a file lie.
type layout struct {
	lines  []string
	extent map[int]int    // line where something begins → last line of all of it
	block  map[int]bool   // lines within a text after | or >
	quoted map[int][]span // parts of lines within quotes
}

// span is a part of a line, in characters from zero, its end not included.
type span struct{ from, to int }

// linesOf splits a text as YAML does.
func linesOf(text string) []string {
	x := lineIndex{text: text}
	var out []string
	for at := 0; len(out) < x.len(); {
		n := x.length(at, false)
		out = append(out, text[at:at+n])
		at += x.length(at, true)
	}
	return out
}

func (l *layout) line(n int) string {
	if n < 1 || n > len(l.lines) {
		return ""
	}
	return l.lines[n-1]
}

func (l *layout) reach(from, to int) { l.extent[from] = max(l.extent[from], to) }

// measure notes where a value lies and returns its last line.
func (l *layout) measure(n *yaml.Node) int {
	end := n.Line
	switch n.Kind {
	case yaml.DocumentNode, yaml.SequenceNode:
		for _, item := range n.Content {
			last := l.measure(item)
			l.reach(item.Line, last)
			end = max(end, last)
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			last := max(l.measure(n.Content[i]), l.measure(n.Content[i+1]))
			l.reach(n.Content[i].Line, last)
			end = max(end, last)
		}
	case yaml.ScalarNode:
		end = l.scalar(n)
		l.reach(n.Line, end)
	}
	return end
}

func (l *layout) scalar(n *yaml.Node) int {
	switch {
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return l.blockText(n)
	case n.Style&yaml.SingleQuotedStyle != 0:
		return l.quotedText(n, '\'')
	case n.Style&yaml.DoubleQuotedStyle != 0:
		return l.quotedText(n, '"')
	}
	return n.Line
}

// blockText marks the lines of a text after | or >: all below it that are blank
// or as far indented as the first one, less what of that is its own.
func (l *layout) blockText(n *yaml.Node) int {
	first := n.Line + 1
	for first <= len(l.lines) && strings.TrimSpace(l.line(first)) == "" {
		first++
	}
	text := strings.TrimLeft(n.Value, "\n")
	if text == "" || first > len(l.lines) {
		return n.Line
	}
	indent := indentOf(l.line(first)) - indentOf(text)
	last := n.Line
	for at := n.Line + 1; at <= len(l.lines); at++ {
		line := l.line(at)
		if strings.TrimSpace(line) == "" {
			continue
		}
		if indentOf(line) < indent {
			break
		}
		last = at
	}
	for at := n.Line + 1; at <= last; at++ {
		l.block[at] = true
	}
	return last
}

func indentOf(s string) int { return len(s) - len(strings.TrimLeft(s, " ")) }

// quotedText marks a quoted text, from quote to quote.
func (l *layout) quotedText(n *yaml.Node, quote rune) int {
	inside := false
	for at, from := n.Line, max(0, n.Column-1); at <= len(l.lines); at, from = at+1, 0 {
		rs := []rune(l.line(at))
		start := from
		for i := from; i < len(rs); i++ {
			switch {
			case !inside:
				inside, start = rs[i] == quote, i
			case quote == '"' && rs[i] == '\\', rs[i] == quote && quote == '\'' && i+1 < len(rs) && rs[i+1] == quote:
				i++
			case rs[i] == quote:
				l.quoted[at] = append(l.quoted[at], span{start, i + 1})
				return at
			}
		}
		if inside {
			l.quoted[at] = append(l.quoted[at], span{start, len(rs)})
		}
	}
	return n.Line
}

// commentIn finds the comment of a line.
func (l *layout) commentIn(line int) (Comment, bool) {
	text := l.line(line)
	if l.block[line] || !strings.Contains(text, "#") {
		return Comment{}, false
	}
	rs := []rune(text)
	for i, r := range rs {
		if r != '#' || i > 0 && !unicode.IsSpace(rs[i-1]) || l.isQuoted(line, i) {
			continue
		}
		return Comment{Text: strings.TrimSpace(string(rs[i+1:])), Line: line, Col: i + 1, From: line, To: max(line, l.extent[line]),
			Own: strings.TrimSpace(string(rs[:i])) == "", source: text}, true
	}
	return Comment{}, false
}

func (l *layout) isQuoted(line, at int) bool {
	for _, s := range l.quoted[line] {
		if s.from <= at && at < s.to {
			return true
		}
	}
	return false
}

// aim finds what comments on lines of their own are about.
func (l *layout) aim(comments []Comment) {
	own := map[int]bool{}
	for i := range comments {
		own[comments[i].Line] = comments[i].Own
	}
	content := func(line int) bool {
		text := strings.TrimSpace(l.line(line))
		return text != "" && text != "---" && !strings.HasPrefix(text, "%") && !own[line]
	}
	first := 1
	for first <= len(l.lines) && !content(first) {
		first++
	}
	for i := range comments {
		c := &comments[i]
		if !c.Own {
			c.To = l.behind(c.Line)
			continue
		}
		if c.Head = c.Line < first; c.Head {
			c.From, c.To = 1, len(l.lines)
			continue
		}
		for c.From = c.Line; c.From <= len(l.lines) && !content(c.From); {
			c.From++
		}
		c.To = max(c.From, l.extent[c.From])
	}
}

// behind is the last line of the text that begins in a line, or of the line.
func (l *layout) behind(line int) int {
	last := line
	for l.block[last+1] && (last > line || strings.Contains(l.line(line), "|") || strings.Contains(l.line(line), ">")) {
		last++
	}
	return last
}
