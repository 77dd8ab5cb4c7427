package ingest

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// rig follows logs in a directory of its own, with a clock that the test turns
// and, unless it says otherwise, without tails: what polling finds is certain.
type rig struct {
	t     *testing.T
	dir   string
	clock time.Time
	opts  LiveOptions
	logs  []LogConfig
	live  *Live
	got   map[string][]int // numbers of the records per source
	gens  []int            // generation of each record of the last source
	files map[string]*os.File
}

func newRig(t *testing.T) *rig {
	r := newRigIn(t, t.TempDir())
	t.Cleanup(r.close)
	return r
}

func newRigIn(t *testing.T, dir string) *rig {
	r := &rig{t: t, dir: dir, clock: t0.Add(time.Hour), got: map[string][]int{}, files: map[string]*os.File{}}
	r.logs = []LogConfig{{Path: r.dir, Start: FromBeginning}}
	r.opts = LiveOptions{Now: func() time.Time { return r.clock }, MaxTails: -1}
	return r
}

// drawBacklog has whatever lies there be framed in pieces of about so many bytes, or not.
func (r *rig) drawBacklog(t *rapid.T) {
	if rapid.Bool().Draw(t, "backlog") {
		r.opts.backlog, r.opts.piece = 1, rapid.IntRange(100, 2000).Draw(t, "piece")
	}
}

func (r *rig) path(name string) string { return filepath.Join(r.dir, name) }

// start follows the logs, from where saved says.
func (r *rig) start(saved map[string][]Position) {
	r.t.Helper()
	live, err := OpenLive(r.logs, r.opts, saved)
	if err != nil {
		r.t.Fatal(err)
	}
	r.live = live
}

// stop ends following as a kill would and returns where it had got to.
func (r *rig) stop() map[string][]Position {
	at := r.live.Positions()
	r.live.Close()
	r.live = nil
	return at
}

func (r *rig) close() {
	if r.live != nil {
		r.live.Close()
	}
	for _, f := range r.files {
		f.Close()
	}
}

