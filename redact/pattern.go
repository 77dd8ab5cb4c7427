package redact

import (
	"regexp"
	"strings"
)

// pattern is personal data that a text shows by its form.
type pattern struct {
	kind  string
	needs []string // a text without all of these cannot match
	re    *regexp.Regexp
}

// A character of an address may be printed as Python 2 prints it.
const addressChar = `(?:[\pL\pN_%+-]|\\u[0-9a-f]{4}|\\x[0-9a-f]{2})`

var valuePatterns = [...]pattern{
	{"userinfo", []string{"://"}, regexp.MustCompile(`(?i)\b[a-z][a-z0-9+.-]*://(?:[^/\s:@'"<>]*:[^/\s'"]+|[^/\s:@'"<>?&=]{16,})@`)},
	{"jwt", []string{"eyJ"}, regexp.MustCompile(`eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*)?`)},
	{"email", []string{"@", "%40"}, regexp.MustCompile(`(?:` + addressChar + `|\.)+(?:@|%40)` + addressChar + `+(?:\.` + addressChar + `+)*\.(?:\pL|\\)` + addressChar + `+`)},
}

// find returns what matches. Of a URL only the name and the password are taken,
// since the address is worth knowing.
func (p *pattern) find(s string) []Finding {
	for i, need := range p.needs {
		if strings.Contains(s, need) {
			break
		}
		if i == len(p.needs)-1 {
			return nil
		}
	}
	var found []Finding
	for _, m := range p.re.FindAllStringIndex(s, -1) {
		from, to := m[0], m[1]
		if p.kind == "userinfo" {
			from, to = from+strings.Index(s[from:to], "://")+3, to-1
		}
		found = append(found, Finding{Kind: p.kind, From: from, To: to})
	}
	return found
}
