package importer

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// filters reads queries of Elasticsearch. A query that cannot be translated
// refuses the rule.
type filters struct {
	tr    *translator
	d     *draft
	depth int
}

// deepest is how deep conditions may be nested.
const deepest = 50

// query reads {term: {field: value}} and the like; several in one mapping must
// all hold.
func (f *filters) query(v strictyaml.Value) node {
	if f.depth++; f.depth > deepest {
		f.d.refuse(v, "queries are nested more than %d deep", deepest)
		return allOf()
	}
	defer func() { f.depth-- }()
	if !v.IsMapping() {
		f.d.refuse(v, "a query is a mapping, such as {term: {field: value}}")
		return allOf()
	}
	m := v.Mapping()
	var kids []node
	for _, key := range m.Keys() {
		item := m.Get(key)
		if item.There() {
			kids = append(kids, f.one(key, item))
			continue
		}
		f.d.refuse(m.Key(key), "the query %s is empty", key)
	}
	if len(kids) == 0 {
		f.d.refuse(v, "the query is empty")
	}
	return allOf(kids...)
}

func (f *filters) one(key string, v strictyaml.Value) node {
	switch key {
	case "query":
		return f.query(v)
	case "query_string":
		return f.queryString(v)
	case "bool":
		return f.boolean(v)
	case "match_all":
		return allOf()
	case "exists":
		return f.exists(v)
	case "term", "terms", "match", "match_phrase", "wildcard", "prefix", "regexp", "range":
		return f.perField(key, v)
	}
	f.d.refuse(v, "the query %s has no counterpart", key)
	return allOf()
}

func (f *filters) exists(v strictyaml.Value) node {
	if v.IsMapping() {
		if name := v.Mapping().Get("field").Raw(); name != "" {
			return leaf(f.tr.o.Map.field(name), mark+" != nil")
		}
	}
	f.d.refuse(v, "exists names no field")
	return allOf()
}

// perField reads {term: {field: value}} for the queries of this form.
func (f *filters) perField(kind string, v strictyaml.Value) node {
	if !v.IsMapping() {
		f.d.refuse(v, "%s is a mapping of fields", kind)
		return allOf()
	}
	m := v.Mapping()
	var kids []node
	for _, name := range m.Keys() {
		item := m.Get(name)
		if name == "boost" || name == "_name" {
			continue
		}
		if kind == "range" {
			kids = append(kids, f.ranged(name, item, m.Key(name)))
			continue
		}
		kids = append(kids, f.valued(kind, name, item, m.Key(name)))
	}
	return allOf(kids...)
}

// valued reads the value of a query, which may be under a key of its own.
func (f *filters) valued(kind, name string, v, key strictyaml.Value) node {
	fold := false
	if v.IsMapping() {
		m := v.Mapping()
		fold, _ = m.Get("case_insensitive").Bool()
		v = strictyaml.Value{}
		for _, k := range []string{"value", "query", "wildcard"} {
			if item := m.Get(k); item.There() {
				v = item
			}
		}
		for _, k := range m.Keys() {
			if !slices.Contains([]string{"value", "query", "wildcard", "case_insensitive", "boost", "rewrite"}, k) {
				f.d.refuse(m.Key(k), "%s of a %s query has no counterpart", k, kind)
			}
		}
	}
	items := []strictyaml.Value{v}
	if kind == "terms" && v.IsList() {
		items = v.List()
	}
	var kids []node
	for _, item := range items {
		if _, ok := literal(item); !ok {
			f.d.refuse(key, "%s needs a single value", kind)
			return allOf()
		}
		kids = append(kids, f.compare(kind, name, item, fold))
	}
	return oneOf(kids)
}

// oneOf joins alternatives; those that are equalities of one field become a list.
func oneOf(kids []node) node {
	if len(kids) < 2 {
		return anyOf(kids...)
	}
	var events, values []string
	head := ""
	for i, k := range kids {
		before, value, ok := strings.Cut(k.text, " == ")
		single := ok && k.op == opLeaf && k.other == "" && (before == mark || before == "lower("+mark+")")
		if !single || i > 0 && (before != head || k.field != kids[0].field) {
			return anyOf(kids...)
		}
		head = before
		values = append(values, value)
		events = append(events, k.events...)
	}
	n := leaf(kids[0].field, head)
	n.items = values
	if len(events) == len(kids) {
		n.events = events
	}
	return n
}

// compare is one comparison of a query.
func (f *filters) compare(kind, name string, v strictyaml.Value, fold bool) node {
	value := v.Raw()
	if f.tr.o.Map.isEventField(name) && kind != "regexp" {
		if n, ok := f.event(kind, value); ok {
			return n
		}
	}
	field := f.tr.o.Map.field(name)
	switch kind {
	case "prefix":
		return glob{{text: value}, {wild: '*'}}.match(field, fold)
	case "wildcard":
		return readGlob(value).match(field, fold)
	case "regexp":
		return f.regexp(field, value, fold, v)
	case "match_phrase":
		f.d.differs("match", v, "match_phrase looks for whole words in any case; here for the text, in any case")
		return glob{{text: value}}.around(true, true).match(field, true)
	case "match":
		f.d.differs("match", v, "match looks for any of the words of an analysed field; here the whole value is compared")
	}
	if fold || field == "event" {
		return glob{{text: value}}.match(field, true)
	}
	lit, _ := literal(v)
	return leaf(field, mark+" == "+lit)
}