// append writes as Smarty does: to the inode it opened once, with O_APPEND.
func (r *rig) append(name, text string) {
	r.t.Helper()
	f := r.files[name]
	if f == nil {
		var err error
		f, err = os.OpenFile(r.path(name), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
		if err != nil {
			r.t.Fatal(err)
		}
		r.files[name] = f
	}
	if _, err := f.WriteString(text); err != nil {
		r.t.Fatal(err)
	}
	r.touch(fmt.Sprintf("/proc/self/fd/%d", f.Fd()))
}

// touch gives a file the time of the test's clock, which moves a little.
func (r *rig) touch(path string) {
	r.t.Helper()
	r.clock = r.clock.Add(time.Millisecond)
	if err := os.Chtimes(path, r.clock, r.clock); err != nil {
		r.t.Fatal(err)
	}
}

// reopen makes the writer of a log open it anew, as after a rotation.
func (r *rig) reopen(name string) {
	if f := r.files[name]; f != nil {
		f.Close()
		delete(r.files, name)
	}
}

func (r *rig) rename(from, to string) {
	r.t.Helper()
	if err := os.Rename(r.path(from), r.path(to)); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) remove(name string) {
	r.t.Helper()
	if err := os.Remove(r.path(name)); err != nil {
		r.t.Fatal(err)
	}
}

// read lets a moment pass and takes all there is; twice, so that records that
// wait for what follows are closed by silence.
func (r *rig) read() {
	r.t.Helper()
	for range 3 {
		r.clock = r.clock.Add(time.Second)
		r.drain(-1)
	}
	r.clock = r.clock.Add(time.Millisecond)
}

// drain reads up to n records.
func (r *rig) drain(n int) int {
	r.t.Helper()
	var rec smartylog.Record
	for i := 0; i != n; i++ {
		src, err := r.live.Next(&rec)
		if err == ErrIdle {
			return i
		}
		if err != nil {
			r.t.Fatal(err)
		}
		name := r.live.Sources()[src]
		r.got[name] = append(r.got[name], seqOf(rec.Raw))
		r.gens = append(r.gens, rec.Gen)
	}
	return n
}

// want checks that source has given exactly the records 0…n-1.
func (r *rig) want(source string, n int) {
	r.t.Helper()
	if lost, doubled := compare(r.got[source], n); lost+doubled > 0 {
		r.t.Errorf("%s: %d lost, %d doubled of %d: %v", source, lost, doubled, n, r.got[source])
	}
	if !slices.IsSorted(r.gens) {
		r.t.Errorf("generations go back: %v", r.gens)
	}
}

func compare(got []int, n int) (lost, doubled int) {
	count := make(map[int]int)
	for _, seq := range got {
		count[seq]++
	}
	for i := range n {
		switch c := count[i]; {
		case c == 0:
			lost++
		case c > 1:
			doubled += c - 1
		}
		delete(count, i)
	}
	return lost, doubled + len(count)
}

func (r *rig) stats(source string) LiveStats {
	for _, s := range r.live.Stats() {
		if s.Source == source {
			return s
		}
	}
	return LiveStats{}
}

func TestLive_RenamedWhileReading(t *testing.T) {
	r := newRig(t)
	r.append("x.log", lines(0, 10))
	r.start(nil)
	r.drain(4)
	r.rename("x.log", "x.log.1")
	r.append("x.log", lines(10, 5)) // the writer has not noticed
	r.reopen("x.log")
	r.append("x.log", lines(15, 5))
	r.read()
	r.append("x.log", lines(20, 5))
	r.read()
	r.want("x", 25)
	if s := r.stats("x"); s.Rotations != 1 || s.Gap != 0 || s.Lag != 0 {
		t.Errorf("stats = %+v", s)
	}
}

func TestLive_LateWritersToTheOldFile(t *testing.T) {
	r := newRig(t)
	r.append("x.log", lines(0, 3))
	r.start(nil)
	r.read()
	r.rename("x.log", "x.log.1")
	late := r.files["x.log"]
	delete(r.files, "x.log")
	r.files["late"] = late
	r.append("x.log", line(3, 3))
	r.read()
	for i := range 20 { // well after the 5 s that a replaced file is kept at least
		r.append("late", line(4+2*i, 4+2*i))
		r.append("x.log", line(5+2*i, 5+2*i))
		r.read()
	}
	r.gens = nil // both files give records in turn
	r.want("x", 44)
	if p := r.live.Positions()["x"]; len(p) != 2 {
		t.Errorf("%d positions, want one per file: %+v", len(p), p)
	}
	r.remove("x.log.1")
	r.append("late", line(44, 44))
	r.read()
	r.read()
	r.want("x", 45)
	if p := r.live.Positions()["x"]; len(p) != 1 {
		t.Errorf("%d positions after the old file was removed, want 1: %+v", len(p), p)
	}
}

func TestLive_SeveralRotationsBetweenLooks(t *testing.T) {
	r := newRig(t)
	r.append("x.log", lines(0, 3))
	r.start(nil)
	r.drain(2)
	for i := range 4 {
		for k := 3; k > 0; k-- {
			_ = os.Rename(r.path(fmt.Sprintf("x.log.%d", k)), r.path(fmt.Sprintf("x.log.%d", k+1)))
		}
		r.rename("x.log", "x.log.1")
		r.reopen("x.log")
		r.append("x.log", lines(3+3*i, 3))
	}
	r.read()
	r.want("x", 15)
	if g := slices.Max(r.gens); g != 4 {
		t.Errorf("generation = %d, want 4", g)
	}
}

// A file that was made and renamed between two looks is read also while there is none at
// the path, and so is what its writer goes on to write into it.
func TestLive_MadeAndRenamedBetweenLooks(t *testing.T) {
	for name, names := range map[string][2]string{"dated": {"x.log-20260114", "x.log-20260115"}, "numbered": {"x.log.2", "x.log.1"}} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.append("x.log", lines(0, 3))
			r.start(nil)
			r.read()
			r.rename("x.log", names[0])
			r.reopen("x.log")
			r.append("x.log", lines(3, 3))
			r.rename("x.log", names[1])
			r.read()
			r.want("x", 6)
			r.append("x.log", lines(6, 3)) // which is the renamed one
			r.read()
			r.want("x", 9)
			r.start(r.stop())
			r.reopen("x.log")
			r.append("x.log", lines(9, 3))
			r.read()
			r.want("x", 12)
		})
	}
}

// So it is when the one before it was packed meanwhile and is gone itself.
func TestLive_MadeAndRenamedBetweenLooksAfterAPackedOne(t *testing.T) {
	r := newRig(t)
	r.append("x.log", lines(0, 30))
	r.start(nil)
	r.read()
	write(t, r.path("x.log-20260114.gz"), packAs(t, "gz", lines(0, 30)))
	r.remove("x.log")
	r.reopen("x.log")
	r.append("x.log", lines(30, 3))
	r.rename("x.log", "x.log-20260115")
	r.read()
	r.want("x", 33)
	r.append("x.log", lines(33, 3)) // which is the renamed one
	r.read()
	r.want("x", 36)
	r.start(r.stop())
	r.reopen("x.log")
	r.append("x.log", lines(36, 3))
	r.read()
	r.want("x", 39)
}

