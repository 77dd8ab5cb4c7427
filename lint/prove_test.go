package lint

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// parsed is a rule set of one rule.
func parsed(t *testing.T, text string) *rules.Rule {
	t.Helper()
	set, _, err := rules.Parse("r.yaml", []byte(text), rules.Options{Keep: true})
	if err != nil {
		t.Fatalf("%s\n%v", text, err)
	}
	return set.Rules[0]
}

func TestRefute_Match(t *testing.T) {
	for source, want := range map[string]string{
		`a == 1 and a == 2`:                         `a == 1 and a == 2 exclude each other`,
		`a == 1 and a == "1"`:                       ``,
		`a == true and a == 1`:                      ``,
		`a == true and a == "no"`:                   `a == true and a == "no" exclude each other`,
		`a in ["x", "y"] and a in ["z"]`:            `a in ["x", "y"] and a in ["z"] exclude each other`,
		`a in ["x", "y"] and a != "x"`:              ``,
		`a in ["x"] and a != "x"`:                   `a in ["x"] and a != "x" exclude each other`,
		`a in ["1", "01"] and a != "1"`:             ``,
		`a > 5 and a < 3`:                           `a > 5 and a < 3 exclude each other`,
		`a > 5 and a <= 5`:                          `a > 5 and a <= 5 exclude each other`,
		`a >= 5 and a <= 5`:                         ``,
		`a >= 5 and a <= 5 and a != 5`:              `a >= 5, a <= 5, a != 5 exclude each other`,
		`a > "5" and a < "3"`:                       ``, // texts are put in order as texts
		`not (a > 5) and not (a <= 5)`:              ``, // nil is neither
		`a != nil and not (a > 5) and not (a <= 5)`: `a != nil, not (a > 5), not (a <= 5) exclude each other`,
		`a == nil and a > 3`:                        `a == nil and a > 3 exclude each other`,
		`a == nil and a startsWith "x"`:             `a == nil and a startsWith "x" exclude each other`,
		`a startsWith "x" and a startsWith "y"`:     `a startsWith "x" and a startsWith "y" exclude each other`,
		`a startsWith "x" and a startsWith "xy"`:    ``,
		`a == "edge" and a matches "^core"`:         `a == "edge" and a matches "^core" exclude each other`,
		`a == "edge" and a contains "dg"`:           ``,
		// as it was written, not as the parser of expressions is given it
		`a == "edge" and matches(a, "^co\.re\b")`: `a == "edge" and matches(a, "^co\.re\b") exclude each other`,
		`a != a`:                                  `a != a cannot hold`,
		`a < a`:                                   `a < a cannot hold`,
		`a == "x" and (b == 1 or a == "y")`:       ``,
		`a == "x" and (a == "z" or a == "y")`:     `none of its alternatives can hold; the first: a == "x" and a == "z" exclude each other`,
		`a == "x" ? b == 1 and b == 2 : a == "x"`: `none of its alternatives can hold; the first: b == 1 and b == 2 exclude each other`,
		`event == "C"`:                            `event == "C" cannot hold: the rule takes only A, B`,
		`event == "A" and event != "A"`:           `event == "A" and event != "A" exclude each other`,
		`event endsWith "X"`:                      `event endsWith "X" cannot hold: the rule takes only A, B`,
		`event in ["A", "C"]`:                     ``,
		`log == "smarty_epg"`:                     ``,
		`level == "error"`:                        `level == "error" cannot hold: levels are written in capitals`,
		`level == "ERROR"`:                        ``,
		`lower(a) == "Edge"`:                      `lower(a) == "Edge" cannot hold: lower() has no capitals`,
		`upper(a) in ["Edge", "CORE"]`:            ``,
		`len(a) < 0`:                              `len(a) < 0 cannot hold: len() is never negative`,
		`1 == 2`:                                  `1 == 2 cannot hold`,
		`a == [1] and a == [1.0]`:                 ``,
		`a == "account_device_invalid" and a == "account_deivce_invalid"`: ``,
	} {
		r := parsed(t, fmt.Sprintf("rules:\n- id: r\n  event: [A, B]\n  match: |-\n    %s\n", source))
		got := ""
		if c := selection(r).refute(matchClaims(r)...); c != nil {
			got = reason(c)
		}
		if got != want {
			t.Errorf("%s: %q, want %q", source, got, want)
		}
	}
}

