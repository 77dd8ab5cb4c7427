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

// hideKeyed hides the values of secret keys: it looks at every "=" and ":" for
// the key before it, since one expression for keys and values would be tried
// at every character.
func (r *Redactor) hideKeyed(s string) string {
	var out strings.Builder
	at := 0
	for i := 0; i < len(s); i++ {
		if s[i] != '=' && s[i] != ':' || !r.secretBefore(s[at:i]) {
			continue
		}
		from := i + 1
		for from < len(s) && isSpace(s[from]) {
			from++
		}
		if m := secretValue.FindStringIndex(s[from:]); m != nil {
			out.WriteString(s[at:from])
			out.WriteString(Redacted)
			at = from + m[1]
			i = at - 1
		}
	}
	if at == 0 {
		return s
	}
	out.WriteString(s[at:])
	return out.String()
}

// secretBefore reports whether a text ends in a secret key, quoted or not.
func (r *Redactor) secretBefore(s string) bool {
	s = strings.TrimRight(s, " \t\r\n\v\f")
	if s != "" && (s[len(s)-1] == '\'' || s[len(s)-1] == '"') {
		s = s[:len(s)-1]
	}
	s = strings.TrimSuffix(s, `\`)
	from := len(s)
	for from > 0 && isKeyByte(s[from-1]) {
		from--
	}
	key := s[from:]
	return r.SecretKey(key) || r.SecretKey(key[strings.LastIndexByte(key, '-')+1:])
}

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

// isKeyByte is true for letters of any alphabet, digits, "_" and "-".
func isKeyByte(c byte) bool {
	return c == '_' || c == '-' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}
