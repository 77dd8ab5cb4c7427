package rules

import (
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/types"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// quick is an expression, or a part of one, that is evaluated without the machine
// of expr: comparisons, and, or, not, and calls of our functions. It calls the
// functions that the machine calls, on the same values, in the same order and on
// the same budget. Where one of them fails it gives no answer, and the machine is
// asked after all: what an expression means is said by expr alone.
type quick struct {
	op    quickOp
	args  []*quick
	name  int             // of quickName: its place in Expr.Names
	value any             // of quickValue
	texts map[string]bool // of quickIn: its list, if that has only texts
	fn    func(*budget, []any) (any, error)
	// operator is of quickArithmetic and quickNumbers.
	operator byte
	holds    func(c int) bool          // of quickOrder and quickOrderNumbers
	text     func(s, part string) bool // of quickText
	// searches tells of a quickTest or quickText that it looks through a text, and never fails.
	searches bool
	find     *literals // of matches, if that is all it asks
	search   *search   // of matches else, and of capture
}

type quickOp uint8

const (
	quickValue quickOp = iota
	quickName
	quickCall // what it gives may be anything
	quickCoalesce
	quickChoice     // ?:
	quickArithmetic // of numbers, see isNumber
	quickRatio      // of numbers
	quickTest       // a call that gives true or false
	quickAnd
	quickOr
	quickNot
	quickEqual
	quickUnequal
	quickOrder        // <, <=, > or >= of anything
	quickOrderNumbers // the same of numbers
	quickNumbers      // any comparison of numbers by expr's own operators
	quickIn
	quickText // contains, startsWith, endsWith
)

// isTest tells whether it gives true or false, whatever the values are.
func (q *quick) isTest() bool {
	_, constant := q.value.(bool)
	return q.op >= quickTest || q.op == quickValue && constant
}

// quickFunctions are our functions by name.
var quickFunctions = func() map[string]function {
	all := map[string]function{}
	for _, f := range functions {
		all[f.name] = f
	}
	return all
}()

// quickMaker makes quick expressions of compiled trees.
type quickMaker struct {
	names []string
	types types.Map
	sets  textSets
}

// make returns nil for what it does not know.
func (m *quickMaker) make(n ast.Node) *quick {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		if i := slices.Index(m.names, n.Value); i >= 0 {
			return &quick{op: quickName, name: i}
		}
	case *ast.IntegerNode:
		if t := n.Type(); t == nil || t.Kind() == reflect.Int {
			return &quick{value: n.Value}
		}
	case *ast.FloatNode:
		if t := n.Type(); t == nil || t.Kind() == reflect.Float64 {
			return &quick{value: n.Value}
		}
	case *ast.StringNode:
		return &quick{value: n.Value}
	case *ast.BoolNode:
		return &quick{value: n.Value}
	case *ast.NilNode:
		return &quick{}
	case *ast.ConstantNode:
		return &quick{value: n.Value}
	case *ast.UnaryNode:
		if q := m.tests(quickNot, n.Node); n.Operator == "not" || n.Operator == "!" {
			return q
		}
	case *ast.BinaryNode:
		return m.binary(n)
	case *ast.ConditionalNode:
		return m.choice(n)
	case *ast.CallNode:
		return m.call(n)
	}
	return nil
}

// tests makes an operation on what is true or false.
func (m *quickMaker) tests(op quickOp, nodes ...ast.Node) *quick {
	q := &quick{op: op}
	for _, n := range nodes {
		arg := m.make(n)
		if arg == nil || !arg.isTest() {
			return nil
		}
		q.args = append(q.args, arg)
	}
	return q
}

func (m *quickMaker) binary(n *ast.BinaryNode) *quick {
	switch n.Operator {
	case "and", "&&":
		return m.tests(quickAnd, n.Left, n.Right)
	case "or", "||":
		return m.tests(quickOr, n.Left, n.Right)
	}
	left, right := m.make(n.Left), m.make(n.Right)
	if left == nil || right == nil {
		return nil
	}
	q := &quick{args: []*quick{left, right}}
	switch compares := comparisonOf(n.Operator); {
	case n.Operator == "??":
		q.op = quickCoalesce
	case !m.areNumbers(q.args):
		return nil
	case compares != 0:
		q.op, q.operator = quickNumbers, compares
	case strings.Contains("+-*/", n.Operator):
		q.op, q.operator = quickArithmetic, n.Operator[0]
	default:
		return nil
	}
	return q
}

