package ingest

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestRestart_FindsFilesAgain(t *testing.T) {
	for name, tc := range map[string]struct {
		down func(r *rig) // after records 0…9 were written and 4 of them consumed
		want int
	}{
		"nothing happened": {func(r *rig) {}, 10},
		"written on": {func(r *rig) {
			r.append("x.log", lines(10, 3))
		}, 13},
		"renamed": {func(r *rig) {
			r.rename("x.log", "x.log.1")
			r.append("x.log", lines(10, 2)) // late
			r.reopen("x.log")
			r.append("x.log", lines(12, 3))
		}, 15},
		"renamed several times": {func(r *rig) {
			r.rename("x.log", "x.log.3")
			write(r.t, r.path("x.log.2"), lines(10, 3))
			write(r.t, r.path("x.log.1"), lines(13, 3))
			write(r.t, r.path("x.log"), lines(16, 3))
		}, 19},
		"renamed by date": {func(r *rig) {
			write(r.t, r.path("x.log-20260131"), lines(900, 3)) // from before
			r.age("x.log-20260131")
			r.rename("x.log", "x.log-20260201")
			write(r.t, r.path("x.log-20260202"), lines(10, 3))
			write(r.t, r.path("x.log"), lines(13, 3))
		}, 16},
		"packed": {func(r *rig) {
			write(r.t, r.path("x.log.2.gz"), pack(r.t, lines(0, 6), lines(6, 6)))
			write(r.t, r.path("x.log.1"), lines(12, 3))
			r.remove("x.log")
			write(r.t, r.path("x.log"), lines(15, 3))
		}, 18},
		"packed and nothing new": {func(r *rig) {
			write(r.t, r.path("x.log.1.gz"), pack(r.t, lines(0, 11)))
			r.remove("x.log")
		}, 11},
		"copied and truncated": {func(r *rig) {
			write(r.t, r.path("x.log.1"), lines(0, 12))
			if err := os.Truncate(r.path("x.log"), 0); err != nil {
				r.t.Fatal(err)
			}
			r.append("x.log", lines(12, 30))
		}, 42},
		"copied, truncated and packed": {func(r *rig) {
			write(r.t, r.path("x.log.1.gz"), pack(r.t, lines(0, 12)))
			if err := os.Truncate(r.path("x.log"), 0); err != nil {
				r.t.Fatal(err)
			}
			r.append("x.log", lines(12, 3))
		}, 15},
		"moved by copying": {func(r *rig) {
			write(r.t, r.path("other"), lines(0, 14))
			r.rename("other", "x.log")
		}, 14},
	} {
		t.Run(name, func(t *testing.T) {
			r, saved := readInPart(t)
			tc.down(r)
			r.start(throughJSON(t, saved))
			r.read()
			r.want("x", tc.want)
			if s := r.stats("x"); s.Gap != 0 || s.Lag != 0 {
				t.Errorf("stats = %+v, want no gap and no lag", s)
			}
			// and once more, from there
			r.append("x.log", "")
			r.start(r.stop())
			r.read()
			r.want("x", tc.want)
		})
	}
}

// readInPart has ten records written to x.log, and stops when four of them are read.
func readInPart(t *testing.T) (*rig, map[string][]Position) {
	t.Helper()
	r := newRig(t)
	r.append("x.log", lines(0, 10))
	r.start(nil)
	if n := r.drain(4); n != 4 {
		t.Fatalf("read %d", n)
	}
	return r, r.stop()
}

