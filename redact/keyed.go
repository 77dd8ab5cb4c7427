package redact

import "strings"

// findKeyed finds the values of secret keys: it looks at every sign that stands
// between a key and its value for the key before it.
func (r *Redactor) findKeyed(s string) []Finding {
	var found []Finding
	at := 0 // what is before is found
	for i := 0; i < len(s); i++ {
		if !startsSign[s[i]] {
			continue
		}
		sg, begin := signAt(s, i)
		if sg.mark == 0 {
			continue
		}
		kind, key := r.announced(s[at:i], sg, s[begin:])
		if kind == "" {
			continue
		}
		from, to, ok := secretAt(s, begin, sg, key)
		if !ok || kind == kindPhone && countDigits(s[from:to]) < minPhone {
			continue
		}
		at, i = to, to-1
		if s[from:to] != Mark {
			if kind != kindKey {
				key = ""
			}
			found = append(found, Finding{kind, key, from, to})
		}
	}
	return found
}

// minPhone is the number of digits from which what a key calls a phone is one.
const minPhone = 7

// sign stands between a key and its value: '=' or ':', '%' for one of these as
// URLs write it, ',' within a pair, '>' that ends an XML tag, ';' the same as &gt;,
// '"' for nothing but a space before a quote, ' ' for a space after a word.
type sign struct {
	mark byte
	deep int // of '%': how often it is encoded
}

// startsSign has the first bytes of the signs.
var startsSign = [256]bool{'=': true, ':': true, '%': true, ',': true, '>': true, ';': true, '\'': true, '"': true, ' ': true}

// signAt is the sign at i and where it ends; the zero sign for none.
func signAt(s string, i int) (sg sign, end int) {
	switch s[i] {
	case '=', ':', '>':
		return sign{mark: s[i]}, i + 1
	case '%':
		if c, n := percentByte(s[i:]); c == '=' || c == ':' {
			return sign{'%', (n - 1) / 2}, i + n
		}
	case ';':
		if strings.HasSuffix(s[:i], "&gt") {
			return sign{mark: ';'}, i + 1
		}
	case ',':
		if i > 0 && (s[i-1] == '\'' || s[i-1] == '"') {
			return sign{mark: ','}, i + 1
		}
	case '\'', '"':
		if i > 1 && s[i-1] == ' ' && isKeyByte(s[i-2]) && i+1 < len(s) && isKeyByte(s[i+1]) {
			return sign{mark: '"'}, i
		}
	case ' ':
		if i > 2 && endsSecretWord[s[i-1]] && i+1 < len(s) {
			return sign{mark: ' '}, i + 1
		}
	}
	return sign{}, 0
}

// announced tells what the key in which a text ends announces, "" for nothing
// secret, and the key. Between it and rest is the sign.
func (r *Redactor) announced(s string, sg sign, rest string) (kind, key string) {
	switch sg.mark {
	case ',':
		return r.firstOfPair(s, rest)
	case '>':
		return r.tagBefore(s, "<")
	case ';':
		return r.tagBefore(strings.TrimSuffix(s, "&gt"), "&lt;")
	case '"':
		return r.secretKind(trailingKey(s[:len(s)-1]))
	case ' ':
		return r.wordBefore(s, rest)
	}
	s = trimQuote(strings.TrimRight(s, " \t\r\n\v\f"))
	if kind, key = r.keyBefore(s); kind != "" {
		return kind, key
	}
	before := s[:len(s)-len(key)]
	if hasEscape(before, key) {
		if kind, key := r.keyBefore(trimQuote(unescapedEnd(s))); kind != "" {
			return kind, key
		}
		if n := escapeLen(s, len(before)); n > 0 && n < len(key) {
			return r.secretKind(key[n:])
		}
	}
	if key == "value" {
		return r.namedNear(before, rest, sg)
	}
	return "", key
}

// maxIndexes bounds the names in brackets that a key has.
const maxIndexes = 4

// keyBefore looks at the key in which a text ends, and at the names before and
// in its brackets: params['password'], user[password], password[0].
func (r *Redactor) keyBefore(s string) (kind, key string) {
	for range maxIndexes {
		bare, indexed := strings.CutSuffix(s, "]")
		if !indexed {
			break
		}
		bare = trimQuote(bare)
		key = trailingKey(bare)
		if kind, _ = r.secretKind(key); kind != "" {
			return kind, key
		}
		if s, indexed = strings.CutSuffix(trimQuoted(bare[:len(bare)-len(key)]), "["); !indexed {
			return "", key
		}
	}
	key = trailingKey(s)
	if kind, _ = r.secretKind(key); kind != "" {
		return kind, key
	}
	if inQuery(s[:len(s)-len(key)]) && r.queryKey(key) {
		return kindKey, key
	}
	return "", key
}

