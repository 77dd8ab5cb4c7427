package notifiers_test

import (
	"fmt"
	"slices"
	"strings"
)

// story is what was decided for a receiver, tried and taken, by time: to find out why
// a schedule went wrong.
func (w *world) story(receiver string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	const clock = "15:04:05.000"
	var lines []string
	for _, m := range w.taken {
		if m.receiver == receiver {
			lines = append(lines, fmt.Sprintf("%s taken %s %s message %s, posted %v, answers %v, hidden %v: %v", m.at.Format(clock), m.id, m.to, m.message, m.posted, m.answers, m.hidden, m.alerts))
		}
	}
	for _, d := range w.rows() {
		if d.Receiver != receiver {
			continue
		}
		line := fmt.Sprintf("%s row   %s %s %s %s, ref %q:", d.Created.Format(clock), d.ID, d.GroupKey, d.Reason, d.State, d.Ref)
		for _, t := range d.Message.Alerts {
			line += fmt.Sprintf(" %d %s", w.numbers[t.AlertID], t.State)
		}
		lines = append(lines, line)
		for _, a := range d.Attempts {
			lines = append(lines, fmt.Sprintf("%s try   %s: %q, permanent %v, unclear %v, %v", a.At.Format(clock), d.ID, a.Error, a.Permanent, a.Unclear, a.Parts))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}
