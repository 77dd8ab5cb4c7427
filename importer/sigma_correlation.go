package importer

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// correlation is a correlation on its way.
type correlation struct {
	s       *sigmaRule
	d       *draft
	kind    string
	rules   []*sigmaRule
	window  time.Duration
	groups  []string // fields of ours, or aliases
	aliases []alias
	alerts  bool // over the alerts of its rules, not over records
}

// alias is one name for fields that are called otherwise in each rule.
type alias struct {
	name   string
	fields map[*sigmaRule]string
}

// writeCorrelation writes a correlation. depth is how many others lead to it.
func (s *sigmaRule) writeCorrelation(depth int) {
	if s.written || s.d.refused != "" {
		return
	}
	s.written = true
	c := &correlation{s: s, d: s.d, kind: s.correlation.text("type")}
	if !c.readRules(depth) || !c.readTimespan() || !c.readAliases() {
		return
	}
	for _, v := range s.correlation.get("group-by").List() {
		if name := v.Raw(); c.isAlias(name) {
			c.groups = append(c.groups, name)
		} else {
			c.groups = append(c.groups, s.tr.o.Map.field(name))
		}
	}
	s.writeHead()
	switch c.kind {
	case "event_count", "value_count", "value_sum", "value_avg", "value_percentile", "value_median":
		c.counted()
	case "temporal", "temporal_ordered":
		c.temporal()
	default:
		c.d.refuse(s.correlation.get("type"), "correlations of type %q have no counterpart", c.kind)
	}
	if c.d.refused == "" {
		s.leftOver()
	}
}

// readRules finds the rules that the correlation is of. Those that are
// correlations are written as rules of their own, whose alerts it sees, unless
// they only count.
func (c *correlation) readRules(depth int) bool {
	v := c.s.correlation.get("rules")
	for _, item := range c.s.refs {
		of := c.s.tr.sigma.find(item.Raw(), item.File())
		switch {
		case of == nil:
			c.d.refuse(item, "no rule of these files has the name or id %q", item.Raw())
			return false
		case of.d.refused != "":
			c.d.refuse(item, "the rule %q is not translated", item.Raw())
			return false
		case of.correlation != nil && depth > 0:
			c.d.refuse(item, "correlations of correlations of correlations have no counterpart")
			return false
		}
		if same := c.s.tr.sigma.byName[item.Raw()]; len(same) > 1 {
			c.d.verify("", item, "%d rules are called %s; that of %s:%d is taken", len(same), item.Raw(), of.at.File(), of.at.Line())
		}
		c.rules = append(c.rules, of)
	}
	if len(c.rules) == 0 {
		c.d.refuse(v, "it names no rules")
	}
	return c.d.refused == ""
}

var timespan = regexp.MustCompile(`^([0-9]{1,9})([smhdwM])$`)

func (c *correlation) readTimespan() bool {
	v := c.s.correlation.get("timespan")
	m := timespan.FindStringSubmatch(v.Raw())
	if m == nil {
		c.d.refuse(v, "timespan is missing, or not a number with s, m, h or d")
		return false
	}
	n, _ := strconv.Atoi(m[1])
	unit := map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour, "M": 30 * 24 * time.Hour}[m[2]]
	if n == 0 || time.Duration(n) > longestWindow/unit {
		c.d.refuse(v, "a timespan of %s is not between 1s and %s", v.Raw(), length(longestWindow))
		return false
	}
	c.window = time.Duration(n) * unit
	return true
}

func (c *correlation) readAliases() bool {
	v := c.s.correlation.get("aliases")
	if !v.There() {
		return true
	}
	m := v.Mapping()
	for _, name := range m.Keys() {
		a := alias{name: name, fields: map[*sigmaRule]string{}}
		if !plainName.MatchString(name) || words.MatchString(name) || !m.Get(name).IsMapping() {
			c.d.refuse(m.Key(name), "%q cannot be the name of a field here", name)
			return false
		}
		of := m.Get(name).Mapping()
		for _, rule := range of.Keys() {
			found := c.s.tr.sigma.find(rule, c.s.at.File())
			if found == nil {
				c.d.refuse(of.Key(rule), "no rule of these files has the name %q", rule)
				return false
			}
			a.fields[found] = c.s.tr.o.Map.field(of.Get(rule).Raw())
		}
		c.aliases = append(c.aliases, a)
	}
	return true
}

func (c *correlation) isAlias(name string) bool {
	return slices.ContainsFunc(c.aliases, func(a alias) bool { return a.name == name })
}

// writeAliases derives a field of each record by the rule that it satisfies.
func (c *correlation) writeAliases() {
	v := c.s.correlation.get("aliases")
	for _, a := range c.aliases {
		value := "nil"
		for _, of := range slices.Backward(c.rules) {
			field, ok := a.fields[of]
			if !ok || of.correlation != nil {
				c.d.refuse(v, "the alias %s has no field in each of the rules", a.name)
				return
			}
			value = fmt.Sprintf("(%s) ? %s : %s", c.d.expression(of.where, "fields", v), c.d.path(field, "fields", v), value)
		}
		c.d.add("fields", a.name, text(value))
		c.d.paths[a.name] = a.name
	}
	if len(c.aliases) > 0 {
		c.d.differs("fields", v, "a record that satisfies several of the rules has the field of the first")
	}
}

