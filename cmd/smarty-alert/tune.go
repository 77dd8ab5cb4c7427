package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"

	"github.com/smarty-alert/smarty-alert/replay"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// tuneFlags are the flags of tune, as given. Those of replay say how logs are read.
type tuneFlags struct {
	replayFlags
	rule, term string
	thresholds []string
	target     float64
}

func (a *app) tuneCommand() *cobra.Command {
	var f tuneFlags
	cmd := &cobra.Command{
		Use:   "tune --rules PATH --rule ID LOG…",
		Short: "How often a rule would fire with other thresholds",
		Long: `Tune reads logs once and tells for each of several thresholds how often the rule
would have fired and, with --config, how many messages would have spoken of it.
It suggests the threshold nearest to the present one with at most --target a
day. The threshold is the number of a comparison (>=, >, <=, <) that must hold
for the condition to hold; of a rule with levels, for the lowest one. Rules over
a sequence or without a condition have none.`,
		Example: `  smarty-alert tune --rules examples/rules --rule edge_down testdata/logs
  smarty-alert tune --rules my.yaml --rule slow --term p95 --thresholds 1,2.5,5 logs.tgz
  smarty-alert tune --config /etc/smarty-alert/config.yaml --rule logins --target 1 /var/log/microimpuls/smarty`,
		Args: needArgs("LOG"),
		RunE: func(cmd *cobra.Command, logs []string) error { return a.tune(cmd.Context(), f, logs) },
	}
	fl := cmd.Flags()
	f.addRule(cmd, &f.rule)
	fl.StringVar(&f.term, "term", "", "tune the comparison that has this `text`; default: the first that names what decides")
	fl.StringSliceVar(&f.thresholds, "thresholds", nil, "`numbers` to try; default: round ones around the present one")
	fl.Float64Var(&f.target, "target", 3, "so many firings a day, or messages with --config, are bearable")
	f.addReading(cmd)
	fl.StringVar(&f.format, "format", "text", "text or json")
	return cmd
}

// addRule adds the flags that say which rule is meant.
func (f *replayFlags) addRule(cmd *cobra.Command, id *string) {
	cmd.Flags().StringArrayVar(&f.rules, "rules", nil, "rule `path`: a file, a directory or a glob (repeatable)")
	cmd.Flags().StringVar(id, "rule", "", "the rule's `id`")
}

func (a *app) tune(ctx context.Context, f tuneFlags, logs []string) error {
	if err := oneOf("format", f.format, "text", "json"); err != nil {
		return err
	}
	job, rule, err := a.prepareRule(&f.replayFlags, "tune", f.rule, logs)
	if err != nil {
		return err
	}
	o := replay.TuneOptions{Options: job.o, Target: f.target}
	if o.Dial, err = f.dial(rule); err != nil {
		return err
	}
	if o.Thresholds, err = f.limits(o.Dial); err != nil {
		return err
	}
	if job.config != nil && job.config.Route != nil {
		o.Dispatcher = job.dispatcher
	}
	bar := a.progress(job.bytes, f.format == "text" && isTerminal(a.stdout))
	o.Read.Progress = bar.add
	t, err := replay.Tune(ctx, o)
	bar.stop()
	if t != nil {
		err = errors.Join(err, a.answer(f.format, t, job.zone, func(p *textPrinter) { p.tuning(t) }))
	}
	var faults strictyaml.Errors
	if errors.As(err, &faults) {
		return usageError(err)
	}
	if err = errors.Join(append(job.unread, err)...); err != nil {
		return outcome(ctx, err)
	}
	return nil
}

// prepareRule checks everything that can be known before reading, for a command about one
// rule.
func (a *app) prepareRule(f *replayFlags, command, id string, logs []string) (*replayJob, *rules.Rule, error) {
	job, ro, err := a.newJob(f)
	if err != nil {
		return nil, nil, err
	}
	if len(f.rules) == 0 {
		return nil, nil, usageError(fmt.Errorf("%s needs --rules PATH, or --config FILE with rules", command))
	}
	if id == "" {
		return nil, nil, usageError(fmt.Errorf("%s needs --rule ID", command))
	}
	ro.Keep = true
	if job.o.Rules, err = a.loadRules(f.rules, ro); err != nil {
		return nil, nil, err
	}
	rule, err := findRule(job.o.Rules, id)
	if err != nil {
		return nil, nil, err
	}
	return job, rule, job.find(a, logs)
}

// findRule finds the rule that is meant, or says which there are.
func findRule(set *rules.Set, id string) (*rules.Rule, error) {
	rule := set.Find(id)
	if rule == nil {
		var ids []string
		for _, r := range set.Rules {
			if !r.Builtin {
				ids = append(ids, r.ID)
			}
		}
		hint := "there is: " + shorten(strings.Join(ids, ", "), 200)
		if near := strictyaml.Nearest(id, ids); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		return nil, usageError(fmt.Errorf("no rule has the id %q; %s", id, hint))
	}
	if rule.Status == rules.Disabled {
		return nil, usageError(fmt.Errorf("rule %q is disabled: nothing of it is judged; set status: test to judge it without a message", id))
	}
	return rule, nil
}

