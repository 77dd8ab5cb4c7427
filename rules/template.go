package rules

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"text/template"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/strictyaml"
	"github.com/smarty-alert/smarty-alert/windowing"
)

// maxRendered is the longest text an annotation may render to, in bytes.
const maxRendered = 8 << 10

// Annotation is one named text of a rule's alerts.
type Annotation struct {
	Name string
	text string
	tmpl *template.Template // nil for a text without values
}

// TemplateData is what a rule's annotations see: Alertmanager's names for one
// alert, and ours.
type TemplateData struct {
	Status      string // firing, resolved
	Labels      map[string]string
	StartsAt    time.Time
	EndsAt      time.Time
	Fingerprint string
	Rule        string
	Severity    string
	Group       map[string]string // names as in group_by
	Values      map[string]any
	Count       any
	Window      string
	Condition   string
	Samples     []alert.Sample
	Suppressed  int64
}

var errRenderedTooLong = errors.New("the text grows too long")

// bounded stops a template that renders without end.
type bounded struct{ bytes.Buffer }

func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > maxRendered {
		return 0, errRenderedTooLong
	}
	return b.Buffer.Write(p)
}

// Render gives the annotation's text.
func (a Annotation) Render(d *TemplateData) (string, error) {
	if a.tmpl == nil {
		return strings.TrimSpace(a.text), nil
	}
	var b bounded
	if err := a.tmpl.Execute(&b, d); err != nil {
		return "", err
	}
	return strings.TrimSpace(b.String()), nil
}

// newAnnotation compiles a template and renders it once against a made-up
// alert, so that a template that cannot work is a fault of the file.
func newAnnotation(v strictyaml.Value, name string, r *Rule, ts *templates) (Annotation, bool) {
	text, ok := v.Text()
	if !ok {
		return Annotation{}, false
	}
	if len(text) > maxTemplate {
		v.Fault("shorten it", "the text is longer than %d KiB", maxTemplate>>10)
		return Annotation{}, false
	}
	if !strings.Contains(text, "{{") {
		return Annotation{Name: name, text: text}, true
	}
	tmpl, err := ts.parse(text)
	if boundFault(v, err) {
		return Annotation{}, false
	}
	if err != nil {
		templateFault(v, text, err, syntheticData(r, 1.5))
		return Annotation{}, false
	}
	a := Annotation{Name: name, text: text, tmpl: tmpl}
	d := syntheticData(r, 1.5)
	if _, err := a.Render(d); err != nil {
		if _, textErr := a.Render(syntheticData(r, syntheticText)); textErr == nil {
			return a, true
		}
		renderFault(v, text, err, d)
		return Annotation{}, false
	}
	return a, true
}

// syntheticText is long, as lists are: what fails for short ones alone may be
// right for this rule, and is no fault of the file.
const syntheticText = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

// maxSamples is how many records an alert shows: the first and the last three.
const maxSamples = 6

// maxListed is how many values top can list.
const maxListed = 20

// syntheticData is an alert as the rule could make it. what stands for the values
// of single records: a field may be a number or a text.
func syntheticData(r *Rule, what any) *TemplateData {
	at := time.Unix(1490340155, 0).UTC() // the second of the documentation's example record
	d := &TemplateData{Status: "firing", Rule: r.ID, Severity: r.Severity.String(), StartsAt: at, EndsAt: at.Add(time.Minute),
		Labels: map[string]string{"alertname": r.ID, "rule": r.ID, "severity": r.Severity.String()},
		Group:  map[string]string{}, Values: map[string]any{"count": 5}, Count: 5,
		Window: "5m"}
	for range maxSamples {
		d.Samples = append(d.Samples, alert.Sample{At: at.Unix(), Source: "smarty_main", File: "smarty_main.log", Text: syntheticText})
	}
	for _, g := range r.GroupBy {
		d.Group[g.Name] = syntheticText
		d.Labels[alert.SafeName(g.Name)] = syntheticText
	}
	for _, l := range r.Labels {
		d.Labels[l.Name] = l.Value
	}
	for _, a := range r.Aggregates {
		d.Values[a.Name] = syntheticValue(a.Func, what)
	}
	return d
}

