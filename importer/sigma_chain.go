package importer

import (
	"slices"
	"strconv"
	"strings"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// overAlerts writes the rules as rules of their own, grouped as the correlation
// is, and lets it see their alerts.
func (c *correlation) overAlerts() {
	c.alerts = true
	v := c.s.correlation.get("rules")
	if len(c.aliases) > 0 {
		c.d.refuse(v, "aliases over other correlations have no counterpart")
		return
	}
	for _, of := range c.rules {
		c.writeInner(of, v)
		if of.d.refused != "" {
			c.d.refuse(v, "the rule %q is not translated", of.title)
		}
	}
	c.d.set("source", text("alerts"))
	if c.kind == "event_count" {
		var names []string
		for _, of := range c.rules {
			names = append(names, strconv.Quote(of.d.id))
		}
		c.d.set("match", text("rule in ["+strings.Join(names, ", ")+`] and state in ["firing", "event"]`))
	}
	var groups []string
	for _, g := range c.groups {
		name, ok := c.label(g)
		if !ok {
			c.d.refuse(v, "its rules are not grouped by %q, or each calls it otherwise", g)
		}
		groups = append(groups, "labels."+name)
	}
	if len(groups) > 0 {
		c.d.set("group_by", groups)
		c.d.names = append(c.d.names, groups...)
	}
	c.d.differs("source", v, "the rules it is of are rules of their own, and it sees their alerts; status: test keeps those from being notified")
}

// label is what all rules call a field that they are grouped by.
func (c *correlation) label(field string) (string, bool) {
	name := ""
	for _, of := range c.rules {
		p, ok := of.d.paths[field]
		if !ok || !slices.Contains(of.d.names, p) || name != "" && name != p {
			return field, false
		}
		name = p
	}
	return name, true
}

// writeInner writes a rule whose alerts this one sees.
func (c *correlation) writeInner(of *sigmaRule, v strictyaml.Value) {
	switch {
	case of.correlation != nil:
		of.writeCorrelation(1)
	case !of.written:
		of.writeDetection()
		if of.d.refused == "" {
			of.d.groups(c.groups, v)
		}
	case len(c.groups) > 0:
		c.d.refuse(v, "the rule %q is used in two ways", of.title)
	}
	if of.d.refused == "" && !of.alone {
		of.d.set("status", text("test"))
	}
}

func (c *correlation) ofRule(of *sigmaRule) string {
	return "rule == " + strconv.Quote(of.d.id) + ` and state in ["firing", "event"]`
}
