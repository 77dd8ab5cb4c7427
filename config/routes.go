package config

import (
	"slices"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/calendar"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

const (
	maxRepeat = 90 * day
	maxRoutes = 16 // levels of the tree
)

// readPeople reads who is told.
func (rd *reader) readPeople(m *strictyaml.Mapping) {
	receivers, route := m.Get("receivers"), m.Get("route")
	rd.readReceivers(receivers)
	rd.readHealth(m)
	switch {
	case route.There():
		t := &tree{rd: rd, used: map[string]bool{}, named: map[[2]string]bool{}}
		rd.cfg.routes, rd.cfg.dead = map[*Route]strictyaml.Value{}, map[*Route]bool{}
		rd.cfg.Route = t.read(route, nil).Route
		t.finish(m)
	case receivers.There():
		m.Key("receivers").Fault("route: {receiver: …}", `"route" is missing: nobody would be told`)
	case !rd.dry:
		m.Value().Warn("no-receivers", "add receivers and a route", "there are no receivers: alerts are shown, but nobody is told")
	}
}

// tree reads the routes.
type tree struct {
	rd      *reader
	used    map[string]bool    // receivers
	unknown bool               // some receiver is: it may be a misspelt one of those that seem unused
	named   map[[2]string]bool // receiver and name, see identify
}

// place is a route with what only checks need.
type place struct {
	*Route
	m        *strictyaml.Mapping
	parent   *place
	receiver string // inherited too
	name     string
	depth    int
	group    time.Duration // the effective group_interval
	unclear  bool          // a matcher could not be read
	dead     bool          // no alert comes here, and that has been said
}

func (t *tree) read(v strictyaml.Value, parent *place) *place {
	p := &place{Route: &Route{}, m: v.Mapping(), parent: parent}
	t.rd.cfg.routes[p.Route] = v
	if !p.m.Value().There() {
		p.unclear = true
		return p
	}
	if parent != nil {
		p.receiver, p.depth, p.group = parent.receiver, parent.depth+1, parent.group
	}
	t.readName(p)
	t.readReceiver(p)
	t.readMatchers(p)
	p.Continue = t.rd.bool(p.m.Get("continue"), false)
	t.readGrouping(p)
	p.Mute = t.calendars(p.m.Get("mute_calendars"))
	p.Active = t.calendars(p.m.Get("active_calendars"))
	p.Digest = t.rd.readDigest(p.m.Get("digest"))
	routes := p.m.Get("routes")
	p.m.Done()
	if parent == nil {
		checkRoot(p)
	}
	t.identify(p)
	checkContradiction(p)
	if p.depth == maxRoutes && routes.There() {
		routes.Fault("", "routes are nested deeper than %d levels", maxRoutes)
		return p
	}
	var before []sibling
	for _, item := range routes.List() {
		child := t.read(item, p)
		p.Routes = append(p.Routes, child.Route)
		if before = checkReachable(item, child, before); child.dead {
			t.rd.cfg.dead[child.Route] = true
		}
	}
	return p
}

func (t *tree) readName(p *place) {
	v := p.m.Get("name")
	if !v.There() {
		return
	}
	if text, ok := t.rd.text(v); ok && t.rd.name(v, "a route's name", text) {
		p.Name = text
	}
}

func (t *tree) readReceiver(p *place) {
	v := p.m.Get("receiver")
	if !v.There() {
		if p.parent == nil {
			p.m.Value().Fault("receiver: the one who gets what no other route takes", `the root route has no "receiver"`)
		}
		return
	}
	name, ok := t.rd.text(v)
	if !ok {
		return
	}
	p.Route.Receiver, p.receiver = name, name
	t.used[name] = true
	if _, known := t.rd.cfg.Receiver(name); !known {
		var names []string
		for _, r := range t.rd.cfg.Receivers {
			names = append(names, r.Name)
		}
		t.unknown = true
		v.Fault(near(name, names), "unknown receiver %q", name)
	}
}

func (t *tree) readMatchers(p *place) {
	list := p.m.Get("matchers")
	if list.IsMapping() {
		p.unclear = true
		list.Fault(`matchers: ['severity="critical"']`, "is a mapping; a list of texts is expected")
		return
	}
	for _, v := range list.List() {
		m, ok := t.rd.matcher(v)
		if !ok {
			p.unclear = true
			continue
		}
		if _, known := alert.ParseSeverity(m.Value); m.Name == "severity" && m.Op == alert.Equal && !known {
			p.dead = true
			v.Warn("unreachable-route", near(m.Value, []string{"info", "warning", "critical"}), "no alert has the severity %q: the route takes nothing", m.Value)
		}
		p.Matchers = append(p.Matchers, m)
	}
}

func (t *tree) readGrouping(p *place) {
	if v := p.m.Get("group_by"); v.There() {
		p.GroupBy = []string{}
		for _, item := range v.List() {
			name, ok := t.rd.text(item)
			switch {
			case !ok:
			case slices.Contains(p.GroupBy, name):
				item.Fault("remove one", "%q is here twice", name)
			default:
				p.GroupBy = append(p.GroupBy, name)
			}
		}
		if len(p.GroupBy) > 1 && slices.Contains(p.GroupBy, "...") {
			v.Warn("group-by-all", "write group_by: [...]", `"..." stands for every label: the others have no effect`)
		}
	}
	timer := func(key string) time.Duration {
		d := t.rd.duration(p.m.Get(key), unset)
		switch d {
		case unset:
			return 0
		case 0:
			return -1 // none, not inherited
		}
		return d
	}
	p.GroupWait = timer("group_wait")
	p.GroupInterval = timer("group_interval")
	p.RepeatInterval = timer("repeat_interval")
	if p.GroupInterval > 0 {
		p.group = p.GroupInterval
	}
	if v := p.m.Get("repeat_interval"); p.RepeatInterval > 0 && p.RepeatInterval < p.group {
		v.Warn("short-repeat", "", "is shorter than group_interval (%s), the least time between two messages of a group", strictyaml.FormatDuration(p.group))
	}
}

const unset = -2 * time.Nanosecond

func (t *tree) calendars(v strictyaml.Value) []*calendar.Calendar {
	var out []*calendar.Calendar
	for _, item := range v.List() {
		name, ok := t.rd.text(item)
		if !ok {
			continue
		}
		c, known := t.rd.cfg.Calendars[name]
		if !known {
			item.Fault(near(name, t.rd.cfg.CalendarNames()), "unknown calendar %q", name)
			continue
		}
		out = append(out, c)
	}
	return out
}
