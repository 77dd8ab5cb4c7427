package report

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/engine"
	"github.com/smarty-alert/smarty-alert/redact"
	"github.com/smarty-alert/smarty-alert/replay"
	"github.com/smarty-alert/smarty-alert/rules"
)

// The night, when a message wakes somebody: hours of the zone.
const (
	NightFrom = 23
	NightTo   = 7
)

// Report is what a replay comes to.
type Report struct {
	Summary *replay.Summary
	Zone    *time.Location
	From    int64 // second of the first record; 0 without records
	To      int64 // end of the clock
	Rules   []*Rule
	Routed  bool // routes decided about notifications
	// Counts are of the messages of each receiver; without routes of the alerts that
	// began, under "".
	Counts []Count
	Firing []*Alert // at the end, the first MaxAlerts of them
	Still  int      // how many those are
	Shapes []replay.Shape
}

// Rule is what one rule did.
type Rule struct {
	*replay.RuleSummary
	ID         string
	Title      string
	Condition  string // as it is written; "" for every record
	Window     time.Duration
	For        time.Duration
	EventMode  bool
	Builtin    bool
	Thresholds []Threshold // what the deciding value is compared with
	Of         string      // the deciding value

	Ended    int // firings that were over at the end
	Median   time.Duration
	Longest  time.Duration
	Began    int // times that the condition began to hold and had to wait for For
	HeldBack []HeldBack
	Spans    []Span // when its alerts were on, in order; neighbours are joined when there are many
	Alerts   []*Alert
	More     int // alerts that are not listed
	Still    int // firing at the end
}

// HeldBack is how often something kept a rule's alerts or messages back.
type HeldBack struct {
	By    string // as in alert.Suppression
	Times int
}

// Alert is one that is listed.
type Alert struct {
	Rule     string
	Group    alert.Labels
	Severity alert.Severity // the highest it had
	Event    bool           // a single message
	From     int64
	To       int64 // 0: it still fires
	Summary  string
	Samples  []alert.Sample
	Silent   bool // of a rule that notifies nobody
}

// Count is how many messages came when.
type Count struct {
	Receiver string
	Total    int
	Night    int
	PerDay   *float64 // nil: the logs are of less than a day
	Days     []Day    // those with any, in order
}

// Day is a day of the zone.
type Day struct {
	Date         string // 2026-01-15
	Total, Night int
}

// Busiest is the day with the most, the first of equal ones.
func (c *Count) Busiest() Day {
	var most Day
	for _, d := range c.Days {
		if d.Total > most.Total {
			most = d
		}
	}
	return most
}

// NearMiss is how near a rule that matched came to firing.
type NearMiss struct {
	*Rule
	// Share is the peak as a part of what the condition asks for. It is exact: the
	// condition asks for a value to be above a constant, and this is the highest it
	// had. 0: nothing of the kind can be said.
	Share float64
	Limit Threshold
}

// NearMisses are the rules that matched and never fired, the nearest first.
func (r *Report) NearMisses() (out []NearMiss) {
	for _, rule := range r.Rules {
		if rule.Fired > 0 || rule.Matched == 0 {
			continue
		}
		n := NearMiss{Rule: rule}
		n.Limit, n.Share = rule.share()
		out = append(out, n)
	}
	slices.SortStableFunc(out, func(a, b NearMiss) int {
		return cmp.Or(cmp.Compare(min(b.Began, 1), min(a.Began, 1)), cmp.Compare(b.Share, a.Share)) // what held is nearest
	})
	return out
}

// share is the peak beside the least that is asked for.
func (r *Rule) share() (Threshold, float64) {
	if len(r.Thresholds) == 0 || r.Peak == nil {
		return Threshold{}, 0
	}
	t := r.Thresholds[len(r.Thresholds)-1] // of levels the lowest
	if t.Op != ">" && t.Op != ">=" || t.Value <= 0 || r.Peak.Value < 0 {
		return Threshold{}, 0
	}
	return t, r.Peak.Value / t.Value
}

// Unmatched are the ids of the rules that no record matched.
func (r *Report) Unmatched() (ids []string) {
	for _, rule := range r.Rules {
		if rule.Matched == 0 && rule.Fired == 0 && !rule.Builtin {
			ids = append(ids, rule.ID)
		}
	}
	return ids
}

// Options say how a Collector sees things.
type Options struct {
	Rules    *rules.Set // with rules.Options.Keep, or no thresholds are known
	Zone     *time.Location
	Routed   bool             // a dispatcher decides about notifications
	Redactor *redact.Redactor // of lines that could not be read
	Until    int64            // end of the clock, if one was set
}

// Report is what was collected, with the totals of the run.
func (c *Collector) Report(s *replay.Summary) *Report {
	r := &Report{Summary: s, Zone: c.o.Zone, Routed: c.o.Routed, Still: len(c.on)}
	if s.From != nil {
		r.From, r.To = s.From.Unix(), max(s.To.Unix(), c.o.Until, c.last)
	}
	for _, id := range s.Order {
		rule := c.rule(id)
		rule.RuleSummary = s.Rules[id]
		rule.finish(&c.state[id].collected)
		r.Rules = append(r.Rules, rule)
	}
	c.finishFiring(r)
	for _, name := range slices.Sorted(maps.Keys(c.counts)) {
		r.Counts = append(r.Counts, c.counts[name].count(name, r))
	}
	r.Shapes = s.Shapes(c.o.Redactor)
	return r
}

// Span is a stretch of time in which alerts of a rule were on.
type Span struct {
	From, To int64 // the same for a single message
	Severity alert.Severity
	Alerts   int
	Open     bool // it goes on beyond the end
}

// At is the course's highest value between two seconds, the second excluded; ok is
// false where nothing was judged.
func at(c *engine.Course, from, to int64) (v float64, ok bool) {
	if c == nil {
		return 0, false
	}
	first := max(0, (from-c.From)/c.Span)
	for i := first; i < int64(len(c.Highest)) && c.From+i*c.Span < to; i++ {
		if h := c.Highest[i]; h == h && (!ok || h > v) && c.From+(i+1)*c.Span > from {
			v, ok = h, true
		}
	}
	return v, ok
}

// Course is the rule's highest values in so many equal parts of the report's time; nil
// where nothing was judged.
func (r *Report) Course(rule *Rule, parts int) []*float64 {
	out := make([]*float64, parts)
	length := r.To + 1 - r.From
	for i := range out {
		from := r.From + length*int64(i)/int64(parts)
		to := r.From + length*int64(i+1)/int64(parts)
		if v, ok := at(rule.RuleSummary.Course, from, max(to, from+1)); ok {
			out[i] = &v
		}
	}
	return out
}

// Sparkline draws a course in one line: a block for each part of the time, as high as
// the value beside the highest; a dot where nothing was judged.
func Sparkline(course []*float64) string {
	const blocks = "▁▂▃▄▅▆▇█"
	steps := []rune(blocks)
	most := 0.0
	for _, v := range course {
		if v != nil {
			most = max(most, *v)
		}
	}
	out := make([]rune, len(course))
	for i, v := range course {
		switch {
		case v == nil:
			out[i] = '·'
		case most <= 0 || *v <= 0:
			out[i] = steps[0]
		default:
			out[i] = steps[min(len(steps)-1, int(*v/most*float64(len(steps))))]
		}
	}
	return string(out)
}
