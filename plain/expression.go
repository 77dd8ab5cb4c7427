package plain

import (
	"fmt"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"

	"github.com/smarty-alert/smarty-alert/rules"
)

// speaker turns the expressions of one place into words.
type speaker struct {
	constants []rules.Var
	counts    string // what `count` counts, in the plural; "" over a record, where there is no count
	item      bool   // within any, all and none: # is said as "the item"
}

// binding tells how tightly the words of a clause hang together.
type binding int

const (
	loosely binding = iota // joined by or
	jointly                // joined by and
	firmly
)

// clause is the expression as something that holds or does not.
func clause(x *rules.Expr, counts string) string {
	text, _ := speaker{constants: x.Constants(), counts: counts}.clause(x.Tree(), true)
	return text
}

// value is the expression as a thing.
func value(x *rules.Expr) string {
	return speaker{constants: x.Constants()}.operand(x.Tree())
}

// clause says that a node is so, or that it is not.
func (sp speaker) clause(n ast.Node, so bool) (string, binding) {
	switch n := n.(type) {
	case *ast.BinaryNode:
		return sp.binary(n, so)
	case *ast.UnaryNode:
		if n.Operator == "not" || n.Operator == "!" {
			return sp.clause(n.Node, !so)
		}
	case *ast.CallNode:
		if text, ok := sp.test(n, so); ok {
			return text, firmly
		}
	case *ast.BuiltinNode:
		if text, ok := sp.items(n, so); ok {
			return text, firmly
		}
	case *ast.BoolNode:
		if n.Value == so {
			return "always", firmly
		}
		return "never", firmly
	}
	holds := " holds"
	if !so {
		holds = " does not hold"
	}
	return sp.asWritten(n) + holds, firmly
}

func (sp speaker) binary(n *ast.BinaryNode, so bool) (string, binding) {
	switch op := n.Operator; op {
	case "and", "&&":
		return sp.joined(n, so, " and ", jointly)
	case "or", "||":
		return sp.joined(n, so, " or ", loosely)
	}
	if text, ok := sp.presence(n, so); ok {
		return text, firmly
	}
	if text, ok := sp.number(n, so); ok {
		return text, firmly
	}
	if text, ok := sp.membership(n, so); ok {
		return text, firmly
	}
	verbs, ok := verbsOf[n.Operator]
	if !ok {
		return sp.operand(n) + map[bool]string{true: " holds", false: " does not hold"}[so], firmly
	}
	verb := verbs[0]
	if !so {
		verb = verbs[1]
	}
	return sp.operand(n.Left) + " " + verb + " " + sp.operand(n.Right), firmly
}

// verbsOf are the comparisons, as they are said and as they are denied. The
// denial of an order is not its reverse: with a missing value neither holds.
var verbsOf = map[string][2]string{
	"==": {"is", "is not"}, "!=": {"is not", "is"},
	"<": {"is less than", "is not less than"}, "<=": {"is at most", "is not at most"},
	">": {"is more than", "is not more than"}, ">=": {"is at least", "is not at least"},
	"contains": {"contains", "does not contain"}, "matches": {"matches the pattern", "does not match the pattern"},
	"startsWith": {"starts with", "does not start with"}, "endsWith": {"ends with", "does not end with"},
}

// joined says a chain of and, or of or. A denied chain is denied as a whole: with
// its sides denied one by one it would be harder to find again in the rule.
func (sp speaker) joined(n *ast.BinaryNode, so bool, word string, b binding) (string, binding) {
	var parts []string
	for _, side := range chain(n, n.Operator) {
		text, inner := sp.clause(side, true)
		if inner < firmly && inner != b {
			text = bracketed(text, inner)
		}
		parts = append(parts, text)
	}
	text := strings.Join(parts, word)
	if !so {
		return "it is not so that " + bracketed(text, b), firmly
	}
	return text, b
}

func bracketed(text string, b binding) string {
	if b == loosely {
		return "(either " + text + ")"
	}
	return "(" + text + ")"
}

// chain is the sides of a chain of one operator.
func chain(n ast.Node, op string) []ast.Node {
	b, ok := n.(*ast.BinaryNode)
	if !ok || !sameWord(b.Operator, op) {
		return []ast.Node{n}
	}
	return append(chain(b.Left, op), chain(b.Right, op)...)
}

func sameWord(a, b string) bool {
	long := map[string]string{"&&": "and", "||": "or"}
	if w, ok := long[a]; ok {
		a = w
	}
	if w, ok := long[b]; ok {
		b = w
	}
	return a == b
}

// presence says == nil and != nil.
func (sp speaker) presence(n *ast.BinaryNode, so bool) (string, bool) {
	if n.Operator != "==" && n.Operator != "!=" {
		return "", false
	}
	side, other := n.Left, n.Right
	if _, ok := side.(*ast.NilNode); ok {
		side, other = other, side
	}
	if _, ok := other.(*ast.NilNode); !ok {
		return "", false
	}
	if (n.Operator == "==") == so {
		return sp.operand(side) + " is missing", true
	}
	return sp.operand(side) + " is present", true
}

