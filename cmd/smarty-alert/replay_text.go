package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/replay"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// replayText prints each alert when it happens, then a table with a row per
// rule, then totals.
func (a *app) replayText(ctx context.Context, job *replayJob, w io.Writer, bar *progressBar) (*replay.Summary, error) {
	p := &textPrinter{w: w, zone: job.zone, colours: a.colours(a.stdout), width: terminalWidth(a.stdout)}
	start := time.Now()
	summary, err := replay.Run(ctx, job.o, p.event)
	bar.stop()
	if summary == nil {
		return nil, err
	}
	p.table(summary)
	var took time.Duration // a file or a pipe gets the same bytes each time
	if isTerminal(a.stdout) {
		took = time.Since(start)
	}
	p.totals(summary, len(job.o.Sources), took)
	return summary, errors.Join(err, p.err)
}

// textPrinter writes what a person reads.
type textPrinter struct {
	w       io.Writer
	zone    *time.Location
	colours bool
	width   int // of the terminal; 0: of no end
	alerts  int
	err     error
}

func (p *textPrinter) printf(format string, args ...any) {
	if _, err := fmt.Fprintf(p.w, format, args...); err != nil && p.err == nil {
		p.err = err
	}
}

func (p *textPrinter) paint(s string, colours ...text.Color) string {
	if !p.colours {
		return s
	}
	return text.Colors(colours).Sprint(s)
}

func (p *textPrinter) event(ev replay.Event) error {
	switch {
	case ev.Alert != nil:
		p.alert(ev.Alert)
	case ev.Notification != nil:
		n := ev.Notification
		p.printf("%s  %s\n", p.clock(n.At.Unix()), p.paint(fmt.Sprintf("  → %s: %s, %s, %s", n.Receiver, n.Status, n.Reason, count(len(n.Alerts), "alert")), text.Faint))
	}
	return p.err
}

func (p *textPrinter) clock(sec int64) string {
	return time.Unix(sec, 0).In(p.zone).Format(clockForm)
}

// stateColours make the eye find what fires.
func (p *textPrinter) state(t *alert.Transition) string {
	name := fmt.Sprintf("%-8s", t.State)
	switch {
	case t.State == alert.Resolved:
		return p.paint(name, text.FgGreen)
	case t.State == alert.Pending:
		return p.paint(name, text.Faint)
	case t.Severity == alert.Critical:
		return p.paint(name, text.FgRed, text.Bold)
	case t.Severity == alert.Warning:
		return p.paint(name, text.FgYellow)
	}
	return p.paint(name, text.FgCyan)
}

func (p *textPrinter) alert(t *alert.Transition) {
	p.alerts++
	group := ""
	if len(t.Group) > 0 {
		group = " " + t.Group.String()
	}
	p.printf("%s  %s %-8s  %s%s\n", p.clock(t.At), p.state(t), t.Severity, p.paint(t.Rule, text.Bold), printable(group))
	if t.State == alert.Resolved {
		lasted := time.Duration(t.EndsAt-t.StartsAt) * time.Second
		p.printf("%21s%s\n", "", p.paint("after "+strictyaml.FormatDuration(lasted), text.Faint))
		return
	}
	p.printf("%21s%s\n", "", printable(t.Summary))
}

// table has a row for every rule, so that silence shows too: the last columns
// say how near it came to firing.
func (p *textPrinter) table(s *replay.Summary) {
	columns := []column{
		nameColumn("rule"), {name: "severity", drop: 3}, {name: "matched", numbers: true, drop: 5}, {name: "groups", numbers: true, drop: 1},
		{name: "fired", numbers: true}, {name: "resolved", numbers: true, drop: 2}, {name: "highest", numbers: true},
		{name: "when", short: shortClock, drop: 4}, {name: "of", wrap: 16},
	}
	for _, id := range s.Order {
		r := s.Rules[id]
		fired := fmt.Sprint(r.Fired)
		if r.Fired > 0 {
			fired = p.paint(fired, text.Bold)
		}
		highest, when, of := "-", "", ""
		if r.Peak != nil {
			highest = fmt.Sprintf("%s %s", r.Peak.Of, trimFloat(r.Peak.Value))
			when, of = p.clock(r.Peak.At.Unix()), shorten(printable(r.Peak.Group.String()), 48)
		}
		addRow(columns, id, fmt.Sprint(r.Severity), number(r.Matched), number(r.Groups), fired, fmt.Sprint(r.Resolved), highest, when, of)
	}
	p.printf("\n%s", tableText(columns, p.width))
}

func (p *textPrinter) totals(s *replay.Summary, sources int, took time.Duration) {
	var fired, resolved int64
	for _, r := range s.Rules {
		fired += r.Fired
		resolved += r.Resolved
	}
	line := fmt.Sprintf("%s fired, %s resolved; %s in %s (%s)", count(int(fired), "alert"), number(resolved), count(int(s.Records), "record"),
		count(sources, "log"), megabytes(s.Bytes))
	if took > 0 {
		line += fmt.Sprintf(", %s", took.Round(time.Millisecond))
	}
	if s.From != nil {
		line += fmt.Sprintf("; from %s to %s", p.clock(s.From.Unix()), p.clock(s.To.Unix()))
	}
	p.printf("\n%s\n", wrapped(line, p.width))
	p.oddities(s)
}

// oddities says what a careful reader wants to know about the logs.
func (p *textPrinter) oddities(s *replay.Summary) {
	for _, o := range []struct {
		n    int64
		what string
	}{
		{s.Unparsed, "without a readable header"}, {s.Late, "late (older than what was final already)"},
		{s.Future, "from the future (more than 2 minutes ahead of the next record)"},
	} {
		if o.n > 0 {
			p.printf("note: %s %s\n", count(int(o.n), "record"), o.what)
		}
	}
	for _, id := range s.Order {
		r := s.Rules[id]
		if r.EvalErrors > 0 {
			p.printf("note: rule %s: %s, first: %s\n", id, count(int(r.EvalErrors), "evaluation error"), printable(r.FirstError))
		}
		if r.TextErrors > 0 {
			p.printf("note: rule %s: %s failed and gave way to the plain one\n", id, count(int(r.TextErrors), "text"))
		}
		if r.Suppressed > 0 {
			p.printf("note: rule %s: %s held back by its cooldown or warmup\n", id, count(int(r.Suppressed), "record"))
		}
		if r.MissingGroup > 0 {
			p.printf("note: rule %s: %s without a field of group_by\n", id, count(int(r.MissingGroup), "record"))
		}
		if r.Folded > 0 {
			p.printf("note: rule %s: %s beyond max_firing, told of as one\n", id, count(int(r.Folded), "firing group"))
		}
		if r.Quarantined {
			p.printf("note: rule %s: kept failing and was quarantined\n", id)
		}
		if r.Evicted > 0 {
			p.printf("note: rule %s: %s over groups.max\n", id, count(int(r.Evicted), "group"))
		}
	}
	if len(s.Notifications) > 0 {
		var parts []string
		for _, name := range sortedKeys(s.Notifications) {
			parts = append(parts, fmt.Sprintf("%s %d (%s a day)", name, s.Notifications[name], trimFloat(s.NotificationsPerDay[name])))
		}
		p.printf("notifications: %s\n", strings.Join(parts, ", "))
	}
}

func isBrokenPipe(err error) bool { return errors.Is(err, syscall.EPIPE) }
