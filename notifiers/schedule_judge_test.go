package notifiers_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

// tally is what stories have shown.
type tally struct {
	rows, taken, superseded, dead, handed int
	duplicates, orphans, stale            map[string]int // by kind
}

func newTally() tally {
	return tally{duplicates: map[string]int{}, orphans: map[string]int{}, stale: map[string]int{}}
}

func (t *tally) add(o tally) {
	t.rows += o.rows
	t.taken += o.taken
	t.superseded += o.superseded
	t.dead += o.dead
	t.handed += o.handed
	for to, from := range map[*map[string]int]map[string]int{&t.duplicates: o.duplicates, &t.orphans: o.orphans, &t.stale: o.stale} {
		for kind, n := range from {
			(*to)[kind] += n
		}
	}
}

// judgement says what is wrong with how a story ended.
type judgement struct {
	w     *world
	rows  []alert.Delivery
	at    map[string]int     // row by id
	got   map[reader][]taken // in their order
	named map[reader]map[int][]taken
	sum   tally
	wrong []string
}

// reader is who gets a receiver's messages; to is the recipient of mail.
type reader struct{ receiver, to string }

func (w *world) newJudgement() *judgement {
	j := &judgement{w: w, rows: w.rows(), at: map[string]int{}, got: map[reader][]taken{}, named: map[reader]map[int][]taken{}, sum: newTally()}
	j.sum.rows, j.sum.taken = len(j.rows), len(w.taken)
	for i, d := range j.rows {
		j.at[d.ID] = i
	}
	for _, m := range w.taken {
		who := reader{m.receiver, m.to}
		j.got[who] = append(j.got[who], m)
		if j.named[who] == nil {
			j.named[who] = map[int][]taken{}
		}
		for n := range m.alerts {
			j.named[who][n] = append(j.named[who][n], m)
		}
		if m.more {
			j.named[who][unnamed] = append(j.named[who][unnamed], m)
		}
	}
	return j
}

// unnamed stands for the alerts that a message does not show.
const unnamed = 0

func (j *judgement) fault(format string, args ...any) {
	j.wrong = append(j.wrong, fmt.Sprintf(format, args...))
}

// judge says what was lost, out of order, told twice without need, left untrue, or
// late for the receiver that never fails.
func (w *world) judge(delay time.Duration) (tally, []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	j := w.newJudgement()
	taken := map[string]time.Time{}
	for _, m := range w.taken {
		if _, known := taken[m.id]; !known {
			taken[m.id] = m.at
		}
	}
	for _, d := range j.rows {
		j.judgeRow(d)
		if late := taken[d.ID].Sub(d.Created); d.Receiver == calm && late > delay {
			j.fault("calm got %s after %v", d.ID, late)
		}
	}
	for _, s := range w.sides {
		for _, to := range s.readers() {
			j.judgeReader(s, to)
		}
		j.judgeChat(s)
	}
	return j.sum, j.wrong
}

// readers are those who get a side's messages.
func (s *side) readers() []string {
	if s.kind == mailing {
		return recipients
	}
	return []string{""}
}

// judgeRow: each row of the outbox was told, or newer news of it, or it was refused
// three times and then told by the fallback.
func (j *judgement) judgeRow(d alert.Delivery) {
	s := j.w.side(d.Receiver)
	if j.w.isFallback(d.Receiver) {
		j.sum.handed++
	}
	switch d.State {
	case alert.DeliverySuperseded:
		j.sum.superseded++
		fallthrough
	case alert.DeliverySent:
		for _, to := range s.readers() {
			if missing := j.untold(d, to); missing != "" {
				j.fault("%s is %s, but %s was not told %s", d.ID, d.State, d.Receiver+" "+to, missing)
			}
		}
	case alert.DeliveryDead:
		j.sum.dead++
		if !refusedThrice(d) {
			j.fault("%s was given up after %+v", d.ID, d.Attempts)
		}
		if s.fallback != "" && !slices.ContainsFunc(j.rows, func(c alert.Delivery) bool {
			return c.Receiver == s.fallback && c.GroupKey == d.GroupKey && c.Reason == d.Reason && slices.EqualFunc(c.Message.Alerts, d.Message.Alerts, same)
		}) {
			j.fault("%s was given up, and %s does not know", d.ID, s.fallback)
		}
	default:
		j.fault("%s is left %s", d.ID, d.State)
	}
}

func same(a, b alert.Transition) bool { return a.ID == b.ID }

// untold is what of a row somebody was told neither then nor later, as it was or
// newer.
func (j *judgement) untold(d alert.Delivery, to string) string {
	named := j.named[reader{d.Receiver, to}]
	since := d.Created.Truncate(time.Second)
	for _, t := range d.Message.Alerts {
		n := j.w.numbers[t.AlertID]
		if !slices.ContainsFunc(named[n], func(m taken) bool { return !m.at.Before(since) && (t.Active() || !m.alerts[n]) }) &&
			!slices.ContainsFunc(named[unnamed], func(m taken) bool { return !m.at.Before(since) }) {
			return fmt.Sprintf("that %d is %s", n, t.State)
		}
	}
	return ""
}

