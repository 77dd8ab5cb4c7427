package rules

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/types"

	"github.com/smarty-alert/smarty-alert/smartylog"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// rewriter walks a parsed expression from the top: it checks every name,
// turns each path (params.abonement, ctx["line"]) into one variable, puts our
// comparisons in place of expr's, and refuses what is not bounded.
type rewriter struct {
	v      strictyaml.Value
	src    string
	scope  *scope
	names  []string
	refs   []Ref
	types  types.Map
	depth  int // of any and all
	failed bool
}

func (rw *rewriter) fault(n ast.Node, hint, format string, args ...any) ast.Node {
	rw.failed = true
	loc := n.Location()
	rw.v.FaultAt(loc.From, max(1, loc.To-loc.From), hint, format, args...)
	return n
}

func (rw *rewriter) rewrite(n ast.Node) ast.Node {
	switch n := n.(type) {
	case *ast.IdentifierNode, *ast.MemberNode:
		return rw.path(n)
	case *ast.ChainNode:
		return rw.rewrite(n.Node)
	case *ast.UnaryNode:
		n.Node = rw.rewrite(n.Node)
		if n.Operator == "not" || n.Operator == "!" {
			rw.checkBare(n.Node)
		}
	case *ast.BinaryNode:
		return rw.binary(n)
	case *ast.ConditionalNode:
		n.Cond, n.Exp1, n.Exp2 = rw.rewrite(n.Cond), rw.rewrite(n.Exp1), rw.rewrite(n.Exp2)
		rw.checkBare(n.Cond)
	case *ast.ArrayNode:
		rw.all(n.Nodes)
	case *ast.CallNode:
		return rw.call(n)
	case *ast.BuiltinNode:
		return rw.builtin(n)
	case *ast.PredicateNode:
		n.Node = rw.rewrite(n.Node)
	case *ast.NilNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.StringNode, *ast.PointerNode:
	default:
		return rw.fault(n, "keep to comparisons, and, or, not and the functions of the reference", "this form is not allowed in rules")
	}
	return n
}

func (rw *rewriter) all(nodes []ast.Node) {
	for i := range nodes {
		nodes[i] = rw.rewrite(nodes[i])
	}
}

// path resolves a name with its steps to one variable.
func (rw *rewriter) path(n ast.Node) ast.Node {
	root, steps, ok := flatten(n)
	if !ok {
		return rw.dynamic(n)
	}
	name := root.Value
	if list, ok := rw.scope.lists[name]; ok && len(steps) == 0 {
		return at(&ast.ConstantNode{Value: list}, n)
	}
	text := name + strings.Join(steps, "")
	if !rw.scope.record {
		return rw.variable(n, root, text)
	}
	p, err := smartylog.ParsePath(text)
	if err != nil {
		return rw.fault(n, "", "%v", err)
	}
	if !rw.knownField(root, name, steps) {
		return n
	}
	return rw.use(n, text, Ref{Path: p}, types.Any)
}

// variable resolves a name of a condition: an aggregate or a group label, which
// may hold dots.
func (rw *rewriter) variable(n ast.Node, root *ast.IdentifierNode, text string) ast.Node {
	typ, ok := rw.scope.known[text]
	if !ok {
		return rw.unknown(root, text)
	}
	return rw.use(n, text, Ref{}, typ)
}

func (rw *rewriter) use(n ast.Node, text string, r Ref, typ types.Type) ast.Node {
	if !slices.Contains(rw.names, text) {
		rw.names, rw.refs = append(rw.names, text), append(rw.refs, r)
		if rw.types == nil {
			rw.types = types.Map{}
		}
		rw.types[text] = typ
	}
	return at(&ast.IdentifierNode{Value: text}, n)
}

// knownField checks a name against the fields the rule's events can have.
func (rw *rewriter) knownField(root *ast.IdentifierNode, name string, steps []string) bool {
	switch {
	case rw.scope.known == nil || name == "ctx":
		return true
	case name == "exception" && len(steps) > 0:
		if slices.Contains([]string{".type", ".message", ".frame"}, steps[0]) {
			return true
		}
		rw.fault(root, "exception has type, message and frame", "unknown name %q", name+steps[0])
		return false
	}
	if _, ok := rw.scope.known[name]; ok {
		return true
	}
	rw.unknown(root, name)
	return false
}

func (rw *rewriter) unknown(root *ast.IdentifierNode, name string) ast.Node {
	hint := ""
	lists := slices.Sorted(maps.Keys(rw.scope.lists))
	switch near := strictyaml.Nearest(name, append(lists, rw.scope.available...)); {
	case name == "True" || name == "False":
		return rw.fault(root, "write "+strings.ToLower(name), "unknown name %q", name)
	case name == "None" || name == "null" || name == "NULL":
		return rw.fault(root, "write nil", "unknown name %q", name)
	case near != "":
		hint = fmt.Sprintf("did you mean %q?", near)
	case rw.scope.foreign != nil:
		if hint = rw.scope.foreign(name); hint == "" {
			hint = fmt.Sprintf("if it is a text, put it in quotes: \"%s\";", name)
		}
	}
	if len(rw.scope.available) > 0 {
		sep := " "
		if hint == "" {
			sep = ""
		}
		hint += sep + "available: " + strings.Join(rw.scope.available, ", ")
	}
	return rw.fault(root, hint, "unknown name %q", name)
}

// dynamic is a step whose key is only known while evaluating: args[i], #.name.
func (rw *rewriter) dynamic(n ast.Node) ast.Node {
	m, ok := n.(*ast.MemberNode)
	if !ok {
		return rw.fault(n, "", "this form is not allowed in rules")
	}
	if m.Method {
		return rw.fault(n, "", "values have no methods")
	}
	return at(&ast.CallNode{Callee: at(&ast.IdentifierNode{Value: "$get"}, n),
		Arguments: []ast.Node{rw.rewrite(m.Node), rw.rewrite(m.Property)}}, n)
}

// flatten splits a.b["c"][0] into its root and the text of each step; ok is
// false when the root is no name or a step is not constant.
func flatten(n ast.Node) (root *ast.IdentifierNode, steps []string, ok bool) {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		return n, nil, true
	case *ast.ChainNode:
		return flatten(n.Node)
	case *ast.MemberNode:
		root, steps, ok = flatten(n.Node)
		if !ok || n.Method {
			return nil, nil, false
		}
		switch p := n.Property.(type) {
		case *ast.StringNode:
			return root, append(steps, step(root, steps, p.Value)), true
		case *ast.IntegerNode:
			return root, append(steps, fmt.Sprintf("[%d]", p.Value)), true
		}
	}
	return nil, nil, false
}

var plainStep = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

func step(root *ast.IdentifierNode, steps []string, key string) string {
	if plainStep.MatchString(key) && !(root.Value == "ctx" && len(steps) == 0) {
		return "." + key
	}
	return fmt.Sprintf("[%q]", key)
}

func (rw *rewriter) env() any {
	if rw.types == nil {
		return types.Map{}
	}
	return rw.types
}

// at gives a made node the place of the one it stands for.
func at[N ast.Node](n N, of ast.Node) N {
	n.SetLocation(of.Location())
	return n
}
