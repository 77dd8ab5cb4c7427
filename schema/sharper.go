package schema

import (
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/ruletest"
	"github.com/smarty-alert/smarty-alert/smartylog"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// sharper are conditions that no single key tells.
func sharper(s *strictyaml.Shape) []any {
	rule, _ := rules.FileShape().Key("rules")
	switch s {
	case ruletest.FileShape():
		return []any{rulesOfTests()}
	case rule.Of:
	default:
		return nil
	}
	return append(eventsOfLogs(), countWithoutWindow(), absenceWithoutWindow(), absentSteps())
}

// rulesOfTests are those of a file that holds none itself.
func rulesOfTests() object {
	return object{{"properties", object{{"tests", object{{"items", required("rules")}}}}}}
}

// countWithoutWindow is a condition over count without a window or steps.
func countWithoutWindow() object {
	wrong := slip{"^" + safe + `(?:^|[^.\w$#])count\b`, "`count` needs a window: add window: 5m, say"}
	return object{
		{"if", not(anyOf(each([]string{"window", "sequence", "all_of"})))},
		{"then", object{{"properties", object{
			{"condition", unlike(wrong)}, {"resolve", unlike(wrong)},
		}}}},
	}
}

// absenceWithoutWindow is silence without a time for it.
func absenceWithoutWindow() object {
	return object{
		{"if", object{{"properties", object{{"absence", object{{"enum", []any{true, "true"}}}}}}, {"required", []string{"absence"}}}},
		{"then", required("window")},
	}
}

// absentSteps are steps that must not come where only ones that come can be: at
// the beginning of a sequence, and in all_of.
func absentSteps() object {
	comes := not(object{{"properties", object{{"absent", object{{"enum", []any{true, "true"}}}}}}, {"required", []string{"absent"}}})
	return object{{"properties", object{
		{"sequence", object{{"prefixItems", []any{comes}}}},
		{"all_of", object{{"items", comes}}},
	}}}
}

// eventsOfLogs are a single documented event and a single log that does not have
// it: such a rule could never match.
func eventsOfLogs() []any {
	events := map[string][]string{}
	var order []string
	for _, e := range smartylog.Catalogue() {
		if events[e.Log] == nil {
			order = append(order, e.Log)
		}
		events[e.Log] = append(events[e.Log], e.Name)
	}
	var all []any
	for _, log := range order {
		all = append(all, object{
			{"if", object{{"properties", object{{"event", object{{"enum", events[log]}}}}}, {"required", []string{"event", "log"}}}},
			{"then", object{{"properties", object{{"log", anyOf([]any{object{{"const", log}}, object{{"type", "array"}}})}}}}},
		})
	}
	return all
}
