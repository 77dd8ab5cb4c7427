package main

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// rotateRound renames logs at random while a writer goes on, which notices late; some
// of it while the follower is down.
func rotateRound(r *round) error {
	w, s, err := r.begin()
	if err != nil {
		return err
	}
	p := newRotation(w, r.dice.IntN(2) == 0)
	w.between = p.step
	stop := w.keepOn()
	for range 1 + r.dice.IntN(3) {
		r.sleep(2 * time.Second)
		if r.dice.IntN(2) == 0 {
			continue
		}
		s.kill()
		r.kills++
		r.sleep(1500 * time.Millisecond)
		if err := s.launch(); err != nil {
			return err
		}
	}
	r.sleep(time.Second)
	if err := stop(); err != nil {
		return err
	}
	r.note("rotations", p.rotations)
	r.note("packed", p.packed)
	return end(s, w)
}

// rotation renames the logs of a writer, as logrotate does.
type rotation struct {
	w         *writer
	dated     bool
	names     map[string][]string // of a log's older files, newest first
	held      map[string]int      // which of them is still written: 1 is the newest, 0 none
	stamp     int                 // of the last dated name
	rotations int
	packed    int
}

func newRotation(w *writer, dated bool) *rotation {
	return &rotation{w: w, dated: dated, names: map[string][]string{}, held: map[string]int{}, stamp: 1_700_000_000}
}

// step does something or nothing between two bursts.
func (p *rotation) step() error {
	stem := p.w.anyStem()
	switch p.w.dice.IntN(8) {
	case 0:
		return p.rotate(stem)
	case 1: // several at once
		for range 2 + p.w.dice.IntN(2) {
			if err := p.rotate(stem); err != nil {
				return err
			}
			if err := p.reopen(stem); err != nil {
				return err
			}
			if _, err := p.w.put(stem); err != nil {
				return err
			}
		}
		return nil
	case 2:
		return p.pack(stem)
	case 3, 4, 5:
		return p.reopen(stem)
	}
	return nil
}

// rotate renames a log and, by number, its older files. The writer goes on with the
// one it has open; the new one is there at once, or when the writer opens it.
func (p *rotation) rotate(stem string) error {
	path := p.w.path(stem)
	if _, err := os.Stat(path); err != nil {
		return nil // it has not been made again yet
	}
	p.rotations++
	if p.dated {
		p.stamp++
		p.names[stem] = append([]string{fmt.Sprintf("%s-%d", path, p.stamp)}, p.names[stem]...)
	} else {
		names := p.names[stem]
		for i := len(names) - 1; i >= 0; i-- {
			to := fmt.Sprintf("%s.%d", path, i+2)
			if packed(names[i]) {
				to += ".gz"
			}
			if err := os.Rename(names[i], to); err != nil {
				return err
			}
			names[i] = to
		}
		p.names[stem] = append([]string{path + ".1"}, names...)
	}
	if err := os.Rename(path, p.names[stem][0]); err != nil {
		return err
	}
	p.held[stem]++
	if p.held[stem] > 1 {
		p.held[stem] = max(p.held[stem], 2) // the writer still has an older one
	}
	if p.w.dice.IntN(2) == 0 {
		return os.WriteFile(path, nil, 0o644)
	}
	return nil
}

// reopen lets the writer notice.
func (p *rotation) reopen(stem string) error {
	p.held[stem] = 0
	return p.w.reopen(stem)
}

// pack packs the oldest file that nobody writes to.
func (p *rotation) pack(stem string) error {
	names := p.names[stem]
	for i := len(names) - 1; i >= 1; i-- {
		if packed(names[i]) || p.held[stem] == i+1 {
			continue
		}
		p.packed++
		to := names[i] + ".gz"
		if err := gzipFile(names[i], to); err != nil {
			return err
		}
		names[i] = to
		return nil
	}
	return nil
}

func packed(name string) bool { return len(name) > 3 && name[len(name)-3:] == ".gz" }

// gzipFile packs a file as gzip does: its time is kept, and it is removed afterwards.
func gzipFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return err
	}
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	z := gzip.NewWriter(out)
	_, err = io.Copy(z, in)
	if err := errors.Join(err, z.Close(), out.Close()); err != nil {
		return err
	}
	return errors.Join(os.Chtimes(to, info.ModTime(), info.ModTime()), os.Remove(from))
}
