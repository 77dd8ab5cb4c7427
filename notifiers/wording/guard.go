package wording

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"text/template/parse"
)

// The functions that guard puts in.
const (
	step = "_step"
	show = "_show"
)

// builtins are the library's own functions, for the parser.
var builtins = map[string]any{"and": 0, "or": 0, "not": 0, "len": 0, "index": 0, "slice": 0,
	"eq": 0, "ne": 0, "lt": 0, "le": 0, "gt": 0, "ge": 0, "break": 0, "continue": 0, step: 0, show: 0}

// guard makes a template show nothing but through show, and count its steps.
func guard(list *parse.ListNode) {
	guardList(list)
	countSteps(list)
}

func guardList(list *parse.ListNode) {
	if list == nil {
		return
	}
	for _, n := range list.Nodes {
		switch n := n.(type) {
		case *parse.ActionNode:
			if len(n.Pipe.Decl) == 0 {
				n.Pipe.Cmds = append(n.Pipe.Cmds, call(n.Pipe.Pos, show))
			}
		case *parse.IfNode:
			guardList(n.List)
			guardList(n.ElseList)
		case *parse.WithNode:
			guardList(n.List)
			guardList(n.ElseList)
		case *parse.RangeNode:
			guardList(n.List)
			countSteps(n.List)
			guardList(n.ElseList)
		}
	}
}

func call(at parse.Pos, name string) *parse.CommandNode {
	return &parse.CommandNode{NodeType: parse.NodeCommand, Pos: at, Args: []parse.Node{parse.NewIdentifier(name).SetPos(at)}}
}

// countSteps puts {{$_ := _step}} in front.
func countSteps(list *parse.ListNode) {
	pipe := &parse.PipeNode{NodeType: parse.NodePipe, Pos: list.Pos, Cmds: []*parse.CommandNode{call(list.Pos, step)},
		Decl: []*parse.VariableNode{{NodeType: parse.NodeVariable, Pos: list.Pos, Ident: []string{"$_"}}}}
	list.Nodes = append([]parse.Node{&parse.ActionNode{NodeType: parse.NodeAction, Pos: list.Pos, Pipe: pipe}}, list.Nodes...)
}

// known finds calls of templates that are not there, which would fail only when they
// are reached.
func known(trees map[string]*parse.Tree) error {
	var errs []error
	for _, tree := range trees {
		walk(tree.Root, func(n *parse.TemplateNode) {
			if trees[n.Name] == nil {
				errs = append(errs, fmt.Errorf("there is no template %q, which %s calls", n.Name, tree.Name))
			}
		})
	}
	return errors.Join(errs...)
}

func walk(list *parse.ListNode, found func(*parse.TemplateNode)) {
	if list == nil {
		return
	}
	for _, n := range list.Nodes {
		switch n := n.(type) {
		case *parse.TemplateNode:
			found(n)
		case *parse.IfNode:
			walk(n.List, found)
			walk(n.ElseList, found)
		case *parse.WithNode:
			walk(n.List, found)
			walk(n.ElseList, found)
		case *parse.RangeNode:
			walk(n.List, found)
			walk(n.ElseList, found)
		}
	}
}

// executing is what the library's errors begin with.
var executing = regexp.MustCompile(`^(?:html/)?template: ?(?:[^:]*:(\d+):\d+: )?(?:executing "[^"]*" at )?`)

// plainError says the place and the fault, without the library's own words.
func plainError(err error) error {
	for _, ours := range []error{ErrTooLong, errSteps, errLasts} {
		if errors.Is(err, ours) {
			return ours
		}
	}
	text := err.Error()
	if m := executing.FindStringSubmatch(text); m != nil {
		text = strings.TrimPrefix(text, m[0])
		if m[1] != "" {
			text = "line " + m[1] + ": " + text
		}
	}
	return errors.New(strings.ReplaceAll(text, "*wording.", ""))
}
