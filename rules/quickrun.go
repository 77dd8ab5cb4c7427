package rules

import "github.com/expr-lang/expr/vm/runtime"

// quickRun is a quick evaluation under way.
type quickRun struct {
	x      *Expr
	s      *Scratch
	rec    Fielder   // of an expression over a record
	vars   Variables // of a condition
	failed bool      // there is no answer
}

// answer evaluates; ok is false when the machine has to be asked.
func (r *quickRun) answer(q *quick) (v any, ok bool) {
	r.s.budget.left = MaxSteps
	v = r.eval(q)
	return v, !r.failed
}

// answerTest is answer for what is true or false.
func (r *quickRun) answerTest(q *quick) (holds, ok bool) {
	r.s.budget.left = MaxSteps
	holds = r.test(q)
	return holds, !r.failed
}

func (r *quickRun) eval(q *quick) any {
	switch q.op {
	case quickValue:
		return q.value
	case quickName:
		return r.variable(q.name)
	case quickCall:
		if q.search != nil {
			return r.search(q)
		}
		return r.call(q)
	case quickCoalesce:
		if v := r.eval(q.args[0]); !runtime.IsNil(v) || r.failed {
			return v
		}
		return r.eval(q.args[1])
	case quickChoice:
		if r.test(q.args[0]) {
			return r.eval(q.args[1])
		}
		return r.eval(q.args[2])
	case quickArithmetic, quickRatio:
		return r.number(q).value()
	}
	return r.test(q)
}

// variable is the value of the expression's i-th name. Of derived fields those that fail have
// made the whole expression fail before.
func (r *quickRun) variable(i int) any {
	if r.rec == nil {
		return r.vars.Variable(r.x.Names[i])
	}
	v, _ := r.x.refs[i].Value(r.s, r.rec)
	return v
}

// test evaluates what is true or false; after a failure it may say anything.
func (r *quickRun) test(q *quick) bool {
	switch q.op {
	case quickValue:
		return q.value.(bool)
	case quickAnd:
		return r.test(q.args[0]) && r.test(q.args[1])
	case quickOr:
		return r.test(q.args[0]) || r.test(q.args[1])
	case quickNot:
		return !r.test(q.args[0])
	case quickNumbers:
		return r.numbers(q)
	case quickOrderNumbers:
		return r.orderNumbers(q)
	case quickTest:
		if q.find != nil {
			return r.find(q)
		}
		if q.search != nil {
			holds, _ := r.search(q).(bool)
			return holds
		}
		holds, _ := r.call(q).(bool)
		return holds
	}
	a, b := r.eval(q.args[0]), r.eval(q.args[1])
	if r.failed || !r.s.budget.spend(1) {
		r.failed = true
		return false
	}
	holds := r.compare(q, a, b)
	r.failed = r.failed || r.s.budget.left < 0
	return holds
}

func (r *quickRun) compare(q *quick, a, b any) bool {
	bud := &r.s.budget
	switch q.op {
	case quickEqual:
		return equal(bud, a, b)
	case quickUnequal:
		return !equal(bud, a, b)
	case quickOrder:
		c, ok, err := order(a, b)
		r.failed = r.failed || err != nil
		return ok && q.holds(c)
	case quickText:
		s, ok := a.(string)
		part, okPart := b.(string)
		return ok && okPart && bud.search(s) && q.text(s, part)
	}
	if text, ok := a.(string); ok && q.texts != nil {
		return bud.spend(len(b.([]any))) && q.texts[text]
	}
	holds, err := contains(bud, a, b)
	r.failed = r.failed || err != nil
	return holds
}

// search is matches or capture; nil for what is no text.
func (r *quickRun) search(q *quick) any {
	text, ok := r.eval(q.args[0]).(string)
	bud := &r.s.budget
	if r.failed || !bud.spend(1) || ok && !bud.search(text) {
		r.failed = true
		return nil
	}
	if !ok {
		return nil
	}
	return q.search.of(r.s, text)
}

// find is matches for an expression that only looks for texts.
func (r *quickRun) find(q *quick) bool {
	text, ok := r.eval(q.args[0]).(string)
	bud := &r.s.budget
	if r.failed || !bud.spend(1) {
		r.failed = true
		return false
	}
	holds := ok && bud.search(text) && q.find.in(text)
	r.failed = bud.left < 0
	return holds
}

func (r *quickRun) call(q *quick) any {
	s := r.s
	from := len(s.stack)
	for _, a := range q.args {
		v := r.eval(a)
		s.stack = append(s.stack, v)
	}
	var v any
	if !r.failed {
		v = r.run(q, s.stack[from:])
	}
	clear(s.stack[from:])
	s.stack = s.stack[:from]
	return v
}

func (r *quickRun) run(q *quick, args []any) any {
	v, err := any(nil), errTooExpensive
	if r.s.budget.spend(1) {
		v, err = q.fn(&r.s.budget, args)
	}
	r.failed = err != nil || r.s.budget.left < 0
	return v
}
