package importer

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// draft is one of our rules in the making.
type draft struct {
	at      strictyaml.Value // the rule it is made of
	id      string
	origin  string   // file:line, tool, name
	refused string   // why it cannot be translated
	head    []string // what was left out, to be told above the rule
	entries []entry
	notes   map[string][]string // by key
	events  []string
	paths   map[string]string // of the fields that were spelled
	names   []string          // of aggregates and groups
	lists   []pair            // long lists of values, which stand above all rules
}

func (tr *translator) draft(at strictyaml.Value, tool, name string) *draft {
	d := &draft{at: at.In(fmt.Sprintf("rule %q", name)), notes: map[string][]string{}, paths: map[string]string{}}
	d.origin = fmt.Sprintf("%s:%d, %s %q", at.File(), at.Line(), tool, name)
	tr.drafts = append(tr.drafts, d)
	return d
}

func (d *draft) identify(id string) {
	d.id = id
	d.set("id", text(id))
}

// set gives a key its value, in place of one it has.
func (d *draft) set(key string, value any) {
	if i := slices.IndexFunc(d.entries, func(e entry) bool { return e.key == key }); i >= 0 {
		d.entries[i].value = value
		return
	}
	d.entries = append(d.entries, entry{key: key, value: value})
}

// add appends to a mapping: aggregates, labels, annotations, fields.
func (d *draft) add(key, name string, value any) {
	i := slices.IndexFunc(d.entries, func(e entry) bool { return e.key == key })
	if i < 0 {
		d.set(key, []pair{{name, value}})
		return
	}
	d.entries[i].value = append(d.entries[i].value.([]pair), pair{name, value})
}

// differs tells above a key that it means something else there; v is the place in
// the other tool's file.
func (d *draft) differs(key string, v strictyaml.Value, format string, args ...any) {
	d.note(key, Differs, v, fmt.Sprintf(format, args...))
}

// verify tells above a key what is worth a look.
func (d *draft) verify(key string, v strictyaml.Value, format string, args ...any) {
	d.note(key, Verify, v, fmt.Sprintf(format, args...))
}

func (d *draft) note(key, code string, v strictyaml.Value, msg string) {
	line := code + ": " + msg
	if slices.Contains(d.notes[key], line) {
		return
	}
	d.notes[key] = append(d.notes[key], line)
	d.place(v).Warn(code, "", "%s", line)
}

// left tells above the rule that a key was left out.
func (d *draft) left(v strictyaml.Value, format string, args ...any) {
	d.aside(NotTranslated, "not translated", v, fmt.Sprintf(format, args...))
}

// elsewhere tells that what a key says is said in another file here.
func (d *draft) elsewhere(v strictyaml.Value, format string, args ...any) {
	d.aside(Elsewhere, "elsewhere", v, fmt.Sprintf(format, args...))
}

func (d *draft) aside(code, word string, v strictyaml.Value, msg string) {
	d.place(v).Warn(code, "", "%s: %s", word, msg)
	d.head = append(d.head, fmt.Sprintf("%s: %s (line %d)", word, msg, max(v.Line(), d.at.Line())))
}

// refuse gives the rule up: it is written as a comment.
func (d *draft) refuse(v strictyaml.Value, format string, args ...any) {
	msg := fmt.Sprintf(format, args...)
	d.place(v).Warn(NotTranslated, "", "the rule is not translated: %s", oneLine(msg))
	if d.refused == "" {
		d.refused = msg
	}
}

// place is a value that there is, with the rule's name.
func (d *draft) place(v strictyaml.Value) strictyaml.Value {
	if !v.There() {
		return d.at
	}
	return v.In(fmt.Sprintf("rule %q", d.title()))
}

func (d *draft) title() string {
	_, name, _ := strings.Cut(d.origin, ` "`)
	return strings.TrimSuffix(name, `"`)
}

