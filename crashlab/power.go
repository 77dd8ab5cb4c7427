package main

import (
	"errors"
	"path/filepath"
	"time"
)

// powerRound cuts the power of the disk of the state, some times. What was not on
// it is gone; the logs are on another one.
func powerRound(r *round) error {
	w, err := r.newWriter()
	if err != nil {
		return err
	}
	d, err := r.newDisk()
	if err != nil {
		return err
	}
	s := r.newService()
	s.state = filepath.Join(d.dir, "state")
	if err := s.start(); err != nil {
		return err
	}
	stop := w.keepOn()
	for range 1 + r.dice.IntN(3) {
		r.sleep(3 * time.Second)
		if err := d.cut(); err != nil {
			return errors.Join(err, stop())
		}
		r.sleep(50 * time.Millisecond) // it may notice
		s.kill()
		r.kills++
		if err := errors.Join(d.unmount(), d.mount(), s.launch()); err != nil {
			return errors.Join(err, stop())
		}
	}
	if err := stop(); err != nil {
		return err
	}
	err = end(s, w)
	s.kill()
	return errors.Join(err, d.unmount())
}
