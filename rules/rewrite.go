package rules

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
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
	code      code
	scope     *scope
	names     []string
	refs      []Ref
	constants []string // name=value of the vars and lists it uses
	values    []Var    // the same
	types     types.Map
	depth     int // of any and all
	failed    bool
}

func (rw *rewriter) fault(n ast.Node, hint, format string, args ...any) ast.Node {
	rw.failed = true
	loc := n.Location()
	rw.code.FaultAt(loc.From, max(1, loc.To-loc.From), hint, format, args...)
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
		if bad := rangeIn(n); bad != nil {
			low, high := bad.Left, bad.Right
			return rw.fault(bad, fmt.Sprintf("write >= %s and <= %s, each with the name before it", low, high), "a list holds no ranges: %s - %s is a subtraction", low, high)
		}
		rw.all(n.Nodes)
	case *ast.CallNode:
		return rw.call(n)
	case *ast.BuiltinNode:
		return rw.builtin(n)
	case *ast.PredicateNode:
		n.Node = rw.rewrite(n.Node)
	case *ast.NilNode, *ast.ConstantNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.StringNode, *ast.PointerNode:
	default:
		return rw.fault(n, "keep to comparisons, and, or, not and the functions of the reference", "this form is not allowed in rules")
	}
	return n
}

// rangeIn finds what was meant as a range in a list: [100-200].
func rangeIn(list *ast.ArrayNode) *ast.BinaryNode {
	for _, n := range list.Nodes {
		minus, ok := n.(*ast.BinaryNode)
		if !ok || minus.Operator != "-" {
			continue
		}
		_, low := minus.Left.(*ast.IntegerNode)
		_, high := minus.Right.(*ast.IntegerNode)
		if low && high {
			return minus
		}
	}
	return nil
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
	if name, dollar := strings.CutPrefix(root.Value, "$"); dollar {
		return rw.fault(root, "write the name alone: "+name, "\"$\" does not belong before a name")
	}
	if value, ok := rw.scope.constants[root.Value]; ok {
		return rw.constant(n, root, steps, value)
	}
	if !rw.scope.record {
		return rw.variable(n, root, steps)
	}
	return rw.field(n, root, steps, "")
}

// constant is a var or a list of the file.
func (rw *rewriter) constant(n ast.Node, root *ast.IdentifierNode, steps []string, value any) ast.Node {
	name, kind := root.Value, "var"
	if _, isList := value.([]any); isList {
		kind = "list"
	}
	if what := rw.scope.meaning(name); what != "" {
		return rw.fault(root, "rename the "+kind, "%q is a %s and %s too", name, kind, what)
	}
	if len(steps) > 0 && kind == "var" {
		return rw.fault(n, "write "+name+" alone", "%q is a var and has no parts", name)
	}
	if use := name + "=" + rw.scope.text(name, value); !slices.Contains(rw.constants, use) {
		rw.constants, rw.values = append(rw.constants, use), append(rw.values, Var{Name: name, Value: value})
	}
	if len(steps) > 0 {
		return rw.dynamic(n)
	}
	switch v := value.(type) {
	case int64:
		return at(&ast.IntegerNode{Value: int(v)}, n)
	case float64:
		return at(&ast.FloatNode{Value: v}, n)
	case string:
		return at(&ast.StringNode{Value: v}, n)
	case bool:
		return at(&ast.BoolNode{Value: v}, n)
	}
	return at(&ast.ConstantNode{Value: value}, n)
}

// field resolves the name of a record's field, or of one derived from it. The
// variable has the prefix before its name: `last.` for one of a certain record.
func (rw *rewriter) field(n ast.Node, root *ast.IdentifierNode, steps []string, prefix string) ast.Node {
	sc := rw.scope
	if prefix != "" {
		sc = rw.scope.records
	}
	name := root.Value
	if i := slices.IndexFunc(sc.fields, func(f *Field) bool { return f.Name == name }); i >= 0 {
		v := rw.use(n, prefix+name, Ref{Field: sc.fields[i]}, types.Any)
		return rw.steps(v, steps)
	}
	if sc.source == AlertRecords && name == "labels" && len(steps) > 1 {
		steps = []string{labelStep(steps)} // labels are named as in group_by, with dots
	}
	text := name + strings.Join(steps, "")
	p, err := smartylog.ParsePath(text)
	if err != nil {
		return rw.fault(n, "", "%v", err)
	}
	if !rw.knownField(sc, root, name, steps) {
		return n
	}
	if len(steps) > 0 && sc.source == LogRecords && slices.Contains(singleFields, name) {
		hint := "write " + name + " alone; a key of the record with that name is ctx[\"" + name + "\"]"
		if name == "time" {
			hint = "for hours of the day name a calendar of the configuration: active: [nights]"
		}
		return rw.fault(root, hint, "%q is a single value and has no parts", name)
	}
	return rw.use(n, prefix+text, Ref{Path: p}, types.Any)
}

// singleFields are the names of each record's own parts but for its exception.
var singleFields = []string{"event", "log", "level", "module", "line", "function", "pid", "thread", "time", "instance", "text", "stacktrace"}

