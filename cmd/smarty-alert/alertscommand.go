package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// alertsFlags are the flags of alerts, as given.
type alertsFlags struct {
	clientFlags
	since    string
	receiver string
	follow   bool
}

func (a *app) alertsCommand() *cobra.Command {
	var f alertsFlags
	cmd := &cobra.Command{
		Use:   "alerts [MATCHER…]",
		Short: "What fires, and what fired and was over since the last shift",
		Long: `Alerts lists what fires, with what keeps it from being told. With --since it
tells as well what began and what ended in that time: what the next shift wants
to know. With --follow it goes on, and prints what begins and ends when it does;
--format json is then a line for each, and no list before.`,
		Example: `  smarty-alert alerts
  smarty-alert alerts --since 8h
  smarty-alert alerts --follow severity=critical
  smarty-alert alerts --format json severity=critical`,
		RunE: func(cmd *cobra.Command, args []string) error { return a.alerts(cmd.Context(), f, args) },
	}
	f.add(a, cmd)
	cmd.Flags().StringVar(&f.since, "since", "", "tell what happened in this time, such as 8h or 3d, as well")
	cmd.Flags().BoolVarP(&f.follow, "follow", "f", false, "go on, and print what begins and ends when it does, until Ctrl-C")
	cmd.Flags().StringVar(&f.receiver, "receiver", "", "only alerts of receivers that this `expression` takes")
	return cmd
}

// alertJSONv2 is an alert as Alertmanager's API has it.
type alertJSONv2 struct {
	Fingerprint string       `json:"fingerprint"`
	StartsAt    time.Time    `json:"startsAt"`
	Labels      alert.Labels `json:"labels"`
	Annotations alert.Labels `json:"annotations"`
	Status      struct {
		State       string   `json:"state"`
		SilencedBy  []string `json:"silencedBy"`
		InhibitedBy []string `json:"inhibitedBy"`
	} `json:"status"`
	Ack *alert.Ack `json:"ack,omitempty"`
}

// group is the labels that tell alerts of one rule apart.
func (al alertJSONv2) group() string {
	var rest alert.Labels
	for _, l := range al.Labels {
		if !slices.Contains([]string{"alertname", "rule", "severity", "instance"}, l.Name) {
			rest = append(rest, l)
		}
	}
	return rest.String()
}

func (al alertJSONv2) title() string {
	return strings.TrimSpace(printable(al.Labels.Get("severity") + " " + al.Labels.Get("rule") + " " + al.group()))
}

func (al alertJSONv2) state() string {
	switch {
	case len(al.Status.SilencedBy) > 0:
		return "silenced"
	case len(al.Status.InhibitedBy) > 0:
		return "inhibited"
	case al.Ack != nil:
		return "acked by " + printable(al.Ack.By)
	}
	return "firing"
}

// alerts are those that fire, the oldest first.
func (c *client) alerts(ctx context.Context, ms alert.Matchers, query url.Values) ([]alertJSONv2, error) {
	if query == nil {
		query = url.Values{}
	}
	for _, m := range ms {
		query.Add("filter", m.String())
	}
	list := []alertJSONv2{}
	if err := c.get(ctx, "/api/v2/alerts", query, &list); err != nil {
		return nil, err
	}
	slices.SortStableFunc(list, func(a, b alertJSONv2) int {
		return cmp.Or(a.StartsAt.Compare(b.StartsAt), a.Labels.Compare(b.Labels))
	})
	return list, nil
}

// handover is what a shift leaves to the next.
type handover struct {
	Firing []alertJSONv2  `json:"firing"`
	Since  *time.Time     `json:"since,omitempty"`
	Over   []overJSON     `json:"resolved,omitempty"`
	Events []alert.Ranked `json:"events,omitempty"` // by rule
}

// overJSON is an alert that ended.
type overJSON struct {
	Rule     string       `json:"rule"`
	Severity string       `json:"severity"`
	Group    alert.Labels `json:"group"`
	StartsAt time.Time    `json:"startsAt"`
	EndsAt   time.Time    `json:"endsAt"`
	Reason   string       `json:"reason,omitempty"`
}

