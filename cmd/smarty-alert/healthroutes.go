package main

import (
	"slices"
	"strings"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/config"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/rules"
)

// withHealth puts before the routes of the file those of the alerts about the
// program itself: to the health receiver, if there is one; and what is wrong with
// a receiver never to that one, as long as there is another.
func withHealth(root *notifiers.Route, c *config.Config) *notifiers.Route {
	var own []*notifiers.Route
	builtin := rules.Builtin(c.RuleOptions())
	if c.HealthReceiver != "" {
		var ids []string
		for _, r := range builtin.Rules {
			ids = append(ids, r.ID)
		}
		own = append(own, healthRoute("health", c.HealthReceiver, anyRule(ids)))
	}
	out := *root
	out.Routes = slices.Concat(own, root.Routes)
	resolved, err := out.Resolve()
	if err != nil {
		return &out // NewDispatcher says so
	}
	var around []*notifiers.Route
	for _, r := range c.Receivers {
		for _, id := range notifiers.ReceiverRules() {
			rule := builtin.Find(id)
			if to := teller(c, resolved, rule, r.Name); to != "" {
				around = append(around, healthRoute(rule.ID+" of "+r.Name, to, anyRule([]string{rule.ID}), alert.Matcher{Name: "receiver", Op: alert.Equal, Value: r.Name}))
			}
		}
	}
	out.Routes = slices.Concat(around, out.Routes)
	return &out
}

// healthRoute has its own grouping: one message for each thing that is wrong.
func healthRoute(name, receiver string, ms ...alert.Matcher) *notifiers.Route {
	return &notifiers.Route{Name: name, Receiver: receiver, Matchers: ms, GroupBy: []string{"rule", "receiver"}}
}

func anyRule(ids []string) alert.Matcher {
	m, _ := alert.NewMatcher("rule", alert.Regexp, strings.Join(ids, "|")) // ids are plain words
	return m
}

// teller is who is told what is wrong with a receiver where the routes would lead
// to that receiver itself: another one of these routes, its fallback, or whoever is
// there. "": the routes are right as they are, or there is nobody else.
func teller(c *config.Config, root *notifiers.Route, rule *rules.Rule, failing string) string {
	t := alert.Transition{Rule: rule.ID, Severity: rule.Severity, Labels: rule.Labels, Group: alert.NewLabels(alert.Label{Name: "receiver", Value: failing})}
	var routed []string
	for _, r := range root.Match(t.Set(external(c))) {
		routed = append(routed, r.Receiver)
	}
	if !slices.Contains(routed, failing) {
		return ""
	}
	known, _ := c.Receiver(failing)
	for _, name := range slices.Concat(routed, []string{known.Fallback}, receiverNames(c)) {
		if name != "" && name != failing {
			return name
		}
	}
	return ""
}

func receiverNames(c *config.Config) (names []string) {
	for _, r := range c.Receivers {
		names = append(names, r.Name)
	}
	return names
}
