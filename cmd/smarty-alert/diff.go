package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/replay"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// diffFlags are the flags of diff, as given. Those of replay say how logs are read.
type diffFlags struct {
	replayFlags
	old, new []string
}

func (a *app) diffCommand() *cobra.Command {
	var f diffFlags
	cmd := &cobra.Command{
		Use:   "diff --old PATH --new PATH LOG…",
		Short: "What two rule sets would have done differently",
		Long: `Diff reads logs once, for two sets of rules, and tells which alerts only the old
ones raise, which only the new ones, and which begin, end or count differently.
Texts are not compared. With --config notifications are compared as well. It
exits with 1 when anything differs, and sends nothing.`,
		Example: `  smarty-alert diff --old examples/kinds --new examples/rules testdata/logs
  smarty-alert diff --old /etc/smarty-alert/rules --new my.yaml --config /etc/smarty-alert/config.yaml /var/log/microimpuls/smarty
  smarty-alert diff --old a.yaml --new b.yaml --format json logs.tgz`,
		Args: needArgs("LOG"),
		RunE: func(cmd *cobra.Command, logs []string) error { return a.diff(cmd.Context(), f, logs) },
	}
	fl := cmd.Flags()
	fl.StringArrayVar(&f.old, "old", nil, "rule `path` as it was: a file, a directory or a glob (repeatable)")
	fl.StringArrayVar(&f.new, "new", nil, "rule `path` as it shall be (repeatable)")
	f.addReading(cmd)
	fl.StringVar(&f.format, "format", "text", "text or json")
	return cmd
}

// addReading adds the flags that say what is read of the logs, and how.
func (f *replayFlags) addReading(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.StringVar(&f.config, "config", "", "the service's configuration `file`: its zone, sources, overrides and routes")
	fl.StringVar(&f.from, "from", "", "skip earlier records; windows start empty (`time`)")
	fl.StringVar(&f.to, "to", "", "skip records at or after this `time`")
	fl.StringVar(&f.until, "until", "", "end of the clock (`time`); default: the greatest timestamp read")
	fl.StringVar(&f.zone, "timezone", "UTC", "IANA `zone` of records without an offset, of times above and of the text output")
}

func (a *app) diff(ctx context.Context, f diffFlags, logs []string) error {
	if err := oneOf("format", f.format, "text", "json"); err != nil {
		return err
	}
	if len(f.old) == 0 || len(f.new) == 0 {
		return usageError(errors.New("diff needs --old PATH and --new PATH"))
	}
	job, of, err := a.prepareDiff(f, logs)
	if err != nil {
		return err
	}
	bar := a.progress(job.bytes, f.format == "text" && isTerminal(a.stdout))
	job.o.Read.Progress = bar.add
	d, err := replay.Compare(ctx, job.o, of)
	bar.stop()
	if d != nil {
		err = errors.Join(err, a.answer(f.format, d, job.zone, func(p *textPrinter) { p.diff(d) }))
	}
	if err = errors.Join(append(job.unread, err)...); err != nil {
		return outcome(ctx, err)
	}
	if d.Different() {
		return &statusError{status: exitFound}
	}
	return nil
}

func (a *app) prepareDiff(f diffFlags, logs []string) (*replayJob, replay.DiffLanes, error) {
	var of replay.DiffLanes
	job, ro, err := a.newJob(&f.replayFlags)
	if err != nil {
		return nil, of, err
	}
	if of.Old, err = a.loadRules(f.old, ro); err != nil {
		return nil, of, err
	}
	if of.New, err = a.loadRules(f.new, ro); err != nil {
		return nil, of, err
	}
	if of.OldDispatcher, err = job.dispatcher(); err != nil {
		return nil, of, err
	}
	if of.NewDispatcher, err = job.dispatcher(); err != nil {
		return nil, of, err
	}
	return job, of, job.find(a, logs)
}

// answer writes what was found out, as JSON or as text.
func (a *app) answer(format string, v any, zone *time.Location, text func(*textPrinter)) error {
	if format == "json" {
		return a.writeJSON(v)
	}
	var b strings.Builder
	text(&textPrinter{w: &b, zone: zone, colours: a.colours(a.stdout), width: terminalWidth(a.stdout)})
	return a.write(b.String())
}

