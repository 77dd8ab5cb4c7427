package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/loggen/installation"
	"github.com/smarty-alert/smarty-alert/rules"
)

// verdict is what a plan says about the rules.
type verdict struct {
	plan      plan
	rules     []*score // in the order of the files, those that were expected or said something
	kinds     []*score
	total     score
	traceless int // incidents that left no trace in the logs: they are not counted
	quietDays int
	missed    []installation.Truth
	loud      []*incident    // with more than one message
	wrong     []*told        // alerts about nothing
	quiet     map[string]int // notifications about nothing on quiet days, by severity

	bytes int64
	took  time.Duration
}

// score counts incidents and alerts, of a rule or of a kind.
type score struct {
	name, severity string
	see            []string // of a kind: rules of the pack that are there for it
	incidents      int
	noticed        int
	alerts, right  int
	delays         []int64 // from the first trace of the incident to the first notification, seconds; ascending
	messages       int     // notifications about incidents of it that were noticed
	quiet          int     // notifications about nothing on quiet days
}

// incident is an incident with what was said about it.
type incident struct {
	installation.Truth
	*expectation
	from, to int64
	trace    int64           // when the logs show it first
	seen     map[string]bool // by rules that are there for it
	first    map[string]int64
	messages map[string]int // by rule
	said     []string       // messages of any rule
}

// court has what is needed to judge.
type court struct {
	v         *verdict
	incidents []*incident
	byRule    map[string]*score
	blame     map[string]*incident // by alert: what it is about; nil: nothing
	byID      map[string]*told
}

func judge(p plan, set *rules.Set, truths []installation.Truth, h *heard) (*verdict, error) {
	expected, err := expectations()
	if err != nil {
		return nil, err
	}
	c := &court{v: &verdict{plan: p, total: score{name: "all"}, quiet: map[string]int{}}, byRule: map[string]*score{}, blame: map[string]*incident{}, byID: map[string]*told{}}
	for _, t := range truths {
		if t.First == nil {
			c.v.traceless++
			continue
		}
		c.incidents = append(c.incidents, &incident{Truth: t, expectation: expected[t.Kind], from: t.From.Unix(), to: t.To.Unix(), trace: t.First.Unix(),
			seen: map[string]bool{}, first: map[string]int64{}, messages: map[string]int{}})
	}
	for i := range p.days {
		if !p.busy(i) {
			c.v.quietDays++
		}
	}
	for _, r := range set.Rules {
		if r.Schedule == nil { // a report tells of a day
			s := &score{name: r.ID, severity: r.Severity.String()}
			c.byRule[r.ID] = s
			c.v.rules = append(c.v.rules, s)
		}
	}
	for _, a := range h.alerts {
		c.hear(a)
	}
	for _, m := range h.messages {
		c.count(m)
	}
	c.sum()
	return c.v, nil
}

// hear finds what an alert is about.
func (c *court) hear(a *told) {
	s := c.byRule[a.rule]
	if s == nil {
		return
	}
	var best *incident
	for _, in := range c.incidents {
		if a.from < in.from || a.from > in.to+in.after || !about(a.group, in.Where) {
			continue
		}
		if sees := slices.Contains(in.See, a.rule); sees || slices.Contains(in.May, a.rule) && (best == nil || !slices.Contains(best.See, a.rule)) {
			best = in
		}
	}
	for _, in := range c.incidents { // one that began while the alert was firing because of another is noticed, too
		if best != nil && a.from <= in.to+in.after && (a.to == 0 || a.to >= in.from) && slices.Contains(in.See, a.rule) && about(a.group, in.Where) {
			in.seen[a.rule] = true
		}
	}
	c.blame[a.id], c.byID[a.id] = best, a
	if a.from < c.v.plan.scored().Unix() {
		return
	}
	s.alerts++
	if best != nil {
		s.right++
	} else {
		c.v.wrong = append(c.v.wrong, a)
	}
}

// count counts a message for the incidents that it brings news of.
func (c *court) count(m *message) {
	nothing := ""
	about := map[*incident]map[string]bool{} // rules
	for _, id := range m.alerts {
		a := c.byID[id]
		if a == nil {
			continue
		}
		in := c.blame[id]
		if in == nil {
			nothing = a.rule
			continue
		}
		if about[in] == nil {
			about[in] = map[string]bool{}
		}
		about[in][a.rule] = true
		if _, ok := in.first[a.rule]; !ok {
			in.first[a.rule] = m.at.Unix()
		}
	}
	for in, rules := range about {
		for rule := range rules {
			in.messages[rule]++
		}
		in.said = append(in.said, fmt.Sprintf("%s %s (%s, %s)", m.at.In(zone).Format(time.TimeOnly), strings.Join(slices.Sorted(maps.Keys(rules)), ", "), m.severity, m.reason))
	}
	if nothing != "" && c.quietAt(m.at) {
		s := c.byRule[nothing]
		s.quiet++
		c.v.total.quiet++
		c.v.quiet[m.severity]++
	}
}

func (c *court) quietAt(t time.Time) bool {
	since := t.Sub(c.v.plan.scored())
	return since >= 0 && t.Before(c.v.plan.end()) && !c.v.plan.busy(int(since/c.v.plan.dayLength()))
}

// sum adds up incidents by rule, by kind and all together.
func (c *court) sum() {
	byKind := map[string]*score{}
	for _, kind := range installation.Kinds() {
		byKind[kind] = &score{name: kind}
		c.v.kinds = append(c.v.kinds, byKind[kind])
	}
	for _, in := range c.incidents {
		kind := byKind[in.Kind]
		first, noticed := int64(0), false
		for _, rule := range in.See {
			s := c.byRule[rule]
			if s == nil {
				continue
			}
			if !slices.Contains(kind.see, rule) {
				kind.see = append(kind.see, rule)
			}
			s.incidents++
			if !in.seen[rule] {
				continue
			}
			s.noticed++
			noticed = true
			s.messages += in.messages[rule]
			if at, ok := in.first[rule]; ok {
				s.delays = append(s.delays, at-in.trace)
				if first == 0 || at < first {
					first = at
				}
			}
		}
		for _, s := range []*score{kind, &c.v.total} {
			s.incidents++
			if noticed {
				s.noticed++
				s.messages += len(in.said)
			}
			if first > 0 {
				s.delays = append(s.delays, first-in.trace)
			}
		}
		if !noticed {
			c.v.missed = append(c.v.missed, in.Truth)
		}
		if len(in.said) > 1 {
			c.v.loud = append(c.v.loud, in)
		}
	}
	for _, s := range c.v.rules {
		c.v.total.alerts += s.alerts
		c.v.total.right += s.right
		slices.Sort(s.delays)
	}
	for _, s := range append(c.v.kinds, &c.v.total) {
		slices.Sort(s.delays)
	}
	c.v.rules = slices.DeleteFunc(c.v.rules, func(s *score) bool { return s.incidents+s.alerts == 0 })
}
