package replay

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/rules"
)

// Diff is what two sets of rules would have done differently over the same logs. Its
// JSON names are stable.
type Diff struct {
	From        *time.Time   `json:"from"` // smallest timestamp; null without records
	To          *time.Time   `json:"to"`
	Records     int64        `json:"records"`
	Differences []Difference `json:"differences"` // by time
	Rules       []RuleDiff   `json:"rules"`       // those that differ or fired, in the order of the new set, removed ones last
	// Notifications are by receiver; null when no routes decided about them.
	Notifications map[string]*NotificationDiff `json:"notifications"`
}

// Difference is one alert that is not the same on both sides.
type Difference struct {
	Change string   `json:"change"`         // only_old, only_new, changed
	What   []string `json:"what,omitempty"` // of changed: starts_at, ends_at, severity, values.count, …
	Old    *Spell   `json:"old,omitempty"`
	New    *Spell   `json:"new,omitempty"`
}

// RuleDiff counts a rule's alerts.
type RuleDiff struct {
	Rule    string `json:"rule"`
	Old     int    `json:"old"` // alerts
	New     int    `json:"new"`
	OnlyOld int    `json:"only_old"`
	OnlyNew int    `json:"only_new"`
	Changed int    `json:"changed"`
}

// NotificationDiff counts a receiver's messages.
type NotificationDiff struct {
	Old     int `json:"old"`
	New     int `json:"new"`
	OnlyOld int `json:"only_old"` // without an equal one at the same second on the other side
	OnlyNew int `json:"only_new"`
}

// Different tells whether anything differs.
func (d *Diff) Different() bool {
	for _, n := range d.Notifications {
		if n.OnlyOld+n.OnlyNew > 0 {
			return true
		}
	}
	return len(d.Differences) > 0
}

// DiffLanes are what Compare is about. The dispatchers are nil, or of the same routes.
type DiffLanes struct {
	Old, New                     *rules.Set
	OldDispatcher, NewDispatcher *notifiers.Dispatcher
}

// Compare replays two sets of rules over the logs, which are read once. When a file
// is broken in the middle, what came before it is compared, and the error names it.
func Compare(ctx context.Context, o Options, of DiffLanes) (*Diff, error) {
	before, after := newSide(of.Old, of.OldDispatcher), newSide(of.New, of.NewDispatcher)
	summaries, err := RunLanes(ctx, o, []Lane{before.lane, after.lane})
	if summaries == nil {
		return nil, err
	}
	s := summaries[0]
	d := &Diff{From: s.From, To: s.To, Records: s.Records, Differences: []Difference{}}
	d.alerts(before.spells.list, after.spells.list)
	d.count(of, before.spells.list, after.spells.list)
	if of.OldDispatcher != nil {
		d.notifications(before.told, after.told)
	}
	return d, err
}

// side is what one set of rules came to.
type side struct {
	lane   Lane
	spells *spells
	told   map[string]map[string]int // messages by receiver and content
}

func newSide(set *rules.Set, d *notifiers.Dispatcher) *side {
	s := &side{spells: newSpells(), told: map[string]map[string]int{}}
	s.lane = Lane{Rules: set, Dispatcher: d, Emit: func(ev Event) error {
		switch {
		case ev.Alert != nil:
			s.spells.add(ev.Alert)
		case ev.Notification != nil:
			s.tell(ev.Notification)
		}
		return nil
	}}
	return s
}

func (s *side) tell(n *Notification) {
	if s.told[n.Receiver] == nil {
		s.told[n.Receiver] = map[string]int{}
	}
	ids := slices.Clone(n.Alerts)
	slices.Sort(ids)
	s.told[n.Receiver][strings.Join(append([]string{n.At.UTC().Format(time.RFC3339), n.Status, n.Reason}, ids...), " ")]++
}

