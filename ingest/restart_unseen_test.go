package ingest

import (
	"os"
	"syscall"
	"testing"
	"time"
)

// Between two looks a truncated log is renamed twice: nothing was read of it, and
// nothing is known of the file after it.
func TestRestart_RotatedTwiceAfterATruncation(t *testing.T) {
	for name, packed := range map[string]bool{"renamed": false, "packed while down": true} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			more := numbered()
			r.append("x.log", more(3))
			r.start(nil)
			r.clock = r.clock.Add(time.Second)
			r.truncate()
			r.clock = r.clock.Add(300 * time.Millisecond)
			r.drain(1)
			r.rotate(more, false)
			r.rotate(more, false)
			whole := more(1)
			r.append("x.log", whole[:20])
			r.drain(-1)
			r.append("x.log", whole[20:])
			saved := r.stop()
			if packed {
				r.rotate(more, true)
			}
			r.start(saved)
			r.read()
			r.read()
			r.gens = nil // both writers go on
			r.want("x", seqOf([]byte(more(1))))
		})
	}
}

// A file that was empty when it was renamed is written by a process that has not
// reopened, and nobody looks before the stop.
func TestRestart_EmptyFileIsWrittenLate(t *testing.T) {
	for name, down := range map[string]func(r *rig){
		"and left": func(*rig) {},
		"then packed": func(r *rig) {
			r.reopen("late")
			write(r.t, r.path("x.log.1.gz"), pack(r.t, line(2, 2)))
			r.touch(r.path("x.log.1.gz"))
			r.remove("x.log.1")
		},
		"then packed, and renamed": func(r *rig) {
			r.reopen("late")
			write(r.t, r.path("x.log.2.gz"), pack(r.t, line(2, 2)))
			r.touch(r.path("x.log.2.gz"))
			r.remove("x.log.1")
			r.rename("x.log", "x.log.1")
			r.reopen("x.log")
			r.append("x.log", "")
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.append("x.log", "")
			r.start(nil)
			r.read()
			r.rename("x.log", "x.log.1")
			r.files["late"] = r.files["x.log"]
			delete(r.files, "x.log")
			r.append("x.log", lines(0, 2))
			r.read()
			r.append("late", line(2, 2))
			saved := r.stop()
			down(r)
			r.start(throughJSON(t, saved))
			r.read()
			r.gens = nil
			r.want("x", 3)
		})
	}
}

// What was read to its end before a restart is known after it, too, when the log
// followed is packed before its renaming is seen.
func TestRestart_FinishedCopyStaysKnown(t *testing.T) {
	r := newRig(t)
	more := numbered()
	r.append("x.log", more(1))
	r.start(nil)
	r.clock = r.clock.Add(time.Second)
	r.truncate()
	r.append("x.log", more(2))
	r.drain(-1)
	r.start(r.stop())
	r.rotate(quiet, false)
	r.rotate(quiet, false)
	r.rotate(more, true)
	r.read()
	r.want("x", 5)
}

// A copy is read to its end, packed and unlinked between two looks.
func TestRestart_FinishedCopyIsPackedAtOnce(t *testing.T) {
	r := newRig(t)
	more := numbered()
	r.append("x.log", more(2))
	r.start(nil)
	r.clock = r.clock.Add(time.Second)
	r.truncate()
	r.drain(2)
	r.rotate(quiet, false)
	r.rotate(more, true)
	r.drain(-1)
	r.start(throughJSON(t, r.stop()))
	r.read()
	r.want("x", 4)
}

// Nothing was read of a log that was empty, and nothing has happened to it.
func TestRestart_EmptyFileIsNoRotation(t *testing.T) {
	r := newRig(t)
	r.append("x.log", "")
	r.start(nil)
	r.start(r.stop())
	r.append("x.log", line(0, 0))
	r.read()
	r.want("x", 1)
	if s := r.stats("x"); s.Rotations != 0 {
		t.Errorf("%d rotations, want none", s.Rotations)
	}
}

// numbered returns the records that follow those it returned before.
func numbered() func(n int) string {
	written := 0
	return func(n int) string {
		text := lines(written, n)
		written += n
		return text
	}
}

// quiet is a writer with nothing to say.
func quiet(int) string { return "" }

// A log that was empty is packed while nobody looks, and so is the file that came after
// it: that one was written right after the last look, and its time, which a coarse clock
// gave it, is of before.
func TestRestart_WrittenInTheTickOfTheLastLook(t *testing.T) {
	r := newRig(t)
	r.append("x.log", "")
	r.start(nil)
	r.read()
	looked := r.clock
	saved := r.stop()
	write(t, r.path("x.log.2.gz"), pack(t, ""))
	write(t, r.path("x.log.1.gz"), pack(t, line(0, 0)))
	r.remove("x.log")
	for name, at := range map[string]time.Time{"x.log.2.gz": looked.Add(-time.Minute), "x.log.1.gz": looked.Add(-4 * time.Millisecond)} {
		if err := os.Chtimes(r.path(name), at, at); err != nil {
			t.Fatal(err)
		}
	}
	r.reopen("x.log")
	r.append("x.log", line(1, 1))
	r.start(throughJSON(t, saved))
	r.read()
	r.gens = nil
	r.want("x", 2)
}

// lostDirectory is a disk that lists nothing while it fails.
type lostDirectory struct {
	fileSystem
	fails bool
}

func (d *lostDirectory) list(dir string) ([]dirEntry, error) {
	if d.fails {
		return nil, syscall.EIO
	}
	return d.fileSystem.list(dir)
}

// A look that failed saw nothing: what was written before it is not taken for read after
// a restart, although what came before that can be known no more.
func TestRestart_TheLastLookFailed(t *testing.T) {
	r := newRig(t)
	disk := &lostDirectory{}
	r.opts.disk = disk
	r.append("x.log", "")
	r.start(nil)
	r.read()
	write(t, r.path("x.log.2.gz"), pack(t, ""))
	r.touch(r.path("x.log.2.gz"))
	write(t, r.path("x.log.1.gz"), pack(t, line(0, 0)))
	r.touch(r.path("x.log.1.gz"))
	r.remove("x.log")
	r.reopen("x.log")
	r.append("x.log", line(1, 1))
	disk.fails = true
	r.clock = r.clock.Add(time.Second)
	r.read()
	if r.stats("x").Err == nil {
		t.Error("the look did not fail")
	}
	saved := r.stop()
	disk.fails = false
	r.start(throughJSON(t, saved))
	r.read()
	r.gens = nil
	r.want("x", 2)
}
