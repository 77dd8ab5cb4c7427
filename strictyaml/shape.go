package strictyaml

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Kind is what a value may be: one bit, or several for a value that may be
// written in several ways.
type Kind uint16

// The kinds. Every single value is a Text; a Template is one with {{…}}, an
// Expression one of the rule language, a Condition one that is true or false, a
// Match a Condition over single records.
const (
	Text Kind = 1 << iota
	Expression
	Condition
	Match
	Template
	Boolean
	Whole    // a whole number, from Least to Most
	Number   // above Least, up to Most
	Duration // 90s, 5m, 1h30m, from Shortest to Longest
	Size     // 500MB, 2GiB
	Map      // a mapping of the shape Of
	Tuple    // a list of single values, or of such lists
	Anything // of any kind, and unchecked
)

// Field is one key of a mapping, or what all keys of an open one are.
type Field struct {
	Name string
	Kind Kind
	// List says that a list of such values may stand there. A single value, when
	// it is no mapping, is a list of one; with Alone a mapping is so too.
	List, Alone bool
	Of          *Shape // of a Map
	Self        bool   // a Map of the very shape the field belongs to
	Later       bool   // a key of the language that this version does not have

	Required bool
	Needs    []string // one of these keys must stand beside it
	Without  []string // none of these may

	Enum               []string          // the texts it may be; nil: any
	Synonyms           map[string]string // texts of other tools, in lower case, to those of Enum
	Also               []string          // texts that it may be besides what its kind says
	Pattern            string            // what the whole text is like, a regular expression without anchors
	Unlike             string            // what nothing in the text is like
	Suggest            []Suggestion      // texts that are often meant
	Shortest, Longest  time.Duration
	Least, Most        int64 // Most 0: no bound
	MinItems, MaxItems int   // values of a list, at least and at most; 0: no bound

	Hint    string // of faults about the bounds of a number
	Doc     string // Markdown, whole sentences
	Default string // as it would be written, or in words; "": there is none
	Example string // lines of YAML that hold the key, as they may stand in the mapping
}

// Suggestion is a text that a value often is, and what it means.
type Suggestion struct{ Text, Doc string }

// Shape says which keys a mapping has. The reader, the JSON Schema and the
// reference are made from it, so that what is documented is what is read. Make
// it with NewShape; it does not change afterwards.
type Shape struct {
	Name     string // unique within a kind of file, such as "rule"
	Doc      string
	Fields   []Field
	Keys     string             // what the keys of an open one are like, a regular expression without anchors
	Reserved []string           // keys that an open one cannot have
	Open     *Field             // the keys are the author's own names, their values like this
	Foreign  map[string]Foreign // keys of other tools, in lower case with '_'
	OneOf    []string           // exactly one of these keys must be there; nil: no such demand

	index  map[string]*Field
	sorted []string // Names, by the alphabet
}

// NewShape finishes a definition. It panics over one that contradicts itself,
// which is a programmer's mistake.
func NewShape(s Shape) *Shape {
	s.index = make(map[string]*Field, len(s.Fields))
	out := &s
	for i := range s.Fields {
		f := &s.Fields[i]
		if f.Self {
			f.Of = out
		}
		if _, twice := s.index[f.Name]; twice || f.Name == "" || (f.Kind&Map != 0) != (f.Of != nil) || f.Kind == 0 && !f.Later {
			panic(fmt.Sprintf("strictyaml: the field %q of the shape %s is not whole", f.Name, s.Name))
		}
		s.index[f.Name] = f
	}
	for _, f := range s.Fields {
		for _, other := range f.Synonyms {
			if !slices.Contains(f.Enum, other) {
				panic(fmt.Sprintf("strictyaml: %s of the shape %s cannot be %q", f.Name, s.Name, other))
			}
		}
		for _, other := range slices.Concat(f.Needs, f.Without) {
			if _, known := s.index[other]; !known {
				panic(fmt.Sprintf("strictyaml: the shape %s has no field %q, which %s names", s.Name, other, f.Name))
			}
		}
	}
	s.sorted = slices.Sorted(slices.Values(s.Names()))
	for word, f := range s.Foreign {
		if _, ours := s.index[word]; ours || f.Key != "" && s.index[f.Key] == nil {
			panic(fmt.Sprintf("strictyaml: the foreign word %q of the shape %s is ours, or its key is not", word, s.Name))
		}
	}
	return out
}

// Key returns the definition of a key.
func (s *Shape) Key(name string) (*Field, bool) {
	if f, ok := s.index[name]; ok {
		return f, true
	}
	return s.Open, s.Open != nil
}

// Names returns the keys that this version has, in the order of the definition.
func (s *Shape) Names() []string {
	var out []string
	for _, f := range s.Fields {
		if !f.Later {
			out = append(out, f.Name)
		}
	}
	return out
}

// Only is a shape with some of the fields of s, in their order.
func (s *Shape) Only(name, doc string, fields ...string) *Shape {
	only := Shape{Name: name, Doc: doc}
	for _, f := range s.Fields {
		if slices.Contains(fields, f.Name) {
			f.Required, f.Needs, f.Without = false, nil, nil
			f.Example = f.alone()
			only.Fields = append(only.Fields, f)
		}
	}
	if len(only.Fields) != len(fields) {
		panic("strictyaml: " + s.Name + " has not all fields of " + name)
	}
	return NewShape(only)
}

// alone is the key itself of the example, without those beside it.
func (f Field) alone() string {
	var own []string
	for line := range strings.SplitSeq(f.Example, "\n") {
		if strings.HasPrefix(line, f.Name+":") || len(own) > 0 && strings.HasPrefix(line, " ") {
			own = append(own, line)
		}
	}
	return strings.Join(own, "\n")
}

// Shaped is the value with a shape: its Mapping knows its keys.
func (v Value) Shaped(s *Shape) Value {
	v.field = &Field{Name: s.Name, Kind: Map, Of: s}
	return v
}

// Key is the definition of the key that the value belongs to. It panics for a
// value without one, which is a programmer's mistake.
func (v Value) Key() *Field {
	if v.field == nil {
		panic("strictyaml: " + v.path + " has no shape")
	}
	return v.field
}

// Choice is one of the texts of the field's Enum.
func (v Value) Choice() (string, bool) {
	s, ok := v.Text()
	return s, ok && v.Chosen(s)
}

// Chosen is Choice for a text that was made of the value's.
func (v Value) Chosen(text string) bool {
	f := v.Key()
	if slices.Contains(f.Enum, text) {
		return true
	}
	hint := "write " + alternatives(f.Enum)
	if near := Nearest(Plain(text), f.Enum); near != "" {
		hint = "did you mean \"" + near + "\"?"
	}
	if ours, ok := f.Synonyms[strings.ToLower(text)]; ok {
		hint = fmt.Sprintf("write %s; known: %s", ours, strings.Join(f.Enum, ", "))
	}
	if _, words := Lookalike(text); words != "" {
		hint = words + ": write " + alternatives(f.Enum)
	}
	v.Fault(hint, "unknown %s %q", f.Name, text)
	return false
}

// alternatives is "a, b or c".
func alternatives(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}
