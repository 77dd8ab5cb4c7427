package main

import "time"

// killRound kills the follower some times while a writer goes on and the webhook is
// slow or breaks off now and then.
func killRound(r *round) error {
	w, s, err := r.begin()
	if err != nil {
		return err
	}
	stop := w.keepOn()
	for range 2 + r.dice.IntN(5) {
		r.sleep(1200 * time.Millisecond)
		s.kill()
		r.kills++
		if r.dice.IntN(3) == 0 {
			r.sleep(800 * time.Millisecond) // it is down while records are written
		}
		if err := s.launch(); err != nil {
			return err
		}
	}
	r.sleep(500 * time.Millisecond)
	if err := stop(); err != nil {
		return err
	}
	return end(s, w)
}

// end waits until all is judged, stops the follower, and judges it.
func end(s subject, w *writer) error {
	if err := s.settle(); err != nil {
		return err
	}
	if err := s.stop(); err != nil {
		return err
	}
	return s.judge(w)
}
