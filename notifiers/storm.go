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

// RateLimit bounds the messages of a receiver: Burst at once, and as many again
// in each Per. What is more is told in one digest.
type RateLimit struct {
	Burst int // 0: no limit
	Per   time.Duration
}

const (
	digestTop      = 20              // alerts and groups that a digest names
	digestSlowest  = 5 * time.Minute // between the digests of a storm in which much changes
	stormGroupName = "/storm"
)

// limit is a receiver's bucket and, while more groups are due than it allows, the
// digest that stands for all of them. A group that was told of in a digest is told
// of there until it is over, so that what people see as one message stays true.
type limit struct {
	alert.Limit
	receiver string
	rate     RateLimit
}

func stormKey(receiver string) string { return receiver + stormGroupName + ":{}" }

// limitOf is the limit of a receiver; nil if it has none.
func (d *Dispatcher) limitOf(receiver string) *limit {
	rate := d.o.Receivers[receiver].RateLimit
	if rate.Burst <= 0 || rate.Per <= 0 {
		return nil
	}
	l := d.limits[receiver]
	if l == nil {
		l = &limit{receiver: receiver}
		d.limits[receiver] = l
	}
	l.rate = rate
	return l
}

// admit reports whether n more messages may leave now, and takes them out of the
// bucket. Too many at once make it hot for a while.
func (l *limit) admit(n int, now time.Time) bool {
	each := l.rate.Per / time.Duration(l.rate.Burst)
	full := later(l.Full, now).Add(time.Duration(n) * each)
	fits := !full.After(now.Add(l.rate.Per))
	if fits {
		l.Full = full
		return !now.Before(l.Hot)
	}
	l.Full, l.Hot = now.Add(l.rate.Per), now.Add(l.rate.Per)
	return false
}

// restrain keeps back what is more than the receivers' limits and puts digests in
// its place.
func (d *Dispatcher) restrain(fs []*flush, now time.Time) (ds []alert.Delivery, why []Decision) {
	free := map[string]int{} // messages that want to leave, by receiver
	for _, f := range fs {
		if f.delivery != nil && !f.g.InStorm {
			free[f.g.Receiver]++
		}
	}
	admitted := map[string]bool{}
	for receiver, n := range free {
		l := d.limitOf(receiver)
		admitted[receiver] = l == nil || l.admit(n, now)
	}
	for _, f := range fs {
		if f.delivery != nil && (f.g.InStorm || !admitted[f.g.Receiver]) {
			if l := d.limitOf(f.g.Receiver); l != nil {
				l.join(f, now)
			}
		}
		if f.delivery != nil {
			ds = append(ds, *f.delivery)
		}
		why = append(why, f.why...)
	}
	for _, receiver := range slices.Sorted(maps.Keys(d.limits)) {
		l := d.limits[receiver]
		if !l.Due.IsZero() {
			l.Due = l.due(d.stormFiring(receiver), now)
		}
		if delivery, told := d.flushDigest(l, now); told != nil {
			ds, why = append(ds, *delivery), append(why, *told)
		}
		d.settleLimit(l, now)
	}
	return ds, why
}

// join takes a group's message into the digest.
func (l *limit) join(f *flush, now time.Time) {
	if l.Since.IsZero() {
		l.Since = now
	}
	if !f.g.InStorm {
		f.g.InStorm = true
		l.Groups++
	}
	for _, t := range f.delivery.Message.Alerts {
		if !t.Active() {
			l.Resolved++
			l.Over = append(l.Over, t)
		}
	}
	if n := len(l.Over) - digestTop; n > 0 {
		l.Over = slices.Clone(l.Over[n:])
	}
	l.Reason = string(strongest(Reason(cmp.Or(l.Reason, f.delivery.Reason)), Reason(f.delivery.Reason)))
	if l.Due.IsZero() {
		l.Due = now
	}
	for i := range f.why {
		if f.why[i].Sent {
			f.why[i].Sent, f.why[i].Reason = false, string(InStorm)
		}
	}
	f.delivery = nil
}

// due is when the next digest may leave: at once, then with growing pauses, which
// neither the end of it all nor something more severe has to wait for.
func (l *limit) due(firing []alert.Transition, now time.Time) time.Time {
	if l.Sent == 0 {
		return now
	}
	pause := l.rate.Per
	if len(firing) > 0 && firing[0].Severity <= l.Severity {
		for range min(l.Sent-1, 10) {
			pause *= 2
		}
		pause = min(pause, max(digestSlowest, l.rate.Per))
	}
	return later(now, l.LastSent.Add(pause))
}

// stormFiring is what fires of the groups in a receiver's digest, the most urgent
// first.
func (d *Dispatcher) stormFiring(receiver string) (firing []alert.Transition) {
	for _, g := range d.groups {
		if g.Receiver != receiver || !g.InStorm {
			continue
		}
		for id := range g.told {
			if t := g.alerts[id]; t.Active() {
				firing = append(firing, t)
			}
		}
	}
	slices.SortFunc(firing, byUrgency)
	return firing
}

