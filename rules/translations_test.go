package rules_test

import (
	"testing"

	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

const spoken = `rules:
- id: spoken
  name: Failed logins
  description: Five in a row.
  event: LOGIN_ERROR
  window: 5m
  condition: count >= 5
  annotations: {summary: '{{.Count}} failed logins', runbook: look}
  translations:
    ru:
      name: Ошибки входа
      annotations: {summary: 'Ошибок входа: {{.Count}}', note: только здесь}
`

// What a translation has stands over the rule's own texts, key by key.
func TestTranslations_AreChosenByLanguage(t *testing.T) {
	for language, want := range map[string][5]string{
		"":   {"Failed logins", "Five in a row.", "5 failed logins", "look", ""},
		"en": {"Failed logins", "Five in a row.", "5 failed logins", "look", ""},
		"ru": {"Ошибки входа", "Five in a row.", "Ошибок входа: 5", "look", "только здесь"},
	} {
		r := inLanguage(t, spoken, rules.Options{Language: language})
		text := annotationsOf(t, r)
		if got := [5]string{r.Name, r.Description, text["summary"], text["runbook"], text["note"]}; got != want {
			t.Errorf("language %q: got %q, want %q", language, got, want)
		}
	}
}

// A team that changes its language keeps its alerts.
func TestTranslations_AreNoPartOfTheState(t *testing.T) {
	en, ru := inLanguage(t, spoken, rules.Options{}), inLanguage(t, spoken, rules.Options{Language: "ru"})
	if en.StateHash() != ru.StateHash() {
		t.Errorf("state hash %s, and %s in Russian", en.StateHash(), ru.StateHash())
	}
	changes := rules.Compare(&rules.Set{Rules: []*rules.Rule{en}}, &rules.Set{Rules: []*rules.Rule{ru}})
	if len(changes) != 1 || changes[0].Kind != rules.Kept {
		t.Errorf("a reload in another language: %+v, want %s", changes, rules.Kept)
	}
}

// What a configuration sets is told in every language.
func TestTranslations_GiveWayToOverrides(t *testing.T) {
	faults := &strictyaml.Faults{}
	root, _ := strictyaml.Parse("config.yaml", []byte("spoken: {annotations: {summary: ours}}"), faults)
	o := rules.Options{Language: "ru", Overrides: rules.ReadOverrides(root, nil)}
	if got := annotationsOf(t, inLanguage(t, spoken, o))["summary"]; got != "ours" {
		t.Errorf("summary %q, want that of the override", got)
	}
}

func inLanguage(t *testing.T, text string, o rules.Options) *rules.Rule {
	t.Helper()
	set, warnings, err := rules.Parse("r.yaml", []byte(text), o)
	if err != nil || len(warnings) > 0 {
		t.Fatal(err, warnings)
	}
	return set.Rules[0]
}

func annotationsOf(t *testing.T, r *rules.Rule) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, a := range r.Annotations {
		text, err := a.Render(&rules.TemplateData{Count: 5})
		if err != nil {
			t.Fatal(err)
		}
		out[a.Name] = text
	}
	return out
}
