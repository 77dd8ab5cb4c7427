package rules

import (
	_ "embed" // the rules
	"slices"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

//go:embed builtin.yaml
var builtinText []byte

// The same rules in Russian words.
//
//go:embed builtin.ru.yaml
var builtinRussian []byte

// Builtin is the program's own rules about its health, as a configuration has them;
// Options{} is for those without overrides. The faults of the options are those of
// Load.
func Builtin(o Options) *Set {
	l := newLoader(o, &strictyaml.Faults{})
	l.loadBuiltin()
	return &Set{Rules: l.set.builtin}
}

func (l *loader) loadBuiltin() {
	text := builtinText
	if l.options.Language == "ru" {
		text = builtinRussian
	}
	l.load("builtin.yaml", text, true)
}

// With is the rules of both sets, those of s first.
func (s *Set) With(other *Set) *Set {
	return &Set{Rules: slices.Concat(s.Rules, other.Rules), Files: s.Files}
}

// WithBuiltin adds the program's own rules, with the overrides that the set was
// loaded with.
func (s *Set) WithBuiltin() *Set {
	own := s.builtin
	if own == nil {
		own = Builtin(Options{}).Rules
	}
	return s.With(&Set{Rules: own})
}

func (s *Set) add(r *Rule) {
	if r.Builtin {
		s.builtin = append(s.builtin, r)
		return
	}
	s.Rules = append(s.Rules, r)
}