// diff prints each difference, then a row per rule that differs, then what receivers
// would have got.
func (p *textPrinter) diff(d *replay.Diff) {
	for _, x := range d.Differences {
		switch x.Change {
		case "only_old":
			p.spell(p.paint("only old", text.FgRed), x.Old)
		case "only_new":
			p.spell(p.paint("only new", text.FgGreen), x.New)
		default:
			p.spell(p.paint("changed ", text.FgYellow), x.New)
			p.printf("%21s%s\n", "", printable(strings.Join(changes(p, x), "; ")))
			continue
		}
	}
	if len(d.Differences) > 0 {
		p.printf("\n%s", tableText(diffColumns(d), p.width))
		p.printf("\n")
	}
	p.printf("%s\n", wrapped(p.diffTotals(d), p.width))
	for _, receiver := range sortedKeys(d.Notifications) {
		n := d.Notifications[receiver]
		same := "the same"
		if n.OnlyOld+n.OnlyNew > 0 {
			same = fmt.Sprintf("%d only in old, %d only in new", n.OnlyOld, n.OnlyNew)
		}
		p.printf("notifications: %s %d → %d, %s\n", printable(receiver), n.Old, n.New, same)
	}
}

// spell is a line about an alert's life, and what it said at its beginning.
func (p *textPrinter) spell(what string, s *replay.Spell) {
	group := ""
	if len(s.Group) > 0 {
		group = " " + s.Group.String()
	}
	p.printf("%s  %s  %-8s  %s%s\n", p.clock(s.StartsAt.Unix()), what, s.Severity, p.paint(s.Rule, text.Bold), printable(group))
	p.printf("%21s%s%s\n", "", printable(s.Summary), p.paint(lasting(s), text.Faint))
}

// lasting says how long an alert fired.
func lasting(s *replay.Spell) string {
	switch {
	case s.Event:
		return ""
	case s.EndsAt == nil:
		return ", fires at the end"
	}
	return ", for " + strictyaml.FormatDuration(s.EndsAt.Sub(s.StartsAt))
}

// changes says what is not the same about an alert.
func changes(p *textPrinter, x replay.Difference) (out []string) {
	end := func(s *replay.Spell) string {
		if s.EndsAt == nil {
			return "not at all"
		}
		return p.clock(s.EndsAt.Unix())
	}
	for _, what := range x.What {
		name, isValue := strings.CutPrefix(what, "values.")
		switch {
		case isValue:
			out = append(out, fmt.Sprintf("%s %s → %s", name, valueText(x.Old.Values, name), valueText(x.New.Values, name)))
		case what == "starts_at":
			out = append(out, fmt.Sprintf("began %s → %s (%s)", p.clock(x.Old.StartsAt.Unix()), p.clock(x.New.StartsAt.Unix()), sooner(x.New.StartsAt.Sub(x.Old.StartsAt))))
		case what == "ends_at":
			out = append(out, fmt.Sprintf("ended %s → %s", end(x.Old), end(x.New)))
		default:
			out = append(out, fmt.Sprintf("severity %s → %s", x.Old.Severity, x.New.Severity))
		}
	}
	return out
}

func sooner(d time.Duration) string {
	if d < 0 {
		return strictyaml.FormatDuration(-d) + " sooner"
	}
	return strictyaml.FormatDuration(d) + " later"
}

func valueText(values []alert.Value, name string) string {
	for _, v := range values {
		if v.Name == name {
			return shownValue(v)
		}
	}
	return "-"
}

// shownValue is a value in words; ~ marks one that is not exact.
func shownValue(v alert.Value) string {
	shown, ok := rules.Text(v.V)
	if f, isFloat := v.V.(float64); isFloat {
		shown = trimFloat(math.Round(f*1e6) / 1e6)
	}
	if !ok {
		return "-"
	}
	if v.Approx {
		return "~" + shown
	}
	return shown
}

func diffColumns(d *replay.Diff) []column {
	columns := []column{nameColumn("rule"), {name: "old", numbers: true}, {name: "new", numbers: true}, {name: "only old", numbers: true, drop: 2},
		{name: "only new", numbers: true, drop: 2}, {name: "changed", numbers: true, drop: 1}}
	for _, r := range d.Rules {
		if r.OnlyOld+r.OnlyNew+r.Changed > 0 {
			addRow(columns, r.Rule, fmt.Sprint(r.Old), fmt.Sprint(r.New), fmt.Sprint(r.OnlyOld), fmt.Sprint(r.OnlyNew), fmt.Sprint(r.Changed))
		}
	}
	return columns
}

func (p *textPrinter) diffTotals(d *replay.Diff) string {
	before, after, same := 0, 0, 0
	for _, r := range d.Rules {
		before, after = before+r.Old, after+r.New
		same += r.New - r.OnlyNew - r.Changed
	}
	line := fmt.Sprintf("%s → %d, %d of them the same; %s", count(before, "alert"), after, same, count(int(d.Records), "record"))
	if len(d.Differences) == 0 {
		line = fmt.Sprintf("no difference in %s; %s", count(after, "alert"), count(int(d.Records), "record"))
	}
	if d.From != nil {
		line += fmt.Sprintf(" from %s to %s", p.clock(d.From.Unix()), p.clock(d.To.Unix()))
	}
	return line
}
