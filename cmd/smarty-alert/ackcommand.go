package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"

	"github.com/spf13/cobra"

	"github.com/smarty-alert/smarty-alert/alert"
)

// ackFlags are the flags of ack, as given.
type ackFlags struct {
	clientFlags
	author, comment string
	remove          bool
}

func (a *app) ackCommand() *cobra.Command {
	var f ackFlags
	cmd := &cobra.Command{
		Use:   "ack ALERT|MATCHER…",
		Short: "Say that somebody looks after alerts: they are not told again",
		Long: `Ack acknowledges alerts that fire, by fingerprint, id or matchers. Until an
alert is over it is not told again, unless it becomes more severe. With
matchers those are acknowledged that fire now, none that come later: that is
what silences do.`,
		Example: `  smarty-alert ack 3880f93ec0933f42 --comment 'restarting the edge'
  smarty-alert ack rule=edge_down stream_service=edge-07
  smarty-alert ack --remove 3880f93ec0933f42`,
		Args: needArgs("ALERT"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.ack(cmd.Context(), f, args) },
	}
	f.add(a, cmd)
	cmd.Flags().StringVar(&f.author, "author", "", "who looks after it; default: the user")
	cmd.Flags().StringVar(&f.comment, "comment", "", "what is done about it")
	cmd.Flags().BoolVar(&f.remove, "remove", false, "take it back: what fires may be told again")
	return cmd
}

var alertName = regexp.MustCompile(`^[0-9a-f]{16}$`)

func (a *app) ack(ctx context.Context, f ackFlags, args []string) error {
	c, err := f.client(a)
	if err != nil {
		return err
	}
	names, err := c.named(ctx, args)
	if err != nil {
		return err
	}
	err = a.each(ctx, f.clientFlags, names, func(ctx context.Context, c *client, name string) error {
		if f.remove {
			return c.call(ctx, http.MethodDelete, "/api/v1/acks/"+url.PathEscape(name), nil, nil, &struct{}{})
		}
		body := map[string]string{"alert": name, "author": a.author(f.author), "comment": f.comment}
		return c.call(ctx, http.MethodPost, "/api/v1/acks", nil, body, &struct{}{})
	})
	if err != nil {
		return err
	}
	if c.format == "json" {
		return c.printJSON(names)
	}
	for _, name := range names {
		if err := c.print(name + "\n"); err != nil {
			return err
		}
	}
	return nil
}

// named are the alerts of fingerprints and ids or, of matchers, those that fire.
func (c *client) named(ctx context.Context, args []string) (names []string, err error) {
	var matchers []string
	for _, arg := range args {
		if alertName.MatchString(arg) {
			names = append(names, arg)
		} else {
			matchers = append(matchers, arg)
		}
	}
	if len(matchers) == 0 {
		return names, nil
	}
	if len(names) > 0 {
		return nil, usageError(errors.New("give fingerprints or matchers, not both"))
	}
	ms, err := alert.ParseMatchers(matchers...)
	if err != nil {
		return nil, usageError(fmt.Errorf("neither a fingerprint nor a matcher: %w", err))
	}
	alerts, err := c.alerts(ctx, ms, nil)
	if err != nil {
		return nil, err
	}
	if len(alerts) == 0 {
		return nil, usageError(errors.New("none of the alerts that fire now matches"))
	}
	for _, al := range alerts {
		names = append(names, al.Fingerprint)
	}
	return names, nil
}
