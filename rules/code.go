package rules

import (
	"slices"
	"strings"

	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser/lexer"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// code is an expression as it is given to expr, and the value that it stands in,
// whose faults have their places in the text as it was written.
type code struct {
	strictyaml.Value
	source   string // as it was written
	text     string
	inserted []int // characters of text that were not written, ascending
}

func newCode(v strictyaml.Value, src string) code {
	c := code{Value: v, source: src}
	c.text, c.inserted = keepEscapes(src)
	c.text = aliasMatches(c.text)
	return c
}

// reporting is the same whose faults go elsewhere.
func (c *code) reporting(faults *strictyaml.Faults) code {
	out := *c
	out.Value = c.Reporting(faults)
	return out
}

// FaultAt is that of the value, for a place in text.
func (c code) FaultAt(offset, width int, hint, format string, args ...any) {
	offset, width = c.written(offset, width)
	c.Value.FaultAt(offset, width, hint, format, args...)
}

// written is a place in text as one in the text as it was written.
func (c code) written(offset, width int) (int, int) {
	before, _ := slices.BinarySearch(c.inserted, offset)
	inside, _ := slices.BinarySearch(c.inserted, offset+width)
	return offset - before, width - (inside - before)
}

// keepEscapes doubles each backslash in a quoted text that expr would refuse or,
// as in \b, take for a control character: patterns are written as they are,
// "^\w+\.ts\b".
func keepEscapes(src string) (text string, inserted []int) {
	if !strings.Contains(src, `\`) {
		return src, nil
	}
	var out []rune
	var quote rune
	rs := []rune(src)
	for i := 0; i < len(rs); i++ {
		r := rs[i]
		out = append(out, r)
		switch {
		case quote == 0 && (r == '"' || r == '\'' || r == '`'):
			quote = r
		case quote == 0:
		case r == quote:
			quote = 0
		case r == '\\' && quote != '`' && i+1 < len(rs):
			if next := rs[i+1]; next != quote && !strings.ContainsRune(`\afnrtv01234567xuU`, next) {
				inserted = append(inserted, len(out))
				out = append(out, '\\')
			}
			i++
			out = append(out, rs[i])
		}
	}
	return string(out), inserted
}

// matchesAlias is what matches(…) is parsed as: to expr the word is an operator
// only. It is as long as the word, so that places stay right.
const matchesAlias = "$matche"

// aliasMatches writes the alias where matches is called as a function: before a
// bracket, and not after something that it could be the operator of.
func aliasMatches(src string) string {
	if !strings.Contains(src, "matches") {
		return src
	}
	tokens, err := lexer.Lex(file.NewSource(src))
	if err != nil {
		return src // the parser will say why
	}
	text := []rune(src)
	for i, t := range tokens {
		if t.Is(lexer.Operator, "matches") && i+1 < len(tokens) && tokens[i+1].Is(lexer.Bracket, "(") && !afterOperand(tokens[:i]) {
			copy(text[t.From:t.To], []rune(matchesAlias))
		}
	}
	return string(text)
}

// afterOperand reports whether the tokens end in a value, or in a value and "not".
func afterOperand(tokens []lexer.Token) bool {
	n := len(tokens)
	if n > 0 && tokens[n-1].Is(lexer.Operator, "not") {
		n--
	}
	if n == 0 {
		return false
	}
	last := tokens[n-1]
	switch last.Kind {
	case lexer.Identifier, lexer.Number, lexer.String, lexer.Bytes:
		return true
	}
	return last.Is(lexer.Bracket, ")", "]", "}") || last.Is(lexer.Operator, "#")
}
