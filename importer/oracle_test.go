package importer_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/smarty-alert/smarty-alert/importer"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// The oracle knows Sigma by its specification alone: it draws a detection, says
// itself which records it takes, and shares no code with the translation.

// record is a record of fields; event is upper case, as our parser gives it.
type record map[string]any

func (r record) Field(p smartylog.Path) any {
	name := p.String()
	if key, ok := strings.CutPrefix(name, `ctx["`); ok {
		name = strings.Replace(key, `"]`, "", 1)
	}
	return r[name]
}

// question is something that a record satisfies or not, and how Sigma writes it.
type question struct {
	text  string
	holds func(r record) bool
}

// wild matches a text with Sigma's wildcards, one character at a time.
func wild(pattern, s string) bool {
	if pattern == "" {
		return s == ""
	}
	switch pattern[0] {
	case '*':
		return wild(pattern[1:], s) || s != "" && wild(pattern, s[1:])
	case '?':
		return s != "" && wild(pattern[1:], s[1:])
	case '\\':
		if len(pattern) > 1 && strings.IndexByte(`*?\`, pattern[1]) >= 0 {
			return s != "" && s[0] == pattern[1] && wild(pattern[2:], s[1:])
		}
	}
	return s != "" && s[0] == pattern[0] && wild(pattern[1:], s[1:])
}

// textOf is a value as a text: only texts have wildcards looked for in them.
func textOf(v any, looked bool) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case int64:
		return strconv.FormatInt(v, 10), !looked
	}
	return "", false
}

// valueQuestion is one value of a field with modifiers.
func valueQuestion(t *rapid.T, field, kind string, cased bool) question {
	pool := []string{"a", "A", "ab", "aB", "b*", "*B", "*a*", "a?", "?", "*", "a\\*", "x.y", "5", "", "a*b*", "LOGIN_ERROR", "login_*"}
	value := rapid.SampledFrom(pool).Draw(t, "value")
	pattern := value
	switch kind {
	case "contains":
		pattern = "*" + value + "*"
	case "startswith":
		pattern = value + "*"
	case "endswith":
		pattern = "*" + value
	}
	looked := strings.ContainsAny(strings.ReplaceAll(pattern, `\*`, ""), "*?")
	if !cased || field == "event" { // events have no case
		pattern = strings.ToLower(pattern)
	}
	return question{"'" + value + "'", func(r record) bool {
		if strings.Trim(pattern, "*") == "" && pattern != "" {
			return r[field] != nil // any value at all
		}
		s, ok := textOf(r[field], looked)
		if !cased || field == "event" {
			s = strings.ToLower(s)
		}
		return ok && wild(pattern, s)
	}}
}

// itemQuestion is one line of a selection: field, modifiers, values.
func itemQuestion(t *rapid.T, field string) question {
	kind := rapid.SampledFrom([]string{"", "", "contains", "startswith", "endswith", "null", "exists", "gt", "lte", "number", "neq"}).Draw(t, "kind")
	switch kind {
	case "null":
		return question{field + ": null", func(r record) bool { return r[field] == nil }}
	case "exists":
		want := rapid.Bool().Draw(t, "exists")
		return question{fmt.Sprintf("%s|exists: %t", field, want), func(r record) bool { return (r[field] != nil) == want }}
	case "gt", "lte":
		n := rapid.Int64Range(0, 6).Draw(t, "bound")
		return question{fmt.Sprintf("%s|%s: %d", field, kind, n), func(r record) bool {
			s, ok := textOf(r[field], false)
			x, err := strconv.ParseInt(s, 10, 64)
			return ok && err == nil && (kind == "gt" && x > n || kind == "lte" && x <= n)
		}}
	case "number":
		return question{field + ": 5", func(r record) bool { s, ok := textOf(r[field], false); return ok && s == "5" }}
	}
	name, cased, all := field, rapid.Bool().Draw(t, "cased"), false
	if kind != "" {
		name += "|" + kind
	}
	if cased {
		name += "|cased"
	}
	shape := kind
	if kind == "neq" {
		shape = ""
	}
	var values []question
	for range rapid.IntRange(1, 3).Draw(t, "values") {
		values = append(values, valueQuestion(t, field, shape, cased))
	}
	if all = len(values) > 1 && rapid.Bool().Draw(t, "all"); all {
		name += "|all"
	}
	of := anyOf(values)
	if all {
		of = allOf(values)
	}
	return question{name + ": [" + strings.Join(texts(values), ", ") + "]", func(r record) bool { return of(r) != (kind == "neq") }}
}

func anyOf(qs []question) func(record) bool {
	return func(r record) bool {
		for _, q := range qs {
			if q.holds(r) {
				return true
			}
		}
		return false
	}
}

func allOf(qs []question) func(record) bool {
	return func(r record) bool {
		for _, q := range qs {
			if !q.holds(r) {
				return false
			}
		}
		return true
	}
}

func texts(qs []question) []string {
	var out []string
	for _, q := range qs {
		out = append(out, q.text)
	}
	return out
}

// mapQuestion is a map of fields, all of which must hold.
func mapQuestion(t *rapid.T) question {
	fields := rapid.SampledFrom([][]string{{"alpha"}, {"beta.gamma"}, {"event"}, {"event", "alpha"}, {"alpha", "beta.gamma"}}).Draw(t, "fields")
	var items []question
	for _, f := range fields {
		items = append(items, itemQuestion(t, f))
	}
	return question{"{" + quoteKeys(items) + "}", allOf(items)}
}

// quoteKeys writes items for a flow mapping.
func quoteKeys(items []question) string {
	var out []string
	for _, q := range items {
		key, value, _ := strings.Cut(q.text, ": ")
		out = append(out, strconv.Quote(key)+": "+value)
	}
	return strings.Join(out, ", ")
}

// selections are the named selections of a detection.
func selections(t *rapid.T) []question {
	var out []question
	for range rapid.IntRange(1, 4).Draw(t, "selections") {
		if rapid.IntRange(0, 2).Draw(t, "form") > 0 {
			out = append(out, mapQuestion(t))
			continue
		}
		list := []question{mapQuestion(t), mapQuestion(t)}
		out = append(out, question{"[" + strings.Join(texts(list), ", ") + "]", anyOf(list)})
	}
	return out
}

// condition is a condition over selections s0, s1, …
func condition(t *rapid.T, sels []question, depth int) question {
	form := rapid.IntRange(0, 6).Draw(t, "condition")
	if depth == 0 {
		form = min(form, 2)
	}
	switch form {
	case 1:
		return question{"1 of s*", anyOf(sels)}
	case 2:
		return question{"all of them", allOf(sels)}
	case 3, 4, 5:
		word := map[int]string{3: "and", 4: "or", 5: "and not"}[form]
		a, b := condition(t, sels, depth-1), condition(t, sels, depth-1)
		return question{"(" + a.text + ") " + word + " (" + b.text + ")", func(r record) bool {
			switch x, y := a.holds(r), b.holds(r); form {
			case 3:
				return x && y
			case 4:
				return x || y
			default:
				return x && !y
			}
		}}
	case 6:
		a := condition(t, sels, depth-1)
		return question{"not (" + a.text + ")", func(r record) bool { return !a.holds(r) }}
	}
	i := rapid.IntRange(0, len(sels)-1).Draw(t, "selection")
	return question{fmt.Sprintf("s%d", i), sels[i].holds}
}

func drawRecord(t *rapid.T) record {
	values := []any{nil, "a", "A", "aB", "b", "ba", "xab", "a*", "x.y", "xzy", "5", int64(5), int64(0), int64(7), "", "aab"}
	r := record{"event": rapid.SampledFrom([]any{"LOGIN_ERROR", "LOGIN_SUCCESS", "A", "AB", "X.Y", "5", nil}).Draw(t, "event")}
	for _, f := range []string{"alpha", "beta.gamma"} {
		r[f] = rapid.SampledFrom(values).Draw(t, f)
	}
	return r
}

// The rule takes exactly the records that the detection takes.
func TestSigma_AgainstItsSpecification(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sels := selections(t)
		cond := condition(t, sels, 3)
		var b strings.Builder
		b.WriteString("title: Drawn\ndetection:\n")
		for i, s := range sels {
			fmt.Fprintf(&b, "  s%d: %s\n", i, s.text)
		}
		fmt.Fprintf(&b, "  condition: %s\n", cond.text)
		r := importer.Translate([]importer.File{{Name: "drawn.yml", Data: []byte(b.String())}}, importer.Options{})
		if r.Rules != 1 {
			t.Fatalf("not translated: %v\n%s", r.Found, b.String())
		}
		set, _, err := rules.Parse("imported.yaml", r.Text, rules.Options{})
		if err != nil {
			t.Fatalf("%v\n%s", err, r.Text)
		}
		rule, scratch := set.Find("drawn"), rules.NewScratch()
		for range 20 {
			rec := drawRecord(t)
			event, _ := rec["event"].(string)
			scratch.Begin()
			got := rule.Selects("", event)
			if got && rule.Match != nil {
				if got, err = rule.Match.Holds(scratch, rec); err != nil && cond.holds(rec) {
					t.Fatalf("%v fails with %v\n%s\n%s", rec, err, b.String(), r.Text)
				}
			}
			if want := cond.holds(rec); got != want {
				t.Fatalf("%v is taken: %t, want %t\n%s\n%s", rec, got, want, b.String(), r.Text)
			}
		}
	})
}
