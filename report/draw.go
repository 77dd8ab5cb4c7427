package report

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Drawings are a thousand units wide; the page stretches them.
const (
	drawn      = 1000.0
	least      = 5.0 // that a bar of the timeline is wide
	chartTall  = 120.0
	chartParts = 200
)

// lane is a rule's line of the timeline.
type lane struct {
	Name, Anchor, Words string
	Bars                []bar
}

type bar struct {
	Class, Words        string
	X, Y, Width, Height string
}

// Timeline has a line for each rule that fired.
func (v *view) Timeline() (out []lane) {
	for _, r := range v.Report.Rules {
		if len(r.Spans) == 0 {
			continue
		}
		l := lane{Name: r.ID, Anchor: v.Anchor(r.ID), Words: fmt.Sprintf("%s. %s: %s", r.ID, v.W.AlertList, v.W.Number(r.Fired))}
		for _, s := range r.Spans {
			l.Bars = append(l.Bars, v.bar(s))
		}
		out = append(out, l)
	}
	return out
}

func (v *view) bar(s Span) bar {
	x, to := v.x(s.From), v.x(s.To)
	width := max(to-x, least)
	x = min(x, drawn-width)
	words := v.Clock(s.From)
	switch {
	case s.Open:
		words += " – " + v.W.ToEnd
	case s.To > s.From:
		words += " – " + v.Clock(s.To)
	}
	if s.Alerts > 1 {
		words += fmt.Sprintf(" (%s: %s)", v.W.AlertList, v.W.Number(s.Alerts))
	}
	b := bar{Class: s.Severity.String(), Words: words, X: unit(x), Y: "2", Width: unit(width), Height: "14"}
	if s.To == s.From {
		b.Y, b.Height = "5", "8"
	}
	return b
}

// x is where a second stands.
func (v *view) x(sec int64) float64 {
	return min(max(drawn*float64(sec-v.Report.From)/float64(max(1, v.Report.To-v.Report.From)), 0), drawn)
}

func unit(f float64) string { return strconv.FormatFloat(f, 'f', 1, 64) }

// Nights are the nights as a path, while there are few enough to be told apart.
func (v *view) Nights() string {
	from := time.Unix(v.Report.From, 0).In(v.Report.Zone)
	if v.Report.To-v.Report.From > 60*86400 {
		return ""
	}
	var b strings.Builder
	for day := time.Date(from.Year(), from.Month(), from.Day()-1, NightFrom, 0, 0, 0, v.Report.Zone); day.Unix() < v.Report.To; {
		morning := time.Date(day.Year(), day.Month(), day.Day()+1, NightTo, 0, 0, 0, v.Report.Zone)
		if x, to := v.x(day.Unix()), v.x(morning.Unix()); to > x {
			box(&b, x, to, 0, 18)
		}
		day = time.Date(day.Year(), day.Month(), day.Day()+1, NightFrom, 0, 0, 0, v.Report.Zone)
	}
	return b.String()
}

func box(b *strings.Builder, x, to, y, bottom float64) {
	fmt.Fprintf(b, "M%s %sH%sV%sH%sz", unit(x), unit(y), unit(to), unit(bottom), unit(x))
}

// chart is the course of a rule's deciding value.
type chart struct {
	Words           string
	On, Strip, Bars string    // paths; the strip makes what is on visible above high bars
	Limits          []float64 // heights of the thresholds
}

func (v *view) chart(r *Rule) *chart {
	course := v.Report.Course(r, chartParts)
	most := 0.0
	for _, p := range course {
		if p != nil {
			most = max(most, *p)
		}
	}
	top := most
	for _, t := range r.Thresholds {
		top = max(top, t.Value)
	}
	if top <= 0 {
		top = 1
	}
	top *= 1.12 // room for the strip
	height := func(value float64) float64 { return chartTall * (1 - max(value, 0)/top) }
	c := &chart{Words: v.chartWords(r)}
	var bars, on, strip strings.Builder
	for i, p := range course {
		if p != nil {
			x := drawn * float64(i) / chartParts
			box(&bars, x, x+drawn/chartParts-0.8, min(height(*p), chartTall-1.5), chartTall)
		}
	}
	for _, s := range r.Spans {
		if s.To > s.From {
			x, to := v.x(s.From), v.x(s.To)
			x = min(x, drawn-least)
			box(&on, x, max(to, x+least), 0, chartTall)
			box(&strip, x, max(to, x+least), 0, 5)
		}
	}
	for _, t := range r.Thresholds {
		c.Limits = append(c.Limits, height(t.Value))
	}
	c.Bars, c.On, c.Strip = bars.String(), on.String(), strip.String()
	return c
}

// chartWords say what the drawing shows, also to those who do not see it.
func (v *view) chartWords(r *Rule) string {
	words := r.Of + ": " + v.W.ChartHint
	if p := r.Peak; p != nil {
		words += fmt.Sprintf("; %s %s, %s", v.W.Highest, v.W.Number(p.Value), v.Clock(p.At.Unix()))
		if group := v.Group(p.Group); group != "" {
			words += ", " + group
		}
	}
	for _, t := range r.Thresholds {
		words += fmt.Sprintf("; %s %s %s", v.W.Threshold, sign(t.Op), v.W.Number(t.Value))
		if len(r.Thresholds) > 1 {
			words += " (" + v.W.SeverityName(t.Severity) + ")"
		}
	}
	return words
}

// sign is an operator as people write it.
func sign(op string) string {
	return strings.NewReplacer(">=", "≥", "<=", "≤", "==", "=").Replace(op)
}
