package engine

import (
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/windowing"
)

// answer is what is known of an expression that is true or false.
type answer uint8

const (
	asked   answer = iota // it is asked about each record
	awaited               // it will be known after the first record
	no
	yes
)

// Places of a rule's tests among its answers.
const (
	matchAnswer = 0
	unsettled   = 1 << 30
)

func whereAnswer(aggregate int) int { return 1 + 2*aggregate }
func valueAnswer(aggregate int) int { return 2 + 2*aggregate }

// settledOf tells which of a rule's tests read nothing but the log and the event of a
// record: the answer is the same for all records of these.
func settledOf(r *rules.Rule) []answer {
	list := make([]answer, 1+2*len(r.Aggregates))
	note := func(i int, x *rules.Expr) {
		if x != nil && ofKind(x) {
			list[i] = awaited
		}
	}
	note(matchAnswer, r.Match)
	for i, a := range r.Aggregates {
		note(whereAnswer(i), a.Where)
		note(valueAnswer(i), a.Value)
	}
	return list
}

func ofKind(x *rules.Expr) bool {
	for _, ref := range x.Refs() {
		if ref.Field != nil {
			return false
		}
		if name, inContext := ref.Path.Root(); inContext || name != "event" && name != "log" {
			return false
		}
	}
	return true
}

// inputBits are the bits of a pattern that an aggregate sets.
type inputBits struct{ on, hit int }

func (b inputBits) of(on, hit bool) (bits int) {
	if on {
		bits = b.on
	}
	if hit {
		bits |= b.hit
	}
	return bits
}

// maxPatterns is how many patterns of inputs a rule may have.
const maxPatterns = 64

// patternsOf lists what a rule's records may bring to its columns, values apart.
func patternsOf(r *rules.Rule) ([]inputBits, [][]windowing.Input) {
	bits, n := make([]inputBits, len(r.Aggregates)), 1
	for i, a := range r.Aggregates {
		if a.Where != nil && (a.Value == nil || a.Func == windowing.Streak) {
			bits[i].on, n = n, 2*n
		}
		if a.Func == windowing.Streak {
			bits[i].hit, n = n, 2*n
		}
		if n > maxPatterns {
			return nil, nil
		}
	}
	patterns := make([][]windowing.Input, n)
	for pattern := range patterns {
		inputs := []windowing.Input{{On: stepsOf(r) == nil}}
		for i, a := range r.Aggregates {
			always := a.Where == nil && (a.Value == nil || a.Func == windowing.Streak)
			inputs = append(inputs, windowing.Input{On: always || pattern&bits[i].on != 0, Hit: pattern&bits[i].hit != 0})
		}
		patterns[pattern] = inputs
	}
	return bits, patterns
}
