package installation

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/loggen"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// Incident is something that goes wrong. Of the fields below Kind those that the kind does not have stay zero; of those it has,
// zero ones are drawn by the seed.
type Incident struct {
	Kind    string
	At, For time.Duration // since Options.Start; whole seconds

	Edge      int           // number, from 1
	Edges     int           // how many edges are down together
	Server    int           // number, from 1
	Command   string        // of cron
	Source    string        // of the guide: epgservice, xmltv_common, teleguide
	Client    int           // operator: 1 or 2
	Class     string        // of the external system
	Gateway   string        // payture, w1
	Abonement int           // account that is attacked
	IP        string        // where something comes from
	Host      int           // video service, from 1
	Level     string        // INFO, WARNING, ERROR
	By        time.Duration // how far a clock is wrong; negative: behind
	PerHour   int           // records of an attack or of a fault
	Share     int           // of requests that fail, percent
}

// trouble is an incident of a run.
type trouble struct {
	Incident
	number   int
	kind     *kind
	from, to int64
	dice     loggen.Dice
	edges    []int // that are down
	truth    Truth
	n        uint64 // records made
	toggle   int64  // of an edge that comes and goes: when it does next
	fraction int64  // of records, in 1/3600, that a rate has left over
}

// end of the incident in seconds since the start, exclusive.
func (in *Incident) until() time.Duration { return in.At + in.For }

// checkIncidents returns all that is wrong with incidents in an installation of which the rest is right.
func checkIncidents(o *Options) error {
	var errs []error
	for i := range o.Incidents {
		for _, p := range o.Incidents[i].problems(o) {
			errs = append(errs, fmt.Errorf("incident %d: %s: %s", i+1, p.key, p.text))
		}
	}
	if len(errs) == 0 {
		for _, c := range clashes(o) {
			errs = append(errs, fmt.Errorf("incidents %d and %d change %s at the same time", c.first+1, c.second+1, c.what))
		}
	}
	return errors.Join(errs...)
}

// problem is what is wrong with an incident, and with which key of it.
type problem struct{ key, text string }

func (in *Incident) problems(o *Options) []problem {
	var out []problem
	bad := func(key, format string, args ...any) { out = append(out, problem{key, fmt.Sprintf(format, args...)}) }
	k, ok := kindNamed(in.Kind)
	if !ok {
		return []problem{{"kind", fmt.Sprintf("%q is not known", in.Kind)}}
	}
	if in.At < 0 || in.At >= o.Duration {
		bad("at", "%s is not within the logs, which are %s long", strictyaml.FormatDuration(in.At), strictyaml.FormatDuration(o.Duration))
	}
	if in.For < time.Second {
		bad("for", "must be a second at least")
	}
	for _, key := range in.given() {
		if !slices.Contains(k.keys, key) {
			bad(key, "%s does not have this key; it has %s", k.name, strings.Join(append([]string{"at", "for"}, k.keys...), ", "))
		}
	}
	edges := Edges(o.Subscribers)
	within := func(key string, n, most int) {
		if n < 0 || n > most {
			bad(key, "%d is too much: there are %d", n, most)
		}
	}
	within("edge", in.Edge, edges)
	within("edges", in.Edges, edges)
	within("server", in.Server, o.Servers)
	within("client", in.Client, 2)
	within("host", in.Host, len(loggen.VideoHosts()))
	if in.Command != "" && !slices.ContainsFunc(cronTable, func(c command) bool { return c.Name == in.Command }) {
		bad("command", "%q is not in the cron table", in.Command)
	}
	for _, c := range [...]struct {
		key, value string
		of         []string
	}{{"source", in.Source, Sources}, {"class", in.Class, Classes}, {"gateway", in.Gateway, Gateways}, {"level", in.Level, levels[1:]}} {
		if c.value != "" && !slices.Contains(c.of, c.value) {
			bad(c.key, "%q is none of %s", c.value, strings.Join(c.of, ", "))
		}
	}
	return out
}

// What an incident may be about.
var (
	Sources  = []string{"epgservice", "xmltv_common", "teleguide"}
	Classes  = []string{"CustomBillingClient", "megogo_api_client", "start_api_client"}
	Gateways = []string{"payture", "w1"}
)

// given lists the keys that are not zero.
func (in *Incident) given() []string {
	var out []string
	for _, f := range [...]struct {
		key string
		set bool
	}{{"edge", in.Edge != 0}, {"edges", in.Edges != 0}, {"server", in.Server != 0}, {"command", in.Command != ""}, {"source", in.Source != ""},
		{"client", in.Client != 0}, {"class", in.Class != ""}, {"gateway", in.Gateway != ""}, {"abonement", in.Abonement != 0}, {"ip", in.IP != ""},
		{"host", in.Host != 0}, {"level", in.Level != ""}, {"by", in.By != 0}, {"rate", in.PerHour != 0}, {"share", in.Share != 0}} {
		if f.set {
			out = append(out, f.key)
		}
	}
	return out
}

// clash is two incidents that cannot both be.
type clash struct {
	first, second int
	what          string
}

func clashes(o *Options) []clash {
	all := drawn(o)
	var out []clash
	for i := range all {
		for k := range i {
			if all[k].At < all[i].until() && all[i].At < all[k].until() {
				if what := common(&all[k], &all[i], Edges(o.Subscribers)); what != "" {
					out = append(out, clash{k, i, what})
				}
			}
		}
	}
	return out
}

// common is what two incidents both change; "" for none.
func common(a, b *Incident, edges int) string {
	for _, x := range a.holds(edges) {
		if slices.Contains(b.holds(edges), x) {
			return x
		}
	}
	return ""
}

// holds lists what an incident changes, so that nothing else may.
func (in *Incident) holds(edges int) []string {
	k, _ := kindNamed(in.Kind)
	if k == nil || k.holds == nil {
		return nil
	}
	return k.holds(in, edges)
}

// drawn is the incidents with everything that was not given, by the seed.
func drawn(o *Options) []Incident {
	out := slices.Clone(o.Incidents)
	for i := range out {
		var d loggen.Dice
		d.Seed(o.Seed, streamDraw, uint64(i))
		out[i].fill(o, &d)
	}
	return out
}

func newTroubles(s *Site) []trouble {
	all := drawn(&s.o)
	out := make([]trouble, len(all))
	for i, in := range all {
		t := trouble{Incident: in, number: i + 1, from: s.sec + int64(in.At/time.Second), to: s.sec + int64(in.until()/time.Second)}
		t.kind, _ = kindNamed(in.Kind)
		t.dice.Seed(s.o.Seed, streamIncident, uint64(i))
		t.edges = in.which(len(s.edges))
		t.truth = in.truth(s, &t)
		out[i] = t
	}
	slices.SortStableFunc(out, func(a, b trouble) int { return int(a.from - b.from) })
	return out
}

// which edges are down.
func (in *Incident) which(edges int) []int {
	if in.Edge > 0 {
		return []int{in.Edge}
	}
	var out []int
	for i := range in.Edges {
		out = append(out, 1+(in.first(edges)+i)%edges)
	}
	return out
}

// first of the edges of a data centre: they have neighbouring numbers.
func (in *Incident) first(edges int) int { return int(in.At/time.Minute) % edges }
