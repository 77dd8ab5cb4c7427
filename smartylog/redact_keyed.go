package smartylog

import (
	"regexp"
	"strings"
)

// secretValue is what may follow a secret key, at its beginning: what was hidden
// before, an authorization scheme with its token, quoted text of either era with
// or without a backslash before the quote, a list, or a word.
var secretValue = regexp.MustCompile(`^(?:` + Redacted + `|(?i:Basic|Bearer|Token|Digest)\s+[^\s,;'"]+` +
	`|[ub]?\\'(?:[^'\\]|\\[^'])*(?:\\')?|[ub]?'(?:[^'\\]|\\.)*'?|[ub]?"(?:[^"\\]|\\.)*"?|\\"[^"]*"?` +
	`|\[[^\]]*\]?|[^\s,;&}\])>'"]+)`)

// findKeyed finds the values of secret keys: it looks at every "=" and ":" for
// the key before it, since one expression for keys and values would be tried
// at every character.
func (r *Redactor) findKeyed(s string) []Finding {
	var found []Finding
	at := 0
	for i := 0; i < len(s); i++ {
		if s[i] != '=' && s[i] != ':' {
			continue
		}
		key := keyBefore(s[at:i])
		if !r.secretName(key) {
			continue
		}
		from := i + 1
		for from < len(s) && isSpace(s[from]) {
			from++
		}
		if m := secretValue.FindStringIndex(s[from:]); m != nil {
			at = from + m[1]
			i = at - 1
			if s[from:at] != Redacted {
				found = append(found, Finding{kindKey, key, from, at})
			}
		}
	}
	return found
}

// keyBefore is the key in which a text ends, quoted or not.
func keyBefore(s string) string {
	s = strings.TrimRight(s, " \t\r\n\v\f")
	if s != "" && (s[len(s)-1] == '\'' || s[len(s)-1] == '"') {
		s = s[:len(s)-1]
	}
	s = strings.TrimSuffix(s, `\`)
	from := len(s)
	for from > 0 && isKeyByte(s[from-1]) {
		from--
	}
	return s[from:]
}

// secretName reports whether a key, or its part after the last "-" as in
// "X-Cookie", is secret.
func (r *Redactor) secretName(key string) bool {
	return r.SecretKey(key) || r.SecretKey(key[strings.LastIndexByte(key, '-')+1:])
}

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

// isKeyByte is true for letters of any alphabet, digits, "_" and "-".
func isKeyByte(c byte) bool {
	return c == '_' || c == '-' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}
