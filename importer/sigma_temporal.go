package importer

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/smarty-alert/smarty-alert/alert"
)

// temporal writes a correlation whose rules must all be satisfied.
func (c *correlation) temporal() {
	least, ok := c.least()
	if !ok {
		return
	}
	if len(c.rules) < 2 || len(c.rules) > 16 {
		c.d.refuse(c.s.correlation.get("rules"), "2 to 16 rules are needed, and there are %d", len(c.rules))
		return
	}
	counts, asCounts := c.counts()
	if !asCounts {
		c.overAlerts()
	}
	var steps [][]pair
	for i, of := range c.rules {
		steps = append(steps, c.step(i, of, counts[i]))
	}
	key := "all_of"
	if c.kind == "temporal_ordered" {
		key = "sequence"
	}
	if !c.alerts {
		c.d.events = union(c.rules)
		c.writeAliases()
		c.d.groups(c.groups, c.s.correlation.get("group-by"))
		c.missingGroups()
	}
	c.d.set(key, steps)
	c.d.set("within", seconds(c.window))
	if least < len(c.rules) {
		c.d.set("min", scalar(strconv.Itoa(least)))
	}
	c.d.differs(key, c.s.correlation.get("rules"), "records that completed it once are spent; one record serves one step of a sequence")
}

// least is how many of the rules must be satisfied.
func (c *correlation) least() (int, bool) {
	v, n := c.s.correlation.get("condition"), len(c.rules)
	if !v.There() {
		return n, true
	}
	if !v.IsMapping() {
		c.d.refuse(v, "a condition over the rules' names has no counterpart")
		return 0, false
	}
	m := v.Mapping()
	for _, key := range m.Keys() {
		x, ok := whole(m.Get(key), 0, 1000)
		if key == "gt" {
			x++
		}
		switch {
		case !ok || len(m.Keys()) > 1 || key != "gt" && key != "gte" && !(key == "eq" && int(x) == n):
			c.d.refuse(m.Key(key), "the condition can be one gte or gt here")
			return 0, false
		case int(x) > n || x < 1 || c.kind == "temporal_ordered" && int(x) < n:
			c.d.refuse(m.Key(key), "%d of %d rules cannot be asked for here", x, n)
			return 0, false
		}
		n = int(x)
	}
	return n, true
}

// counts are how many records each step needs, if all rules are detections or
// correlations that count the records of one for the same groups.
func (c *correlation) counts() ([]int, bool) {
	out := make([]int, len(c.rules))
	for i, of := range c.rules {
		n, ok := of.atLeast(c.s.correlation.get("group-by").Texts())
		if out[i] = n; !ok {
			return out, false
		}
	}
	return out, true
}

// atLeast is the number of records of a detection, or of an event_count over one
// detection in the same groups.
func (s *sigmaRule) atLeast(groups []string) (int, bool) {
	if s.correlation == nil {
		return 1, true
	}
	cv := s.correlation.get("condition")
	if s.correlation.text("type") != "event_count" || !cv.IsMapping() || len(s.refs) != 1 || s.correlation.has("aliases") {
		return 0, false
	}
	own := s.correlation.get("group-by").Texts()
	slices.Sort(own)
	of := s.tr.sigma.find(s.refs[0].Raw(), s.refs[0].File())
	if other := slices.Sorted(slices.Values(groups)); !slices.Equal(own, other) || of == nil || of.correlation != nil || of.d.refused != "" {
		return 0, false
	}
	m := cv.Mapping()
	keys := m.Keys()
	if len(keys) != 1 || keys[0] != "gte" && keys[0] != "gt" {
		return 0, false
	}
	n, err := strconv.Atoi(m.Get(keys[0]).Raw())
	if keys[0] == "gt" {
		n++
	}
	return n, err == nil && n >= 1 && n <= 1000
}

// step is one rule as a step.
func (c *correlation) step(i int, of *sigmaRule, count int) []pair {
	id := alert.SafeName(of.name)
	if !plainName.MatchString(id) || slices.ContainsFunc(c.rules[:i], func(o *sigmaRule) bool { return alert.SafeName(o.name) == id }) {
		id = fmt.Sprintf("step_%d", i+1)
	}
	if c.alerts {
		return []pair{{"id", text(id)}, {"match", text(c.ofRule(of))}}
	}
	detection := of
	if of.correlation != nil {
		detection = of.tr.sigma.find(of.refs[0].Raw(), of.refs[0].File())
		of.written = true
	}
	out := []pair{{"id", text(id)}}
	v := c.s.correlation.get("rules")
	d := &draft{at: c.d.at, id: fmt.Sprintf("%s_%d", c.d.id, i+1), origin: c.d.origin, notes: map[string][]string{}, paths: map[string]string{}}
	c.inherit(detection, c.stepsKey())
	d.selects(detection.where, detection.log, v)
	for _, e := range d.entries {
		out = append(out, pair{e.key, e.value})
	}
	c.d.lists = append(c.d.lists, d.lists...)
	if d.refused != "" {
		c.d.refused = d.refused
	}
	for _, notes := range d.notes {
		c.d.notes[c.stepsKey()] = append(c.d.notes[c.stepsKey()], notes...)
	}
	if count > 1 {
		out = append(out, pair{"count", scalar(strconv.Itoa(count))})
		c.d.differs(c.stepsKey(), v, "%q: its %d records must lie within %s, together with the other steps; Sigma counts them within its own timespan", of.title, count, length(c.window))
	}
	return out
}

func (c *correlation) stepsKey() string {
	if c.kind == "temporal_ordered" {
		return "sequence"
	}
	return "all_of"
}

// union is the events that the rules select; nil if one takes any.
func union(list []*sigmaRule) []string {
	var out []string
	for _, s := range list {
		if s.correlation != nil {
			s = s.tr.sigma.find(s.refs[0].Raw(), s.refs[0].File())
		}
		events, _ := s.where.choice()
		if events == nil {
			return nil
		}
		out = append(out, events...)
	}
	return out
}
