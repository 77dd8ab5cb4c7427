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

// What is taken is what the parentheses hold, or all.
var valuePatterns = [...]pattern{
	{kindUserInfo, []string{"curl "}, regexp.MustCompile(`\bcurl [^\n]*?(?:-u|--user)[ =]?['"]?([^\s'":]*:[^\s'"]+)`)},
	{"jwt", []string{"eyJ"}, regexp.MustCompile(`eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*)?`)},
	{"bot", []string{"bot"}, regexp.MustCompile(`\bbot\d{5,}:[A-Za-z0-9_-]{20,}`)},
	{"email", []string{"@", "%40"}, regexp.MustCompile(`(?:` + addressChar + `|\.)+(?:@|%40)` + addressChar + `+(?:\.` + addressChar + `+)*\.(?:\pL|\\)` + addressChar + `+`)},
}

// find returns what matches.
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
	for _, m := range p.re.FindAllStringSubmatchIndex(s, -1) {
		from, to := m[len(m)-2], m[len(m)-1]
		found = append(found, Finding{Kind: p.kind, From: from, To: to})
	}
	return found
}
