package lint

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/calendar"
	"github.com/smarty-alert/smarty-alert/config"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// kind is the alerts of one rule and severity: labels that they surely have, and
// names of those whose values are not known.
type kind struct {
	fixed map[string]string
	open  map[string]bool
}

// kinds are all alerts that the rules can raise, those of the program's own
// included.
func (l *linter) kinds() []kind {
	var out []kind
	for _, r := range l.set.WithBuiltin().Rules {
		if r.Status == rules.Disabled {
			continue
		}
		for _, severity := range severities(r) {
			k := kind{map[string]string{"alertname": r.ID, "rule": r.ID, "severity": severity}, map[string]bool{"instance": true}}
			for _, label := range r.Labels {
				k.fixed[label.Name] = label.Value
			}
			for _, g := range r.GroupBy {
				k.open[alert.SafeName(g.Name)] = true
			}
			out = append(out, k)
		}
	}
	return out
}

// can and must report whether a matcher may, and whether it surely does, hold.
func (k kind) can(m alert.Matcher) bool {
	name := alert.SafeName(m.Name)
	return k.open[name] || m.Matches(k.labels(name))
}

func (k kind) must(m alert.Matcher) bool {
	name := alert.SafeName(m.Name)
	return !k.open[name] && m.Matches(k.labels(name))
}

func (k kind) labels(name string) alert.Labels {
	if v, ok := k.fixed[name]; ok {
		return alert.NewLabels(alert.Label{Name: name, Value: v})
	}
	return nil
}

// routes finds routes that no alert of these rules can reach.
func (l *linter) routes() {
	if l.cfg.Route == nil {
		return
	}
	l.below(l.cfg.Route, l.kinds())
}

// below judges the routes under one that these kinds of alerts reach.
func (l *linter) below(parent *config.Route, kinds []kind) {
	for _, r := range parent.Routes {
		var here, past []kind
		for _, k := range kinds {
			can := !slices.ContainsFunc(r.Matchers, func(m alert.Matcher) bool { return !k.can(m) })
			must := !slices.ContainsFunc(r.Matchers, func(m alert.Matcher) bool { return !k.must(m) })
			if can {
				here = append(here, k)
			}
			if !must || r.Continue {
				past = append(past, k)
			}
		}
		switch {
		case l.cfg.Unreachable(r): // which has been said
		case len(here) == 0 && len(kinds) > 0:
			l.unreachable(r, kinds)
		default:
			l.below(r, here)
		}
		kinds = past
	}
}

func (l *linter) unreachable(r *config.Route, kinds []kind) {
	for _, m := range r.Matchers {
		if slices.ContainsFunc(kinds, func(k kind) bool { return k.can(m) }) {
			continue
		}
		l.cfg.AtRoute(r, &l.faults).Warn("unreachable-route", l.labelHint(m), "no alert of these rules comes here: none that gets so far has %s", m)
		return
	}
	l.cfg.AtRoute(r, &l.faults).Warn("unreachable-route", "", "no alert of these rules comes here: none that gets so far has all of %s", matchers(r))
}

func matchers(r *config.Route) string {
	var texts []string
	for _, m := range r.Matchers {
		texts = append(texts, m.String())
	}
	return strings.Join(texts, ", ")
}

var plainWord = regexp.MustCompile(`^[\w.-]+$`)

// labelHint is what was probably meant by a matcher that nothing satisfies.
func (l *linter) labelHint(m alert.Matcher) string {
	var names, values []string
	for _, k := range l.kinds() {
		for name, value := range k.fixed {
			names = append(names, name)
			if name == m.Name {
				values = append(values, value)
			}
		}
		for name := range k.open {
			names = append(names, name)
		}
	}
	for _, list := range []*[]string{&names, &values} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	near := ""
	if slices.Contains(names, m.Name) && plainWord.MatchString(m.Value) {
		near = strictyaml.Nearest(m.Value, values)
	} else if !slices.Contains(names, alert.SafeName(m.Name)) {
		near = strictyaml.Nearest(m.Name, names)
	}
	if near == "" || near == m.Value {
		return ""
	}
	return fmt.Sprintf("did you mean %q?", near)
}

// unusedCalendars finds calendars that neither a route nor a rule names.
func (l *linter) unusedCalendars() {
	used := map[string]bool{}
	var walk func(r *config.Route)
	walk = func(r *config.Route) {
		for _, list := range [][]*calendar.Calendar{r.Mute, r.Active} {
			for _, c := range list {
				used[c.Name()] = true
			}
		}
		for _, child := range r.Routes {
			walk(child)
		}
	}
	if l.cfg.Route != nil {
		walk(l.cfg.Route)
	}
	for _, r := range l.set.Rules {
		for _, name := range r.ActiveIn {
			used[name] = true
		}
	}
	m := l.cfg.At("calendars", &l.faults).QuietMapping()
	for _, name := range l.cfg.CalendarNames() {
		if !used[name] {
			m.Key(name).Warn("unused-calendar", "name it in a route or in the active of a rule, or remove it", "neither a route nor a rule uses the calendar %q", name)
		}
	}
}
