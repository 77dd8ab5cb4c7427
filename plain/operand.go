package plain

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/expr-lang/expr/ast"
)

// operand is a node as a thing that has a value.
func (sp speaker) operand(n ast.Node) string {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		return sp.name(n.Value)
	case *ast.ChainNode:
		return sp.operand(n.Node)
	case *ast.MemberNode:
		if text, ok := sp.path(n); ok {
			return text
		}
	case *ast.PointerNode:
		if sp.item && n.Name == "" {
			return "the item"
		}
	case *ast.ArrayNode:
		return "[" + strings.Join(sp.operands(n.Nodes), ", ") + "]"
	case *ast.BinaryNode:
		if text, ok := sp.arithmetic(n); ok {
			return text
		}
	case *ast.UnaryNode:
		if n.Operator == "-" {
			return "-" + sp.term(n.Node)
		}
	case *ast.ConditionalNode:
		cond, _ := sp.clause(n.Cond, true)
		return "(if " + cond + ": " + sp.operand(n.Exp1) + ", otherwise: " + sp.operand(n.Exp2) + ")"
	case *ast.CallNode:
		if text, ok := sp.function(callee(n), n.Arguments); ok {
			return text
		}
	case *ast.BuiltinNode:
		if text, ok := sp.function(n.Name, n.Arguments); ok {
			return text
		}
	default:
		if text, ok := constantNode(n); ok {
			return text
		}
	}
	return sp.asWritten(n)
}

func (sp speaker) operands(nodes []ast.Node) []string {
	out := make([]string, len(nodes))
	for i, n := range nodes {
		out[i] = sp.operand(n)
	}
	return out
}

// name is a field, an aggregate, a label, or a var or list with its value.
func (sp speaker) name(name string) string {
	if v := sp.constant(name); v != nil {
		return fmt.Sprintf("%s (%s)", name, literal(v.Value))
	}
	if name == "count" && sp.counts != "" {
		return "the number of " + sp.counts
	}
	return name
}

// recordNames are the records that a condition can ask for a field.
var recordNames = map[string]string{"first": "the first record", "last": "the last record", "prev": "the previous record (prev)"}

// path is a name with its steps; false where a step is only known while
// evaluating.
func (sp speaker) path(n *ast.MemberNode) (string, bool) {
	if text, steps, ok := dotted(n); ok {
		root, _, _ := strings.Cut(text, ".")
		of, isRecord := recordNames[root]
		if isRecord && sp.counts != "" && len(steps) > 0 {
			return strings.TrimPrefix(text, root+".") + " of " + of, true
		}
		if sp.constant(root) == nil {
			return text, true
		}
	}
	if p, ok := n.Node.(*ast.PointerNode); ok && sp.item && p.Name == "" {
		if s, ok := n.Property.(*ast.StringNode); ok {
			return s.Value + " of the item", true
		}
	}
	return "", false
}

// dotted writes a.b["c d"][0] as it would be written in a rule.
func dotted(n ast.Node) (text string, steps []string, ok bool) {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		return n.Value, nil, true
	case *ast.ChainNode:
		return dotted(n.Node)
	case *ast.MemberNode:
		if n.Method {
			return "", nil, false
		}
		text, steps, ok = dotted(n.Node)
		if !ok {
			return "", nil, false
		}
		step := ""
		switch p := n.Property.(type) {
		case *ast.StringNode:
			if step = "." + p.Value; !isPlain(p.Value) || text == "ctx" {
				step = fmt.Sprintf("[%q]", p.Value)
			}
		case *ast.IntegerNode:
			step = fmt.Sprintf("[%d]", p.Value)
		default:
			return "", nil, false
		}
		return text + step, append(steps, step), true
	}
	return "", nil, false
}

func isPlain(name string) bool {
	return name != "" && strings.IndexFunc(name, func(r rune) bool {
		return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}) < 0
}

var signs = map[string]string{"+": "+", "-": "-", "*": "×", "/": "/", "%": "modulo"}

// arithmetic puts brackets around a calculation within another one.
func (sp speaker) arithmetic(n *ast.BinaryNode) (string, bool) {
	sign, ok := signs[n.Operator]
	if !ok {
		return "", false
	}
	return sp.term(n.Left) + " " + sign + " " + sp.term(n.Right), true
}

// term is an operand that stands within another: in brackets where it would not
// be clear which words belong to it.
func (sp speaker) term(n ast.Node) string {
	text := sp.operand(n)
	switch n.(type) {
	case *ast.BinaryNode, *ast.CallNode, *ast.BuiltinNode:
		if !strings.HasPrefix(text, "`") {
			return "(" + text + ")"
		}
	}
	return text
}

// function says the functions of rules that give a value.
func (sp speaker) function(name string, args []ast.Node) (string, bool) {
	if len(args) == 0 {
		return "", false
	}
	x := sp.term(args[0])
	switch {
	case name == "ratio" && len(args) == 2:
		return "the ratio of " + x + " to " + sp.term(args[1]), true
	case name == "capture" && len(args) == 2:
		return "what the pattern " + sp.operand(args[1]) + " captures of " + x, true
	case name == "capture" && len(args) == 3:
		return "what group " + sp.operand(args[2]) + " of the pattern " + sp.operand(args[1]) + " captures of " + x, true
	case len(args) > 1:
		return "", false
	}
	switch name {
	case "seconds":
		return x + " in seconds", true
	case "lower":
		return x + " in lower case", true
	case "upper":
		return x + " in upper case", true
	case "trim":
		return x + " without spaces around it", true
	case "len":
		return "the length of " + x, true
	case "abs":
		return "the absolute value of " + x, true
	case "round":
		return x + " rounded", true
	case "floor":
		return x + " rounded down", true
	case "ceil":
		return x + " rounded up", true
	}
	return "", false
}

func constantNode(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.NilNode:
		return "nothing", true
	case *ast.StringNode:
		return literal(n.Value), true
	case *ast.BoolNode:
		return literal(n.Value), true
	}
	return plainNumber(n)
}

// plainNumber is a number as it is written.
func plainNumber(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.IntegerNode:
		return strconv.Itoa(n.Value), true
	case *ast.FloatNode:
		return strconv.FormatFloat(n.Value, 'f', -1, 64), true
	}
	return "", false
}

// literal is a constant as it is written; texts are in quotes.
func literal(v any) string {
	switch v := v.(type) {
	case string:
		return quoted(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case []any:
		items := make([]string, len(v))
		for i, item := range v {
			items[i] = literal(item)
		}
		return strings.Join(items, ", ")
	}
	return fmt.Sprint(v)
}

// quoted doubles no backslashes, as patterns are full of them.
func quoted(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) >= 0 {
		return strconv.Quote(s)
	}
	if strings.Contains(s, `"`) {
		return "'" + s + "'"
	}
	return `"` + s + `"`
}
