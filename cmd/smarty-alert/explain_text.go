package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/replay"
	"github.com/smarty-alert/smarty-alert/report"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// explanation prints what became of the records, then of the groups.
func (p *textPrinter) explanation(r *rules.Rule, x explainJSON, asked []string) {
	p.headline(r, x.Explanation)
	if x.Selected > 0 || r.Source == rules.LogRecords {
		p.records(x.Explanation, asked)
	}
	p.outcomes(x.Explanation, asked)
	for i, list := range [][]replay.GroupSight{x.Nearest, x.Firing} {
		if len(list) == 0 {
			continue
		}
		title := "did not fire, the nearest first:"
		if i == 1 {
			title = "fired:"
		}
		p.printf("\n%s\n", p.paint(title, text.Bold))
		for _, g := range list {
			p.groupSight(r, x, g)
		}
	}
}

func (p *textPrinter) headline(r *rules.Rule, x *replay.Explanation) {
	p.printf("%s", p.paint(r.ID, text.Bold))
	if r.Name != "" {
		p.printf(", %s", printable(r.Name))
	}
	if x.Condition != "" {
		p.printf(": %s", printable(x.Condition))
	}
	if r.Window > 0 {
		p.printf(" in %s", duration(r.Window))
	}
	if r.For > 0 {
		p.printf(" for %s", duration(r.For))
	}
	p.printf("\n")
	line := count(int(x.Records), "record")
	if x.From != nil {
		line += fmt.Sprintf(" from %s to %s", p.clock(x.From.Unix()), p.clock(x.To.Unix()))
	}
	if x.At != nil {
		line += "; all below is as of " + p.clock(x.At.Unix())
	}
	p.printf("%s\n\n", wrapped(line, p.width))
}

func duration(seconds int64) string {
	return strictyaml.FormatDuration(time.Duration(seconds) * time.Second)
}

// records says what of the rule's records counts, and what the rest was refused by.
func (p *textPrinter) records(x *replay.Explanation, asked []string) {
	what := "of the rule's logs and events"
	if len(asked) > 0 {
		what += ", not of other groups"
	}
	p.printf("%10s  %s%s\n", number(x.Selected), what, p.spark(x.Over))
	for _, r := range x.Rejected {
		term := printable(r.Term)
		if r.By == "match" {
			term = "refused by match: " + term
		}
		p.printf("%10s  %s\n", dashed(r.Records), term)
		if r.Failed > 0 {
			p.printf("%12s%s could not be evaluated: %s\n", "", number(r.Failed), printable(r.Error))
		}
		if r.Sample != nil {
			p.printf("%12s%s\n", "", p.paint(fmt.Sprintf("%s, byte %d: %s", printable(r.Sample.File), r.Sample.Pos, printable(r.Sample.Text)), text.Faint))
		}
	}
	p.printf("%10s  count%s\n", number(x.Counted), p.spark(x.Counts))
	for _, st := range x.Steps {
		p.printf("%10s  for %s\n", number(st.Records), printable(st.Step))
	}
	if x.Selected == 0 && len(asked) == 0 {
		p.printf("%s\n", wrapped("no record is of the rule's logs and events; smarty-alert check --logs says what these logs have", p.width))
	}
}

func dashed(n int64) string {
	if n == 0 {
		return "0"
	}
	return "-" + number(n)
}

// spark is a picture of numbers over time; a dot is none.
func (p *textPrinter) spark(s *replay.Series) string {
	if s == nil || len(s.N) < 2 || slices.Max(s.N) == 0 {
		return ""
	}
	course := make([]*float64, len(s.N))
	for i, n := range s.N {
		if v := float64(n); n > 0 {
			course[i] = &v
		}
	}
	return fmt.Sprintf("\n%12s%s %s", "", report.Sparkline(course), p.paint(fmt.Sprintf("at most %s in %s", number(slices.Max(s.N)), duration(s.Step)), text.Faint))
}

// outcomes says how often the rule fired, and what held it back.
func (p *textPrinter) outcomes(x *replay.Explanation, asked []string) {
	line := fmt.Sprintf("%s in %s", count(x.Fired, "alert"), count(x.Groups, "group"))
	switch {
	case x.Groups == 0 && len(asked) > 0:
		line = "no record counts for such a group: nothing was judged"
	case x.Groups == 0:
		line = "nothing was judged"
	}
	for _, by := range sortedKeys(x.HeldBack) {
		line += fmt.Sprintf("; held back by %s: %d", byWords(by), x.HeldBack[by])
	}
	p.printf("\n%s\n", wrapped(line, p.width))
	if x.Crowded {
		p.printf("note: there are more groups than are watched; of the rest nothing is said\n")
	}
}

func byWords(by string) string {
	return strings.ReplaceAll(by, "_", " ")
}