// Files that begin with the same records are told apart by when they were written, and how
// much was in the one that was read.
func TestRestart_FilesBeginAlike(t *testing.T) {
	for name, tc := range map[string]struct {
		down func(r *rig) // after records 0…9 were written and 4 of them consumed
		want []int        // besides 0…9
	}{
		"written on and packed, and so was the next one": {func(r *rig) {
			write(r.t, r.path("x.log-20260201.gz"), pack(r.t, lines(0, 12)))
			write(r.t, r.path("x.log-20260202.gz"), pack(r.t, lines(0, 4), lines(12, 3)))
			r.remove("x.log")
			write(r.t, r.path("x.log"), lines(0, 4)+lines(15, 3))
		}, []int{10, 11, 0, 1, 2, 3, 12, 13, 14, 0, 1, 2, 3, 15, 16, 17}},
		"packed as it was": {func(r *rig) {
			write(r.t, r.path("x.log-20260131.gz"), pack(r.t, lines(0, 4), lines(20, 3))) // from before
			write(r.t, r.path("x.log-20260201.gz"), pack(r.t, lines(0, 10)))
			r.age("x.log-20260131.gz")
			r.age("x.log-20260201.gz")
			r.remove("x.log")
			write(r.t, r.path("x.log"), lines(0, 4)+lines(10, 3))
		}, []int{0, 1, 2, 3, 10, 11, 12}},
		"copied and truncated": {func(r *rig) {
			write(r.t, r.path("x.log.1"), lines(0, 12))
			if err := os.Truncate(r.path("x.log"), 0); err != nil {
				r.t.Fatal(err)
			}
			r.append("x.log", lines(0, 4)+lines(12, 3))
		}, []int{10, 11, 0, 1, 2, 3, 12, 13, 14}},
		"copied, and not truncated yet": {func(r *rig) {
			write(r.t, r.path("x.log.1"), lines(0, 10))
			r.append("x.log", lines(10, 3))
		}, []int{10, 11, 12}},
		"copied as it was": {func(r *rig) {
			write(r.t, r.path("x.log-20260201"), lines(0, 10))
			r.age("x.log-20260201")
			write(r.t, r.path("x.log-20260202"), lines(0, 4)+lines(10, 3))
			r.remove("x.log")
			write(r.t, r.path("x.log"), lines(0, 4)+lines(13, 3))
		}, []int{0, 1, 2, 3, 10, 11, 12, 0, 1, 2, 3, 13, 14, 15}},
	} {
		t.Run(name, func(t *testing.T) {
			r, saved := readInPart(t)
			tc.down(r)
			r.start(saved)
			r.read()
			want := slices.Sorted(slices.Values(append(tc.want, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9)))
			if got := slices.Sorted(slices.Values(r.got["x"])); !slices.Equal(got, want) {
				t.Errorf("read %v, want %v", got, want)
			}
			if s := r.stats("x"); s.Gap != 0 || s.Lag != 0 {
				t.Errorf("stats = %+v, want no gap and no lag", s)
			}
		})
	}
}

// What was read of a file after its position was saved tells it apart from those that
// begin with the same records, even from one that has its inode; but a copy may be
// shorter than that.
func TestRestart_LaterPositionsTell(t *testing.T) {
	for name, tc := range map[string]struct {
		down func(r *rig) // after records 0…29 were written and 20 of them consumed, the positions being of 4
		want []int        // besides 0…3, which are not read again
	}{
		"copied and truncated, and the next one begins alike": {func(r *rig) {
			write(r.t, r.path("x.log.1"), lines(0, 32))
			if err := os.Truncate(r.path("x.log"), 0); err != nil {
				r.t.Fatal(err)
			}
			r.append("x.log", lines(0, 4)+lines(32, 3))
		}, []int{4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 0, 1, 2, 3, 32, 33, 34}},
		"written on and packed by a clock that is behind, and the next one begins alike": {func(r *rig) {
			write(r.t, r.path("x.log-20260201.gz"), pack(r.t, lines(0, 32)))
			r.age("x.log-20260201.gz")
			r.remove("x.log")
			write(r.t, r.path("x.log"), lines(0, 4)+lines(32, 3))
		}, []int{4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 0, 1, 2, 3, 32, 33, 34}},
		"the copy was made before": {func(r *rig) {
			write(r.t, r.path("x.log.1"), lines(0, 6))
			if err := os.Truncate(r.path("x.log"), 0); err != nil {
				r.t.Fatal(err)
			}
			r.append("x.log", lines(30, 3))
		}, []int{4, 5, 30, 31, 32}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.append("x.log", lines(0, 30))
			r.start(nil)
			r.drain(4)
			saved := throughJSON(t, r.live.Positions())
			r.drain(16)
			for _, later := range r.stop()["x"] {
				saved["x"][0].Learn(later)
			}
			tc.down(r)
			r.start(saved)
			r.got = map[string][]int{}
			r.read()
			if got := slices.Sorted(slices.Values(r.got["x"])); !slices.Equal(got, slices.Sorted(slices.Values(tc.want))) {
				t.Errorf("read %v, want %v", got, tc.want)
			}
		})
	}
}

// age makes a file look as if it had been written last before anything was read.
func (r *rig) age(name string) {
	r.t.Helper()
	old := r.clock.Add(-1e15)
	if err := os.Chtimes(r.path(name), old, old); err != nil {
		r.t.Fatal(err)
	}
}

func throughJSON(t *testing.T, saved map[string][]Position) map[string][]Position {
	t.Helper()
	text, err := json.Marshal(saved)
	if err != nil {
		t.Fatal(err)
	}
	var back map[string][]Position
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(saved, back, cmp.AllowUnexported(Position{})); d != "" {
		t.Errorf("positions through JSON (-want +got):\n%s", d)
	}
	return back
}

