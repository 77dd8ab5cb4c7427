package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/loggen"
)

// soakRate is lines a second; every fifth is a record that rules ask for.
const (
	soakRate  = 5000
	soakShare = 5
	soakShort = 20 * time.Second
)

const soakRules = `
rules:
- id: tally
  event: LAB_RECORD
  mode: event
  window: 1m
  aggregates:
    numbers: {sum: number}
  condition: count >= 1
- id: busy
  event: LAB_RECORD
  group_by: [key]
  window: 5m
  aggregates:
    newest: {max: number}
    few: {distinct: key}
  condition: count >= 10000000
- id: logins
  event: LOGIN_*
  group_by: [reason]
  window: 5m
  condition: count >= 10000000
`

// soakRound writes fast for a long time: the service keeps up, and its memory does
// not grow.
func soakRound(r *round) error {
	w, err := r.newWriter()
	if err != nil {
		return err
	}
	s := r.newService()
	s.hook.heal()
	s.rules, s.lateness = soakRules, 2*time.Second
	if err := s.start(); err != nil {
		return err
	}
	lasts := r.soak
	if r.short {
		lasts = soakShort
	}
	watch := &soakWatch{service: s, quit: make(chan struct{}), over: make(chan struct{})}
	go watch.run()
	err = w.soak(r, lasts)
	watch.stop()
	if err := errors.Join(err, r.Err()); err != nil {
		return err
	}
	r.records = w.next
	watch.measure(r)
	last := time.Now().Unix()
	err = r.eventually("all is judged", time.Minute, func() bool {
		final, ok := s.metric("smarty_alert_final_timestamp_seconds", "")
		return ok && final > float64(last)
	})
	if err := errors.Join(err, s.stop()); err != nil {
		return err
	}
	return s.countSoak(w)
}

// soak writes at a steady pace: fifty times a second some lines to each log.
func (w *writer) soak(r *round, lasts time.Duration) error {
	const tick = 20 * time.Millisecond
	began, second, lines := time.Now(), int64(0), 0
	var filler [len(stems)][]byte
	for n := 1; time.Since(began) < lasts && r.Err() == nil; n++ {
		if wait := time.Until(began.Add(time.Duration(n) * tick)); wait > 0 {
			r.pause(wait)
		}
		if now := time.Now().Unix(); now != second { // one text for all of a second: who writes must not be what is slow
			second = now
			for i, other := range noise {
				text := loggen.Render(3, time.UTC, now, other.stem, other.event, nil)
				line, _, _ := strings.Cut(string(text), "\n")
				filler[i] = []byte(line + "\n")
			}
		}
		var texts [len(stems)][]byte
		for due := int(time.Since(began).Seconds() * soakRate); lines < due; lines++ {
			i := lines % len(stems)
			if lines%soakShare != 0 {
				texts[i] = append(texts[i], filler[i]...)
				continue
			}
			texts[i] = fmt.Appendf(texts[i], "%s DEBUG lab:56 _request[1.MainThread] %s key='k%d' number=%d\n",
				time.Unix(second, 0).UTC().Format("Mon Jan 02 15:04:05-0700 2006"), numbered, w.next%keys, w.next)
			w.next++
		}
		for i, stem := range stems {
			if _, err := w.files[stem].Write(texts[i]); err != nil {
				return err
			}
		}
	}
	r.note("lines", lines)
	return nil
}

// soakWatch looks at the service once a second.
type soakWatch struct {
	service    *service
	quit, over chan struct{}
	memory     []float64 // MiB
	lag        []float64 // seconds beyond what lateness asks for
}

func (k *soakWatch) run() {
	defer close(k.over)
	for {
		select {
		case <-k.quit:
			return
		case <-time.After(time.Second):
		}
		s := k.service
		now := time.Now()
		final, ok := s.metric("smarty_alert_final_timestamp_seconds", "")
		if ok && final > 0 {
			k.lag = append(k.lag, float64(now.UnixMilli())/1000-final-1-s.lateness.Seconds())
		}
		k.memory = append(k.memory, anonymous(s.cmd.Process.Pid))
	}
}

func (k *soakWatch) stop() {
	close(k.quit)
	<-k.over
}

// measure holds the last quarter against the second one: the first has the start in it.
func (k *soakWatch) measure(r *round) {
	if n := len(k.memory) / 4; n > 0 {
		r.measure("memory growth", figure{slices.Max(k.memory[3*n:]) - slices.Max(k.memory[n:2*n]), 8, " MiB"})
		r.measure("memory", figure{slices.Max(k.memory), 160, " MiB"})
	}
	if len(k.lag) > 2 {
		lags := slices.Sorted(slices.Values(k.lag[2:])) // the start
		r.measure("lag", figure{lags[len(lags)-1], 2, " s"})
		r.measure("lag, median", figure{lags[len(lags)/2], 2, " s"})
	}
}

// anonymous is what a process has of its own in memory, in MiB; 0 where /proc does
// not tell.
func anonymous(pid int) (mib float64) {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for line := range strings.Lines(string(text)) {
		var kib float64
		if _, err := fmt.Sscanf(line, "RssAnon: %f kB", &kib); err == nil {
			mib = kib / 1024
		}
	}
	return mib
}

// countSoak adds up what the seconds had.
func (s *service) countSoak(w *writer) error {
	_, stored, err := s.stored()
	if err != nil {
		return err
	}
	var records, sum, want float64
	for _, d := range stored {
		if d.Rule == "tally" {
			count, _ := d.Values["count"].(float64)
			numbers, _ := d.Values["numbers"].(float64)
			records, sum = records+count, sum+numbers
		}
	}
	for n := range w.next {
		want += float64(n)
	}
	r := s.round
	r.lost, r.doubled = max(0, w.next-int(records)), max(0, int(records)-w.next)
	if sum != want {
		return fmt.Errorf("the seconds have %v records of sum %v, written were %d of sum %v", records, sum, w.next, want)
	}
	return nil
}
