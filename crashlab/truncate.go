package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// change is what happens to a log between two parts of a round.
type change func(r *round, w *writer, stem string) error

// linkRound is changeRound for a link that is switched once: of a file that it led to
// between two looks nobody knows.
func linkRound(down bool) func(*round) error {
	return changesRound(switchLink, switchLink, 1, down, false)
}

// changeRound writes, changes the log in some way, live or while the follower is down,
// and writes on. Every byte that the log held exists afterwards, or was read before.
func changeRound(do change, down, read bool) func(*round) error {
	return changesRound(func(*round, *writer, string) error { return nil }, do, 2, down, read)
}

// changesRound makes a change before the follower is started, and some others afterwards.
func changesRound(first, do change, times int, down, read bool) func(*round) error {
	return func(r *round) error {
		w, err := r.newWriter()
		if err != nil {
			return err
		}
		stem := w.anyStem()
		if err := first(r, w, stem); err != nil {
			return err
		}
		s := r.subject()
		if err := s.start(); err != nil {
			return err
		}
		for range times {
			if err := writeSome(w, stem, 5+r.dice.IntN(30)); err != nil {
				return err
			}
			if read {
				if err := awaitRead(r, s, w); err != nil {
					return err
				}
			} else {
				r.sleep(300 * time.Millisecond)
			}
			if down {
				s.kill()
				r.kills++
				if !read {
					if err := writeSome(w, stem, r.dice.IntN(20)); err != nil {
						return err
					}
				}
			}
			if err := do(r, w, stem); err != nil {
				return err
			}
			if down {
				if err := s.launch(); err != nil {
					return err
				}
			}
		}
		if err := writeSome(w, stem, 1+r.dice.IntN(10)); err != nil {
			return err
		}
		return endRecords(s, w)
	}
}

func writeSome(w *writer, stem string, n int) error {
	for range n {
		if _, err := w.put(stem); err != nil {
			return err
		}
	}
	return nil
}

// awaitRead waits until the follower has read all that was written.
func awaitRead(r *round, s subject, w *writer) error {
	if _, ok := s.(*service); !ok {
		r.pause(1500 * time.Millisecond)
		return nil
	}
	svc := s.(*service)
	return r.eventually("all is read", time.Minute, func() bool {
		n, ok := svc.metric("smarty_alert_rule_matched_total", `rule="each"`)
		return ok && int(n) >= w.next
	})
}

// endRecords ends a round whose files do not hold all records any more, so that a
// replay could not judge it: each is counted once, and nothing is told to be missing.
func endRecords(s subject, w *writer) error {
	svc, ok := s.(*service)
	if !ok {
		return end(s, w)
	}
	if err := s.settle(); err != nil {
		return err
	}
	gap, _ := svc.metric("smarty_alert_gap_bytes_total", "")
	if err := s.stop(); err != nil {
		return err
	}
	err := svc.judgeRecords(w)
	if gap != 0 {
		err = errors.Join(err, fmt.Errorf("%v bytes are told to be missing, all are there", gap))
	}
	return err
}

// copyTruncate copies a log to a rotated name and truncates it, between two writes.
func copyTruncate(_ *round, w *writer, stem string) error {
	path := w.path(stem)
	for k := 5; k > 0; k-- {
		_ = os.Rename(fmt.Sprintf("%s.%d", path, k), fmt.Sprintf("%s.%d", path, k+1)) // where it is there
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return errors.Join(os.WriteFile(path+".1", text, 0o644), os.Truncate(path, 0))
}

// rewrite truncates a log of which all was read, and writes it anew: to the same size,
// or to a greater one.
func rewrite(greater bool) change {
	return func(r *round, w *writer, stem string) error {
		path := w.path(stem)
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		var text []byte
		for int64(len(text)) < info.Size()*3/4 || greater && int64(len(text)) <= info.Size() {
			_, t := w.record(stem)
			text = append(text, t...)
		}
		if rest := info.Size() - int64(len(text)); !greater && rest > 0 {
			text = append(text, fmt.Sprintf("%*s\n", rest-1, "a line of a traceback")[:rest]...)
			if text[len(text)-1] != '\n' {
				text[len(text)-1] = '\n'
			}
		}
		if err := os.Truncate(path, 0); err != nil {
			return err
		}
		_, err = w.files[stem].Write(text)
		return err
	}
}

// reuse removes a log of which all was read, and makes a new one that gets the inode,
// where the file system gives it away again.
func reuse(r *round, w *writer, stem string) error {
	path := w.path(stem)
	before, err := os.Stat(path)
	if err != nil {
		return err
	}
	if err := errors.Join(w.files[stem].Close(), os.Remove(path)); err != nil {
		return err
	}
	delete(w.files, stem)
	if err := w.reopen(stem); err != nil {
		return err
	}
	after, err := os.Stat(path)
	if err == nil && os.SameFile(before, after) {
		r.note("inodes reused", 1)
	}
	return err
}

// switchLink makes the log's path lead to another file. Nobody writes to the one before
// any more.
func switchLink(_ *round, w *writer, stem string) error {
	path := w.path(stem)
	target := filepath.Join(w.dir, fmt.Sprintf("%s-%d.txt", stem, w.next))
	if err := os.WriteFile(target, nil, 0o644); err != nil {
		return err
	}
	if err := errors.Join(os.Symlink(target, path+".new"), os.Rename(path+".new", path)); err != nil {
		return err
	}
	return w.reopen(stem)
}

// packNow rotates and packs a log at once: by number or by date.
func packNow(dated bool) change {
	return func(r *round, w *writer, stem string) error {
		p := newRotation(w, dated)
		p.stamp += w.next
		path := w.path(stem)
		if !dated {
			for k := 5; k > 0; k-- {
				_ = os.Rename(fmt.Sprintf("%s.%d.gz", path, k), fmt.Sprintf("%s.%d.gz", path, k+1)) // where it is there
			}
		}
		if err := p.rotate(stem); err != nil {
			return err
		}
		if err := p.reopen(stem); err != nil {
			return err
		}
		return gzipFile(p.names[stem][0], p.names[stem][0]+".gz")
	}
}