func TestRestart_DeletedWhileDownIsAGap(t *testing.T) {
	r := newRig(t)
	r.append("x.log", lines(0, 10))
	r.start(nil)
	r.drain(4)
	saved := r.stop()
	r.remove("x.log")
	r.reopen("x.log")
	r.append("x.log", lines(10, 3))
	r.start(saved)
	r.read()
	if want := int64(len(lines(4, 6))); r.stats("x").Gap != want {
		t.Errorf("gap = %d bytes, want %d", r.stats("x").Gap, want)
	}
	if want := append(upTo(0, 4), 10, 11, 12); !slices.Equal(r.got["x"], want) {
		t.Errorf("records = %v, want %v", r.got["x"], want)
	}
}

// What was seen of a log, and is neither in the copy nor in the log, is told to the byte.
func TestRestart_TruncatedBehindTheCopyIsAGap(t *testing.T) {
	r := newRig(t)
	r.append("x.log", lines(0, 10))
	r.start(nil)
	r.drain(4)
	saved := throughJSON(t, r.stop())
	write(t, r.path("x.log.1"), lines(0, 7))
	if err := os.Truncate(r.path("x.log"), 0); err != nil {
		t.Fatal(err)
	}
	r.append("x.log", lines(10, 3))
	r.start(saved)
	r.read()
	if want := int64(len(lines(7, 3))); r.stats("x").Gap != want {
		t.Errorf("gap = %d bytes, want %d", r.stats("x").Gap, want)
	}
	if want := append(upTo(0, 7), 10, 11, 12); !slices.Equal(r.got["x"], want) {
		t.Errorf("records = %v, want %v", r.got["x"], want)
	}
}

func TestRestart_HalfPackedFileIsRetried(t *testing.T) {
	r := newRig(t)
	r.append("x.log", lines(0, 2000))
	r.start(nil)
	r.drain(10)
	saved := r.stop()
	packed := pack(t, lines(0, 2000))
	r.remove("x.log")
	r.reopen("x.log")
	write(t, r.path("x.log.1.gz"), packed[:len(packed)/2])
	r.append("x.log", line(2000, 2000))
	r.start(saved)
	r.read()
	if n := len(r.got["x"]); n < 100 || n > 1999 {
		t.Fatalf("%d records of half the file", n)
	}
	if _, _, ok := r.live.EOF(0); ok {
		t.Error("half a packed file is read to its end")
	}
	f, err := os.OpenFile(r.path("x.log.1.gz"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(packed[len(packed)/2:]); err != nil {
		t.Fatal(err)
	}
	r.read()
	r.gens = nil // the live file was not kept waiting
	r.want("x", 2001)
}

func TestRestart_NamesStay(t *testing.T) {
	r := newRig(t)
	r.append("x.log", lines(0, 1))
	r.start(nil)
	r.read()
	saved := r.stop()
	write(t, r.path("sub/x.log"), lines(0, 2))
	r.start(saved)
	r.read()
	r.want("x", 1)
	r.want("sub/x", 2)
}

// Whatever happens to a log, in whatever order, and wherever following is
// stopped and resumed: no record is lost, none comes twice.
func TestRestart_AnywhereLosesNothing(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r := newRig(t)
		defer r.close()
		r.drawBacklog(rt)
		r.opts.MaxOpen = rapid.SampledFrom([]int{0, 1, 3}).Draw(rt, "files open at a time")
		written := 0
		more := func(n int) string {
			text := lines(written, n)
			written += n
			return text
		}
		r.append("x.log", more(rapid.IntRange(0, 3).Draw(rt, "first")))
		r.start(nil)
		var saved map[string][]Position
		steps := rapid.SliceOfN(rapid.IntRange(0, 12), 1, 40).Draw(rt, "steps")
		for _, step := range steps {
			switch {
			case step < 3:
				r.append("x.log", more(step+1))
			case step == 3: // half a record now, the rest later
				whole := more(1)
				r.append("x.log", whole[:20])
				if r.live != nil {
					r.drain(-1)
				}
				r.append("x.log", whole[20:])
			case step == 4:
				r.rotate(more, rapid.Bool().Draw(rt, "packed"))
			case step == 11: // of an empty file, or before anything is written again
				r.rotate(quiet, rapid.Bool().Draw(rt, "packed"))
			case step == 12 && r.live != nil: // time for a look at every file
				r.clock = r.clock.Add(1e9)
				r.drain(-1)
			case step == 5:
				r.clock = r.clock.Add(1e9)
				r.truncate()
			case step == 8 && r.files["late"] != nil: // a process that has not reopened
				r.append("late", more(1))
			case step == 6 && r.live != nil:
				saved = r.stop()
			case step == 7 && r.live == nil:
				r.start(saved)
			case r.live != nil:
				r.clock = r.clock.Add(300e6)
				r.drain(rapid.IntRange(1, 10).Draw(rt, "records"))
			}
		}
		if r.live == nil {
			r.start(saved)
		}
		for range 4 {
			r.read()
		}
		if lost, doubled := compare(r.got["x"], written); lost+doubled > 0 {
			rt.Fatalf("%d lost, %d doubled of %d: %v", lost, doubled, written, r.got["x"])
		}
	})
}

