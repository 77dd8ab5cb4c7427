package ingest

import (
	"io"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// ReadTo after a restart gives, cut for cut, the records that Next gave before.
func TestReadTo_GivesTheSameCuts(t *testing.T) {
	r := newRig(t)
	r.append("x.log", line(0, 0)+traceback(1, 1))
	r.start(nil)
	snapshot := r.live.Positions()
	var cuts []map[string][]Position
	var want [][]string
	cut := func() {
		r.t.Helper()
		var rec smartylog.Record
		var raws []string
		for range 4 {
			r.clock = r.clock.Add(300e6)
			for {
				if _, err := r.live.Next(&rec); err != nil {
					break
				}
				raws = append(raws, string(rec.Raw))
			}
		}
		cuts = append(cuts, r.live.Positions())
		want = append(want, raws)
	}
	cut()
	r.append("x.log", "a late line of the traceback\n"+line(2, 2)) // the record was closed before: split
	cut()
	r.rename("x.log", "x.log.1")
	r.append("x.log", line(3, 3))
	r.reopen("x.log")
	r.append("x.log", lines(4, 3))
	r.clock = r.clock.Add(1e9)
	cut()
	write(t, r.path("x.log.2"), lines(0, 0))
	r.append("x.log", line(7, 7))
	cut()
	r.stop()
	r.append("x.log", line(8, 8))
	r.start(throughJSON(t, snapshot))
	for i, at := range cuts {
		var got []string
		var rec smartylog.Record
		for {
			err := r.live.ReadTo("x", at["x"], &rec)
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, string(rec.Raw))
		}
		if d := cmp.Diff(want[i], got); d != "" {
			t.Errorf("cut %d (-want +got):\n%s", i, d)
		}
	}
	r.got = map[string][]int{}
	r.read()
	if got := r.got["x"]; !slices.Equal(got, []int{8}) {
		t.Errorf("after the cuts: %v, want the new record", got)
	}
}

// Of files that came and went after the snapshot, what is to be read again is told to
// the byte, once.
func TestReadTo_VanishedFilesAreAGap(t *testing.T) {
	r := newRig(t)
	more := numbered()
	r.append("x.log", more(3))
	r.start(nil)
	r.read()
	snapshot := throughJSON(t, r.live.Positions())
	var cuts []map[string][]Position
	for range 3 {
		r.append("x.log", more(4))
		r.read()
		cuts = append(cuts, throughJSON(t, r.live.Positions()))
		r.rename("x.log", "x.log.1")
		r.reopen("x.log")
		r.append("x.log", more(2))
		r.read()
		cuts = append(cuts, throughJSON(t, r.live.Positions()))
	}
	r.stop()
	r.start(snapshot)
	want := int64(len(lines(3, 4+2+4+2+4))) // all between the snapshot and the newest two files
	want -= int64(len(lines(15, 4+2)))      // of which one is x.log.1
	var rec smartylog.Record
	for _, at := range cuts {
		for r.live.ReadTo("x", at["x"], &rec) == nil {
		}
	}
	if got := r.stats("x").Gap; got != want {
		t.Errorf("gap = %d bytes, want %d", got, want)
	}
}

// An empty file that was packed since, and is not opened again, had a number; that of the
// file after it is another now, and its inode is gone.
func TestReadTo_FindsAPackedFileByItsText(t *testing.T) {
	r := newRig(t)
	r.append("x.log", "")
	r.start(nil)
	r.read()
	r.rename("x.log", "x.log-20260113")
	r.reopen("x.log")
	r.append("x.log", "")
	r.read()
	snapshot := throughJSON(t, r.live.Positions())
	r.append("x.log", lines(0, 2))
	r.clock = r.clock.Add(1e9)
	r.drain(-1)
	cut := throughJSON(t, r.live.Positions())
	r.stop()
	for name, text := range map[string]string{"x.log-20260113": "", "x.log-20260114": lines(0, 2)} {
		if text != "" {
			r.rename("x.log", name)
		}
		info, err := os.Stat(r.path(name))
		if err != nil {
			t.Fatal(err)
		}
		write(t, r.path(name+".gz"), packAs(t, "gz", text))
		if err := os.Chtimes(r.path(name+".gz"), info.ModTime(), info.ModTime()); err != nil {
			t.Fatal(err)
		}
		r.remove(name)
	}
	r.reopen("x.log")
	r.append("x.log", lines(2, 1))
	r.start(snapshot)
	var rec smartylog.Record
	var again []int
	for r.live.ReadTo("x", cut["x"], &rec) == nil {
		again = append(again, seqOf(rec.Raw))
	}
	if !slices.Equal(again, []int{0}) {
		t.Errorf("up to the cut: %v, want the first", again)
	}
	if gap := r.stats("x").Gap; gap != 0 {
		t.Errorf("gap = %d", gap)
	}
	r.read()
	r.want("x", 3)
}