// groupSight is a paragraph about a group.
func (p *textPrinter) groupSight(r *rules.Rule, x explainJSON, g replay.GroupSight) {
	name := printable(g.Group.String())
	if len(g.Group) == 0 {
		name = "(all records together)"
	}
	p.printf("  %s%s\n", p.paint(name, text.Bold), p.spark(g.Counts))
	if line := nearMiss(p, r, g); line != "" {
		p.printf("    %s\n", wrapped(line, max(0, p.width-4)))
	}
	for _, t := range g.Terms {
		p.printf("    %s\n", p.term(t, g.Judged))
	}
	for _, by := range sortedKeys(g.HeldBack) {
		p.printf("    held back by %s: %d\n", byWords(by), g.HeldBack[by])
	}
	for _, s := range g.Spells {
		end := ", single message"
		if !s.Event {
			end = lasting(s)
		}
		p.printf("    %s  %s%s: %s\n", p.clock(s.StartsAt.Unix()), s.Severity, end, printable(s.Summary))
	}
	if g.State != nil && (x.At != nil || len(g.Spells) == 0) {
		p.groupState(g.State)
	}
	for _, d := range x.Delivery {
		if d.Group.Compare(g.Group) == 0 {
			p.delivery(r, d)
		}
	}
}

// nearMiss is what a group lacked.
func nearMiss(p *textPrinter, r *rules.Rule, g replay.GroupSight) string {
	if len(g.Spells) > 0 {
		return ""
	}
	var parts []string
	for _, t := range g.Terms {
		if t.Nearest != nil && t.Held == 0 {
			parts = append(parts, fmt.Sprintf("%s at %s", peak(t), p.clock(t.At.Unix())))
		}
	}
	line := strings.Join(parts, "; ")
	if len(g.WouldFire) == 0 {
		return printable(line)
	}
	var with []string
	for _, c := range g.WouldFire {
		switch c.Key {
		case "window", "for":
			with = append(with, c.Key+" "+duration(int64(c.Value)))
		default:
			with = append(with, c.Text)
		}
	}
	if line != "" {
		line += "; "
	}
	return printable(line + "would fire with " + strings.Join(with, " or "))
}

// peak is how far a comparison that never held has come.
func peak(t replay.TermSight) string {
	switch {
	case t.Op == ">=":
		return fmt.Sprintf("%s: peak %s of %s", t.Of, short(*t.Nearest), short(*t.Limit))
	case t.Op == ">":
		return fmt.Sprintf("%s: peak %s of more than %s", t.Of, short(*t.Nearest), short(*t.Limit))
	}
	return fmt.Sprintf("%s: never below %s", t.Of, short(*t.Nearest))
}

func short(v float64) string { return shownValue(alert.Value{V: v}) }

// term says how a part of the condition fared.
func (p *textPrinter) term(t replay.TermSight, judged int64) string {
	held := fmt.Sprintf("held %s of %s times", number(t.Held), number(judged))
	switch {
	case t.Held == 0:
		held = fmt.Sprintf("never held, judged %s", times(judged))
	case t.Held == judged:
		held = "always held"
	}
	if t.Nearest != nil {
		held += fmt.Sprintf("; %s came to %s at %s", t.Of, short(*t.Nearest), p.clock(t.At.Unix()))
	}
	return printable(t.Term) + ": " + held
}

func times(n int64) string {
	if n == 1 {
		return "once"
	}
	return number(n) + " times"
}

// groupState says where a group stood at its last judgement.
func (p *textPrinter) groupState(st *replay.GroupState) {
	line := fmt.Sprintf("last judged %s: %s", p.clock(st.At.Unix()), st.State)
	if st.Since != nil {
		line += " since " + p.clock(st.Since.Unix())
	}
	switch {
	case st.State == "pending":
		line += ", would fire at " + p.clock(st.Until.Unix()) + " if it goes on to hold"
	case st.Until != nil:
		line += ", until " + p.clock(st.Until.Unix())
	}
	var values []string
	for _, v := range st.Values {
		values = append(values, v.Name+" "+printable(shownValue(v)))
	}
	line += "; " + strings.Join(values, ", ")
	for _, t := range st.Terms {
		holds := "does not hold"
		if t.Holds {
			holds = "holds"
		}
		line += fmt.Sprintf("; %s %s", printable(t.Term), holds)
	}
	if st.Warmup != nil {
		line += "; warming up until " + p.clock(st.Warmup.Unix())
	}
	p.printf("    %s\n", wrapped(line, max(0, p.width-4)))
}

// delivery says who is told, and what is in the way.
func (p *textPrinter) delivery(r *rules.Rule, d deliveryJSON) {
	var who []string
	for _, to := range d.Receivers {
		name := to.Receiver
		if to.Muted {
			name += " (muted by its route's calendars)"
		}
		who = append(who, name)
	}
	line := fmt.Sprintf("an alert at %s is for %s", p.clock(d.At.Unix()), strings.Join(who, ", "))
	if r.Status == rules.Test {
		line += "; the rule has status test, so nobody is told"
	}
	for _, s := range d.Silences {
		line += fmt.Sprintf("; silenced until %s by %s: %s", p.clock(s.EndsAt.Unix()), printable(s.CreatedBy), printable(s.Comment))
	}
	for _, c := range d.Calendars {
		open := "closed"
		if c.Open {
			open = "open"
		}
		line += fmt.Sprintf("; calendar %s is %s", c.Name, open)
	}
	p.printf("    %s\n", wrapped(line, max(0, p.width-4)))
}
