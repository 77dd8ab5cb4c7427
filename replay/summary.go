package replay

import (
	"slices"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/engine"
	"github.com/smarty-alert/smarty-alert/ingest"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// Summary is what a replay comes to. Its JSON names are stable.
type Summary struct {
	Type     string                  `json:"type"`  // "summary"
	From     *time.Time              `json:"from"`  // smallest timestamp; null without records
	To       *time.Time              `json:"to"`    // greatest
	Bytes    int64                   `json:"bytes"` // of text, unpacked
	Lines    int64                   `json:"lines"`
	Records  int64                   `json:"records"`
	Unparsed int64                   `json:"unparsed"` // records without a readable header
	Late     int64                   `json:"late"`
	Future   int64                   `json:"future"`
	Rules    map[string]*RuleSummary `json:"rules"`
	// NotificationsPerDay is by receiver, over the time of the clock.
	NotificationsPerDay map[string]float64 `json:"notifications_per_day"`

	Order         []string       `json:"-"` // rule ids in file order
	Notifications map[string]int `json:"-"` // by receiver

	builtin map[string]bool // ids of the program's own rules
	shapes  shapes
	passed  int64 // records that were passed over: no rule wants them
}

// RuleSummary is one rule's totals.
type RuleSummary struct {
	Matched    int64 `json:"matched"`
	Groups     int64 `json:"groups"`
	Fired      int64 `json:"fired"`
	Resolved   int64 `json:"resolved"`
	Notified   int64 `json:"notified"` // messages that spoke of the rule
	Suppressed int64 `json:"suppressed"`
	EvalErrors int64 `json:"eval_errors"`
	Peak       *Peak `json:"peak"` // null when nothing matched

	FirstError   string         `json:"-"`
	TextErrors   int64          `json:"-"`
	MissingGroup int64          `json:"-"`
	Evicted      int64          `json:"-"`
	Folded       int64          `json:"-"` // groups beyond max_firing
	Quarantined  bool           `json:"-"`
	Severity     alert.Severity `json:"-"`
	Course       *engine.Course `json:"-"` // with Options.Courses
}

// Peak is the highest value of the aggregate that decides, and where.
type Peak struct {
	Value float64      `json:"value"`
	Of    string       `json:"of"`
	At    time.Time    `json:"at"`
	Group alert.Labels `json:"group"`
}

func newSummary(set *rules.Set) *Summary {
	s := &Summary{Type: "summary", Rules: map[string]*RuleSummary{}, NotificationsPerDay: map[string]float64{}, Notifications: map[string]int{},
		builtin: map[string]bool{}}
	for _, r := range set.Rules {
		if r.Status != rules.Disabled {
			s.Rules[r.ID] = &RuleSummary{Severity: r.MaxSeverity()}
			s.Order = append(s.Order, r.ID)
			s.builtin[r.ID] = r.Builtin
		}
	}
	return s
}

func (s *Summary) count(rec *smartylog.Record) {
	s.Records++
	if !rec.HasTime() {
		s.Unparsed++
		s.shapes.add(rec)
	}
}

func (s *Summary) notified(n *Notification, alerts []alert.Transition) {
	s.Notifications[n.Receiver]++
	told := map[string]bool{}
	for _, a := range alerts {
		if r := s.Rules[a.Rule]; r != nil && !told[a.Rule] {
			told[a.Rule] = true
			r.Notified++
		}
	}
}

// finish takes the totals that others kept.
func (s *Summary) finish(eng *engine.Engine, files []ingest.SourceStats) {
	for _, f := range files {
		s.Bytes += f.Bytes
		s.Lines += f.Lines
		s.passed += f.Passed
	}
	s.Records += s.passed
	if first, ok := eng.First(); ok {
		s.From = utc(first)
	}
	if newest, ok := eng.Newest(); ok {
		s.To = utc(newest)
	}
	perRule, perSource := eng.Stats()
	for _, src := range perSource {
		s.Late += src.Late
		s.Future += src.Future
	}
	for i := range perRule {
		s.rule(&perRule[i])
	}
	s.hideIdle()
	s.perDay()
}

func (s *Summary) rule(st *engine.Stats) {
	r := s.Rules[st.Rule]
	r.Matched, r.Groups, r.Fired, r.Resolved = st.Matched, st.Groups, st.Fired, st.Resolved
	r.Suppressed, r.EvalErrors, r.FirstError = st.Suppressed, st.EvalErrors, st.FirstError
	r.Folded, r.Quarantined = st.Folded, st.Quarantined
	r.MissingGroup, r.Evicted, r.TextErrors, r.Course = st.MissingGroup, st.Evicted, st.TemplateErrors, st.Course
	if st.Peak.Seen {
		r.Peak = &Peak{Value: st.Peak.Value, Of: st.Peak.Of, At: *utc(st.Peak.At), Group: st.Peak.Group}
	}
}

// hideIdle leaves out the built-in rules that had nothing to say: they are not
// what was asked about.
func (s *Summary) hideIdle() {
	s.Order = slices.DeleteFunc(s.Order, func(id string) bool {
		idle := s.builtin[id] && s.Rules[id].Matched == 0
		if idle {
			delete(s.Rules, id)
		}
		return idle
	})
}

func (s *Summary) perDay() {
	if s.From == nil || s.To == nil {
		return
	}
	days := s.To.Sub(*s.From).Hours() / 24
	for receiver, n := range s.Notifications {
		if days > 0 {
			s.NotificationsPerDay[receiver] = float64(int64(float64(n)/days*100+0.5)) / 100
		}
	}
}

func utc(sec int64) *time.Time {
	t := time.Unix(sec, 0).UTC()
	return &t
}
