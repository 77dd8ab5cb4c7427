package redact

import "strings"

// secretAt is where the value of a secret key begins and ends; ok is false where
// there is none. at is behind the sign.
// When the end is in doubt it takes too much rather than too little.
func secretAt(s string, at int, sg sign, key string) (from, to int, ok bool) {
	switch sg.mark {
	case '>':
		return elementText(s, at, "<")
	case ';':
		return elementText(s, at, "&lt;")
	}
	from = valueBegin(s, at, sg)
	if from == len(s) {
		return 0, 0, false
	}
	to = secretEnd(s, from, sg, key)
	return from, to, to > from
}

// valueBegin passes over the second half of "==", "=>" and ":=", and over spaces;
// a line's end only if the next line is indented.
func valueBegin(s string, at int, sg sign) int {
	switch {
	case sg.mark == '=' && at < len(s) && (s[at] == '=' || s[at] == '>' && at+1 < len(s) && s[at+1] == ' '), sg.mark == ':' && at < len(s) && s[at] == '=':
		at++
	}
	lineEnd := false
	for at < len(s) && isSpace(s[at]) {
		if lineEnd && s[at] != ' ' && s[at] != '\t' {
			return len(s)
		}
		lineEnd = s[at] == '\n'
		at++
	}
	if lineEnd {
		return len(s)
	}
	return at
}

// secretEnd is where the value that begins at from ends; from itself if there is
// none.
func secretEnd(s string, from int, sg sign, key string) int {
	if strings.HasPrefix(s[from:], Mark) {
		return from + len(Mark)
	}
	if at := literalAt(s, from); at >= 0 {
		return quotedEnd(s, at)
	}
	for _, q := range quoteForms {
		if q[0] == '&' && strings.HasPrefix(s[from:], q) {
			return after(s, from+len(q), q)
		}
	}
	if c, n := percentByte(s[from:]); sg.mark == '%' && (c == '"' || c == '\'') {
		return wordEnd(s, after(s, from+n, s[from:from+n]), sg)
	}
	switch s[from] {
	case '[', '{', '(':
		return bracketEnd(s, from)
	case '<':
		return angleEnd(s, from)
	}
	to := wordEnd(s, from, sg)
	if key != "" && isScheme(s[from:to]) {
		if next := valueBegin(s, to, sign{}); next > to && next < len(s) {
			if end := secretEnd(s, next, sg, ""); end > next {
				to = end
			}
		}
	}
	if isHeader(key) {
		to = fieldsEnd(s, to)
	}
	return to
}

// literalAt is the quote, or the backslashes before it, of a string that begins
// at i with or without letters such as u or b; -1 if none begins there.
func literalAt(s string, i int) int {
	for range 2 {
		if i < len(s) && strings.IndexByte("ubrfUBRF", s[i]) >= 0 {
			i++
		}
	}
	for j := i; j < len(s); j++ {
		switch s[j] {
		case '\\':
		case '\'', '"':
			return i
		default:
			return -1
		}
	}
	return -1
}

// quotedEnd is where a string ends whose quote stands at i, behind as many
// backslashes as strings around it have put there. A quote behind others belongs
// to the string; one behind none ends a string around it. How deep the string
// lies is not known, so one that ends in a backslash seems to go on.
func quotedEnd(s string, i int) int {
	depth := 0
	for s[i+depth] == '\\' {
		depth++
	}
	quote := s[i+depth : i+depth+1]
	at := i + depth + 1
	if triple := strings.Repeat(quote, 3); depth == 0 && strings.HasPrefix(s[i:], triple) {
		return after(s, i+3, triple)
	}
	for {
		n := strings.Index(s[at:], quote)
		if n < 0 {
			return len(s)
		}
		run := 0
		for run < n && s[at+n-run-1] == '\\' {
			run++
		}
		at += n + 1
		switch {
		case run == depth:
			return at
		case run == 0:
			return at - 1
		}
	}
}

// after is the place behind the next end mark, or the end of the text.
func after(s string, at int, end string) int {
	n := strings.Index(s[at:], end)
	if n < 0 {
		return len(s)
	}
	return at + n + len(end)
}

// maxLines bounds the bytes after its first line in which a bracket is looked
// for that closes another.
const maxLines = 4096

