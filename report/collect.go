package report

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/replay"
	"github.com/smarty-alert/smarty-alert/rules"
)

// What is kept at most.
const (
	MaxAlerts     = 1000    // listed, of all rules together
	MaxRuleAlerts = 50      // listed, of one rule
	MaxSamples    = 3       // of a listed alert
	MaxText       = 300     // characters of a sample, a summary or a label's value
	MaxSpans      = 400     // drawn of one rule's alerts
	MaxLengths    = 100_000 // of one rule's firings; the median is of the first so many
)

// Collector sees what happens in a replay.
type Collector struct {
	o      Options
	state  map[string]*ruleState
	on     map[string]*Alert // that fire, by alert id; those beyond the bounds without their texts
	counts map[string]*counter
	listed int
	last   int64 // second of the last event
}

// ruleState is a rule while it is collected.
type ruleState struct {
	Rule
	collected
}

type collected struct {
	lengths  []int64 // of firings that are over, seconds
	heldBack map[string]int
	grain    int64 // spans nearer to each other are one
}

// NewCollector makes a collector of nothing yet.
func NewCollector(o Options) *Collector {
	c := &Collector{o: o, state: map[string]*ruleState{}, on: map[string]*Alert{}, counts: map[string]*counter{}}
	for _, r := range o.Rules.Rules {
		c.state[r.ID] = newRuleState(r)
	}
	if !o.Routed {
		c.counts[""] = &counter{}
	}
	return c
}

func newRuleState(r *rules.Rule) *ruleState {
	st := &ruleState{Rule: Rule{ID: r.ID, Title: r.Title(), Window: seconds(r.Window), For: seconds(r.For), EventMode: r.Mode == rules.EventMode,
		Builtin: r.Builtin, Thresholds: thresholds(r), Of: decidingName(r)}}
	if r.Condition != nil {
		st.Condition = r.Condition.Source
	}
	for i := len(r.Levels) - 1; i >= 0; i-- {
		if st.Condition != "" {
			st.Condition += "; "
		}
		st.Condition += r.Levels[i].Severity.String() + ": " + r.Levels[i].Expr.Source
	}
	st.heldBack = map[string]int{}
	return st
}

func seconds(n int64) time.Duration { return time.Duration(n) * time.Second }

func (c *Collector) rule(id string) *Rule { return &c.state[id].Rule }

// Event takes one thing that happened, pending transitions too. It never fails.
func (c *Collector) Event(ev replay.Event) error {
	c.last = max(c.last, ev.At())
	switch {
	case ev.Alert != nil:
		c.alert(ev.Alert)
	case ev.Suppressed != nil:
		if st := c.state[ev.Suppressed.Rule]; st != nil {
			st.heldBack[ev.Suppressed.By]++
		}
	case ev.Notification != nil:
		c.counted(ev.Notification.Receiver, ev.Notification.At)
	}
	return nil
}

func (c *Collector) counted(receiver string, at time.Time) {
	n := c.counts[receiver]
	if n == nil {
		n = &counter{}
		c.counts[receiver] = n
	}
	n.add(at.In(c.o.Zone))
}

func (c *Collector) alert(t *alert.Transition) {
	st := c.state[t.Rule]
	if st == nil {
		return
	}
	switch t.State {
	case alert.Pending:
		st.Began++
	case alert.Event:
		a := c.begin(st, t)
		a.To = t.At
		st.span(Span{From: t.At, To: t.At, Severity: t.Severity, Alerts: 1})
	case alert.Firing:
		c.on[t.AlertID] = c.begin(st, t)
	case alert.Update:
		if a := c.on[t.AlertID]; a != nil {
			a.Severity = max(a.Severity, t.Severity)
		}
	case alert.Resolved:
		if a := c.on[t.AlertID]; a != nil {
			delete(c.on, t.AlertID)
			a.To = t.EndsAt
			st.Ended++
			if len(st.lengths) < MaxLengths {
				st.lengths = append(st.lengths, t.EndsAt-a.From)
			}
			st.Longest = max(st.Longest, seconds(t.EndsAt-a.From))
			st.span(Span{From: a.From, To: t.EndsAt, Severity: a.Severity, Alerts: 1})
		}
	}
}