func (d *Dispatcher) flushDigest(l *limit, now time.Time) (*alert.Delivery, *Decision) {
	if l.Due.IsZero() || l.Due.After(now) {
		return nil, nil
	}
	firing := d.stormFiring(l.receiver)
	m := alert.Message{Receiver: l.receiver, Status: "firing", GroupKey: stormKey(l.receiver), External: d.o.External,
		Digest: &alert.Digest{Since: l.Since, Groups: l.Groups, Firing: len(firing), Resolved: l.Resolved,
			Rules: countRules(firing), Top: d.topGroups(l.receiver)}}
	m.Alerts = slices.Clone(firing[:min(len(firing), digestTop)])
	if len(firing) == 0 {
		m.Status, m.Alerts = "resolved", slices.Clone(l.Over)
	}
	m.Acks = d.acksOf(m.Alerts)
	delivery := alert.Delivery{ID: l.deliveryID(m), Receiver: l.receiver, GroupKey: m.GroupKey, Reason: l.Reason,
		State: alert.DeliveryPending, Created: now, Next: now, Message: m}
	switch {
	case l.Sent == 0:
		delivery.Reason = string(First) // a message of its own, whatever it is about
	case l.Reason == string(First):
		delivery.Reason = string(NewAlerts)
	}
	told := &Decision{At: now, Receiver: l.receiver, GroupKey: m.GroupKey, Status: m.Status, Reason: delivery.Reason, Sent: true}
	for _, t := range m.Alerts {
		told.AlertIDs = append(told.AlertIDs, t.AlertID)
		l.Severity = max(l.Severity, t.Severity)
	}
	l.Sent++
	l.LastSent, l.Due, l.Reason, l.Over = now, time.Time{}, "", nil
	l.admit(1, now)
	return &delivery, told
}

func (l *limit) deliveryID(m alert.Message) string {
	h := sha256.New()
	fmt.Fprintf(h, "%d:%s%d %d", len(m.GroupKey), m.GroupKey, l.Since.UnixNano(), l.Sent)
	for _, t := range m.Alerts {
		h.Write([]byte("\n" + t.ID + " " + strconv.FormatInt(t.At, 10)))
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// settleLimit ends a storm of which nothing is left, and forgets a full bucket.
func (d *Dispatcher) settleLimit(l *limit, now time.Time) {
	d.changedLimits[l.receiver] = true
	if l.Due.IsZero() && !l.Since.IsZero() && !now.Before(l.Hot) && !d.storming(l.receiver) {
		l.Limit = alert.Limit{Full: l.Full}
		d.release(l.receiver)
	}
	if l.Since.IsZero() && !now.Before(later(l.Full, l.Hot)) {
		delete(d.limits, l.receiver)
	}
}

func (d *Dispatcher) storming(receiver string) bool {
	for _, g := range d.groups {
		if g.Receiver == receiver && g.InStorm && len(g.alerts) > 0 {
			return true
		}
	}
	return false
}

// release lets the groups that linger speak for themselves again.
func (d *Dispatcher) release(receiver string) {
	for _, g := range d.groups {
		if g.Receiver == receiver && g.InStorm {
			g.InStorm = false
			d.touch(g)
		}
	}
}

func countRules(ts []alert.Transition) []alert.Ranked {
	counts := map[string]int64{}
	for _, t := range ts {
		counts[t.Rule]++
	}
	var out []alert.Ranked
	for rule, n := range counts {
		out = append(out, alert.Ranked{Value: rule, Count: n})
	}
	slices.SortFunc(out, func(a, b alert.Ranked) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value))
	})
	return out[:min(len(out), digestTop)]
}

// topGroups are the most urgent groups of a digest.
func (d *Dispatcher) topGroups(receiver string) []alert.DigestGroup {
	var out []alert.DigestGroup
	for _, g := range d.groups {
		if g.Receiver != receiver || !g.InStorm {
			continue
		}
		top := alert.DigestGroup{Labels: g.GroupLabels}
		for id := range g.told {
			if t := g.alerts[id]; t.Active() {
				top.Firing++
				top.Severity = max(top.Severity, t.Severity)
			}
		}
		if top.Firing > 0 {
			out = append(out, top)
		}
	}
	sortTop(out)
	return out[:min(len(out), digestTop)]
}

// saved is the limit as a row beside the groups.
func (l *limit) saved() alert.NotifyGroup {
	kept := l.Limit
	kept.Over = slices.Clone(l.Over)
	return alert.NotifyGroup{Key: stormKey(l.receiver), Receiver: l.receiver, Limit: &kept}
}