// bracketEnd is behind the bracket that closes the one at i. Brackets in strings
// do not count. What is not closed, as the first line of a call in a traceback,
// goes on to the end of the line.
func bracketEnd(s string, i int) int {
	line, depth := len(s), 0
	if n := strings.IndexByte(s[i:], '\n'); n >= 0 {
		line = i + n
	}
	for i < len(s) && i < line+maxLines {
		switch s[i] {
		case '[', '{', '(':
			depth++
		case ']', '}', ')':
			if depth--; depth == 0 {
				return i + 1
			}
		case '\'', '"', '\\':
			at := skipBackslashes(s, i)
			if at == len(s) || s[at] != '\'' && s[at] != '"' {
				i = at
				continue
			}
			if i = quotedEnd(s, i); i == len(s) { // cut within a string
				return i
			}
			continue
		}
		i++
	}
	return line
}

func skipBackslashes(s string, i int) int {
	for i < len(s) && s[i] == '\\' {
		i++
	}
	return i
}

// maxAngle bounds how far the end of an object in angle brackets is looked for.
const maxAngle = 512

// angleEnd is behind an object such as <Token: a b>, in one line; without an end
// it is a word.
func angleEnd(s string, from int) int {
	depth := 0
	for i := from; i < len(s) && i < from+maxAngle && s[i] != '\n'; i++ {
		switch s[i] {
		case '<':
			depth++
		case '>':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return wordEnd(s, from+1, sign{})
}

// wordEnd is where a value without quotes ends. A quote or bracket that closes
// something around the value ends it, one in the middle of a word does not.
func wordEnd(s string, from int, sg sign) int {
	i := from
scan:
	for i < len(s) {
		switch c := s[i]; c {
		case ' ', '\t', '\n', '\r', '\v', '\f', ',', ';', '&', '<':
			break scan
		case '\'', '"', '}', ']', ')', '>':
			if i+1 == len(s) || !isKeyByte(s[i+1]) {
				break scan
			}
		case '[', '{', '(':
			if i > from {
				i = bracketEnd(s, i)
				continue
			}
		case '%':
			if c, n := percentByte(s[i:]); sg.mark == '%' && n <= 2*sg.deep+1 && (c == '&' || c == '"' || c == '\'') {
				break scan
			}
		}
		i++
	}
	if i < len(s) && (s[i] == '\'' || s[i] == '"') { // an escaped quote is not the value's
		for i > from && s[i-1] == '\\' {
			i--
		}
	}
	return i
}

// isScheme reports whether a word names a way to authorize, which the secret follows.
func isScheme(word string) bool {
	switch strings.ToLower(word) {
	case "basic", "bearer", "token", "digest", "negotiate", "apikey", "oauth", "jwt":
		return true
	}
	return false
}

// isHeader reports whether a key names a header of several fields.
func isHeader(key string) bool {
	key = strings.ToLower(key)
	return strings.HasSuffix(key, "cookie") || strings.HasSuffix(key, "authorization")
}

// fieldsEnd passes over the further fields of a header: "; b=2" or ", c=3".
func fieldsEnd(s string, to int) int {
	for to < len(s) && (s[to] == ';' || s[to] == ',') {
		i := to + 1
		for i < len(s) && s[i] == ' ' {
			i++
		}
		name := i
		for i < len(s) && (isKeyByte(s[i]) || s[i] == '.') {
			i++
		}
		if i == name || i+1 >= len(s) || s[i] != '=' {
			break
		}
		if at := literalAt(s, i+1); at >= 0 {
			to = quotedEnd(s, at)
		} else {
			to = wordEnd(s, i+1, sign{})
		}
	}
	return to
}

// elementText is the text of an XML element whose tag ends before at: it must
// end in a closing tag, which begins with open, or with the text.
func elementText(s string, at int, open string) (from, to int, ok bool) {
	switch rest := s[at:]; {
	case strings.HasPrefix(rest, Mark):
		return at, at + len(Mark), true
	case strings.HasPrefix(rest, "<![CDATA["):
		return at, after(s, at, "]]>"), true
	}
	to = len(s)
	if n := strings.Index(s[at:], open); n >= 0 {
		if to = at + n; to+len(open) < len(s) && s[to+len(open)] != '/' {
			return 0, 0, false
		}
	}
	return at, to, to > at
}
