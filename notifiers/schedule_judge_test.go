package notifiers_test

import (
	"fmt"
	"slices"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

// tally is what stories have shown.
type tally struct{ rows, taken, duplicates, superseded, dead int }

// judge says what is wrong with how a story ended: what was lost, out of order,
// told twice without need, or late for the receiver that never fails.
func (w *world) judge(delay time.Duration) (t tally, wrong []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	rows := w.rows()
	t.rows, t.taken = len(rows), len(w.taken)
	fault := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	for i, d := range rows {
		switch d.State {
		case alert.DeliverySent:
			if !slices.ContainsFunc(w.taken, func(m taken) bool { return m.id == d.ID }) {
				fault("%s is marked sent, but nobody took it", d.ID)
			}
		case alert.DeliverySuperseded:
			t.superseded++
			if missing := w.untold(d); missing != "" {
				fault("%s (row %d) is superseded, but nobody was told %s", d.ID, i, missing)
			}
		case alert.DeliveryDead:
			t.dead++
			if !refusedThrice(d) {
				fault("%s was given up after %+v", d.ID, d.Attempts)
			}
		default:
			fault("%s is left %s", d.ID, d.State)
		}
		if late := w.delayOf(d); d.Receiver == "calm" && late > delay {
			fault("calm got %s after %v", d.ID, late)
		}
	}
	t.duplicates = w.judgeOrder(rows, fault)
	return t, wrong
}

// judgeOrder looks at what each receiver got, in the order in which it got it.
func (w *world) judgeOrder(rows []alert.Delivery, fault func(string, ...any)) (duplicates int) {
	at, newest := map[string]int{}, map[string]int{} // row by id; last row taken by receiver and group
	for i, d := range rows {
		at[d.ID] = i
	}
	hidden := map[string]bool{}
	seen := map[string]bool{}
	over := map[string]bool{} // alerts that a receiver knows to be over
	for _, m := range w.taken {
		i, known := at[m.id]
		if !known {
			fault("%s got %s, which is not in the outbox", m.receiver, m.id)
			continue
		}
		group := m.receiver + " " + rows[i].GroupKey
		if last, ok := newest[group]; ok && i < last {
			fault("%s got row %d after row %d", group, i, last)
		}
		newest[group] = i
		if seen[m.id] {
			duplicates++
			if !hidden[m.id] {
				fault("%s got %s twice for no reason", m.receiver, m.id)
			}
		}
		seen[m.id], hidden[m.id] = true, m.hidden
		for _, a := range m.alerts {
			key := m.receiver + a.ID
			if a.Status == "firing" && over[key] {
				fault("%s was told that %s fires after its end", m.receiver, a.ID)
			}
			over[key] = over[key] || a.Status == "resolved"
		}
	}
	return duplicates
}

// untold is what of a row was told neither then nor later, as it was or newer.
func (w *world) untold(d alert.Delivery) string {
	for _, t := range d.Message.Alerts {
		if !slices.ContainsFunc(w.taken, func(m taken) bool {
			return m.receiver == d.Receiver && !m.at.Before(d.Created.Truncate(time.Second)) && slices.ContainsFunc(m.alerts, func(a told) bool {
				return a.ID == t.AlertID && (t.Active() || a.Status == "resolved")
			})
		}) {
			return t.State.String() + " " + t.AlertID
		}
	}
	return ""
}

func (w *world) delayOf(d alert.Delivery) time.Duration {
	for _, m := range w.taken {
		if m.id == d.ID {
			return m.at.Sub(d.Created)
		}
	}
	return 0
}

func refusedThrice(d alert.Delivery) bool {
	n := 0
	for _, a := range d.Attempts {
		if a.Permanent {
			n++
		}
	}
	return n == 3
}