// counted writes a correlation whose condition is about a number.
func (c *correlation) counted() {
	cv := c.s.correlation.get("condition")
	if !cv.IsMapping() {
		c.d.refuse(cv, "the condition of %s is a mapping, such as {gte: 5}", c.kind)
		return
	}
	m := cv.Mapping()
	if slices.ContainsFunc(c.rules, func(of *sigmaRule) bool { return of.correlation != nil }) {
		c.overAlerts()
	} else {
		c.overRecords()
	}
	c.d.set("window", seconds(c.window))
	name := "count"
	if c.kind != "event_count" && c.d.refused == "" {
		name = c.aggregate(m, cv)
	}
	conds := c.bounds(m, name)
	for _, key := range m.Keys() {
		if !slices.Contains([]string{"gt", "gte", "lt", "lte", "eq", "neq", "field", "percentile"}, key) {
			c.d.refuse(m.Key(key), "%s in the condition has no counterpart", key)
		}
	}
	if len(conds) == 0 {
		c.d.refuse(cv, "the condition has no bound: gt, gte, lt, lte, eq or neq")
	}
	c.d.set("condition", text(strings.Join(conds, " and ")))
	c.d.differs("condition", cv, "an alert lasts while the condition holds and is resolved then; Sigma leaves to the backend what becomes of a hit")
}

// overRecords selects the records that any of the rules takes.
func (c *correlation) overRecords() {
	var kids []node
	log := c.rules[0].log
	for _, of := range c.rules {
		c.inherit(of, "match")
		kids = append(kids, of.where)
		if of.log != log {
			log = ""
		}
	}
	c.d.selects(anyOf(kids...), log, c.s.correlation.get("rules"))
	c.writeAliases()
	c.d.groups(c.groups, c.s.correlation.get("group-by"))
	c.missingGroups()
}

// inherit tells above a key what is to be told about a detection that is written
// there, and not as a rule of its own.
func (c *correlation) inherit(of *sigmaRule, key string) {
	if of.alone {
		return
	}
	for _, line := range of.d.notes["match"] {
		if !slices.Contains(c.d.notes[key], line) {
			c.d.notes[key] = append(c.d.notes[key], line)
		}
	}
	for _, line := range of.d.head {
		if !slices.Contains(c.d.head, line) {
			c.d.head = append(c.d.head, line)
		}
	}
}

// missingGroups tells what becomes of records without a field of group-by.
func (c *correlation) missingGroups() {
	if len(c.groups) > 0 {
		c.d.differs("group_by", c.s.correlation.get("group-by"), "a record without one of these fields is not counted; Sigma leaves that to the backend")
	}
}

// aggregate declares the value that the condition is about.
func (c *correlation) aggregate(m *strictyaml.Mapping, at strictyaml.Value) string {
	v := m.Get("field")
	var paths, there []string
	for _, s := range v.Texts() {
		field := s
		if !c.isAlias(s) {
			field = c.s.tr.o.Map.field(s)
		}
		p := c.d.path(field, "aggregates", v)
		if c.kind != "value_count" {
			p = c.d.numeric(field, v)
		}
		paths, there = append(paths, p), append(there, p+" != nil")
	}
	if len(paths) == 0 || c.alerts || len(paths) > 1 && c.kind != "value_count" {
		c.d.refuse(at, "%s needs one field of records", c.kind)
		return "count"
	}
	switch c.kind {
	case "value_count":
		if len(paths) > 1 {
			return c.d.aggregate("different", pair{"distinct", text("[" + strings.Join(paths, ", ") + "]")}, pair{"where", text(strings.Join(there, " and "))})
		}
		return c.d.aggregate("different", pair{"distinct", text(paths[0])})
	case "value_sum":
		return c.d.aggregate("total", pair{"sum", text(paths[0])})
	case "value_avg":
		return c.d.aggregate("average", pair{"avg", text(paths[0])})
	case "value_median":
		return c.d.aggregate("median", pair{"p50", text(paths[0])})
	}
	pv := m.Get("percentile")
	if !slices.Contains([]string{"50", "90", "95", "99"}, pv.Raw()) {
		c.d.refuse(at, "value_percentile needs a percentile, and 50, 90, 95 and 99 can be had")
	}
	return c.d.aggregate("percentile", pair{"p" + pv.Raw(), text(paths[0])})
}

// bounds are the comparisons of the condition. Sigma's searches have no result
// for a group without a record, so silence satisfies none.
func (c *correlation) bounds(m *strictyaml.Mapping, name string) []string {
	var out []string
	low := false
	for _, b := range []struct{ key, op string }{{"gt", ">"}, {"gte", ">="}, {"lt", "<"}, {"lte", "<="}, {"eq", "=="}, {"neq", "!="}} {
		v := m.Get(b.key)
		if !v.There() {
			continue
		}
		x, ok := decimal(v)
		if !ok {
			c.d.refuse(v, "%s is no number", b.key)
			continue
		}
		low = low || b.key == "gte" && x > 0 || b.key == "gt" && x >= 0 || b.key == "eq" && x > 0
		out = append(out, fmt.Sprintf("%s %s %s", name, b.op, number(x)))
	}
	if len(out) > 0 && !low {
		out = append([]string{"count >= 1"}, out...)
		c.d.differs("condition", m.Value(), "without a record there is no hit, as in Sigma; absence: true with a condition that silence satisfies finds silence")
	}
	return out
}
