package schema

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/smarty-alert/smarty-alert/config"
	"github.com/smarty-alert/smarty-alert/loggen/installation"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/ruletest"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// where the schemas have their names; nothing needs to be fetched from there.
const where = "https://github.com/smarty-alert/smarty-alert/schema/"

// Rules is the schema of rule files.
func Rules() []byte {
	g := &generator{defs: map[string]any{}}
	return g.document("rules", rules.FileShape())
}

// Config is the schema of the configuration.
func Config() []byte {
	g := &generator{defs: map[string]any{}, expand: true}
	return g.document("config", config.FileShape())
}

// Test is the schema of files of tests, *_test.yaml.
func Test() []byte {
	g := &generator{defs: map[string]any{}}
	return g.document("test", ruletest.FileShape())
}

// Incidents is the schema of files of incidents, for generate.
func Incidents() []byte {
	g := &generator{defs: map[string]any{}}
	return g.document("incidents", installation.FileShape())
}

// generator makes one schema.
type generator struct {
	expand bool // single values may hold ${NAME}
	defs   map[string]any
	order  object // defs, in the order in which they were met
}

func (g *generator) document(name string, s *strictyaml.Shape) []byte {
	root := object{{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"$id", where + name + ".schema.json"},
		{"title", "smarty-alert: " + name}}
	root = append(root, g.mapping(s)...).with("$defs", &g.order)
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(root); err != nil {
		panic("schema: " + err.Error()) // of constants of the program
	}
	return b.Bytes()
}

func (g *generator) define(name string, o object) {
	g.defs[name] = o
	g.order = g.order.with(name, o)
}

// ref is a reference to the definition of a shape.
func (g *generator) ref(s *strictyaml.Shape) object {
	if _, done := g.defs[s.Name]; !done {
		g.defs[s.Name] = nil // on its way: a shape may hold itself
		o := g.mapping(s)
		g.define(s.Name, o)
	}
	return object{{"$ref", "#/$defs/" + s.Name}}
}

// mapping is the schema of a mapping with a shape.
func (g *generator) mapping(s *strictyaml.Shape) object {
	o := object{{"description", unmarked(s.Doc)}, {"markdownDescription", s.Doc}, {"type", "object"}}
	if s.Open != nil {
		if names := namesOf(s); names != nil {
			o = o.with("propertyNames", names)
		}
		return o.with("additionalProperties", g.field(s.Open))
	}
	var properties object
	var needed []string
	for i := range s.Fields {
		f := &s.Fields[i]
		if f.Later {
			continue
		}
		properties = properties.with(f.Name, g.property(s, f))
		if f.Required {
			needed = append(needed, f.Name)
		}
	}
	o = o.with("properties", properties).with("additionalProperties", false)
	if needed != nil {
		o = o.with("required", needed)
	}
	if s.OneOf != nil {
		var of []any
		for _, name := range s.OneOf {
			of = append(of, required(name))
		}
		o = o.with("oneOf", of)
	}
	if all := slices.Concat(together(s), sharper(s)); all != nil {
		o = o.with("allOf", all)
	}
	return o
}

// namesOf is what the keys of an open mapping are like.
func namesOf(s *strictyaml.Shape) object {
	var o object
	if s.Keys != "" {
		o = o.with("pattern", anchored(s.Keys))
	}
	if s.Reserved != nil {
		o = o.with("not", object{{"enum", s.Reserved}})
	}
	return o
}

// property is a field of a shape. What a configuration sets in rules is read
// without the environment.
func (g *generator) property(s *strictyaml.Shape, f *strictyaml.Field) object {
	expand := g.expand
	if s == config.FileShape() && (f.Name == "vars" || f.Name == "overrides") {
		g.expand = false
	}
	o := g.field(f)
	g.expand = expand
	return o
}

// field is a value with what is said about it.
func (g *generator) field(f *strictyaml.Field) object {
	more := f.Doc
	if f.Default != "" {
		more += "\n\nDefault: " + f.Default
	}
	if f.Example != "" {
		more += "\n\n```yaml\n" + f.Example + "\n```"
	}
	o := object{{"description", unmarked(f.Doc)}, {"markdownDescription", more}}
	o = append(o, g.value(f)...)
	if v, ok := defaultOf(f); ok {
		o = o.with("default", v)
	}
	if v, ok := exampleOf(f); ok {
		o = o.with("examples", []any{v})
	}
	return o
}

// defaultOf is the default where it is a value and not a remark.
func defaultOf(f *strictyaml.Field) (any, bool) {
	switch {
	case f.Default == "":
	case f.Kind == strictyaml.Boolean:
		return f.Default == "true", true
	case f.Kind == strictyaml.Whole:
		if n, err := strconv.Atoi(f.Default); err == nil {
			return n, true
		}
	case f.Kind&strictyaml.Duration != 0:
		_, err := strictyaml.ParseDuration(f.Default)
		return f.Default, err == nil
	case f.Kind == strictyaml.Size, slices.Contains(f.Enum, f.Default):
		return f.Default, true
	}
	return nil, false
}

// exampleOf is the key's value in the field's example.
func exampleOf(f *strictyaml.Field) (any, bool) {
	if f.Example == "" {
		return nil, false
	}
	var doc map[string]any
	if err := yaml.Unmarshal([]byte(f.Example), &doc); err != nil {
		panic("schema: the example of " + f.Name + ": " + err.Error())
	}
	v, ok := doc[f.Name]
	return v, ok
}

// together are the conditions about keys that need or exclude others.
func together(s *strictyaml.Shape) []any {
	var all []any
	for _, f := range s.Fields {
		if len(f.Needs) > 0 {
			then := required(f.Needs...)
			if len(f.Needs) > 1 {
				then = anyOf(each(f.Needs))
			}
			all = append(all, when(f.Name, then))
		}
		if len(f.Without) > 0 {
			var none object
			for _, other := range f.Without {
				none = none.with(other, false)
			}
			all = append(all, when(f.Name, object{{"properties", none}}))
		}
	}
	return all
}

func each(names []string) []any {
	out := make([]any, len(names))
	for i, name := range names {
		out[i] = required(name)
	}
	return out
}

// when is a condition that holds where a key is.
func when(name string, then object) object {
	return object{{"if", required(name)}, {"then", then}}
}

// unmarked takes the marks of Markdown out of a text.
func unmarked(markdown string) string { return strings.ReplaceAll(markdown, "`", "") }