// alerts pairs what is the same alert on both sides: of equal ids, else of one group
// at overlapping times.
func (d *Diff) alerts(before, after []*Spell) {
	byID, byGroup := map[string]*Spell{}, map[string][]*Spell{}
	for _, s := range before {
		byID[s.ID] = s
	}
	paired := map[*Spell]bool{}
	var rest []*Spell
	for _, s := range after {
		if old := byID[s.ID]; old != nil && old.Event == s.Event {
			paired[old] = true
			d.pair(old, s)
			continue
		}
		rest = append(rest, s)
	}
	for _, s := range before {
		if !paired[s] {
			byGroup[s.fingerprint] = append(byGroup[s.fingerprint], s)
		}
	}
	for _, s := range rest {
		left := byGroup[s.fingerprint]
		i := slices.IndexFunc(left, func(old *Spell) bool {
			return !s.Event && !old.Event && old.StartsAt.Unix() <= s.ends() && s.StartsAt.Unix() <= old.ends()
		})
		if i < 0 {
			d.Differences = append(d.Differences, Difference{Change: "only_new", New: s})
			continue
		}
		d.pair(left[i], s)
		byGroup[s.fingerprint] = slices.Delete(left, i, i+1)
	}
	for _, left := range byGroup {
		for _, s := range left {
			d.Differences = append(d.Differences, Difference{Change: "only_old", Old: s})
		}
	}
	slices.SortFunc(d.Differences, compareDifferences)
}

// compareDifferences puts them in the order of their beginnings; of equal ones the old
// go first, each side in its own order.
func compareDifferences(a, b Difference) int {
	key := func(d Difference) (at int64, isNew, order int) {
		if d.Old == nil {
			return d.New.StartsAt.Unix(), 1, d.New.order
		}
		if d.New != nil && d.New.StartsAt.Before(d.Old.StartsAt) {
			return d.New.StartsAt.Unix(), 0, d.Old.order
		}
		return d.Old.StartsAt.Unix(), 0, d.Old.order
	}
	at1, new1, order1 := key(a)
	at2, new2, order2 := key(b)
	return cmp.Or(cmp.Compare(at1, at2), cmp.Compare(new1, new2), cmp.Compare(order1, order2))
}

// pair compares what both sides say of an alert. Texts are not looked at, and of the
// values only those that both have.
func (d *Diff) pair(old, now *Spell) {
	var what []string
	if !old.StartsAt.Equal(now.StartsAt) {
		what = append(what, "starts_at")
	}
	if old.ends() != now.ends() && !old.Event {
		what = append(what, "ends_at")
	}
	if old.Severity != now.Severity {
		what = append(what, "severity")
	}
	for _, v := range old.Values {
		for _, w := range now.Values {
			if v.Name == w.Name && !sameValue(v.V, w.V) {
				what = append(what, "values."+v.Name)
			}
		}
	}
	if what != nil {
		d.Differences = append(d.Differences, Difference{Change: "changed", What: what, Old: old, New: now})
	}
}

func sameValue(a, b any) bool {
	x, err1 := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err1 == nil && err2 == nil && string(x) == string(y)
}

// count sums up by rule.
func (d *Diff) count(of DiffLanes, before, after []*Spell) {
	byRule := map[string]*RuleDiff{}
	get := func(s *Spell) *RuleDiff {
		if byRule[s.Rule] == nil {
			byRule[s.Rule] = &RuleDiff{Rule: s.Rule}
		}
		return byRule[s.Rule]
	}
	for _, s := range before {
		get(s).Old++
	}
	for _, s := range after {
		get(s).New++
	}
	for _, x := range d.Differences {
		switch x.Change {
		case "only_old":
			get(x.Old).OnlyOld++
		case "only_new":
			get(x.New).OnlyNew++
		default:
			get(x.New).Changed++
		}
	}
	d.Rules = []RuleDiff{}
	for _, set := range []*rules.Set{of.New, of.Old} {
		for _, r := range set.Rules {
			if n := byRule[r.ID]; n != nil {
				d.Rules = append(d.Rules, *n)
				delete(byRule, r.ID)
			}
		}
	}
}

func (d *Diff) notifications(before, after map[string]map[string]int) {
	d.Notifications = map[string]*NotificationDiff{}
	of := func(receiver string) *NotificationDiff {
		if d.Notifications[receiver] == nil {
			d.Notifications[receiver] = &NotificationDiff{}
		}
		return d.Notifications[receiver]
	}
	for receiver, messages := range before {
		for m, n := range messages {
			of(receiver).Old += n
			of(receiver).OnlyOld += max(0, n-after[receiver][m])
		}
	}
	for receiver, messages := range after {
		for m, n := range messages {
			of(receiver).New += n
			of(receiver).OnlyNew += max(0, n-before[receiver][m])
		}
	}
}
