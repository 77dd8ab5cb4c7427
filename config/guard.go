package config

import (
	"regexp"
	"strings"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

var (
	secretAt = regexp.MustCompile(`(?i)(?:token|passw(?:or)?d|secret|webhook_url|_key)["']?\s*:`)
	covered  = regexp.MustCompile(`^\s*(?:[\[{].*|["']?(?:https?://[^/@?#\s"']+/?)?(?:x|\$\{[^}]*\})*["']?\s*(?:[,}\]#].*)?)$`)
	inText   = regexp.MustCompile(`(?i)((?:token|passw(?:or)?d|secret|webhook_url|_key)["']?\s*[:=]\s*)[^\s"]+`)
)

// guard is the faults again, without the source line where a secret may stand in
// it uncovered: a file that is no YAML, a key written twice, a folded text.
func (s *shown) guard(found *strictyaml.Faults) *strictyaml.Faults {
	out := &strictyaml.Faults{}
	for _, f := range found.Sorted() {
		if s.exposes(f.Line) {
			f = strictyaml.Fault{File: f.File, Line: f.Line, Col: f.Col, Width: f.Width, Subject: f.Subject, Path: f.Path,
				Msg: inText.ReplaceAllString(f.Msg, "${1}…"), Hint: f.Hint, Warning: f.Warning}
		}
		out.Add(f)
	}
	return out
}

func (s *shown) exposes(line int) bool {
	if line < 1 || line > len(s.lines) {
		return false
	}
	text := strings.TrimSuffix(s.lines[line-1], "\r")
	parsed := s.written.There()
	if s.open[line] || !parsed && line > 1 && secretAt.MatchString(s.lines[line-2]) {
		return true
	}
	for _, at := range secretAt.FindAllStringIndex(text, -1) {
		if value := text[at[1]:]; !covered.MatchString(value) || !parsed && strings.TrimSpace(value) != "" {
			return true
		}
	}
	return false
}
