package rules

import "github.com/smarty-alert/smarty-alert/smartylog"

// ValueIndex finds items by constants that a value may equal, as == of expressions
// has it.
type ValueIndex[T any] struct {
	texts   map[string][]T
	numbers map[float64][]T
	truths  [2][]T // by what true or false equals
}

// Add adds an item for a constant: a text, a number or a boolean.
func (x *ValueIndex[T]) Add(constant any, item T) {
	if text, ok := constant.(string); ok {
		if x.texts == nil {
			x.texts = map[string][]T{}
		}
		x.texts[text] = append(x.texts[text], item)
		if other, ok := smartylog.ValueAlias(text); ok {
			x.texts[other] = append(x.texts[other], item)
		}
	}
	if n, ok := Number(constant); ok {
		if x.numbers == nil {
			x.numbers = map[float64][]T{}
		}
		x.numbers[n] = append(x.numbers[n], item)
	}
	for i, truth := range []bool{false, true} {
		if equalBool(truth, constant) {
			x.truths[i] = append(x.truths[i], item)
		}
	}
}

// Find appends the items of all constants that equal the value, and it may be some
// others; an item may come more than once.
func (x *ValueIndex[T]) Find(v any, found []T) []T {
	switch v := v.(type) {
	case string:
		found = append(found, x.texts[v]...)
	case int64, int, float64, bool:
	default:
		return found
	}
	if n, ok := Number(v); ok && x.numbers != nil {
		found = append(found, x.numbers[n]...)
	}
	for i, truth := range []bool{false, true} {
		if len(x.truths[i]) > 0 && equalBool(truth, v) {
			found = append(found, x.truths[i]...)
		}
	}
	return found
}
