package rules

import "github.com/smarty-alert/smarty-alert/smartylog"

// Needed is a field of records and the values one of which it must equal for an
// expression to hold.
type Needed struct {
	Path   smartylog.Path
	Values []any // each a text, a number or a boolean
}

// Bounds of what comes before the comparison that Needed finds, so that it cannot
// take more than MaxSteps: comparisons, those of them that search through a text, and
// elements of lists.
const (
	maxBefore       = 10
	maxBeforeTexts  = 2
	maxBeforeListed = MaxSteps / 2
)

// Needed finds a comparison without which the expression cannot hold: over any record
// in which the field has none of the values it is false, and does not fail. ok is false
// when there is none.
func (x *Expr) Needed() (n Needed, ok bool) {
	if x == nil || x.quick == nil || x.derives {
		return n, false
	}
	var cost comparisonCost
	for _, q := range x.quick.conjuncts(nil) {
		if !cost.add(q) {
			return n, false
		}
		if n, ok := x.neededBy(q); ok {
			return n, true
		}
	}
	return n, false
}

// conjuncts are the parts that must all hold, in the order of their evaluation.
func (q *quick) conjuncts(list []*quick) []*quick {
	if q.op != quickAnd {
		return append(list, q)
	}
	return q.args[1].conjuncts(q.args[0].conjuncts(list))
}

// comparisonCost is what comparisons take that cannot fail.
type comparisonCost struct{ comparisons, texts, listed int }

// add is false for what may fail, or be too expensive.
func (c *comparisonCost) add(q *quick) bool {
	switch q.op {
	case quickAnd, quickOr, quickNot:
		for _, a := range q.args {
			if !c.add(a) {
				return false
			}
		}
		return true
	case quickEqual, quickUnequal:
		if !q.args[0].isScalar() && !q.args[1].isScalar() {
			return false
		}
	case quickIn:
		list, ok := q.args[1].value.([]any)
		if !ok {
			return false
		}
		c.listed += len(list)
	case quickTest, quickText:
		if c.texts++; !q.searches {
			return false
		}
	default:
		return false
	}
	for _, a := range q.args {
		if a.op != quickName && a.op != quickValue {
			return false
		}
	}
	c.comparisons++
	return c.comparisons <= maxBefore && c.texts <= maxBeforeTexts && c.listed <= maxBeforeListed
}

// isScalar tells whether it is a constant that is a text, a number or a boolean.
func (q *quick) isScalar() bool { return q.op == quickValue && isScalar(q.value) }

func isScalar(v any) bool {
	switch v.(type) {
	case string, bool, int, int64, float64:
		return true
	}
	return false
}

// neededBy is what one comparison asks of a field; of the event's name nothing, since
// that decides anyway.
func (x *Expr) neededBy(q *quick) (n Needed, ok bool) {
	if q.op != quickEqual && q.op != quickIn {
		return n, false
	}
	field, constant := q.args[0], q.args[1]
	if q.op == quickEqual && field.op == quickValue {
		field, constant = constant, field
	}
	if field.op != quickName || constant.op != quickValue {
		return n, false
	}
	n.Path, n.Values = x.refs[field.name].Path, []any{constant.value}
	if q.op == quickIn {
		n.Values, _ = constant.value.([]any)
	}
	for _, v := range n.Values {
		if !isScalar(v) {
			return n, false
		}
	}
	root, inContext := n.Path.Root()
	return n, len(n.Values) > 0 && (inContext || root != "event" && root != "log")
}
