package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// manyGroups is how many a rule has at once.
const manyGroups = 1_000_000

const groupsRules = `
rules:
- id: many
  event: LAB_RECORD
  group_by: [number]
  window: 1d
  groups: {max: 1100000}
  condition: count >= 5
`

// groupsRound asks what a snapshot and a restart cost with a million groups.
func groupsRound(r *round) error {
	w, err := r.newWriter()
	if err != nil {
		return err
	}
	s := r.newService()
	s.hook.heal()
	s.rules = groupsRules
	if err := w.many(manyGroups); err != nil {
		return err
	}
	began := time.Now()
	if err := s.launch(); err != nil {
		return err
	}
	var small float64 // when the snapshot was made that each first start begins with
	err = r.eventually("a first snapshot", 30*time.Second, func() bool {
		small, _ = s.metric("smarty_alert_state_snapshot_timestamp_seconds", "")
		return small >= float64(began.Unix())
	})
	if err != nil {
		return err
	}
	if err := s.ready(5 * time.Minute); err != nil {
		return err
	}
	r.measure("first reading", figure{time.Since(began).Seconds(), 300, " s"})
	var pause float64
	err = r.eventually("a snapshot of all groups", 2*time.Minute, func() bool {
		at, _ := s.metric("smarty_alert_state_snapshot_timestamp_seconds", "")
		pause, _ = s.metric("smarty_alert_state_snapshot_pause_seconds", "")
		return at > small && pause > 0 && s.snapshotSize() > manyGroups*10
	})
	if err != nil {
		return err
	}
	r.measure("pause", figure{pause * 1000, 100, " ms"})
	for range 100 { // what is to be read again after the snapshot
		if _, err := w.put(w.anyStem()); err != nil {
			return err
		}
	}
	r.pause(2 * time.Second)
	s.kill()
	r.kills++
	began = time.Now()
	if err := s.start(); err != nil {
		return err
	}
	r.measure("restart", figure{time.Since(began).Seconds(), 10, " s"})
	r.records += w.next
	err = r.eventually("all records are counted", 30*time.Second, func() bool {
		n, _ := s.metric("smarty_alert_rule_matched_total", `rule="many"`)
		r.lost, r.doubled = max(0, w.next-int(n)), max(0, int(n)-w.next)
		return int(n) == w.next
	})
	return errors.Join(err, s.stop())
}

// many writes n records at once, as if they had come over the last minutes.
func (w *writer) many(n int) error {
	out := bufio.NewWriterSize(w.files[stems[0]], 1<<20)
	first := time.Now().Add(-10 * time.Minute)
	for i := range n {
		at := first.Add(time.Duration(i) * 5 * time.Minute / time.Duration(n))
		fmt.Fprintf(out, "%s DEBUG lab:56 _request[1.MainThread] %s key='k%d' number=%d\n", at.UTC().Format("Mon Jan 02 15:04:05-0700 2006"), numbered, i%keys, w.next)
		w.next++
	}
	return out.Flush()
}

// snapshotSize is how large the newest snapshot is.
func (s *service) snapshotSize() (size int64) {
	entries, _ := os.ReadDir(s.state)
	for _, e := range entries {
		if info, err := e.Info(); err == nil && strings.HasPrefix(e.Name(), "snapshot-") {
			size = max(size, info.Size())
		}
	}
	return size
}
