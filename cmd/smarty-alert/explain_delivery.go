package main

import (
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/replay"
	"github.com/smarty-alert/smarty-alert/rules"
)

// deliveryJSON is who is told of a group's alert by a configuration, and what is in the
// way. Its names are stable.
type deliveryJSON struct {
	Group     alert.Labels    `json:"group"`
	At        time.Time       `json:"at"` // of its last alert, or when it came nearest, or --at
	Receivers []routedJSON    `json:"receivers"`
	Silences  []alert.Silence `json:"silences"`  // of the configuration, in force at that time
	Calendars []calendarSight `json:"calendars"` // of the rule's active
	Muted     bool            `json:"muted"`     // nobody is told at that time
}

// calendarSight is a calendar in which a rule may notify.
type calendarSight struct {
	Name string `json:"name"`
	Open bool   `json:"open"`
}

// deliveries ask the configuration about each group that is shown.
func (j *replayJob) deliveries(r *rules.Rule, x *replay.Explanation) (out []deliveryJSON) {
	if j.config == nil || j.config.Route == nil {
		return nil
	}
	root, err := dispatchOptions(j.config).Root.Resolve()
	if err != nil {
		return nil // the dispatcher was made of the same
	}
	for _, groups := range [][]replay.GroupSight{x.Nearest, x.Firing} {
		for _, g := range groups {
			at := nearestTime(g)
			if x.At != nil {
				at = x.At
			}
			if at == nil {
				continue
			}
			t := alert.Transition{Rule: r.ID, Group: g.Group, Severity: r.MaxSeverity(), Labels: r.Labels}
			d := deliveryJSON{Group: g.Group, At: *at, Receivers: []routedJSON{}, Silences: []alert.Silence{}, Calendars: []calendarSight{}}
			set := t.Set(external(j.config))
			routeMuted := true
			for _, v := range root.Explain(set) {
				if v.Taken {
					d.Receivers = append(d.Receivers, routed(v, set, *at))
					routeMuted = routeMuted && v.Route.Muted(*at)
				}
			}
			for _, s := range j.config.Silences {
				if s.Mutes(set, *at) {
					d.Silences = append(d.Silences, s)
				}
			}
			closed := len(r.ActiveIn) > 0
			for _, name := range r.ActiveIn {
				cal := j.config.Calendars[name]
				open := cal != nil && cal.Contains(*at)
				d.Calendars = append(d.Calendars, calendarSight{name, open})
				closed = closed && !open
			}
			d.Muted = r.Status == rules.Test || routeMuted || closed || len(d.Silences) > 0
			out = append(out, d)
		}
	}
	return out
}

// nearestTime is when the group last began to fire, or came nearest to it.
func nearestTime(g replay.GroupSight) *time.Time {
	if n := len(g.Spells); n > 0 {
		return &g.Spells[n-1].StartsAt
	}
	for _, t := range g.Terms {
		if t.At != nil {
			return t.At
		}
	}
	if g.State != nil {
		return &g.State.At
	}
	return nil
}