// dial is the threshold that is meant.
func (f tuneFlags) dial(rule *rules.Rule) (d replay.Dial, err error) {
	dials, err := replay.Dials(rule)
	if err != nil {
		return d, usageError(err)
	}
	var terms []string
	for _, d := range dials {
		if strings.Contains(d.Term, f.term) {
			return d, nil
		}
		terms = append(terms, strconv.Quote(d.Term))
	}
	return d, usageError(fmt.Errorf("--term %q: rule %q has %s", f.term, rule.ID, strings.Join(terms, ", ")))
}

const maxThresholds = 100

// limits are the thresholds to try, the present one among them.
func (f tuneFlags) limits(d replay.Dial) ([]float64, error) {
	if f.thresholds == nil {
		return d.Ladder(), nil
	}
	out := []float64{d.Current()}
	for _, s := range f.thresholds {
		v, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
		if err != nil || v != v || v > 1e15 || v < -1e15 {
			return nil, usageError(fmt.Errorf("--thresholds: %q is not a number", s))
		}
		out = append(out, v)
	}
	slices.Sort(out)
	if out = slices.Compact(out); len(out) > maxThresholds {
		return nil, usageError(fmt.Errorf("--thresholds: at most %d", maxThresholds))
	}
	return out, nil
}

// tuning prints the table, what it is of and what it suggests.
func (p *textPrinter) tuning(t *replay.Tuning) {
	p.printf("%s: %s (%s)\n", p.paint(t.Rule, text.Bold), t.Term, t.Key)
	line := fmt.Sprintf("%s, %s of the rule", count(int(t.Records), "record"), number(t.Matched))
	if t.From != nil {
		line += fmt.Sprintf("; from %s to %s, %s days", p.clock(t.From.Unix()), p.clock(t.To.Unix()), trimFloat(t.Days))
	}
	p.printf("%s\n\n", wrapped(line, p.width))
	columns := []column{{name: "with"}, {name: "fired", numbers: true}, {name: "a day", numbers: true}, {name: "groups", numbers: true, drop: 1}, {name: "firing for", numbers: true, drop: 2}}
	routed := len(t.Rows) > 0 && t.Rows[0].Notifications != nil
	if routed {
		columns = append(columns, column{name: "messages", numbers: true}, column{name: "a day", numbers: true})
	}
	columns = append(columns, column{name: ""})
	for _, r := range worthRows(t.Rows) {
		cells := []string{r.Term, number(int64(r.Fired)), perDay(r.FiredPerDay), number(int64(r.Groups)), strictyaml.FormatDuration(time.Duration(r.Seconds) * time.Second)}
		if routed {
			cells = append(cells, number(*r.Notifications), perDay(r.NotificationsPerDay))
		}
		addRow(columns, append(cells, p.remark(t, r))...)
	}
	p.printf("%s\n", tableText(columns, p.width))
	p.printf("%s\n", wrapped(suggestion(t), p.width))
	if !routed {
		p.printf("%s\n", wrapped("note: with --config the messages are counted as well", p.width))
	}
}

// worthRows leaves out what says the same as its neighbour nearer to the middle: that
// nothing fires.
func worthRows(rows []replay.TuneRow) []replay.TuneRow {
	silent := func(r replay.TuneRow) bool { return r.Fired == 0 && !r.Current }
	for len(rows) > 1 && silent(rows[0]) && silent(rows[1]) {
		rows = rows[1:]
	}
	for n := len(rows); n > 1 && silent(rows[n-1]) && silent(rows[n-2]); n = len(rows) {
		rows = rows[:n-1]
	}
	return rows
}

func (p *textPrinter) remark(t *replay.Tuning, r replay.TuneRow) string {
	switch {
	case r.Current:
		return "← as it is"
	case t.Suggestion != nil && r.Threshold == t.Suggestion.Threshold && !t.Suggestion.OutOfReach:
		return "← suggested"
	}
	return ""
}

func perDay(v *float64) string {
	if v == nil {
		return "-"
	}
	return trimFloat(*v)
}

// suggestion says what the table comes to, and on what assumption.
func suggestion(t *replay.Tuning) string {
	s := t.Suggestion
	switch {
	case t.Matched == 0:
		return "no record of these logs is one of the rule: there is nothing to tune by"
	case s == nil && t.Days == 0:
		return "no suggestion: the logs have no length, so nothing is known of a day"
	case s == nil:
		return "no suggestion: the rule did not fire as it is, and whether it should have is not in the logs; smarty-alert explain says how near it came"
	case s.OutOfReach:
		return fmt.Sprintf("suggestion: none in this table; %s is not enough (%s a day: %s). Assumed: %s", s.Term, s.Of, trimFloat(s.PerDay), s.Assumption)
	case s.Kept:
		return fmt.Sprintf("suggestion: leave it at %s (%s a day: %s). Assumed: %s", s.Term, s.Of, trimFloat(s.PerDay), s.Assumption)
	}
	return fmt.Sprintf("suggestion: %s (%s a day: %s). Assumed: %s", s.Term, s.Of, trimFloat(s.PerDay), s.Assumption)
}
