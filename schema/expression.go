package schema

// What can be told of an expression without its names: its tokens, and a few
// slips that are wrong whatever the names are. The expressions are such that RE2
// and JavaScript agree about them.
const (
	// safe is one character outside of texts and of a lone "=", a whole text, a
	// whole comment or an operator with "=".
	safe = "(?:[^=\"'`]|[=!<>]=|\"(?:[^\"\\\\]|\\\\[\\s\\S])*\"|'(?:[^'\\\\]|\\\\[\\s\\S])*'|`[^`]*`|//[^\\n]*(?:\\n|$)|/\\*(?:[^*]|\\*[^/])*\\*/)*"

	expressionPattern = "^" + safe + "$"

	// undeclared is a variable of a template that nothing before it declares, such
	// as Prometheus's $labels.
	undeclared = "^(?:[^:\"`]|:[^=\"`])*\\{\\{-?\\s*\\$[A-Za-z_][A-Za-z0-9_]*\\s*[.}|]"
)

// never are parts that no expression has: calls of functions that rules do not
// have, AND and OR after a value, durations, 40%, <>.
var never = []string{
	"^" + safe + `\b(?:AND|OR|NOT|now|date|duration|timezone|one|filter|map|find|findIndex|findLast|findLastIndex|count|sum|groupBy|sortBy|reduce|` +
		`type|int|float|string|trimPrefix|trimSuffix|split|splitAfter|replace|repeat|join|indexOf|lastIndexOf|hasPrefix|hasSuffix|` +
		`max|min|mean|median|toJSON|fromJSON|toBase64|fromBase64|first|last|get|take|keys|values|toPairs|fromPairs|reverse|uniq|concat|flatten|sort|bitnot)\(`,
	"^" + safe + "[0-9)\\]\"'`]\\s+(?:AND|OR)\\b",
	"^" + safe + `\b[0-9]+[smhdw]\b`,
	"^" + safe + `[0-9]\s*%\s*(?:$|\)|and\b|or\b)`,
	"^" + safe + `<>`,
}

// neverOfRecords are parts that no expression over records has: an event in lower
// case, which no record has.
var neverOfRecords = []string{
	"^(?:" + safe + `(?:\(|\band|\bor|&&|\|\|))?\s*event\s*[=!]=\s*(?:"[^"\\]*[a-z][^"\\]*"|'[^'\\]*[a-z][^'\\]*')\s*(?:$|\)|and\b|or\b|&&|\|\|)`,
}
