package report

import (
	"crypto/sha256"
	_ "embed" // the page
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/replay"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// What a page shows at most; totals and tables of rules are whole.
const (
	MaxCharts = 200 // of rules, the first that matched
	MaxShapes = 20  // of lines that could not be read
	MaxDays   = 14  // with a column of their own, the last
)

var (
	//go:embed page.html
	pageText string
	//go:embed page.css
	styleText string

	page = sync.OnceValue(func() *template.Template { return template.Must(template.New("page").Parse(pageText)) })
)

// HTML writes the report as one page: it loads nothing and runs nothing, and a policy
// in it forbids both. What logs wrote is escaped, with its control characters visible.
func HTML(w io.Writer, r *Report, language Language) error {
	words := catalogue[language]
	if words == nil {
		words = catalogue[English]
	}
	v := &view{W: words, Report: r, CSS: template.CSS(styleText), anchors: map[string]string{}}
	for i, rule := range r.Rules {
		v.anchors[rule.ID] = fmt.Sprintf("r%d", i+1)
	}
	if err := page().Execute(w, v); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

// view is the report as the page's template asks for it.
type view struct {
	W       *words
	Report  *Report
	CSS     template.CSS
	anchors map[string]string
}

func (v *view) NightFrom() int { return NightFrom }
func (v *view) NightTo() int   { return NightTo }

// StyleHash lets the page's own style pass its policy, and no other.
func (v *view) StyleHash() string {
	sum := sha256.Sum256([]byte(v.CSS))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

func (v *view) Zone() string { return v.Report.Zone.String() }

func (v *view) Clock(sec int64) string {
	return time.Unix(sec, 0).In(v.Report.Zone).Format(v.W.date)
}

// Day is a date as the language writes it.
func (v *view) Day(date string) string {
	day, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return date // cannot be: a counter wrote it
	}
	layout, _, _ := strings.Cut(v.W.date, " ")
	return day.Format(layout)
}

func (v *view) Middle() int64 { return (v.Report.From + v.Report.To) / 2 }

func (v *view) Size() string {
	n := float64(v.Report.Summary.Bytes)
	if n < 1e6 {
		return v.W.Number(int64(n/1e3+0.5)) + " KB"
	}
	return v.W.Number(float64(int64(n/1e5+0.5))/10) + " MB"
}

func (v *view) Anchor(rule string) string { return v.anchors[rule] }

// severity is one as it is drawn.
type severity struct{ Class, Name string }

func (v *view) Sev(s alert.Severity) severity { return severity{s.String(), v.W.SeverityName(s)} }

// Visible shows what a terminal or a browser would act on, or not show.
func (v *view) Visible(s string) string { return visible(s) }

func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.C, r) && r != '\n' {
			return '\ufffd'
		}
		return r
	}, s)
}

func (v *view) Group(ls alert.Labels) string { return visible(cutLabels(ls).String()) }

// Condition is what the rule asks for, with its window.
func (v *view) Condition(r *Rule) string {
	text := r.Condition
	if text == "" {
		text = v.W.EveryRecord
	}
	if r.Window > 0 {
		text += " " + v.W.Within + " " + strictyaml.FormatDuration(r.Window)
	}
	if r.For > 0 {
		text += ", " + v.W.ForAtLeast + " " + strictyaml.FormatDuration(r.For)
	}
	return text
}

func (v *view) Lasted(a *Alert) string {
	switch {
	case a.Event:
		return v.W.Only
	case a.To == 0:
		return v.W.ToEnd
	}
	return v.W.Duration(seconds(a.To - a.From))
}

// Reached is how near a rule came.
func (v *view) Reached(n NearMiss) string {
	if n.Peak == nil {
		return v.W.NoValue
	}
	text := n.Of + " " + v.W.Number(n.Peak.Value)
	if n.Limit.Op != "" && n.Began == 0 {
		least := v.W.Number(n.Limit.Value)
		if n.Limit.Op == ">" {
			least = v.W.MoreThan + " " + least
		}
		text += fmt.Sprintf(" %s %s (%s %%)", v.W.Of, least, v.W.Number(float64(int64(n.Share*100))))
		if !n.Limit.Alone {
			text += ", " + v.W.More
		}
	}
	if n.Began > 0 {
		text += "; " + fmt.Sprintf(v.W.NotLongEnough, v.W.Duration(n.For), v.W.Number(n.Began))
	}
	for _, h := range n.HeldBack {
		text += "; " + v.W.HeldBackCol + ": " + v.W.By(h)
	}
	return text
}

