package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/config"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/rules"
)

// sendFlags are the flags of send, as given.
type sendFlags struct {
	config, receiver, rule string
}

func (a *app) sendCommand() *cobra.Command {
	var f sendFlags
	cmd := &cobra.Command{
		Use:   "send --config FILE --receiver NAME",
		Short: "Send a sample alert, marked TEST, through a real receiver",
		Long: `Send makes up an alert and sends it through one receiver of the configuration,
as the service would. It is marked TEST, asks nothing of the routes and is kept
nowhere. With --rule it has the name, severity and labels of that rule.`,
		Example: `  smarty-alert send --config config.yaml --receiver noc
  smarty-alert send --config config.yaml --receiver duty --rule edge_down`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.send(cmd.Context(), f) },
	}
	fl := cmd.Flags()
	fl.StringVar(&f.config, "config", "", "the service's configuration `file`")
	fl.StringVar(&f.receiver, "receiver", "", "`name` of the receiver")
	fl.StringVar(&f.rule, "rule", "", "`id` of the rule that the sample is of")
	return cmd
}

func (a *app) send(ctx context.Context, f sendFlags) error {
	if f.config == "" || f.receiver == "" {
		return usageError(errors.New("send needs --config FILE and --receiver NAME"))
	}
	c, warnings, err := config.Load(f.config, a.env)
	a.warn(warnings)
	if err != nil {
		return loadStatus(err)
	}
	rc, ok := c.Receiver(f.receiver)
	if !ok {
		var names []string
		for _, r := range c.Receivers {
			names = append(names, r.Name)
		}
		return usageError(fmt.Errorf("there is no receiver %q in %s: %v", f.receiver, f.config, names))
	}
	var rule *rules.Rule
	if f.rule != "" {
		set, err := a.loadRules(c.Rules, c.RuleOptions())
		if err != nil {
			return err
		}
		if rule = set.Find(f.rule); rule == nil {
			return usageError(fmt.Errorf("there is no rule %q", f.rule))
		}
	}
	speech, err := newSpeech(c)
	if err != nil {
		return usageError(fmt.Errorf("templates: %w", err))
	}
	to, err := newReceiver(rc, speech, time.Now)
	if err != nil {
		return usageError(err)
	}
	ctx, cancel := context.WithTimeout(ctx, rc.Timeout)
	defer cancel()
	if _, err := to.Send(ctx, sampleDelivery(c, rc, rule, time.Now()), ""); err != nil {
		return ioError(fmt.Errorf("send to %s: %w", rc.Name, err))
	}
	cl := &client{app: a}
	return cl.print(fmt.Sprintf("%s accepted the test message\n", rc.Name))
}

// sampleDelivery is a message that nobody can take for a real one.
func sampleDelivery(c *config.Config, to config.Receiver, rule *rules.Rule, now time.Time) alert.Delivery {
	group := alert.NewLabels(alert.Label{Name: "test", Value: "true"})
	t := alert.Transition{Rule: "test", Name: "TEST", State: alert.Firing, Severity: alert.Info, Group: group}
	if rule != nil {
		t.Rule, t.Name, t.Severity, t.Labels = rule.ID, "TEST: "+rule.ID, rule.Severity, rule.Labels
		if rule.Name != "" {
			t.Name = "TEST: " + rule.Name
		}
	}
	t.At, t.StartsAt, t.ActiveAt = now.Unix(), now.Unix(), now.Unix()
	t.Fingerprint = alert.Fingerprint(t.Rule, group)
	t.AlertID = alert.ID(t.Fingerprint, t.StartsAt)
	t.ID = alert.TransitionID(t.AlertID, t.State, t.At)
	t.Summary = "TEST: a sample alert, sent by hand; nothing is wrong"
	t.Annotations = alert.NewLabels(alert.Label{Name: "summary", Value: t.Summary})
	m := alert.Message{Receiver: to.Name, Status: "firing", GroupKey: to.Name + "/test:{}", GroupLabels: group, Alerts: []alert.Transition{t}, External: external(c)}
	return alert.Delivery{ID: "test-" + newUUID(), Receiver: to.Name, GroupKey: m.GroupKey, Reason: string(notifiers.First),
		State: alert.DeliveryPending, Created: now, Next: now, Message: m}
}
