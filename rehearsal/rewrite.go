package rehearsal

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/replay"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// Rewrite changes what tests of one file expect to what happened, in the text of
// the file: all else in it, comments and layout, stays as it is. What differs is
// replaced, what did not come is taken out, and what nobody expected is added where
// the test wants to match exactly or lists nothing yet. What must never come and
// came is a finding, not an expectation: it stays, as does what the text does not
// let us change. n counts what was changed.
func Rewrite(data []byte, played []*Played) (out []byte, n int) {
	r := &rewriter{text: string(bytes.TrimPrefix(data, bom)), gone: map[int]bool{}}
	for _, p := range played {
		r.test(p)
	}
	return append(slices.Clone(data[:len(data)-len(r.text)]), r.apply()...), r.n
}

var bom = []byte("\ufeff")

// rewriter collects changes of a text.
type rewriter struct {
	text  string
	edits []edit
	gone  map[int]bool // where expectations begin that are taken out
	n     int
}

// edit replaces a part of the text.
type edit struct {
	from, to int
	with     string
}

func (r *rewriter) test(p *Played) {
	v := p.Judge()
	added := map[string][]string{}
	for _, f := range v.Failures {
		switch {
		case f.kind == missing && f.Differences == nil:
			r.remove(p, f)
		case f.kind == missing || f.kind == miscounted:
			r.change(p, f)
		case f.kind == unexpected:
			key, text := p.item(f.got)
			added[key] = append(added[key], text)
			r.n++
		}
	}
	for _, key := range []string{"alerts", "notifications"} {
		if len(added[key]) == 0 {
			added[key] = p.firstOf(key)
			r.n += len(added[key])
		}
		if len(added[key]) > 0 {
			r.add(p, key, added[key])
		}
	}
	r.sweep(p)
}

// firstOf is all that happened, for a list that is written and empty.
func (p *Played) firstOf(key string) (out []string) {
	list := p.Test.Expect.Value().QuietMapping().Get(key)
	if !list.IsList() || len(list.List()) > 0 || p.Test.Exact {
		return nil
	}
	for i := range p.Story {
		switch m := &p.Story[i]; {
		case key == "alerts" && m.Alert != nil && m.Alert.State != alert.Pending:
			_, text := p.item(m.Alert)
			out = append(out, text)
		case key == "notifications" && m.Notification != nil:
			_, text := p.item(m.Notification)
			out = append(out, text)
		}
	}
	return out
}

// change replaces what differs, each value where it is written; or the whole
// expectation, where one of them cannot be.
func (r *rewriter) change(p *Played, f Failure) {
	var edits []edit
	for _, d := range f.Differences {
		v := f.value
		for _, key := range d.Key {
			v = v.QuietMapping().Get(key)
		}
		from, to, ok := v.Span()
		text, writable := yamlValue(d.got, d.Key[0])
		if !ok || !writable {
			edits = nil
			break
		}
		edits = append(edits, edit{from, to, text})
	}
	if edits == nil {
		from, to, ok := f.value.Span()
		if !ok || f.got == nil || !strings.HasPrefix(r.text[from:], "{") {
			return
		}
		_, text := p.item(f.got)
		edits = []edit{{from, to, text}}
	}
	r.edits = append(r.edits, edits...)
	r.n++
}

// remove takes an expectation out: with its line, where it has lines of its own.
func (r *rewriter) remove(p *Played, f Failure) {
	from, to, ok := f.value.Span()
	if !ok {
		return
	}
	r.gone[from] = true
	r.n++
	if dash := r.dashBefore(from); dash >= 0 {
		r.edits = append(r.edits, edit{r.lineStart(dash), r.nextLine(to), ""})
		return
	}
	rest := strings.TrimLeft(r.text[to:], " \t\r\n")
	if strings.HasPrefix(rest, ",") {
		to = len(r.text) - len(strings.TrimLeft(rest[1:], " \t\r\n"))
	} else if before := strings.TrimRight(r.text[:from], " \t\r\n"); strings.HasSuffix(before, ",") && !r.gone[r.itemBefore(p, from)] {
		from = len(before) - 1
	}
	r.edits = append(r.edits, edit{from, to, ""})
}

// itemBefore is where the expectation before one begins that is written at from.
func (r *rewriter) itemBefore(p *Played, from int) int {
	last := -1
	for _, key := range []string{"alerts", "notifications"} {
		for _, item := range p.Test.Expect.Value().QuietMapping().Get(key).List() {
			if at, _, ok := item.Span(); ok && at < from {
				last = max(last, at)
			}
		}
	}
	return last
}

