package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"syscall"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/replay"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// replayText prints each alert when it happens, then the report.
func (a *app) replayText(ctx context.Context, job *replayJob, w *bufio.Writer, bar *progressBar) (*replay.Summary, error) {
	p := &textPrinter{w: w, zone: job.zone, colours: a.colours(a.stdout), width: terminalWidth(a.stdout)}
	c, pace := job.collector(), pacer{speed: job.speed}
	start := time.Now()
	summary, err := replay.Run(ctx, job.o, func(ev replay.Event) error {
		if err := c.Event(ev); err != nil {
			return err
		}
		if ev.Alert != nil && ev.Alert.State == alert.Pending && !job.pending {
			return nil
		}
		if err := pace.wait(ctx, ev.At(), w); err != nil {
			return err
		}
		return p.event(ev)
	})
	bar.stop()
	if summary == nil {
		return nil, err
	}
	var took time.Duration // a file or a pipe gets the same bytes each time
	if isTerminal(a.stdout) {
		took = time.Since(start)
	}
	p.report(c.Report(summary), len(job.o.Sources), took)
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

func isBrokenPipe(err error) bool { return errors.Is(err, syscall.EPIPE) }