func labelStep(steps []string) string {
	var parts []string
	for _, s := range steps {
		parts = append(parts, strings.Trim(s, `.[]"`))
	}
	return fmt.Sprintf("[%q]", strings.Join(parts, "."))
}

// steps goes down from a variable step by step while evaluating.
func (rw *rewriter) steps(v ast.Node, steps []string) ast.Node {
	for _, s := range steps {
		key := ast.Node(&ast.StringNode{Value: strings.Trim(s, `.[]"`)})
		if i, err := strconv.Atoi(strings.Trim(s, "[]")); err == nil && s[0] == '[' {
			key = &ast.IntegerNode{Value: i}
		}
		v = rw.ours("get", v, v, at(key, v))
	}
	return v
}

// variable resolves a name of a condition: an aggregate, a group label, which
// may hold dots, or a field of the first, last or last but one record.
func (rw *rewriter) variable(n ast.Node, root *ast.IdentifierNode, steps []string) ast.Node {
	text := root.Value + strings.Join(steps, "")
	if typ, ok := rw.scope.known[text]; ok {
		return rw.use(n, text, Ref{}, typ)
	}
	if _, isRecord := whichNames[root.Value]; isRecord && rw.scope.records != nil {
		return rw.recorded(n, root, steps)
	}
	typ, ok := rw.scope.known[root.Value]
	switch {
	case !ok || len(steps) == 0:
		return rw.unknown(rw.scope, root, text)
	case typ != types.Any:
		return rw.fault(n, "write "+root.Value+" alone", "%q is a number and has no parts", root.Value)
	}
	return rw.steps(rw.use(root, root.Value, Ref{}, typ), steps)
}

// recorded resolves `last.reason`.
func (rw *rewriter) recorded(n ast.Node, root *ast.IdentifierNode, steps []string) ast.Node {
	if len(steps) == 0 {
		hint := fmt.Sprintf("write %s.%s, say", root.Value, rw.scope.records.example())
		return rw.fault(root, hint, "%q is a record: one of its fields is meant", root.Value)
	}
	if root.Value == "first" && rw.scope.rule.Window == 0 {
		return rw.fault(root, "add `window: 5m`, say; `last` and `prev` do without", "`first` needs a window")
	}
	first, rest := steps[0], steps[1:]
	name := strings.TrimPrefix(first, ".")
	if name == first { // ["odd key"]
		name, rest = "ctx", steps
	}
	return rw.field(n, at(&ast.IdentifierNode{Value: name}, n), rest, root.Value+".")
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
func (rw *rewriter) knownField(sc *scope, root *ast.IdentifierNode, name string, steps []string) bool {
	switch {
	case slices.Contains(sc.undeclared, name):
		rw.fault(root, "a field may use those above it; ctx[\"…\"] is a key of the record itself", "the field %q is not declared yet", name)
		return false
	case sc.known == nil || name == "ctx" && sc.source == LogRecords:
		return true
	case name == "exception" && len(steps) > 0:
		if slices.Contains([]string{".type", ".message", ".frame"}, steps[0]) {
			return true
		}
		rw.fault(root, "exception has type, message and frame", "unknown name %q", name+steps[0])
		return false
	}
	if _, ok := sc.known[name]; ok {
		return true
	}
	rw.unknown(sc, root, name)
	return false
}

func (rw *rewriter) unknown(sc *scope, root *ast.IdentifierNode, name string) ast.Node {
	hint := ""
	constants := slices.Sorted(maps.Keys(sc.constants))
	switch near := strictyaml.Nearest(strictyaml.Plain(name), append(constants, sc.available...)); {
	case name == "True" || name == "False":
		return rw.fault(root, "write "+strings.ToLower(name), "unknown name %q", name)
	case name == "None" || name == "null" || name == "NULL":
		return rw.fault(root, "write nil", "unknown name %q", name)
	case name == "evt" || name == "Evt":
		return rw.fault(root, "CrowdSec's evt.Meta.reason is reason here, its evt.Parsed.x is x", "unknown name %q", name)
	case near != "":
		hint = fmt.Sprintf("did you mean %q?", near)
		if _, words := strictyaml.Lookalike(name); words != "" {
			hint = fmt.Sprintf("%s: write %q;", words, near)
		}
	case sc.foreign != nil:
		if hint = sc.foreign(name); hint == "" && sc.record {
			hint = fmt.Sprintf("if it is a text, put it in quotes: \"%s\";", name)
		}
	}
	if len(sc.available) > 0 {
		sep := " "
		if hint == "" {
			sep = ""
		}
		hint += sep + "available: " + strings.Join(sc.available, ", ")
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
	return rw.ours("get", n, rw.rewrite(m.Node), rw.rewrite(m.Property))
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
	env := types.Map{budgetName: types.TypeOf((*budget)(nil))}
	maps.Copy(env, rw.types)
	return env
}

// at gives a made node the place of the one it stands for.
func at[N ast.Node](n N, of ast.Node) N {
	n.SetLocation(of.Location())
	return n
}
