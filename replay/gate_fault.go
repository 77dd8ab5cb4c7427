package replay

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// gateAt is a fault at a place of the expression, counted in characters.
func gateAt(source string, from, to int, hint, format string, args ...any) error {
	line, col := 1, from
	lines := strings.Split(source, "\n")
	for line < len(lines) && col > len([]rune(lines[line-1])) {
		col -= len([]rune(lines[line-1])) + 1
		line++
	}
	f := strictyaml.Fault{File: "--fail-if", Line: line, Col: col + 1, Width: max(1, to-from), Msg: fmt.Sprintf(format, args...), Hint: hint}
	return strictyaml.Errors{f.In(lines[line-1])}
}

var (
	unknownName  = regexp.MustCompile(`^unknown name (\w+)`)
	unknownField = regexp.MustCompile(`^type replay\.(\w+) has no field (\w+)`)
	mismatch     = regexp.MustCompile(`^invalid operation: (\S+) \(mismatched types`)
	unexpected   = regexp.MustCompile(`^unexpected token (?:EOF|\w+\((".*")\))`)
)

// gateFault puts what the compiler says in words that name no Go types.
func gateFault(source string, err error) error {
	var fe *file.Error
	if !errors.As(err, &fe) {
		return gateAt(source, 0, len([]rune(source)), "it must be true or false: notifications > 50, say", "the expression is no condition")
	}
	from, to := fe.From, fe.To
	if m := unknownName.FindStringSubmatch(fe.Message); m != nil {
		return gateAt(source, from, to, meant(m[1], fieldNames(gateEnv{})), "unknown name %q", m[1])
	}
	if m := unknownField.FindStringSubmatch(fe.Message); m != nil {
		fields := map[string]any{"gateRule": gateRule{}, "gatePeak": gatePeak{}, "gateEnv": gateEnv{}}
		return gateAt(source, from, to, meant(m[2], fieldNames(fields[m[1]])), "unknown name %q", m[2])
	}
	if m := mismatch.FindStringSubmatch(fe.Message); m != nil {
		return gateAt(source, from, to, "numbers compare with numbers, texts with texts", "the sides of %s do not fit together", m[1])
	}
	if m := unexpected.FindStringSubmatch(fe.Message); m != nil {
		if m[1] == "" {
			return gateAt(source, from, to, "", "the expression ends too early")
		}
		if m[1] == `"="` {
			return gateAt(source, from, to, "write == to compare", `"=" is not an operator`)
		}
		return gateAt(source, from, to, "", "%s is not expected here", m[1])
	}
	return gateAt(source, from, to, "", "%s", strings.ToLower(fe.Message[:1])+fe.Message[1:])
}

// meant says which name was probably meant, and which there are.
func meant(name string, known []string) string {
	hint := "available: " + strings.Join(known, ", ")
	if near := strictyaml.Nearest(name, known); near != "" {
		hint = fmt.Sprintf("did you mean %q? %s", near, hint)
	}
	return hint
}

func fieldNames(v any) (names []string) {
	t := reflect.TypeOf(v)
	for i := range t.NumField() {
		names = append(names, t.Field(i).Tag.Get("expr"))
	}
	return names
}

// checkBrackets finds names of rules and receivers that there are not.
func checkBrackets(source string, tree ast.Node, names GateNames) error {
	v := brackets{source: source, known: map[string][]string{"rules": names.Rules, "notifications_per_day": names.Receivers}}
	ast.Walk(&tree, &v)
	return v.err
}

// brackets keeps the first fault.
type brackets struct {
	source string
	known  map[string][]string
	err    error
}

// Visit implements ast.Visitor.
func (v *brackets) Visit(n *ast.Node) {
	m, ok := (*n).(*ast.MemberNode)
	if !ok || v.err != nil {
		return
	}
	of, isName := m.Node.(*ast.IdentifierNode)
	key, isText := m.Property.(*ast.StringNode)
	if !isName || !isText {
		return
	}
	known, bracketed := v.known[of.Value]
	if !bracketed || slices.Contains(known, key.Value) {
		return
	}
	what, hint := "rule", meant(key.Value, known)
	if of.Value != "rules" {
		what = "receiver"
	}
	if len(known) == 0 {
		hint = "receivers and routes come with --config"
	}
	at := key.Location()
	v.err = gateAt(v.source, at.From, at.To, hint, "there is no %s %q", what, key.Value)
}