// A packed file that was closed, since only so many may be open, and is renamed before it
// is read was not found in what the directory held before: it is looked for again, and not
// taken for a broken one.
func TestLive_PackedFileIsRenamedWhileItIsClosed(t *testing.T) {
	r := newRig(t)
	r.opts.MaxOpen = 3
	written := 0
	more := func(n int) string {
		text := lines(written, n)
		written += n
		return text
	}
	r.append("x.log", "")
	r.start(nil)
	truncate := func() { r.clock = r.clock.Add(1e9); r.truncate() }
	truncate()
	r.append("x.log", more(1))
	truncate()
	r.rotate(more, false)
	r.rotate(more, true)
	truncate()
	r.read()
	r.read()
	r.want("x", written)
}

// The copy of a log that was empty is packed and removed, and a new file of the log gets its
// inode, as file systems do: it is not the copy, which was read.
func TestLive_InodeOfAnEmptyCopyComesAgain(t *testing.T) {
	r := newRig(t)
	r.append("x.log", "")
	r.start(nil)
	r.clock = r.clock.Add(1e9)
	r.truncate()
	first := lines(0, 1)
	r.append("x.log", first[:20])
	r.drain(-1)
	r.append("x.log", first[20:])
	r.clock = r.clock.Add(1e9)
	r.drain(-1)
	written := 1
	more := func(n int) string {
		text := lines(written, n)
		written += n
		return text
	}
	for _, packed := range []bool{false, true, false} {
		r.rotate(more, packed)
	}
	r.read()
	r.want("x", 7)
}

// truncate is copytruncate between two writes.
func (r *rig) truncate() {
	text, err := os.ReadFile(r.path("x.log"))
	if err != nil {
		r.t.Fatal(err)
	}
	if r.live != nil {
		r.live.refresh() // it is not done twice between two looks
	}
	for k := 45; k > 0; k-- {
		_ = os.Rename(r.path(fmt.Sprintf("x.log.%d", k)), r.path(fmt.Sprintf("x.log.%d", k+1)))
		_ = os.Rename(r.path(fmt.Sprintf("x.log.%d.gz", k)), r.path(fmt.Sprintf("x.log.%d.gz", k+1)))
	}
	write(r.t, r.path("x.log.1"), string(text))
	r.touch(r.path("x.log.1"))
	if err := os.Truncate(r.path("x.log"), 0); err != nil {
		r.t.Fatal(err)
	}
	r.touch(r.path("x.log"))
}

// rotate renames as logrotate does, with a late record, and packs an older
// generation now and then.
func (r *rig) rotate(more func(int) string, packed bool) {
	for k := 45; k > 0; k-- {
		_ = os.Rename(r.path(fmt.Sprintf("x.log.%d", k)), r.path(fmt.Sprintf("x.log.%d", k+1)))
		_ = os.Rename(r.path(fmt.Sprintf("x.log.%d.gz", k)), r.path(fmt.Sprintf("x.log.%d.gz", k+1)))
	}
	if text, err := os.ReadFile(r.path("x.log.3")); err == nil && packed {
		info, _ := os.Stat(r.path("x.log.3"))
		write(r.t, r.path("x.log.3.gz"), pack(r.t, string(text)))
		_ = os.Chtimes(r.path("x.log.3.gz"), info.ModTime(), info.ModTime()) // as gzip does
		r.remove("x.log.3")
		r.reopen("late")
	}
	r.rename("x.log", "x.log.1")
	r.append("x.log", more(1))
	r.reopen("late")
	r.files["late"] = r.files["x.log"]
	delete(r.files, "x.log")
	r.append("x.log", more(1))
}

// Stored positions depend on this hash.
func TestFingerprint_IsFrozen(t *testing.T) {
	if got := fingerprint([]byte("Fri Mar 24 10:22:35+0300 2017")); got != "58f68c49408acd3a" {
		t.Errorf("fingerprint = %q: stored positions would not be found", got)
	}
}
