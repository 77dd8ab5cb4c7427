package rules

import (
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// Tree is the syntax tree of the expression as it was written, with names in
// place of vars and lists, fresh at each call. A function of rules is a CallNode
// with the name it has there.
func (x *Expr) Tree() ast.Node {
	tree, err := parser.ParseWithConfig(newCode(strictyaml.Value{}, x.Source).text, newConfig())
	if err != nil {
		return &ast.NilNode{} // cannot be: it was parsed when it was compiled
	}
	ast.Walk(&tree.Node, unalias{})
	return tree.Node
}

// unalias undoes aliasMatches.
type unalias struct{}

func (unalias) Visit(n *ast.Node) {
	if id, ok := (*n).(*ast.IdentifierNode); ok && id.Value == matchesAlias {
		id.Value = "matches"
	}
}

// Constants are the vars and lists that the expression uses; the value of a list
// is of type []any.
func (x *Expr) Constants() []Var { return x.constants }