// So it is when the one before it had no byte by which its packed self would be known.
func TestLive_MadeAndRenamedBetweenLooksAfterAnEmptyOne(t *testing.T) {
	r := newRig(t)
	r.append("x.log", "")
	r.start(nil)
	r.read()
	r.remove("x.log")
	write(t, r.path("x.log-20260113.gz"), packAs(t, "gz", ""))
	r.reopen("x.log")
	r.append("x.log", lines(0, 3))
	r.rename("x.log", "x.log-20260114")
	r.read()
	r.want("x", 3)
	r.append("x.log", lines(3, 3)) // which is the renamed one
	r.read()
	r.start(r.stop())
	r.read()
	r.want("x", 6)
}

func TestLive_CopyTruncate(t *testing.T) {
	for name, tc := range map[string]struct {
		copied, after int // records in the copy; written again after truncation
		gap           bool
	}{
		"all was copied":              {10, 3, false},
		"grown beyond the old end":    {10, 30, false},
		"same size":                   {10, 10, false},
		"some came after the copying": {7, 3, true},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.append("x.log", lines(0, 5))
			r.start(nil)
			r.drain(3)
			r.clock = r.clock.Add(time.Second)
			r.append("x.log", lines(5, 5))
			r.live.refresh() // its size is known, its text is not
			write(t, r.path("x.log.1"), lines(0, tc.copied))
			if err := os.Truncate(r.path("x.log"), 0); err != nil {
				t.Fatal(err)
			}
			r.append("x.log", lines(tc.copied, tc.after))
			r.read()
			r.want("x", tc.copied+tc.after)
			if s := r.stats("x"); s.Truncations != 1 || (s.Gap > 0) != tc.gap {
				t.Errorf("stats = %+v, want a gap: %v", s, tc.gap)
			}
		})
	}
}

// Before anything of a log was seen it is copied and truncated, once or twice.
func TestLive_CopyTruncateUnseen(t *testing.T) {
	r := newRig(t)
	r.append("x.log", "")
	r.start(nil)
	r.read()
	more := numbered()
	for _, times := range []int{1, 2, 0, 3} {
		for range times {
			r.append("x.log", more(3))
			for k := 9; k > 0; k-- {
				_ = os.Rename(r.path(fmt.Sprintf("x.log.%d", k)), r.path(fmt.Sprintf("x.log.%d", k+1)))
			}
			text, err := os.ReadFile(r.path("x.log"))
			if err != nil {
				t.Fatal(err)
			}
			write(t, r.path("x.log.1"), string(text))
			r.touch(r.path("x.log.1"))
			if err := os.Truncate(r.path("x.log"), 0); err != nil {
				t.Fatal(err)
			}
		}
		r.append("x.log", more(2))
		r.read()
	}
	r.want("x", seqOf([]byte(more(1))))
	if s := r.stats("x"); s.Gap != 0 {
		t.Errorf("a gap of %d bytes is told, all are there", s.Gap)
	}
}

func TestLive_FilesAndDirectoriesAppear(t *testing.T) {
	r := newRig(t)
	r.logs = []LogConfig{{Path: r.path("one.log")}, {Path: r.path("sub") + "/*.log"}, {Path: r.path("deep"), Instance: "app"}}
	r.start(nil)
	r.read()
	if got := r.live.Sources(); !slices.Equal(got, []string{"one"}) {
		t.Errorf("sources = %v, want the plain path", got)
	}
	if _, _, ok := r.live.EOF(0); !ok || !r.stats("one").Missing {
		t.Errorf("an absent file holds nothing back: EOF = %v, stats %+v", ok, r.stats("one"))
	}
	r.append("one.log", lines(0, 3))
	write(t, r.path("sub/two.log"), lines(0, 4))
	write(t, r.path("deep/er/three.log"), lines(0, 5))
	r.read()
	r.read()
	r.want("one", 3)
	r.want("two", 4)
	r.want("app/three", 5)
}

