package webhook

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"strings"
	"text/template"
	"text/template/parse"
	"unicode"

	"github.com/smarty-alert/smarty-alert/notifiers"
)

// The kinds of text that templates make.
const (
	jsonBody = "JSON"
	form     = "form"
	xmlBody  = "XML"
	plain    = "text"
	header   = "header"
)

// The last function of every action, which its author cannot leave out.
const (
	asJSONValue = "_json_value"
	asJSONText  = "_json_text"
	asForm      = "_form"
	asXML       = "_xml"
	asPlain     = "_plain"
	asHeader    = "_header"
)

// functions of templates. Those whose names begin with _ are put in by escape.
func functions() template.FuncMap {
	return template.FuncMap{
		"cut":      notifiersCut,
		"first":    first,
		"markdown": markdown,
		"code":     code,
		"upper":    strings.ToUpper,
		"lower":    strings.ToLower,
		"join":     func(sep string, list []string) string { return strings.Join(list, sep) },

		asJSONValue: jsonValue, asJSONText: jsonText,
		asForm: func(v any) string { return url.QueryEscape(fmt.Sprint(v)) },
		asXML:  xmlText, asPlain: func(v any) string { return fmt.Sprint(v) }, asHeader: headerText,
	}
}

func notifiersCut(n int, s string) string { return notifiers.Cut(s, n) }

// compileText reads a template and makes all it prints harmless in a text of the kind.
func compileText(name, text, kind string) (*template.Template, error) {
	t, err := template.New(name).Funcs(functions()).Option("missingkey=error").Parse(text)
	if err != nil {
		return nil, errors.New(strings.TrimPrefix(err.Error(), "template: "))
	}
	if len(t.Templates()) > 1 || t.Tree == nil {
		return nil, fmt.Errorf("%s: define and block are not known here", name)
	}
	e := escaper{name: name, kind: kind}
	inText, err := e.list(t.Tree.Root, false)
	if err != nil {
		return nil, err
	}
	if inText {
		return nil, fmt.Errorf("%s: a text begins with a quote and does not end", name)
	}
	return t, nil
}

// escaper walks a template as text/template will. In JSON it knows at every place
// whether that is within a quoted text.
type escaper struct{ name, kind string }

func (e escaper) list(l *parse.ListNode, inText bool) (bool, error) {
	if l == nil {
		return inText, nil
	}
	var err error
	for _, n := range l.Nodes {
		if inText, err = e.node(n, inText); err != nil {
			return false, err
		}
	}
	return inText, nil
}

func (e escaper) node(n parse.Node, inText bool) (bool, error) {
	switch n := n.(type) {
	case *parse.TextNode:
		return e.after(n, inText)
	case *parse.CommentNode:
		return inText, nil
	case *parse.ActionNode:
		if len(n.Pipe.Decl) == 0 {
			e.finish(n.Pipe, inText)
		}
		return inText, nil
	case *parse.IfNode:
		return e.branches(&n.BranchNode, inText)
	case *parse.WithNode:
		return e.branches(&n.BranchNode, inText)
	case *parse.RangeNode:
		return e.branches(&n.BranchNode, inText)
	}
	return false, fmt.Errorf("%s: %s is not known here", e.name, n)
}

// branches must all end where the others do, in a text or out of it; one that is
// repeated or left out, where it began.
func (e escaper) branches(n *parse.BranchNode, inText bool) (bool, error) {
	one, err := e.list(n.List, inText)
	if err != nil {
		return false, err
	}
	other, err := e.list(n.ElseList, inText)
	if err != nil {
		return false, err
	}
	if one != other || n.NodeType == parse.NodeRange && one != inText {
		return false, fmt.Errorf("%s: in line %d a text is opened or closed in one branch only", e.name, n.Line)
	}
	return one, nil
}

// after says whether a place after fixed text is within a JSON text.
func (e escaper) after(n *parse.TextNode, inText bool) (bool, error) {
	if e.kind != jsonBody {
		return false, nil
	}
	for i := 0; i < len(n.Text); i++ {
		switch {
		case n.Text[i] == '"':
			inText = !inText
		case n.Text[i] == '\\' && inText:
			if i++; i == len(n.Text) { // it would take what the action prints as escaped
				return false, fmt.Errorf("%s: a \\ stands right before {{", e.name)
			}
		}
	}
	return inText, nil
}

func (e escaper) finish(p *parse.PipeNode, inText bool) {
	last := map[string]string{jsonBody: asJSONValue, form: asForm, xmlBody: asXML, plain: asPlain, header: asHeader}[e.kind]
	if inText {
		last = asJSONText
	}
	p.Cmds = append(p.Cmds, &parse.CommandNode{NodeType: parse.NodeCommand, Pos: p.Pos,
		Args: []parse.Node{parse.NewIdentifier(last).SetPos(p.Pos)}})
}

func jsonValue(v any) (string, error) {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // it is no page
	err := e.Encode(v)
	return strings.TrimSuffix(b.String(), "\n"), err
}

// jsonText is what stands between the quotes.
func jsonText(v any) (string, error) {
	value, err := jsonValue(fmt.Sprint(v))
	if err != nil {
		return "", err
	}
	return value[1 : len(value)-1], nil
}

func xmlText(v any) (string, error) {
	var b strings.Builder
	err := xml.EscapeText(&b, []byte(fmt.Sprint(v)))
	return b.String(), err
}

// headerText is one line.
func headerText(v any) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, fmt.Sprint(v))
}

// first are the first n of a list.
func first(n int, list any) (any, error) {
	v := reflect.ValueOf(list)
	if v.Kind() != reflect.Slice || n < 0 {
		return nil, errors.New("first: not a list")
	}
	return v.Slice(0, min(n, v.Len())).Interface(), nil
}

// markdown makes at most n characters in which nothing is markup, a link or a
// mention, for Mattermost, Discord, Teams and their like.
func markdown(n int, s string) string {
	s = strings.NewReplacer("@", "@\u200b", "://", ":\u200b//", "www.", "www\u200b.").Replace(s)
	return notifiers.Fit(s, n, func(r rune) string {
		if strings.ContainsRune("\\`*_{}[]()#+-!|<>~&", r) {
			return `\` + string(r)
		}
		return string(r)
	})
}

// code makes at most n characters that cannot end a block of code.
func code(n int, s string) string { return notifiers.Cut(strings.ReplaceAll(s, "`", "ˋ"), n) }