var mirrored = map[string]string{"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}

// denied are the opposites among numbers that are always there.
var denied = map[string]string{"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}

// number says how many records there are, where count is compared with a number.
func (sp speaker) number(n *ast.BinaryNode, so bool) (string, bool) {
	op, ok := mirrored[n.Operator]
	if !ok || sp.counts == "" {
		return "", false
	}
	side, other := n.Right, n.Left
	if isName(n.Left, "count") {
		op, side, other = n.Operator, n.Left, n.Right
	}
	limit, ok := plainNumber(other)
	if !ok || !isName(side, "count") {
		return "", false
	}
	if !so {
		op = denied[op]
	}
	return howMany(op, limit, sp.counts), true
}

func howMany(op, limit, noun string) string {
	one := noun
	if limit == "1" {
		one = strings.TrimSuffix(noun, "s")
	}
	switch op {
	case ">=":
		if limit == "1" {
			return "there is at least 1 " + one
		}
		return "there are " + limit + " or more " + noun
	case ">":
		if limit == "0" {
			return "there are more than 0 " + noun
		}
		return "there are more than " + limit + " " + one
	case "<":
		if limit == "1" {
			return "there are no " + noun
		}
		return "there are fewer than " + limit + " " + one
	case "<=":
		switch limit {
		case "0":
			return "there are no " + noun
		case "1":
			return "there is at most 1 " + one
		}
		return "there are at most " + limit + " " + one
	case "==":
		switch limit {
		case "0":
			return "there are no " + noun
		case "1":
			return "there is exactly 1 " + one
		}
		return "there are exactly " + limit + " " + noun
	}
	if limit == "0" {
		return "there is at least 1 " + strings.TrimSuffix(noun, "s")
	}
	return "the number of " + noun + " is not " + limit
}

// membership says `in`.
func (sp speaker) membership(n *ast.BinaryNode, so bool) (string, bool) {
	if n.Operator != "in" {
		return "", false
	}
	left := sp.operand(n.Left)
	if list, ok := n.Right.(*ast.ArrayNode); ok && len(list.Nodes) > 0 {
		return left + " " + oneOf(sp.operands(list.Nodes), so), true
	}
	if id, ok := n.Right.(*ast.IdentifierNode); ok && sp.constant(id.Value) != nil {
		if so {
			return left + " is one of " + sp.operand(id), true
		}
		return left + " is none of " + sp.operand(id), true
	}
	if so {
		return left + " is among " + sp.operand(n.Right), true
	}
	return left + " is not among " + sp.operand(n.Right), true
}

func oneOf(items []string, so bool) string {
	switch {
	case len(items) == 1 && so:
		return "is " + items[0]
	case len(items) == 1:
		return "is not " + items[0]
	case so:
		return "is one of " + strings.Join(items, ", ")
	}
	return "is none of " + strings.Join(items, ", ")
}

// test says the functions that are true or false.
func (sp speaker) test(n *ast.CallNode, so bool) (string, bool) {
	args := n.Arguments
	switch name := callee(n); {
	case name == "matches" && len(args) == 2:
		return sp.clause2("matches", args[0], args[1], so), true
	case name == "cidr" && len(args) > 1:
		verb := " is an address in "
		if !so {
			verb = " is not an address in "
		}
		return sp.operand(args[0]) + verb + orList(sp.operands(args[1:])), true
	}
	return "", false
}

func (sp speaker) clause2(op string, a, b ast.Node, so bool) string {
	verb := verbsOf[op][0]
	if !so {
		verb = verbsOf[op][1]
	}
	return sp.operand(a) + " " + verb + " " + sp.operand(b)
}

// items says any, all and none.
func (sp speaker) items(n *ast.BuiltinNode, so bool) (string, bool) {
	words := map[string]string{"any": "for some item of ", "all": "for every item of ", "none": "for no item of "}
	start, ok := words[n.Name]
	if !ok || len(n.Arguments) != 2 || sp.item {
		return "", false
	}
	p, ok := n.Arguments[1].(*ast.PredicateNode)
	if !ok {
		return "", false
	}
	inner := sp
	inner.item = true
	text, b := inner.clause(p.Node, true)
	if b < firmly {
		text = bracketed(text, b)
	}
	said := start + sp.operand(n.Arguments[0]) + " it holds that " + text
	if !so {
		return "it is not so that (" + said + ")", true
	}
	return said, true
}

func callee(n *ast.CallNode) string {
	id, ok := n.Callee.(*ast.IdentifierNode)
	if !ok {
		return ""
	}
	return id.Value
}

func isName(n ast.Node, name string) bool {
	id, ok := n.(*ast.IdentifierNode)
	return ok && id.Value == name
}

func (sp speaker) constant(name string) *rules.Var {
	i := slices.IndexFunc(sp.constants, func(v rules.Var) bool { return v.Name == name })
	if i < 0 {
		return nil
	}
	return &sp.constants[i]
}

// asWritten is the fallback.
func (sp speaker) asWritten(n ast.Node) string {
	text := "`" + n.String() + "`"
	if sp.item {
		text += " (# being the item)"
	}
	for _, v := range sp.constants {
		if mentions(n, v.Name) {
			text += fmt.Sprintf(" (%s being %s)", v.Name, literal(v.Value))
		}
	}
	return text
}

// mentions reports whether a name stands in a tree.
func mentions(n ast.Node, name string) bool {
	f := finder{name: name}
	ast.Walk(&n, &f)
	return f.found
}

type finder struct {
	name  string
	found bool
}

func (f *finder) Visit(n *ast.Node) { f.found = f.found || isName(*n, f.name) }