func TestLive_HalfLineWaits(t *testing.T) {
	r := newRig(t)
	whole := line(1, 1)
	r.append("x.log", line(0, 0)+whole[:50])
	r.start(nil)
	r.read()
	r.want("x", 1)
	if _, _, ok := r.live.EOF(0); ok {
		t.Error("half a line just written is read to the end")
	}
	for range 3 {
		r.read()
	}
	if _, _, ok := r.live.EOF(0); !ok {
		t.Error("half a line holds everything back for good")
	}
	saved := r.stop()
	r.append("x.log", whole[50:])
	r.start(saved)
	r.read()
	r.want("x", 2)
}

func TestLive_SilenceClosesARecord(t *testing.T) {
	r := newRig(t)
	r.append("x.log", line(0, 0)+traceback(1, 1))
	r.start(nil)
	if n := r.drain(-1); n != 1 {
		t.Fatalf("%d records at once, want the one that is closed", n)
	}
	if _, open, ok := r.live.EOF(0); !ok || open != t0.Unix()+1 {
		t.Errorf("EOF with an open record = %d, %v, want its second", open, ok)
	}
	r.clock = r.clock.Add(499 * time.Millisecond)
	if n := r.drain(-1); n != 0 {
		t.Errorf("%d records before the silence was long enough", n)
	}
	r.clock = r.clock.Add(time.Millisecond)
	if n := r.drain(-1); n != 1 {
		t.Errorf("%d records after it, want 1", n)
	}
	if wall, open, ok := r.live.EOF(0); !ok || open != noneOpen || wall.After(r.clock) {
		t.Errorf("EOF = %v, %d, %v", wall, open, ok)
	}
}

func TestLive_EndOfFileMovesWithTheClock(t *testing.T) {
	r := newRig(t)
	r.append("x.log", lines(0, 2))
	r.start(nil)
	r.read()
	before, _, _ := r.live.EOF(0)
	r.read()
	after, _, ok := r.live.EOF(0)
	if !ok || !after.After(before) {
		t.Errorf("EOF of a quiet file went from %v to %v", before, after)
	}
}

func TestLive_FutureIsFlaggedAndMovesNothing(t *testing.T) {
	r := newRig(t)
	r.append("x.log", line(0, 0)+line(365*86400, 1)+line(2, 2))
	r.start(nil)
	var rec smartylog.Record
	var future []bool
	r.clock = r.clock.Add(time.Second)
	for {
		if _, err := r.live.Next(&rec); err != nil {
			break
		}
		future = append(future, rec.Flags.Has(smartylog.Future))
	}
	if !slices.Equal(future, []bool{false, true}) || r.live.sources[0].high != t0.Unix() {
		t.Errorf("future = %v, mark %d", future, r.live.sources[0].high-t0.Unix())
	}
}

func TestLive_StartOfAFirstRun(t *testing.T) {
	for name, tc := range map[string]struct {
		start Start
		want  []int
	}{
		"beginning": {FromBeginning, upTo(0, 40)},
		"end":       {FromEnd, nil},
		"duration":  {Start(10 * time.Second), upTo(30, 40)},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.clock = t0.Add(40 * time.Second)
			r.logs[0].Start = tc.start
			write(t, r.path("x.log.2.gz"), pack(t, lines(0, 10)))
			write(t, r.path("x.log.1"), lines(10, 10))
			r.append("x.log", lines(20, 20))
			for _, old := range []string{"x.log.2.gz", "x.log.1"} {
				if err := os.Chtimes(r.path(old), t0, t0.Add(20*time.Second)); err != nil {
					t.Fatal(err)
				}
			}
			r.start(nil)
			r.read()
			if !slices.Equal(r.got["x"], tc.want) {
				t.Errorf("records = %v, want %v", r.got["x"], tc.want)
			}
		})
	}
}

func TestLive_StartSeeksInABigFile(t *testing.T) {
	r := newRig(t)
	n := 30000
	r.clock = t0.Add(time.Duration(n) * time.Second)
	r.logs[0].Start = Start(100 * time.Second)
	r.append("x.log", lines(0, n))
	r.start(nil)
	if pos := r.live.sources[0].nodes[0].off; pos == 0 {
		t.Error("all of the file is read for its last 100 seconds")
	}
	r.read()
	if !slices.Equal(r.got["x"], upTo(n-100, n)) {
		t.Errorf("%d records, want the last 100", len(r.got["x"]))
	}
}

