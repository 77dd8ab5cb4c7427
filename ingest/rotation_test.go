package ingest

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// rotation renames, copies and packs the files of a log x.log, by number or by date. No
// new file is made by it: that is the writer's to do, when it notices.
type rotation struct {
	*rig
	more  func(n int) string
	dated bool
	older []string // names of the rotated files, newest first
	stamp int      // of the last dated name
	held  string   // the rotated file that the writer still has open; "": none
}

func newRotation(r *rig, dated bool) *rotation {
	return &rotation{rig: r, more: numbered(), dated: dated, stamp: 1_700_000_000}
}

// shift makes room for a rotated file and gives its name.
func (o *rotation) shift() string {
	if o.dated {
		o.stamp++
		return fmt.Sprintf("x.log-%d", o.stamp)
	}
	for i := len(o.older) - 1; i >= 0; i-- {
		to := fmt.Sprintf("x.log.%d", i+2)
		if strings.HasSuffix(o.older[i], ".gz") {
			to += ".gz"
		}
		o.rename(o.older[i], to)
		if o.held == o.older[i] {
			o.held = to
		}
		o.older[i] = to
	}
	return "x.log.1"
}

func (o *rotation) there() bool {
	_, err := os.Lstat(o.path("x.log"))
	return err == nil
}

// away renames the log. Its writer goes on with it until it opens it anew.
func (o *rotation) away() {
	if !o.there() {
		return
	}
	name := o.shift()
	o.rename("x.log", name)
	if o.held == "" && o.files["x.log"] != nil {
		o.held = name
	}
	o.older = slices.Insert(o.older, 0, name)
}

// anew has the writer open the log again.
func (o *rotation) anew(text string) {
	o.reopen("x.log")
	o.held = ""
	o.append("x.log", text)
}

// copied is copytruncate between two writes, and between two looks.
func (o *rotation) copied() {
	if !o.there() || o.held != "" {
		return
	}
	text, err := os.ReadFile(o.path("x.log"))
	if err != nil {
		o.t.Fatal(err)
	}
	if o.live != nil {
		o.live.refresh() // it is not done twice between two looks
	}
	name := o.shift()
	write(o.t, o.path(name), string(text))
	o.touch(o.path(name))
	if err := os.Truncate(o.path("x.log"), 0); err != nil {
		o.t.Fatal(err)
	}
	o.touch(o.path("x.log"))
	o.older = slices.Insert(o.older, 0, name)
}

// pack packs the oldest file that nobody writes to, as gzip does.
func (o *rotation) pack(leave int) {
	for i := len(o.older) - 1; i >= leave; i-- {
		name := o.older[i]
		if name == o.held || strings.HasSuffix(name, ".gz") {
			continue
		}
		text, err := os.ReadFile(o.path(name))
		if err != nil {
			o.t.Fatal(err)
		}
		info, err := os.Stat(o.path(name))
		if err != nil {
			o.t.Fatal(err)
		}
		write(o.t, o.path(name+".gz"), pack(o.t, string(text)))
		if err := os.Chtimes(o.path(name+".gz"), info.ModTime(), info.ModTime()); err != nil {
			o.t.Fatal(err)
		}
		o.remove(name)
		o.older[i] = name + ".gz"
		return
	}
}

// happens is one thing that happens to the log.
func (o *rotation) happens(step int, rt *rapid.T) {
	switch step {
	case 0, 1:
		o.append("x.log", o.more(1+step))
	case 2: // half a record now, the rest later
		whole := o.more(1)
		o.append("x.log", whole[:20])
		if o.live != nil {
			o.drain(-1)
		}
		o.append("x.log", whole[20:])
	case 3:
		o.away()
	case 4:
		o.away()
		o.anew(o.more(rapid.IntRange(0, 2).Draw(rt, "at once")))
	case 5: // made and renamed between two looks
		o.away()
		o.anew(o.more(rapid.IntRange(0, 2).Draw(rt, "made")))
		o.away()
	case 6:
		o.anew(o.more(rapid.IntRange(0, 2).Draw(rt, "anew")))
	case 7:
		o.pack(rapid.IntRange(0, 2).Draw(rt, "leave"))
	case 8:
		o.clock = o.clock.Add(1e9)
		o.copied()
	}
}

