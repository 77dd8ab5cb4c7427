package rules

import (
	"fmt"
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// callable is a function that rules may call.
type callable struct {
	min, max int // arguments
	example  string
	doc      string // in Markdown
}

// callables are all of them. Those that walk lists stay expr's own, the others
// become ours of the same name with a dollar before it.
var callables = map[string]callable{
	"ratio":   {2, 2, "ratio(part, whole)", "The first divided by the second; 0 when the second is 0, nil when one is missing."},
	"seconds": {1, 1, "seconds(execution_time)", "A length of time in seconds, of `12.3`, `12.3s`, `0:00:12.3` or `1 day, 0:00:01`; nil of anything else."},
	"matches": {2, 2, `matches(url, "^/api/")`, "Whether the text holds a match of the regular expression (RE2). `url matches \"^/api/\"` is the same."},
	"capture": {2, 3, `capture(response, "ErrCode=(\\d+)")`, "What a group of the regular expression matched: the first group, or the one of a number given third; 0 is the whole match. nil without a match."},
	"cidr":    {2, 1 + maxNetworks, `cidr(ip, "10.0.0.0/8")`, "Whether the text is an address in one of the networks, or of a list of the file."},
	"lower":   {1, 1, "lower(reason)", "The text in lower case."},
	"upper":   {1, 1, "upper(reason)", "The text in upper case."},
	"trim":    {1, 1, "trim(reason)", "The text without space around it."},
	"len":     {1, 1, "len(args)", "How many elements a list has, or characters a text."},
	"abs":     {1, 1, "abs(amount)", "The number without its sign."},
	"round":   {1, 1, "round(amount)", "The nearest whole number."},
	"floor":   {1, 1, "floor(amount)", "The next whole number below."},
	"ceil":    {1, 1, "ceil(amount)", "The next whole number above."},
	"any":     {2, 2, `any(args, # == "x")`, "Whether it holds for an element of the list, called `#`."},
	"all":     {2, 2, `all(args, # == "x")`, "Whether it holds for every element."},
	"none":    {2, 2, `none(args, # == "x")`, "Whether it holds for no element."},
}

// maxNetworks is how many networks one cidr() may name.
const maxNetworks = 1000

// call is a function that expr does not know by its name.
func (rw *rewriter) call(n *ast.CallNode) ast.Node {
	id, ok := n.Callee.(*ast.IdentifierNode)
	if m, method := n.Callee.(*ast.MemberNode); method {
		if rw.rewrite(m.Node); rw.failed {
			return n // of now().Hour(), now() is the fault
		}
	}
	if !ok {
		return rw.method(n)
	}
	name := id.Value
	if name == matchesAlias {
		name = "matches"
	}
	if slices.Contains(aggregateNames(), name) || aggregateWords[name] != "" {
		return rw.aggregateCall(id, name, n.Arguments)
	}
	if _, ok := callables[name]; !ok {
		hint := "functions: " + strings.Join(FunctionNames(), ", ")
		if near := strictyaml.Nearest(name, FunctionNames()); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		return rw.fault(id, hint, "unknown function %q", name)
	}
	return rw.function(n, name, n.Arguments)
}

// builtin is a function that expr knows too.
func (rw *rewriter) builtin(n *ast.BuiltinNode) ast.Node {
	_, ok := callables[n.Name]
	switch {
	case n.Name == "now" || n.Name == "date" || n.Name == "duration" || n.Name == "timezone":
		return rw.fault(n, "rules see the time of the records only: use window, for or schedule", "%s() is not allowed: it would make live and replay differ", n.Name)
	case slices.Contains(aggregateNames(), n.Name) || aggregateWords[n.Name] != "":
		return rw.aggregateCall(n, n.Name, n.Arguments)
	case !ok:
		return rw.fault(n, "functions: "+strings.Join(FunctionNames(), ", "), "%s() is not allowed in rules", n.Name)
	case n.Name != "any" && n.Name != "all" && n.Name != "none":
		return rw.function(n, n.Name, n.Arguments)
	}
	if rw.depth++; rw.depth > 2 {
		return rw.fault(n, "", "any and all may be nested twice at most")
	}
	rw.all(n.Arguments)
	rw.depth--
	if p, ok := n.Arguments[len(n.Arguments)-1].(*ast.PredicateNode); ok {
		rw.checkBare(p.Node)
	}
	n.Arguments[0] = rw.ours("items", n.Arguments[0], n.Arguments[0])
	return n
}

// function puts ours in place of a call.
func (rw *rewriter) function(n ast.Node, name string, args []ast.Node) ast.Node {
	c := callables[name]
	if len(args) < c.min || len(args) > c.max {
		want := fmt.Sprint(c.min)
		switch {
		case c.max > 10:
			want += " or more"
		case c.max > c.min:
			want += fmt.Sprintf(" to %d", c.max)
		}
		return rw.fault(n, "write "+c.example+", say", "%s takes %s arguments and has %d", name, want, len(args))
	}
	switch name {
	case "matches":
		return rw.matches(n, args[0], args[1])
	case "capture":
		return rw.capture(n, args)
	case "cidr":
		return rw.cidr(n, args)
	}
	rw.all(args)
	return rw.ours(name, n, args...)
}

// ours is a call of a function of ours that stands for n.
func (rw *rewriter) ours(name string, n ast.Node, args ...ast.Node) ast.Node {
	all := append([]ast.Node{at(&ast.IdentifierNode{Value: budgetName}, n)}, args...)
	return at(&ast.CallNode{Callee: at(&ast.IdentifierNode{Value: "$" + name}, n), Arguments: all}, n)
}

// matches compiles the pattern now, so that a bad one is a fault of the rule.
func (rw *rewriter) matches(n, text, pattern ast.Node) ast.Node {
	text = rw.rewrite(text)
	re := rw.pattern(pattern, "matches")
	if re == nil {
		return n
	}
	if id, ok := text.(*ast.IdentifierNode); ok && id.Value == "event" && rw.scope.record && lowerPattern(re.String()) {
		return rw.fault(pattern, "write it in upper case", "event names are upper case in expressions, so this never holds")
	}
	return rw.ours("matches", n, text, at(&ast.ConstantNode{Value: re}, pattern))
}

// capture compiles its pattern and checks the number of the group: by default
// the first, or the whole match where there are none.
func (rw *rewriter) capture(n ast.Node, args []ast.Node) ast.Node {
	text := rw.rewrite(args[0])
	re := rw.pattern(args[1], "capture")
	if re == nil {
		return n
	}
	group := min(1, re.NumSubexp())
	if len(args) == 3 {
		number, ok := rw.rewrite(args[2]).(*ast.IntegerNode)
		if !ok {
			return rw.fault(args[2], "1 is the first ( ) of the pattern, 0 the whole match", "the group of capture must be a plain number")
		}
		if group = number.Value; group < 0 || group > re.NumSubexp() {
			return rw.fault(args[2], "1 is the first ( ) of the pattern, 0 the whole match", "the pattern has no group %d, its groups are %d", group, re.NumSubexp())
		}
	}
	return rw.ours("capture", n, text, at(&ast.ConstantNode{Value: re}, args[1]), at(&ast.IntegerNode{Value: group}, n))
}

// try is rewrite that tells whether this very part had a fault.
func (rw *rewriter) try(n ast.Node) (ast.Node, bool) {
	before := rw.failed
	rw.failed = false
	n = rw.rewrite(n)
	ok := !rw.failed
	rw.failed = rw.failed || before
	return n, ok
}

// pattern compiles a regular expression; nil after a fault.
func (rw *rewriter) pattern(n ast.Node, of string) *regexp.Regexp {
	node, ok := rw.try(n)
	if !ok {
		return nil
	}
	text, ok := node.(*ast.StringNode)
	switch {
	case !ok:
		rw.fault(n, "write "+callables[of].example, "the pattern of %s must be a text in quotes", of)
		return nil
	case len(text.Value) > 4<<10:
		rw.fault(n, "", "the pattern is longer than 4 KiB")
		return nil
	}
	re, err := regexp.Compile(text.Value)
	if err != nil {
		msg, hint := patternFault(text.Value, err)
		rw.fault(n, hint, "%s", msg)
		return nil
	}
	return re
}

// patternFault explains a pattern that cannot be compiled.
func patternFault(pattern string, err error) (msg, hint string) {
	msg = strings.TrimPrefix(err.Error(), "error parsing regexp: ")
	switch {
	case strings.Contains(pattern, "(?!"), strings.Contains(pattern, "(?="), strings.Contains(pattern, "(?<!"), strings.Contains(pattern, "(?<="):
		return "patterns cannot look ahead or behind", "write two: name matches \"…\" and not (name matches \"…\")"
	case strings.Contains(msg, "invalid escape sequence"):
		return msg, "a letter behind \\ must be one of RE2's: \\d \\w \\s \\b and the like; there are no back-references"
	case strings.Contains(msg, "repeat"):
		return msg, "what is repeated may be repeated at most 1000 times in all"
	}
	return msg, "the syntax is RE2's; a character that is meant itself stands behind \\"
}

// cidr reads the networks: texts, or a list of the file that holds some.
func (rw *rewriter) cidr(n ast.Node, args []ast.Node) ast.Node {
	text := rw.rewrite(args[0])
	var nets []netip.Prefix
	for _, a := range args[1:] {
		node, fine := rw.try(a)
		texts, ok := constantTexts(node)
		if !ok && fine {
			return rw.fault(a, `write cidr(ip, "10.0.0.0/8")`, "the networks of cidr must be texts in quotes, or a list of them")
		}
		for _, t := range texts {
			p, err := network(t)
			if err != nil {
				return rw.fault(a, "write 10.0.0.0/8, 2001:db8::/32 or a single address", "%q is not a network", t)
			}
			nets = append(nets, p)
		}
	}
	if len(nets) > maxNetworks {
		return rw.fault(n, "", "cidr takes at most %d networks", maxNetworks)
	}
	return rw.ours("cidr", n, text, at(&ast.ConstantNode{Value: nets}, n))
}

// constantTexts are the texts of a literal, a list literal or a list of the file.
func constantTexts(n ast.Node) ([]string, bool) {
	var out []string
	switch n := n.(type) {
	case *ast.StringNode:
		return []string{n.Value}, true
	case *ast.ArrayNode:
		for _, item := range n.Nodes {
			s, ok := item.(*ast.StringNode)
			if !ok {
				return nil, false
			}
			out = append(out, s.Value)
		}
		return out, true
	case *ast.ConstantNode:
		list, ok := n.Value.([]any)
		for _, item := range list {
			s, isText := item.(string)
			if !isText {
				return nil, false
			}
			out = append(out, s)
		}
		return out, ok
	}
	return nil, false
}

// network reads a prefix; an address alone is a network of one.
func network(text string) (netip.Prefix, error) {
	if p, err := netip.ParsePrefix(text); err == nil {
		return p.Masked(), nil
	}
	ip, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Prefix{}, err
	}
	return netip.PrefixFrom(ip, ip.BitLen()), nil
}

// FunctionNames are all functions that rules may call, in order.
func FunctionNames() []string { return slices.Sorted(maps.Keys(callables)) }
