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

const expressionPattern = "^" + safe + "$"

// operators are words that stand between or before operands.
var operators = []string{"and", "or", "not", "in", "matches", "contains", "startsWith", "endsWith", "let", "if", "else"}

// never are parts that no expression has.
func never() []string {
	name := otherWord(operators)
	value := name + `(?:\.[A-Za-z0-9_]+)*|[0-9][0-9.]*`
	return []string{
		before + otherWord(slices.Concat(operators, rules.FunctionNames())) + `\s*\(`, // functions that there are not
		"^" + safe + `[A-Za-z0-9_)\]]\.[A-Za-z_]+\(`,                                  // methods
		before + "(?:" + value + `)\s+(?:` + name + `\b|[0-9"'])`,                     // two values side by side
		"^" + safe + "(?:[)\\]]|" + texts + `)\s+` + name + `\b`,                      // the same
		before + `[0-9]+[smhdw]\b`,                                                    // 5m
		"^" + safe + `[0-9]\s*%` + until,                                              // 40%
		"^" + safe + `<>`,                                                             // an operator of others
		before + `matches\s*/[^/*]`,                                                   // /a pattern/
		before + `\$`,                                                                 // $name
		`^\s*(?:\{\{|[<>]=?|[=!]=|(?:and|or|in)\b|&&|\|\||\*|%|\)|\])`,                // a beginning that is none
		"^" + safe + `(?:[=!<>]=|[<>+*%(\[,-]|&&|\|\|)\s*$`,                           // an end that is none
		before + `(?:and|or|not|in|matches|contains|startsWith|endsWith)\s*$`,         // the same
		"^" + open + `\(` + open + "$",                                                // brackets that nothing closes
		before + `in\s*\(` + flat + ",",                                               // in ("a", "b")
		before + `(?:and|or)\s*(?:"[^"\\]*"|'[^'\\]*'|[0-9]+)\s*(?:$|\))`,             // or "b"
	}
}

// neverOfRecords are parts that no expression over records has: an event in lower
// case, which no record has.
var neverOfRecords = []string{
	"^(?:" + safe + `(?:\(|&&|\|\||` + "[" + breakChars + `](?:and|or)))?\s*event\s*[=!]=\s*(?:"[^"\\]*[a-z][^"\\]*"|'[^'\\]*[a-z][^'\\]*')` + until,
}

// neverOfTexts are parts that no template has, as far as the first simple actions
// tell: an action without an end, a variable that nothing declares (Prometheus's
// $labels), and functions that there are not.
func neverOfTexts() []string {
	const (
		simple = "^(?:[^{]|\\{[^{]|\\{\\{[^}\"`/{:]*\\}\\})*\\{\\{-?\\s*"
		inside = "(?:[^}{\"`'/:|]|\\|)*"
	)
	words := slices.Concat(rules.TemplateFunctionNames(), strings.Fields(`and or not len index slice print printf println html js urlquery call
		eq ne lt le gt ge if else end range with define block template break continue nil true false`))
	return []string{
		`\{\{(?:[^}]|\}[^}])*$`,
		"^(?:[^:\"`]|:[^=\"`])*\\{\\{-?\\s*\\$[A-Za-z_][A-Za-z0-9_]*\\s*[.}|]",
		simple + otherWord(words) + `\b`,
		simple + inside + `\|\s*` + otherWord(words) + `\b`,
	}
}
