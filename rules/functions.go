package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// builtins are the functions of expr that rules may call, and what each becomes
// ("" keeps expr's own).
var builtins = map[string]string{
	"len": "$len", "lower": "$lower", "upper": "$upper", "trim": "$trim", "any": "", "all": "", "none": "",
	"abs": "", "round": "", "floor": "", "ceil": "",
}

// ours are the functions that are not expr's.
var ours = map[string]int{"ratio": 2, "seconds": 1}

func (rw *rewriter) call(n *ast.CallNode) ast.Node {
	id, ok := n.Callee.(*ast.IdentifierNode)
	if m, method := n.Callee.(*ast.MemberNode); method {
		if rw.rewrite(m.Node); rw.failed {
			return n // of now().Hour(), now() is the fault
		}
	}
	if !ok {
		return rw.fault(n, "", "only functions of the reference can be called")
	}
	arity, ok := ours[id.Value]
	if !ok {
		known := functionNames()
		hint := "functions: " + strings.Join(known, ", ")
		if near := strictyaml.Nearest(id.Value, known); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		return rw.fault(id, hint, "unknown function %q", id.Value)
	}
	if len(n.Arguments) != arity {
		hint := "write seconds(execution_time), say"
		if id.Value == "ratio" {
			hint = "write ratio(part, whole)"
		}
		return rw.fault(n, hint, "%s takes %d arguments and has %d", id.Value, arity, len(n.Arguments))
	}
	rw.all(n.Arguments)
	return n
}

func (rw *rewriter) builtin(n *ast.BuiltinNode) ast.Node {
	name, ok := builtins[n.Name]
	switch {
	case n.Name == "now" || n.Name == "date" || n.Name == "duration" || n.Name == "timezone":
		return rw.fault(n, "rules see the time of the records only: use window, for or schedule", "%s() is not allowed: it would make live and replay differ", n.Name)
	case !ok:
		return rw.fault(n, "functions: "+strings.Join(functionNames(), ", "), "%s() is not allowed in rules", n.Name)
	case name != "":
		rw.all(n.Arguments)
		return at(&ast.CallNode{Callee: at(&ast.IdentifierNode{Value: name}, n), Arguments: n.Arguments}, n)
	}
	if rw.depth++; rw.depth > 2 {
		return rw.fault(n, "", "any and all may be nested twice at most")
	}
	rw.all(n.Arguments)
	rw.depth--
	return n
}

func functionNames() []string {
	var names []string
	for name := range builtins {
		names = append(names, name)
	}
	for name := range ours {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
