// Package wording renders texts as users write them: templates with Alertmanager's
// data and functions, besides ours.
//
// Start at Parse, then Set.Compile. A template's own words go out as they stand; every
// value it shows is made visible and escaped for its channel, for values come from
// logs. A template that grows, loops or lasts beyond bounds ends in an error, and so
// does one whose text its channel would refuse: the sender then says what is built in.
package wording

import (
	"errors"
	"fmt"
	htmltemplate "html/template"
	"io"
	"strings"
	"sync"
	"text/template"
	"text/template/parse"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
)

// Channel is where a text goes.
type Channel struct {
	// HTML escapes values by the place they stand in, as html/template does; Escape
	// and Address are not used then.
	HTML    bool
	Escape  func(string) string     // of a value; nil: as it is
	Address func(string) string     // of what safeUrl lets through; nil: as Escape
	Check   func(text string) error // what the channel would refuse; nil: nothing
}

// Set is the templates that texts may use by name.
type Set struct {
	trees map[string]*parse.Tree
	voice notifiers.Voice
}

// File is a file of {{define}}s.
type File struct{ Name, Text string }

// Options are what all templates see.
type Options struct {
	Voice notifiers.Voice
}

// maxTemplate is the longest text or file, in bytes.
const maxTemplate = 256 << 10

// ours stand for the names that Alertmanager's templates call.
const ours = `{{define "__subject"}}{{.Title}}{{end}}{{define "slack.default.title"}}{{.Title}}{{end}}` +
	`{{define "slack.default.text"}}{{.Text}}{{end}}{{define "email.default.subject"}}{{.Title}}{{end}}` +
	`{{define "telegram.default.message"}}{{.Text}}{{end}}{{define "default.title"}}{{.Title}}{{end}}{{define "default.text"}}{{.Text}}{{end}}`

// Parse reads files. The errors are all faults there are.
func Parse(files []File, o Options) (*Set, error) {
	s := &Set{trees: map[string]*parse.Tree{}, voice: o.Voice}
	var errs []error
	for _, f := range append([]File{{"built in", ours}}, files...) {
		trees, err := parseText(f.Name, f.Text)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		for name, tree := range trees {
			if name != f.Name {
				s.trees[name] = tree
			}
		}
	}
	return s, errors.Join(errs...)
}

// With is the set with other options, such as another receiver's language.
func (s *Set) With(o Options) *Set { return &Set{s.trees, o.Voice} }

func parseText(name, text string) (map[string]*parse.Tree, error) {
	if len(text) > maxTemplate {
		return nil, fmt.Errorf("%s: longer than %d KiB", name, maxTemplate>>10)
	}
	trees, err := parse.Parse(name, text, "", "", (&budget{}).functions(), builtins)
	if err != nil {
		return nil, errors.New(strings.TrimPrefix(err.Error(), "template: "))
	}
	return trees, nil
}

// Template is one text of one receiver. It is safe for concurrent use.
type Template struct {
	set     *Set
	name    string
	channel Channel

	mu     sync.Mutex
	budget budget // of the rendering that is going on
	run    interface {
		Execute(w io.Writer, data any) error
	}
}

// Compile reads a text that goes to a channel. name is what faults call it.
func (s *Set) Compile(name, text string, c Channel) (*Template, error) {
	t := &Template{set: s, name: name, channel: c}
	trees, err := parseText(name, text)
	if err != nil {
		return nil, err
	}
	all := map[string]*parse.Tree{name: {Name: name, ParseName: name, Root: &parse.ListNode{NodeType: parse.NodeList}}}
	for from, set := range []map[string]*parse.Tree{s.trees, trees} {
		for n, tree := range set {
			if from == 0 && n == name {
				continue
			}
			all[n] = tree.Copy()
		}
	}
	for _, tree := range all {
		guard(tree.Root)
	}
	if err := known(all); err != nil {
		return nil, err
	}
	funcs := t.budget.functions()
	funcs[show] = t.show
	if c.HTML {
		t.run, err = assembleHTML(name, all, funcs)
	} else {
		t.run, err = assemble(name, all, funcs)
	}
	return t, err
}

func assemble(name string, trees map[string]*parse.Tree, funcs map[string]any) (*template.Template, error) {
	root := template.New(name).Funcs(funcs).Option("missingkey=zero")
	for n, tree := range trees {
		if _, err := root.AddParseTree(n, tree); err != nil {
			return nil, err
		}
	}
	return root.Lookup(name), nil
}

func assembleHTML(name string, trees map[string]*parse.Tree, funcs map[string]any) (*htmltemplate.Template, error) {
	for _, predefined := range []string{"html", "urlquery"} { // the library insists on its own
		delete(funcs, predefined)
	}
	root := htmltemplate.New(name).Funcs(funcs).Option("missingkey=zero")
	for n, tree := range trees {
		if _, err := root.AddParseTree(n, tree); err != nil {
			return nil, err
		}
	}
	return root.Lookup(name), nil
}

// show is the last word on every value.
func (t *Template) show(v any) (any, error) {
	if err := t.budget.spend(1); err != nil {
		return nil, err
	}
	text, address := "", false
	switch v := v.(type) {
	case nil:
	case webAddress:
		text, address = string(v), true
	default:
		text = fmt.Sprint(v)
	}
	text = notifiers.VisibleLines(text)
	switch {
	case t.channel.HTML:
		return text, nil
	case address && t.channel.Address != nil:
		return t.channel.Address(text), nil
	case t.channel.Escape != nil:
		return t.channel.Escape(text), nil
	}
	return text, nil
}

// sizes are how much of a message is shown: alerts, and characters of a value. What
// is too long for its channel is rendered again with less.
var sizes = [...]struct{ alerts, value int }{{100, 1000}, {20, 400}, {10, 200}, {5, 100}, {2, 60}, {1, 30}}

// ErrTooLong is what a channel's Check returns for a text beyond its limit: with less
// in it, it may fit.
var ErrTooLong = errors.New("the text is too long")

// Render writes a delivery's text.
func (t *Template) Render(d alert.Delivery) (text string, err error) {
	for _, size := range sizes {
		text, err = t.render(newData(d, t.set, size.alerts, size.value), d)
		if !errors.Is(err, ErrTooLong) {
			break
		}
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w", t.name, err)
	}
	return text, nil
}

func (t *Template) render(data *Data, d alert.Delivery) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.budget.begin(d.Created)
	var b bounded
	if err := t.run.Execute(&b, data); err != nil {
		return "", plainError(err)
	}
	text := strings.TrimSpace(b.String())
	if text == "" {
		return "", errors.New("the text is empty")
	}
	if t.channel.Check != nil {
		return text, t.channel.Check(text)
	}
	return text, nil
}

// maxRendered is the longest text that comes out, in bytes.
const maxRendered = 512 << 10

type bounded struct{ strings.Builder }

func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > maxRendered {
		return 0, ErrTooLong
	}
	return b.Builder.Write(p)
}

// WriteString keeps the library from going past Write.
func (b *bounded) WriteString(s string) (int, error) { return b.Write([]byte(s)) }

// Check renders what may come: it says now what would fail at night.
func (t *Template) Check() error {
	for _, s := range samples() {
		if _, err := t.Render(s.delivery); err != nil {
			return fmt.Errorf("%w (with %s)", err, s.what)
		}
	}
	return nil
}