func TestLive_LinkSwitched(t *testing.T) {
	r := newRig(t)
	r.logs[0].Path = r.path("current.log")
	r.append("a.txt", lines(0, 3))
	if err := os.Symlink("a.txt", r.path("current.log")); err != nil {
		t.Fatal(err)
	}
	r.start(nil)
	r.read()
	r.append("a.txt", line(3, 3))
	r.append("b.txt", lines(4, 3))
	r.remove("current.log")
	if err := os.Symlink("b.txt", r.path("current.log")); err != nil {
		t.Fatal(err)
	}
	r.read()
	r.want("current", 7)
}

// The link is switched while nobody looks; the file before is written on, or rotated.
func TestRestart_LinkSwitched(t *testing.T) {
	for name, down := range map[string]func(r *rig){
		"and left": func(*rig) {},
		"and rotated": func(r *rig) {
			r.rename("a.txt", "a.txt.1")
			r.append("a.txt", "")
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.logs[0].Path = r.path("current.log")
			r.append("a.txt", lines(0, 5))
			if err := os.Symlink("a.txt", r.path("current.log")); err != nil {
				t.Fatal(err)
			}
			r.start(nil)
			r.drain(2)
			saved := throughJSON(t, r.stop())
			r.append("a.txt", lines(5, 2))
			r.reopen("a.txt")
			down(r)
			r.append("b.txt", lines(7, 3))
			r.remove("current.log")
			if err := os.Symlink("b.txt", r.path("current.log")); err != nil {
				t.Fatal(err)
			}
			r.start(saved)
			r.read()
			r.want("current", 10)
			if s := r.stats("current"); s.Gap != 0 {
				t.Errorf("a gap of %d bytes is told, all are there", s.Gap)
			}
			r.start(throughJSON(t, r.stop()))
			r.read()
			r.want("current", 10)
		})
	}
}

func TestLive_DeletedWhileRead(t *testing.T) {
	r := newRig(t)
	r.append("x.log", lines(0, 3))
	r.start(nil)
	r.drain(1)
	r.remove("x.log")
	r.append("x.log", line(3, 3))
	r.read()
	r.want("x", 4)
	r.reopen("x.log")
	r.append("x.log", lines(4, 2))
	r.read()
	r.want("x", 6)
}

func TestLive_HolesAndCarriageReturns(t *testing.T) {
	r := newRig(t)
	r.append("x.log", "\ufeff"+line(0, 0)+strings.Replace(line(1, 1), "\n", "\r\n", 1))
	r.start(nil)
	r.read()
	r.append("x.log", strings.Repeat("\x00", 5000)+line(2, 2))
	r.read()
	r.want("x", 3)
}

func TestLive_DirectoryBecomesAFile(t *testing.T) {
	r := newRig(t)
	r.logs[0].Path = r.path("d") + "/*.log"
	if err := os.Mkdir(r.path("d"), 0o755); err != nil {
		t.Fatal(err)
	}
	r.append("d/x.log", lines(0, 2))
	r.start(nil)
	r.read()
	r.rename("d", "away")
	write(t, r.path("d"), "")
	r.append("d/x.log", line(2, 2))
	r.read()
	r.want("x", 3)
	if s := r.stats("x"); s.Err == nil {
		t.Errorf("stats = %+v, want the error", s)
	}
	if _, _, ok := r.live.EOF(0); ok {
		t.Error("a path that cannot be read is at its end")
	}
	r.remove("d")
	r.rename("away", "d")
	r.append("d/x.log", line(3, 3))
	r.read()
	r.want("x", 4)
}

// Files that begin with the same record, of more than is kept of a beginning, are told
// apart by what comes after it.
func TestLive_FilesThatBeginAlike(t *testing.T) {
	same := strings.Replace(line(0, 0), "SOME_EVENT", "SOME_EVENT text='"+strings.Repeat("a", 2*headBytes)+"'", 1)
	for name, reads := range map[string]func(r *rig){"read": (*rig).read, "unread": func(*rig) {}} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.append("x.log", same+line(1, 1))
			r.start(nil)
			reads(r)
			for n := range 3 { // all between two looks
				r.rename("x.log", fmt.Sprintf("x.log-2026011%d", n))
				r.reopen("x.log")
				r.append("x.log", same+line(2+n, 2+n))
			}
			r.read()
			slices.Sort(r.got["x"])
			if want := []int{0, 0, 0, 0, 1, 2, 3, 4}; !slices.Equal(r.got["x"], want) {
				t.Errorf("records = %v, want %v", r.got["x"], want)
			}
		})
	}
}
