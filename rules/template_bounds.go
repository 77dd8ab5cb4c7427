package rules

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"text/template"
	"text/template/parse"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// Bounds of templates: what they are written in, how far they nest, and what they
// walk. With them a template takes milliseconds, whatever its author had in mind.
const (
	maxTemplate  = 16 << 10 // bytes
	maxRanges    = 2        // {{range}} inside {{range}}
	maxRangeOver = 1000     // items
	maxFormat    = 1000     // the width of a verb of printf
)

// templates is where the annotations of a set stand together, which is cheaper
// than for each to have its own functions.
type templates struct {
	root *template.Template
	n    int
}

// parse compiles a text. The error may be one for templateFault.
func (ts *templates) parse(text string) (*template.Template, error) {
	if ts.root == nil {
		ts.root = template.New("").Funcs(templateFuncs).Funcs(boundFuncs).Option("missingkey=error")
	}
	ts.n++
	name := "annotation" + strconv.Itoa(ts.n)
	trees, err := parse.Parse(name, text, "", "", builtinNames, templateFuncs, boundFuncs)
	if err != nil {
		return nil, err
	}
	if len(trees) > 1 {
		return nil, errDefine
	}
	tree := trees[name]
	if tree == nil || tree.Root == nil {
		return nil, nil
	}
	if err := bind(tree.Root, 0); err != nil {
		return nil, err
	}
	return ts.root.AddParseTree(name, tree)
}

var (
	errDefine = errors.New("define, block and template have no place here")
	errRanges = fmt.Errorf("range stands in range more than %d deep", maxRanges)
)

// bind puts a check of what is walked into each {{range}}.
func bind(n parse.Node, ranges int) error {
	switch n := n.(type) {
	case *parse.ListNode:
		if n == nil {
			return nil
		}
		for _, child := range n.Nodes {
			if err := bind(child, ranges); err != nil {
				return err
			}
		}
	case *parse.TemplateNode:
		return errDefine
	case *parse.IfNode:
		return errors.Join(bind(n.List, ranges), bind(n.ElseList, ranges))
	case *parse.WithNode:
		return errors.Join(bind(n.List, ranges), bind(n.ElseList, ranges))
	case *parse.RangeNode:
		if ranges == maxRanges {
			return errRanges
		}
		check := &parse.CommandNode{NodeType: parse.NodeCommand, Pos: n.Pipe.Pos, Args: []parse.Node{parse.NewIdentifier(walked).SetPos(n.Pipe.Pos)}}
		n.Pipe.Cmds = append(n.Pipe.Cmds, check)
		return errors.Join(bind(n.List, ranges+1), bind(n.ElseList, ranges))
	}
	return nil
}

// walked is the check that bind puts in.
const walked = "toBeWalked"

// builtinNames are the library's own functions, for the parser.
var builtinNames = map[string]any{"and": 0, "or": 0, "not": 0, "len": 0, "index": 0, "slice": 0, "call": 0,
	"eq": 0, "ne": 0, "lt": 0, "le": 0, "gt": 0, "ge": 0, "break": 0, "continue": 0}

// boundFuncs are the library's functions that build texts, with a bound.
var boundFuncs = template.FuncMap{
	walked:     walkable,
	"print":    bounds(fmt.Sprint),
	"println":  bounds(fmt.Sprintln),
	"printf":   printf,
	"html":     bounds(template.HTMLEscaper),
	"js":       bounds(template.JSEscaper),
	"urlquery": bounds(template.URLQueryEscaper),
}

// walkable refuses to walk numbers and long lists.
func walkable(v any) (any, error) {
	switch rv := reflect.ValueOf(v); rv.Kind() {
	case reflect.Slice, reflect.Array, reflect.Map:
		if rv.Len() > maxRangeOver {
			return nil, fmt.Errorf("range over %d items: at most %d are walked", rv.Len(), maxRangeOver)
		}
	case reflect.Invalid:
	default:
		return nil, fmt.Errorf("range needs a list, not %s", describe(v))
	}
	return v, nil
}

func bounds(f func(...any) string) func(...any) (string, error) {
	return func(args ...any) (string, error) {
		if textLen(args) > maxText {
			return "", errTextTooLong
		}
		return f(args...), nil
	}
}

func textLen(args []any) (n int) {
	for _, a := range args {
		if s, ok := a.(string); ok {
			n += len(s)
		}
	}
	return n
}

var (
	verb   = regexp.MustCompile(`%[^a-zA-Z%]*`)
	digits = regexp.MustCompile(`\d+`)
)

func printf(format string, args ...any) (string, error) {
	for _, v := range verb.FindAllString(format, -1) {
		for _, d := range digits.FindAllString(v, -1) {
			if n, err := strconv.Atoi(d); err != nil || n > maxFormat {
				return "", fmt.Errorf("printf: a width of %s is above %d", d, maxFormat)
			}
		}
		if strings.Contains(v, "*") {
			return "", errors.New("printf: write the width as a number")
		}
	}
	if n := strings.Count(format, "%"); len(format)+max(1, n)*textLen(args) > 16*maxText {
		return "", errTextTooLong
	}
	return short(fmt.Sprintf(format, args...))
}

func short(s string) (string, error) {
	if len(s) > maxText {
		return "", errTextTooLong
	}
	return s, nil
}

// boundFault explains a template beyond the bounds; false for other errors.
func boundFault(v strictyaml.Value, err error) bool {
	switch {
	case errors.Is(err, errDefine):
		v.Fault("write the text itself", "%v", errDefine)
	case errors.Is(err, errRanges):
		v.Fault("", "%v", errRanges)
	default:
		return false
	}
	return true
}
