package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"

	"github.com/smarty-alert/smarty-alert/config"
	"github.com/smarty-alert/smarty-alert/doctor"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// doctorFlags are the flags of doctor, as given.
type doctorFlags struct {
	config, since, format string
	offline, strict       bool
}

func (a *app) doctorCommand() *cobra.Command {
	var f doctorFlags
	cmd := &cobra.Command{
		Use:   "doctor --config FILE",
		Short: "Whether a service of this configuration would work here",
		Long: `Doctor looks at all that the service of a configuration depends on: whether the
logs are there and may be read, what they hold and what is unusual about it
(levels, zones, clocks, damage), which rules find nothing to look at, room and
rights of the state's directory, and whether receivers can be reached. It
changes nothing, sends nothing and uses no secret; run it as the service's
user.

Exit status 1: something does not work; with --strict also for warnings.`,
		Example: `  sudo -u smarty-alert smarty-alert doctor --config /etc/smarty-alert/config.yaml
  smarty-alert doctor --config config.yaml --since 7d --offline --format json`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.doctor(cmd.Context(), f) },
	}
	fl := cmd.Flags()
	fl.StringVar(&f.config, "config", "", "the service's configuration `file`")
	fl.StringVar(&f.since, "since", "1d", "`length` of the past that is read of the logs: 90m, 1d, 1w")
	fl.StringVar(&f.format, "format", "text", "text or json")
	fl.BoolVar(&f.offline, "offline", false, "ask neither receivers nor the running service")
	fl.BoolVar(&f.strict, "strict", false, "exit with 1 for warnings too")
	return cmd
}

func (a *app) doctor(ctx context.Context, f doctorFlags) error {
	if f.config == "" {
		return usageError(errors.New("doctor needs --config FILE"))
	}
	if err := oneOf("format", f.format, "text", "json"); err != nil {
		return err
	}
	since, err := strictyaml.ParseDuration(f.since)
	if err != nil || since < time.Minute {
		return usageError(fmt.Errorf("--since %q: write 90m, 1d or 1w", f.since))
	}
	c, warnings, err := config.Load(f.config, a.env)
	a.warn(warnings)
	if err != nil {
		return loadStatus(err)
	}
	options := c.RuleOptions()
	options.Keep = true // what they say is held against records
	set, err := a.loadRules(c.Rules, options)
	if err != nil {
		return err
	}
	a.interruptible()
	report, err := doctor.Examine(ctx, c, set, doctor.Options{Now: time.Now, Since: since, Offline: f.offline})
	if err != nil {
		return outcome(ctx, err)
	}
	if err := a.writeDoctor(f.format, report, c); err != nil {
		return err
	}
	if worst := report.Worst(); worst == doctor.Error || f.strict && worst == doctor.Warning {
		return &statusError{status: exitFound}
	}
	return nil
}

func (a *app) writeDoctor(format string, report *doctor.Report, c *config.Config) error {
	if format == "json" {
		return (&client{app: a}).printJSON(report)
	}
	t := doctorText{colours: a.colours(a.stdout), width: terminalWidth(a.stdout), zone: c.Timezone}
	if _, err := io.WriteString(a.stdout, t.of(report)); err != nil && !isBrokenPipe(err) {
		return ioError(fmt.Errorf("write report: %w", err))
	}
	return nil
}

// doctorText writes a report for people.
type doctorText struct {
	colours bool
	width   int
	zone    *time.Location
}

func (t doctorText) of(r *doctor.Report) string {
	var b strings.Builder
	t.logs(&b, r.Logs)
	for _, area := range doctor.Areas {
		var of []doctor.Finding
		for _, f := range r.Findings {
			if f.Area == area {
				of = append(of, f)
			}
		}
		if len(of) == 0 {
			continue
		}
		fmt.Fprintf(&b, "%s\n", strings.ToUpper(string(area[:1]))+string(area[1:]))
		for _, f := range of {
			t.finding(&b, f)
		}
	}
	b.WriteString(summary(r))
	return b.String()
}

func (t doctorText) logs(b *strings.Builder, logs []doctor.Log) {
	if len(logs) == 0 {
		return
	}
	columns := []column{{name: "log"}, {name: "records", numbers: true}, {name: "first"}, {name: "last"}, {name: "events", drop: 1, wrap: 20}}
	for _, l := range logs {
		events := l.Events
		if more := len(events) - 3; more > 0 {
			events = append(events[:3:3], fmt.Sprintf("and %d more", more))
		}
		addRow(columns, printable(l.Source), number(l.Records), t.clock(l.First), t.clock(l.Last), printable(strings.Join(events, ", ")))
	}
	b.WriteString(tableText(columns, t.width))
	b.WriteByte('\n')
}

func (t doctorText) clock(at *time.Time) string {
	if at == nil {
		return ""
	}
	return at.In(t.zone).Format(clockForm)
}

// gradeColours are those of the marks.
var gradeColours = map[doctor.Grade]text.Color{doctor.Error: text.FgRed, doctor.Warning: text.FgYellow, doctor.Note: text.FgCyan, doctor.Fine: text.FgGreen}

func (t doctorText) finding(b *strings.Builder, f doctor.Finding) {
	mark := fmt.Sprintf("%-7s", f.Grade)
	if t.colours {
		mark = gradeColours[f.Grade].Sprint(mark)
	}
	words := printable(f.Text)
	if f.Subject != "" && !strings.Contains(f.Text, f.Subject) {
		words = printable(f.Subject) + ": " + words
	}
	t.lines(b, "  "+mark+"  ", words)
	if f.Advice != "" {
		t.lines(b, "           → ", printable(f.Advice))
	}
}

// lines writes a sentence broken into lines, the first one behind start.
func (t doctorText) lines(b *strings.Builder, start, words string) {
	width := text.StringWidthWithoutEscSequences(start)
	for line := range strings.SplitSeq(wrapped(words, t.room(width)), "\n") {
		b.WriteString(start + line + "\n")
		start = strings.Repeat(" ", width)
	}
}

// room is how wide text may be behind an indent.
func (t doctorText) room(indent int) int {
	if t.width == 0 {
		return sentenceWidth
	}
	return max(40, t.width-indent)
}

func summary(r *doctor.Report) string {
	n := map[doctor.Grade]int{}
	for _, f := range r.Findings {
		n[f.Grade]++
	}
	if n[doctor.Error]+n[doctor.Warning] == 0 {
		return "\nnothing is wrong\n"
	}
	return fmt.Sprintf("\n%s, %s\n", count(n[doctor.Error], "error"), count(n[doctor.Warning], "warning"))
}
