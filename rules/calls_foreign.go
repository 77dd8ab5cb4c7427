package rules

import (
	"fmt"
	"strings"

	"github.com/expr-lang/expr/ast"
)

// aggregateWords are other names of aggregates.
var aggregateWords = map[string]string{"mean": "avg", "average": "avg", "median": "p50", "unique": "distinct", "uniq": "distinct", "cardinality": "distinct",
	"dc": "distinct", "count_distinct": "distinct", "percentile": "p95", "quantile": "p95", "sum_over_time": "sum", "count_over_time": "count", "increase": "count"}

// aggregateCall explains that values of a window are named under aggregates:
// `p95(x) > 5`.
func (rw *rewriter) aggregateCall(n ast.Node, name string, args []ast.Node) ast.Node {
	fn := name
	if ours := aggregateWords[name]; ours != "" {
		fn = ours
	}
	hint := fmt.Sprintf("write aggregates: {value: {%s: %s}}, say, and name the value here", fn, plainArgument(args, "params.abonement"))
	if fn == "count" || fn == "rate" {
		hint = fmt.Sprintf("count alone is the number of records: count > 20; aggregates: {errors: {%s: true, where: …}} counts some of them", fn)
	}
	return rw.fault(n, hint, "%s is no function of expressions, it is an aggregate of the window", name)
}

// plainArgument is the one argument of a call where it can stand in YAML as it is.
func plainArgument(args []ast.Node, otherwise string) string {
	if len(args) != 1 {
		return otherwise
	}
	if text := args[0].String(); len(text) <= 40 && !strings.ContainsAny(text, "\"',[]{}#:") {
		return text
	}
	return otherwise
}

// methods are those of other languages, by what is written here.
var methods = map[string]string{"lower": "lower(%s)", "toLowerCase": "lower(%s)", "tolower": "lower(%s)", "upper": "upper(%s)", "toUpperCase": "upper(%s)",
	"strip": "trim(%s)", "trim": "trim(%s)", "len": "len(%s)", "length": "len(%s)", "size": "len(%s)", "contains": "%s contains \"…\"",
	"includes": "%s contains \"…\"", "startswith": "%s startsWith \"…\"", "startsWith": "%s startsWith \"…\"", "endswith": "%s endsWith \"…\"",
	"endsWith": "%s endsWith \"…\"", "matches": "%s matches \"…\"", "match": "%s matches \"…\"", "test": "%s matches \"…\""}

// method refuses reason.lower(), and says what is meant.
func (rw *rewriter) method(n *ast.CallNode) ast.Node {
	hint := "functions: " + strings.Join(FunctionNames(), ", ")
	m, ok := n.Callee.(*ast.MemberNode)
	if !ok {
		return rw.fault(n, hint, "only functions of the reference can be called")
	}
	name, _ := m.Property.(*ast.StringNode)
	if name == nil {
		return rw.fault(n, hint, "values have no methods")
	}
	if root, steps, ok := flatten(m.Node); ok && methods[name.Value] != "" {
		hint = "write " + fmt.Sprintf(methods[name.Value], root.Value+strings.Join(steps, ""))
	}
	return rw.fault(name, hint, "values have no methods such as %s()", name.Value)
}