func (m *quickMaker) choice(n *ast.ConditionalNode) *quick {
	cond, yes, no := m.make(n.Cond), m.make(n.Exp1), m.make(n.Exp2)
	if cond == nil || yes == nil || no == nil || !cond.isTest() {
		return nil
	}
	return &quick{op: quickChoice, args: []*quick{cond, yes, no}}
}

// isCount tells whether it is a variable that is always an int.
func (m *quickMaker) isCount(q *quick) bool {
	return q.op == quickName && m.types[m.names[q.name]] == types.Int
}

// orderOf is what one of our functions asks of the order of two values.
func orderOf(operator string) func(c int) bool {
	switch operator {
	case "$lt":
		return func(c int) bool { return c < 0 }
	case "$le":
		return func(c int) bool { return c <= 0 }
	case "$gt":
		return func(c int) bool { return c > 0 }
	case "$ge":
		return func(c int) bool { return c >= 0 }
	}
	return nil
}

// call is one of our functions, whose first argument is the budget.
func (m *quickMaker) call(n *ast.CallNode) *quick {
	id, ok := n.Callee.(*ast.IdentifierNode)
	f, ours := quickFunctions[id.Value]
	if !ok || !ours || len(n.Arguments) < 2 {
		return nil
	}
	q := &quick{op: quickCall, fn: f.fn}
	if f.sig == any(bool2) {
		q.op = quickTest
	}
	for _, a := range n.Arguments[1:] {
		arg := m.make(a)
		if arg == nil {
			return nil
		}
		q.args = append(q.args, arg)
	}
	m.specialise(q, f.name)
	return q
}

// specialise finds the calls that need no list of arguments.
func (m *quickMaker) specialise(q *quick, name string) {
	switch name {
	case "$eq":
		q.op = quickEqual
	case "$ne":
		q.op = quickUnequal
	case "$lt", "$le", "$gt", "$ge":
		q.op, q.holds = quickOrder, orderOf(name)
		if m.areNumbers(q.args) {
			q.op = quickOrderNumbers
		}
	case "$ratio":
		if m.areNumbers(q.args) {
			q.op = quickRatio
		}
	case "$in":
		q.op = quickIn
		if list, ok := q.args[1].value.([]any); ok {
			q.texts = m.sets.of(list)
		}
	case "$contains":
		q.op, q.text, q.searches = quickText, strings.Contains, true
	case "$startsWith":
		q.op, q.text, q.searches = quickText, strings.HasPrefix, true
	case "$endsWith":
		q.op, q.text, q.searches = quickText, strings.HasSuffix, true
	case "$matches":
		q.searches = true
		if re, ok := q.args[1].value.(*regexp.Regexp); ok {
			if q.find = literalsOf(re); q.find == nil {
				q.search = newSearch(re, -1)
			}
		}
	case "$capture":
		re, isPattern := q.args[1].value.(*regexp.Regexp)
		group, isGroup := q.args[2].value.(int)
		if isPattern && isGroup {
			q.search = newSearch(re, group)
		}
	}
}

// textSets are the elements of long lists, by their first one: those of a list of the
// file are made once, whatever the number of expressions that use it.
type textSets map[*any]map[string]bool

// shortList is how many elements are rather compared one by one.
const shortList = 4

// of returns the elements of a list that has only texts, spellings included; nil for
// another, and for a short one.
func (sets textSets) of(list []any) map[string]bool {
	if len(list) <= shortList {
		return nil
	}
	texts, made := sets[&list[0]]
	if !made {
		texts = textsOf(list)
		if sets != nil {
			sets[&list[0]] = texts
		}
	}
	return texts
}

func textsOf(list []any) map[string]bool {
	texts := make(map[string]bool, len(list))
	for _, item := range list {
		text, ok := item.(string)
		if !ok {
			return nil
		}
		texts[text] = true
		if other, ok := smartylog.ValueAlias(text); ok {
			texts[other] = true
		}
	}
	return texts
}