// begin lists an alert while there is room.
func (c *Collector) begin(st *ruleState, t *alert.Transition) *Alert {
	if !c.o.Routed {
		c.counted("", time.Unix(t.At, 0))
	}
	a := &Alert{Rule: t.Rule, Severity: t.Severity, Event: t.State == alert.Event, From: t.StartsAt, Silent: t.Silent}
	if c.listed == MaxAlerts || len(st.Alerts) == MaxRuleAlerts {
		st.More++
		if len(c.on) < MaxAlerts { // it may still fire at the end
			a.Group = cutLabels(t.Group)
		}
		return a
	}
	c.listed++
	st.Alerts = append(st.Alerts, a)
	a.Group, a.Summary = cutLabels(t.Group), cut(t.Summary)
	for _, s := range t.Samples[:min(len(t.Samples), MaxSamples)] {
		s.Text = cut(s.Text)
		a.Samples = append(a.Samples, s)
	}
	return a
}

// cut makes a text as long as is shown of one.
func cut(s string) string {
	if len(s) <= MaxText {
		return s
	}
	n, last := 0, 0 // characters, and where the last that is kept ends
	for i := range s {
		if n == MaxText-1 {
			last = i
		}
		if n++; n > MaxText {
			return s[:last] + "…"
		}
	}
	return s
}

func cutLabels(ls alert.Labels) alert.Labels {
	out := make(alert.Labels, len(ls))
	for i, l := range ls {
		out[i] = alert.Label{Name: l.Name, Value: cut(l.Value)}
	}
	return out
}

// span adds one, and joins neighbours when there are too many.
func (st *ruleState) span(s Span) {
	if st.Spans = append(st.Spans, s); len(st.Spans) <= MaxSpans {
		return
	}
	for st.grain = max(1, st.grain); len(st.Spans) > MaxSpans/2; st.grain *= 2 {
		st.Spans = joined(st.Spans, st.grain)
	}
}

// joined are the spans in order, those with less than grain seconds between them as
// one; with 0 those alone that overlap.
func joined(spans []Span, grain int64) []Span {
	slices.SortStableFunc(spans, func(a, b Span) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To)) })
	out := spans[:0]
	for _, s := range spans {
		if n := len(out); n > 0 && s.From-out[n-1].To < grain {
			last := &out[n-1]
			last.To, last.Severity, last.Alerts = max(last.To, s.To), max(last.Severity, s.Severity), last.Alerts+s.Alerts
			last.Open = last.Open || s.Open
			continue
		}
		out = append(out, s)
	}
	return out
}

// finish makes of what was collected what is told.
func (r *Rule) finish(c *collected) {
	if n := len(c.lengths); n > 0 {
		slices.Sort(c.lengths)
		r.Median = seconds(c.lengths[(n-1)/2])
	}
	for _, by := range []string{"cooldown", "warmup", "max_firing", "silence", "inhibition", "calendar", "repeat"} {
		if n := c.heldBack[by]; n > 0 {
			r.HeldBack = append(r.HeldBack, HeldBack{by, n})
		}
	}
}

// finishFiring adds what is on at the end.
func (c *Collector) finishFiring(r *Report) {
	r.Firing = slices.SortedFunc(maps.Values(c.on), func(a, b *Alert) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(a.From, b.From), cmp.Compare(a.Rule, b.Rule), a.Group.Compare(b.Group))
	})
	for _, a := range r.Firing {
		st := c.state[a.Rule]
		st.Still++
		st.Spans = append(st.Spans, Span{From: a.From, To: max(r.To, a.From), Severity: a.Severity, Alerts: 1, Open: true})
	}
	r.Firing = r.Firing[:min(len(r.Firing), MaxAlerts)]
	for _, rule := range r.Rules {
		rule.Spans = joined(rule.Spans, 0)
		for grain := int64(1); len(rule.Spans) > MaxSpans; grain *= 2 {
			rule.Spans = joined(rule.Spans, grain)
		}
	}
}

// counter counts messages by day.
type counter struct {
	total, night int
	days         map[string]*Day
}

func (n *counter) add(at time.Time) {
	if n.days == nil {
		n.days = map[string]*Day{}
	}
	date := at.Format(time.DateOnly)
	d := n.days[date]
	if d == nil {
		d = &Day{Date: date}
		n.days[date] = d
	}
	n.total++
	d.Total++
	if h := at.Hour(); h >= NightFrom || h < NightTo {
		n.night++
		d.Night++
	}
}

func (n *counter) count(receiver string, r *Report) Count {
	out := Count{Receiver: receiver, Total: n.total, Night: n.night}
	for _, d := range n.days {
		out.Days = append(out.Days, *d)
	}
	slices.SortFunc(out.Days, func(a, b Day) int { return cmp.Compare(a.Date, b.Date) })
	if days := float64(r.To-r.From) / 86400; days >= 1 {
		perDay := math.Round(float64(n.total)/days*100) / 100
		out.PerDay = &perDay
	}
	return out
}
