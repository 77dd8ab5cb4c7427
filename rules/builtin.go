package rules

import "slices"

// MaxSteps bounds one evaluation of an expression: a step for each operator and
// function call, each item of a list that is walked and each 64 bytes of text
// that is searched. It is counted, not timed, so that replay and live agree.
const MaxSteps = 100_000

// Builtin is the program's own rules about its health, with the severity and
// status that they have without overrides.
func Builtin() *Set { return &Set{} }

// With is the rules of both sets, those of s first.
func (s *Set) With(other *Set) *Set {
	return &Set{Rules: slices.Concat(s.Rules, other.Rules), Files: s.Files}
}
