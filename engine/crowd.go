package engine

import (
	"fmt"
	"slices"

	"github.com/smarty-alert/smarty-alert/alert"
)

// crowdShown is how many of the folded groups the overflow alert names.
const crowdShown = 5

// crowd counts a rule's firing groups. Those beyond max_firing are folded into
// one alert about their number (semantics §4.4).
type crowd struct {
	announced, folded int
	Told              int   // how many folded ones the overflow alert has named; 0: it is not on
	StartsAt          int64 // of the overflow alert
}

// count counts an incident that a snapshot brought.
func (c *crowd) count(inc *incident) {
	switch {
	case inc.State == alert.Firing && inc.Folded:
		c.folded++
	case inc.State == alert.Firing:
		c.announced++
	}
}

// full reports whether a group that fires now is one too many.
func (r *ruleState) full() bool {
	return r.rule.MaxFiring > 0 && r.crowd.announced >= r.rule.MaxFiring
}

// crowded reports whether judging so many groups could fill the crowd, so that
// their order decides which of them are folded.
func (r *ruleState) crowded(judged int) bool {
	return r.rule.MaxFiring > 0 && r.crowd.announced+judged > r.rule.MaxFiring
}

// tellCrowd says how many groups are folded, when that has changed.
func (r *ruleState) tellCrowd(e *Engine, s int64) {
	c := &r.crowd
	switch {
	case c.folded == c.Told:
		return
	case c.Told == 0:
		c.StartsAt = s
		r.announceCrowd(e, alert.Firing, s, "")
	case c.folded == 0:
		r.announceCrowd(e, alert.Resolved, s, "condition")
	default:
		r.announceCrowd(e, alert.Update, s, "")
	}
	c.Told = c.folded
}

// endCrowd ends the overflow alert of a rule that goes.
func (r *ruleState) endCrowd(e *Engine, s int64, reason string) {
	if r.crowd.Told > 0 {
		r.announceCrowd(e, alert.Resolved, s, reason)
	}
	r.crowd = crowd{}
}

func (r *ruleState) announceCrowd(e *Engine, state alert.State, s int64, reason string) {
	labels, fingerprint := r.crowdIdentity()
	groups := r.folded()
	t := r.blank(labels, fingerprint, state, s, r.crowd.StartsAt)
	t.Severity = r.rule.MaxSeverity()
	t.ActiveAt, t.StartsAt, t.Window = r.crowd.StartsAt, r.crowd.StartsAt, 0 // its number is not one of a window
	t.Inhibits = nil                                                         // it does not know of which groups it speaks
	t.Values = []alert.Value{{Name: "overflow", V: int64(r.crowd.folded)}, {Name: "groups", V: groups}}
	t.Summary = r.crowdSummary(groups)
	if state == alert.Resolved {
		t.EndsAt, t.Reason = s, reason
	}
	e.out = append(e.out, Output{Alert: t})
}

// crowdSummary says how many groups are folded, and which come first.
func (r *ruleState) crowdSummary(groups []any) string {
	if len(groups) == 0 {
		return fmt.Sprintf("groups firing beyond max_firing (%d): none any more", r.rule.MaxFiring)
	}
	text := fmt.Sprintf("groups firing beyond max_firing (%d): %d, %s", r.rule.MaxFiring, r.crowd.folded, listText(groups))
	if r.crowd.folded > len(groups) {
		text += ", …"
	}
	return text
}

func (r *ruleState) crowdIdentity() (alert.Labels, string) {
	labels := alert.NewLabels(alert.Label{Name: "overflow", Value: "true"})
	return labels, alert.Fingerprint(r.rule.ID, labels)
}

// folded are the labels of the first folded groups.
func (r *ruleState) folded() []any {
	var slots []uint32
	for i := range r.active {
		if r.active[i].Folded {
			slots = append(slots, r.active[i].Slot)
		}
	}
	slices.SortFunc(slots, r.compareSlots)
	shown := []any{}
	for _, slot := range slots[:min(len(slots), crowdShown)] {
		labels, _ := r.identity(r.groups.Key(slot))
		shown = append(shown, labels.String())
	}
	return shown
}
