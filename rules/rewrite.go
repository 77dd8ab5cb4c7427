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
	paths  []smartylog.Path
	types  types.Map
	depth  int // of any and all
	failed bool
}

// comparisons maps expr's operators to our functions.
var comparisons = map[string]string{
	"==": "$eq", "!=": "$ne", "<": "$lt", "<=": "$le", ">": "$gt", ">=": "$ge", "in": "$in",
	"contains": "$contains", "startsWith": "$startsWith", "endsWith": "$endsWith", "matches": "$matches", "+": "$add",
}

// builtins are the functions of expr that rules may call, and what each becomes
// ("" keeps expr's own).
var builtins = map[string]string{
	"len": "$len", "lower": "$lower", "upper": "$upper", "trim": "$trim", "any": "", "all": "", "none": "",
	"abs": "", "round": "", "floor": "", "ceil": "",
}

// ours are the functions that are not expr's.
var ours = map[string]int{"ratio": 2, "seconds": 1}

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
	return rw.use(n, text, p, types.Any)
}

// variable resolves a name of a condition: an aggregate or a group label, which
// may hold dots.
func (rw *rewriter) variable(n ast.Node, root *ast.IdentifierNode, text string) ast.Node {
	typ, ok := rw.scope.known[text]
	if !ok {
		return rw.unknown(root, text)
	}
	return rw.use(n, text, smartylog.Path{}, typ)
}

func (rw *rewriter) use(n ast.Node, text string, p smartylog.Path, typ types.Type) ast.Node {
	if !slices.Contains(rw.names, text) {
		rw.names, rw.paths = append(rw.names, text), append(rw.paths, p)
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
