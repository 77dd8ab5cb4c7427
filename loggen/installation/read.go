package installation

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// Load reads a file of incidents for an installation. The error is a strictyaml.Errors with every fault, or says why the file
// cannot be read.
func Load(path string, o Options) ([]Incident, error) {
	data, err := strictyaml.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read incidents: %w", err)
	}
	return Parse(path, data, o)
}

// Parse is Load for text in memory; name stands for the file in faults.
func Parse(name string, data []byte, o Options) ([]Incident, error) {
	o.normal()
	faults := &strictyaml.Faults{}
	root, ok := strictyaml.Parse(name, data, faults)
	if !ok {
		return nil, faults.Err()
	}
	m := root.Shaped(fileShape).Mapping()
	if v := m.Get("version"); v.There() {
		v.Int()
	}
	items := m.Need("incidents").List()
	o.Incidents = nil
	for _, item := range items {
		o.Incidents = append(o.Incidents, readIncident(item, &o))
	}
	m.Done()
	if faults.Err() == nil {
		for _, c := range clashes(&o) {
			items[c.second].Fault("let one begin after the other has ended", "changes %s at the same time as the incident in line %d", c.what, items[c.first].Line())
		}
	}
	return o.Incidents, faults.Err()
}

func readIncident(v strictyaml.Value, o *Options) Incident {
	m := v.QuietMapping()
	if kind := m.Get("kind").Raw(); kind != "" {
		v = v.In("incident " + kind)
	}
	m = v.Mapping()
	var in Incident
	number := func(key string) int { n, _ := m.Get(key).Int(); return int(n) }
	choice := func(key string) string { s, _ := m.Get(key).Choice(); return s }
	kind, known := m.Need("kind").Choice()
	in.Kind = kind
	in.At, _ = m.Need("at").Duration()
	in.For, _ = m.Need("for").Duration()
	in.Edge, in.Edges, in.Server, in.Client, in.Host = number("edge"), number("edges"), number("server"), number("client"), number("host")
	in.Abonement, in.Share = number("abonement"), number("share")
	in.Command, in.Source, in.Class, in.Gateway, in.Level = choice("command"), choice("source"), choice("class"), choice("gateway"), choice("level")
	in.IP = readAddress(m.Get("ip"))
	in.By, in.PerHour = readSkew(m.Get("by")), readRate(m.Get("rate"))
	m.Done()
	if known && m.Get("at").There() && m.Get("for").There() && in.For > 0 {
		for _, p := range in.problems(o) {
			m.Get(p.key).Fault("", "%s", p.text)
		}
	}
	return in
}

func readAddress(v strictyaml.Value) string {
	text, ok := v.Text()
	if _, err := netip.ParseAddr(text); ok && v.There() && err != nil {
		v.Fault("write 203.0.113.9", "%q is no address", text)
	}
	return text
}

// readSkew reads how far a clock is wrong: 5m, +5m or -5m.
func readSkew(v strictyaml.Value) time.Duration {
	if !v.There() {
		return 0
	}
	text, ok := v.Text()
	if !ok {
		return 0
	}
	plain, behind := strings.CutPrefix(text, "-")
	d, err := strictyaml.ParseDuration(strings.TrimPrefix(plain, "+"))
	if err != nil || d == 0 || d > maxSkew {
		v.Fault("write +5m, or -5m for a clock that is behind", "%q is not how far a clock is wrong (at most %s)", text, strictyaml.FormatDuration(maxSkew))
		return 0
	}
	if behind {
		return -d
	}
	return d
}

const maxSkew = 24 * time.Hour

// readRate reads 2/s, 30/m or 90/h as records an hour.
func readRate(v strictyaml.Value) int {
	if !v.There() {
		return 0
	}
	text, ok := v.Text()
	if !ok {
		return 0
	}
	number, unit, _ := strings.Cut(text, "/")
	n, err := strconv.Atoi(number)
	per := map[string]int{"s": 3600, "m": 60, "h": 1}[unit]
	if err != nil || per == 0 || n < 1 || n > 3_600_000/per {
		v.Fault("write 2/s, 30/m or 90/h", "%q is not a rate (at most 1000/s)", text)
		return 0
	}
	return n * per
}

// FileShape is a file of incidents.
func FileShape() *strictyaml.Shape { return fileShape }

var fileShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "file",
	Doc:  "Incidents of a generated Smarty installation.",
	Fields: []strictyaml.Field{
		{Name: "version", Kind: strictyaml.Whole, Least: 1, Most: 1, Default: "1", Doc: "The version of the form.", Example: "version: 1"},
		{Name: "incidents", Kind: strictyaml.Map, List: true, Of: incidentShape, Required: true, Doc: "What goes wrong, in any order.",
			Example: "incidents:\n- {kind: edge_down, at: 10m, for: 20m, edge: 3}"},
	},
})

