package ingest

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// Thousands of logs are followed through a hundred descriptors: written, all rotated
// at once, written on by processes that have not noticed, and rotated again.
func TestLive_ThousandsOfFiles(t *testing.T) {
	r := newRig(t)
	r.opts.MaxOpen = 100
	const files = 1_500
	name := func(i int) string { return fmt.Sprintf("x%04d.log", i) }
	each := func(suffix string, text func() string) {
		for i := range files {
			r.append(name(i)+suffix, text())
			r.reopen(name(i) + suffix)
		}
	}
	written := 0
	next := func() string { return line(written, written) }
	each("", next)
	written++
	began, before := time.Now(), openFiles(t)
	r.start(nil)
	if n := openFiles(t) - before; n > r.opts.MaxOpen {
		t.Errorf("%d files are open after the start, want %d at most", n, r.opts.MaxOpen)
	}
	r.read()
	for range 2 {
		for i := range files {
			_ = os.Rename(r.path(name(i)+".1"), r.path(name(i)+".2")) // where it is there
			r.rename(name(i), name(i)+".1")
		}
		each("", next)
		written++
		each(".1", next) // late
		written++
		r.read()
		each("", next)
		written++
		r.read()
	}
	if n := openFiles(t) - before; n > r.opts.MaxOpen {
		t.Errorf("%d files are open, want %d at most", n, r.opts.MaxOpen)
	}
	took := time.Since(began)
	r.gens = nil
	for i := range files {
		r.want(fmt.Sprintf("x%04d", i), written)
	}
	var mem runtime.MemStats
	runtime.GC() // what is left is in use
	runtime.ReadMemStats(&mem)
	if used := mem.HeapInuse >> 20; used > 200 {
		t.Errorf("%d MiB in use", used)
	}
	t.Logf("%d records of %d files in %s, %d MiB in use", files*written, 3*files, took.Round(time.Millisecond), mem.HeapInuse>>20)
}

// Where thousands of logs are read side by side, as at a start, each of them takes little
// memory: a small block, and of logging calls those that it has.
func TestLive_ThousandsAtOnce(t *testing.T) {
	r := newRig(t)
	r.opts.MaxOpen = 100
	const files, most = 3_000, 20 << 10 // bytes each
	for i := range files {
		var text strings.Builder
		for sec := range 100 {
			at := t0.Add(time.Duration(sec) * time.Second).Format("Mon Jan 02 15:04:05-0700 2006")
			fmt.Fprintf(&text, "%s WARNING api:1203 get[%d.MainThread] LOGIN_ERROR reason='none' abonement=%d\n", at, 4000+i, sec)
		}
		write(t, r.path(fmt.Sprintf("x%04d.log", i)), text.String())
	}
	r.start(nil)
	before := heapInUse()
	var rec smartylog.Record
	begun := map[int]bool{}
	for range files {
		src, err := r.live.Next(&rec)
		if err != nil {
			t.Fatal(err)
		}
		begun[src] = true
	}
	if len(begun) != files {
		t.Fatalf("%d of %d logs are being read: nothing is tested", len(begun), files)
	}
	each := (heapInUse() - before) / files
	if each > most {
		t.Errorf("each log takes %d bytes while it is read, want %d at most", each, most)
	}
	t.Logf("each log takes %d bytes while it is read", each)
	runtime.KeepAlive(r.live)
}

func heapInUse() int64 {
	var mem runtime.MemStats
	runtime.GC() // what is left is in use
	runtime.ReadMemStats(&mem)
	return int64(mem.HeapAlloc)
}

func openFiles(t *testing.T) int {
	t.Helper()
	fds, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(fds)
}

// What happens to a file while it is closed is found when it is looked for.
func TestLive_ClosedFile(t *testing.T) {
	for name, tc := range map[string]struct {
		happens func(r *rig)
		want    int
		gap     int64
	}{
		"written": {func(r *rig) { r.append("a.log", lines(5, 3)) }, 8, 0},
		"renamed and written": {func(r *rig) {
			r.rename("a.log", "a.log.1")
			r.append("a.log", lines(5, 2))
			r.reopen("a.log")
			r.append("a.log", lines(7, 2))
		}, 9, 0},
		"renamed, written and packed": {func(r *rig) {
			r.append("a.log", lines(5, 2))
			r.reopen("a.log")
			r.remove("a.log")
			write(r.t, r.path("a.log.1.gz"), pack(r.t, lines(0, 7)))
			r.append("a.log", lines(7, 2))
		}, 9, 0},
		"copied and truncated": {func(r *rig) {
			r.append("a.log", lines(5, 2))
			write(r.t, r.path("a.log.1"), lines(0, 7))
			if err := os.Truncate(r.path("a.log"), 0); err != nil {
				r.t.Fatal(err)
			}
			r.append("a.log", lines(7, 40))
		}, 47, 0},
		"removed and made anew, with the same inode perhaps": {func(r *rig) {
			r.reopen("a.log")
			r.remove("a.log")
			r.append("a.log", lines(5, 5))
		}, 10, 0},
		"removed": {func(r *rig) { r.remove("a.log") }, 5, 0},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.opts.MaxOpen = 1
			r.append("a.log", lines(0, 5))
			r.start(nil)
			r.read()
			r.append("b.log", lines(0, 5))
			r.read()
			if f := r.live.sources[0].nodes[0].file.file; f != nil {
				t.Fatal("the file is open: nothing is tested")
			}
			tc.happens(r)
			r.read()
			r.read()
			r.gens = nil
			r.want("a", tc.want)
			if s := r.stats("a"); s.Gap != tc.gap || s.Lag != 0 || s.Err != nil {
				t.Errorf("stats = %+v, want a gap of %d", s, tc.gap)
			}
		})
	}
}

// A file that was removed while it was open is not closed as long as it may be written.
func TestLive_RemovedFileStaysOpen(t *testing.T) {
	r := newRig(t)
	r.opts.MaxOpen = 1
	r.append("a.log", lines(0, 2))
	r.start(nil)
	r.read()
	r.remove("a.log")
	r.append("b.log", lines(0, 2))
	r.read()
	r.append("a.log", lines(2, 2))
	r.read()
	r.want("a", 4)
	r.want("b", 2)
	if _, err := os.Stat(filepath.Join(r.dir, "a.log")); err == nil {
		t.Error("the file is there: nothing is tested")
	}
}