// tile is a number that the page begins with.
type tile struct{ Value, Name string }

func (v *view) Tiles() (out []tile) {
	s := v.Report.Summary
	var fired int64
	for _, r := range s.Rules {
		fired += r.Fired
	}
	out = append(out, tile{v.W.Number(fired), v.W.Alerts})
	var total, night int
	var perDay *float64
	for _, c := range v.Report.Counts {
		total, night = total+c.Total, night+c.Night
		if c.PerDay != nil {
			sum := *c.PerDay
			if perDay != nil {
				sum += *perDay
			}
			perDay = &sum
		}
	}
	what := v.W.Alerts
	if v.Report.Routed {
		what = v.W.Messages
		out = append(out, tile{v.W.Number(total), what})
	}
	if perDay != nil {
		out = append(out, tile{v.W.Number(float64(int64(*perDay*10+0.5)) / 10), what + " " + v.W.PerDay})
	}
	return append(out, tile{v.W.Number(night), what + " " + v.W.AtNight}, tile{v.W.Number(v.Report.Still), strings.ToLower(v.W.StillFiring)})
}

// counted is a row of the table of days.
type counted struct {
	Count
	Name  string
	Most  string
	Cells []int // a number for each of Days
}

// Days are the last ones with any message.
func (v *view) Days() (dates []string) {
	for _, c := range v.Report.Counts {
		for _, d := range c.Days {
			dates = append(dates, d.Date)
		}
	}
	slices.Sort(dates)
	dates = slices.Compact(dates)
	return dates[max(0, len(dates)-MaxDays):]
}

func (v *view) Counts() (out []counted) {
	days := v.Days()
	for _, c := range v.Report.Counts {
		row := counted{Count: c, Name: visible(c.Receiver)}
		if c.Receiver == "" {
			row.Name = v.W.AlertsBegan
		}
		if most := c.Busiest(); most.Total > 0 {
			row.Most = fmt.Sprintf("%s: %s", v.Day(most.Date), v.W.Number(most.Total))
		}
		for _, date := range days {
			n := 0
			if i := slices.IndexFunc(c.Days, func(d Day) bool { return d.Date == date }); i >= 0 {
				n = c.Days[i].Total
			}
			row.Cells = append(row.Cells, n)
		}
		out = append(out, row)
	}
	return out
}

func (v *view) NearMisses() []NearMiss { return v.Report.NearMisses() }

func (v *view) Shapes() []replay.Shape {
	return v.Report.Shapes[:min(len(v.Report.Shapes), MaxShapes)]
}

// Notes are what a careful reader wants to know.
func (v *view) Notes() (out []string) {
	s := v.Report.Summary
	note := func(rule string, n int64, what string) {
		if n > 0 {
			out = append(out, strings.TrimPrefix(rule+": ", ": ")+v.W.Number(n)+" "+what)
		}
	}
	note("", s.Late, v.W.Late)
	note("", s.Future, v.W.Future)
	for _, r := range v.Report.Rules {
		errors := v.W.EvalErrors
		if r.FirstError != "" {
			errors += ": " + visible(cut(r.FirstError))
		}
		note(r.ID, r.EvalErrors, errors)
		note(r.ID, r.TextErrors, v.W.TextErrors)
		note(r.ID, r.MissingGroup, v.W.MissingGroup)
		note(r.ID, r.Folded, v.W.Folded)
		note(r.ID, r.Evicted, v.W.Evicted)
		if r.Quarantined {
			out = append(out, r.ID+": "+v.W.Quarantined)
		}
	}
	return out
}

func (v *view) Bounds() string {
	return fmt.Sprintf(v.W.Bounds, MaxAlerts, MaxRuleAlerts, MaxSamples, MaxCharts)
}

// section is a rule's own part of the page.
type section struct {
	*Rule
	Anchor string
	Chart  *chart // nil: there are too many
}

// Listed is how many alerts there were.
func (s section) Listed() int { return len(s.Alerts) + s.More }

func (v *view) Sections() (out []section) {
	charts := 0
	for _, r := range v.Report.Rules {
		if r.Matched == 0 && r.Fired == 0 {
			continue
		}
		s := section{Rule: r, Anchor: v.Anchor(r.ID)}
		if charts < MaxCharts && r.RuleSummary.Course != nil {
			charts++
			s.Chart = v.chart(r)
		}
		out = append(out, s)
	}
	return out
}