// Whatever happens to a log, by number or by date, with or without a file at its path, and
// wherever following is stopped and resumed: no record is lost, none comes twice.
func TestRestart_AnyRotation(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r := newRigIn(t, t.TempDir())
		defer r.close()
		r.drawBacklog(rt)
		r.opts.MaxOpen = rapid.SampledFrom([]int{0, 1, 3}).Draw(rt, "files open at a time")
		o := newRotation(r, rapid.Bool().Draw(rt, "dated"))
		var saved map[string][]Position
		r.append("x.log", o.more(rapid.IntRange(0, 3).Draw(rt, "first")))
		r.start(nil)
		for _, step := range rapid.SliceOfN(rapid.IntRange(0, 12), 1, 40).Draw(rt, "steps") {
			switch {
			case step < 9:
				o.happens(step, rt)
			case step == 9 && r.live != nil:
				saved = r.stop()
			case step == 10 && r.live == nil:
				r.start(saved)
			case r.live == nil:
			case step == 11:
				r.clock = r.clock.Add(1e9)
				r.drain(-1)
			default:
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
		written := seqOf([]byte(o.more(1)))
		if lost, doubled := compare(r.got["x"], written); lost+doubled > 0 {
			rt.Fatalf("%d lost, %d doubled of %d: %v", lost, doubled, written, r.got["x"])
		}
	})
}

// Cuts and kills at any moment, whatever happens to the log meanwhile and while nobody
// looks: reading back to each cut gives what was read up to it, and going live the rest.
func TestReadTo_AnyRotation(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r := newRigIn(t, t.TempDir())
		defer r.close()
		r.drawBacklog(rt)
		o := newRotation(r, rapid.Bool().Draw(rt, "dated"))
		r.append("x.log", o.more(rapid.IntRange(0, 3).Draw(rt, "first")))
		r.start(nil)
		snapshot := r.live.Positions()
		kept := 0 // records before the snapshot
		var cuts []map[string][]Position
		var ends []int
		restart := func() {
			want := r.got["x"]
			r.start(throughJSON(r.t, snapshot))
			for i, at := range cuts {
				got := readTo(rt, r.live, throughJSON(r.t, at)["x"])
				from := kept
				if i > 0 {
					from = ends[i-1]
				}
				if part := want[from:ends[i]]; !slices.Equal(sorted(got), sorted(part)) {
					rt.Fatalf("cut %d of %d: %v, want %v", i, len(cuts), got, part)
				}
			}
			if len(cuts) > 0 {
				kept = ends[len(ends)-1]
			}
			r.got["x"] = slices.Clone(want[:kept])
			snapshot, cuts, ends = r.live.Positions(), nil, nil
		}
		for _, step := range rapid.SliceOfN(rapid.IntRange(0, 14), 1, 40).Draw(rt, "steps") {
			switch {
			case step < 9:
				o.happens(step, rt)
			case step == 9 && r.live != nil:
				r.stop()
			case step == 10 && r.live == nil:
				restart()
			case r.live == nil:
			case step == 11:
				r.clock = r.clock.Add(1e9)
				r.drain(-1)
			case step == 12:
				r.clock = r.clock.Add(300e6)
				r.drain(rapid.IntRange(1, 6).Draw(rt, "records"))
			case step == 13:
				cuts, ends = append(cuts, r.live.Positions()), append(ends, len(r.got["x"]))
			case step == 14:
				snapshot, kept, cuts, ends = r.live.Positions(), len(r.got["x"]), nil, nil
			}
		}
		if r.live != nil {
			r.stop()
		}
		restart()
		for range 4 {
			r.read()
		}
		written := seqOf([]byte(o.more(1)))
		if lost, doubled := compare(r.got["x"], written); lost+doubled > 0 {
			rt.Fatalf("%d lost, %d doubled of %d: %v", lost, doubled, written, r.got["x"])
		}
	})
}

// finished reads on and checks that all that was written came once.
func (o *rotation) finished() {
	o.t.Helper()
	for range 4 {
		o.read()
	}
	o.gens = nil // late writers
	o.want("x", seqOf([]byte(o.more(1))))
}

