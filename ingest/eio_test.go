package ingest

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// failing makes the disk under a log fail to read, beyond some bytes of each read,
// until it is healed.
func (r *rig) failing(log string, after int) (heal func()) {
	bad := r.path(log)
	r.live.descriptors.readAt = func(f *os.File, p []byte, off int64) (int, error) {
		if f.Name() != bad {
			return f.ReadAt(p, off)
		}
		n, err := f.ReadAt(p[:min(len(p), after)], off)
		if n < len(p) && err == nil {
			err = &os.PathError{Op: "read", Path: bad, Err: syscall.EIO}
		}
		return n, err
	}
	return func() { r.live.descriptors.readAt = nil }
}

// A disk that fails is said aloud and tried again; what was read before stays read,
// what comes after it was healed comes once, and other logs go on.
func TestLive_DiskFailsToRead(t *testing.T) {
	for name, c := range map[string]struct {
		after  int // bytes that each read still gives
		rotate bool
	}{
		"at once":          {0, false},
		"amid a read":      {100, false},
		"amid a rotation":  {0, true},
		"amid what is old": {700, true},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			var said bytes.Buffer
			r.opts.Log = slog.New(slog.NewTextHandler(&said, nil))
			r.append("x.log", lines(0, 10))
			r.append("y.log", lines(0, 5))
			r.start(nil)
			r.drain(4) // some are read already, but not taken
			r.read()
			heal := r.failing("x.log", c.after)
			r.append("x.log", lines(10, 10))
			r.append("y.log", lines(5, 5))
			if c.rotate {
				r.rename("x.log", "x.log.1")
				r.reopen("x.log")
				r.append("x.log", lines(20, 5))
			}
			for range 5 {
				r.read()
			}
			r.gens = nil // of two logs
			r.want("y", 10)
			for i, source := range r.live.Sources() {
				if _, _, ok := r.live.EOF(i); ok == (source == "x") {
					t.Errorf("%s is read to its end: %t", source, ok)
				}
			}
			if s := r.stats("x"); !errors.Is(s.Err, syscall.EIO) && s.Err == nil || s.Lag == 0 {
				t.Errorf("nobody is told: %+v", s)
			}
			if !strings.Contains(said.String(), "input/output error") {
				t.Errorf("the log does not say it: %s", &said)
			}
			heal()
			r.read()
			n := 20
			if c.rotate {
				n = 25
			}
			r.want("x", n)
			if s := r.stats("x"); s.Err != nil || s.Gap != 0 || s.Lag != 0 || s.Truncations != 0 {
				t.Errorf("stats = %+v", s)
			}
		})
	}
}

// What the file was before the failure it is taken for after it: a text that cannot
// be compared has not been replaced, and one that is read in part neither.
func TestLive_DiskFailsWhileItIsOpenedAnew(t *testing.T) {
	for _, after := range []int{0, 100, 1500} {
		r := newRig(t)
		r.append("x.log", lines(0, 50))
		r.start(nil)
		r.drain(30)
		heal := r.failing("x.log", after)
		for _, n := range r.live.sources[0].nodes {
			n.rewind() // as after a reload
		}
		r.read()
		heal()
		r.read()
		r.append("x.log", lines(50, 10))
		r.read()
		r.want("x", 60)
		if s := r.stats("x"); s.Truncations != 0 || s.Gap != 0 {
			t.Errorf("%d bytes of each read: %+v", after, s)
		}
	}
}

// Of a file that cannot be read nobody knows whether it is the one that a position
// tells of: it is waited for, neither read anew nor called lost. A directory fails to
// read as a disk does.
func TestPosition_OfAFileThatFailsToRead(t *testing.T) {
	dir := t.TempDir()
	info, err := os.Stat(dir)
	if err != nil {
		t.Fatal(err)
	}
	id, _ := inodeOf(info)
	g := generation{path: dir, id: id, info: info, live: true, files: &lister{disk: fileSystem{}}}
	p := Position{Path: filepath.Join(dir, "x.log"), inode: id, Head: "1", HeadLen: 10, Tail: "2", TailLen: 5, Offset: 20}
	if is, err := p.isIn(g); is || !errors.Is(err, syscall.EISDIR) {
		t.Errorf("is it: %t, %v", is, err)
	}
	if at, err := locate([]generation{g}, []Position{p}); !errors.Is(err, syscall.EISDIR) {
		t.Errorf("it is located at %v, %v", at, err)
	}
}
