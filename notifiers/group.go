package notifiers

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

// calendarPoll is how often a muted group looks whether it may speak. Calendars
// have whole minutes.
const calendarPoll = time.Minute

// group is one (receiver, route, group labels): what fires in it and what the
// receiver was told.
type group struct {
	alert.NotifyGroup // Alerts, Told, Flaps and Late are kept in the maps below
	alerts            map[string]alert.Transition
	told              map[string]alert.Told
	flaps             map[string]*flap
	late              map[string]alert.Late
}

func newGroup(n alert.NotifyGroup) *group {
	g := &group{NotifyGroup: n, alerts: map[string]alert.Transition{}, told: map[string]alert.Told{}, flaps: map[string]*flap{}, late: map[string]alert.Late{}}
	for _, t := range n.Alerts {
		g.alerts[t.AlertID] = t
	}
	for _, t := range n.Told {
		g.told[t.AlertID] = t
	}
	for _, f := range n.Flaps {
		f.Times = slices.Clone(f.Times)
		g.flaps[f.Fingerprint] = &flap{f}
	}
	for _, l := range n.Late {
		g.late[l.AlertID] = l
	}
	g.Alerts, g.Told, g.Flaps, g.Late = nil, nil, nil, nil
	return g
}

// saved returns the group as a value of its own.
func (g *group) saved() alert.NotifyGroup {
	n := g.NotifyGroup
	n.Held = slices.Clone(g.Held)
	for _, t := range g.alerts {
		n.Alerts = append(n.Alerts, t)
	}
	slices.SortFunc(n.Alerts, byUrgency)
	for _, t := range g.told {
		n.Told = append(n.Told, t)
	}
	n.Flaps = g.savedFlaps()
	for _, id := range slices.Sorted(maps.Keys(g.late)) {
		n.Late = append(n.Late, g.late[id])
	}
	slices.SortFunc(n.Told, func(a, b alert.Told) int { return cmp.Compare(a.AlertID, b.AlertID) })
	return n
}

// change notes that something is to be told: after the group wait, and not
// sooner than one interval after the last message; on a route of digests when the
// next one is due.
func (g *group) change(r *Route, now time.Time) {
	switch {
	case !g.Due.IsZero():
	case r.Digest != nil:
		g.Due = r.nextDigest(now)
	default:
		g.Due = now.Add(r.wait())
		if !g.LastSent.IsZero() {
			g.Due = later(g.Due, g.LastSent.Add(r.interval()))
		}
	}
	g.wake(later(g.Due, now))
}

// wake makes sure the group is looked at no later than at.
func (g *group) wake(at time.Time) {
	if g.NextFlush.IsZero() || at.Before(g.NextFlush) {
		g.NextFlush = at
	}
}

// remember takes over what a message has told.
func (g *group) remember(m alert.Message, now time.Time) {
	for _, t := range m.Alerts {
		if t.Active() {
			delete(g.late, t.AlertID)
			g.told[t.AlertID] = alert.Told{AlertID: t.AlertID, Firing: true, Severity: t.Severity}
		} else {
			g.forget(t.AlertID)
		}
	}
	g.LastSent = now
	g.Deliveries++
}

func (g *group) forget(alertID string) {
	delete(g.alerts, alertID)
	delete(g.told, alertID)
	delete(g.late, alertID)
}

// hold returns those of ids whose holding back has not been reported yet.
func (g *group) hold(ids []string) (fresh []string) {
	for _, id := range ids {
		if !slices.Contains(g.Held, id) {
			fresh = append(fresh, id)
		}
	}
	g.Held = ids
	return fresh
}

// deliveryID is the same whenever the same group says the same: a crash before
// the delivery was stored makes no second one.
func (g *group) deliveryID(m alert.Message) string {
	h := sha256.New()
	fmt.Fprintf(h, "%d:%s%d:%s%d", len(g.Receiver), g.Receiver, len(g.Key), g.Key, g.Deliveries)
	if !g.Made.IsZero() {
		fmt.Fprintf(h, " %d", g.Made.UnixNano())
	}
	for _, t := range m.Alerts {
		h.Write([]byte("\n" + t.ID + " " + strconv.FormatInt(t.At, 10)))
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// byUrgency puts what fires first, then the severe, the old, and the rest by
// labels.
func byUrgency(a, b alert.Transition) int {
	over := func(t alert.Transition) int {
		if t.State == alert.Resolved {
			return 1
		}
		return 0
	}
	return cmp.Or(
		cmp.Compare(over(a), over(b)),
		cmp.Compare(b.Severity, a.Severity),
		cmp.Compare(a.StartsAt, b.StartsAt),
		cmp.Compare(a.Rule, b.Rule),
		a.Group.Compare(b.Group),
		cmp.Compare(a.AlertID, b.AlertID),
	)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
