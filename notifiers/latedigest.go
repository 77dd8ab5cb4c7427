package notifiers

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

// tellPast makes the digests of what was over long before it was read, one for each
// receiver. In the same moment the alerts leave their groups: none is told twice.
func (d *Dispatcher) tellPast(now time.Time) (ds []alert.Delivery, why []Decision) {
	due := map[string]bool{}
	for _, g := range d.groups {
		if at := d.catchUpAt(g); !at.IsZero() && !at.After(now) {
			due[g.Receiver] = true
		}
	}
	for _, receiver := range slices.Sorted(maps.Keys(due)) {
		over, top := d.takePast(receiver, now)
		if len(over) == 0 {
			continue
		}
		delivery := d.pastDigest(receiver, over, top, now)
		told := Decision{At: now, Receiver: receiver, GroupKey: delivery.GroupKey, Status: delivery.Message.Status, Reason: delivery.Reason, Sent: true}
		for _, t := range over {
			told.AlertIDs = append(told.AlertIDs, t.AlertID)
		}
		if l := d.limitOf(receiver); l != nil {
			l.admit(1, now)
		}
		ds, why = append(ds, delivery), append(why, told)
	}
	return ds, why
}

// takePast takes out of a receiver's groups what may be told. What is muted now is
// told later.
func (d *Dispatcher) takePast(receiver string, now time.Time) (over []alert.Transition, top []alert.DigestGroup) {
	for _, key := range slices.Sorted(maps.Keys(d.groups)) {
		g := d.groups[key]
		if g.Receiver != receiver || g.CatchUp.IsZero() {
			continue
		}
		f := flush{d: d, g: g, route: d.routeOf(g), now: now}
		g.CatchUp = time.Time{}
		named := alert.DigestGroup{Labels: g.GroupLabels}
		ids := slices.Sorted(maps.Keys(g.late))
		for _, id := range ids {
			t := g.alerts[id]
			switch {
			case g.late[id].Fate != latePast:
				continue
			case f.routed(t) && f.mutedBy(t) != "":
				g.CatchUp = f.nextPoll()
				continue
			case f.routed(t):
				over = append(over, t)
				named.Firing++
				named.Severity = max(named.Severity, t.Severity)
			}
			g.forget(id)
		}
		if named.Firing > 0 {
			top = append(top, named)
		}
		d.unindex(g, ids)
		g.wake(now) // it may be over
		d.touch(g)
	}
	slices.SortFunc(over, byUrgency)
	return over, top
}

func (d *Dispatcher) pastDigest(receiver string, over []alert.Transition, top []alert.DigestGroup, now time.Time) alert.Delivery {
	since, until := over[0].StartsAt, over[0].At
	h := sha256.New()
	fmt.Fprintf(h, "catch-up %d:%s", len(receiver), receiver)
	for _, t := range over {
		since, until = min(since, t.StartsAt), max(until, t.At)
		fmt.Fprintf(h, "\n%s %d", t.ID, t.At)
	}
	id := hex.EncodeToString(h.Sum(nil)[:16])
	sortTop(top)
	// A key of its own: it is no news of the digest before.
	m := alert.Message{Receiver: receiver, Status: "resolved", GroupKey: receiver + "/catch-up-" + id[:12] + ":{}", External: d.o.External,
		Alerts: slices.Clone(over[:min(len(over), digestTop)]),
		Digest: &alert.Digest{Since: time.Unix(since, 0), Until: time.Unix(until, 0), Groups: len(top), Resolved: len(over),
			Rules: countRules(over), Top: top[:min(len(top), digestTop)]}}
	return alert.Delivery{ID: id, Receiver: receiver, GroupKey: m.GroupKey, Reason: string(First),
		State: alert.DeliveryPending, Created: now, Next: now, Message: m}
}

// sortTop puts the most urgent groups first: the most severe, then those with the
// most alerts, then by their labels.
func sortTop(gs []alert.DigestGroup) {
	slices.SortFunc(gs, func(a, b alert.DigestGroup) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(b.Firing, a.Firing), a.Labels.Compare(b.Labels))
	})
}
