package schema

import (
	"slices"
	"strings"

	"github.com/smarty-alert/smarty-alert/rules"
)

// What can be told of an expression without knowing its names: its tokens, and
// slips that are wrong whatever the names are. All is such that RE2 and JavaScript
// agree about it, and none of it refuses what the reader accepts.
const (
	space = "\\t\\n\\r\\f\\v\u0085\\p{Z}"

	// Characters outside of texts, without / and =; those that are no part of a name.
	plainChars = " -!#-&(-.0-<>-_a-~\\p{L}\\p{N}" + space
	breakChars = " !#%&(-,:;<>?@\\[-^{-~" + space + "-"

	texts    = "\"(?:[^\"\\\\]|\\\\[\\s\\S])*\"|'(?:[^'\\\\]|\\\\[\\s\\S])*'|`[^`]*`"
	comments = "//[^\\n]*(?:\\n|$)|/\\*[^*]*\\*+(?:[^/*][^*]*\\*+)*/"
	equals   = "[=!<>]="
	slash    = "/[ -!#-&()+-.0-<>-_a-~\\p{L}\\p{N}" + space + "]"

	// safe is any number of tokens. Nothing that follows it begins within a text or a
	// comment.
	safe = "(?:[" + plainChars + "]|" + equals + "|" + slash + "|" + texts + "|" + comments + ")*"
	// open is safe without what ends a bracket, flat without any.
	open = "(?:[ -!#-&(*-.0-<>-_a-~\\p{L}\\p{N}" + space + "]|" + equals + "|" + texts + ")*"
	flat = "(?:[ -!#-&*-.0-<>-Z^_a-z|~\\p{L}\\p{N}" + space + "]|" + equals + "|" + texts + ")*"

	// before stands before a name or a number.
	before = "^(?:" + safe + "(?:[" + breakChars + "]|" + equals + "))?"
	// until stands behind a whole operand of and, or.
	until = `\s*(?:$|\)|and\b|or\b|&&|\|\|)`
)

const (
	expressionPattern = "^" + safe + "$"
	notAnExpression   = "is no expression: \"=\" alone is no operator (write == to compare), a text in it has no end, or a character in it has no place there"
)

// operators are words that stand between or before operands.
var operators = []string{"and", "or", "not", "in", "matches", "contains", "startsWith", "endsWith", "let", "if", "else"}

// never are parts that no expression has.
func never() []slip {
	name := otherWord(operators)
	value := name + `(?:\.[A-Za-z0-9_]+)*|[0-9][0-9.]*`
	const side = "two values stand side by side: an operator is missing, a text is not in quotes, or and, or, not are not in lower case"
	return []slip{
		{before + otherWord(slices.Concat(operators, rules.FunctionNames())) + `\s*\(`,
			"there is no such function; there are " + strings.Join(rules.FunctionNames(), ", ")},
		{"^" + safe + `[A-Za-z0-9_)\]]\.[A-Za-z_]+\(`, "values have no methods: write lower(reason), say"},
		{before + "(?:" + value + `)\s+(?:` + name + `\b|[0-9"'])`, side},
		{"^" + safe + "(?:[)\\]]|" + texts + `)\s+` + name + `\b`, side},
		{before + `[0-9]+[smhdw]\b`, "expressions know plain numbers: write 300 for 5m"},
		{"^" + safe + `[0-9]\s*%` + until, "write 0.4 for 40 %"},
		{"^" + safe + `<>`, "write != for unequal"},
		{before + `matches\s*/[^/*]`, "write the pattern in quotes"},
		{before + `\$`, "write the name without $"},
		{`^\s*(?:\{\{|[<>]=?|[=!]=|(?:and|or|in)\b|&&|\|\||\*|%|\)|\])`, "something is missing at the beginning: count >= 5, say"},
		{"^" + safe + `(?:[=!<>]=|[<>+*%(\[,-]|&&|\|\|)\s*$`, "the expression ends too early"},
		{before + `(?:and|or|not|in|matches|contains|startsWith|endsWith)\s*$`, "the expression ends too early"},
		{"^" + open + `\(` + open + "$", "a ( is not closed"},
		{before + `in\s*\(` + flat + ",", `write a list in [ ]: reason in ["a", "b"]`},
		{before + `(?:and|or)\s*(?:"[^"\\]*"|'[^'\\]*'|[0-9]+)\s*(?:$|\))`, `compare on both sides: reason == "a" or reason == "b"`},
	}
}

// neverOfRecords are parts that no expression over records has: an event in lower
// case, which no record has.
func neverOfRecords() []slip {
	return []slip{{
		"^(?:" + safe + `(?:\(|&&|\|\||` + "[" + breakChars + `](?:and|or)))?\s*event\s*[=!]=\s*(?:"[^"\\]*[a-z][^"\\]*"|'[^'\\]*[a-z][^'\\]*')` + until,
		"event names are upper case in expressions",
	}}
}

// neverOfTexts are parts that no template has, as far as the first simple actions
// tell: an action without an end, a variable that nothing declares (Prometheus's
// $labels), and functions that there are not.
func neverOfTexts() []slip {
	const (
		simple = "^(?:[^{]|\\{[^{]|\\{\\{[^}\"`/{:]*\\}\\})*\\{\\{-?\\s*"
		inside = "(?:[^}{\"`'/:|]|\\|)*"
	)
	words := slices.Concat(rules.TemplateFunctionNames(), strings.Fields(`and or not len index slice print printf println html js urlquery call
		eq ne lt le gt ge if else end range with define block template break continue nil true false`))
	unknown := "there is no such function; values begin with a dot, as in {{.Values.count}}; functions are " + strings.Join(rules.TemplateFunctionNames(), ", ")
	return []slip{
		{`\{\{(?:[^}]|\}[^}])*$`, "a {{ is not closed"},
		{"^(?:[^:\"`]|:[^=\"`])*\\{\\{-?\\s*\\$[A-Za-z_][A-Za-z0-9_]*\\s*[.}|]", "there is no such variable: write {{.Group.reason}}, {{.Labels.severity}} or {{.Values.count}}, say"},
		{simple + otherWord(words) + `\b`, unknown},
		{simple + inside + `\|\s*` + otherWord(words) + `\b`, unknown},
	}
}
