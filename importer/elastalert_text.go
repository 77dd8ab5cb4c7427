package importer

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// readTexts writes the annotations.
func (e *elastRule) readTexts() {
	summary := e.text("alert_subject", "alert_subject_args")
	if summary == "" {
		summary = literalText(e.d.title())
	}
	e.d.add("annotations", "summary", text(summary))
	if v := e.r.get("alert_text_type"); v.There() && v.Raw() == "alert_text_jinja" {
		e.d.left(v, "alert_text: templates of Jinja")
		e.r.get("alert_text")
		e.r.get("alert_text_args")
		return
	}
	if body := e.text("alert_text", "alert_text_args"); body != "" {
		e.d.add("annotations", "description", text(body))
	}
	e.r.get("alert_text_kw")
	if v := e.r.m.Key("alert_text_kw"); v.There() {
		e.d.left(v, "alert_text_kw: name the fields in the template")
	}
}

// text makes a template of a text with Python's {} and its arguments.
func (e *elastRule) text(key, argsKey string) string {
	v, args := e.r.get(key), e.r.get(argsKey)
	source, ok := v.Text()
	if !ok {
		return ""
	}
	var fields []string
	for _, a := range args.Texts() {
		fields = append(fields, e.argument(a, args))
	}
	return e.format(source, fields, v)
}

// placeholder is {{, }}, {} or {0}, with a conversion or a form.
var placeholder = regexp.MustCompile(`\{\{|\}\}|\{([0-9]*)([!:][^{}]*)?\}`)

// format is Python's str.format as a template of ours.
func (e *elastRule) format(source string, fields []string, v strictyaml.Value) string {
	var b strings.Builder
	next, last := 0, 0
	for _, at := range placeholder.FindAllStringSubmatchIndex(source, -1) {
		b.WriteString(literalText(source[last:at[0]]))
		last = at[1]
		whole := source[at[0]:at[1]]
		if len(fields) == 0 || whole == "{{" || whole == "}}" {
			if len(fields) > 0 {
				whole = whole[:1]
			}
			b.WriteString(literalText(whole)) // without arguments nothing is formatted
			continue
		}
		i := next
		next++
		if n, err := strconv.Atoi(source[at[2]:at[3]]); err == nil {
			i = n
		}
		if at[4] >= 0 {
			e.d.left(v, "the form %s of a placeholder", source[at[4]:at[5]])
		}
		if i >= len(fields) {
			e.d.left(v, "the placeholder %s, which has no argument", whole)
			continue
		}
		b.WriteString(fields[i])
	}
	b.WriteString(literalText(source[last:]))
	return b.String()
}

// literalText writes a text so that a template shows it as it is.
func literalText(s string) string {
	return strings.ReplaceAll(s, "{{", `{{"{{"}}`)
}

// argument is a field of the alert as a template.
func (e *elastRule) argument(name string, v strictyaml.Value) string {
	if name == "spike_count" && slices.Contains(e.d.names, "current") {
		return "{{.Values.current}}"
	}
	switch name {
	case "num_hits", "num_matches", "count", "spike_count":
		return "{{.Count}}"
	case "rule", "rule.name", "name":
		return "{{.Rule}}"
	case "@timestamp":
		return "{{.StartsAt}}"
	case "percentage":
		if slices.Contains(e.d.names, "matched") {
			return "{{.Values.matched}} of {{.Count}} records"
		}
	}
	for theirs, ours := range map[string]string{"reference_count": "reference", "metric_agg_value": "metric"} {
		if name == theirs && slices.Contains(e.d.names, ours) {
			return "{{.Values." + ours + "}}"
		}
	}
	field := e.tr.o.Map.field(name)
	if p, ok := e.d.paths[field]; ok && slices.Contains(e.d.names, p) && slices.Contains(e.groups, field) {
		if plainName.MatchString(p) {
			return "{{.Group." + p + "}}"
		}
		return "{{index .Group " + strconv.Quote(p) + "}}"
	}
	if name == "key" && len(e.groups) == 1 {
		return e.argument(e.groups[0], v)
	}
	return e.lastOf(field, v)
}

// lastOf declares the field of the newest record, and is the template for it.
func (e *elastRule) lastOf(field string, v strictyaml.Value) string {
	name := "last_" + alert.SafeName(field)
	if slices.Contains(e.d.names, name) {
		return "{{.Values." + name + "}}"
	}
	path := e.d.path(field, "aggregates", v)
	return "{{.Values." + e.d.aggregate(name, pair{"last", text(path)}) + "}}"
}

// readTopCounts declares the commonest values.
func (e *elastRule) readTopCounts() {
	keys, number := e.r.get("top_count_keys"), e.r.get("top_count_number")
	if !keys.There() {
		return
	}
	if e.window == 0 {
		e.d.left(keys, "top_count_keys, since the rule has no window")
		return
	}
	n := int64(5)
	if number.There() {
		if i, ok := whole(number, 1, 20); ok {
			n = i
		} else {
			e.d.left(number, "top_count_number, which is no number from 1 to 20: 5 is written")
		}
	}
	for _, s := range keys.Texts() {
		field := e.tr.o.Map.field(s)
		path := e.d.path(field, "aggregates", keys)
		name := e.d.aggregate("top_"+field, pair{"top", text(path)}, pair{"n", scalar(strconv.FormatInt(n, 10))})
		e.d.add("annotations", name, text("{{range .Values."+name+"}}{{.Value}}: {{.Count}} {{end}}"))
	}
}
