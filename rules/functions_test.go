package rules_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// pairs is a record of nothing but these fields.
type pairs map[string]any

func (p pairs) Field(path smartylog.Path) any {
	name, _ := path.Root()
	return path.Below(p[name])
}

func evaluate(t *testing.T, expression string, rec pairs) (bool, error) {
	t.Helper()
	x, err := rules.ParseMatch("--where", expression, nil)
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return x.Holds(rules.NewScratch(), rec)
}

func TestFunctions(t *testing.T) {
	rec := pairs{"url": "/api/v2/user.json", "ip": " 10.1.2.3 ", "six": "2001:db8::1", "mapped": "::ffff:10.1.2.3", "n": int64(-3),
		"f": -2.5, "text": "7.25", "list": []any{int64(1), "two", nil}, "big": int64(-9007199254740993), "empty": []any{}}
	for expression, want := range map[string]bool{
		// matches as a function and as an operator, wherever it stands.
		`matches(url, "^/api/") and url matches "json$"`:                     true,
		`url matches ("^/api/") and not matches(url, "xml") or url == "x"`:   true,
		`url not matches ("^/api/") or matches(n, "3") or matches(gone, "")`: false,
		`(matches(url, "api")) == true and [matches(url, "x")] == [false]`:   true,
		"url matches \"^/\\w+/v\\d/.*\\.json$\" and url matches `\\bv2\\b`":  true,
		`url matches '\bv2\b' and not (url matches "\.xml")`:                 true,
		// capture: the first group, a numbered one, the whole match.
		`capture(url, "v(\d)") == "2" and capture(url, "v\d") == "v2"`:                true,
		`capture(url, "(\w+)/v(\d)", 2) == 2 and capture(url, "/(\w+)", 0) == "/api"`: true,
		`capture(url, "(x)?api") == nil and capture(gone, "x") == nil`:                true,
		`capture(n, "3") == nil and capture(url, "zzz") == nil`:                       true,
		// cidr: families, mapped addresses, single ones; what is no address is in no network.
		`cidr(ip, "10.0.0.0/8") and cidr(six, "10.0.0.0/8", "2001:db8::/32")`:  true,
		`cidr(mapped, "10.1.2.3") and not cidr(mapped, "::/0")`:                true,
		`cidr(ip, ["192.168.0.0/16", "10.1.2.0/24"])`:                          true,
		`cidr(url, "0.0.0.0/0") or cidr(gone, "::/0") or cidr(n, "0.0.0.0/0")`: false,
		// Numbers: whole ones stay whole, numeric text is one, nil and text give nil.
		`abs(n) == 3 and abs(f) == 2.5 and abs(text) == 7.25`:                      true,
		`floor(f) == -3 and ceil(f) == -2 and round(text) == 7 and round(f) == -3`: true,
		`abs(big) == 9007199254740993 and floor(big) == big`:                       true,
		`abs(gone) == nil and round(url) == nil and not (ceil(gone) > 0)`:          true,
		`lower(gone) == nil and len(gone) == nil and trim(ip) == "10.1.2.3"`:       true,
		`ratio(1, 0) == 0 and ratio(gone, 2) == nil`:                               true,
		// Lists: a missing one is empty.
		`any(list, # == "two") and any(list, # == nil) and none(list, # == 3)`: true,
		`all(empty, # == 1) and all(gone, # == 1) and none(gone, true)`:        true,
		`any(gone, true) or any(empty, true)`:                                  false,
		`any(list, any(list, # == 1))`:                                         true,
	} {
		if got, err := evaluate(t, expression, rec); got != want || err != nil {
			t.Errorf("%s: %v, %v, want %v", expression, got, err, want)
		}
	}
	if _, err := evaluate(t, `any(url, # == "x")`, rec); err == nil || !strings.Contains(err.Error(), "any, all and none need a list, not the text") {
		t.Errorf("any of a text: %v", err)
	}
}