// judgeReader looks at what somebody got, in its order.
func (j *judgement) judgeReader(s *side, to string) {
	who := s.name + " " + to
	got := j.got[reader{s.name, to}]
	newest := map[string]int{}          // row told last, by group
	carried := map[string]taken{}       // by id
	written := map[string]taken{}       // by text, where there are no ids
	fires := map[int]bool{}             // what they believe
	repeated := func(m, before taken) { // told before
		if s.deleted[before.message] || s.deleted[before.thread] {
			return
		}
		j.sum.duplicates[s.kind]++
		if !before.hidden || s.kind == slackBot && s.blind == 0 {
			j.fault("%s got %s twice for no reason: %.200s", who, m.id, m.text)
		}
	}
	more := false
	for _, m := range got {
		if before, known := carried[m.id]; known && m.id != "" {
			repeated(m, before)
		}
		if before, known := written[m.text]; known && s.kind == duty && m.posted && !m.answers {
			repeated(m, before)
		}
		carried[m.id] = m
		if m.posted {
			written[m.text] = m
		}
		if i, known := j.at[strings.TrimSuffix(strings.Trim(strings.TrimSuffix(m.id, "@example.com>"), "<"), "thread")]; known {
			group := j.rows[i].GroupKey
			if i < newest[group] {
				j.fault("%s got row %d after row %d of %s", who, i, newest[group], group)
			}
			newest[group] = i
		} else if m.id != "" {
			j.fault("%s got %s, which is not in the outbox", who, m.id)
		} else if s.kind != duty && (m.posted || s.kind != slackBot) {
			j.fault("%s got a message without an id: %.200s", who, m.text)
		}
		for n, f := range m.alerts {
			if believed, told := fires[n]; f && told && !believed {
				j.fault("%s was told that %d fires after its end", who, n)
			}
			fires[n] = f
		}
		more = more || m.more
	}
	for n, f := range fires {
		if f && !more && !j.givenUp(s.name, n) {
			j.fault("%s was never told that %d is over", who, n)
		}
	}
}

// givenUp reports whether a dead letter explains why somebody does not know of an
// alert's end.
func (j *judgement) givenUp(receiver string, n int) bool {
	return slices.ContainsFunc(j.rows, func(d alert.Delivery) bool {
		return d.Receiver == receiver && d.State == alert.DeliveryDead && slices.ContainsFunc(d.Message.Alerts, func(t alert.Transition) bool { return j.w.numbers[t.AlertID] == n })
	})
}

// neverClosed reports whether a chat refused to have it said in an alert's message
// that it is over, after the next incident had its own, or in a copy of the message.
func (j *judgement) neverClosed(receiver string, n int) bool {
	refused := 0
	for _, d := range j.rows {
		if d.Receiver != receiver || !slices.ContainsFunc(j.rows, func(o alert.Delivery) bool {
			return o.GroupKey == d.GroupKey && slices.ContainsFunc(o.Message.Alerts, func(t alert.Transition) bool { return j.w.numbers[t.AlertID] == n })
		}) {
			continue
		}
		for _, a := range d.Attempts {
			if strings.Contains(a.Error, "the message before") || strings.Contains(a.Error, "the copy of the message") {
				refused++
			}
		}
	}
	return refused >= 2
}

// judgeChat: what stands in a chat is true at the end, or was posted by a try whose
// end nobody could know, where nobody could look.
func (j *judgement) judgeChat(s *side) {
	posted := map[string]taken{}
	edited := map[string]bool{}
	for _, m := range j.got[reader{s.name, ""}] {
		if m.posted {
			posted[m.message] = m
		} else {
			edited[m.message] = true
		}
	}
	standing := s.standing()
	for _, name := range slices.Sorted(maps.Keys(standing)) {
		text := standing[name]
		var untrue []int
		dead := false
		for _, found := range token.FindAllStringSubmatch(text, -1) {
			if n := atoi(found[1]); found[2] == "fires" && !slices.Contains(untrue, n) {
				untrue = append(untrue, n)
				dead = dead || j.givenUp(s.name, n) || j.neverClosed(s.name, n)
			}
		}
		if len(untrue) == 0 {
			if !strings.Contains(text, "✅") {
				j.fault("%s: message %s does not look over: %.300s", s.name, name, text)
			}
			continue
		}
		switch {
		case dead:
			j.sum.stale[s.kind]++
		case posted[name].hidden && !edited[name] && (s.kind == duty || s.blind > 0):
			j.sum.orphans[s.kind]++
		default:
			j.fault("%s: message %s says for ever that %v fire: %.300s", s.name, name, untrue, text)
		}
	}
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
