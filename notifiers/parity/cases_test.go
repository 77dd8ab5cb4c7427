package parity

import "github.com/smarty-alert/smarty-alert/notifiers"

// parityCase is a configuration with what happens.
type parityCase struct {
	name    string
	root    *notifiers.Route
	inhibit []inhibition
	steps   []step
	// differs is why what we say is not what Alertmanager says; "" where it is.
	differs string
}

// inhibition is one of inhibit_rules, with matchers as they are written.
type inhibition struct{ source, target, equal []string }

// step is what happens in one go; then all timers run. Alerts are written "rule
// severity name=value…".
type step struct {
	expire  []int      // silences of the case, by number
	silence [][]string // each by its matchers
	fire    []string
	end     []string
	// raise is one alert whose severity changes. To Alertmanager, which has
	// severities in labels, one alert ends and another begins.
	raise [][2]string
}

// route is a node of the tree: its receiver ("": inherited), then its matchers.
func route(receiver string, matchers ...string) *notifiers.Route {
	r := &notifiers.Route{Receiver: receiver}
	for _, m := range matchers {
		r.Matchers = append(r.Matchers, matcher(m))
	}
	return r
}

func by(r *notifiers.Route, names ...string) *notifiers.Route {
	r.GroupBy = append([]string{}, names...)
	return r
}

func goOn(r *notifiers.Route) *notifiers.Route {
	r.Continue = true
	return r
}

func under(r *notifiers.Route, children ...*notifiers.Route) *notifiers.Route {
	r.Routes = children
	return r
}

func fires(alerts ...string) step       { return step{fire: alerts} }
func ends(alerts ...string) step        { return step{end: alerts} }
func silenced(ms ...string) step        { return step{silence: [][]string{ms}} }
func (s step) firing(as ...string) step { s.fire = as; return s }
func (s step) ending(as ...string) step { s.end = as; return s }

const (
	edgeA, edgeB, edgeC = "edge warning host=a dc=x", "edge warning host=b dc=x", "edge warning host=c dc=y"
	down, login         = "down critical dc=x", "login info user=u"
)

// The differences are those that are meant.
const (
	tellsTheEnd  = "whoever was told that an alert fires is told that it is over, muted or not"
	keepsTold    = "a told alert stays in its group's messages while it is muted, and is not announced again"
	emptyGroupBy = "group_by: [] puts all alerts in one group; Alertmanager takes it for not written"
	neverTold    = "what is over before anybody was told of it is not told"
	sameAlert    = "a severity is no part of an alert's identity: it is one alert that changes"
)

func noc() *notifiers.Route { return by(route("noc"), "rule") }

func critical() *notifiers.Route { return route("duty", `severity="critical"`) }

