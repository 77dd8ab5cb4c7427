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
		sign, begin := signAt(s, i)
		if sign == 0 {
			continue
		}
		kind, key := r.announced(s[at:i], sign)
		if kind == "" {
			continue
		}
		from, to, ok := secretAt(s, begin, sign, key)
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

// startsSign has the first bytes of the signs.
var startsSign = [256]bool{'=': true, ':': true, '%': true, ',': true, '>': true, ';': true, '\'': true, '"': true}

// signAt is the sign between a key and its value at i, and where it ends: '=' or
// ':', '%' for one of these as URLs write it, ',' within a pair, '>' that ends an
// XML tag, ';' the same as &gt;, '"' for nothing but a space before a quote; 0 for none.
func signAt(s string, i int) (sign byte, end int) {
	switch s[i] {
	case '=', ':', '>':
		return s[i], i + 1
	case '%':
		if i+3 <= len(s) && s[i+1] == '3' && (s[i+2]|0x20 == 'd' || s[i+2]|0x20 == 'a') {
			return '%', i + 3
		}
	case ';':
		if strings.HasSuffix(s[:i], "&gt") {
			return ';', i + 1
		}
	case ',':
		if i > 0 && (s[i-1] == '\'' || s[i-1] == '"') {
			return ',', i + 1
		}
	case '\'', '"':
		if i > 1 && s[i-1] == ' ' && isKeyByte(s[i-2]) && i+1 < len(s) && isKeyByte(s[i+1]) {
			return '"', i
		}
	}
	return 0, 0
}

// announced tells what the key in which a text ends announces, "" for nothing
// secret, and the key. The sign follows the text.
func (r *Redactor) announced(s string, sign byte) (kind, key string) {
	switch sign {
	case ',':
		return r.firstOfPair(s)
	case '>':
		return r.tagBefore(s, "<")
	case ';':
		return r.tagBefore(strings.TrimSuffix(s, "&gt"), "&lt;")
	case '"':
		return r.secretKind(trailingKey(s[:len(s)-1]))
	}
	s = trimQuote(strings.TrimRight(s, " \t\r\n\v\f"))
	if strings.HasSuffix(s, "]") { // params['password'] = …
		s = trimQuote(s[:len(s)-1])
	}
	key = trailingKey(s)
	before := s[:len(s)-len(key)]
	if r.inQuery(before, key, sign) {
		return kindKey, key
	}
	if kind, _ = r.secretKind(key); kind != "" {
		return kind, key
	}
	if n := escapeLen(s, len(before)); n > 0 && n < len(key) {
		return r.secretKind(key[n:])
	}
	if key == "value" {
		return r.namedBefore(before)
	}
	return "", ""
}

func (r *Redactor) secretKind(key string) (string, string) {
	switch {
	case r.secretName(key):
		return kindKey, key
	case r.phoneKey(key):
		return kindPhone, key
	}
	return "", ""
}

// firstOfPair is for tuples such as ('password', 'x').
func (r *Redactor) firstOfPair(s string) (kind, key string) {
	bare := trimQuote(s)
	key = trailingKey(bare)
	if !strings.HasSuffix(trimQuoted(bare[:len(bare)-len(key)]), "(") {
		return "", ""
	}
	return r.secretKind(key)
}

// maxTag bounds the attributes looked over between a tag's name and its end.
const maxTag = 256

// tagBefore is for <Password>x</Password>, with attributes and prefixes too.
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
	return r.secretKind(key)
}

// namedBefore is for {"name": "password", "value": "x"} and its like: s ends
// before the word value.
func (r *Redactor) namedBefore(s string) (kind, key string) {
	s = strings.TrimRight(trimQuoted(s), " ,")
	bare := trimQuote(s)
	if bare == s {
		return "", ""
	}
	return r.secretKind(trailingKey(bare))
}

// queryKeys are secret in the query of a URL only.
var queryKeys = [...]string{"hash", "sig", "sign", "hmac", "md5", "key", "sid", "session"}

// inQuery reports whether a key with this before it is one of those in a query.
func (r *Redactor) inQuery(before, key string, sign byte) bool {
	if sign != '=' || before == "" || before[len(before)-1] != '?' && before[len(before)-1] != '&' {
		return false
	}
	for _, k := range queryKeys {
		if strings.EqualFold(k, key) {
			return !r.allow[k]
		}
	}
	return false
}

// quoteForms are quotes as URLs and HTML write them.
var quoteForms = [...]string{"%22", "%27", "&quot;", "&#34;", "&#39;", "&#x27;"}

// trimQuote takes a quote, escaped or not, off the end.
func trimQuote(s string) string {
	if s == "" {
		return s
	}
	switch s[len(s)-1] {
	case '\'', '"':
		return strings.TrimRight(s[:len(s)-1], `\`)
	case ';', '2', '7':
		for _, q := range quoteForms {
			if strings.HasSuffix(s, q) {
				return s[:len(s)-len(q)]
			}
		}
	}
	return s
}

// trimQuoted takes a quote that begins a string off the end, with the letter
// before it.
func trimQuoted(s string) string {
	bare := trimQuote(s)
	if bare != s && bare != "" && strings.IndexByte("ubrUBR", bare[len(bare)-1]) >= 0 {
		return bare[:len(bare)-1]
	}
	return bare
}

// trailingKey is the key in which a text ends.
func trailingKey(s string) string {
	from := len(s)
	for from > 0 && isKeyByte(s[from-1]) {
		from--
	}
	return s[from:]
}

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

// isKeyByte is true for letters of any alphabet, digits, "_" and "-".
func isKeyByte(c byte) bool {
	return c == '_' || c == '-' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

func countDigits(s string) int {
	n := 0
	for i := range len(s) {
		if isDigit(s[i]) {
			n++
		}
	}
	return n
}
