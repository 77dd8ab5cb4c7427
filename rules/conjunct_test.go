package rules_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

func kept(t *testing.T, yaml string) *rules.Rule {
	t.Helper()
	set, _, err := rules.Parse("r.yaml", []byte(yaml), rules.Options{Keep: true})
	if err != nil {
		t.Fatal(err)
	}
	return set.Find("r")
}

func TestConjuncts(t *testing.T) {
	const rule = "vars: {size: 2}\nrules:\n- id: r\n  event: MY_EVENT\n  group_by: [ip]\n  window: 5m\n  aggregates: {bad: {count: true, where: 'reason == \"x\"'}, slow: {p95: seconds(execution_time)}}\n  condition: '%s'\n"
	for condition, want := range map[string]string{
		"count >= 5":                      "count >= 5 [count >= 5]",
		"5 < count":                       "5 < count [count > 5]",
		"count >= 20 * size and bad == 0": "count >= 20 * size [count >= 40] | bad == 0",
		"(bad > 1 or count > 9) and ratio(bad, count) > 0.1 && ip != nil":         "bad > 1 or count > 9 | ratio(bad, count) > 0.1 [ratio(bad, count) > 0.1] | ip != nil",
		"slow >= 1.5 and count >= 1":                                              "slow >= 1.5 [slow >= 1.5] | count >= 1 [count >= 1]",
		"count - bad >= -3 and count >= 1":                                        "count - bad >= -3 [count - bad >= -3] | count >= 1 [count >= 1]",
		"not (count < 5)":                                                         "not (count < 5)",
		"count >= 1 and last.reason == \"a and b\" and (count >= 2 and bad <= 7)": "count >= 1 [count >= 1] | last.reason == \"a and b\" | count >= 2 [count >= 2] | bad <= 7 [bad <= 7]",
	} {
		r := kept(t, fmt.Sprintf(rule, condition))
		var got []string
		for _, c := range r.Condition.Conjuncts() {
			text := c.Source
			if c.Compared != nil {
				text += " [" + c.Compared.Text(c.Compared.Limit) + "]"
			}
			got = append(got, text)
		}
		if s := strings.Join(got, " | "); s != want {
			t.Errorf("%s\ngot  %s\nwant %s", condition, s, want)
		}
	}
}

// The parts answer over variables and records as the whole does: all hold or it does not.
func TestConjuncts_Hold(t *testing.T) {
	r := kept(t, "rules:\n- id: r\n  event: MY_EVENT\n  match: reason == \"x\" and (ip == \"1\" or ip == \"2\") and params.n > 3\n  window: 5m\n  condition: count >= 5 and count < 8\n")
	s := rules.NewScratch()
	for n := range 12 {
		vars := rules.VariableMap{"count": n}
		whole, err := r.Condition.True(s, vars)
		if err != nil {
			t.Fatal(err)
		}
		all := true
		for _, c := range r.Condition.Conjuncts() {
			ok, err := c.True(s, vars)
			if err != nil {
				t.Fatal(err)
			}
			v, err := c.Compared.Of.Value(s, vars)
			if err != nil || v != any(n) || c.Compared.Holds(float64(n)) != ok {
				t.Errorf("count %d: %s is %t, its value %v, %v", n, c.Source, ok, v, err)
			}
			all = all && ok
		}
		if all != whole {
			t.Errorf("count %d: parts %t, whole %t", n, all, whole)
		}
	}
	parts := r.Match.Conjuncts()
	if len(parts) != 3 || parts[2].Source != "params.n > 3" {
		t.Fatalf("parts of match: %v", parts)
	}
	for _, c := range []struct{ reason, ip, params, want string }{
		{"x", "2", "{u'n': u'4'}", "true true true"}, {"y", "3", "{u'n': u'2'}", "false false false"}, {"x", "1", "{}", "true true false"},
	} {
		rec := scan(t, fmt.Sprintf("MY_EVENT reason='%s' ip='%s' params=%s", c.reason, c.ip, c.params))
		var got []string
		for _, p := range parts {
			s.Begin()
			ok, err := p.Holds(s, rec)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, fmt.Sprint(ok))
		}
		if g := strings.Join(got, " "); g != c.want {
			t.Errorf("%v: %s, want %s", c, g, c.want)
		}
	}
}