// sweep writes [] where nothing of a list is left.
func (r *rewriter) sweep(p *Played) {
	for _, key := range []string{"alerts", "notifications"} {
		list := p.Test.Expect.Value().QuietMapping().Get(key)
		from, to, ok := list.Span()
		items := list.List()
		if !ok || len(items) == 0 || r.text[from] == '[' || !slices.ContainsFunc(r.edits, func(e edit) bool { return e.from >= r.lineStart(from) && e.to <= r.nextLine(to) }) {
			continue
		}
		left := slices.ContainsFunc(items, func(v strictyaml.Value) bool { at, _, _ := v.Span(); return !r.gone[at] })
		grown := slices.ContainsFunc(r.edits, func(e edit) bool { return e.from == e.to && e.from == r.nextLine(to) })
		if !left && !grown {
			indent := strings.Repeat(" ", from-r.lineStart(from)+2)
			r.edits = append(r.edits, edit{r.nextLine(to), r.nextLine(to), indent + "[]\n"})
		}
	}
}

// add writes further expectations after those of a list.
func (r *rewriter) add(p *Played, key string, items []string) {
	expect := p.Test.Expect.Value()
	m := expect.QuietMapping()
	list := m.Get(key)
	from, to, ok := list.Span()
	switch {
	case list.There() && !ok:
		return
	case !list.There():
		r.addKey(expect, key, items)
	case r.text[from] != '[': // a line for each
		indent := r.text[r.lineStart(from):from]
		at := r.nextLine(to)
		text := ""
		if at > 0 && r.text[at-1] != '\n' {
			text = "\n"
		}
		for _, item := range items {
			text += indent + "- " + item + "\n"
		}
		r.edits = append(r.edits, edit{at, at, text})
	case len(list.List()) == 0:
		text := r.fresh(expect, key, items)
		if text[0] == '\n' {
			from = len(strings.TrimRight(r.text[:from], " "))
		}
		r.edits = append(r.edits, edit{from, to, text})
	default:
		r.edits = append(r.edits, edit{to - 1, to - 1, ", " + strings.Join(items, ", ")})
	}
}

// fresh is a list that was empty: in lines of its own, unless it stands in { }.
func (r *rewriter) fresh(expect strictyaml.Value, key string, items []string) string {
	from, _, ok := expect.Span()
	if !ok || r.text[from] == '{' {
		return "[" + strings.Join(items, ", ") + "]"
	}
	at, _, _ := expect.QuietMapping().Key(key).Span()
	indent := "\n" + strings.Repeat(" ", at-r.lineStart(at)) + "- "
	return indent + strings.Join(items, indent)
}

// addKey writes a list that the test does not have.
func (r *rewriter) addKey(expect strictyaml.Value, key string, items []string) {
	from, _, ok := expect.Span()
	if !ok {
		return
	}
	if r.text[from] == '{' {
		r.edits = append(r.edits, edit{from + 1, from + 1, key + ": [" + strings.Join(items, ", ") + "], "})
		return
	}
	indent := "\n" + strings.Repeat(" ", from-r.lineStart(from))
	text := key + ":"
	for _, item := range items {
		text += indent + "- " + item
	}
	r.edits = append(r.edits, edit{from, from, text + indent})
}

// dashBefore is where the dash stands of an item that has a line of its own; -1 for
// others.
func (r *rewriter) dashBefore(at int) int {
	before := strings.TrimRight(r.text[r.lineStart(at):at], " \t")
	if strings.TrimLeft(before, " \t") != "-" {
		return -1
	}
	return r.lineStart(at) + len(before) - 1
}

func (r *rewriter) lineStart(at int) int { return strings.LastIndexByte(r.text[:at], '\n') + 1 }

func (r *rewriter) nextLine(at int) int {
	if at > 0 && r.text[at-1] == '\n' {
		return at
	}
	if i := strings.IndexByte(r.text[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return len(r.text)
}

// apply makes the changes.
func (r *rewriter) apply() []byte {
	slices.SortStableFunc(r.edits, func(a, b edit) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) })
	var out []byte
	at := 0
	for _, e := range r.edits {
		if e.from < at {
			continue // within what was replaced already
		}
		out = append(append(out, r.text[at:e.from]...), e.with...)
		at = e.to
	}
	return append(out, r.text[at:]...)
}

// item is what happened as a test expects it, and in which list.
func (p *Played) item(got any) (key, text string) {
	var b strings.Builder
	pair := func(key string, v any) {
		if text, ok := yamlValue(v, key); ok && text != "" {
			if b.Len() > 0 {
				b.WriteString(", ")
			}
			b.WriteString(key + ": " + text)
		}
	}
	if n, ok := got.(*replay.Notification); ok {
		at := p.After(n.At.Unix())
		pair("within", span(at)+".."+span(at))
		pair("receiver", n.Receiver)
		pair("status", n.Status)
		pair("reason", n.Reason)
		pair("alerts", int64(len(n.Message.Alerts)))
		return "notifications", "{" + b.String() + "}"
	}
	t := got.(*alert.Transition)
	pair("at", p.After(t.At))
	pair("rule", t.Rule)
	if len(t.Group) > 0 {
		pair("group", t.Group)
	}
	pair("state", t.State.String())
	if t.State != alert.Resolved {
		pair("severity", t.Severity.String())
	} else if t.Reason != "condition" {
		pair("reason", t.Reason)
	}
	pair("values", t.Values)
	if t.State != alert.Resolved {
		pair("summary", t.Summary)
	}
	return "alerts", "{" + b.String() + "}"
}
