package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
)

func (a *app) outboxCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "outbox",
		Short: "Messages that are not out yet, and those that were given up",
		Example: `  smarty-alert outbox list
  smarty-alert outbox retry --dead`,
		Args: knownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.outboxListCommand(), a.outboxShowCommand(), a.outboxRetryCommand(), a.outboxDropCommand())
	return cmd
}

// outboxFlags choose messages.
type outboxFlags struct {
	clientFlags
	receiver, state string
	limit           int
	all             bool
}

func (a *app) outboxListCommand() *cobra.Command {
	var f outboxFlags
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List messages, newest first",
		Example: `  smarty-alert outbox list
  smarty-alert outbox list --state dead --receiver noc
  smarty-alert outbox list --all --limit 20 --format json`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.outboxList(cmd.Context(), f) },
	}
	f.add(a, cmd)
	cmd.Flags().StringVar(&f.receiver, "receiver", "", "only those of this receiver")
	cmd.Flags().StringVar(&f.state, "state", "pending,inflight,retry,dead", "only those in these states; sent and superseded are the others")
	cmd.Flags().BoolVar(&f.all, "all", false, "in any state")
	cmd.Flags().IntVar(&f.limit, "limit", 100, "at most so many")
	return cmd
}

func (a *app) outboxList(ctx context.Context, f outboxFlags) error {
	c, err := f.client(a)
	if err != nil {
		return err
	}
	if err := c.learn(ctx); err != nil {
		return err
	}
	ds, err := c.deliveries(ctx, f)
	if err != nil {
		return err
	}
	if c.format == "json" {
		return c.printJSON(ds)
	}
	columns := []column{{name: "id"}, {name: "receiver"}, {name: "state"}, {name: "created"}, {name: "next", drop: 2}, {name: "tries", numbers: true}, {name: "what", wrap: 20}, {name: "last error", wrap: 20, drop: 1}}
	for _, d := range ds {
		addRow(columns, d.ID, printable(d.Receiver), string(d.State), c.clock(d.Created), c.nextTry(d), fmt.Sprint(len(d.Attempts)), shorten(c.text(d).Title, 80), shorten(printable(lastError(d)), 80))
	}
	if len(ds) == 0 {
		c.note("no messages")
	}
	return c.table(columns)
}

func (c *client) deliveries(ctx context.Context, f outboxFlags) (ds []alert.Delivery, err error) {
	query := url.Values{"limit": {fmt.Sprint(f.limit)}}
	if f.receiver != "" {
		query.Set("receiver", f.receiver)
	}
	if !f.all {
		query.Set("state", f.state)
	}
	err = c.get(ctx, "/api/v1/deliveries", query, &ds)
	return ds, err
}

func (c *client) nextTry(d alert.Delivery) string {
	if d.State != alert.DeliveryRetry && d.State != alert.DeliveryPending {
		return ""
	}
	return c.clock(d.Next)
}

// text is what the message says, in the service's language.
func (c *client) text(d alert.Delivery) notifiers.Text {
	return notifiers.Voice{Language: c.facts.Language, Zone: c.zone}.Text(d)
}

func lastError(d alert.Delivery) string {
	if n := len(d.Attempts); n > 0 {
		return d.Attempts[n-1].Error
	}
	return ""
}

func (a *app) outboxShowCommand() *cobra.Command {
	var f clientFlags
	cmd := &cobra.Command{
		Use:     "show ID",
		Short:   "Show a message with all its tries",
		Example: "  smarty-alert outbox show ec2e81820765549821f1956d7e153394",
		Args:    needArgs("ID"),
		RunE: func(cmd *cobra.Command, ids []string) error {
			return a.each(cmd.Context(), f, ids, func(ctx context.Context, c *client, id string) error { return c.showDelivery(ctx, id) })
		},
	}
	f.add(a, cmd)
	return cmd
}

