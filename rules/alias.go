package rules

import (
	"strings"

	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser/lexer"
)

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
