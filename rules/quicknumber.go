package rules

import "math"

// quickNumber is a number as conditions count: an int, or a float64.
type quickNumber struct {
	f     float64
	i     int
	whole bool // it is i
}

func (n quickNumber) float() float64 {
	if n.whole {
		return float64(n.i)
	}
	return n.f
}

// value is what the machine of expr has in its place.
func (n quickNumber) value() any {
	if n.whole {
		return n.i
	}
	return n.f
}

// isNumber tells whether it is always an int or a float64: a variable that counts, a
// number, or what is calculated of these.
func (m *quickMaker) isNumber(q *quick) bool {
	switch q.op {
	case quickValue:
		switch q.value.(type) {
		case int, float64:
			return true
		}
	case quickName:
		return m.isCount(q)
	case quickArithmetic, quickRatio:
		return true
	}
	return false
}

func (m *quickMaker) areNumbers(qs []*quick) bool {
	for _, q := range qs {
		if !m.isNumber(q) {
			return false
		}
	}
	return true
}

// number evaluates what isNumber.
func (r *quickRun) number(q *quick) (n quickNumber) {
	switch q.op {
	case quickValue:
		switch v := q.value.(type) {
		case int:
			return quickNumber{i: v, whole: true}
		case float64:
			return quickNumber{f: v}
		}
	case quickName:
		return r.whole(q)
	case quickArithmetic:
		return calculate(q.operator, r.number(q.args[0]), r.number(q.args[1]))
	case quickRatio:
		return r.ratio(r.number(q.args[0]), r.number(q.args[1]))
	}
	return n
}

// whole is a variable that is an int; it may have a value of another kind all the same.
func (r *quickRun) whole(q *quick) quickNumber {
	var i int
	ok := false
	if r.rec == nil {
		i, ok = r.vars.Int(r.x.Names[q.name])
	}
	r.failed = r.failed || !ok
	return quickNumber{i: i, whole: true}
}

// calculate is what expr makes of two numbers.
func calculate(operator byte, a, b quickNumber) quickNumber {
	if a.whole && b.whole && operator != '/' {
		n := quickNumber{whole: true}
		switch operator {
		case '+':
			n.i = a.i + b.i
		case '-':
			n.i = a.i - b.i
		case '*':
			n.i = a.i * b.i
		}
		return n
	}
	x, y := a.float(), b.float()
	switch operator {
	case '+':
		return quickNumber{f: x + y}
	case '-':
		return quickNumber{f: x - y}
	case '*':
		return quickNumber{f: x * y}
	}
	return quickNumber{f: x / y}
}

// ratio is ours of two numbers, which has no value for what is none or endless.
func (r *quickRun) ratio(a, b quickNumber) quickNumber {
	x, y := a.float(), b.float()
	if !finite(x) || !finite(y) || !r.s.budget.spend(1) {
		r.failed = true
	}
	if y == 0 {
		return quickNumber{}
	}
	return quickNumber{f: x / y}
}

func finite(f float64) bool { return !math.IsNaN(f) && !math.IsInf(f, 0) }

// numbers compares two numbers as expr does.
func (r *quickRun) numbers(q *quick) bool {
	a, b := r.number(q.args[0]), r.number(q.args[1])
	if r.failed {
		return false
	}
	if a.whole && b.whole {
		return holds(q.operator, a.i, b.i)
	}
	return holds(q.operator, a.float(), b.float())
}

// orderNumbers compares two numbers as ours do, which knows no order of what is none or
// endless.
func (r *quickRun) orderNumbers(q *quick) bool {
	a, b := r.number(q.args[0]).float(), r.number(q.args[1]).float()
	if r.failed || !finite(a) || !finite(b) || !r.s.budget.spend(1) {
		r.failed = true
		return false
	}
	return q.holds(compareFloats(a, b))
}

// The operators of quick comparisons that have two letters.
const (
	equals     = '='
	unequals   = '!'
	lessEquals = 'l'
	moreEquals = 'm'
)

// comparison is the operator of a quick comparison; 0 for none.
func comparisonOf(operator string) byte {
	switch operator {
	case "==":
		return equals
	case "!=":
		return unequals
	case "<", ">":
		return operator[0]
	case "<=":
		return lessEquals
	case ">=":
		return moreEquals
	}
	return 0
}

func holds[T int | float64](operator byte, a, b T) bool {
	switch operator {
	case equals:
		return a == b
	case unequals:
		return a != b
	case '<':
		return a < b
	case lessEquals:
		return a <= b
	case '>':
		return a > b
	}
	return a >= b
}
