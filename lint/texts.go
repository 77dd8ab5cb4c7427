package lint

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/windowing"
)

// texts renders the rule's annotations, in every language, for alerts of every shape.
func (l *linter) texts(r *rules.Rule) {
	for _, a := range r.Texts() {
		at := a.At(&l.faults)
		l.placeholders(at, r, a.Source())
		for _, s := range shapes(r) {
			if problem := failure(a.Annotation, s.data); problem != "" {
				at.Warn("template-fails", hintOf(problem), "%s for %s", problem, s.name)
				break
			}
		}
	}
	l.summary(r)
	l.translations(r)
}

// summary: at night a critical alert without a text of its own tells too little.
func (l *linter) summary(r *rules.Rule) {
	if r.MaxSeverity() != alert.Critical || slices.ContainsFunc(r.Annotations, func(a rules.Annotation) bool { return a.Name == "summary" }) {
		return
	}
	l.at(r, "severity").Warn("missing-summary", "annotations: {summary: 'what is broken, and how badly'}",
		"a critical alert without a summary: whoever is woken sees only the name of the rule and numbers")
}

// shape is a kind of alert that a text must be able to tell of.
type shape struct {
	name string
	data *rules.TemplateData
}

func shapes(r *rules.Rule) []shape {
	out := []shape{
		{"a firing alert", full(r, "firing", 12.5, "Площадка №7")},
		{"a firing alert with whole numbers and short texts", full(r, "firing", 12.0, "x")},
	}
	if runsEmpty(r) && (r.Absence || r.Schedule != nil || r.Mode == rules.StateMode) {
		name := "an alert that is resolved when its window has run empty"
		status := "resolved"
		if r.Absence || r.Schedule != nil {
			name, status = "an alert whose window is empty", "firing"
		}
		out = append(out, shape{name, empty(r, status)})
	}
	return out
}

// runsEmpty reports whether nothing may be left of what the rule judges by. What
// is looked back for to the group's creation stays.
func runsEmpty(r *rules.Rule) bool {
	return r.Window > 0 || slices.ContainsFunc(r.Columns, func(c windowing.Column) bool { return c.Window > 0 })
}

// full is an alert whose every value is there.
func full(r *rules.Rule, status string, number float64, text string) *rules.TemplateData {
	at := time.Unix(1490340155, 0).UTC()
	d := &rules.TemplateData{Status: status, Rule: r.ID, Severity: r.MaxSeverity().String(), StartsAt: at, Fingerprint: "0123456789abcdef",
		Labels: map[string]string{"alertname": r.ID, "rule": r.ID, "severity": r.MaxSeverity().String()},
		Group:  map[string]string{}, Values: map[string]any{"count": int64(12)}, Count: int64(12), Window: length(r.Window), Condition: "count >= 5",
		Samples: []alert.Sample{{At: at.Unix(), Source: "smarty_main", File: "smarty_main.log", Text: text}}}
	if status == "resolved" {
		d.EndsAt = at.Add(time.Minute)
	}
	for _, g := range r.GroupBy {
		d.Group[g.Name], d.Labels[alert.SafeName(g.Name)] = text, text
	}
	for _, label := range r.Labels {
		d.Labels[label.Name] = label.Value
	}
	for _, a := range r.Aggregates {
		d.Values[a.Name] = sampleValue(a.Func, number, text)
	}
	return d
}

func sampleValue(f windowing.Func, number float64, text string) any {
	switch f {
	case windowing.Count, windowing.Distinct, windowing.FirstSeen, windowing.Streak:
		return int64(12)
	case windowing.Values:
		return []any{text, int64(7), true}
	case windowing.Top:
		return []any{alert.Ranked{Value: text, Count: 3}}
	case windowing.First, windowing.Last:
		return text
	}
	return number
}

// empty is an alert whose windows hold nothing.
func empty(r *rules.Rule, status string) *rules.TemplateData {
	d := full(r, status, 0, "x")
	d.Count, d.Values["count"], d.Samples = int64(0), int64(0), nil
	for i, a := range r.Aggregates {
		if r.Columns[i+1].Window != windowing.Forever {
			d.Values[a.Name] = rules.EmptyValue(a.Func)
		}
	}
	return d
}

var (
	misprint  = regexp.MustCompile(`%!\w?\([^)]*\)|<no value>|<nil>`)
	atPlace   = regexp.MustCompile(`^template: \S+ executing ".*?" at <(.*?)>: (.*)$`)
	numberFor = regexp.MustCompile(`%!\w\(string=`)
)

