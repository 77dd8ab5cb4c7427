package report_test

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/replay"
	"github.com/smarty-alert/smarty-alert/report"
	"github.com/smarty-alert/smarty-alert/rules"
)

// contrast is WCAG's, of two colours in hexadecimal.
func contrast(a, b string) float64 {
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func luminance(hex string) float64 {
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(hex[2*i:2*i+2], 16, 8)
		if err != nil {
			return math.NaN()
		}
		c := float64(n) / 255
		if c <= 0.03928 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}

// Sixty rules with a thousand alerts each, texts as long as they may be: the page
// stays small, totals are whole.
func TestHTML_Bounded(t *testing.T) {
	var yaml strings.Builder
	yaml.WriteString("rules:\n")
	for i := range 60 {
		fmt.Fprintf(&yaml, "- {id: r%d, event: LOGIN_ERROR, group_by: [reason], window: 5m, condition: count >= 3}\n", i)
	}
	set, _, err := rules.Parse("rules.yaml", []byte(yaml.String()), rules.Options{Keep: true})
	if err != nil {
		t.Fatal(err)
	}
	c := report.NewCollector(report.Options{Rules: set, Zone: time.UTC})
	s := &replay.Summary{Rules: map[string]*replay.RuleSummary{}}
	long := strings.Repeat("<\"&я", 5000)
	from := t0
	for _, r := range set.Rules {
		s.Order = append(s.Order, r.ID)
		s.Rules[r.ID] = &replay.RuleSummary{Severity: alert.Warning, Fired: 1000, Matched: 1000}
		for i := range int64(1000) {
			tr := alert.Transition{At: from.Unix() + 100*i, Rule: r.ID, Group: alert.NewLabels(alert.Label{Name: "reason", Value: long}), State: alert.Firing, Severity: alert.Warning,
				AlertID: fmt.Sprintf("%s/%d", r.ID, i), StartsAt: from.Unix() + 100*i, Summary: long}
			for range 6 {
				tr.Samples = append(tr.Samples, alert.Sample{Text: long, File: "smarty_accounts.log"})
			}
			must(t, c.Event(replay.Event{Alert: &tr}))
			if i == 999 {
				continue // it fires to the end
			}
			over := tr
			over.State, over.At, over.EndsAt = alert.Resolved, tr.At+i, tr.At+i
			must(t, c.Event(replay.Event{Alert: &over}))
		}
	}
	to := from.Add(100_000 * time.Second)
	s.From, s.To = &from, &to
	r := c.Report(s)
	first := r.Rules[0]
	if first.Ended != 999 || first.Median != 499*time.Second || first.Longest != 998*time.Second || first.Still != 1 || len(first.Alerts) != report.MaxRuleAlerts ||
		first.More != 1000-report.MaxRuleAlerts || len(first.Spans) > report.MaxSpans {
		t.Errorf("%d ended, median %s, longest %s, %d still; %d listed, %d more, %d spans", first.Ended, first.Median, first.Longest, first.Still, len(first.Alerts), first.More, len(first.Spans))
	}
	drawn := 0
	for _, span := range first.Spans {
		drawn += span.Alerts
	}
	if drawn != 1000 {
		t.Errorf("%d alerts are drawn", drawn)
	}
	listed := 0
	for _, rule := range r.Rules {
		listed += len(rule.Alerts)
	}
	if listed != report.MaxAlerts || r.Still != 60 || r.Counts[0].Total != 60_000 {
		t.Errorf("%d listed, %d still, %d counted", listed, r.Still, r.Counts[0].Total)
	}
	if n := len(page(t, r, report.English)); n > 12<<20 || n < 1<<20 {
		t.Errorf("the page has %d bytes", n)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
