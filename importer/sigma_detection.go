package importer

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// readDetection reads logsource and detection.
func (s *sigmaRule) readDetection() {
	if v := s.r.get("logsource"); v.There() && v.IsMapping() {
		s.readLogSource(v.Mapping(), v)
	}
	v := s.r.get("detection")
	if !v.IsMapping() {
		s.d.refuse(v, "detection is a mapping of selections and a condition")
		return
	}
	m := v.Mapping()
	c := &conditionParser{s: s, selections: map[string]node{}}
	cv := m.Get("condition")
	for _, name := range m.Keys() {
		if name == "condition" {
			continue
		}
		if name == "timeframe" {
			s.d.refuse(m.Key(name), "timeframe belongs to the aggregations that correlations took the place of")
			continue
		}
		c.names = append(c.names, name)
		c.selections[name] = s.selection(m.Get(name), m.Key(name), 0)
	}
	if !cv.There() {
		s.d.refuse(v, "detection has no condition")
		return
	}
	var kids []node
	for _, item := range cv.List() {
		text, _ := item.Text()
		n, err := c.parse(text)
		if err != nil {
			s.d.refuse(item, "condition: %v", err)
			return
		}
		kids = append(kids, n)
	}
	if len(kids) == 0 {
		s.d.refuse(cv, "the condition is empty")
	}
	s.where = anyOf(kids...)
}

// readLogSource finds the log by service, category or product.
func (s *sigmaRule) readLogSource(m *strictyaml.Mapping, v strictyaml.Value) {
	service, category, product := m.Get("service").Raw(), m.Get("category").Raw(), m.Get("product").Raw()
	for _, key := range m.Keys() {
		if !slices.Contains([]string{"service", "category", "product", "definition"}, key) {
			s.d.left(m.Key(key), "logsource.%s", key)
		}
	}
	log, ok := s.tr.o.Map.log(service, category, product)
	if s.log = log; !ok {
		var names []string
		for _, n := range []string{product, category, service} {
			if n != "" {
				names = append(names, n)
			}
		}
		s.d.elsewhere(v, "logsource %s: --map gives it the name of a log", strings.Join(names, "/"))
	}
}

// selection reads a map of fields, a list of maps, or keywords.
func (s *sigmaRule) selection(v, key strictyaml.Value, depth int) node {
	switch {
	case depth > deepest:
		s.d.refuse(key, "selections are nested more than %d deep", deepest)
	case v.IsMapping():
		m := v.Mapping()
		var kids []node
		for _, name := range m.Keys() {
			kids = append(kids, s.field(name, m.Get(name), m.Key(name)))
		}
		if len(kids) > 0 {
			return allOf(kids...)
		}
		s.d.refuse(key, "a selection is empty")
	case v.There():
		var kids []node
		for _, item := range v.List() {
			if item.IsMapping() || item.IsList() {
				kids = append(kids, s.selection(item, key, depth+1))
				continue
			}
			kids = append(kids, s.keyword(item))
		}
		if len(kids) > 0 {
			return oneOf(kids)
		}
		s.d.refuse(key, "a selection is empty")
	default:
		s.d.refuse(key, "a selection is empty")
	}
	return allOf()
}

// keyword is a text that may stand anywhere in the record.
func (s *sigmaRule) keyword(v strictyaml.Value) node {
	n, ok := s.tr.keyword(readGlob(v.Raw()), true)
	if !ok {
		s.d.refuse(v, "a keyword is looked for in the fields that --map names under keywords, and it names none")
	}
	return n
}

// modifiers are those of a field, as they were written.
type modifiers struct {
	all, cased, exists, neq bool
	kind                    string // contains, startswith, endswith, re, cidr, gt, gte, lt, lte, fieldref or ""
	flags                   string // of re
}

// readModifiers reads what follows the field's name.
func readModifiers(list []string) (m modifiers, err error) {
	for _, name := range list {
		switch name {
		case "all":
			m.all = true
		case "cased":
			m.cased = true
		case "neq":
			m.neq = true
		case "exists":
			m.exists = true
		case "i", "m", "s":
			if m.kind != "re" {
				return m, fmt.Errorf("the modifier %s belongs to re", name)
			}
			m.flags += name
		case "contains", "startswith", "endswith", "re", "cidr", "gt", "gte", "lt", "lte", "fieldref":
			if m.kind != "" {
				return m, fmt.Errorf("the modifiers %s and %s exclude each other", m.kind, name)
			}
			m.kind = name
		default:
			return m, fmt.Errorf("the modifier %s has no counterpart", name)
		}
	}
	return m, nil
}