// event is a query over the event's name.
func (f *filters) event(kind, value string) (node, bool) {
	if name, ok := f.tr.o.Map.event(value); ok && kind != "prefix" {
		return eventLeaf(name), true
	}
	g := glob{{text: value}}
	switch kind {
	case "wildcard":
		g = readGlob(value)
	case "prefix":
		g = g.around(false, true)
	}
	name, ok := g.events()
	if !ok {
		return node{}, false
	}
	return eventLeaf(name), true
}

// foreignRegexp are the operators that Lucene's regular expressions have alone.
var foreignRegexp = regexp.MustCompile(`(^|[^\\])[~&<@#"]`)

// regexp is Lucene's, which has to match the whole value.
func (f *filters) regexp(field, pattern string, fold bool, v strictyaml.Value) node {
	whole := "(?s)^(?:" + pattern + ")$"
	if fold {
		whole = "(?is)^(?:" + pattern + ")$"
	}
	if _, err := regexp.Compile(whole); err != nil || foreignRegexp.MatchString(pattern) {
		f.d.refuse(v, "the regular expression has operators that are not known here")
		return allOf()
	}
	if field == "event" {
		f.d.differs("match", v, "events are upper case here: the pattern is compared in any case")
		whole = "(?i)" + whole
	}
	return leaf(field, "matches("+mark+", "+strconv.Quote(whole)+")")
}

// orderings are the bounds of a range and their operators.
var orderings = []struct{ key, op string }{{"gt", ">"}, {"gte", ">="}, {"lt", "<"}, {"lte", "<="}}

func (f *filters) ranged(name string, v, key strictyaml.Value) node {
	if !v.IsMapping() {
		f.d.refuse(key, "a range has gt, gte, lt or lte")
		return allOf()
	}
	m := v.Mapping()
	var kids []node
	for _, o := range orderings {
		bound := m.Get(o.key)
		if !bound.There() {
			continue
		}
		x, err := strconv.ParseFloat(bound.Raw(), 64)
		if err != nil || x-x != 0 {
			f.d.refuse(bound, "ranges of anything but numbers have no counterpart")
			return allOf()
		}
		kids = append(kids, compared(f.tr.o.Map.field(name), o.op, x))
	}
	if len(kids) == 0 {
		f.d.refuse(key, "a range has gt, gte, lt or lte")
	}
	return allOf(kids...)
}

// boolean reads must, filter, should and must_not.
func (f *filters) boolean(v strictyaml.Value) node {
	if !v.IsMapping() {
		f.d.refuse(v, "bool is a mapping of must, should and must_not")
		return allOf()
	}
	m := v.Mapping()
	var kids []node
	for _, key := range []string{"must", "filter"} {
		kids = append(kids, f.each(m.Get(key))...)
	}
	for _, n := range f.each(m.Get("must_not")) {
		kids = append(kids, not(n))
	}
	if should := f.each(m.Get("should")); len(should) > 0 {
		if f.least(m, len(kids) == 0 && !m.Key("must_not").There()) {
			kids = append(kids, anyOf(should...))
		}
	}
	for _, key := range m.Keys() {
		if !slices.Contains([]string{"must", "filter", "should", "must_not", "minimum_should_match", "boost", "_name"}, key) {
			f.d.refuse(m.Key(key), "%s in bool has no counterpart", key)
		}
	}
	return allOf(kids...)
}

// least reports whether one of should has to hold: it has if nothing else is
// asked, or minimum_should_match says so.
func (f *filters) least(m *strictyaml.Mapping, alone bool) bool {
	v := m.Get("minimum_should_match")
	switch {
	case !v.There() && !m.Key("must").There() && !m.Key("filter").There():
		return true
	case !v.There():
		f.d.differs("match", m.Key("should"), "should beside must only ranks what is found; it is left out")
		return alone
	case v.Raw() == "1":
		return true
	case v.Raw() == "0":
		return false
	}
	f.d.refuse(v, "minimum_should_match of more than 1 has no counterpart")
	return false
}

// each reads one query or a list of them.
func (f *filters) each(v strictyaml.Value) []node {
	if !v.There() {
		return nil
	}
	items := []strictyaml.Value{v}
	if v.IsList() {
		items = v.List()
	}
	var out []node
	for _, item := range items {
		out = append(out, f.query(item))
	}
	return out
}

// queryString reads {query: …}.
func (f *filters) queryString(v strictyaml.Value) node {
	if !v.IsMapping() {
		f.d.refuse(v, "query_string is {query: …}")
		return allOf()
	}
	m := v.Mapping()
	q := m.Get("query")
	source, ok := q.Text()
	if !ok {
		f.d.refuse(v, "query_string has no query")
		return allOf()
	}
	both := strings.EqualFold(m.Get("default_operator").Raw(), "and")
	for _, key := range m.Keys() {
		if !slices.Contains([]string{"query", "default_operator", "analyze_wildcard", "boost"}, key) {
			f.d.refuse(m.Key(key), "%s of query_string has no counterpart", key)
		}
	}
	return f.lucene(source, both, q)
}
