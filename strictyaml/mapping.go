package strictyaml

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Mapping is the keys of a YAML mapping. Ask for every key there can be, then
// call Done. One with a shape knows its keys: to ask for another is a mistake of
// the programmer and panics.
type Mapping struct {
	v      Value
	shape  *Shape // nil: the keys are those that were asked for
	fields map[string]field
	order  []string
	asked  []string
	meant  map[string]bool // what unknown keys were meant to be; nil: not yet known
}

type field struct {
	key, value *yaml.Node
	from       *Value // where it was put in from; nil: the mapping's own
}

// Mapping reads the value as a mapping. Repeated keys are faults. For anything
// but a mapping it records a fault and returns an empty one.
func (v Value) Mapping() *Mapping {
	m := v.mapping()
	if v.n == nil {
		return m
	}
	n := v.resolve()
	if n.Kind != yaml.MappingNode {
		v.Fault(m.mappingHint(), "is %s; a mapping (key: value) is expected", kindName(n))
		m.v.n = nil
		return m
	}
	if !v.afford(len(n.Content)) {
		return m
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if m.cutOff(n, i) {
			m.cut(n.Content[i-1])
			continue
		}
		m.add(n.Content[i], n.Content[i+1])
	}
	return m
}

// mappingHint shows how the mapping begins.
func (m *Mapping) mappingHint() string {
	if m.shape != nil && m.shape.Open == nil && len(m.shape.Fields) > 0 {
		return "write {" + m.shape.Fields[0].Name + ": …}"
	}
	return "write {name: value}"
}

// cutOff reports whether the i-th node, a key without a value inside { }, is
// really the rest of the text before it, which YAML ended at a comma.
func (m *Mapping) cutOff(n *yaml.Node, i int) bool {
	key, value := n.Content[i], n.Content[i+1]
	return i > 0 && n.Style&yaml.FlowStyle != 0 && (field{key, value, nil}).empty() && n.Content[i-1].Kind == yaml.ScalarNode &&
		n.Content[i-1].Style == 0 && strings.ContainsAny(key.Value, "()=<>!\"'[]{}")
}

// cut tells of a text that was cut, once: whoever reads it gets no value.
func (m *Mapping) cut(text *yaml.Node) {
	if m.v.f.cut[text] {
		return
	}
	if m.v.f.cut == nil {
		m.v.f.cut = map[*yaml.Node]bool{}
	}
	m.v.f.cut[text] = true
	at := Value{f: m.v.f, n: text, subject: m.v.subject, path: m.v.path}
	at.Fault("quote the whole text: '…, …'", "YAML ends this text at the comma, and something follows that belongs to it")
}

func (v Value) mapping() *Mapping {
	m := &Mapping{v: v, fields: map[string]field{}}
	if v.field != nil {
		m.shape = v.field.Of
	}
	if v.n != nil {
		m.fields = make(map[string]field, min(len(v.n.Content)/2, 64))
	}
	return m
}

func (m *Mapping) add(key, value *yaml.Node) {
	at := Value{f: m.v.f, n: key, subject: m.v.subject, path: m.v.path}
	name := key.Value
	switch {
	case key.Kind != yaml.ScalarNode:
		at.Fault("", "a key must be a text")
	case name == "<<":
		at.Fault("write the keys out", "merge keys are not supported")
	default:
		if first, twice := m.fields[name]; twice {
			at.Fault("remove one of them", "key %q is here twice; first in line %d", name, first.key.Line)
			return
		}
		m.fields[name] = field{key: key, value: value}
		m.order = append(m.order, name)
	}
}

// Get returns the value of a key; the zero Value when it is not there. An
// explicit null is not there either.
func (m *Mapping) Get(name string) Value {
	m.ask(name)
	f, ok := m.fields[name]
	if !ok || f.empty() {
		return Value{}
	}
	return m.at(name, f, f.value)
}

// ask notes that a key was asked for. A name that is written may come from Keys:
// of those Done tells which there are not.
func (m *Mapping) ask(name string) {
	if _, written := m.fields[name]; m.shape != nil && !written && m.defined(name) == nil {
		panic(fmt.Sprintf("strictyaml: the shape %s has no key %q", m.shape.Name, name))
	}
	if m.asked == nil && m.shape != nil {
		m.asked = make([]string, 0, 2*len(m.shape.Fields))
	}
	m.asked = append(m.asked, name)
}

// defined is the definition of a key, or nil.
func (m *Mapping) defined(name string) *Field {
	if m.shape == nil {
		return nil
	}
	f, _ := m.shape.Key(name)
	return f
}

// Put sets a key of m to a value that stands elsewhere, where its faults have
// their places; other has the key.
func (m *Mapping) Put(name string, other *Mapping) {
	f, ok := other.fields[name]
	if !ok {
		return
	}
	if _, there := m.fields[name]; !there {
		m.order = append(m.order, name)
	}
	from := other.v
	from.subject, from.path = m.v.subject, join(other.v.path, name)
	m.fields[name] = field{f.key, f.value, &from}
}

