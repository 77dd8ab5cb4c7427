package importer_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/smarty-alert/smarty-alert/importer"
	"github.com/smarty-alert/smarty-alert/rules"
)

// The oracle of filters knows Elasticsearch's queries over unanalysed fields by
// their documentation: it draws one, says which records it finds, and shares no
// code with the translation.

// wildcardsIn matches * and ? in one case, as a keyword field is matched.
func wildcardsIn(pattern string, v any) bool {
	s, ok := v.(string)
	return ok && wild(pattern, s)
}

func number(v any) (int64, bool) {
	switch v := v.(type) {
	case int64:
		return v, true
	case string:
		if v == "5" {
			return 5, true
		}
	}
	return 0, false
}

// filterField is a question about one field.
func filterField(t *rapid.T) question {
	field := rapid.SampledFrom([]string{"alpha", "beta.gamma"}).Draw(t, "field")
	switch rapid.SampledFrom([]string{"term", "terms", "wildcard", "prefix", "exists", "range", "number"}).Draw(t, "kind") {
	case "term":
		s := rapid.SampledFrom([]string{"a", "A", "aB", "a*", "x.y"}).Draw(t, "value")
		return question{fmt.Sprintf("{term: {%s: '%s'}}", field, s), func(r record) bool { return r[field] == s }}
	case "terms":
		list := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "ba", "x.y"}), 1, 3).Draw(t, "values")
		return question{fmt.Sprintf("{terms: {%s: ['%s']}}", field, strings.Join(list, "', '")), func(r record) bool {
			for _, s := range list {
				if r[field] == s {
					return true
				}
			}
			return false
		}}
	case "wildcard":
		p := rapid.SampledFrom([]string{"a*", "*b", "*a*", "?", "a?", "x?y", "*"}).Draw(t, "pattern")
		return question{fmt.Sprintf("{wildcard: {%s: '%s'}}", field, p), func(r record) bool { return p == "*" && r[field] != nil || wildcardsIn(p, r[field]) }}
	case "prefix":
		p := rapid.SampledFrom([]string{"a", "x", "aB"}).Draw(t, "prefix")
		return question{fmt.Sprintf("{prefix: {%s: '%s'}}", field, p), func(r record) bool { return wildcardsIn(p+"*", r[field]) }}
	case "exists":
		return question{fmt.Sprintf("{exists: {field: %s}}", field), func(r record) bool { return r[field] != nil }}
	case "number":
		return question{fmt.Sprintf("{term: {%s: 5}}", field), func(r record) bool { n, ok := number(r[field]); return ok && n == 5 }}
	}
	low, high := rapid.Int64Range(0, 6).Draw(t, "low"), rapid.Int64Range(0, 9).Draw(t, "high")
	return question{fmt.Sprintf("{range: {%s: {gt: %d, lte: %d}}}", field, low, high), func(r record) bool {
		n, ok := number(r[field])
		return ok && n > low && n <= high
	}}
}

// filterQuery is a query with bool around others, or one of query_string.
func filterQuery(t *rapid.T, depth int) question {
	form := rapid.IntRange(0, 3).Draw(t, "form")
	if depth == 0 {
		form = 0
	}
	some := func(name string, least int) []question {
		var out []question
		for range rapid.IntRange(least, 2).Draw(t, name) {
			out = append(out, filterQuery(t, depth-1))
		}
		return out
	}
	switch form {
	case 1:
		must, without := some("must", 1), some("must_not", 0)
		return question{"{bool: {must: [" + strings.Join(texts(must), ", ") + "], must_not: [" + strings.Join(texts(without), ", ") + "]}}",
			func(r record) bool { return allOf(must)(r) && !anyOf(without)(r) }}
	case 2:
		should := some("should", 1)
		return question{"{bool: {should: [" + strings.Join(texts(should), ", ") + "]}}", anyOf(should)}
	case 3:
		q := lucene(t, depth)
		return question{"{query_string: {query: '" + q.text + "'}}", q.holds}
	}
	return filterField(t)
}

// lucene is a query in Lucene's syntax, with parentheses around each part.
func lucene(t *rapid.T, depth int) question {
	form := rapid.IntRange(0, 5).Draw(t, "lucene")
	if depth == 0 {
		form = min(form, 1)
	}
	field := rapid.SampledFrom([]string{"alpha", "beta.gamma"}).Draw(t, "field")
	switch form {
	case 0:
		p := rapid.SampledFrom([]string{"a", "A", "a*", "x?y", "*b", "x.y"}).Draw(t, "word")
		return question{field + ":" + p, func(r record) bool { return wildcardsIn(p, r[field]) }}
	case 1:
		n := rapid.Int64Range(0, 7).Draw(t, "bound")
		return question{fmt.Sprintf("%s:>=%d", field, n), func(r record) bool { x, ok := number(r[field]); return ok && x >= n }}
	case 2:
		a := lucene(t, depth-1)
		return question{"(NOT (" + a.text + "))", func(r record) bool { return !a.holds(r) }}
	}
	if form == 5 { // either of the first two, and not the third
		a, b, c := lucene(t, depth-1), lucene(t, depth-1), lucene(t, depth-1)
		return question{"((" + a.text + ") (" + b.text + ") -(" + c.text + "))", func(r record) bool { return (a.holds(r) || b.holds(r)) && !c.holds(r) }}
	}
	word, joined := " AND ", allOf
	if form == 4 {
		word, joined = rapid.SampledFrom([]string{" OR ", " "}).Draw(t, "or"), anyOf
	}
	parts := []question{lucene(t, depth-1), lucene(t, depth-1)}
	return question{"((" + parts[0].text + ")" + word + "(" + parts[1].text + "))", joined(parts)}
}

// The rule takes exactly the records that the filters find.
func TestElastAlert_FiltersAgainstTheirDocumentation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var filters []question
		for range rapid.IntRange(1, 3).Draw(t, "filters") {
			filters = append(filters, filterQuery(t, 3))
		}
		file := "name: Drawn\ntype: any\nfilter:\n- " + strings.Join(texts(filters), "\n- ") + "\n"
		r := importer.Translate([]importer.File{{Name: "drawn.yaml", Data: []byte(file)}}, importer.Options{})
		if r.Rules != 1 {
			t.Fatalf("not translated: %v\n%s", r.Found, file)
		}
		set, _, err := rules.Parse("imported.yaml", r.Text, rules.Options{})
		if err != nil {
			t.Fatalf("%v\n%s", err, r.Text)
		}
		rule, scratch, want := set.Find("drawn"), rules.NewScratch(), allOf(filters)
		for range 20 {
			rec := drawRecord(t)
			scratch.Begin()
			got, err := rule.Match.Holds(scratch, rec)
			if got != want(rec) {
				t.Fatalf("%v is found: %t, want %t (%v)\n%s\n%s", rec, got, want(rec), err, file, r.Text)
			}
		}
	})
}
