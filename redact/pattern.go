package redact

import (
	"regexp"
	"strings"
)

// pattern is personal data that a text shows by its form.
type pattern struct {
	kind  string
	needs []string // a text without any of these cannot match
	re    *regexp.Regexp
}

// A character of an address may be printed as Python 2 prints it.
const addressChar = `(?:[\pL\pN_%+-]|\\u[0-9a-f]{4}|\\x[0-9a-f]{2})`

// What is taken is what the parentheses hold, or all.
var valuePatterns = [...]pattern{
	{kindUserInfo, []string{"curl "}, regexp.MustCompile(`\bcurl [^\n]*?(?:-u|--user)[ =]?['"]?([^\s'":]*:[^\s'"]+)`)},
	{"jwt", []string{"eyJ"}, regexp.MustCompile(`eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*)?`)},
	{"bot", []string{"bot"}, regexp.MustCompile(`\bbot\d{5,}:[A-Za-z0-9_-]{20,}`)},
	{kindEmail, []string{"@", "%40"}, regexp.MustCompile(`(?:` + addressChar + `|\.)+(?:@|%40)` + addressChar + `+(?:\.` + addressChar + `+)*\.(?:\pL|\\)` + addressChar + `+`)},
}

func (p *pattern) mayMatch(s string) bool {
	for _, need := range p.needs {
		if strings.Contains(s, need) {
			return true
		}
	}
	return false
}

// find returns what matches.
func (p *pattern) find(s string) []Finding {
	var found []Finding
	for _, m := range p.re.FindAllStringSubmatchIndex(s, -1) {
		from, to := m[len(m)-2], m[len(m)-1]
		if p.kind == kindEmail {
			from, to = trimEncoded(s, from, to)
		}
		found = append(found, Finding{Kind: p.kind, From: from, To: to})
	}
	return found
}

const kindEmail = "email"

// trimEncoded takes off what stands around an address in a URL that encodes the
// signs between its arguments: %3D before it, %26 behind it.
func trimEncoded(s string, from, to int) (int, int) {
	for i := from; i < to; i++ {
		c, n := percentByte(s[i:to])
		if n == 0 || c == '@' || c == '+' || c == '%' || isKeyByte(c) {
			continue
		}
		if !strings.Contains(s[i:to], "@") && !strings.Contains(s[i:to], "%40") {
			return from, i
		}
		from = i + n
	}
	return from, to
}
