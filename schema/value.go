package schema

import (
	"regexp"
	"slices"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// plain are the JSON types of a single YAML value that is there.
var plain = []string{"string", "number", "boolean"}

// value is the schema of one value of a field, or of a list of them.
func (g *generator) value(f *strictyaml.Field) object {
	one := g.single(f)
	if !f.List {
		return one
	}
	list := object{{"type", "array"}, {"items", one}}
	if f.Fewest > 0 {
		list = list.with("minItems", f.Fewest)
	}
	if f.Crowd > 0 {
		list = list.with("maxItems", f.Crowd)
	}
	if f.Kind == strictyaml.Map && !f.Alone {
		return list
	}
	return anyOf([]any{one, list})
}

// single is the schema of one value: any of those that the field's kinds allow.
func (g *generator) single(f *strictyaml.Field) object {
	var of []any
	if f.Kind == strictyaml.Map {
		return g.ref(f.Of)
	}
	if len(f.Suggest) > 0 {
		of = append(of, g.suggestions(f))
	}
	if len(f.Also) > 0 {
		of = append(of, object{{"enum", f.Also}})
	}
	for _, kind := range []struct {
		kind strictyaml.Kind
		of   func(*strictyaml.Field) object
	}{
		{strictyaml.Text, text}, {strictyaml.Template, template}, {strictyaml.Expression, expression},
		{strictyaml.Condition, condition}, {strictyaml.Match, match}, {strictyaml.Boolean, boolean}, {strictyaml.Whole, whole},
		{strictyaml.Number, number}, {strictyaml.Duration, duration}, {strictyaml.Size, size},
	} {
		if f.Kind&kind.kind != 0 {
			of = append(of, kind.of(f))
		}
	}
	if g.expand && f.Kind&^strictyaml.Map != strictyaml.Text || g.expand && (f.Enum != nil || f.Pattern != "") {
		of = append(of, object{{"type", "string"}, {"pattern", `\$\{`}})
	}
	if f.Kind&strictyaml.Map != 0 {
		of = append(of, g.ref(f.Of))
	}
	if len(of) == 1 {
		return of[0].(object)
	}
	return anyOf(of)
}

func text(f *strictyaml.Field) object {
	switch {
	case f.Enum != nil:
		return object{{"enum", written(f.Enum)}}
	case f.Pattern != "":
		types := []string{"string"}
		if like(f.Pattern, "5") {
			types = append(types, "number")
		}
		if like(f.Pattern, "true") {
			types = append(types, "boolean")
		}
		return object{{"type", types}, {"pattern", whole0(f.Pattern)}}
	}
	return object{{"type", plain}}
}

// written are texts as JSON has them when they stand in YAML without quotes.
func written(texts []string) []any {
	var out []any
	for _, s := range texts {
		out = append(out, s)
		switch s {
		case "true":
			out = append(out, true)
		case "1":
			out = append(out, 1)
		}
	}
	return out
}

func whole0(expr string) string { return "^(?:" + expr + ")$" }

func like(expr, text string) bool { return regexp.MustCompile(whole0(expr)).MatchString(text) }

func template(*strictyaml.Field) object {
	return object{{"type", plain}, {"not", pattern(undeclared)}}
}

func expression(*strictyaml.Field) object {
	return object{{"type", plain}, {"pattern", expressionPattern}, {"not", anyOf(patterns(never))}}
}

func condition(*strictyaml.Field) object {
	return object{{"type", []string{"string", "boolean"}}, {"pattern", expressionPattern}, {"not", anyOf(patterns(never))}}
}

func match(*strictyaml.Field) object {
	return object{{"type", []string{"string", "boolean"}}, {"pattern", expressionPattern}, {"not", anyOf(patterns(slices.Concat(never, neverOfRecords)))}}
}

func patterns(exprs []string) []any {
	out := make([]any, len(exprs))
	for i, e := range exprs {
		out[i] = pattern(e)
	}
	return out
}

func boolean(f *strictyaml.Field) object {
	if f.Enum != nil {
		return object{{"enum", written(f.Enum)}}
	}
	return object{{"enum", []any{true, false, "true", "false"}}}
}

func whole(f *strictyaml.Field) object {
	o := object{{"type", []string{"integer", "string"}}, {"minimum", f.Least}}
	if f.Most != 0 {
		o = o.with("maximum", f.Most)
	}
	return o.with("pattern", `^[+-]?[0-9]+$`)
}

func number(f *strictyaml.Field) object {
	o := object{{"type", []string{"number", "string"}}}
	if f.Most != 0 {
		o = o.with("exclusiveMinimum", f.Least).with("maximum", f.Most)
	}
	return o.with("pattern", `^[+-]?[0-9.][0-9A-Za-z.+_-]*$`)
}

func size(f *strictyaml.Field) object {
	return object{{"type", "string"}, {"pattern", whole0(f.Pattern)}}
}

// duration is a length; 0 without a unit is one where it is allowed.
func duration(f *strictyaml.Field) object {
	expr := strictyaml.DurationPattern(f.Longest)
	if f.Shortest > 0 {
		return object{{"type", "string"}, {"pattern", "^" + expr + "$"}, {"allOf", []any{pattern("[1-9]")}}}
	}
	return object{{"type", []string{"string", "integer"}}, {"pattern", "^(?:0|" + expr + ")$"}, {"minimum", 0}, {"maximum", 0}}
}

// suggestions are texts that are often meant, for completion.
func (g *generator) suggestions(f *strictyaml.Field) object {
	name := f.Name + "_names"
	if _, done := g.defs[name]; !done {
		values, docs := make([]string, len(f.Suggest)), make([]string, len(f.Suggest))
		for i, s := range f.Suggest {
			values[i], docs[i] = s.Text, s.Doc
		}
		g.define(name, object{{"enum", values}, {"markdownEnumDescriptions", docs}})
	}
	return object{{"$ref", "#/$defs/" + name}}
}
