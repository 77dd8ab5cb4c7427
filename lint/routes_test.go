package lint_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/config"
	"github.com/smarty-alert/smarty-alert/lint"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/rules"
)

// routed are rules whose alerts have labels of every sort.
const routed = `rules:
- {id: quiet, event: LOGIN_ERROR, severity: info, labels: {team: noc}, mode: event}
- {id: edges, event: STREAM_SERVICE_CHECKING_ERROR, group_by: [stream_service], window: 5m, levels: {warning: count >= 3, critical: count >= 9}, annotations: {summary: edges}}
- {id: money, event: NOTIFY_ERROR, severity: critical, labels: {team: web}, mode: event, annotations: {summary: money}}
`

func configWith(routes string) string {
	return "version: 1\nlogs: [{path: x.log}]\nrules: [r.yaml]\nreceivers: {noc: {webhook: {url_file: s}}, web: {webhook: {url_file: s}}}\nroute:\n  receiver: noc\n  routes:\n" + routes
}

// unreachable is the lines of routes that are said to be unreachable, and the
// configuration itself.
func unreachable(t interface {
	Helper()
	Fatal(...any)
}, text string) (map[int]string, *config.Config) {
	t.Helper()
	cfg, warnings, err := config.ParseDry("c.yaml", []byte(text), func(string) (string, bool) { return "", false })
	if err != nil {
		return nil, nil
	}
	set, _, err := rules.Parse("r.yaml", []byte(routed), rules.Options{Keep: true})
	if err != nil {
		t.Fatal(err)
	}
	lines := map[int]string{}
	for _, f := range append(warnings, lint.Check(set, cfg)...) {
		if f.Code == "unreachable-route" {
			lines[f.Line] = f.Msg
		}
	}
	return lines, cfg
}

func TestRoutes(t *testing.T) {
	for routes, want := range map[string]string{
		`  - {receiver: web, matchers: ['rule="money"']}`:                                                                             ``,
		`  - {receiver: web, matchers: ['rule="monye"']}`:                                                                             `no alert of these rules comes here: none that gets so far has rule="monye"`,
		`  - {receiver: web, matchers: ['team="web"', 'severity="info"']}`:                                                            `no alert of these rules comes here: none that gets so far has all of team="web", severity="info"`,
		`  - {receiver: web, matchers: ['team="web"', 'severity=~"critical|info"']}`:                                                  ``,
		`  - {receiver: web, matchers: ['stream_service="edge-1"']}`:                                                                  ``,
		`  - {receiver: web, matchers: ['stream_service="edge-1"', 'severity="info"']}`:                                               `no alert of these rules comes here: none that gets so far has all of stream_service="edge-1", severity="info"`,
		`  - {receiver: web, matchers: ['instance="app-1"']}`:                                                                         ``,
		`  - {receiver: web, matchers: ['team=""', 'severity="warning"']}`:                                                            ``,
		`  - {receiver: web, matchers: ['rule="clock-skew"']}`:                                                                        ``, // the program's own
		"  - {receiver: web, matchers: ['severity=~\"info|critical\"']}\n  - {receiver: noc, matchers: ['rule=\"money\"']}":           `no alert of these rules comes here: none that gets so far has rule="money"`,
		"  - {receiver: web, matchers: ['severity=\"critical\"'], continue: true}\n  - {receiver: noc, matchers: ['rule=\"money\"']}": ``,
		"  - {receiver: web, matchers: ['severity=\"critical\"']}\n  - {receiver: noc, matchers: ['rule=\"edges\"']}":                 ``, // warnings
		"  - receiver: web\n    matchers: ['severity=\"critical\"']\n    routes: [{receiver: noc, matchers: ['rule=\"quiet\"']}]":     `no alert of these rules comes here: none that gets so far has rule="quiet"`,
		"  - receiver: web\n    matchers: ['severity=\"critical\"']\n    routes: [{receiver: noc, matchers: ['rule=\"edges\"']}]":     ``,
		"  - {receiver: web, matchers: ['stream_service=~\".*\"']}\n  - {receiver: noc, matchers: ['rule=\"edges\"'], name: after}":   ``, // its values are not known
	} {
		lines, cfg := unreachable(t, configWith(routes))
		if cfg == nil {
			t.Fatalf("%s is refused", routes)
		}
		var got []string
		for _, msg := range lines {
			got = append(got, msg)
		}
		if strings.Join(got, "\n") != want {
			t.Errorf("%s\nsaid %q, want %q", routes, got, want)
		}
	}
}

