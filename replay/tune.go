package replay

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/rules"
)

// Tuning is what a rule would have done with other thresholds. Its JSON names are stable.
type Tuning struct {
	Rule    string     `json:"rule"`
	Term    string     `json:"term"` // the comparison that is tuned, as it stands in the rule
	Key     string     `json:"key"`  // where: condition, levels.warning, …
	Current float64    `json:"current"`
	From    *time.Time `json:"from"` // smallest timestamp; null without records
	To      *time.Time `json:"to"`
	Days    float64    `json:"days"` // between them
	Records int64      `json:"records"`
	Matched int64      `json:"matched"` // records that count for the rule
	Rows    []TuneRow  `json:"rows"`    // by threshold, ascending
	// Suggestion is nil when the rule did not fire as it is.
	Suggestion *Suggestion `json:"suggestion"`
}

// TuneRow is the rule with one threshold.
type TuneRow struct {
	Threshold   float64  `json:"threshold"`
	Term        string   `json:"term"`
	Current     bool     `json:"current,omitempty"`
	Fired       int      `json:"fired"`         // alerts, single messages as well
	FiredPerDay *float64 `json:"fired_per_day"` // null when the logs have no length
	Groups      int      `json:"groups"`        // different groups that fired
	Seconds     int64    `json:"firing_seconds"`
	// Notifications are the messages that speak of the rule; null without routes.
	Notifications       *int64   `json:"notifications"`
	NotificationsPerDay *float64 `json:"notifications_per_day"`
}

// Suggestion is a threshold with why it is one.
type Suggestion struct {
	Threshold  float64 `json:"threshold"`
	Term       string  `json:"term"`
	PerDay     float64 `json:"per_day"`
	Of         string  `json:"of"`     // what is counted: firings or notifications
	Target     float64 `json:"target"` // so many a day are bearable
	Kept       bool    `json:"kept,omitempty"`
	OutOfReach bool    `json:"out_of_reach,omitempty"` // no row that still fires is within the target: this is the nearest
	Assumption string  `json:"assumption"`
}

// Dial is the threshold of a rule that Tune turns.
type Dial struct {
	rule *rules.Rule
	c    *rules.Comparison
	// Key is where it stands: condition, or levels and a severity.
	Key string
	// Term is the comparison as it is written.
	Term string
}

// Dials are the thresholds of a rule that was read with rules.Options.Keep, the one that
// decides first. The error says why there is none, and what to do about it.
func Dials(r *rules.Rule) ([]Dial, error) {
	kind := ""
	hint := "write the part that is to be tuned as a comparison of its own, joined by and: count >= 5 and …"
	switch {
	case r.Sequence != nil || r.AllOf != nil:
		kind, hint = "is over steps in an order, and is complete or not", "change the steps' count or within, and compare by diff"
		if r.AllOf != nil {
			kind = "is over steps of which enough must come"
			hint = "change min, the steps' count or within, and compare by diff"
		}
	case len(r.Judges()) == 0:
		kind, hint = "has no condition: each record that matches is an alert", "add window: 5m and condition: count >= 5, say, or a cooldown"
	}
	if kind != "" {
		return nil, fmt.Errorf("rule %q cannot be tuned: it %s; %s", r.ID, kind, hint)
	}
	key, x := decisive(r)
	var out []Dial
	for _, c := range x.Conjuncts() {
		if c.Compared != nil {
			out = append(out, Dial{r, c.Compared, key, c.Source})
		}
	}
	if out == nil {
		return nil, fmt.Errorf("rule %q cannot be tuned: no part of its condition that must hold compares a value with a number by >=, >, <= or <: %s; %s", r.ID, x.Source, hint)
	}
	deciding := "count"
	if r.PeakOf > 0 {
		deciding = r.Aggregates[r.PeakOf-1].Name
	}
	slices.SortStableFunc(out, func(a, b Dial) int {
		return rank(slices.Contains(a.c.Of.Names, deciding)) - rank(slices.Contains(b.c.Of.Names, deciding))
	})
	return out, nil
}

func rank(first bool) int {
	if first {
		return 0
	}
	return 1
}

// Current is the threshold as it is.
func (d Dial) Current() float64 { return d.c.Limit }

// Set is the rule with another threshold.
func (d Dial) Set(limit float64) (*rules.Rule, error) {
	if d.Key == "condition" {
		return d.rule.With(rules.Key{Name: d.Key, Value: d.c.With(limit)})
	}
	var levels []rules.Key
	for i, l := range d.rule.Levels {
		source := l.Expr.Source
		if i == len(d.rule.Levels)-1 {
			source = d.c.With(limit)
		}
		levels = append(levels, rules.Key{Name: l.Severity.String(), Value: source})
	}
	return d.rule.With(rules.Key{Name: "levels", Value: levels})
}

// roundNumbers are what people write, by powers of ten.
var roundNumbers = []float64{1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9}

