package replay

import (
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

// Explanation is why a rule fired or did not. Its JSON names are stable.
type Explanation struct {
	Rule      string     `json:"rule"`
	Name      string     `json:"name,omitempty"`
	Condition string     `json:"condition,omitempty"` // what decides; of levels the lowest
	Key       string     `json:"key,omitempty"`       // where it stands: condition, levels.warning, …
	From      *time.Time `json:"from"`                // smallest timestamp; null without records
	To        *time.Time `json:"to"`
	At        *time.Time `json:"at,omitempty"` // all is as of the end of this second
	Records   int64      `json:"records"`
	// Selected are the records of the rule's logs and events; with a group, those that are
	// not another's.
	Selected int64          `json:"selected"`
	Over     *Series        `json:"selected_over_time,omitempty"`
	Rejected []Rejection    `json:"rejected"` // in the order in which they are asked
	Counted  int64          `json:"counted"`
	Counts   *Series        `json:"counted_over_time,omitempty"`
	Steps    []StepSight    `json:"steps,omitempty"`   // of a sequence or all_of
	Groups   int            `json:"groups"`            // that were seen
	Fired    int            `json:"fired"`             // alerts
	HeldBack map[string]int `json:"held_back"`         // by cooldown, warmup, max_firing, silence, inhibition, calendar
	Nearest  []GroupSight   `json:"nearest"`           // groups that did not fire, the nearest first
	Firing   []GroupSight   `json:"fired_groups"`      // those that did, the first first
	Crowded  bool           `json:"crowded,omitempty"` // there are more groups than are watched
}

// Rejection is a part of the rule that refused records.
type Rejection struct {
	By      string  `json:"by"` // match, steps or group_by
	Term    string  `json:"term"`
	Records int64   `json:"records"`
	Failed  int64   `json:"failed,omitempty"` // of them: the part could not be evaluated
	Error   string  `json:"error,omitempty"`  // the first time
	Sample  *Sample `json:"sample,omitempty"` // the first of them
}

// Sample is a record as it may be shown.
type Sample struct {
	At     time.Time `json:"at"`
	Source string    `json:"source"`
	File   string    `json:"file"`
	Pos    int64     `json:"pos"`
	Text   string    `json:"text"`
}

// StepSight counts what satisfies a step.
type StepSight struct {
	Step    string `json:"step"`
	Records int64  `json:"records"`
}

// GroupSight is what was seen of a group.
type GroupSight struct {
	Group       alert.Labels   `json:"group"`
	Fingerprint string         `json:"fingerprint"`
	Counted     int64          `json:"counted"`
	Counts      *Series        `json:"counted_over_time,omitempty"`
	Judged      int64          `json:"judged"` // times
	Terms       []TermSight    `json:"terms"`
	Spells      []*Spell       `json:"alerts"`
	HeldBack    map[string]int `json:"held_back,omitempty"`
	State       *GroupState    `json:"state,omitempty"` // at the last judgement
	// WouldFire are changes to the rule, one at a time, with which the group would have
	// fired. Each was tried: the rule was replayed so.
	WouldFire []Change `json:"would_fire_with,omitempty"`

	nearness float64
}

// TermSight is what was seen of a part of the condition.
type TermSight struct {
	Term    string     `json:"term"`
	Held    int64      `json:"held"`         // of the times it was judged
	Of      string     `json:"of,omitempty"` // of a comparison with a number: the value
	Op      string     `json:"op,omitempty"` // >=, >, <= or <
	Limit   *float64   `json:"limit,omitempty"`
	Nearest *float64   `json:"nearest,omitempty"` // the value nearest to the limit, or farthest beyond it
	At      *time.Time `json:"at,omitempty"`      // first time
}

// GroupState is where a group stands.
type GroupState struct {
	At     time.Time   `json:"at"`
	State  string      `json:"state"` // quiet, pending, firing, cooldown
	Since  *time.Time  `json:"since,omitempty"`
	Until  *time.Time  `json:"until,omitempty"` // of pending: when it fires if the condition goes on to hold; of cooldown: its end
	Warmup *time.Time  `json:"warmup_until,omitempty"`
	Values values      `json:"values"`
	Holds  bool        `json:"holds"` // the whole condition
	Terms  []TermState `json:"terms"`
}

// TermState is a part of the condition at a moment.
type TermState struct {
	Term  string   `json:"term"`
	Holds bool     `json:"holds"`
	Value *float64 `json:"value,omitempty"` // of what is compared with a number
}

// Change is a change to a rule.
type Change struct {
	Key   string  `json:"key"`            // condition, levels.…, window or for
	Text  string  `json:"text"`           // count >= 4, 310s
	Value float64 `json:"value"`          // the limit, or seconds
	Term  string  `json:"term,omitempty"` // of a limit: the part it stands in
}