// An evaluation ends after a number of steps, the same on every machine, and the
// next one has all of them again.
func TestMaxSteps(t *testing.T) {
	list := make([]any, 1000)
	for i := range list {
		list[i] = int64(i)
	}
	rec := pairs{"list": list, "long": strings.Repeat("x", 64*rules.MaxSteps/10)}
	searches := func(n int) string { return strings.TrimSuffix(strings.Repeat(`long matches "y" or `, n), " or ") }
	for expression, expensive := range map[string]bool{
		`any(list, # == 1001)`:                     false,
		`any(list, 1001 in list)`:                  true, // a thousand are looked through a thousand times
		`any(list, any(list, # == 1001))`:          true,
		`list == list and list == list`:            false,
		searches(9):                                false,
		searches(10):                               true,
		`long contains "y" or ` + searches(9):      true,
		`all([1, 2, 3], # > 0) and len(long) > 10`: false,
	} {
		x, err := rules.ParseMatch("--where", expression, nil)
		if err != nil {
			t.Fatal(err)
		}
		s := rules.NewScratch()
		for range 2 {
			_, err := x.Holds(s, rec)
			if failed := err != nil; failed != expensive || failed && !strings.Contains(err.Error(), "too expensive: ") {
				t.Errorf("%.60s: %v, want too expensive: %v", expression, err, expensive)
			}
		}
	}
}

// What aggregates give can be asked for its parts.
func TestCondition_ListsOfAggregates(t *testing.T) {
	r := parsed(t, `rules:
- id: a
  event: LOGIN_ERROR
  group_by: [params.ip]
  window: 5m
  aggregates: {tops: {top: reason}, all_of_them: {values: reason}, one: {first: params}}
  condition: >-
    count > 0 and tops[0].count >= 3 and tops[0].value == "a" and tops[1].count == 1 and tops[5].value == nil
    and any(tops, #.count == 1) and len(tops) == 2 and len(all_of_them) == 2 and "b" in all_of_them
    and any(all_of_them, # == "a") and all_of_them[-1] == "b" and one == "text" and one.x == nil and params.ip == "10.0.0.1"
`, rules.Options{}).Rules[0]
	vars := rules.VariableMap{"count": 4, "all_of_them": []any{"a", "b"}, "one": "text", "params.ip": "10.0.0.1",
		"tops": []any{alert.Ranked{Value: "a", Count: 3}, alert.Ranked{Value: "b", Count: 1}}}
	if ok, err := r.Condition.True(rules.NewScratch(), vars); !ok || err != nil {
		t.Errorf("%s: %v, %v", r.Condition.Source, ok, err)
	}
}

// counted counts how often each field is asked for.
type counted struct {
	pairs
	asked map[string]int
}

func (c counted) Field(p smartylog.Path) any {
	c.asked[p.String()]++
	return c.pairs.Field(p)
}

func TestFields_AreComputedOnceAndOnlyWhenUsed(t *testing.T) {
	r := parsed(t, `rules:
- id: a
  event: OWN
  fields: {low: lower(name), both: low + low, unused: upper(rest), bad: 'n > name'}
  match: low == "x" and both == "xx" and low != "y"
  group_by: [low]
  window: 5m
  aggregates: {c: {count: true, where: 'bad == true'}}
  condition: count > 0
`, rules.Options{}).Rules[0]
	rec := counted{pairs{"name": "X", "rest": "r", "n": int64(1)}, map[string]int{}}
	s := rules.NewScratch()
	s.Begin()
	ok, err := r.Match.Holds(s, rec)
	if !ok || err != nil {
		t.Fatalf("match: %v, %v", ok, err)
	}
	label, err := r.GroupBy[0].Value(s, rec)
	if label != "x" || err != nil || rec.asked["name"] != 1 || rec.asked["rest"] != 0 {
		t.Errorf("label %v, %v; asked %v", label, err, rec.asked)
	}
	ok, err = r.Aggregates[0].Where.Holds(s, rec)
	if ok || err == nil || !strings.HasPrefix(err.Error(), "fields.bad: cannot order 1 and the text") {
		t.Errorf("a field that fails: %v, %v", ok, err)
	}
	rec.pairs["name"] = "Z"
	s.Begin()
	if label, err := r.GroupBy[0].Value(s, rec); label != "z" || err != nil {
		t.Errorf("of the next record: %v, %v", label, err)
	}
}

func BenchmarkExpr(b *testing.B) {
	rec := pairs{"reason": "unknown_error", "code": "12", "url": "/api/v2"}
	for _, expression := range []string{`reason == "unknown_error" and code > 10`, `url matches "^/api" or reason in ["a", "b"]`} {
		x, err := rules.ParseMatch("--where", expression, nil)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprintf("%.20s", expression), func(b *testing.B) {
			s := rules.NewScratch()
			b.ReportAllocs()
			for b.Loop() {
				if _, err := x.Holds(s, rec); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
