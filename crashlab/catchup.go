package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// missedAtLeast is how long before the end of an outage its records end: longer than
// catch_up, 15 minutes, so that all of it belongs into digests.
const missedAtLeast = 20 * time.Minute

// outage is a time in which nobody looked at the logs, while they were written.
type outage struct{ from, to time.Time }

// during tells whether all of an alert lies within the outage.
func (o outage) during(a *fate) bool { return a.began > o.from.Unix() && a.ended <= o.to.Unix() }

// catchUpRound stops the follower for hours and kills it while it reads what was written
// meanwhile, decides, and tells of it. What began and was over while it was down is told
// in digests: each alert in one of them, and in no message besides.
func catchUpRound(r *round) error {
	w, err := r.newWriter()
	if err != nil {
		return err
	}
	s := r.newService()
	s.clock = newClock(noon, 1)
	w.clock = s.clock
	if err := s.begin(); err != nil {
		return err
	}
	var outages []outage
	for range 1 + r.dice.IntN(2) {
		o, err := r.sleepThrough(s, w)
		if err != nil {
			return err
		}
		outages = append(outages, o)
	}
	if err := r.writeFor(w, time.Second); err != nil {
		return err
	}
	if err := s.settle(); err != nil {
		return err
	}
	if err := s.stop(); err != nil {
		return err
	}
	return s.judgeAll(w, func(stored []decided) []string { return r.countRecords(stored, w) },
		func(want []decided) []string { return s.checkCaughtUp(want, outages) })
}

// writeFor lets a writer go on for a random time up to most.
func (r *round) writeFor(w *writer, most time.Duration) error {
	stop := w.keepOn()
	r.sleep(most)
	return stop()
}

// sleepThrough is an outage with what follows it: kills while the service catches up,
// then a process that is let alone until it has told of what was missed.
func (r *round) sleepThrough(s *service, w *writer) (o outage, err error) {
	if err := r.writeFor(w, 1500*time.Millisecond); err != nil {
		return o, err
	}
	s.kill()
	r.kills++
	before := s.digests()
	o.from = s.clock.now().Add(time.Second)
	o.to = o.from.Add(time.Hour + time.Duration(r.dice.Int64N(int64(4*time.Hour))))
	if err := r.miss(w, o); err != nil {
		return o, err
	}
	s.clock = newClock(o.to, 1)
	w.clock = s.clock
	for range 1 + r.dice.IntN(4) {
		if err := s.launch(); err != nil {
			return o, err
		}
		r.sleep(1500 * time.Millisecond)
		if status, _ := s.fetch("/-/ready"); s.known() && status != 200 {
			r.note("kills amid the backlog", 1)
		}
		s.kill()
		r.kills++
	}
	if err := s.start(); err != nil {
		return o, err
	}
	r.note("outages", 1)
	return o, r.eventually("a digest of the outage", time.Minute, func() bool { return s.digests() > before })
}

// miss writes what happens in an outage: records by themselves, and so many of each key
// within two seconds that an alert comes and goes.
func (r *round) miss(w *writer, o outage) error {
	for at := o.from; at.Before(o.to.Add(-missedAtLeast)); at = at.Add(time.Minute + time.Duration(r.dice.Int64N(int64(6*time.Minute)))) {
		records := 1 + r.dice.IntN(3)
		if r.dice.IntN(2) == 0 {
			records = 10 * keys
		}
		for n := range records {
			w.clock = newClock(at.Add(time.Duration(2*n/records)*time.Second), 1)
			if _, err := w.put(w.anyStem()); err != nil {
				return err
			}
		}
	}
	return nil
}

// digests is how many of them the file was told.
func (s *service) digests() int {
	messages, _ := s.fileMessages()
	return len(counts(messages))
}

// counts is about how many alerts each digest of what was missed is, by the id of its
// message.
func counts(messages []message) map[string]int {
	out := map[string]int{}
	for _, m := range messages {
		if m.isDigest() {
			out[m.id] = len(m.alerts) + m.unnamed
		}
	}
	return out
}

// isDigest tells whether a message is about what was missed. Its key is one of its own.
func (m message) isDigest() bool { return strings.Contains(m.key, "/catch-up-") }

// fate is an alert and what became of it, as replay knows it.
type fate struct {
	id           string
	began, ended int64 // ended is 0 while it fires
	lines        []decided
}

// fates are the alerts, by the order in which they began.
func fates(want []decided) (out []*fate, err error) {
	byID := map[string]*fate{}
	for _, d := range want {
		at, err := time.Parse(time.RFC3339, d.At)
		if err != nil {
			return nil, fmt.Errorf("%w in %s", err, d.line)
		}
		a := byID[d.ID]
		if a == nil {
			a = &fate{id: d.ID, began: at.Unix()}
			byID[d.ID] = a
			out = append(out, a)
		}
		if a.lines = append(a.lines, d); d.State != "firing" {
			a.ended = at.Unix()
		}
	}
	return out, nil
}

// checkCaughtUp asks whether each receiver was told of each alert: in messages about it,
// or in one of the digests, which only count most of what they are about.
func (s *service) checkCaughtUp(want []decided, outages []outage) (complaints []string) {
	alerts, err := fates(want)
	if err != nil {
		return []string{err.Error()}
	}
	inboxes, err := s.inboxes()
	if err != nil {
		return []string{err.Error()}
	}
	for name, messages := range inboxes {
		complaints = append(complaints, s.round.countCopies(name, messages)...)
		complaints = append(complaints, s.round.countCaughtUp(name, messages, alerts, outages)...)
	}
	return complaints
}

func (r *round) countCaughtUp(name string, messages []message, alerts []*fate, outages []outage) (complaints []string) {
	single := tellings(slices.DeleteFunc(slices.Clone(messages), message.isDigest))
	named := tellings(slices.DeleteFunc(slices.Clone(messages), func(m message) bool { return !m.isDigest() }))
	untold := 0
	for _, a := range alerts {
		firing, resolved := single[telling{a.id, "firing"}], single[telling{a.id, "resolved"}]
		digests := append(slices.Clone(named[telling{a.id, "firing"}]), named[telling{a.id, "resolved"}]...)
		missed := slices.ContainsFunc(outages, func(o outage) bool { return a.ended > 0 && o.during(a) })
		switch alone := len(firing) + len(resolved); {
		case alone > 0 && (missed || len(digests) > 0):
			r.alertsDoubled++
			complaints = append(complaints, fmt.Sprintf("%s was told of what it missed in messages of its own: %s", name, a.lines[0].line))
		case alone > 0:
			complaints = append(complaints, r.countTold(name, single, a.lines)...)
		case len(digests) > 1:
			r.alertsDoubled++
			complaints = append(complaints, fmt.Sprintf("%s was told in %d digests: %s", name, len(digests), a.lines[0].line))
			fallthrough
		default:
			untold++
		}
	}
	told := 0
	for _, n := range counts(messages) {
		told += n
	}
	r.note("told in digests", told)
	if told != untold {
		r.alertsLost += max(0, untold-told)
		r.alertsDoubled += max(0, told-untold)
		complaints = append(complaints, fmt.Sprintf("%s was told of %d alerts in digests, and of %d in no other message", name, told, untold))
	}
	return complaints
}
