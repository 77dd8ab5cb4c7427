package notifiers

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

// View is what fires and what keeps it from being told, at one moment.
type View struct {
	At       time.Time
	Alerts   []AlertView // by fingerprint
	Silences []alert.Silence
	Fixed    []string // ids of those that stand in the configuration
	Acks     []alert.Ack
}

// AlertView is an alert that fires.
type AlertView struct {
	alert.Transition
	Set         alert.Labels // as routes and silences see it
	Groups      []GroupRef   // that hold it, by key
	SilencedBy  []string     // ids of silences
	InhibitedBy []string     // fingerprints of alerts
	Ack         *alert.Ack   // nil: nobody looks after it
}

// GroupRef is a group of a receiver.
type GroupRef struct {
	Key, Receiver string
	Labels        alert.Labels
	Told          bool      // the receiver knows of the alert
	LastSent      time.Time // of the group; zero: never
	Next          time.Time // when it is decided again whether to tell; zero: not before something happens
}

// Look returns what is to be seen at now.
func (d *Dispatcher) Look(now time.Time) View {
	v := View{At: now, Silences: d.Silences(), Fixed: slices.Sorted(maps.Keys(d.fixed)), Acks: []alert.Ack{}}
	for _, id := range slices.Sorted(maps.Keys(d.acks)) {
		v.Acks = append(v.Acks, d.acks[id])
	}
	for id, in := range d.in {
		t, ok := d.firing(id)
		if !ok {
			continue
		}
		a := AlertView{Transition: t, Set: t.Set(d.o.External), InhibitedBy: d.inhibitorsOf(t, 10)}
		for _, key := range slices.Sorted(maps.Keys(in)) {
			g := in[key]
			_, told := g.told[id]
			a.Groups = append(a.Groups, GroupRef{key, g.Receiver, g.GroupLabels, told, g.LastSent, d.nextLook(g)})
		}
		for i := range v.Silences {
			if v.Silences[i].Mutes(a.Set, now) {
				a.SilencedBy = append(a.SilencedBy, v.Silences[i].ID)
			}
		}
		if ack, acked := d.acks[id]; acked {
			a.Ack = &ack
		}
		slices.Sort(a.InhibitedBy)
		v.Alerts = append(v.Alerts, a)
	}
	slices.SortFunc(v.Alerts, func(a, b AlertView) int { return strings.Compare(a.Fingerprint, b.Fingerprint) })
	return v
}
