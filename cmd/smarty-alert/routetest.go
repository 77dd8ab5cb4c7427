package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/config"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

func (a *app) routeCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "route",
		Short:   "Who is told of what",
		Example: "  smarty-alert route test --config config.yaml severity=critical rule=edge_down",
		Args:    knownCommand,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.routeTestCommand())
	return cmd
}

// routeFlags are the flags of route test, as given.
type routeFlags struct {
	config, format, at string
	tree               bool
}

func (a *app) routeTestCommand() *cobra.Command {
	var f routeFlags
	cmd := &cobra.Command{
		Use:   "test --config FILE LABEL=VALUE…",
		Short: "Who gets an alert with these labels, and why",
		Long: `Test leads an alert with the given labels through the routes of a configuration
and tells who gets it. No service has to run, no secrets are read. Routes see
rule (alertname is the same), severity, instance, the rule's labels and the
group's.`,
		Example: `  smarty-alert route test --config config.yaml severity=critical rule=edge_down
  smarty-alert route test --config config.yaml --tree severity=info
  smarty-alert route test --config config.yaml --at '2026-01-17 03:00' severity=warning`,
		RunE: func(_ *cobra.Command, args []string) error { return a.routeTest(f, args) },
	}
	fl := cmd.Flags()
	fl.StringVar(&f.config, "config", "", "the service's configuration `file`")
	fl.StringVar(&f.format, "format", "text", "text or json")
	fl.StringVar(&f.at, "at", "", "ask the calendars about this `time`; default: now")
	fl.BoolVar(&f.tree, "tree", false, "show every route, and why it takes the alert or not")
	return cmd
}

// routedJSON is a route as route test tells of it.
type routedJSON struct {
	Receiver       string       `json:"receiver"`
	Route          string       `json:"route"`
	Depth          int          `json:"depth"`
	Matchers       []string     `json:"matchers"`
	Taken          bool         `json:"taken"`
	Why            string       `json:"why"`
	GroupLabels    alert.Labels `json:"group_labels"`
	GroupWait      string       `json:"group_wait"`
	GroupInterval  string       `json:"group_interval"`
	RepeatInterval string       `json:"repeat_interval"`
	Muted          bool         `json:"muted"`
	NextDigest     *time.Time   `json:"next_digest,omitempty"`
}

func (a *app) routeTest(f routeFlags, args []string) error {
	if err := oneOf("format", f.format, "text", "json"); err != nil {
		return err
	}
	c, root, err := a.routes(f.config)
	if err != nil {
		return err
	}
	at := time.Now()
	if f.at != "" {
		sec, err := parseTime("at", f.at, c.Timezone)
		if err != nil {
			return err
		}
		at = time.Unix(sec, 0)
	}
	ls, err := labelsOf(c, args)
	if err != nil {
		return err
	}
	out := []routedJSON{}
	for _, v := range root.Explain(ls) {
		if f.tree || v.Taken {
			out = append(out, routed(v, ls, at))
		}
	}
	cl := &client{app: a, zone: c.Timezone}
	if f.format == "json" {
		return cl.printJSON(out)
	}
	return cl.print(routesText(out, f.tree, c.Timezone))
}

// routes are those of a configuration, with everything inherited.
func (a *app) routes(path string) (*config.Config, *notifiers.Route, error) {
	if path == "" {
		return nil, nil, usageError(errors.New("route test needs --config FILE"))
	}
	c, warnings, err := config.LoadDry(path, a.env)
	a.warn(warnings)
	if err != nil {
		return nil, nil, loadStatus(err)
	}
	if c.Route == nil {
		return nil, nil, usageError(fmt.Errorf("%s: there is no route", path))
	}
	root, err := route(c.Route).Resolve()
	if err != nil {
		return nil, nil, usageError(err)
	}
	return c, root, nil
}

// labelsOf are the labels of an alert as routes see it.
func labelsOf(c *config.Config, args []string) (alert.Labels, error) {
	var pairs []alert.Label
	if c.Instance != "" {
		pairs = append(pairs, alert.Label{Name: "instance", Value: c.Instance})
	}
	for _, arg := range args {
		name, value, ok := strings.Cut(arg, "=")
		if !ok || name == "" {
			return nil, usageError(fmt.Errorf("%q is not a label: write severity=critical", arg))
		}
		value = strings.Trim(value, `"`)
		if name == "severity" {
			if _, known := alert.ParseSeverity(value); !known {
				return nil, usageError(fmt.Errorf("severity %q: info, warning or critical", value))
			}
		}
		pairs = append(pairs, alert.Label{Name: alert.SafeName(name), Value: value})
		switch name {
		case "rule":
			pairs = append(pairs, alert.Label{Name: "alertname", Value: value})
		case "alertname":
			pairs = append(pairs, alert.Label{Name: "rule", Value: value})
		}
	}
	return alert.NewLabels(pairs...), nil
}

func routed(v notifiers.Visit, ls alert.Labels, at time.Time) routedJSON {
	wait, interval, repeat := v.Route.Timers()
	out := routedJSON{Receiver: v.Route.Receiver, Route: v.Route.Name, Depth: v.Depth, Matchers: []string{}, Taken: v.Taken, Why: v.Why,
		GroupLabels: v.Route.GroupLabels(ls), Muted: v.Route.Muted(at), GroupWait: strictyaml.FormatDuration(wait),
		GroupInterval: strictyaml.FormatDuration(interval), RepeatInterval: strictyaml.FormatDuration(repeat)}
	if out.GroupLabels == nil {
		out.GroupLabels = alert.Labels{}
	}
	for _, m := range v.Route.Matchers {
		out.Matchers = append(out.Matchers, m.String())
	}
	if v.Route.Digest != nil {
		if sec, ok := v.Route.Digest.Next(at.Unix()); ok {
			next := time.Unix(sec, 0).UTC()
			out.NextDigest = &next
		}
	}
	return out
}

func routesText(list []routedJSON, tree bool, zone *time.Location) string {
	var b strings.Builder
	for _, r := range list {
		matchers := strings.Join(r.Matchers, ", ")
		if matchers == "" {
			matchers = "everything"
		}
		if tree {
			mark := " "
			if r.Taken {
				mark = "*"
			}
			fmt.Fprintf(&b, "%s %s%s → %s: %s\n", mark, strings.Repeat("  ", r.Depth), printable(matchers), r.Receiver, printable(r.Why))
			continue
		}
		fmt.Fprintf(&b, "%s gets it: %s (route %s: %s)\n", r.Receiver, printable(r.Why), r.Route, printable(matchers))
		group := "all alerts of the route"
		if len(r.GroupLabels) > 0 {
			group = printable(r.GroupLabels.String())
		}
		fmt.Fprintf(&b, "  grouped by:  %s\n", group)
		if r.NextDigest != nil {
			fmt.Fprintf(&b, "  told:        in a digest, the next at %s\n", r.NextDigest.In(zone).Format(clockForm))
		} else {
			fmt.Fprintf(&b, "  told:        after %s, changes after %s, again every %s\n", r.GroupWait, r.GroupInterval, r.RepeatInterval)
		}
		if r.Muted {
			b.WriteString("  now:         muted by its calendars\n")
		}
	}
	return b.String()
}