func (c *client) showDelivery(ctx context.Context, id string) error {
	var d alert.Delivery
	if err := c.get(ctx, "/api/v1/deliveries/"+url.PathEscape(id), nil, &d); err != nil {
		return concerning("message "+id, err)
	}
	if c.format == "json" {
		return c.printJSON(d)
	}
	if err := c.learn(ctx); err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "id:        %s\nreceiver:  %s\ngroup:     %s\nreason:    %s\nstate:     %s\ncreated:   %s\n",
		d.ID, printable(d.Receiver), printable(d.GroupKey), d.Reason, d.State, c.clock(d.Created))
	if next := c.nextTry(d); next != "" {
		fmt.Fprintf(&b, "next try:  %s\n", next)
	}
	for _, at := range d.Attempts {
		outcome := "accepted"
		if at.Error != "" {
			outcome = printable(at.Error)
		}
		fmt.Fprintf(&b, "tried:     %s  %s\n", c.clock(at.At), outcome)
	}
	if n := len(d.Attempts); n > 0 {
		parts := d.Attempts[n-1].Parts
		for _, to := range slices.Sorted(maps.Keys(parts)) {
			fmt.Fprintf(&b, "recipient: %s  %s\n", printable(to), printable(parts[to]))
		}
	}
	return c.print(b.String() + "\n" + c.text(d).Plain())
}

// concerning says what an error is of, and keeps its exit status.
func concerning(what string, err error) error {
	var status *statusError
	if errors.As(err, &status) && status.err != nil {
		return &statusError{status.status, fmt.Errorf("%s: %w", what, status.err)}
	}
	return err
}

func (a *app) outboxRetryCommand() *cobra.Command {
	var f outboxFlags
	var dead bool
	cmd := &cobra.Command{
		Use:   "retry ID…|--dead",
		Short: "Try messages again at once",
		Example: `  smarty-alert outbox retry ec2e81820765549821f1956d7e153394
  smarty-alert outbox retry --dead --receiver noc`,
		RunE: func(cmd *cobra.Command, ids []string) error { return a.outboxRetry(cmd.Context(), f, ids, dead) },
	}
	f.add(a, cmd)
	cmd.Flags().BoolVar(&dead, "dead", false, "all that were given up")
	cmd.Flags().StringVar(&f.receiver, "receiver", "", "with --dead: only those of this receiver")
	return cmd
}

func (a *app) outboxRetry(ctx context.Context, f outboxFlags, ids []string, dead bool) error {
	if dead == (len(ids) > 0) {
		return usageError(errors.New("retry needs ids, or --dead; smarty-alert outbox list has them"))
	}
	if dead {
		c, err := f.client(a)
		if err != nil {
			return err
		}
		f.state, f.limit = string(alert.DeliveryDead), 100_000
		ds, err := c.deliveries(ctx, f)
		if err != nil {
			return err
		}
		for i := range ds { // the oldest first
			ids = append(ids, ds[len(ds)-1-i].ID)
		}
		c.note("%s", count(len(ids), "message"))
	}
	return a.each(ctx, f.clientFlags, ids, func(ctx context.Context, c *client, id string) error {
		return c.call(ctx, http.MethodPost, "/api/v1/deliveries/"+url.PathEscape(id)+"/retry", nil, nil, &struct{}{})
	})
}

func (a *app) outboxDropCommand() *cobra.Command {
	var f clientFlags
	cmd := &cobra.Command{
		Use:   "drop ID…",
		Short: "Take messages out: nobody gets them",
		Long: `Drop takes messages that are not out yet, or were given up, from the outbox. One
that is being sent at this moment may leave all the same.`,
		Example: "  smarty-alert outbox drop ec2e81820765549821f1956d7e153394",
		Args:    needArgs("ID"),
		RunE: func(cmd *cobra.Command, ids []string) error {
			return a.each(cmd.Context(), f, ids, func(ctx context.Context, c *client, id string) error {
				return c.call(ctx, http.MethodDelete, "/api/v1/deliveries/"+url.PathEscape(id), nil, nil, &struct{}{})
			})
		},
	}
	f.add(a, cmd)
	return cmd
}