// Need is Get for a key that must be there.
func (m *Mapping) Need(name string) Value {
	v := m.Get(name)
	if v.There() || m.v.n == nil || m.Meant(name) && !m.Key(name).There() {
		return v
	}
	if f, ok := m.fields[name]; ok {
		m.key(name, f).Fault("", "has no value")
	} else {
		m.v.Fault(m.missingHint(name), "%q is missing", name)
	}
	return v
}

// missingHint shows how a missing key may be written.
func (m *Mapping) missingHint(name string) string {
	def := m.defined(name)
	if def == nil || !strings.HasPrefix(def.Example, name+":") {
		return "add " + name + ": …"
	}
	line, _, more := strings.Cut(def.Example, "\n")
	if more {
		line += " …"
	}
	return "add " + line
}

// Key is the place of a key itself, for faults about its being there.
func (m *Mapping) Key(name string) Value {
	f, ok := m.fields[name]
	if !ok {
		return Value{}
	}
	return m.key(name, f)
}

func (m *Mapping) key(name string, f field) Value { return m.at(name, f, f.key) }

// at is one of the nodes of a key, with its place.
func (m *Mapping) at(name string, f field, n *yaml.Node) Value {
	def := m.defined(name)
	if f.from != nil {
		v := *f.from
		v.n, v.field = n, def
		return v
	}
	return Value{f: m.v.f, n: n, subject: m.v.subject, path: join(m.v.path, name), field: def}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// Keys returns the keys as written, in order, for mappings whose keys are the
// author's own names. It counts them all as asked for.
func (m *Mapping) Keys() []string {
	m.asked = append(m.asked, m.order...)
	return m.order
}

// Written is Keys without asking for them.
func (m *Mapping) Written() []string { return m.order }

// Raw is the text of a key's single value, "" for anything else. It neither
// counts as asking nor finds faults.
func (m *Mapping) Raw(name string) string {
	f, ok := m.fields[name]
	if !ok {
		return ""
	}
	return m.at(name, f, f.value).Raw()
}

// Value is the mapping itself.
func (m *Mapping) Value() Value { return m.v }

// Done records a fault for every key that there is not, with the nearest known
// one as a hint, and for keys without a value.
func (m *Mapping) Done() {
	for _, name := range m.order {
		f := m.fields[name]
		at := Value{f: m.v.f, n: f.key, subject: m.v.subject, path: m.v.path}
		switch def, known := m.known(name); {
		case !known && at.faulted(): // in better words
		case !known:
			at.Fault(m.unknownHint(name, f), "unknown key %q", name)
		case def != nil && def.Later:
			at.Fault("remove it, or use a version that has it", "%q is not supported by this version", name)
		case def != nil && !slices.Contains(m.asked, name):
			// Never ignored in silence, whatever way the reader took.
			at.Fault("please report it: the fault is the program's", "the key %q is known and was not read", name)
		case def != nil && f.empty() && !at.faulted():
			at.Fault("give it one, or remove it", "%q has no value", name)
		}
	}
}

// empty reports whether nothing at all was written.
func (f field) empty() bool {
	return f.value.Kind == yaml.ScalarNode && f.value.Tag == "!!null" && f.value.Value == ""
}

// known tells whether the mapping may have a key, with its definition if the
// mapping has a shape of named keys.
func (m *Mapping) known(name string) (*Field, bool) {
	if m.shape != nil && m.shape.Open == nil {
		return m.shape.Key(name)
	}
	return nil, slices.Contains(m.asked, name)
}

func (m *Mapping) unknownHint(name string, f field) string {
	if m.v.f.faults.Full() {
		return ""
	}
	if foreign, ok := m.foreign(name); ok {
		return foreign.hint(m.at(name, f, f.value))
	}
	known := m.names()
	near := Nearest(Plain(name), known)
	if _, words := Lookalike(name); near == "" && words != "" {
		return words + ": write \"" + strings.TrimSpace(Plain(name)) + "\""
	}
	if near == "" {
		return "known here: " + strings.Join(known, ", ")
	}
	if _, words := Lookalike(name); words != "" {
		return words + ": write \"" + near + "\""
	}
	return "did you mean \"" + near + "\"?"
}

// names are the keys that the mapping may have, sorted.
func (m *Mapping) names() []string {
	if m.shape != nil && m.shape.Open == nil {
		return m.shape.sorted
	}
	return slices.Compact(slices.Sorted(slices.Values(m.asked)))
}

// QuietMapping is Mapping for a value that has been read as one before: its
// repeated keys are not found a second time.
func (v Value) QuietMapping() *Mapping {
	m := v.mapping()
	if v.n == nil {
		return m
	}
	n := v.resolve()
	if n.Kind != yaml.MappingNode {
		m.v.n = nil
		return m
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name := n.Content[i].Value
		if _, twice := m.fields[name]; !twice && name != "<<" && !m.cutOff(n, i) {
			m.fields[name] = field{key: n.Content[i], value: n.Content[i+1]}
			m.order = append(m.order, name)
		}
	}
	return m
}
