package anonymise

import (
	"strings"
)

// angle reads what begins with "<": a model's repr, or an element of XML.
func (sc *scanner) angle() {
	if m := model.FindString(sc.s[sc.p:]); m != "" {
		if end := sc.objectEnd(); end > 0 && strings.IndexByte("{[", sc.s[sc.p+len(m)]) < 0 {
			class, name := sc.class(), sc.key
			sc.take(sc.p, end, moved(sc.r.object(class, name, sc.s[sc.p:end]), sc.p))
			return
		}
		sc.p += len(m)
		return
	}
	n := sc.p + 1
	for n < len(sc.s) && (isWordByte(sc.s[n]) || strings.IndexByte("?/!:.-", sc.s[n]) >= 0) {
		n++
	}
	sc.tag, sc.keyed = "", false
	if name := sc.s[sc.p+1 : n]; keyLike.MatchString(name) {
		sc.tag = name
	}
	if name := strings.TrimRight(sc.s[sc.p+1:n], ":"); !strings.ContainsAny(name, "/?!") && strings.HasSuffix(sc.s[sc.p:n], ":") {
		sc.tag = ""
	}
	sc.p = n
}

// objectLength is how long the name of an object is at most, in bytes.
const objectLength = 2000

// objectEnd is where the brackets opened here are closed, in this line; 0 if they
// are not.
func (sc *scanner) objectEnd() int {
	depth := 0
	for i := sc.p; i < min(len(sc.s), sc.p+objectLength) && sc.s[i] != '\n'; i++ {
		switch sc.s[i] {
		case '<':
			depth++
		case '>':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return 0
}

// element reads the text of an element, whose key is its name.
func (sc *scanner) element() {
	sc.p++
	end := strings.IndexByte(sc.s[sc.p:], '<')
	if end <= 0 || !strings.HasPrefix(sc.s[sc.p+end:], "</") || strings.TrimSpace(sc.s[sc.p:sc.p+end]) == "" {
		sc.tag = ""
		return
	}
	from, text := sc.p, sc.s[sc.p:sc.p+end]
	sc.key, sc.keyed = sc.tag, true
	class := sc.class()
	sc.tag = ""
	if allDigits(text) {
		sc.take(from, from+end, moved(sc.r.number(class, sc.key, text), from))
		return
	}
	sc.take(from, from+end, moved(sc.r.value(class, sc.key, text), from))
}

// structureWords are words of notations.
var structureWords = wordSet(`true false null none nan inf object at datetime decimal uuid set frozenset ordereddict defaultdict ellipsis
	get post put patch delete head options http path files cookies meta xml version encoding utf-8 wsgirequest httprequest rest_framework request
	type class function bound method generator lambda module built-in exceptions file open mode instance of`)

// isStructure tells whether a bare word in data belongs to its notation.
func (sc *scanner) isStructure(from int, text string) bool {
	if from > 0 && (sc.s[from-1] == '<' || sc.s[from-1] == '/' && from > 1 && sc.s[from-2] == '<') {
		return true
	}
	if sc.p < len(sc.s) && sc.s[sc.p] == '(' && isASCII(text) {
		return true
	}
	folded := strings.ToLower(strings.Trim(text, ".-"))
	if structureWords[folded] || harmlessWords[folded] || shortNumber.MatchString(text) || strings.HasPrefix(folded, "0x") {
		return true
	}
	return folded == "" || isASCII(text) && strings.Contains(text, ".") && !hasDigit(text) // a dotted name of a class
}

// codeBefore and codeAfter are what Python and SQL say around a name of code.
var (
	codeBefore = lazy(`(?:attribute|argument|keyword|name|module|column|relation|table|constraint|type|type\(s\) for \S+|field|function|method|option|import|key|and|codec|File|class|encoding|setting|command|event)(?: name)?:? ?$`)
	codeAfter  = lazy(`^ (?:object|is not defined|and '|codec|has no|takes|got an|missing|instance|not supported|referenced before)`)
	codeName   = lazy(`^[A-Za-z_][A-Za-z0-9_.]{0,60}$`)
)

// keyError is before the key that was missing. Keys of programs have an underscore
// or are known; others may be somebody's name.
var keyError = lazy(`KeyError: $`)

// sqlText is a statement, in which names of tables and columns have double quotes.
var sqlText = lazy(`\b(?:SELECT|INSERT INTO|UPDATE|DELETE FROM) `)

// quotesCode tells whether a quoted text in a sentence names a part of a program.
func (sc *scanner) quotesCode(from, to int, text string) bool {
	if text == "" || harmlessWords[strings.ToLower(text)] || shortNumber.MatchString(text) {
		return true
	}
	if !codeName.MatchString(text) {
		return false
	}
	before, after := sc.s[max(0, from-40):from], sc.s[to:]
	if sc.s[to-1] == '"' && sqlText.MatchString(sc.s) {
		return true
	}
	if keyError.MatchString(before) || strings.TrimSpace(sc.s) == strings.TrimSpace(sc.s[from:to]) {
		return strings.Contains(text, "_") || sc.r.a.classOf(text) != Unknown
	}
	return codeBefore.MatchString(before) || codeAfter.MatchString(after)
}

// quotation replaces a text in quotes within a sentence. One that is a sentence
// itself is read as such.
func (r *rewriter) quotation(text string) []edit {
	if k, ok := r.knownAs(text); ok {
		return []edit{{0, len(text), k}}
	}
	switch {
	case isSentence(text):
		return r.scan(text, false, Unknown)
	case nameText.FindString(text) == text && !isASCII(text):
		return r.whole(Person, text)
	}
	return r.whole(Unknown, text)
}

// isSentence tells whether a text is of a program: four English words and more,
// not all of them with a capital.
func isSentence(text string) bool {
	words := strings.Fields(text)
	small := 0
	for _, w := range words {
		if w[0] >= 'a' && w[0] <= 'z' {
			small++
		}
	}
	return len(words) > 3 && small > 1 && isASCII(text)
}