// A key in brackets is part of its comparison.
func TestConjuncts_Brackets(t *testing.T) {
	r := kept(t, "rules:\n- id: r\n  event: LOGIN_ERROR\n  match: ctx[\"line\"] >= 500 and (ctx[\"line\"] < 600) and 7 < ctx[\"line\"]\n")
	var got []string
	for _, c := range r.Match.Conjuncts() {
		got = append(got, c.Source)
	}
	if want := `ctx["line"] >= 500 | ctx["line"] < 600 | 7 < ctx["line"]`; strings.Join(got, " | ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, " | "), want)
	}
}

func TestRule_With(t *testing.T) {
	const yaml = "vars: {size: 5}\nlists: {codes: [a]}\nrules:\n- id: other\n  event: LOGIN_ERROR\n- id: r\n  event: LOGIN_ERROR\n  match: reason in codes\n  window: 5m\n  condition: \"count >= size and count != 7\"\n  inhibits: [other]\n"
	r := kept(t, yaml)
	c := r.Condition.Conjuncts()[0].Compared
	now, err := r.With(rules.Key{Name: "condition", Value: c.With(4)}, rules.Key{Name: "window", Value: "310s"})
	if err != nil {
		t.Fatal(err)
	}
	if now.Condition.Source != "count >= 4 and count != 7" || now.Window != 310 || now.ID != "r" || now.Match.Source != r.Match.Source {
		t.Errorf("rewritten: %q, window %d", now.Condition.Source, now.Window)
	}
	if r.Condition.Source != "count >= size and count != 7" || r.Window != 300 {
		t.Errorf("the rule itself has changed: %q, window %d", r.Condition.Source, r.Window)
	}
	if again := now.Condition.Conjuncts()[0].Compared; again.Limit != 4 {
		t.Errorf("the limit is %v, want 4", again.Limit)
	}
	if _, err := r.With(rules.Key{Name: "condition", Value: "cuont >= 4"}); err == nil || !strings.Contains(err.Error(), "cuont") {
		t.Errorf("a condition with a fault: %v", err)
	}
	levels := kept(t, "rules:\n- id: r\n  event: LOGIN_ERROR\n  window: 5m\n  levels: {warning: count >= 2, critical: count >= 9}\n")
	low := levels.Levels[1].Expr.Conjuncts()[0].Compared
	now, err = levels.With(rules.Key{Name: "levels", Value: []rules.Key{{Name: "warning", Value: low.With(3)}, {Name: "critical", Value: "count >= 9"}}})
	if err != nil || now.Levels[1].Expr.Source != "count >= 3" || now.Levels[0].Expr.Source != "count >= 9" {
		t.Errorf("levels: %v, %v", now, err)
	}
}

func TestSet_Replace(t *testing.T) {
	set, _, err := rules.Parse("r.yaml", []byte("rules:\n- {id: a, event: LOGIN_ERROR, window: 5m, condition: count >= 5}\n- {id: b, event: LOGIN_ERROR}\n"), rules.Options{Keep: true})
	if err != nil {
		t.Fatal(err)
	}
	b := set.Find("b")
	now, err := set.Find("a").With(rules.Key{Name: "window", Value: "1m"})
	if err != nil {
		t.Fatal(err)
	}
	other := set.Replace(now)
	if other.Find("a").Window != 60 || set.Find("a").Window != 300 || other.Find("b") != b || len(other.Rules) != len(set.Rules) {
		t.Error("replacing a rule changed others, or nothing")
	}
}

func scan(t *testing.T, text string) *smartylog.Record {
	t.Helper()
	var rec smartylog.Record
	s := smartylog.NewScanner(strings.NewReader("Fri Mar 24 10:22:35+0300 2017 ERROR api:621 get[1.T] "+text+"\n"), 0, smartylog.Options{})
	if err := s.Next(&rec); err == nil || !s.Flush(&rec) {
		t.Fatalf("the line is not one record: %v", err)
	}
	return &rec
}
