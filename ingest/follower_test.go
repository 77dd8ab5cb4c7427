package ingest

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// patience is how long a loaded machine may take for what takes a moment.
const patience = time.Minute

// awake is a rig with real time and tails, and polling so rare that only a tail
// can be why something is found.
func awake(t *testing.T) *rig {
	r := newRig(t)
	t.Cleanup(func() { r.closeQuietly() })
	r.opts = LiveOptions{Now: time.Now, Poll: time.Hour, Discover: time.Hour, FlushAfter: time.Millisecond}
	return r
}

// closeQuietly closes everything and waits until nothing that was started for a
// file runs any more: the library ends a watch a moment after its tail, and knows
// it by a name that the next file may get.
func (r *rig) closeQuietly() {
	r.t.Helper()
	r.close()
	r.live, r.files = nil, nil
	deadline := time.Now().Add(patience)
	for {
		err := goleak.Find( // looks several times; the library's own watcher has no end
			goleak.IgnoreTopFunction("github.com/nxadm/tail/watch.(*InotifyTracker).run"),
			goleak.IgnoreAnyFunction("github.com/fsnotify/fsnotify.(*Watcher).readEvents"))
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			r.t.Fatal(err)
		}
	}
}

// awaitTail waits until the tail of a log stands guard: what happens to the file
// before that wakes nobody.
func (r *rig) awaitTail(name string) {
	r.t.Helper()
	info, err := os.Stat(r.path(name))
	if err != nil {
		r.t.Fatal(err)
	}
	id, _ := inodeOf(info)
	deadline := time.Now().Add(patience)
	for !watched(id) {
		if time.Now().After(deadline) {
			r.t.Fatalf("nobody watches %s", name)
		}
		if err := r.live.Wait(r.t.Context(), 10*time.Millisecond); err != nil {
			r.t.Fatal(err)
		}
	}
}

// watched tells whether this process has asked the kernel for events of a file.
func watched(id inode) bool {
	fds, _ := filepath.Glob("/proc/self/fdinfo/*") // the pattern is well-formed
	for _, fd := range fds {
		text, _ := os.ReadFile(fd) // one that was closed meanwhile watches nothing
		if strings.Contains(string(text), fmt.Sprintf(" ino:%x ", id.Inode)) {
			return true
		}
	}
	return false
}

// await reads until source has given n records.
func (r *rig) await(source string, n int) {
	r.t.Helper()
	deadline := time.Now().Add(patience)
	for len(r.got[source]) < n {
		if time.Now().After(deadline) {
			r.t.Fatalf("%s: %d records, want %d", source, len(r.got[source]), n)
		}
		if r.drain(-1) == 0 {
			if err := r.live.Wait(r.t.Context(), 100*time.Millisecond); err != nil {
				r.t.Fatal(err)
			}
		}
	}
}

func TestLive_TailWakes(t *testing.T) {
	r := awake(t)
	r.append("x.log", lines(0, 2))
	r.start(nil)
	r.await("x", 2)
	r.awaitTail("x.log")
	for i := range 20 {
		r.append("x.log", line(2+i, 2+i))
		r.await("x", 3+i)
	}
	r.want("x", 22)
}

// The end of the tail, not polling, tells of a rotation; what comes after is
// found through the new file's own tail.
func TestLive_TailSeesRotation(t *testing.T) {
	r := awake(t)
	r.append("x.log", line(0, 0))
	r.start(nil)
	r.await("x", 1)
	r.awaitTail("x.log")
	for i := range 5 {
		write(t, r.path("next"), line(2*i+1, 2*i+1))
		r.rename("x.log", fmt.Sprintf("x.log-2026010%d", i+1))
		r.rename("next", "x.log")
		r.live.sources[0].retail = time.Time{}
		r.await("x", 2*i+2)
		r.reopen("x.log")
		r.live.sources[0].retail = time.Time{}
		r.live.settle(r.live.sources[0])
		r.awaitTail("x.log")
		r.append("x.log", line(2*i+2, 2*i+2))
		r.await("x", 2*i+3)
	}
	r.gens = nil
	r.want("x", 11)
}

func TestLive_CloseWaitsForItsGoroutines(t *testing.T) {
	r := awake(t)
	for i := range 10 {
		r.append(fmt.Sprintf("x%d.log", i), lines(0, 3))
	}
	r.start(nil)
	for i := range 10 {
		r.await(fmt.Sprintf("x%d", i), 3)
	}
	r.append("x3.log", lines(3, 1000)) // its tail is busy when it is stopped
	if r.live.waker.running == 0 {
		t.Error("no file has a tail")
	}
	r.closeQuietly()
}

// A stat that fails makes nxadm/tail end the process; following the descriptor
// keeps it from ever failing.
func TestLive_TailSurvivesItsDirectory(t *testing.T) {
	r := awake(t)
	r.logs[0].Path = r.path("d") + "/*.log"
	if err := os.Mkdir(r.path("d"), 0o755); err != nil {
		t.Fatal(err)
	}
	r.append("d/x.log", line(0, 0))
	r.start(nil)
	r.await("x", 1)
	r.awaitTail("d/x.log")
	r.rename("d", "away")
	write(t, r.path("d"), "")
	for i := range 5 {
		r.append("d/x.log", line(1+i, 1+i))
		r.await("x", 2+i)
	}
	r.want("x", 6)
}

func TestLive_MoreFilesThanTails(t *testing.T) {
	r := newRig(t)
	r.opts.MaxTails = 3
	const files = 300
	for i := range files {
		r.append(fmt.Sprintf("x%03d.log", i), lines(0, 2))
		r.reopen(fmt.Sprintf("x%03d.log", i))
	}
	r.start(nil)
	r.read()
	for i := range files {
		r.append(fmt.Sprintf("x%03d.log", i), line(2, 2))
		r.reopen(fmt.Sprintf("x%03d.log", i))
	}
	r.read()
	r.gens = nil
	for i := range files {
		r.want(fmt.Sprintf("x%03d", i), 3)
	}
	if n := r.live.waker.running; n != 3 {
		t.Errorf("%d tails, want 3", n)
	}
}

func BenchmarkFiles(b *testing.B) {
	dir := b.TempDir()
	text := lines(0, 100000)
	for _, name := range []string{"a.log", "b.log", "c.log", "d.log"} {
		write(b, dir+"/"+name, text)
	}
	b.SetBytes(int64(4 * len(text)))
	b.ReportAllocs()
	for b.Loop() {
		srcs, err := Find([]string{dir})
		if err != nil {
			b.Fatal(err)
		}
		f, err := OpenFiles(srcs, ReadOptions{})
		if err != nil {
			b.Fatal(err)
		}
		var rec smartylog.Record
		for {
			if _, err := f.Next(&rec); err != nil {
				break
			}
		}
		f.Close()
	}
}

// A line of 100 MiB comes while a tail watches: nobody holds it.
func TestLive_HugeLineBesideATail(t *testing.T) {
	r := awake(t)
	r.append("x.log", line(0, 0))
	r.start(nil)
	r.await("x", 1)
	r.awaitTail("x.log")
	huge := strings.TrimSuffix(line(1, 1), "\n") + " big='" + strings.Repeat("x", 100<<20) + "'\n" + line(2, 2)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	r.append("x.log", huge)
	r.await("x", 3)
	runtime.ReadMemStats(&after)
	r.want("x", 3)
	if used := after.TotalAlloc - before.TotalAlloc; used > 16<<20 {
		t.Errorf("%d MiB allocated for a line of 100 MiB", used>>20)
	}
}
