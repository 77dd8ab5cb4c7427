package rules

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// The library's errors name Go types and repeat the template's name; these find
// out what its author did wrong.
var (
	templatePlace = regexp.MustCompile(`^template: [^:]*:\d+(?::\d+)?: `)
	noVariable    = regexp.MustCompile(`^undefined variable "(.*)"$`)
	noFunction    = regexp.MustCompile(`^function "(.*)" not defined$`)
	noField       = regexp.MustCompile(`at <(.*)>: can't evaluate field (\w+) in type (\S+)$`)
	noEntry       = regexp.MustCompile(`at <(.*)>: map has no entry for key "(.*)"$`)
	noPart        = regexp.MustCompile(`at <(.*)>: can't evaluate field (\w+) in type interface`)
	infix         = regexp.MustCompile(`([.$][\w.$]*)\s*(==|!=|>=|<=|>|<)\s*("[^"]*"|[\w.$]+)`)
	element       = regexp.MustCompile(`(\.[\w.]+)\[("[^"]*"|\d+)\]`)
	executing     = regexp.MustCompile(`^executing ".*?" at <(.*?)>: `)
)

// prefixes are the functions of text/template that compare.
var prefixes = map[string]string{"==": "eq", "!=": "ne", ">": "gt", ">=": "ge", "<": "lt", "<=": "le"}

// templateFault explains a text that is no template for alerts such as d.
func templateFault(v strictyaml.Value, text string, err error, d *TemplateData) {
	msg := templatePlace.ReplaceAllString(err.Error(), "")
	hint := "values stand in {{ and }}, as in {{.Values.count}}"
	if at := unclosed(text); at >= 0 {
		v.FaultAt(utf8.RuneCountInString(text[:at]), 2, "add }} behind the value, as in {{.Values.count}}", "a {{ is not closed")
		return
	}
	if found := noVariable.FindStringSubmatch(msg); found != nil {
		part, hint := variableHint(text, found[1])
		faultIn(v, text, part, hint, fmt.Sprintf("there is no %q in templates", found[1]))
		return
	}
	if found := noFunction.FindStringSubmatch(msg); found != nil {
		faultIn(v, text, found[1], functionHint(found[1], d), fmt.Sprintf("unknown function %q", found[1]))
		return
	}
	if found := infix.FindStringSubmatch(text); found != nil && strings.Contains(msg, "in operand") {
		faultIn(v, text, found[0], fmt.Sprintf("write {{if %s %s %s}}", prefixes[found[2]], found[1], found[3]), "templates have no operators: what compares stands before both values")
		return
	}
	if found := element.FindStringSubmatch(text); found != nil && strings.Contains(msg, "bad character") {
		faultIn(v, text, found[0], fmt.Sprintf("write {{range %[1]s}}…{{end}}, or {{with %[1]s}}{{index . %[2]s}}{{end}}", found[1], found[2]), "templates have no [ ]")
		return
	}
	if strings.Contains(msg, "EOF") {
		msg, hint = "the text ends inside {{if}}, {{range}} or {{with}}", "add {{end}}"
	}
	v.Fault(hint, "%s", msg)
}

// unclosed is where a {{ stands that has no }} before the next one; -1: nowhere.
func unclosed(text string) int {
	for from := 0; ; {
		at := strings.Index(text[from:], "{{")
		if at < 0 {
			return -1
		}
		at += from
		end, next := strings.Index(text[at:], "}}"), strings.Index(text[at+2:], "{{")
		if end < 0 || next >= 0 && next+2 < end && !strings.ContainsAny(text[at:at+next+2], "\"`") {
			return at
		}
		from = at + end + 2
	}
}

var prometheusLabel = regexp.MustCompile(`\$labels\.(\w+)`)

// variableHint says what Prometheus's variables are here, and which part of the
// text is meant.
func variableHint(text, name string) (part, hint string) {
	switch name {
	case "$labels":
		if found := prometheusLabel.FindStringSubmatch(text); found != nil {
			return found[0], fmt.Sprintf("write {{.Labels.%s}}", found[1])
		}
		return name, "write {{.Labels.name}}"
	case "$value":
		return name, "write {{.Values.count}}, or another value of the rule"
	}
	return name, "values are .Values.count, labels .Labels.rule, groups .Group.name"
}