// cases is the table. The receivers are noc, duty, mail, and quiet, which wants no resolves.
var cases = []parityCase{
	// Routing.
	{name: "route: the root takes what nobody takes", root: under(noc(), critical()), steps: []step{fires(edgeA)}},
	{name: "route: the first child takes", root: under(noc(), critical()), steps: []step{fires(down, edgeA)}},
	{name: "route: an earlier sibling wins", root: under(noc(), route("mail", `dc="x"`), critical()), steps: []step{fires(down)}},
	{name: "route: continue asks the siblings too", root: under(noc(), goOn(route("mail", `dc="x"`)), critical()), steps: []step{fires(down)}},
	{name: "route: continue to the end leaves the root out", root: under(noc(), goOn(route("mail", `dc="x"`))), steps: []step{fires(down)}},
	{name: "route: continue twice to one receiver", root: under(noc(), goOn(route("mail", `dc="x"`)), route("mail", `severity="critical"`)), steps: []step{fires(down)}},
	{name: "route: deep children", root: under(noc(), under(route("mail", `dc="x"`), critical())), steps: []step{fires(down, edgeA, edgeC)}},
	{name: "route: a child inherits its parent's receiver", root: under(noc(), under(route("mail", `dc="x"`), by(route("", `severity="critical"`), "dc"))), steps: []step{fires(down)}},
	{name: "route: matchers are all needed", root: under(noc(), route("mail", `dc="x"`, `host="a"`)), steps: []step{fires(edgeA, edgeB)}},
	{name: "route: not equal", root: under(noc(), route("mail", `dc!="x"`)), steps: []step{fires(edgeA, edgeC)}},
	{name: "route: not equal to a label that is not there", root: under(noc(), route("mail", `user!="u"`)), steps: []step{fires(edgeA, login)}},
	{name: "route: equal to nothing takes what has no such label", root: under(noc(), route("mail", `user=""`)), steps: []step{fires(edgeA, login)}},
	{name: "route: regular expressions are anchored", root: under(noc(), route("mail", `rule=~"ed"`), route("duty", `rule=~"ed.*"`)), steps: []step{fires(edgeA)}},
	{name: "route: a regular expression of alternatives", root: under(noc(), route("mail", `rule=~"down|login"`)), steps: []step{fires(edgeA, down, login)}},
	{name: "route: no match of a regular expression", root: under(noc(), route("mail", `rule!~"e.*"`)), steps: []step{fires(edgeA, down)}},
	{name: "route: a regular expression that matches nothing there", root: under(noc(), route("mail", `user=~".*"`)), steps: []step{fires(edgeA)}},
	{name: "route: a regular expression that wants something there", root: under(noc(), route("mail", `user=~".+"`)), steps: []step{fires(edgeA, login)}},
	{name: "route: a child without matchers takes all", root: under(noc(), route("mail"), critical()), steps: []step{fires(down, edgeA)}},

	// Grouping.
	{name: "group: by rule", root: noc(), steps: []step{fires(edgeA, edgeB, down)}},
	{name: "group: by two labels", root: by(route("noc"), "rule", "dc"), steps: []step{fires(edgeA, edgeB, edgeC)}},
	{name: "group: by a label that some have not", root: by(route("noc"), "host"), steps: []step{fires(edgeA, down, login)}},
	{name: "group: by all labels", root: by(route("noc"), "..."), steps: []step{fires(edgeA, edgeB)}},
	{name: "group: by nothing", root: route("noc"), steps: []step{fires(edgeA, down, login)}},
	{name: "group: a child inherits", root: under(by(route("noc"), "dc"), route("mail", `rule="edge"`)), steps: []step{fires(edgeA, edgeB, edgeC)}},
	{name: "group: a child has its own", root: under(by(route("noc"), "dc"), by(route("mail", `rule="edge"`), "host")), steps: []step{fires(edgeA, edgeB)}},
	{name: "group: a child by nothing", root: under(by(route("noc"), "host"), by(route("mail", `rule="edge"`))), steps: []step{fires(edgeA, edgeB)}, differs: emptyGroupBy},
	{name: "group: two routes to one receiver have their own groups", root: under(noc(), goOn(by(route("mail", `dc="x"`), "rule")), by(route("mail", `host="a"`), "dc")), steps: []step{fires(edgeA)}},

	// What changes.
	{name: "change: nothing more is told when nothing changes", root: noc(), steps: []step{fires(edgeA), {}, {}}},
	{name: "change: a further alert tells the whole group", root: noc(), steps: []step{fires(edgeA), fires(edgeB)}},
	{name: "change: an end is told", root: noc(), steps: []step{fires(edgeA), ends(edgeA)}},
	{name: "change: an end tells what fires on", root: noc(), steps: []step{fires(edgeA, edgeB), ends(edgeA), ends(edgeB)}},
	{name: "change: an end and a beginning together", root: noc(), steps: []step{fires(edgeA), ends(edgeA).firing(edgeB)}},
	{name: "change: over before it was told", root: noc(), steps: []step{fires(edgeA).ending(edgeA)}},
	{name: "change: over before it was told, in a group that was", root: noc(), steps: []step{fires(edgeA), fires(edgeB).ending(edgeB)}, differs: neverTold},
	{name: "change: it fires again", root: noc(), steps: []step{fires(edgeA), ends(edgeA), fires(edgeA)}},
	{name: "change: a receiver without resolves", root: by(route("quiet"), "rule"), steps: []step{fires(edgeA), ends(edgeA)}},
	{name: "change: a receiver without resolves, and more", root: by(route("quiet"), "rule"), steps: []step{fires(edgeA, edgeB), ends(edgeA), fires(edgeC)}},
	{name: "change: it fires again, to a receiver without resolves", root: by(route("quiet"), "rule"), steps: []step{fires(edgeA), ends(edgeA), fires(edgeA)}},
	{name: "change: a severity", root: noc(), steps: []step{fires("edge warning host=a"), {raise: [][2]string{{"edge warning host=a", "edge critical host=a"}}}}, differs: sameAlert},

	// Inhibition.
	{name: "inhibit: the target is not told", root: noc(), inhibit: downOverEdge("dc"), steps: []step{fires(down, edgeA)}},
	{name: "inhibit: labels differ", root: noc(), inhibit: downOverEdge("dc"), steps: []step{fires(down, edgeC)}},
	{name: "inhibit: nothing must be equal", root: noc(), inhibit: downOverEdge(), steps: []step{fires(down, edgeC)}},
	{name: "inhibit: a label that neither has is equal", root: noc(), inhibit: downOverEdge("dc", "rack"), steps: []step{fires(down, edgeA)}},
	{name: "inhibit: a label that one has is not", root: noc(), inhibit: downOverEdge("host"), steps: []step{fires(down, edgeA)}},
	{name: "inhibit: the rest of the group is told", root: noc(), inhibit: downOverEdge("dc"), steps: []step{fires(down, edgeA, edgeC)}},
	{name: "inhibit: the source ends", root: noc(), inhibit: downOverEdge("dc"), steps: []step{fires(down, edgeA), ends(down), {}}},
	{name: "inhibit: both end", root: noc(), inhibit: downOverEdge("dc"), steps: []step{fires(down, edgeA), ends(down, edgeA)}},
	{name: "inhibit: the source comes later", root: noc(), inhibit: downOverEdge("dc"), steps: []step{fires(edgeA), fires(down)}},
	{name: "inhibit: the target ends while it is held back", root: noc(), inhibit: downOverEdge("dc"), steps: []step{fires(edgeA), fires(down), ends(edgeA)}, differs: tellsTheEnd},
	{name: "inhibit: an alert that is both", root: noc(), inhibit: []inhibition{{[]string{`dc="x"`}, []string{`dc="x"`}, nil}}, steps: []step{fires(down, edgeA)}},
	{name: "inhibit: two rules", root: noc(), inhibit: append(downOverEdge("dc"), inhibition{[]string{`rule="login"`}, []string{`rule="down"`}, nil}), steps: []step{fires(down, edgeA, login)}},

	// Silences.
	{name: "silence: before it fires", root: noc(), steps: []step{silenced(`host="a"`).firing(edgeA, edgeB)}},
	{name: "silence: of a whole group", root: noc(), steps: []step{silenced(`rule="edge"`).firing(edgeA, edgeB)}},
	{name: "silence: all matchers must hold", root: noc(), steps: []step{silenced(`rule="edge"`, `dc="y"`).firing(edgeA, edgeC)}},
	{name: "silence: by regular expression", root: noc(), steps: []step{silenced(`host=~"a|b"`).firing(edgeA, edgeB, edgeC)}},
	{name: "silence: by what is not", root: noc(), steps: []step{silenced(`rule="edge"`, `host!="a"`).firing(edgeA, edgeB)}},
	{name: "silence: expired while it fires", root: noc(), steps: []step{silenced(`host="a"`).firing(edgeA), {expire: []int{0}}, {}}},
	{name: "silence: over while silenced", root: noc(), steps: []step{silenced(`host="a"`).firing(edgeA), {end: []string{edgeA}}, {expire: []int{0}}}},
	{name: "silence: of what was told", root: noc(), steps: []step{fires(edgeA), silenced(`host="a"`), {}}},
	{name: "silence: of what was told, and its end", root: noc(), steps: []step{fires(edgeA), silenced(`host="a"`), ends(edgeA)}, differs: tellsTheEnd},
	{name: "silence: of what was told, and another comes", root: noc(), steps: []step{fires(edgeA), silenced(`host="a"`).firing(edgeB), {expire: []int{0}}}, differs: keepsTold},
	{name: "silence: of the source of an inhibition", root: noc(), inhibit: downOverEdge("dc"), steps: []step{silenced(`rule="down"`).firing(down, edgeA)}},
	{name: "silence: two for one alert, one expires", root: noc(), steps: []step{{silence: [][]string{{`host="a"`}, {`dc="x"`}}, fire: []string{edgeA}}, {expire: []int{1}}, {expire: []int{0}}}},
}

func downOverEdge(equal ...string) []inhibition {
	return []inhibition{{[]string{`rule="down"`}, []string{`rule="edge"`}, equal}}
}
