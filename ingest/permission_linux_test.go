package ingest

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// asNobody runs f as a user whom permissions bind: the kernel looks at the user of the
// thread, which for the time of f is not root.
func asNobody(f func()) {
	const nobody = 65534
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if os.Geteuid() == 0 {
		_ = unix.Setfsgid(nobody) // these two have no failure to report
		_ = unix.Setfsuid(nobody)
		defer func() { _, _ = unix.Setfsuid(0), unix.Setfsgid(0) }()
	}
	f()
}

// newPublicRig is a rig in a directory that everybody may enter.
func newPublicRig(t *testing.T) *rig {
	r := newRig(t)
	if err := os.Chmod(filepath.Dir(r.dir), 0o755); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *rig) chmod(name string, mode os.FileMode) {
	r.t.Helper()
	if err := os.Chmod(r.path(name), mode); err != nil {
		r.t.Fatal(err)
	}
}

// A rotation makes a file that may not be read: what is in it comes when it may.
func TestLive_PermissionLostAndRegained(t *testing.T) {
	r := newPublicRig(t)
	r.append("x.log", lines(0, 3))
	asNobody(func() { r.start(nil); r.read() })
	r.chmod("x.log", 0)
	r.append("x.log", lines(3, 2))
	asNobody(r.read) // it is open
	r.want("x", 5)
	r.rename("x.log", "x.log.1")
	r.reopen("x.log")
	r.append("x.log", lines(5, 3))
	r.chmod("x.log", 0)
	asNobody(r.read)
	r.want("x", 5)
	if s := r.stats("x"); s.Err == nil {
		t.Error("nobody is told that the log cannot be read")
	}
	if _, _, ok := r.live.EOF(0); ok {
		t.Error("a log that cannot be read is read to its end")
	}
	r.chmod("x.log", 0o644)
	asNobody(r.read)
	r.want("x", 8)
	if s := r.stats("x"); s.Err != nil || s.Gap != 0 || s.Lag != 0 {
		t.Errorf("stats = %+v", s)
	}
}

// What may not be read when the service starts is not forgotten: neither is the rest
// lost nor the beginning read again once it may be, nor by a second restart.
func TestRestart_PermissionLostWhileDown(t *testing.T) {
	for name, tc := range map[string]struct {
		lose, regain func(r *rig)
	}{
		"the log":                    {func(r *rig) { r.chmod("d/x.log", 0) }, func(r *rig) { r.chmod("d/x.log", 0o644) }},
		"the one before":             {func(r *rig) { r.chmod("d/x.log.1", 0) }, func(r *rig) { r.chmod("d/x.log.1", 0o644) }},
		"its directory":              {func(r *rig) { r.chmod("d", 0) }, func(r *rig) { r.chmod("d", 0o755) }},
		"only to list":               {func(r *rig) { r.chmod("d", 0o111) }, func(r *rig) { r.chmod("d", 0o755) }},
		"only to enter":              {func(r *rig) { r.chmod("d", 0o444) }, func(r *rig) { r.chmod("d", 0o755) }},
		"the directory is not there": {func(r *rig) { r.rename("d", "away") }, func(r *rig) { r.rename("away", "d") }},
	} {
		t.Run(name, func(t *testing.T) {
			r := newPublicRig(t)
			r.logs[0].Path = r.path("d")
			if err := os.Mkdir(r.path("d"), 0o755); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = os.Chmod(r.path("d"), 0o755) }) // so that it can be removed
			r.append("d/x.log", lines(0, 10))
			asNobody(func() { r.start(nil) })
			r.drain(4)
			r.rename("d/x.log", "d/x.log.1")
			r.reopen("d/x.log")
			r.append("d/x.log", lines(10, 5))
			saved := throughJSON(t, r.stop())
			tc.lose(r)
			for range 2 { // and a restart in between
				asNobody(func() { r.start(saved); r.read() })
				if got := r.live.Positions(); !reflect.DeepEqual(got, saved) {
					t.Fatalf("positions = %+v, want the old ones", got)
				}
				if s := r.stats("x"); s.Err == nil && !s.Missing {
					t.Error("nobody is told that the log cannot be read")
				}
				r.stop()
			}
			asNobody(func() { r.start(saved); r.read() })
			tc.regain(r)
			asNobody(func() { r.read(); r.read() })
			r.want("x", 15)
			if s := r.stats("x"); s.Err != nil || s.Gap != 0 || s.Lag != 0 || s.Missing {
				t.Errorf("stats = %+v", s)
			}
		})
	}
}

// A rotated log that only root may read does not keep a first start from the log.
func TestLive_HistoryThatMayNotBeRead(t *testing.T) {
	r := newPublicRig(t)
	r.append("x.log.1", lines(100, 3))
	r.chmod("x.log.1", 0)
	r.append("x.log", lines(0, 3))
	asNobody(func() { r.start(nil); r.read() })
	r.want("x", 3)
}

// Where no log was ever seen, nothing but the log can tell that a path cannot be read.
func TestLive_UnreadablePathIsTold(t *testing.T) {
	for name, mode := range map[string]os.FileMode{"the directory": 0, "only to list": 0o111} {
		t.Run(name, func(t *testing.T) {
			r := newPublicRig(t)
			var log bytes.Buffer
			r.opts.Log = slog.New(slog.NewTextHandler(&log, nil))
			r.logs[0].Path = r.path("d")
			if err := os.Mkdir(r.path("d"), 0o755); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = os.Chmod(r.path("d"), 0o755) })
			r.append("d/x.log", lines(0, 3))
			r.chmod("d", mode)
			asNobody(func() { r.start(nil); r.read(); r.read() })
			if n := strings.Count(log.String(), "permission denied"); n != 1 {
				t.Errorf("told %d times, want once:\n%s", n, &log)
			}
			r.chmod("d", 0o755)
			asNobody(func() { r.read(); r.read() })
			r.want("x", 3)
		})
	}
}
