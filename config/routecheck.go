package config

import (
	"slices"
	"strings"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// checkRoot: the root takes what nobody else takes, so nothing may keep alerts
// from it.
func checkRoot(p *place) {
	if v := p.m.Key("matchers"); v.There() {
		v.Fault("put them into a route below `routes`", "the root route takes every alert and has no matchers")
		p.Matchers = nil
	}
	if v := p.m.Key("continue"); v.There() {
		v.Fault("remove it", "the root route has no siblings to go on to")
	}
}

// identify finds routes that cannot be told apart: a route is known by its
// receiver and its name, which is by default made of the matchers that lead to it.
func (t *tree) identify(p *place) {
	p.name = p.Name
	if p.name == "" {
		p.name = strings.Join(sorted(p.Matchers), ",")
		if p.parent != nil && p.parent.parent != nil {
			p.name = p.parent.name + "/" + p.name
		}
	}
	id := [2]string{p.receiver, p.name}
	if p.parent == nil {
		id[1] = "the root: " + p.name
	}
	if !t.named[id] || p.unclear || p.receiver == "" {
		t.named[id] = true
		return
	}
	if v := p.m.Get("name"); v.There() {
		v.Fault("give it another", "a route to %s is called %q already", p.receiver, p.Name)
		return
	}
	p.m.Value().Fault("give each a name", "two routes to %s have the same matchers and cannot be told apart", p.receiver)
}

func sorted(ms alert.Matchers) []string {
	var texts []string
	for _, m := range ms {
		texts = append(texts, m.String())
	}
	slices.Sort(texts)
	return slices.Compact(texts)
}

// checkContradiction finds routes that ask for two values of one label, on their
// own or with the routes above them.
func checkContradiction(p *place) {
	equal := map[string]string{}
	for at := p; at != nil; at = at.parent {
		for _, m := range at.Matchers {
			if m.Op != alert.Equal {
				continue
			}
			name := alert.SafeName(m.Name)
			if other, ok := equal[name]; ok && other != m.Value {
				p.dead = true
				p.m.Key("matchers").Warn("unreachable-route", "", "no alert comes here: %s cannot be both %q and %q", m.Name, other, m.Value)
				return
			}
			equal[name] = m.Value
		}
	}
}

// sibling is a route that lets nothing of what it matches go on.
type sibling struct {
	matchers []string
	line     int
}

// checkReachable finds a route all of whose alerts an earlier one takes: one
// whose matchers are among its own.
func checkReachable(v strictyaml.Value, r *place, before []sibling) []sibling {
	if r.unclear {
		return before
	}
	own := sorted(r.Matchers)
	for _, s := range before {
		if !slices.ContainsFunc(s.matchers, func(m string) bool { return !slices.Contains(own, m) }) {
			r.dead = true
			v.Warn("unreachable-route", "move it up, or add continue: true to the other", "no alert comes here: the route in line %d takes all of them", s.line)
			break
		}
	}
	if r.Continue {
		return before
	}
	return append(before, sibling{own, v.Line()})
}

// finish finds receivers that no route leads to.
func (t *tree) finish(m *strictyaml.Mapping) {
	receivers := m.Get("receivers").QuietMapping()
	t.used[t.rd.cfg.HealthReceiver] = true
	for _, r := range t.rd.cfg.Receivers {
		t.used[r.Fallback] = true
	}
	for _, r := range t.rd.cfg.Receivers {
		if !t.used[r.Name] && !t.unknown {
			receivers.Key(r.Name).Warn("unused-receiver", "name it in a route, or remove it", "no route leads to the receiver %q", r.Name)
		}
	}
}