// Ladder are thresholds around the current one that are worth a look, ascending: round
// numbers from a fifth of it to five times as much, and itself.
func (d Dial) Ladder() []float64 {
	current := d.c.Limit
	whole := d.whole() && current == math.Trunc(current)
	out := []float64{current}
	around := math.Abs(current)
	if around == 0 {
		around = 1
	}
	low, high := around/5, around*5
	if whole {
		low, high = max(1, low), max(10, high)
	}
	for power := math.Floor(math.Log10(low)); power <= math.Ceil(math.Log10(high)); power++ {
		for _, n := range roundNumbers {
			v := roundTo(n*math.Pow(10, power), 12)
			if v < low || v > high || whole && v != math.Trunc(v) {
				continue
			}
			out = append(out, math.Copysign(v, orPositive(current)))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func orPositive(v float64) float64 {
	if v == 0 {
		return 1
	}
	return v
}

// roundTo drops what the arithmetic of powers has added.
func roundTo(v float64, digits int) float64 {
	if v == 0 {
		return 0
	}
	scale := math.Pow(10, float64(digits)-math.Ceil(math.Log10(math.Abs(v))))
	return math.Round(v*scale) / scale
}

// whole tells whether the value that is compared is a number of something.
func (d Dial) whole() bool {
	name := d.c.Of.Source
	return name == "count" || slices.ContainsFunc(d.rule.Aggregates, func(a rules.Aggregate) bool { return a.Name == name && a.Counts() })
}

// TuneOptions say what is tuned over which logs.
type TuneOptions struct {
	Options
	Dial       Dial
	Thresholds []float64 // ascending
	Target     float64   // so many firings, or notifications where there are routes, a day are bearable
	// Dispatcher, when set, makes what decides about notifications, for each threshold.
	Dispatcher func() (*notifiers.Dispatcher, error)
}

// Tune replays the logs once, with an engine for each threshold. Rules is the whole set.
// When a file is broken in the middle, the table is of what came before it, and the error
// names the file.
func Tune(ctx context.Context, o TuneOptions) (*Tuning, error) {
	t := &Tuning{Rule: o.Dial.rule.ID, Term: o.Dial.Term, Key: o.Dial.Key, Current: o.Dial.Current()}
	var lanes []Lane
	var lives []*spells
	for _, limit := range o.Thresholds {
		rule, err := o.Dial.Set(limit)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", o.Dial.c.Text(limit), err)
		}
		lane := Lane{Rules: needed(o.Rules, rule, o.Dispatcher != nil)}
		if o.Dispatcher != nil {
			if lane.Dispatcher, err = o.Dispatcher(); err != nil {
				return nil, err
			}
		}
		life := newSpells()
		lane.Emit = func(ev Event) error {
			if ev.Alert != nil && ev.Alert.Rule == rule.ID && ev.Alert.Group.Get("overflow") == "" {
				life.add(ev.Alert)
			}
			return nil
		}
		lanes, lives = append(lanes, lane), append(lives, life)
	}
	if lanes == nil {
		return nil, errors.New("there are no thresholds to try")
	}
	summaries, err := RunLanes(ctx, o.Options, lanes)
	if summaries == nil {
		return nil, err
	}
	t.take(o, summaries, lives)
	return t, err
}

// needed is what a rule has to be judged with: itself, and the others where it sees
// their alerts or its messages stand beside theirs.
func needed(set *rules.Set, r *rules.Rule, routed bool) *rules.Set {
	if routed || r.Source != rules.LogRecords {
		return set.Replace(r)
	}
	return &rules.Set{Rules: []*rules.Rule{r}, Files: set.Files}
}

func (t *Tuning) take(o TuneOptions, summaries []*Summary, lives []*spells) {
	first := summaries[0]
	t.From, t.To, t.Records = first.From, first.To, first.Records
	end := int64(0)
	if t.From != nil {
		t.Days = math.Round(t.To.Sub(*t.From).Hours()/24*1e4) / 1e4
		end = t.To.Unix()
	}
	if o.Until != 0 {
		end = o.Until
	}
	for i, limit := range o.Thresholds {
		of := summaries[i].Rules[t.Rule]
		t.Matched = of.Matched
		row := TuneRow{Threshold: limit, Term: o.Dial.c.Text(limit), Current: limit == t.Current, Fired: len(lives[i].list)}
		groups := map[string]bool{}
		for _, s := range lives[i].list {
			groups[s.fingerprint] = true
			row.Seconds += max(0, min(s.ends(), end)-s.StartsAt.Unix())
		}
		row.Groups = len(groups)
		row.FiredPerDay = t.perDay(int64(row.Fired))
		if o.Dispatcher != nil {
			row.Notifications, row.NotificationsPerDay = &of.Notified, t.perDay(of.Notified)
		}
		t.Rows = append(t.Rows, row)
	}
	t.suggest(o)
}

func (t *Tuning) perDay(n int64) *float64 {
	if t.Days == 0 {
		return nil
	}
	v := math.Round(float64(n)/t.Days*100) / 100
	return &v
}

// suggest takes the threshold nearest to the current one that still fires and stays
// within the target. Of a rule that does not fire as it is there is nothing to say:
// whether it should is not in the logs.
func (t *Tuning) suggest(o TuneOptions) {
	at := slices.IndexFunc(t.Rows, func(r TuneRow) bool { return r.Current })
	if at < 0 || t.Rows[at].Fired == 0 || t.Days == 0 {
		return
	}
	of := "firings"
	perDay := func(r TuneRow) float64 { return *r.FiredPerDay }
	if o.Dispatcher != nil {
		of, perDay = "notifications", func(r TuneRow) float64 { return *r.NotificationsPerDay }
	}
	stricter := t.Rows[at:]
	if !o.Dial.c.Upward() {
		stricter = slices.Clone(t.Rows[:at+1])
		slices.Reverse(stricter)
	}
	best := stricter[0]
	reached := false
	for _, r := range stricter {
		if r.Fired == 0 {
			continue
		}
		if best = r; perDay(r) <= o.Target {
			reached = true
			break
		}
	}
	t.Suggestion = &Suggestion{Threshold: best.Threshold, Term: best.Term, PerDay: perDay(best), Of: of, Target: o.Target, Kept: best.Current,
		OutOfReach: !reached, Assumption: fmt.Sprintf("the %s days of these logs are like those to come; %s a day that can be read: %s", days(t.Days), of, rules.Literal(o.Target))}
}

func days(d float64) string { return rules.Literal(math.Round(d*100) / 100) }