// inQuery reports whether what comes after a text is a key in the query of a URL.
func inQuery(before string) bool {
	return strings.HasSuffix(before, "?") || strings.HasSuffix(before, "&") || strings.HasSuffix(before, "&amp;")
}

func (r *Redactor) secretKind(key string) (string, string) {
	return r.kindOf(key), key
}

// firstOfPair is for ('password', 'x'), and for ['password', 'x'] where it is a
// value: a list in a sentence is one of keys.
func (r *Redactor) firstOfPair(s, rest string) (kind, key string) {
	bare := trimQuote(s)
	key = trailingKey(bare)
	if hasEscape(bare[:len(bare)-len(key)], key) {
		key = trailingKey(unescapedEnd(bare))
	}
	if kind, key = r.secretKind(key); kind == "" || strings.HasPrefix(key, "--") {
		return kind, key // the argument of a command
	}
	before, inList := strings.CutSuffix(trimQuoted(bare[:max(0, strings.LastIndexAny(bare, `'"`)+1)]), "[")
	switch {
	case strings.HasSuffix(before, "("):
		return kind, key
	case inList && followsSign(before) && endsList(rest):
		return kind, key
	}
	return "", ""
}

// followsSign reports whether what comes after a text is a value.
func followsSign(before string) bool {
	before = strings.TrimRight(before, " ")
	return before == "" || strings.IndexByte("=:[({,'\"", before[len(before)-1]) >= 0
}

// maxItem bounds how far the end of a value is looked for to see what follows it.
const maxItem = 1024

// endsList reports whether a value is the last one of a list.
func endsList(rest string) bool {
	end := itemEnd(rest, sign{mark: ','})
	return end == len(rest) || strings.HasPrefix(strings.TrimLeft(rest[end:], " "), "]")
}

// itemEnd is where the value after a sign ends, or the bound.
func itemEnd(rest string, sg sign) int {
	rest = rest[:min(len(rest), maxItem)]
	from := valueBegin(rest, 0, sg)
	if from == len(rest) {
		return from
	}
	return secretEnd(rest, from, sg, "")
}

// maxTag bounds the attributes looked over between a tag's name and its end.
const maxTag = 256

// tagBefore is for <Password>x</Password>, with attributes and prefixes too, and
// for <entry key="password">x</entry>.
func (r *Redactor) tagBefore(s, open string) (kind, key string) {
	s = s[max(0, len(s)-maxTag):]
	at := strings.LastIndex(s, open)
	if at < 0 || strings.HasSuffix(s, "/") {
		return "", ""
	}
	name, attributes, _ := strings.Cut(s[at+len(open):], " ")
	if attributes != "" && !strings.Contains(attributes, "=") { // <Token object at 0x…>
		return "", ""
	}
	key = name[strings.LastIndexByte(name, ':')+1:]
	if trailingKey(key) != key {
		return "", ""
	}
	if kind, _ = r.secretKind(key); kind != "" {
		return kind, key
	}
	return r.namedIn(attributes)
}

// namedNear is for {"name": "password", "value": "x"} and its like: what comes
// before the word value, and behind the sign after it.
func (r *Redactor) namedNear(before, rest string, sg sign) (kind, key string) {
	before = before[max(0, len(before)-maxTag):]
	if kind, key = r.namedIn(before[strings.LastIndexAny(before, "{<")+1:]); kind != "" {
		return kind, key
	}
	rest = rest[itemEnd(rest, sg):]
	rest = rest[:min(len(rest), maxTag)]
	if end := strings.IndexAny(rest, "}>"); end >= 0 {
		rest = rest[:end]
	}
	return r.namedIn(rest)
}

// namedIn finds the name of a secret among the values of a text.
func (r *Redactor) namedIn(s string) (kind, key string) {
	for {
		at := strings.IndexAny(s, ":=")
		if at < 0 {
			return "", ""
		}
		s = strings.TrimLeft(s[at+1:], " ")
		bare := skipQuote(s)
		if len(bare) == len(s) {
			continue
		}
		if kind, key = r.secretKind(leadingKey(bare)); kind != "" {
			return kind, key
		}
	}
}
