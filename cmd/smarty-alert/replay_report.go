package main

import (
	"bufio"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/smarty-alert/smarty-alert/replay"
	"github.com/smarty-alert/smarty-alert/report"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// Bounds of the report on a terminal; the page and jsonl have more.
const (
	textParts  = 24 // of the time, a block for each
	textShapes = 10
	textFiring = 20
)

// report is what a person reads after the alerts.
func (p *textPrinter) report(r *report.Report, sources int, took time.Duration) {
	p.rules(r)
	p.totals(r.Summary, sources, took)
	p.firing(r)
	p.peaks(r)
	p.nearMisses(r)
	if ids := r.Unmatched(); len(ids) > 0 {
		p.heading("never matched")
		p.printf("%s\n", wrapped(strings.Join(ids, ", "), p.width))
	}
	p.counts(r)
	p.shapes(r)
	if notes := oddities(r); len(notes) > 0 {
		p.printf("\n%s", strings.Join(notes, ""))
	}
}

func (p *textPrinter) heading(s string) { p.printf("\n%s\n", p.paint(s, text.Bold)) }

// rules has a row for every rule, so that silence shows too.
func (p *textPrinter) rules(r *report.Report) {
	columns := []column{
		nameColumn("rule"), {name: "severity", drop: 3}, {name: "matched", numbers: true, drop: 5}, {name: "groups", numbers: true, drop: 1},
		{name: "fired", numbers: true}, {name: "resolved", numbers: true, drop: 2}, {name: "notified", numbers: true, drop: 8},
		{name: "median", numbers: true, drop: 6}, {name: "longest", numbers: true, drop: 7}, {name: "over time", drop: 4},
	}
	for _, rule := range r.Rules {
		fired := fmt.Sprint(rule.Fired)
		if rule.Fired > 0 {
			fired = p.paint(fired, text.Bold)
		}
		median, longest, course := "", "", ""
		if rule.Ended > 0 {
			median, longest = strictyaml.FormatDuration(rule.Median), strictyaml.FormatDuration(rule.Longest)
		}
		if rule.Matched > 0 {
			course = report.Sparkline(r.Course(rule, textParts))
		}
		addRow(columns, rule.ID, fmt.Sprint(rule.RuleSummary.Severity), number(rule.Matched), number(rule.Groups), fired, number(rule.Resolved),
			number(rule.Notified), median, longest, course)
	}
	p.printf("\n%s", tableText(without(columns, map[string]bool{"notified": !r.Routed}), p.width))
}

// without leaves columns out.
func without(columns []column, names map[string]bool) (out []column) {
	for _, c := range columns {
		if !names[c.name] {
			out = append(out, c)
		}
	}
	return out
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
}

// firing are the alerts that are not over.
func (p *textPrinter) firing(r *report.Report) {
	if r.Still == 0 {
		return
	}
	p.heading("still firing at the end")
	for _, a := range r.Firing[:min(len(r.Firing), textFiring)] {
		lasts := strictyaml.FormatDuration(time.Duration(r.To-a.From) * time.Second)
		p.printf("%s  %-8s  %s, for %s\n", p.clock(a.From), a.Severity, strings.TrimSpace(a.Rule+" "+printable(a.Group.String())), lasts)
	}
	if more := r.Still - textFiring; more > 0 {
		p.printf("and %s\n", count(more, "other"))
	}
}

// peaks say how high each rule came.
func (p *textPrinter) peaks(r *report.Report) {
	columns := []column{nameColumn("rule"), {name: "highest", numbers: true}, {name: "asked for", drop: 2}, {name: "when", short: shortClock, drop: 1}, {name: "of", wrap: 16}}
	for _, rule := range r.Rules {
		if rule.Peak == nil {
			continue
		}
		var asked []string
		for i := len(rule.Thresholds) - 1; i >= 0; i-- {
			asked = append(asked, rule.Thresholds[i].Op+" "+trimFloat(rule.Thresholds[i].Value))
		}
		addRow(columns, rule.ID, rule.Peak.Of+" "+trimFloat(rule.Peak.Value), strings.Join(asked, ", "), p.clock(rule.Peak.At.Unix()),
			shorten(printable(rule.Peak.Group.String()), 48))
	}
	if len(columns[0].cells) > 0 {
		p.printf("\n%s", tableText(columns, p.width))
	}
}

// nearMisses claim a share only where it is exact.
func (p *textPrinter) nearMisses(r *report.Report) {
	missed := r.NearMisses()
	if len(missed) == 0 {
		return
	}
	p.heading("matched, but never fired (nearest first)")
	columns := []column{nameColumn("rule"), {name: "reached"}, {name: "condition", wrap: 24}}
	for _, n := range missed {
		addRow(columns, n.ID, reached(n), printable(n.Condition))
	}
	p.printf("%s", tableText(columns, p.width))
}

func reached(n report.NearMiss) string {
	if n.Peak == nil {
		return "nothing was judged"
	}
	parts := []string{n.Peak.Of + " " + trimFloat(n.Peak.Value)}
	if n.Limit.Op != "" && n.Began == 0 {
		least := trimFloat(n.Limit.Value)
		if n.Limit.Op == ">" {
			least = "more than " + least
		}
		parts[0] += fmt.Sprintf(" of %s (%d %%)", least, int(n.Share*100))
		if !n.Limit.Alone {
			parts = append(parts, "and more must hold")
		}
	}
	if n.Began > 0 {
		parts = append(parts, fmt.Sprintf("the condition held %s, never for %s", count(n.Began, "time"), strictyaml.FormatDuration(n.For)))
	}
	if held := heldBack(n.HeldBack); held != "" {
		parts = append(parts, "held back "+held)
	}
	return strings.Join(parts, "; ")
}

// heldBack says by what, and how often.
func heldBack(hs []report.HeldBack) string {
	by := map[string]string{"cooldown": "its cooldown", "warmup": "its warmup", "max_firing": "max_firing", "silence": "a silence",
		"inhibition": "inhibition", "calendar": "a calendar", "repeat": "its repeat interval"}
	var parts []string
	for _, h := range hs {
		parts = append(parts, count(h.Times, "time")+" by "+by[h.By])
	}
	return strings.Join(parts, ", ")
}

// counts say what on-call would have got, or without routes what began.
func (p *textPrinter) counts(r *report.Report) {
	first := "notifications to"
	if !r.Routed {
		first = "without routes"
	}
	columns := []column{nameColumn(first), {name: "in all", numbers: true}, {name: "a day", numbers: true}, {name: "at night", numbers: true}, {name: "busiest day", drop: 1}}
	for _, c := range r.Counts {
		name, busiest := c.Receiver, ""
		if !r.Routed {
			name = "alerts that began"
		}
		if d := c.Busiest(); d.Total > 0 {
			busiest = fmt.Sprintf("%s: %s", d.Date, number(int64(d.Total)))
		}
		perDay := "-"
		if c.PerDay != nil {
			perDay = trimFloat(*c.PerDay)
		}
		addRow(columns, printable(name), number(int64(c.Total)), perDay, number(int64(c.Night)), busiest)
	}
	if len(columns[0].cells) == 0 {
		p.heading("nobody would have been told of anything")
		return
	}
	p.printf("\n%s", tableText(columns, p.width))
	p.printf("%s\n", p.paint(fmt.Sprintf("night is from %d:00 to %d:00, %s", report.NightFrom, report.NightTo, p.zone), text.Faint))
}

// shapes are lines that could not be read.
func (p *textPrinter) shapes(r *report.Report) {
	if len(r.Shapes) == 0 {
		return
	}
	p.heading("without a readable header, by their shape")
	columns := []column{{name: "records", numbers: true}, {name: "shape", wrap: 24}, {name: "first", drop: 1}}
	for _, s := range r.Shapes[:min(len(r.Shapes), textShapes)] {
		if s.Text == "" {
			s.Text = "(others)"
		}
		addRow(columns, number(s.Count), shorten(printable(s.Text), 80), printable(s.First))
	}
	p.printf("%s", tableText(columns, p.width))
	if more := len(r.Shapes) - textShapes; more > 0 {
		p.printf("and %s\n", count(more, "other shape"))
	}
}

// oddities says what a careful reader wants to know about the logs.
func oddities(r *report.Report) (notes []string) {
	note := func(format string, args ...any) { notes = append(notes, fmt.Sprintf("note: "+format+"\n", args...)) }
	s := r.Summary
	for _, o := range []struct {
		n    int64
		what string
	}{
		{s.Unparsed, "without a readable header"}, {s.Late, "late (older than what was final already)"},
		{s.Future, "from the future (more than 2 minutes ahead of the next record)"},
	} {
		if o.n > 0 {
			note("%s %s", count(int(o.n), "record"), o.what)
		}
	}
	for _, r := range r.Rules {
		id := r.ID
		if r.EvalErrors > 0 {
			note("rule %s: %s, first: %s", id, count(int(r.EvalErrors), "evaluation error"), printable(r.FirstError))
		}
		if r.TextErrors > 0 {
			note("rule %s: %s failed and gave way to the plain one", id, count(int(r.TextErrors), "text"))
		}
		if r.Suppressed > 0 {
			note("rule %s: %s held back by its cooldown or warmup", id, count(int(r.Suppressed), "record"))
		}
		if held := heldBack(slices.DeleteFunc(slices.Clone(r.HeldBack), byItself)); held != "" {
			note("rule %s: held back %s", id, held)
		}
		if r.MissingGroup > 0 {
			note("rule %s: %s without a field of group_by", id, count(int(r.MissingGroup), "record"))
		}
		if r.Folded > 0 {
			note("rule %s: %s beyond max_firing, told of as one", id, count(int(r.Folded), "firing group"))
		}
		if r.Quarantined {
			note("rule %s: kept failing and was quarantined", id)
		}
		if r.Evicted > 0 {
			note("rule %s: %s over groups.max", id, count(int(r.Evicted), "group"))
		}
	}
	return notes
}

// byItself tells what is counted in records already.
func byItself(h report.HeldBack) bool { return h.By == "cooldown" || h.By == "warmup" }

// pacer lets time go by between what happens, at a multiple of its speed.
type pacer struct {
	speed float64 // 0: nothing waits
	began time.Time
	first int64
}

// wait returns when it is the event's turn; what was written before is seen meanwhile.
func (p *pacer) wait(ctx context.Context, at int64, w *bufio.Writer) error {
	if p.speed == 0 {
		return nil
	}
	if p.began.IsZero() {
		p.began, p.first = time.Now(), at
	}
	if err := w.Flush(); err != nil {
		return err
	}
	due := time.Duration(float64(at-p.first) / p.speed * float64(time.Second))
	select {
	case <-ctx.Done():
		return fmt.Errorf("replay: %w", ctx.Err())
	case <-time.After(due - time.Since(p.began)):
		return nil
	}
}

func parseSpeed(s, format string) (float64, error) {
	if s == "off" {
		return 0, nil
	}
	speed, err := strconv.ParseFloat(strings.TrimSuffix(s, "x"), 64)
	switch {
	case err != nil || !(speed >= 0.001 && speed <= 1e9):
		return 0, usageError(fmt.Errorf("--speed %q: write off, or how many times as fast as it happened: 60", s))
	case format != "text":
		return 0, usageError(fmt.Errorf("--speed goes with --format text: nobody watches %s", format))
	}
	return speed, nil
}
