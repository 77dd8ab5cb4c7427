package rules

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/types"
)

// comparisons maps expr's operators to our functions.
var comparisons = map[string]string{
	"==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge", "in": "in",
	"contains": "contains", "startsWith": "startsWith", "endsWith": "endsWith", "+": "add",
}

func (rw *rewriter) binary(n *ast.BinaryNode) ast.Node {
	switch n.Operator {
	case "..":
		return rw.fault(n, "list the values: [1, 2, 3]", "ranges are not allowed in rules")
	case "matches":
		return rw.matches(n, n.Left, n.Right)
	}
	if rw.bareText(n) || rw.notOfName(n) {
		return n
	}
	for _, side := range []*ast.Node{&n.Left, &n.Right} {
		node, fine := rw.try(*side)
		*side = node
		if fine && slices.Contains([]string{"and", "or", "&&", "||"}, n.Operator) {
			rw.checkBare(node)
		}
	}
	if s, ok := n.Right.(*ast.StringNode); ok && n.Operator == "in" {
		return rw.fault(s, fmt.Sprintf("write == %q, or contains for a part of a text", s.Value), "\"in\" looks into a list, and this is a text")
	}
	for _, sides := range [][2]ast.Node{{n.Left, n.Right}, {n.Right, n.Left}} {
		rw.checkLiteral(n, sides[0], sides[1])
		rw.checkHeader(n, sides[0], sides[1])
		rw.checkNumberAndText(n, sides[0], sides[1])
		rw.checkList(n, sides[0], sides[1])
	}
	name, ok := comparisons[n.Operator]
	if !ok || n.Operator != "in" && rw.isPlainNumber(n.Left) && rw.isPlainNumber(n.Right) {
		return n
	}
	return rw.ours(name, n, n.Left, n.Right)
}

var orders = []string{"<", "<=", ">", ">="}

// notOfName refuses `not reason == "x"`, which is (not reason) == "x".
func (rw *rewriter) notOfName(n *ast.BinaryNode) bool {
	not, ok := n.Left.(*ast.UnaryNode)
	if !ok || comparisons[n.Operator] == "" && n.Operator != "matches" || not.Operator != "not" && not.Operator != "!" {
		return false
	}
	if _, _, isName := flatten(not.Node); !isName {
		return false
	}
	rw.fault(not, fmt.Sprintf("write not (%s %s %s)", not.Node, n.Operator, n.Right), "%q takes the name alone here, not the comparison", not.Operator)
	return true
}

// levels in the order of their weight, and a time as records have it.
var (
	levels   = []string{"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}
	wroteDay = regexp.MustCompile(`^\d{4}-`)
)

// checkHeader refuses what is compared by its letters and was not meant so:
// `level >= "ERROR"`, for which WARNING is greater, and `time > "09:00"`.
func (rw *rewriter) checkHeader(n *ast.BinaryNode, field, literal ast.Node) {
	id, ok := field.(*ast.IdentifierNode)
	if !ok || rw.scope.source == AlertRecords || !slices.Contains(orders, n.Operator) {
		return
	}
	text, isText := literal.(*ast.StringNode)
	switch name := id.Value[strings.LastIndex(id.Value, ".")+1:]; {
	case name != id.Value && !slices.Contains([]string{"first." + name, "last." + name, "prev." + name}, id.Value):
	case name == "level":
		hint := `write level in ["ERROR", "CRITICAL"]`
		if isText && n.Left == field && n.Operator == ">=" {
			if at := slices.Index(levels, strings.ToUpper(text.Value)); at >= 0 {
				hint = fmt.Sprintf("write %s in [\"%s\"]", id.Value, strings.Join(levels[at:], `", "`))
			}
		}
		rw.fault(n, hint, "levels are texts and have no order")
	case name == "time" && isText && !wroteDay.MatchString(text.Value):
		rw.fault(text, "for hours of the day name a calendar of the configuration: active: [nights]", "time is the whole time of the record, in UTC, such as \"2026-01-15T07:00:00Z\"")
	}
}

// bareText refuses `reason == "a" or "b"`.
func (rw *rewriter) bareText(n *ast.BinaryNode) bool {
	text, ok := n.Right.(*ast.StringNode)
	if !ok || !slices.Contains([]string{"and", "or", "&&", "||"}, n.Operator) {
		return false
	}
	hint := "compare each: name == \"…\""
	if left, ok := n.Left.(*ast.BinaryNode); ok {
		name, isName := left.Left.(*ast.IdentifierNode)
		first, isText := left.Right.(*ast.StringNode)
		if isName && isText && left.Operator == "==" {
			hint = fmt.Sprintf("write %[1]s in [%[2]q, %[3]q], or %[1]s == %[2]q or %[1]s == %[3]q", name.Value, first.Value, text.Value)
		}
	}
	rw.fault(text, hint, "%q needs true or false on its sides, and this is a text", n.Operator)
	return true
}

// checkBare refuses a field of any kind where true or false is needed: a record
// without it would make the whole expression fail.
func (rw *rewriter) checkBare(n ast.Node) {
	id, ok := n.(*ast.IdentifierNode)
	if ok && rw.types[id.Value] == types.Any {
		rw.fault(n, "write "+id.Value+" == true", "%q may be anything, also missing, and true or false is needed here", id.Value)
	}
}

// isPlainNumber is true for what is always a number, so that expr's own
// operators mean the same as ours.
func (rw *rewriter) isPlainNumber(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.IntegerNode, *ast.FloatNode:
		return true
	case *ast.IdentifierNode:
		return rw.types[n.Value] == types.Int
	case *ast.BinaryNode:
		return strings.Contains("+-*/", n.Operator) && rw.isPlainNumber(n.Left) && rw.isPlainNumber(n.Right)
	}
	return false
}

