package rules

import "fmt"

// MaxSteps bounds one evaluation of an expression: a step for each operator and
// function call, each item of a list that is walked and each 64 bytes of text
// that is searched. It is counted, not timed, so that replay and live agree.
const MaxSteps = 100_000

var errTooExpensive = fmt.Errorf("too expensive: the expression takes more than %d steps", MaxSteps)

// budget is what is left of an evaluation's steps. Every function of ours gets
// it as its first argument.
type budget struct{ left int }

// budgetName is the variable that holds it. It cannot be written in a rule.
const budgetName = "$budget"

// spend takes steps; false when there are none left, and then the function may
// return anything.
func (b *budget) spend(n int) bool {
	b.left -= n
	return b.left >= 0
}

// search takes the steps of a search through a text.
func (b *budget) search(text string) bool { return b.spend(len(text) / 64) }

// metered makes a function of expr out of one of ours.
func metered(fn func(b *budget, a []any) (any, error)) func(...any) (any, error) {
	return func(args ...any) (any, error) {
		b := args[0].(*budget)
		if !b.spend(1) {
			return nil, errTooExpensive
		}
		v, err := fn(b, args[1:])
		if b.left < 0 {
			return nil, errTooExpensive
		}
		return v, err
	}
}