func TestRefute_Condition(t *testing.T) {
	for source, want := range map[string]string{
		`count >= 5 and count < 5`:     `count >= 5 and count < 5 exclude each other`,
		`count > 4 and count < 5`:      `count > 4 and count < 5 exclude each other`, // whole numbers
		`avgx > 4 and avgx < 5`:        ``,
		`count < 0`:                    `count < 0 cannot hold: a count is a whole number, at least 0`,
		`services >= 2`:                `services >= 2 cannot hold: within a group stream_service is always the same`,
		`services >= 1`:                ``,
		`events >= 3`:                  `events >= 3 cannot hold: the rule takes only A, B`,
		`distinctive > 10000`:          `distinctive > 10000 cannot hold: distinct values are counted up to 10,000`,
		`ratio(failed, count) > 1`:     `ratio(failed, count) > 1 cannot hold: failed is a part of count, so the ratio is from 0 to 1`,
		`ratio(failed, count) >= 1`:    ``,
		`ratio(count, failed) > 1`:     ``,
		`ratio(before, count) > 1`:     ``,
		`failed > count`:               `failed > count cannot hold: failed is never greater than count`,
		`before > count`:               ``,
		`none > 0`:                     `none > 0 cannot hold: the where of none is never true, so it is always 0`,
		`last.event == "C"`:            `last.event == "C" cannot hold: the rule takes only A, B`,
		`prev.event == nil`:            ``,
		`stream_service == nil`:        `stream_service == nil cannot hold: every group has a stream_service`,
		`count > 3 * failed`:           ``,
		`failed > 3 * count`:           `failed > 3 * count cannot hold: failed is never greater than 3 * count`,
		`failed > count / 3`:           ``,
		`failed * 0.5 > count / 2`:     `failed * 0.5 > count / 2 cannot hold: failed * 0.5 is never greater than count / 2`,
		`failed > count * -1`:          ``,
		`persec < 0`:                   `persec < 0 cannot hold: a rate is never negative`,
		`total < 0`:                    ``,
		`count >= 1 and fresh >= 2`:    ``,
		`not (failed <= count)`:        `not (failed <= count) cannot hold: failed is never greater than count`,
		`count == 3 and count in [4]`:  `count == 3 and count in [4] exclude each other`,
		`failed >= 30 and failed >= 3`: ``,
	} {
		r := parsed(t, fmt.Sprintf(`rules:
- id: r
  event: [A, B]
  group_by: [stream_service]
  window: 5m
  warmup: 1d
  aggregates:
    failed: {count: true, where: 'event == "A"'}
    none: {count: true, where: 'event == "C"'}
    before: {count: true, offset: 5m}
    services: {distinct: stream_service}
    events: {distinct: event}
    distinctive: {distinct: x}
    avgx: {avg: x}
    total: {sum: x}
    persec: {rate: true}
    fresh: {first_seen: x, memory: 1d}
  absence: true
  condition: |-
    %s
`, source))
		got := ""
		if c := conditionFacts(r).refute(claim{term: r.Condition.Term()}); c != nil {
			got = reason(c)
		}
		if got != want {
			t.Errorf("%s: %q, want %q", source, got, want)
		}
	}
}

// fake is a record of three fields.
type fake struct{ a, b, event any }

func (f fake) Field(p smartylog.Path) any {
	switch p.String() {
	case "a":
		return f.a
	case "b":
		return f.b
	case "event":
		return f.event
	}
	return nil
}

var fieldValues = []any{nil, int64(0), int64(1), int64(2), 1.5, "", "1", "01", "2", "x", "xy", "y", "X", "true", "False", true, false, []any{int64(1)}, "account_device_invalid"}

// drawExpr draws an expression over names.
func drawExpr(t *rapid.T, atom *rapid.Generator[string], depth int) string {
	switch n := rapid.IntRange(0, 7).Draw(t, "form"); {
	case depth == 0 || n < 3:
		return atom.Draw(t, "atom")
	case n < 5:
		return "(" + drawExpr(t, atom, depth-1) + " and " + drawExpr(t, atom, depth-1) + ")"
	case n < 6:
		return "(" + drawExpr(t, atom, depth-1) + " or " + drawExpr(t, atom, depth-1) + ")"
	case n < 7:
		return "not (" + drawExpr(t, atom, depth-1) + ")"
	}
	return "(" + drawExpr(t, atom, depth-1) + " ? " + drawExpr(t, atom, depth-1) + " : " + drawExpr(t, atom, depth-1) + ")"
}