// syntheticValue has the type of an aggregate's values.
func syntheticValue(f windowing.Func, what any) any {
	switch f {
	case windowing.Count, windowing.Distinct, windowing.FirstSeen, windowing.Streak:
		return int64(5)
	case windowing.Values:
		return slices.Repeat([]any{syntheticText}, maxListed)
	case windowing.Top:
		return slices.Repeat([]any{alert.Ranked{Value: syntheticText, Count: 3}}, maxListed)
	case windowing.First, windowing.Last:
		return what
	}
	return 1.5
}

// textFunctions have Alertmanager's names and meanings, without its `since`,
// which would read the wall clock.
var textFunctions = map[string]struct {
	fn           any
	example, doc string
}{
	"toUpper":          {strings.ToUpper, `{{toUpper .Severity}}`, "The text in upper case."},
	"toLower":          {strings.ToLower, `{{toLower .Rule}}`, "The text in lower case."},
	"trimSpace":        {strings.TrimSpace, `{{trimSpace .Group.reason}}`, "The text without space around it."},
	"title":            {title, `{{title .Group.reason}}`, "The text with a capital at each word."},
	"join":             {joined, `{{join ", " .Values.who}}`, "The elements of a list with something between them."},
	"match":            {regexp.MatchString, `{{if match "^unknown" .Group.reason}}who knows{{end}}`, "Whether the regular expression matches."},
	"reReplaceAll":     {reReplaceAll, `{{reReplaceAll "<.*: (.*)>" "$1" .Group.reason}}`, "The text with all matches of a regular expression replaced."},
	"urlUnescape":      {url.QueryUnescape, `{{urlUnescape .Group.reason}}`, "The text with the escapes of an address, such as `%20`, undone."},
	"stringSlice":      {func(s ...string) []string { return s }, `{{join " " (stringSlice .Rule .Severity)}}`, "A list of texts."},
	"date":             {func(layout string, t time.Time) string { return t.Format(layout) }, `{{.StartsAt | date "2006-01-02 15:04"}}`, "A time, in Go's way of writing it."},
	"tz":               {inZone, `{{.StartsAt | tz "Europe/Moscow" | date "15:04"}}`, "A time in another zone."},
	"humanizeDuration": {humanizeDuration, `{{humanizeDuration .Values.slow}}`, "Seconds as 1h30m."},
	"toJson":           {toJSON, `{{toJson .Values}}`, "Anything as JSON."},
	"percent":          {percent, `{{percent .Values.share}}`, "0.126 as 12.6%."},
}

// templateFuncs are their functions.
var templateFuncs = templateFunctions()

func templateFunctions() template.FuncMap {
	m := template.FuncMap{}
	for name, f := range textFunctions {
		m[name] = f.fn
	}
	return m
}

// joined is join; it takes the lists that aggregates give, besides Alertmanager's list of texts.
func joined(sep string, list any) (string, error) {
	switch list := list.(type) {
	case []string:
		if len(list)*len(sep) > maxText {
			return "", errTextTooLong
		}
		return short(strings.Join(list, sep))
	case []any:
		if len(list)*len(sep) > maxText {
			return "", errTextTooLong
		}
		texts := make([]string, len(list))
		for i, item := range list {
			texts[i] = fmt.Sprint(item)
		}
		return short(strings.Join(texts, sep))
	}
	return "", fmt.Errorf("join needs a list, not %s", describe(list))
}

func title(s string) string {
	words := strings.Fields(s)
	for i, w := range words {
		r := []rune(w)
		words[i] = strings.ToUpper(string(r[:1])) + string(r[1:])
	}
	return strings.Join(words, " ")
}

func reReplaceAll(pattern, repl, text string) (string, error) {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return "", err
	}
	if n := len(re.FindAllStringIndex(text, -1)); n*len(repl)+strings.Count(repl, "$")*len(text)+len(text) > maxText {
		return "", errTextTooLong
	}
	return re.ReplaceAllString(text, repl), nil
}

func inZone(name string, t time.Time) (time.Time, error) {
	zone, err := time.LoadLocation(name)
	if err != nil {
		return t, err
	}
	return t.In(zone), nil
}

func humanizeDuration(v any) (string, error) {
	n, ok := Number(v)
	if !ok {
		return "", fmt.Errorf("humanizeDuration needs seconds, not %s", describe(v))
	}
	return strictyaml.FormatDuration(time.Duration(n * float64(time.Second))), nil
}

func toJSON(v any) (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}

// percent shows 0.126 as "12.6%".
func percent(v any) string {
	n, ok := Number(v)
	if !ok {
		return "?"
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", 100*n), ".0") + "%"
}