var matcherTexts = []string{`rule="money"`, `rule="quiet"`, `rule!="edges"`, `rule=~"e.*"`, `severity="critical"`, `severity="info"`, `severity=~"info|warning"`,
	`team="noc"`, `team!="noc"`, `team=""`, `stream_service="a"`, `stream_service!="a"`, `stream_service=~".+"`, `instance="x"`, `instance=""`, `alertname!~"m.*"`}

func drawRoutes(t *rapid.T, indent string, depth int, names *int) string {
	var b strings.Builder
	for range rapid.IntRange(1, 3).Draw(t, "routes") {
		*names++
		fmt.Fprintf(&b, "%s- name: r%d\n", indent, *names)
		ms := rapid.SliceOfNDistinct(rapid.SampledFrom(matcherTexts), 0, 2, rapid.ID[string]).Draw(t, "matchers")
		fmt.Fprintf(&b, "%s  matchers: [%s]\n", indent, strings.Join(quoted(ms), ", "))
		if rapid.Bool().Draw(t, "continue") {
			fmt.Fprintf(&b, "%s  continue: true\n", indent)
		}
		if depth > 0 && rapid.Bool().Draw(t, "deeper") {
			fmt.Fprintf(&b, "%s  routes:\n%s", indent, drawRoutes(t, indent+"  ", depth-1, names))
		}
	}
	return b.String()
}

func quoted(texts []string) []string {
	out := make([]string, len(texts))
	for i, t := range texts {
		out[i] = "'" + t + "'"
	}
	return out
}

// alerts are label sets that the rules' alerts can have.
func alerts() []alert.Labels {
	var out []alert.Labels
	add := func(labels ...string) {
		for _, instance := range []string{"", "x"} {
			pairs := []alert.Label{{Name: "instance", Value: instance}}
			for i := 0; i < len(labels); i += 2 {
				pairs = append(pairs, alert.Label{Name: labels[i], Value: labels[i+1]})
			}
			out = append(out, alert.NewLabels(pairs...))
		}
	}
	add("rule", "quiet", "alertname", "quiet", "severity", "info", "team", "noc")
	add("rule", "money", "alertname", "money", "severity", "critical", "team", "web")
	for _, severity := range []string{"warning", "critical"} {
		for _, service := range []string{"a", "b"} {
			add("rule", "edges", "alertname", "edges", "severity", severity, "stream_service", service)
		}
	}
	return out
}

var named = regexp.MustCompile(`name: (r\d+)`)

// No alert is delivered along a route that is said to be unreachable.
func TestRoutes_AreSound(t *testing.T) {
	said := 0
	rapid.Check(t, func(t *rapid.T) {
		names := 0
		text := configWith(drawRoutes(t, "  ", 2, &names))
		lines, cfg := unreachable(t, text)
		if cfg == nil {
			t.Skip("refused")
		}
		dead := map[string]bool{}
		all := strings.Split(text, "\n")
		for line := range lines {
			for at := line; at > 0; at-- { // the matchers stand below the name
				if m := named.FindStringSubmatch(all[at-1]); m != nil {
					dead[m[1]] = true
					break
				}
			}
		}
		said += len(dead)
		root := tree(cfg.Route)
		for _, labels := range alerts() {
			for _, r := range root.Match(labels) {
				if dead[r.Name] {
					t.Fatalf("the route %s is said to be unreachable and takes %s:\n%s\n%v", r.Name, labels, text, lines)
				}
			}
		}
	})
	if said < 20 {
		t.Errorf("only %d routes were said to be unreachable: that proves nothing", said)
	}
}

// tree is the routes as notifiers have them.
func tree(r *config.Route) *notifiers.Route {
	out := &notifiers.Route{Name: r.Name, Receiver: r.Receiver, Matchers: r.Matchers, Continue: r.Continue}
	for _, child := range r.Routes {
		out.Routes = append(out.Routes, tree(child))
	}
	return out
}
