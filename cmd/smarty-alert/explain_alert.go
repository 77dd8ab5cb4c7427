package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

// explainedJSON is what the service tells of an alert.
type explainedJSON struct {
	Alert  alert.Transition `json:"alert"`
	Firing bool             `json:"firing"`
	Labels alert.Labels     `json:"labels"`
	Rule   *struct {
		Name   string `json:"name"`
		Status string `json:"status"`
		Fired  int64  `json:"fired"`
	} `json:"rule"`
	History []alert.Transition `json:"history"`
	Routes  []struct {
		Receiver string   `json:"receiver"`
		Depth    int      `json:"depth"`
		Matchers []string `json:"matchers"`
		Taken    bool     `json:"taken"`
		Why      string   `json:"why"`
		Muted    bool     `json:"muted"`
	} `json:"routes"`
	Groups []struct {
		Receiver string       `json:"receiver"`
		Labels   alert.Labels `json:"labels"`
		Told     bool         `json:"told"`
		LastSent *time.Time   `json:"last_notified"`
		Next     *time.Time   `json:"next_look"`
	} `json:"groups"`
	Silences   []alert.Silence `json:"silences"`
	Inhibited  []string        `json:"inhibited_by"`
	Ack        *alert.Ack      `json:"ack"`
	Deliveries []struct {
		ID       string          `json:"id"`
		Receiver string          `json:"receiver"`
		Reason   string          `json:"reason"`
		Status   string          `json:"status"`
		State    string          `json:"state"`
		Created  time.Time       `json:"created"`
		Next     *time.Time      `json:"next"`
		Attempts []alert.Attempt `json:"attempts"`
	} `json:"deliveries"`
}

// explainAlert asks the running service about an alert.
func (a *app) explainAlert(ctx context.Context, f clientFlags, id string) error {
	c, err := f.client(a)
	if err != nil {
		return err
	}
	if err := c.learn(ctx); err != nil {
		return err
	}
	var raw json.RawMessage
	if err := c.get(ctx, "/api/v1/explain", url.Values{"alert": {id}}, &raw); err != nil {
		return err
	}
	if c.format == "json" {
		return c.printJSON(raw)
	}
	var x explainedJSON
	if err := json.Unmarshal(raw, &x); err != nil {
		return ioError(fmt.Errorf("read the answer: %w", err))
	}
	return c.print(c.explained(&x))
}

// explained is the way of an alert, a paragraph for each stage.
func (c *client) explained(x *explainedJSON) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintln(&b, printable(fmt.Sprintf(format, args...))) }
	t := &x.Alert
	line("%s", strings.TrimSpace(t.Rule+" "+t.Group.String()))
	state := "is over"
	switch {
	case x.Firing:
		state = "fires since " + c.clock(time.Unix(t.StartsAt, 0))
	case t.State == alert.Event:
		state = "was a single message"
	}
	line("  %s, %s; id %s, fingerprint %s", t.Severity, state, t.AlertID, t.Fingerprint)
	if x.Rule == nil {
		line("  its rule is not there any more")
	} else {
		line("  rule: %s, status %s, fired %s since the start", strings.TrimSpace(t.Rule+" "+x.Rule.Name), x.Rule.Status, number(x.Rule.Fired))
	}
	line("what happened:")
	for _, h := range x.History {
		line("  %s  %-8s %s", c.clock(time.Unix(h.At, 0)), h.State, h.Summary)
	}
	if len(x.History) == 0 {
		line("  nothing is kept of it")
	}
	line("routes:")
	for _, r := range x.Routes {
		mark, matchers := " ", strings.Join(r.Matchers, ", ")
		if r.Taken {
			mark = "*"
		}
		if matchers == "" {
			matchers = "everything"
		}
		muted := ""
		if r.Muted {
			muted = "; muted by its calendars now"
		}
		line("%s %s%s → %s: %s%s", mark, strings.Repeat("  ", r.Depth), matchers, r.Receiver, r.Why, muted)
	}
	if len(x.Routes) == 0 {
		line("  there are none: nobody is told")
	}
	c.explainedStanding(x, line)
	c.explainedMessages(x, line)
	return b.String()
}

// explainedStanding is what receivers know, and what is in the way.
func (c *client) explainedStanding(x *explainedJSON, line func(string, ...any)) {
	if len(x.Groups) > 0 {
		line("groups:")
	}
	for _, g := range x.Groups {
		said := "not told yet"
		if g.Told {
			said = "told"
		}
		if g.LastSent != nil {
			said += ", the group last at " + c.clock(*g.LastSent)
		}
		if g.Next != nil {
			said += ", decided again at " + c.clock(*g.Next)
		}
		line("  %s {%s}: %s", g.Receiver, g.Labels, said)
	}
	for _, s := range x.Silences {
		line("  silenced until %s by %s: %s", c.clock(s.EndsAt), s.CreatedBy, s.Comment)
	}
	if len(x.Inhibited) > 0 {
		line("  inhibited by alerts that fire: %s", strings.Join(x.Inhibited, ", "))
	}
	if x.Ack != nil {
		line("  acknowledged by %s: %s", x.Ack.By, x.Ack.Comment)
	}
}

func (c *client) explainedMessages(x *explainedJSON, line func(string, ...any)) {
	line("messages:")
	if len(x.Deliveries) == 0 {
		line("  none")
	}
	for _, d := range x.Deliveries {
		next := ""
		if d.Next != nil {
			next = ", tried next at " + c.clock(*d.Next)
		}
		line("  %s  %s to %s, %s (%s): %s%s", c.clock(d.Created), d.ID, d.Receiver, d.Status, d.Reason, d.State, next)
		for _, try := range d.Attempts {
			how := "accepted"
			switch {
			case try.Permanent:
				how = "refused: " + try.Error
			case try.Error != "":
				how = "failed: " + try.Error
			}
			line("    %s  %s", c.clock(try.At), how)
		}
	}
}
