package config

import (
	"regexp"
	"strings"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

var (
	keyAt   = regexp.MustCompile(`([\w-]+)["']?\s*:`)
	nested  = regexp.MustCompile(`^\s*(?:[\[{].*|#.*)?$`) // what is in it has keys of its own
	covered = regexp.MustCompile(`^\s*(?:["']?(?:https?://[^/@?#\s"']+/?)?(?:x|\$\{[^}]*\})*["']?\s*(?:[,}\]#].*)?)$`)
	inText  = regexp.MustCompile(`(?i)((?:token|passw(?:or)?d|secret|webhook_url|_key)["']?\s*[:=]\s*)[^\s"]+`)
)

// guard is the faults again, without the source line where a secret may stand in
// it uncovered: a file that is no YAML, a key written twice, a folded text.
func (s *shown) guard(found *strictyaml.Faults) *strictyaml.Faults {
	out := &strictyaml.Faults{}
	for _, f := range found.Sorted() {
		if s.exposes(f.Line) {
			f = strictyaml.Fault{File: f.File, Line: f.Line, Col: f.Col, Width: f.Width, Subject: f.Subject, Path: f.Path,
				Msg: inText.ReplaceAllString(f.Msg, "${1}…"), Hint: f.Hint, Warning: f.Warning, Code: f.Code}
			if strings.HasPrefix(f.Msg, "YAML took ") { // and goes on with the text
				f.Msg, f.Hint = "YAML took the beginning for a tag", "quote the text"
			}
		}
		out.Add(f)
	}
	return out
}

var never = regexp.MustCompile(`^\s*["']?$`)

// hasSecret reports whether a secret's key stands in the line with a value that
// is not safe.
func hasSecret(line string, safe *regexp.Regexp) bool {
	for _, at := range keyAt.FindAllStringSubmatchIndex(line, -1) {
		value := line[at[1]:]
		if isSecret(line[at[2]:at[3]]) && !nested.MatchString(value) && !safe.MatchString(value) {
			return true
		}
	}
	return false
}

func (s *shown) exposes(line int) bool {
	if line < 1 || line > len(s.lines) {
		return false
	}
	text := strings.TrimSuffix(s.lines[line-1], "\r")
	parsed := s.written.There()
	if s.open[line] || !parsed && line > 1 && hasSecret(s.lines[line-2], never) {
		return true
	}
	if parsed {
		return hasSecret(text, covered)
	}
	return hasSecret(text, never)
}