func (a *app) alerts(ctx context.Context, f alertsFlags, args []string) error {
	c, err := f.client(a)
	if err != nil {
		return err
	}
	ms, err := alert.ParseMatchers(args...)
	if err != nil && len(args) > 0 {
		return usageError(err)
	}
	if err := c.learn(ctx); err != nil {
		return err
	}
	if f.follow && f.receiver != "" {
		return usageError(errors.New("--follow tells what happens, and --receiver who is told: give one of them"))
	}
	list := func() error { return c.list(ctx, f, ms) }
	switch {
	case !f.follow:
		return list()
	case c.format == "json":
		list = func() error { return nil }
	}
	return c.follow(ctx, ms, list, c.followText())
}

// list shows what fires and, if asked for, what happened before.
func (c *client) list(ctx context.Context, f alertsFlags, ms alert.Matchers) (err error) {
	query := url.Values{}
	if f.receiver != "" {
		query.Set("receiver", f.receiver)
	}
	var h handover
	if h.Firing, err = c.alerts(ctx, ms, query); err != nil {
		return err
	}
	var acks []struct {
		alert.Ack
		Fingerprint string `json:"fingerprint"`
	}
	if err := c.get(ctx, "/api/v1/acks", nil, &acks); err != nil {
		return err
	}
	for i := range h.Firing {
		for _, ack := range acks {
			if ack.Fingerprint == h.Firing[i].Fingerprint {
				h.Firing[i].Ack = &ack.Ack
			}
		}
	}
	if f.since != "" {
		if err := c.past(ctx, f.since, ms, &h); err != nil {
			return err
		}
	}
	if c.format == "json" {
		return c.printJSON(h)
	}
	return c.printHandover(h)
}

// past adds what happened since.
func (c *client) past(ctx context.Context, since string, ms alert.Matchers, h *handover) error {
	d, err := strictyaml.ParseDuration(since)
	if err != nil || d <= 0 {
		return usageError(fmt.Errorf("--since %q: write 30m, 8h or 3d", since))
	}
	var ts []alert.Transition
	if err := c.get(ctx, "/api/v1/history", url.Values{"since": {d.String()}, "limit": {"100000"}}, &ts); err != nil {
		return err
	}
	from := c.now().Add(-d).UTC().Truncate(time.Second)
	h.Since = &from
	events := map[string]int64{}
	for i := range ts {
		t := &ts[i]
		switch {
		case !ms.Matches(t.Set(c.facts.External)):
		case t.State == alert.Event:
			events[t.Rule]++
		case t.State == alert.Resolved:
			h.Over = append(h.Over, overJSON{t.Rule, t.Severity.String(), t.Group, time.Unix(t.StartsAt, 0).UTC(), time.Unix(t.EndsAt, 0).UTC(), t.Reason})
		}
	}
	slices.Reverse(h.Over)
	for _, rule := range sortedKeys(events) {
		h.Events = append(h.Events, alert.Ranked{Value: rule, Count: events[rule]})
	}
	return nil
}

func (c *client) printHandover(h handover) error {
	columns := []column{{name: "since"}, {name: "severity"}, {name: "rule"}, {name: "group", wrap: 16}, {name: "state"}, {name: "fingerprint"}, {name: "summary", wrap: 20, drop: 1}}
	for _, al := range h.Firing {
		addRow(columns, c.clock(al.StartsAt), al.Labels.Get("severity"), printable(al.Labels.Get("rule")), printable(al.group()), al.state(), al.Fingerprint,
			shorten(printable(al.Annotations.Get("summary")), 80))
	}
	if len(h.Firing) == 0 {
		if err := c.print("nothing fires\n"); err != nil {
			return err
		}
	}
	if err := c.table(columns); err != nil || h.Since == nil {
		return err
	}
	new := 0
	for _, al := range h.Firing {
		if al.StartsAt.After(*h.Since) {
			new++
		}
	}
	text := fmt.Sprintf("\nsince %s: %s of what fires began, %s ended\n", c.clock(*h.Since), number(int64(new)), count(len(h.Over), "alert"))
	for _, e := range h.Events {
		text += fmt.Sprintf("  %s: %s\n", printable(e.Value), count(int(e.Count), "event"))
	}
	if err := c.print(text); err != nil {
		return err
	}
	over := []column{{name: "from"}, {name: "to"}, {name: "lasted", numbers: true}, {name: "severity"}, {name: "rule"}, {name: "group", wrap: 16}}
	for _, o := range h.Over {
		addRow(over, c.clock(o.StartsAt), c.clock(o.EndsAt), strictyaml.FormatDuration(o.EndsAt.Sub(o.StartsAt)), o.Severity, printable(o.Rule), printable(o.Group.String()))
	}
	return c.table(over)
}
