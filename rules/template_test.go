package rules_test

import (
	"strings"
	"testing"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/rules"
)

// TestAnnotation_KindsOfValues tries texts against what aggregates give: numbers,
// lists, and the values of single records, of which only a log knows the type.
func TestAnnotation_KindsOfValues(t *testing.T) {
	data := &rules.TemplateData{Values: map[string]any{"who": []any{"ada", "bob"}, "now": "UP", "took": 12.5,
		"why": []any{alert.Ranked{Value: "a", Count: 3}, alert.Ranked{Value: "b", Count: 1}}}}
	for text, want := range map[string]string{
		`{{join ", " .Values.who}}`:                                 "ada, bob",
		`{{len .Values.who}} {{index .Values.who 0}}`:               "2 ada",
		`{{range .Values.why}}{{.Value}}: {{.Count}}; {{end}}`:      "a: 3; b: 1;",
		`{{join " " (stringSlice "x" "y")}}`:                        "x y",
		`{{if eq .Values.now "UP"}}up{{else}}down{{end}}`:           "up",
		`{{printf "%.1f" .Values.took}}`:                            "12.5",
		`{{humanizeDuration .Values.took}}`:                         "12s",
		`{{join ", " .Values.now}}`:                                 `join needs a list, not`,
		`{{range .Values.why}}{{.Value.Nothing}}{{end}}`:            "single value and has no Nothing",
		`{{if eq .Values.who "ada"}}list and text{{else}}x{{end}} `: "incompatible types",
	} {
		yaml := "rules:\n- id: r\n  event: LOGIN_ERROR\n  window: 5m\n  aggregates:\n    who: {values: reason}\n    why: {top: reason}\n" +
			"    now: {last: reason}\n    took: {last: reason}\n  condition: count > 1\n  annotations:\n    summary: '" + text + "'\n"
		set, _, err := rules.Parse("r.yaml", []byte(yaml), rules.Options{})
		if err != nil {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %q", text, err, want)
			}
			continue
		}
		if got, err := set.Rules[0].Annotations[0].Render(data); err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", text, got, err, want)
		}
	}
}

// A text that only short values or short lists break is no fault of the file.
func TestAnnotation_PartsOfLongTextsAndLists(t *testing.T) {
	for _, text := range []string{
		"{{slice .Group.reason 0 8}}", "{{slice .Values.why 0 8}}", "{{(index .Samples 5).Text}}", "{{slice (index .Values.top 2).Value 0 2}}",
	} {
		_, _, err := rules.Parse("r.yaml", []byte(`rules:
- id: r
  event: LOGIN_ERROR
  group_by: [reason]
  window: 5m
  aggregates: {why: {last: params.device}, top: {top: params.device}}
  condition: count > 5
  annotations: {summary: '`+text+`'}
`), rules.Options{})
		if err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}