const longest = 400 * 24 * time.Hour

var incidentShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "incident",
	Doc:  "Something that goes wrong. What of it is not given is drawn by the seed.",
	Fields: []strictyaml.Field{
		{Name: "kind", Kind: strictyaml.Text, Enum: Kinds(), Required: true, Doc: "What goes wrong.", Example: "kind: edge_down\nat: 10m\nfor: 20m"},
		{Name: "at", Kind: strictyaml.Duration, Longest: longest, Required: true, Doc: "When it begins, from the start of the logs.", Example: "kind: cron_dead\nat: 1d2h\nfor: 20m"},
		{Name: "for", Kind: strictyaml.Duration, Shortest: time.Second, Longest: longest, Required: true, Doc: "How long it lasts.", Example: "kind: cron_dead\nat: 1h\nfor: 20m"},
		{Name: "edge", Kind: strictyaml.Whole, Least: 1, Most: 300, Doc: "Number of the edge.", Example: "kind: edge_down\nat: 1h\nfor: 20m\nedge: 3"},
		{Name: "edges", Kind: strictyaml.Whole, Least: 1, Most: 300, Default: "half of them or all", Doc: "How many edges are down together; their numbers are neighbours.", Example: "kind: mass_outage\nat: 1h\nfor: 20m\nedges: 4"},
		{Name: "server", Kind: strictyaml.Whole, Least: 1, Most: MaxServers, Doc: "Number of the server; the first one runs cron.", Example: "kind: disk_full\nat: 1h\nfor: 20m\nserver: 1"},
		{Name: "command", Kind: strictyaml.Text, Enum: commandNames(), Doc: "The command of cron.", Example: "kind: command_failing\nat: 1h\nfor: 20m\ncommand: resend_sms"},
		{Name: "source", Kind: strictyaml.Text, Enum: Sources, Default: "epgservice", Doc: "The source of the programme guide. Imports begin at 5, 9 and 13 hours.", Example: "kind: epg_source_broken\nat: 1h\nfor: 20m\nsource: teleguide"},
		{Name: "client", Kind: strictyaml.Whole, Least: 1, Most: 2, Default: "1", Doc: "The operator (Client ID) whose channels are gone.", Example: "kind: cache_empty\nat: 1h\nfor: 20m\nclient: 2"},
		{Name: "class", Kind: strictyaml.Text, Enum: Classes, Default: Classes[0], Doc: "The class of the external system.", Example: "kind: billing_slow\nat: 1h\nfor: 20m\nclass: megogo_api_client"},
		{Name: "gateway", Kind: strictyaml.Text, Enum: Gateways, Doc: "The payment gateway.", Example: "kind: gateway_failing\nat: 1h\nfor: 20m\ngateway: w1"},
		{Name: "abonement", Kind: strictyaml.Whole, Least: 1, Most: 1_000_000_000, Doc: "The account that is attacked.", Example: "kind: brute_force\nat: 1h\nfor: 20m\nabonement: 100123"},
		{Name: "ip", Kind: strictyaml.Text, Pattern: `[0-9a-fA-F.:]+`, Doc: "The address that it comes from.", Example: "kind: admin_guessing\nat: 1h\nfor: 20m\nip: 203.0.113.9"},
		{Name: "host", Kind: strictyaml.Whole, Least: 1, Most: 3, Doc: "Number of the video server.", Example: "kind: video_server_down\nat: 1h\nfor: 20m\nhost: 2"},
		{Name: "level", Kind: strictyaml.Text, Enum: levels[1:], Default: "INFO", Doc: "The lowest level that is written.", Example: "kind: level_raised\nat: 1h\nfor: 20m\nlevel: WARNING"},
		{Name: "by", Kind: strictyaml.Text, Pattern: `[+-]?[0-9a-z]+`, Doc: "How far the clock is wrong; with `-` it is behind.", Example: "kind: clock_skew\nat: 1h\nfor: 20m\nby: -5m"},
		{Name: "rate", Kind: strictyaml.Text, Pattern: `[0-9]+/[smh]`, Doc: "How often: by second, minute or hour.", Example: "kind: brute_force\nat: 1h\nfor: 20m\nrate: 30/m"},
		{Name: "share", Kind: strictyaml.Whole, Least: 1, Most: 100, Default: "60 to 90", Doc: "How many of 100 requests fail.", Example: "kind: billing_slow\nat: 1h\nfor: 20m\nshare: 70"},
	},
})

func commandNames() []string {
	var out []string
	for i := range cronTable {
		out = append(out, cronTable[i].Name)
	}
	slices.Sort(out)
	return out
}
