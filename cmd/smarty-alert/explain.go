package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/ingest"
	"github.com/smarty-alert/smarty-alert/replay"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// explainFlags are the flags of explain, as given. Those of replay say how logs are read.
type explainFlags struct {
	replayFlags
	rule, at string
	group    []string
	shown    int
	url      string
}

func (a *app) explainCommand() *cobra.Command {
	var f explainFlags
	cmd := &cobra.Command{
		Use:   "explain {--rules PATH --rule ID LOG… | ALERT}",
		Short: "Why a rule fired or did not, and how near it came",
		Long: `Explain reads logs and tells what became of the rule's records: which part of
match refused how many, how near each part of the condition came, and with which
threshold, window or "for" a group would have fired. Each such claim was tried
by replaying the rule so; the logs are read several times. With --config it
tells who would have been told, and what would have held the message back.

With the id or the fingerprint of an alert instead, explain asks the running
service about it: its rule, the routes that take it, the groups that hold it,
what holds it back, and each attempt to deliver a message with it.`,
		Example: `  smarty-alert explain --rules examples/rules --rule edge_down testdata/logs
  smarty-alert explain --rules my.yaml --rule logins --group ip=192.0.2.7 --at '2026-01-15 10:07:41' logs.tgz
  smarty-alert explain --config /etc/smarty-alert/config.yaml --rule edge_down /var/log/microimpuls/smarty
  smarty-alert explain a751188fcaadc1af --url http://192.0.2.10:9099`,
		Args: needArgs("LOG, or the id of an ALERT"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if id, ok := f.alert(args); ok {
				zone := ""
				if cmd.Flags().Changed("timezone") {
					zone = f.zone
				}
				return a.explainAlert(cmd.Context(), clientFlags{url: f.url, format: f.format, zone: zone}, id)
			}
			return a.explain(cmd.Context(), f, args)
		},
	}
	fl := cmd.Flags()
	f.addRule(cmd, &f.rule)
	fl.StringArrayVar(&f.group, "group", nil, "only groups with this `name=value` of group_by (repeatable)")
	fl.StringVar(&f.at, "at", "", "tell how things stood at the end of this second (`time`)")
	fl.IntVar(&f.shown, "groups", 5, "so many groups that fired are shown, and so many that did not")
	f.addReading(cmd)
	fl.StringVar(&f.format, "format", "text", "text or json")
	addURL(a, cmd, &f.url)
	return cmd
}

var alertID = regexp.MustCompile("^[0-9a-f]{16}$")

// alert is the alert that is asked about, if it is not logs.
func (f explainFlags) alert(args []string) (string, bool) {
	if len(args) != 1 || f.rule != "" || len(f.rules) > 0 || f.config != "" {
		return "", false
	}
	return args[0], alertID.MatchString(args[0])
}

// explainJSON is the machine's answer.
type explainJSON struct {
	*replay.Explanation
	Delivery []deliveryJSON `json:"delivery,omitempty"` // for each group that is shown
}

func (a *app) explain(ctx context.Context, f explainFlags, args []string) error {
	if err := oneOf("format", f.format, "text", "json"); err != nil {
		return err
	}
	args, drop, err := a.keepStdin(args)
	if err != nil {
		return ioError(err)
	}
	defer drop()
	job, rule, err := a.prepareRule(&f.replayFlags, "explain", f.rule, args)
	if err != nil {
		return err
	}
	o := replay.ExplainOptions{Options: job.o, Rule: rule, Shown: max(0, f.shown)}
	if o.Group, err = groupOf(rule, f.group); err != nil {
		return err
	}
	if o.At, err = parseTime("at", f.at, job.zone); err != nil {
		return err
	}
	if o.Dispatcher, err = job.dispatcher(); err != nil {
		return err
	}
	bar := a.progress(job.bytes, f.format == "text" && isTerminal(a.stdout))
	o.Read.Progress = bar.add
	x, err := replay.Explain(ctx, o)
	bar.stop()
	if x != nil {
		if err := outside(o, x, job.zone); err != nil {
			return err
		}
		answer := explainJSON{x, job.deliveries(rule, x)}
		err = errors.Join(err, a.answer(f.format, answer, job.zone, func(p *textPrinter) { p.explanation(rule, answer, f.group) }))
	}
	if err = errors.Join(append(job.unread, err)...); err != nil {
		return outcome(ctx, err)
	}
	return nil
}

// groupOf are the labels that --group names, which the rule must have.
func groupOf(r *rules.Rule, args []string) (alert.Labels, error) {
	var names []string
	for _, g := range r.GroupBy {
		names = append(names, g.Name)
	}
	var pairs []alert.Label
	for _, arg := range args {
		name, value, ok := strings.Cut(arg, "=")
		if !ok {
			return nil, usageError(fmt.Errorf("--group %q: write name=value", arg))
		}
		if len(names) == 0 {
			return nil, usageError(fmt.Errorf("--group %q: rule %q has no group_by: all its records are one group", arg, r.ID))
		}
		if !slices.Contains(names, name) {
			hint := "its group_by: " + strings.Join(names, ", ")
			if near := strictyaml.Nearest(name, names); near != "" {
				hint = fmt.Sprintf("did you mean %q?", near)
			}
			return nil, usageError(fmt.Errorf("--group %q: rule %q is not grouped by %q; %s", arg, r.ID, name, hint))
		}
		if v := strings.TrimSuffix(strings.TrimPrefix(value, `"`), `"`); len(v) == len(value)-2 {
			value = v // as groups are shown
		}
		pairs = append(pairs, alert.Label{Name: name, Value: value})
	}
	return alert.NewLabels(pairs...), nil
}

// outside refuses an --at that the logs know nothing of.
func outside(o replay.ExplainOptions, x *replay.Explanation, zone *time.Location) error {
	if o.At == 0 {
		return nil
	}
	at := func(t time.Time) string { return t.In(zone).Format(clockForm) }
	if x.From == nil {
		return usageError(fmt.Errorf("--at %s: the logs have no record", at(time.Unix(o.At, 0))))
	}
	if o.At < x.From.Unix() || o.At > x.To.Unix() {
		return usageError(fmt.Errorf("--at %s lies outside of the logs, which go from %s to %s (zone %s)", at(time.Unix(o.At, 0)), at(*x.From), at(*x.To), zone))
	}
	return nil
}

// keepStdin writes standard input to a file, if it is among the logs: they are read
// several times. drop removes it.
func (a *app) keepStdin(args []string) (out []string, drop func(), err error) {
	at := slices.Index(args, ingest.Stdin)
	if at < 0 {
		return args, func() {}, nil
	}
	dir, err := os.MkdirTemp("", "smarty-alert-")
	if err != nil {
		return nil, nil, fmt.Errorf("keep standard input: %w", err)
	}
	drop = func() { os.RemoveAll(dir) }
	name := filepath.Join(dir, "stdin.log") // named as ingest names it
	if err := writeAll(name, a.stdin); err != nil {
		drop()
		return nil, nil, fmt.Errorf("keep standard input: %w", err)
	}
	out = slices.Clone(args)
	out[at] = name
	return out, drop, nil
}

func writeAll(name string, r io.Reader) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	return errors.Join(err, f.Close())
}
