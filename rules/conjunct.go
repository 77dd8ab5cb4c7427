package rules

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// Conjunct is one of the parts of an expression that must all hold.
type Conjunct struct {
	*Expr // the part alone; it is asked as the whole is
	// Compared is set when the part compares something with a number that the rule
	// gives.
	Compared *Comparison
}

// Comparison is an order between a value and a constant number.
type Comparison struct {
	Of    *Expr  // the value
	Op    string // ">=", ">", "<=" or "<", with the value to its left
	Limit float64
	limit *Term
	whole *Expr
}

// Conjuncts are the parts of an expression that was read with Options.Keep, in the order
// in which they are asked: it holds when all of them do. nil of none.
func (x *Expr) Conjuncts() []Conjunct {
	if x == nil || x.term == nil {
		return nil
	}
	var out []Conjunct
	for i, t := range x.term.conjuncts(nil) {
		c := Conjunct{Expr: x}
		if t != x.term {
			if c.Expr = x.part(i, -1, wantBool); c.Expr == nil {
				return []Conjunct{{Expr: x}} // cannot be: each was compiled as a part of the whole
			}
			c.Source = t.Text()
		}
		c.Compared = x.comparison(i, t)
		out = append(out, c)
	}
	return out
}

func (t *Term) conjuncts(list []*Term) []*Term {
	if t.Op != "and" {
		return append(list, t)
	}
	for _, a := range t.Args {
		list = a.conjuncts(list)
	}
	return list
}

// mirrored are the orders with their sides exchanged.
var mirrored = map[string]string{">=": "<=", ">": "<", "<=": ">=", "<": ">"}

// comparison is what the i-th part compares with a number; nil if it is nothing like it.
func (x *Expr) comparison(i int, t *Term) *Comparison {
	if mirrored[t.Op] == "" || len(t.Args) != 2 {
		return nil
	}
	for side, a := range t.Args {
		limit, ok := t.Args[1-side].number()
		if !ok || len(a.Names()) == 0 {
			continue
		}
		c := &Comparison{Op: t.Op, Limit: limit, limit: t.Args[1-side], whole: x}
		if side == 1 {
			c.Op = mirrored[t.Op]
		}
		if c.Of = x.part(i, side, wantAny); c.Of == nil {
			return nil
		}
		c.Of.Source = a.Text()
		return c
	}
	return nil
}

// number is the term's value if it is a constant number.
func (t *Term) number() (float64, bool) {
	switch v := t.Value.(type) {
	case int:
		return float64(v), t.Op == "value"
	case float64:
		return v, t.Op == "value"
	}
	if len(t.Args) != 2 || !slices.Contains([]string{"+", "-", "*", "/"}, t.Op) {
		return 0, false
	}
	a, ok1 := t.Args[0].number()
	b, ok2 := t.Args[1].number()
	if !ok1 || !ok2 {
		return 0, false
	}
	switch t.Op {
	case "+":
		return a + b, true
	case "-":
		return a - b, true
	case "*":
		return a * b, true
	}
	return a / b, b != 0
}

// Holds tells whether a value is on the side of the limit that the comparison asks for.
func (c *Comparison) Holds(v float64) bool {
	switch c.Op {
	case ">=":
		return v >= c.Limit
	case ">":
		return v > c.Limit
	case "<=":
		return v <= c.Limit
	}
	return v < c.Limit
}

// Upward tells whether greater values hold.
func (c *Comparison) Upward() bool { return c.Op[0] == '>' }

// Text is the comparison with another limit.
func (c *Comparison) Text(limit float64) string {
	return fmt.Sprintf("%s %s %s", c.Of.Source, c.Op, Literal(limit))
}

// With is the source of the whole expression with another limit in the place of this one.
func (c *Comparison) With(limit float64) string {
	rs := []rune(c.limit.of.source)
	offset, width := c.limit.of.written(int(c.limit.offset), int(c.limit.width))
	return string(rs[:offset]) + Literal(limit) + string(rs[offset+width:])
}

// Literal is a number as expressions have it.
func Literal(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// part compiles the i-th conjunct alone, or with a side of 0 or 1 that side of its
// comparison.
func (x *Expr) part(i, side int, w want) *Expr {
	var faults strictyaml.Faults
	c := x.term.of.reporting(&faults)
	config := newConfig()
	tree, err := parser.ParseWithConfig(c.text, config)
	if err != nil {
		return nil
	}
	rw := &rewriter{code: c, scope: x.scope}
	whole := rw.rewrite(tree.Node)
	nodes := conjunctNodes(whole, nil)
	if rw.failed || i >= len(nodes) {
		return nil
	}
	n := nodes[i]
	if side >= 0 {
		if n = sideOf(n, side); n == nil {
			return nil
		}
	}
	tree.Node = n
	out := &Expr{Source: x.Source, Names: rw.names, refs: rw.refs, derives: x.derives}
	if !x.scope.record {
		out.refs = nil
	}
	if id, ok := n.(*ast.IdentifierNode); ok { // see compile: an expression that is one variable has no program
		at := slices.Index(rw.names, id.Value)
		if at < 0 || w != wantAny {
			return nil
		}
		out.Names = rw.names[at : at+1]
		if out.refs != nil {
			out.refs = rw.refs[at : at+1]
		}
		return out
	}
	config.WithEnv(rw.env())
	return out.finish(c, tree, config, w)
}

func conjunctNodes(n ast.Node, list []ast.Node) []ast.Node {
	if b, ok := n.(*ast.BinaryNode); ok && (b.Operator == "and" || b.Operator == "&&") {
		return conjunctNodes(b.Right, conjunctNodes(b.Left, list))
	}
	return append(list, n)
}

// sideOf is a side of a comparison, which may be a call of ours with the budget first.
func sideOf(n ast.Node, side int) ast.Node {
	switch n := n.(type) {
	case *ast.BinaryNode:
		return []ast.Node{n.Left, n.Right}[side]
	case *ast.CallNode:
		if len(n.Arguments) == 3 {
			return n.Arguments[1+side]
		}
	}
	return nil
}

// Value evaluates an expression over variables.
func (x *Expr) Value(s *Scratch, vars Variables) (any, error) {
	if x.program == nil {
		return vars.Variable(x.Names[0]), nil
	}
	for _, name := range x.Names {
		s.vars[name] = vars.Variable(name)
	}
	return x.run(s)
}
