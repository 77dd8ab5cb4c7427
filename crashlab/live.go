package main

import (
	"fmt"
	"os"
	"time"

	"github.com/smarty-alert/smarty-alert/loggen"
)

// A day of a live round goes by so fast; five seconds of the machine are what a stamp may
// be late by: a disk that is busy keeps a writer waiting for two or three of them.
const (
	liveSpeed    = 300
	liveLateness = 5 * liveSpeed * time.Second
)

// liveRules count all records by the hour, and see busy and silent times.
const liveRules = `
rules:
- id: hour
  event: LAB_RECORD
  mode: event
  window: 2h
  aggregates:
    numbers: {sum: number}
  condition: count >= 1
  cooldown: 1h
- id: busy
  event: LAB_RECORD
  group_by: [key]
  window: 1m
  aggregates:
    newest: {max: number}
  condition: count >= 40
  for: 20s
  keep_firing_for: 30s
- id: silent
  event: LAB_RECORD
  group_by: [key]
  window: 20m
  absence: true
  condition: count == 0
`

// liveRound is a day at a line a second, on logs that are rotated and packed, with some
// kills: the service must decide what a replay does.
func liveRound(r *round) error {
	length := 24 * time.Hour
	if r.short {
		length = 90 * time.Minute
	}
	w, err := r.newWriter()
	if err != nil {
		return err
	}
	s := r.newService()
	s.hook.heal()
	s.clock, s.lateness, s.rules = newClock(noon, liveSpeed), liveLateness, liveRules
	w.clock = s.clock
	if err := s.start(); err != nil {
		return err
	}
	second := w.clock.now().Unix()
	first := second
	w.stamp = func(era int, _ int64, stem, event string, fields map[string]string) []byte {
		if fields != nil {
			fields["key"] = liveKey(second)
		}
		return loggen.Render(era, time.UTC, second, stem, event, fields)
	}
	rotated := newRotation(w, r.dice.IntN(2) == 0)
	for end := first + int64(length/time.Second); second < end && r.Err() == nil; r.pause(20 * time.Millisecond) {
		for now := w.clock.now().Unix(); second < min(now, end); second++ {
			stem, at := w.anyStem(), time.Unix(second, 0)
			if _, err := w.put(stem); err != nil {
				return err
			}
			if err := os.Chtimes(w.path(stem), at, at); err != nil { // by this clock, too, a packed file is old or new
				return err
			}
			if err := r.liveFault(s, w, rotated); err != nil {
				return err
			}
		}
	}
	r.note("rotations", rotated.rotations)
	r.note("simulated hours", int(length/time.Hour))
	if err := s.settle(); err != nil {
		return err
	}
	for _, name := range []string{"smarty_alert_future_total", "smarty_alert_late_total"} {
		if n, ok := s.metric(name, ""); !ok || n > 0 { // a replay knows of no clock that they are beside
			return fmt.Errorf("%s is %v: the service's clock is not the writer's, or the machine is too busy", name, n)
		}
	}
	if err := s.stop(); err != nil {
		return err
	}
	return s.judgeLines(func(stored []decided) []string { return r.countHours(stored, w, first) })
}

// liveFault now and then rotates, packs or kills.
func (r *round) liveFault(s *service, w *writer, rotated *rotation) error {
	switch n := r.dice.IntN(50_000); {
	case n < 20:
		return rotated.now(w.anyStem())
	case n < 25:
		return rotated.pack(w.anyStem())
	case n == 25:
		s.kill()
		r.kills++
		return s.launch()
	}
	return nil
}

// liveKey is the group of a second: for ten minutes it may be the same one, and in some
// hours one is silent.
func liveKey(second int64) string {
	switch {
	case second/600%6 == 0:
		return "k0"
	case second/3600%5 == 2 && second%keys == 3:
		return "k2"
	}
	return fmt.Sprintf("k%d", second%keys)
}

// countHours is arithmetic: up to the last alert of an hour each record is in one of
// them. The records come a second after the other.
func (r *round) countHours(stored []decided, w *writer, first int64) (complaints []string) {
	r.records += w.next
	var records, sum float64
	var last int64
	for _, d := range stored {
		at, err := time.Parse(time.RFC3339, d.At)
		if d.Rule != "hour" || err != nil {
			continue
		}
		count, _ := d.Values["count"].(float64)
		numbers, _ := d.Values["numbers"].(float64)
		records, sum, last = records+count, sum+numbers, max(last, at.Unix())
	}
	n := float64(last - first + 1)
	if want := n * (n - 1) / 2; records != n || sum != want {
		r.lost += max(0, int(n-records))
		r.doubled += max(0, int(records-n))
		complaints = append(complaints, fmt.Sprintf("the hours have %v records of sum %v, written were %v of sum %v", records, sum, n, want))
	}
	return complaints
}
