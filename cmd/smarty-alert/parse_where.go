package main

import (
	"fmt"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"
)

// neverTrue looks for comparisons of a field that is always a text of letters with
// a number: they are false for every record, which looks like an answer.
func neverTrue(where string) []string {
	tree, err := parser.Parse(where)
	if err != nil {
		return nil // the rules' own parser has said what is wrong, or knows more
	}
	var found comparisons
	ast.Walk(&tree.Node, &found)
	return found
}

// comparisons collects a hint for each one that is never true.
type comparisons []string

// Visit implements ast.Visitor.
func (c *comparisons) Visit(node *ast.Node) {
	b, ok := (*node).(*ast.BinaryNode)
	if !ok || b.Operator != "==" && b.Operator != "<" && b.Operator != "<=" && b.Operator != ">" && b.Operator != ">=" {
		return
	}
	for _, sides := range [][2]ast.Node{{b.Left, b.Right}, {b.Right, b.Left}} {
		field, isName := sides[0].(*ast.IdentifierNode)
		_, isNumber := sides[1].(*ast.IntegerNode)
		if !isName || !isNumber {
			continue
		}
		if example := exampleOf(field.Value); example != "" {
			*c = append(*c, fmt.Sprintf("%s is never true: %s is a text such as %q", b, field.Value, example))
		}
	}
}

// exampleOf is a value of a field of records that never reads as a number.
func exampleOf(field string) string {
	switch field {
	case "level":
		return "WARNING"
	case "event":
		return "LOGIN_ERROR"
	case "module":
		return "api"
	case "function":
		return "get"
	case "time":
		return "2017-03-24T07:22:35Z"
	}
	return ""
}