// text is the rule as it stands in the file; of one that is refused, why.
func (d *draft) text() string {
	var b strings.Builder
	if d.refused != "" {
		fmt.Fprintf(&b, "# %s\n# not translated: %s\n", oneLine(d.origin), oneLine(d.refused))
		return b.String()
	}
	entries, notes := slices.Clone(d.entries), maps.Clone(d.notes)
	for i, e := range entries {
		entries[i].notes = notes[e.key]
		delete(notes, e.key)
	}
	head := slices.Concat([]string{d.origin}, d.head)
	for _, key := range slices.Sorted(maps.Keys(notes)) { // of keys that were not written after all
		head = append(head, notes[key]...)
	}
	writeRule(&b, head, entries)
	return b.String()
}

// selects writes which records the rule takes; v is the place of the condition.
func (d *draft) selects(where node, log string, v strictyaml.Value) {
	var rest node
	d.events, rest = where.choice()
	if len(d.events) > 0 {
		d.set("event", eventList(d.events))
		for _, e := range unknownEvents(d.events) {
			d.verify("event", v, "the event %s is not in the Smarty documentation", e)
		}
	}
	switch {
	case log == "":
	case wrongLog(log, d.events):
		d.verify("event", v, "the log is left out: the documentation has the events in another log than %s", log)
	default:
		d.set("log", text(log))
	}
	if !rest.always() {
		d.set("match", text(d.expression(rest, "match", v)))
	}
}

func eventList(events []string) any {
	if len(events) == 1 && !strings.ContainsAny(events[0], "*?") {
		return text(events[0])
	}
	return events
}

// expression writes a condition on a record of the rule's events. What is to be
// checked about its fields is told above the key.
func (d *draft) expression(n node, key string, v strictyaml.Value) string {
	n = n.hoist(longList, d.list)
	return n.expression(func(field string) string { return d.path(field, key, v) })
}

// longList is how many values stand in an expression at most; more are a list of
// their own. An expression has at most 1,000 parts.
const longList = 50

// list declares a list of literals and returns its name.
func (d *draft) list(items []string) string {
	values := make([]any, len(items))
	for i, s := range items {
		if values[i] = scalar(s); s[0] == '"' {
			plain, _ := strconv.Unquote(s)
			values[i] = text(plain)
		}
	}
	name := "values_of_" + alert.SafeName(d.id)
	if len(d.lists) > 0 {
		name = fmt.Sprintf("%s_%d", name, len(d.lists)+1)
	}
	d.lists = append(d.lists, pair{name, values})
	return name
}

// path spells a field for the rule's events.
func (d *draft) path(field, key string, v strictyaml.Value) string {
	if field == "" {
		return ""
	}
	if p, ok := d.paths[field]; ok {
		return p
	}
	p, note, err := spell(field, d.events)
	if err != nil {
		d.refuse(v, "%v", err)
		return field
	}
	if note != "" {
		d.verify(key, v, "%s", note)
	}
	d.paths[field] = p
	return p
}

// groups writes group_by.
func (d *draft) groups(fields []string, v strictyaml.Value) {
	if len(fields) == 0 {
		return
	}
	var out []string
	for _, f := range fields {
		p := d.path(f, "group_by", v)
		if strings.Contains(p, "[") {
			p = d.derive(f, p)
		}
		if !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	for _, p := range out {
		if !slices.Contains(d.names, p) {
			d.names = append(d.names, p)
		}
	}
	d.set("group_by", out)
}

// derive gives a field a name that can be a label.
func (d *draft) derive(field, path string) string {
	name := alert.SafeName(field)
	for slices.Contains(d.names, name) || words.MatchString(name) || !plainName.MatchString(name) || slices.Contains(rules.RecordFields(), name) {
		name = "of_" + name
	}
	d.names = append(d.names, name)
	d.add("fields", name, text(path))
	d.paths[field] = name
	return name
}

// numeric is a field as numbers are calculated of it.
func (d *draft) numeric(field string, v strictyaml.Value) string {
	p := d.path(field, "aggregates", v)
	if field == lasting {
		return "seconds(" + p + ")"
	}
	return p
}

// aggregate declares a value of the window and returns the name it got.
func (d *draft) aggregate(name string, value ...pair) string {
	name = alert.SafeName(name)
	for slices.Contains(d.names, name) || words.MatchString(name) || !plainName.MatchString(name) {
		name = "of_" + name
	}
	d.names = append(d.names, name)
	d.add("aggregates", name, value)
	return name
}