// field reads one key of a selection, such as Image|endswith.
func (s *sigmaRule) field(key string, v, at strictyaml.Value) node {
	parts := strings.Split(key, "|")
	name := parts[0]
	m, err := readModifiers(parts[1:])
	if err != nil {
		s.d.refuse(at, "%v", err)
		return allOf()
	}
	if name == "" {
		return s.keywords(v, at, m)
	}
	ours := s.tr.o.Map.field(name)
	if m.exists {
		yes, ok := v.Bool()
		if !ok {
			s.d.refuse(at, "exists is true or false")
		}
		return exists(ours, yes)
	}
	items := []strictyaml.Value{v}
	if v.IsList() {
		items = v.List()
	}
	if len(items) == 0 {
		s.d.refuse(at, "%s has no values", key)
		return allOf()
	}
	var kids []node
	for _, item := range items {
		kids = append(kids, s.compare(name, ours, m, item, at))
	}
	n := oneOf(kids)
	if m.all {
		n = allOf(kids...)
	}
	if m.neq {
		s.d.differs("match", at, "neq: a record without the field is different as well")
		return not(n)
	}
	return n
}

func exists(field string, yes bool) node {
	if yes {
		return leaf(field, mark+" != nil")
	}
	return leaf(field, mark+" == nil")
}

// keywords reads '|all': [a, b].
func (s *sigmaRule) keywords(v, at strictyaml.Value, m modifiers) node {
	if m.kind != "" && m.kind != "contains" || m.neq || m.exists || m.cased {
		s.d.refuse(at, "keywords have the modifier all alone")
		return allOf()
	}
	var kids []node
	for _, item := range v.List() {
		kids = append(kids, s.keyword(item))
	}
	if len(kids) == 0 {
		s.d.refuse(at, "a list of keywords is expected")
	}
	if m.all {
		return allOf(kids...)
	}
	return anyOf(kids...)
}

// compare is one value of a field.
func (s *sigmaRule) compare(name, field string, m modifiers, v, at strictyaml.Value) node {
	if !v.There() || v.IsNull() || v.IsMapping() || v.IsList() {
		return s.nothing(field, m, v, at)
	}
	value := v.Raw()
	switch m.kind {
	case "re":
		return s.regexp(field, value, m, v)
	case "cidr":
		return s.network(field, value, v)
	case "fieldref":
		same := node{field: field, other: s.tr.o.Map.field(value), text: "lower(" + mark + ") == lower(" + otherMark + ")"}
		if m.cased {
			same.text = mark + " == " + otherMark
		}
		return allOf(exists(field, true), same)
	case "gt", "gte", "lt", "lte":
		x, err := strconv.ParseFloat(value, 64)
		if err != nil || x-x != 0 {
			s.d.refuse(v, "%s compares numbers", m.kind)
			return allOf()
		}
		return compared(field, map[string]string{"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}[m.kind], x)
	}
	if lit, ok := literal(v); ok && m.kind == "" && lit[0] != '"' {
		if s.tr.o.Map.isEventField(name) {
			if n, ok := s.event(value, nil); ok {
				return n
			}
		}
		return leaf(field, mark+" == "+lit)
	}
	g := readGlob(value).around(m.kind == "contains" || m.kind == "endswith", m.kind == "contains" || m.kind == "startswith")
	if s.tr.o.Map.isEventField(name) {
		if n, ok := s.event(value, g); ok {
			return n
		}
	}
	if len(g) > 0 && (m.kind != "" || len(g) > 1) {
		s.d.differs("match", v, "contains, startswith, endswith and wildcards look into texts; a number has none here")
	}
	return g.match(field, !m.cased)
}

// nothing is null, or a value that cannot be one.
func (s *sigmaRule) nothing(field string, m modifiers, v, at strictyaml.Value) node {
	if v.IsMapping() || v.IsList() || m.kind != "" {
		s.d.refuse(at, "a single value is expected")
		return allOf()
	}
	s.d.differs("match", at, "None and a field that is missing are the same here")
	return exists(field, false)
}

// event is a choice of events.
func (s *sigmaRule) event(value string, g glob) (node, bool) {
	if _, plain := g.plain(); plain {
		if name, ok := s.tr.o.Map.event(value); ok {
			return eventLeaf(name), true
		}
		return node{}, false
	}
	name, ok := g.events()
	if !ok {
		return node{}, false
	}
	return eventLeaf(name), true
}

func (s *sigmaRule) regexp(field, pattern string, m modifiers, v strictyaml.Value) node {
	flags := m.flags
	if field == "event" && !strings.Contains(flags, "i") {
		s.d.differs("match", v, "events are upper case here: the pattern is compared in any case")
		flags += "i"
	}
	if flags != "" {
		pattern = "(?" + flags + ")" + pattern
	}
	if _, err := regexp.Compile(pattern); err != nil {
		s.d.refuse(v, "the regular expression is not RE2's: %v", err)
		return allOf()
	}
	return leaf(field, "matches("+mark+", "+strconv.Quote(pattern)+")")
}

func (s *sigmaRule) network(field, value string, v strictyaml.Value) node {
	if _, err := netip.ParsePrefix(value); err != nil {
		if _, err := netip.ParseAddr(value); err != nil {
			s.d.refuse(v, "%q is no network", value)
			return allOf()
		}
	}
	return leaf(field, "cidr("+mark+", "+strconv.Quote(value)+")")
}
