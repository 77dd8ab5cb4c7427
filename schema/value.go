package schema

import (
	"regexp"

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
	if f.MinItems > 0 {
		list = list.with("minItems", f.MinItems)
	}
	if f.MaxItems > 0 {
		list = list.with("maxItems", f.MaxItems)
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
		{strictyaml.Text, text}, {strictyaml.Template, g.template}, {strictyaml.Expression, g.expression},
		{strictyaml.Condition, g.condition}, {strictyaml.Match, g.match}, {strictyaml.Boolean, boolean}, {strictyaml.Whole, whole},
		{strictyaml.Number, number}, {strictyaml.Duration, duration}, {strictyaml.Size, size},
	} {
		if f.Kind&kind.kind != 0 {
			of = append(of, kind.of(f))
		}
	}
	if g.expand && f.Kind&^strictyaml.Map != strictyaml.Text || g.expand && (f.Enum != nil || f.Pattern != "") {
		of = append(of, object{{"type", "string"}, {"pattern", `\$\{`}})
	}
	if f.Kind&strictyaml.Tuple != 0 {
		of = append(of, g.code("values_list", tuple))
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
		return object{{"type", types}, {"pattern", anchored(f.Pattern)}}
	}
	o := object{{"type", plain}}
	if f.Unlike != "" {
		o = append(o, unlike(slip{f.Unlike, "write a list of names: [reason, ip]"})...)
	}
	return o
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

func anchored(expr string) string { return "^(?:" + expr + ")$" }

func like(expr, text string) bool { return regexp.MustCompile(anchored(expr)).MatchString(text) }

// code is a text in a language of its own. It is defined once: the patterns are
// long.
func (g *generator) code(name string, make func() object) object {
	if _, done := g.defs[name]; !done {
		g.define(name, make())
	}
	return object{{"$ref", "#/$defs/" + name}}
}

func (g *generator) template(*strictyaml.Field) object {
	return g.code("template_text", func() object {
		return append(object{{"type", plain}}, unlike(neverOfTexts()...)...)
	})
}

func (g *generator) expression(*strictyaml.Field) object {
	return g.code("expression_text", func() object {
		return append(object{{"type", plain}, {"pattern", expressionPattern}, {"patternErrorMessage", notAnExpression}}, unlike(never()...)...)
	})
}

func (g *generator) condition(f *strictyaml.Field) object {
	return g.code("condition_text", func() object {
		return g.expression(f).with("type", []string{"string", "boolean"})
	})
}

func (g *generator) match(f *strictyaml.Field) object {
	return g.code("match_text", func() object {
		return append(g.condition(f), unlike(neverOfRecords()...)...)
	})
}

// tuple is a list of single values, or of such lists.
func tuple() object {
	item := anyOf([]any{object{{"type", plain}}, object{{"$ref", "#/$defs/values_list"}}})
	return object{{"type", "array"}, {"items", item}}
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
	return object{{"type", "string"}, {"pattern", anchored(f.Pattern)}}
}

// duration is a length; 0 without a unit is one where it is allowed.
func duration(f *strictyaml.Field) object {
	expr := strictyaml.DurationPattern(f.Longest)
	if f.Shortest > 0 {
		return object{{"type", "string"}, {"pattern", "^" + expr + "$"}, {"patternErrorMessage", durationsAre(f)},
			{"allOf", []any{pattern("[1-9]").with("patternErrorMessage", durationsAre(f))}}}
	}
	return object{{"type", []string{"string", "integer"}}, {"pattern", "^(?:0|" + expr + ")$"}, {"patternErrorMessage", durationsAre(f)}, {"minimum", 0}, {"maximum", 0}}
}

func durationsAre(f *strictyaml.Field) string {
	return "write 30s, 5m, 1h30m, 2d or 1w, from " + strictyaml.FormatDuration(f.Shortest) + " to " + strictyaml.FormatBound(f.Longest)
}

// suggestions are texts that are often meant, for completion.
func (g *generator) suggestions(f *strictyaml.Field) object {
	name := f.Name + "_names"
	if _, done := g.defs[name]; !done {
		values, docs := make([]string, len(f.Suggest)), make([]string, len(f.Suggest))
		for i, s := range f.Suggest {
			values[i], docs[i] = s.Text, s.Doc
		}
		g.define(name, object{{"enum", values}, {"enumDescriptions", docs}, {"markdownEnumDescriptions", docs}})
	}
	return object{{"$ref", "#/$defs/" + name}}
}