// failure says what is wrong with a rendered text; "" if nothing.
func failure(a rules.Annotation, d *rules.TemplateData) string {
	text, err := a.Render(d)
	if err != nil {
		if found := atPlace.FindStringSubmatch(err.Error()); found != nil {
			return fmt.Sprintf("%s cannot be rendered (%s)", found[1], found[2])
		}
		return "cannot be rendered (" + err.Error() + ")"
	}
	if numberFor.MatchString(text) {
		return "" // a field that may be a number as well
	}
	if found := misprint.FindString(text); found != "" {
		return fmt.Sprintf("prints %q", found)
	}
	return ""
}

func hintOf(problem string) string {
	if strings.Contains(problem, "nil") || strings.Contains(problem, "no value") {
		return "{{with .Values.x}}…{{end}} leaves out what is not there"
	}
	if strings.Contains(problem, "invalid type for comparison") {
		return "{{with .Values.x}}{{if gt . 5.0}}…{{end}}{{end}} leaves out what is not there"
	}
	if strings.Contains(problem, "%!d(float64=") {
		return `write printf "%.0f": the value has fractions`
	}
	if strings.HasPrefix(problem, "slice ") {
		return "{{if gt (len .Group.x) 8}}…{{end}}, say: a text may be shorter"
	}
	if strings.Contains(problem, "index") || strings.Contains(problem, "slice") {
		return "{{range .Samples}}…{{end}} or {{with .Samples}}…{{end}}: the list may be empty"
	}
	return ""
}

// patterns looks for globs where the language has none.
func (l *linter) patterns(r *rules.Rule) {
	for _, x := range r.Expressions() {
		l.globs(x.Term())
	}
}

var (
	starred   = regexp.MustCompile(`^[\w.:/-]*[A-Za-z0-9_-]\*$|^\*[\w.:/-]+$`)
	globOfOne = regexp.MustCompile(`^\^?[A-Za-z0-9_/:-]*[A-Za-z0-9_/:-]\*\$?$`)
)

func (l *linter) globs(t *rules.Term) {
	if t == nil {
		return
	}
	if len(t.Args) == 2 && t.Args[1].Op == "value" {
		switch v := t.Args[1].Value.(type) {
		case string:
			if (t.Op == "==" || t.Op == "!=" || t.Op == "startsWith" || t.Op == "endsWith" || t.Op == "contains") && starred.MatchString(v) {
				t.Args[1].Warn(&l.faults, "glob-in-expression", globHint(v), "%q is compared to the letter, and the star with it: patterns with a star are for `event` alone", v)
			}
		case []any:
			l.starredItems(t, v)
		case *regexp.Regexp:
			l.regexp(t, v)
		}
	}
	for _, a := range t.Args {
		l.globs(a)
	}
}

// starredItems finds patterns in a list that a field is looked for in.
func (l *linter) starredItems(t *rules.Term, list []any) {
	for _, item := range list {
		if v, ok := item.(string); ok && t.Op == "in" && strings.Contains(v, "*") && starred.MatchString(v) {
			t.Args[1].Warn(&l.faults, "glob-in-expression", globHint(v)+", joined to the list by or", "%q is compared to the letter, and the star with it: patterns with a star are for `event` alone", v)
		}
	}
}

func (l *linter) regexp(t *rules.Term, re *regexp.Regexp) {
	switch p := re.String(); {
	case globOfOne.MatchString(p):
		before := strings.TrimSuffix(strings.TrimSuffix(p, "$"), "*")
		t.Args[1].Warn(&l.faults, "glob-in-expression", fmt.Sprintf("write startsWith %q", strings.TrimPrefix(before, "^")),
			"in a regular expression * repeats the character before it: %q looks like a pattern with a star", p)
	case slices.Contains([]string{"", ".*", "^.*", ".*$", "^.*$", "(?s).*"}, p):
		t.Args[1].Warn(&l.faults, "always-true", fmt.Sprintf("write %s != nil, or leave it out", t.Args[0].Text()), "the pattern %q matches every text", p)
	}
}

func globHint(v string) string {
	if strings.HasPrefix(v, "*") {
		return fmt.Sprintf("write endsWith %q", v[1:])
	}
	return fmt.Sprintf("write startsWith %q", strings.TrimSuffix(v, "*"))
}