func (rw *rewriter) isVariable(n ast.Node) bool {
	id, ok := n.(*ast.IdentifierNode)
	return ok && len(rw.names) == 1 && rw.names[0] == id.Value
}

var plainPattern = regexp.MustCompile(`^[\^A-Za-z0-9_.*+$]*$`)

// lowerPattern reports whether a pattern can only match text with lower-case
// letters. Patterns with groups, classes or flags are not judged.
func lowerPattern(p string) bool { return plainPattern.MatchString(p) && p != strings.ToUpper(p) }

// checkNumberAndText refuses `count > "many"`, which never holds.
func (rw *rewriter) checkNumberAndText(n *ast.BinaryNode, number, text ast.Node) {
	s, ok := text.(*ast.StringNode)
	if !ok || !slices.Contains([]string{"==", "!=", "<", "<=", ">", ">="}, n.Operator) || !rw.isPlainNumber(number) {
		return
	}
	if _, numeric := numericText(s.Value); !numeric {
		rw.fault(s, "write a number, without quotes", "a number is compared with the text %q", s.Value)
	}
}

// checkLiteral refuses texts that a name never has: `event == "login_error"`,
// because event is upper case in expressions, and states that no alert has.
func (rw *rewriter) checkLiteral(n *ast.BinaryNode, field, literal ast.Node) {
	id, ok := field.(*ast.IdentifierNode)
	if !ok || !rw.scope.record || !slices.Contains([]string{"==", "!=", "in", "startsWith", "endsWith", "contains"}, n.Operator) {
		return
	}
	if id.Value != "event" && rw.scope.values[id.Value] == nil {
		return
	}
	literals := []ast.Node{literal}
	switch list := literal.(type) {
	case *ast.ArrayNode:
		literals = list.Nodes
	case *ast.ConstantNode:
		literals = nil
		texts, _ := constantTexts(list)
		for _, s := range texts {
			literals = append(literals, at(&ast.StringNode{Value: s}, list))
		}
	}
	exact := n.Operator == "==" || n.Operator == "!=" || n.Operator == "in"
	for _, l := range literals {
		s, ok := l.(*ast.StringNode)
		switch {
		case !ok:
		case id.Value == "event" && rw.scope.source != AlertRecords && s.Value != strings.ToUpper(s.Value):
			rw.fault(s, fmt.Sprintf("write %q", strings.ToUpper(s.Value)), "event names are upper case in expressions, so this never holds")
			return
		case exact && rw.scope.source == AlertRecords && rw.scope.values[id.Value] != nil && !slices.Contains(rw.scope.values[id.Value], s.Value):
			known := rw.scope.values[id.Value]
			rw.fault(s, near(s.Value, known), "no alert has the %s %q", id.Value, s.Value)
			return
		}
	}
}

// checkList refuses to compare a list as a whole with what is none.
func (rw *rewriter) checkList(n *ast.BinaryNode, list, other ast.Node) {
	id, ok := list.(*ast.IdentifierNode)
	if !ok || rw.scope.record || !rw.scope.lists[id.Value] {
		return
	}
	switch other.(type) {
	case *ast.IntegerNode, *ast.FloatNode, *ast.StringNode, *ast.BoolNode:
	default:
		return
	}
	if slices.Contains([]string{"==", "!=", "<", "<=", ">", ">="}, n.Operator) {
		rw.fault(list, fmt.Sprintf("len(%[1]s) is how many there are, \"x\" in %[1]s whether one is there", id.Value), "%q is a list and is compared with a single value", id.Value)
	}
}
