package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// Term is a part of an expression as it was understood: each path is one name,
// vars and lists are their values.
type Term struct {
	// Op is "name", "value", "list", an operator (and, or, not, ==, !=, <, <=, >, >=,
	// in, contains, startsWith, endsWith, matches, +, -, *, /, ?:, …) or a function.
	// "opaque" is what depends on the element of a list that is walked.
	Op    string
	Name  string  // of a name
	Value any     // of a value: nil, bool, int, float64, string, []any, *regexp.Regexp, []netip.Prefix
	Args  []*Term // of all else

	of            *code // all terms of an expression share it
	offset, width int32 // in the expression, in characters
}

// String is the term in one spelling: equal terms have equal texts.
func (t *Term) String() string {
	switch t.Op {
	case "name":
		return t.Name
	case "value":
		return fmt.Sprintf("%#v", t.Value)
	}
	args := make([]string, len(t.Args))
	for i, a := range t.Args {
		args[i] = a.String()
	}
	return t.Op + "(" + strings.Join(args, ", ") + ")"
}

// Text is the term as it was written.
func (t *Term) Text() string {
	rs := []rune(t.of.source)
	offset, width := t.of.written(int(t.offset), int(t.width))
	return string(rs[min(offset, len(rs)):min(offset+width, len(rs))])
}

// Warn records a warning at the term's place.
func (t *Term) Warn(faults *strictyaml.Faults, code, hint, format string, args ...any) {
	offset, width := t.of.written(int(t.offset), int(t.width))
	t.of.Reporting(faults).WarnAt(code, offset, width, hint, format, args...)
}

// Names lists the names in the term, each once.
func (t *Term) Names() []string {
	if t == nil {
		return nil
	}
	if t.Op == "name" {
		return []string{t.Name}
	}
	var out []string
	for _, a := range t.Args {
		for _, n := range a.Names() {
			if !slices.Contains(out, n) {
				out = append(out, n)
			}
		}
	}
	return out
}

// terms makes terms of an expression.
type terms struct {
	code  *code
	runes []rune // of the code
}

// operators maps our functions to the operators that they stand for.
var operators = map[string]string{"$eq": "==", "$ne": "!=", "$lt": "<", "$le": "<=", "$gt": ">", "$ge": ">=", "$add": "+", "&&": "and", "||": "or", "!": "not"}

func (m *terms) make(n ast.Node) *Term {
	loc := n.Location()
	t := &Term{Op: "opaque", of: m.code, offset: int32(loc.From), width: int32(max(1, loc.To-loc.From))}
	switch n := n.(type) {
	case *ast.IdentifierNode:
		t.Op, t.Name = "name", n.Value
	case *ast.IntegerNode:
		t.Op, t.Value = "value", n.Value
	case *ast.FloatNode:
		t.Op, t.Value = "value", n.Value
	case *ast.BoolNode:
		t.Op, t.Value = "value", n.Value
	case *ast.StringNode:
		t.Op, t.Value = "value", n.Value
	case *ast.NilNode:
		t.Op = "value"
	case *ast.ConstantNode:
		t.Op, t.Value = "value", n.Value
	case *ast.ArrayNode:
		m.list(t, n)
	case *ast.UnaryNode:
		m.operation(t, n.Operator, n.Node)
	case *ast.BinaryNode:
		m.operation(t, n.Operator, n.Left, n.Right)
	case *ast.ConditionalNode:
		m.operation(t, "?:", n.Cond, n.Exp1, n.Exp2)
	case *ast.CallNode:
		m.call(t, n)
	case *ast.BuiltinNode:
		m.operation(t, n.Name, n.Arguments...)
	case *ast.PredicateNode:
		m.operation(t, "opaque", n.Node)
	}
	m.spread(t)
	return t
}

// spread makes a term as wide as it is written: the parser places an operator, the
// last step of a path, a bracket.
func (m *terms) spread(t *Term) {
	if m.runes == nil {
		m.runes = []rune(m.code.text)
	}
	rs := m.runes
	from, to := int(t.offset), min(int(t.offset+t.width), len(rs))
	for _, a := range t.Args {
		from, to = min(from, int(a.offset)), max(to, int(a.offset+a.width))
	}
	if n := len([]rune(t.Name)); t.Op == "name" {
		for start := max(0, from-n); start <= from; start++ { // from is somewhere in the path
			if end := start + n; end > from && end <= len(rs) && string(rs[start:end]) == t.Name {
				from, to = start, end
				break
			}
		}
	}
	if to < len(rs) && (rs[to] == ')' && open(rs[from:to], '(', ')') || rs[to] == ']' && open(rs[from:to], '[', ']')) {
		to++
	}
	t.offset, t.width = int32(from), int32(max(1, to-from))
}

// open reports whether more brackets are opened than closed.
func open(text []rune, left, right rune) bool {
	n := 0
	for _, r := range text {
		switch r {
		case left:
			n++
		case right:
			n--
		}
	}
	return n > 0
}

func (m *terms) operation(t *Term, op string, args ...ast.Node) {
	t.Op = op
	if name, ok := operators[op]; ok {
		t.Op = name
	}
	for _, a := range args {
		t.Args = append(t.Args, m.make(a))
	}
	if op != "-" || len(args) != 1 {
		return
	}
	t.width = max(t.width, t.Args[0].offset+t.Args[0].width-t.offset)
	switch v := t.Args[0].Value.(type) {
	case int:
		t.Op, t.Value, t.Args = "value", -v, nil
	case float64:
		t.Op, t.Value, t.Args = "value", -v, nil
	}
}

// list is a value when all its elements are.
func (m *terms) list(t *Term, n *ast.ArrayNode) {
	m.operation(t, "list", n.Nodes...)
	values := []any{}
	for _, a := range t.Args {
		if a.Op != "value" {
			return
		}
		values = append(values, a.Value)
	}
	m.spread(t)
	t.Op, t.Value, t.Args = "value", values, nil
}

// call is one of our functions, whose first argument is the budget.
func (m *terms) call(t *Term, n *ast.CallNode) {
	id, ok := n.Callee.(*ast.IdentifierNode)
	if !ok || len(n.Arguments) < 2 {
		return
	}
	op, isOperator := operators[id.Value]
	if !isOperator {
		op = strings.TrimPrefix(id.Value, "$")
	}
	if op == "items" {
		*t = *m.make(n.Arguments[1])
		return
	}
	m.operation(t, op, n.Arguments[1:]...)
}