// A log was rotated while it was empty, written late, and packed while nobody looked: in a
// cut from before it was written nothing of it is read.
func TestReadTo_WasEmptyAndIsPacked(t *testing.T) {
	r := newRig(t)
	r.append("x.log", "")
	r.start(nil)
	r.read()
	snapshot := throughJSON(t, r.live.Positions())
	r.rename("x.log", "x.log.1")
	write(t, r.path("x.log"), "")
	var cuts []map[string][]Position
	cut := func() {
		r.clock = r.clock.Add(time.Second)
		r.drain(-1)
		cuts = append(cuts, throughJSON(t, r.live.Positions()))
	}
	cut()
	r.append("x.log", lines(0, 4)) // late
	cut()
	r.reopen("x.log")
	r.append("x.log", lines(4, 3))
	cut()
	r.stop()
	r.remove("x.log.1")
	write(t, r.path("x.log.1.gz"), packAs(t, "gz", lines(0, 4)))
	r.start(snapshot)
	again := make([][]int, len(cuts))
	var rec smartylog.Record
	for i, to := range cuts {
		for r.live.ReadTo("x", to["x"], &rec) == nil {
			again[i] = append(again[i], seqOf(rec.Raw))
		}
	}
	if len(again[0]) > 0 || !slices.Equal(slices.Concat(again[1], again[2]), r.got["x"]) || len(again[1]) < 3 {
		t.Errorf("up to the cuts: %v, want %v, of which nothing in the first", again, r.got["x"])
	}
	r.read()
	r.want("x", 7)
	if gap := r.stats("x").Gap; gap != 0 {
		t.Errorf("gap = %d", gap)
	}
}

// Cuts at any moment, any number of them, over rotations: reading back to each
// gives what was read up to it, and going live from there the rest.
func TestReadTo_AnyCuts(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r := newRig(t)
		defer r.close()
		r.drawBacklog(rt)
		written := 0
		more := func(n int) string {
			text := lines(written, n)
			written += n
			return text
		}
		r.append("x.log", more(rapid.IntRange(0, 2).Draw(rt, "first")))
		r.start(nil)
		snapshot := r.live.Positions()
		var cuts []map[string][]Position
		var ends []int
		for _, step := range rapid.SliceOfN(rapid.IntRange(0, 7), 1, 30).Draw(rt, "steps") {
			switch step {
			case 0, 1:
				r.append("x.log", more(1+step))
			case 2, 6:
				r.rotate(more, step == 6)
			case 7:
				r.rotate(quiet, rapid.Bool().Draw(rt, "packed"))
			case 3:
				r.clock = r.clock.Add(1e9)
				r.drain(rapid.IntRange(1, 6).Draw(rt, "records"))
			default:
				r.clock = r.clock.Add(600e6)
				r.drain(-1)
				cuts = append(cuts, r.live.Positions())
				ends = append(ends, len(r.got["x"]))
			}
		}
		want := r.got["x"]
		r.stop()
		r.start(snapshot)
		from := 0
		for i, at := range cuts {
			got := readTo(rt, r.live, at["x"])
			if part := want[from:ends[i]]; !slices.Equal(sorted(got), sorted(part)) {
				rt.Fatalf("cut %d of %d: %v, want %v", i, len(cuts), got, part)
			}
			from = ends[i]
		}
		r.got = map[string][]int{"x": slices.Clone(want[:from])}
		for range 3 {
			r.read()
		}
		if lost, doubled := compare(r.got["x"], written); lost+doubled > 0 {
			rt.Fatalf("then: %d lost, %d doubled of %d: %v", lost, doubled, written, r.got["x"])
		}
	})
}

func readTo(t *rapid.T, l *Live, to []Position) []int {
	var got []int
	var rec smartylog.Record
	for {
		switch err := l.ReadTo("x", to, &rec); err {
		case nil:
			got = append(got, seqOf(rec.Raw))
		case io.EOF:
			return got
		default:
			t.Fatal(err)
		}
	}
}

func sorted(in []int) []int {
	out := slices.Clone(in)
	slices.Sort(out)
	return out
}