func matchAtom(t *rapid.T) string {
	name := rapid.SampledFrom([]string{"a", "a", "b", "lower(a)", "len(a)"}).Draw(t, "name")
	text := rapid.SampledFrom([]string{`"x"`, `"xy"`, `"1"`, `"01"`, `"true"`, `"X"`, `"account_deivce_invalid"`})
	literal := rapid.SampledFrom([]string{"0", "1", "2", "1.5", "nil", "true", "false", `"x"`, `"1"`, `"01"`, `"X"`, `"true"`, `"account_deivce_invalid"`})
	switch rapid.IntRange(0, 5).Draw(t, "kind") {
	case 0:
		return name + rapid.SampledFrom([]string{" == ", " != "}).Draw(t, "op") + literal.Draw(t, "literal")
	case 1:
		op := rapid.SampledFrom([]string{" < ", " <= ", " > ", " >= "}).Draw(t, "op")
		return name + op + rapid.SampledFrom([]string{"0", "1", "1.5", "2", `"1"`, `"x"`}).Draw(t, "bound")
	case 2:
		return name + rapid.SampledFrom([]string{" in ", " not in "}).Draw(t, "op") + "[" + literal.Draw(t, "1") + ", " + literal.Draw(t, "2") + "]"
	case 3:
		return name + rapid.SampledFrom([]string{" startsWith ", " endsWith ", " contains ", " matches "}).Draw(t, "op") + text.Draw(t, "text")
	case 4:
		return `event == "` + rapid.SampledFrom([]string{"A", "B", "C"}).Draw(t, "event") + `"`
	}
	return "a" + rapid.SampledFrom([]string{" == ", " != ", " < ", " >= "}).Draw(t, "op") + rapid.SampledFrom([]string{"a", "b"}).Draw(t, "other")
}

// What is refuted is true for no record, and what is called always true for all
// but those for which it cannot hold evaluated.
func TestRefute_IsSound(t *testing.T) {
	refuted := 0
	rapid.Check(t, func(t *rapid.T) {
		source := drawExpr(t, rapid.Custom(matchAtom), 3)
		set, _, err := rules.Parse("r.yaml", []byte("rules:\n- id: r\n  event: [A, B]\n  match: |-\n    "+source+"\n"), rules.Options{Keep: true})
		if err != nil {
			t.Skip(source, err)
		}
		r := set.Rules[0]
		never := selection(r).refute(matchClaims(r)...) != nil
		alwaysTrue := selection(r).refute(claim{term: r.Match.Term(), not: true}) != nil
		if never {
			refuted++
		}
		if !never && !alwaysTrue {
			return
		}
		s := rules.NewScratch()
		for _, a := range fieldValues {
			for _, b := range fieldValues {
				for _, e := range []any{"A", "B"} {
					rec := fake{a, b, e}
					holds, err := r.Match.Holds(s, rec)
					if never && holds {
						t.Fatalf("%s is refuted and holds for %#v", source, rec)
					}
					if alwaysTrue && !holds && err == nil {
						t.Fatalf("%s is called always true and is not for %#v", source, rec)
					}
				}
			}
		}
	})
	if refuted < 3 {
		t.Errorf("of the expressions drawn only %d were refuted: that proves nothing", refuted)
	}
}

func conditionAtom(t *rapid.T) string {
	name := rapid.SampledFrom([]string{"count", "failed", "services", "ratio(failed, count)", "stream_service"})
	switch rapid.IntRange(0, 3).Draw(t, "kind") {
	case 0:
		return "failed" + rapid.SampledFrom([]string{" > ", " <= ", " == ", " < "}).Draw(t, "op") + "count"
	case 1:
		return name.Draw(t, "name") + " in [0, 1, 3]"
	}
	op := rapid.SampledFrom([]string{" == ", " != ", " < ", " <= ", " > ", " >= "}).Draw(t, "op")
	return name.Draw(t, "name") + op + fmt.Sprint(rapid.SampledFrom([]any{-1, 0, 1, 2, 3, 0.5, 1.5}).Draw(t, "n"))
}

// The same for conditions, over all numbers that a window of three records can give.
func TestRefute_IsSoundForConditions(t *testing.T) {
	refuted := 0
	rapid.Check(t, func(t *rapid.T) {
		source := drawExpr(t, rapid.Custom(conditionAtom), 3)
		text := strings.Join([]string{"rules:", "- id: r", "  event: [A, B]", "  group_by: [stream_service]", "  window: 5m", "  absence: true", "  aggregates:",
			"    failed: {count: true, where: 'event == \"A\"'}", "    services: {distinct: stream_service}", "  condition: |-", "    " + source, ""}, "\n")
		set, _, err := rules.Parse("r.yaml", []byte(text), rules.Options{Keep: true})
		if err != nil {
			t.Skip(source, err)
		}
		r := set.Rules[0]
		if conditionFacts(r).refute(claim{term: r.Condition.Term()}) == nil {
			return
		}
		refuted++
		s := rules.NewScratch()
		for count := range 4 {
			for failed := range count + 1 {
				for _, label := range []string{"x", "1", ""} {
					vars := rules.VariableMap{"count": count, "failed": failed, "services": min(count, 1), "stream_service": label}
					if ok, _ := r.Condition.True(s, vars); ok {
						t.Fatalf("%s is refuted and holds for count %d, failed %d, label %q", source, count, failed, label)
					}
				}
			}
		}
	})
	if refuted < 3 {
		t.Errorf("of the conditions drawn only %d were refuted: that proves nothing", refuted)
	}
}
