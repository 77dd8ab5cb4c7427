// Package alert is the vocabulary after the decision: what the engine tells the
// notifiers and the store. Start at Transition.
//
// The package holds values only. It reads no clock; seconds are Unix seconds of
// event time. Identities (fingerprint, alert id, transition id) are pure
// functions of rule, group and second, so that a crash, a replay or another
// machine derives the same ones.
package alert

import (
	"fmt"
	"time"
)

// State is what a transition announces.
type State uint8

// The states, in the order of an alert's life. Event is the single state of
// alerts in event mode, which never resolve.
const (
	Pending State = iota + 1
	Firing
	Update
	Resolved
	Event
)

var stateNames = [...]string{Pending: "pending", Firing: "firing", Update: "update", Resolved: "resolved", Event: "event"}

func (s State) String() string {
	if int(s) < len(stateNames) && s != 0 {
		return stateNames[s]
	}
	return fmt.Sprintf("state(%d)", uint8(s))
}

// MarshalText writes the lower-case name.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the lower-case name.
func (s *State) UnmarshalText(text []byte) error {
	for i, name := range stateNames {
		if name != "" && name == string(text) {
			*s = State(i)
			return nil
		}
	}
	return fmt.Errorf("unknown alert state %q", text)
}

// Severity orders alerts by urgency.
type Severity uint8

// Info is for a digest, Warning for working hours, Critical wakes someone.
const (
	Info Severity = iota + 1
	Warning
	Critical
)

var severityNames = [...]string{Info: "info", Warning: "warning", Critical: "critical"}

func (s Severity) String() string {
	if int(s) < len(severityNames) && s != 0 {
		return severityNames[s]
	}
	return fmt.Sprintf("severity(%d)", uint8(s))
}

// MarshalText writes the lower-case name.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the lower-case name.
func (s *Severity) UnmarshalText(text []byte) error {
	v, ok := ParseSeverity(string(text))
	if !ok {
		return fmt.Errorf("unknown severity %q: info, warning or critical", text)
	}
	*s = v
	return nil
}

// ParseSeverity reads a severity's name.
func ParseSeverity(name string) (Severity, bool) {
	for i, n := range severityNames {
		if n != "" && n == name {
			return Severity(i), true
		}
	}
	return 0, false
}

// Transition is one change of one alert, as decided by the engine. It is a
// snapshot: everything a message may say is in it, redacted, so that it can be
// stored and rendered later.
type Transition struct {
	ID          string   `json:"id"` // unique: hash of alert id, state and second
	At          int64    `json:"at"` // the second it happened
	Rule        string   `json:"rule"`
	Name        string   `json:"name,omitempty"` // the rule's human name
	Group       Labels   `json:"group,omitempty"`
	State       State    `json:"state"`
	Severity    Severity `json:"severity"`
	Fingerprint string   `json:"fingerprint"`
	AlertID     string   `json:"alert_id"`
	ActiveAt    int64    `json:"active_at,omitempty"`
	StartsAt    int64    `json:"starts_at,omitempty"`
	EndsAt      int64    `json:"ends_at,omitempty"` // resolved only
	// Reason says why an alert resolved: condition, expired, rule_removed,
	// rule_changed, rule_quarantined, state_lost.
	Reason      string  `json:"reason,omitempty"`
	Values      []Value `json:"values,omitempty"` // count first, then aggregates in rule order
	Labels      Labels  `json:"labels,omitempty"` // the rule's own
	Annotations Labels  `json:"annotations,omitempty"`
	// Summary is the annotation of that name or, for a rule without one, the
	// values beside what they are judged by.
	Summary    string   `json:"summary,omitempty"`
	Samples    []Sample `json:"samples,omitempty"`
	Suppressed int64    `json:"suppressed,omitempty"` // event mode: records swallowed by the cooldown
	Condition  string   `json:"condition,omitempty"`  // source text
	Window     int64    `json:"window,omitempty"`     // seconds

	// What the rule says about its notifications.
	RepeatInterval time.Duration `json:"repeat_interval,omitempty"` // 0: the route's
	RepeatBackoff  Backoff       `json:"repeat_backoff,omitzero"`   // the zero value: always the same interval
	Inhibits       []string      `json:"inhibits,omitempty"`        // ids of rules that are not told of while this alert fires
	ActiveIn       []string      `json:"active_in,omitempty"`       // calendars in which it may notify
	Silent         bool          `json:"silent,omitempty"`          // status: test — journalled, never notified
}

// Active reports whether the alert is on after the transition.
func (t *Transition) Active() bool { return t.State == Firing || t.State == Update }

// Annotation returns the named annotation, or "".
func (t *Transition) Annotation(name string) string { return t.Annotations.Get(name) }

// Value is one named value that a condition saw.
type Value struct {
	Name string `json:"name"`
	// V is an int64, a float64, a string, a bool, nil, or a []any of texts or of
	// Ranked.
	V any `json:"v"`
	// Approx marks a value that left its exact range (shown with "~").
	Approx bool `json:"approx,omitempty"`
}

// Ranked is one of the most frequent texts of a window.
type Ranked struct {
	Value string `json:"value"`
	Count int64  `json:"count"`
}

// Backoff stretches the intervals between repeats: the n-th waits for the repeat
// interval times Factor^(n-1), and for Max at most.
type Backoff struct {
	Factor float64       `json:"factor"` // 0: none
	Max    time.Duration `json:"max"`    // 0: no bound
}

// After is the wait before the next repeat when n were sent in a row.
func (b Backoff) After(n int, interval time.Duration) time.Duration {
	if b.Factor == 0 {
		return interval
	}
	wait := float64(interval)
	for range n {
		if wait *= b.Factor; b.Max > 0 && wait >= float64(b.Max) || wait >= float64(longest) {
			break
		}
	}
	if b.Max > 0 && wait > float64(b.Max) {
		return b.Max
	}
	return time.Duration(min(wait, float64(longest)))
}

// longest keeps sums of a time and a wait within their type.
const longest = 100 * 365 * 24 * time.Hour

// Sample is one record that made the alert, as text, already redacted.
type Sample struct {
	At     int64  `json:"at"`
	Source string `json:"source"` // instance/stem
	File   string `json:"file"`
	Pos    int64  `json:"pos"` // byte offset in the (decompressed) file
	Text   string `json:"text"`
}

// Suppression is a match or notification that was held back, and by what.
type Suppression struct {
	At          int64  `json:"at"`
	Rule        string `json:"rule"`
	Group       Labels `json:"group,omitempty"`
	Fingerprint string `json:"fingerprint"`
	// By is one of cooldown, silence, inhibition, calendar, repeat, max_firing, warmup.
	By string `json:"by"`
}
