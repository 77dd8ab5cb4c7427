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
	"==": "$eq", "!=": "$ne", "<": "$lt", "<=": "$le", ">": "$gt", ">=": "$ge", "in": "$in",
	"contains": "$contains", "startsWith": "$startsWith", "endsWith": "$endsWith", "matches": "$matches", "+": "$add",
}

func (rw *rewriter) binary(n *ast.BinaryNode) ast.Node {
	switch n.Operator {
	case "..":
		return rw.fault(n, "list the values: [1, 2, 3]", "ranges are not allowed in rules")
	case "matches":
		return rw.matches(n)
	case "==", "!=", "in", "startsWith", "endsWith", "contains":
		rw.checkEventCase(n.Left, n.Right)
		rw.checkEventCase(n.Right, n.Left)
	}
	n.Left, n.Right = rw.rewrite(n.Left), rw.rewrite(n.Right)
	switch n.Operator {
	case "and", "or", "&&", "||":
		rw.checkBare(n.Left)
		rw.checkBare(n.Right)
	}
	if s, ok := n.Right.(*ast.StringNode); ok && n.Operator == "in" {
		return rw.fault(s, fmt.Sprintf("write == %q, or contains for a part of a text", s.Value), "\"in\" looks into a list, and this is a text")
	}
	rw.checkNumberAndText(n, n.Left, n.Right)
	rw.checkNumberAndText(n, n.Right, n.Left)
	name, ok := comparisons[n.Operator]
	if !ok || n.Operator != "in" && rw.isPlainNumber(n.Left) && rw.isPlainNumber(n.Right) {
		return n
	}
	return at(&ast.CallNode{Callee: at(&ast.IdentifierNode{Value: name}, n), Arguments: []ast.Node{n.Left, n.Right}}, n)
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
	}
	return false
}

func (rw *rewriter) isVariable(n ast.Node) bool {
	id, ok := n.(*ast.IdentifierNode)
	return ok && len(rw.names) == 1 && rw.names[0] == id.Value
}

// matches compiles the pattern now, so that a bad one is a fault of the rule.
func (rw *rewriter) matches(n *ast.BinaryNode) ast.Node {
	pattern, ok := n.Right.(*ast.StringNode)
	if !ok {
		return rw.fault(n.Right, "", "the pattern of matches must be a text in quotes")
	}
	if len(pattern.Value) > 4<<10 {
		return rw.fault(pattern, "", "the pattern is longer than 4 KiB")
	}
	if id, ok := n.Left.(*ast.IdentifierNode); ok && id.Value == "event" && rw.scope.record && lowerPattern(pattern.Value) {
		return rw.fault(pattern, "write it in upper case", "event names are upper case in expressions, so this never holds")
	}
	re, err := regexp.Compile(pattern.Value)
	if err != nil {
		return rw.fault(pattern, "the syntax is RE2's", "%s", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	return at(&ast.CallNode{Callee: at(&ast.IdentifierNode{Value: "$matches"}, n),
		Arguments: []ast.Node{rw.rewrite(n.Left), at(&ast.ConstantNode{Value: re}, pattern)}}, n)
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

// checkEventCase refuses `event == "login_error"`: event is upper case in
// expressions, so the comparison would never hold.
func (rw *rewriter) checkEventCase(event, literal ast.Node) {
	id, ok := event.(*ast.IdentifierNode)
	if !ok || id.Value != "event" || !rw.scope.record {
		return
	}
	literals := []ast.Node{literal}
	if list, ok := literal.(*ast.ArrayNode); ok {
		literals = list.Nodes
	}
	for _, l := range literals {
		if s, ok := l.(*ast.StringNode); ok && s.Value != strings.ToUpper(s.Value) {
			rw.fault(s, fmt.Sprintf("write %q", strings.ToUpper(s.Value)), "event names are upper case in expressions, so this never holds")
		}
	}
}
