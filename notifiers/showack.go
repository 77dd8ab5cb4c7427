package notifiers

import (
	"maps"
	"slices"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

// noteAck remembers to show, where a receiver edits its messages, that somebody
// looks after an alert or no longer does.
func (d *Dispatcher) noteAck(alertID string, now time.Time) {
	for key, g := range d.in[alertID] {
		if _, told := g.told[alertID]; told && d.o.Receivers[g.Receiver].ShowsAcks {
			d.toShow[key] = true
			g.wake(now)
		}
	}
}

// showAcks makes the deliveries that only bring messages up to date. They alert
// nobody, so that they count for no interval and for no limit, and the group's
// state stays as it is.
func (d *Dispatcher) showAcks(now time.Time) (ds []alert.Delivery, why []Decision) {
	for _, key := range slices.Sorted(maps.Keys(d.toShow)) {
		delete(d.toShow, key)
		g := d.groups[key]
		if g == nil || g.InStorm || d.routeOf(g).Digest != nil {
			continue // the next message shows it
		}
		f := flush{d: d, g: g, now: now}
		for id := range g.told {
			if t := g.alerts[id]; t.Active() {
				f.say = append(f.say, t)
			}
		}
		if len(f.say) == 0 {
			continue
		}
		f.compose(Acknowledged)
		g.Deliveries++
		d.touch(g)
		ds, why = append(ds, *f.delivery), append(why, f.why...)
	}
	return ds, why
}
