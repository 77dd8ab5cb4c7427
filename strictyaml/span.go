package strictyaml

import (
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// Span is where the value is written, in bytes of the file: from its first to after
// its last. A byte order mark at the beginning of the file does not count. ok is
// false for what is written elsewhere (an alias) or in a way that is not followed,
// such as a block of text.
func (v Value) Span() (from, to int, ok bool) {
	if v.n == nil || v.n.Kind == yaml.AliasNode {
		return 0, 0, false
	}
	from = v.f.lines.offset(v.n.Line, v.n.Column)
	switch {
	case v.n.Kind == yaml.ScalarNode:
		to, ok = v.scalarEnd(from)
	case v.n.Style&yaml.FlowStyle != 0:
		to, ok = flowEnd(v.f.lines.text, v.afterProperties(from))
	case len(v.n.Content) == 0:
		return 0, 0, false
	default:
		_, to, ok = Value{f: v.f, n: v.n.Content[len(v.n.Content)-1]}.Span()
	}
	return from, to, ok
}

// scalarEnd is where a plain or quoted text ends.
func (v Value) scalarEnd(from int) (int, bool) {
	if v.n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		return 0, false
	}
	if v.n.Value == "" && v.n.Style == 0 {
		return from, true
	}
	to, ok := v.source(utf8.RuneCountInString(v.n.Value))
	if ok && v.n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0 {
		to++
	}
	return to, ok && to <= len(v.f.lines.text)
}

// flowEnd is after the bracket that closes the one at from.
func flowEnd(text string, from int) (int, bool) {
	depth := 0
	for at := from; at < len(text); at++ {
		switch c := text[at]; c {
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return at + 1, true
			}
		case '"', '\'':
			if !strings.ContainsRune(" \t\n\r,:[{", rune(text[at-1])) {
				continue // within a plain text
			}
			end, ok := quoteEnd(text, at+1, c)
			if !ok {
				return 0, false
			}
			at = end
		case '#':
			if at == 0 || strings.ContainsRune(" \t\n\r", rune(text[at-1])) {
				rest := strings.IndexAny(text[at:], "\r\n")
				if rest < 0 {
					return 0, false
				}
				at += rest
			}
		}
	}
	return 0, false
}

// quoteEnd is where the quote stands that closes a text.
func quoteEnd(text string, at int, quote byte) (int, bool) {
	for ; at < len(text); at++ {
		switch {
		case quote == '"' && text[at] == '\\':
			at++
		case text[at] == quote && quote == '\'' && strings.HasPrefix(text[at+1:], "'"):
			at++
		case text[at] == quote:
			return at, true
		}
	}
	return 0, false
}
