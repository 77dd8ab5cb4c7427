package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// fullFor is how long the disk of the state stays full.
const fullFor = 15 * time.Second

// fullRound fills the disk of the state while records go on being written. Alerts
// leave all the same, and the state goes on when there is room.
func fullRound(r *round) error {
	w, err := r.newWriter()
	if err != nil {
		return err
	}
	s := r.newService()
	s.hook.heal() // who is told is no fault of this row
	room := r.path("room")
	if err := r.tiny(room, "12m"); err != nil {
		return err
	}
	s.state = filepath.Join(room, "state")
	if err := s.start(); err != nil {
		return err
	}
	stop := w.keepOn()
	r.sleep(2 * time.Second)
	ballast := filepath.Join(room, "ballast")
	if err := fill(ballast); err != nil {
		return err
	}
	before := len(s.hook.taken())
	r.pause(fullFor / 3) // what was decided before has left
	early := len(s.hook.taken())
	for range 10 {
		r.pause(fullFor / 15)
		if err := fill(ballast); err != nil { // what was freed meanwhile
			return err
		}
	}
	during := len(s.hook.taken()) - early
	err = errors.Join(os.Remove(ballast), stop())
	if err != nil {
		return err
	}
	if during == 0 {
		err = fmt.Errorf("while the disk was full nobody was told anything (%d messages before, %d in its first seconds)", before, early-before)
	}
	if said := s.said(); !strings.Contains(said, "level=ERROR") && !strings.Contains(said, "level=WARN") {
		err = errors.Join(err, errors.New("a full disk was passed over in silence"))
	}
	r.note("messages while full", during)
	return errors.Join(err, end(s, w))
}

// fill appends to a file until nothing more fits.
func fill(path string) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer f.Close()
	for _, size := range []int{64 << 10, 4096, 1} {
		for err = nil; err == nil; {
			var n int
			if n, err = f.Write(make([]byte, size)); err == nil && n < size {
				err = io.ErrShortWrite
			}
		}
	}
	if strings.Contains(err.Error(), "no space") {
		return nil
	}
	return err
}