// A file that was closed, since only so many may be open, is packed, and the service dies
// after it was seen to be gone and before its packed self was looked for: its position is
// not forgotten.
func TestRestart_ClosedFileWasSeenToBeGone(t *testing.T) {
	r := newRig(t)
	r.opts.MaxOpen = 1
	o := newRotation(r, false)
	r.append("x.log", o.more(1))
	r.start(nil)
	for range 3 {
		o.away()
		o.anew(o.more(1))
	}
	r.clock = r.clock.Add(1e9)
	r.live.refresh() // there are others now: the first is closed
	o.pack(1)
	r.clock = r.clock.Add(1e9)
	r.live.refresh()
	if n := r.live.sources[0].nodes[0]; n.file != nil || !n.replaced {
		t.Fatal("the first file was not seen to be gone")
	}
	r.start(throughJSON(t, r.stop()))
	o.finished()
}

// A closed file is packed, and a new file of its log gets its inode and is renamed between
// two looks: what came between them is not taken for older than the new one.
func TestLive_InodeOfAClosedFileComesAgain(t *testing.T) {
	r := newRig(t)
	r.opts.MaxOpen = 1
	o := newRotation(r, false)
	r.append("x.log", o.more(2))
	r.start(nil)
	r.clock = r.clock.Add(1e9)
	o.copied()
	o.away()
	o.anew("")
	whole := o.more(1)
	r.append("x.log", whole[:20])
	r.drain(-1)
	r.append("x.log", whole[20:])
	o.pack(0)
	o.away()
	o.pack(1)
	o.anew("")
	o.away()
	o.finished()
}

// So it is beside a log that was truncated: the new file is no copy of what that had, and
// its writer goes on in it.
func TestLive_InodeOfAClosedFileComesAgainAfterATruncation(t *testing.T) {
	r := newRig(t)
	r.opts.MaxOpen = 3
	o := newRotation(r, false)
	r.append("x.log", "")
	r.start(nil)
	saved := r.stop()
	r.append("x.log", o.more(3))
	o.away()
	o.anew("")
	o.away()
	o.anew(o.more(2))
	r.start(saved)
	r.clock = r.clock.Add(1e9)
	o.copied()
	r.clock = r.clock.Add(300e6)
	r.drain(2)
	o.pack(0)
	r.append("x.log", o.more(1))
	o.away()
	o.anew(o.more(1))
	o.away()
	r.clock = r.clock.Add(1e9)
	r.drain(-1)
	r.clock = r.clock.Add(1e9)
	whole := o.more(1)
	r.append("x.log", whole[:20])
	r.drain(-1)
	r.append("x.log", whole[20:])
	o.finished()
}

// A closed file that was empty is written late, and packed, between two looks.
func TestLive_ClosedEmptyFileIsWrittenAndPacked(t *testing.T) {
	r := newRig(t)
	r.opts.MaxOpen = 1
	o := newRotation(r, false)
	r.append("x.log", "")
	r.start(nil)
	for range 2 { // the last one is still written after the renaming
		o.anew("")
		o.away()
	}
	write(t, r.path("x.log"), "")
	r.read()
	r.append("x.log", o.more(1))
	o.away()
	o.anew(o.more(2))
	o.pack(1)
	o.pack(1)
	o.finished()
}

// openings is a disk that counts how often files are opened by name.
type openings struct {
	fileSystem
	n int
}

func (d *openings) open(path string) (*os.File, error) {
	d.n++
	return d.fileSystem.open(path)
}

// A log that is gone, for good perhaps, costs no look into its packed files each second.
func TestLive_MissingLogIsLookedForOnce(t *testing.T) {
	r := newRig(t)
	disk := &openings{}
	r.opts.disk = disk
	o := newRotation(r, true)
	r.append("x.log", o.more(3))
	r.start(nil)
	r.read()
	o.away()
	r.reopen("x.log")
	o.held = ""
	o.pack(0)
	r.read()
	before := disk.n
	for range 10 {
		r.read()
	}
	if disk.n > before {
		t.Errorf("files were opened %d times while nothing happened to them", disk.n-before)
	}
	o.anew(o.more(2))
	o.away()
	o.finished()
}