// functionHint says what is meant by a name that is no function: mostly a value
// of the alert, without the way to it.
func functionHint(name string, d *TemplateData) string {
	if _, ok := d.Values[name]; ok {
		return fmt.Sprintf("write {{.Values.%s}}", name)
	}
	for _, group := range slices.Sorted(maps.Keys(d.Group)) {
		switch {
		case group == name:
			return fmt.Sprintf("write {{.Group.%s}}", name)
		case strings.HasPrefix(group, name+"."):
			return fmt.Sprintf("write {{index .Group %q}}", group)
		}
	}
	known := slices.Sorted(maps.Keys(templateFuncs))
	if near := strictyaml.Nearest(name, known); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "values begin with a dot, as in {{.Values.count}}; functions: " + strings.Join(known, ", ")
}

// renderFault explains a template that cannot be rendered for an alert of the
// rule; d is the made-up alert that it was tried with.
func renderFault(v strictyaml.Value, text string, err error, d *TemplateData) {
	msg := templatePlace.ReplaceAllString(err.Error(), "")
	if found := noEntry.FindStringSubmatch(msg); found != nil {
		entryFault(v, text, found[1], found[2], d)
		return
	}
	if found := noField.FindStringSubmatch(msg); found != nil {
		fieldFault(v, text, found[1], found[2], found[3])
		return
	}
	if found := noPart.FindStringSubmatch(msg); found != nil {
		faultIn(v, text, found[1], "the elements of top have .Value and .Count; those of values are the texts themselves: {{.}}", fmt.Sprintf("unknown name %q", "."+found[2]))
		return
	}
	if found := executing.FindStringSubmatch(msg); found != nil {
		faultIn(v, text, found[1], "", strings.TrimPrefix(msg, found[0]))
		return
	}
	v.Fault("", "%s", msg)
}

// entryFault is a name that .Values, .Group or .Labels does not hold.
func entryFault(v strictyaml.Value, text, path, key string, d *TemplateData) {
	part, rest, _ := strings.Cut(strings.TrimPrefix(path, "."), ".")
	var known []string
	switch part {
	case "Values":
		known = slices.Sorted(maps.Keys(d.Values))
	case "Group":
		known = slices.Sorted(maps.Keys(d.Group))
	case "Labels":
		known = slices.Sorted(maps.Keys(d.Labels))
	}
	hint := "available: " + strings.Join(known, ", ")
	if len(known) == 0 {
		hint = "the rule has no group_by"
	}
	if near := strictyaml.Nearest(key, known); near != "" && plainName.MatchString(near) {
		hint = fmt.Sprintf("did you mean .%s.%s?", part, near)
	}
	for _, k := range known {
		if strings.Contains(k, ".") && (k == rest || strings.HasSuffix(k, "."+key)) {
			hint = fmt.Sprintf("a name with dots is written {{index .%s %q}}", part, k)
		}
		if part == "Labels" && k == alert.SafeName(rest) {
			hint = fmt.Sprintf("write .Labels.%s: labels have no dots", k)
		}
	}
	faultIn(v, text, path, hint, fmt.Sprintf(".%s has no %q", part, key))
}

// fieldFault is a name that an alert, or one of its parts, does not have.
func fieldFault(v strictyaml.Value, text, path, field, of string) {
	typ := reflect.TypeFor[TemplateData]()
	switch {
	case of == "[]alert.Sample":
		faultIn(v, text, path, "write {{range .Samples}}{{.Text}}{{end}}", "samples are a list, which has no "+field)
		return
	case strings.HasSuffix(of, "alert.Sample"):
		typ = reflect.TypeFor[alert.Sample]()
	case !strings.HasSuffix(of, "TemplateData"):
		faultIn(v, text, path, "", "it is a single value and has no "+field)
		return
	}
	var known []string
	for i := range typ.NumField() {
		known = append(known, "."+typ.Field(i).Name)
	}
	hint := "available: " + strings.Join(known, ", ")
	if near := strictyaml.Nearest("."+field, known); near != "" {
		hint = fmt.Sprintf("did you mean %s?", near)
	}
	faultIn(v, text, path, hint, fmt.Sprintf("unknown name %q", "."+field))
}

// faultIn places a fault at the part of the text that it speaks of.
func faultIn(v strictyaml.Value, text, part, hint, msg string) {
	at := strings.Index(text, part)
	if at < 0 || part == "" {
		v.Fault(hint, "%s", msg)
		return
	}
	v.FaultAt(utf8.RuneCountInString(text[:at]), utf8.RuneCountInString(part), hint, "%s", msg)
}
