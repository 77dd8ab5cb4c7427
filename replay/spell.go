package replay

import (
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

// Spell is the life of an alert, from its beginning to its end. Its JSON names are
// stable.
type Spell struct {
	Rule     string         `json:"rule"`
	Group    alert.Labels   `json:"group"`
	ID       string         `json:"id"`
	StartsAt time.Time      `json:"starts_at"`
	EndsAt   *time.Time     `json:"ends_at,omitempty"` // nil: it fired when the clock ended, or is a single message
	Event    bool           `json:"event,omitempty"`   // a single message
	Severity alert.Severity `json:"severity"`          // the highest it had
	Values   values         `json:"values"`            // at its beginning
	Summary  string         `json:"summary"`           // the same

	fingerprint string
	order       int // among those of its lane
}

// spells gathers the lives of alerts from their transitions.
type spells struct {
	list []*Spell
	open map[string]*Spell // by alert id
}

func newSpells() *spells { return &spells{open: map[string]*Spell{}} }

func (sp *spells) add(t *alert.Transition) {
	switch t.State {
	case alert.Firing, alert.Event:
		s := &Spell{Rule: t.Rule, Group: orEmpty(t.Group), ID: t.AlertID, StartsAt: *utc(t.StartsAt), Event: t.State == alert.Event,
			Severity: t.Severity, Values: t.Values, Summary: t.Summary, fingerprint: t.Fingerprint, order: len(sp.list)}
		sp.list = append(sp.list, s)
		if !s.Event {
			sp.open[t.AlertID] = s
		}
	case alert.Update:
		if s := sp.open[t.AlertID]; s != nil {
			s.Severity = max(s.Severity, t.Severity)
		}
	case alert.Resolved:
		if s := sp.open[t.AlertID]; s != nil {
			s.EndsAt = utc(t.EndsAt)
			delete(sp.open, t.AlertID)
		}
	}
}

// ends is the second at which the spell is over.
func (s *Spell) ends() int64 {
	switch {
	case s.Event:
		return s.StartsAt.Unix()
	case s.EndsAt == nil:
		return 1<<62 - 1
	}
	return s.EndsAt.Unix()
}
