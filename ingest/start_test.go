package ingest

import (
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestParseStart(t *testing.T) {
	for text, want := range map[string]Start{
		"": 0, "end": FromEnd, "beginning": FromBeginning, "90m": Start(90 * time.Minute), "0s": FromEnd,
	} {
		if got, err := ParseStart(text); err != nil || got != want {
			t.Errorf("ParseStart(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"start", "-1h", "1 hour"} {
		if _, err := ParseStart(text); err == nil {
			t.Errorf("ParseStart(%q) is accepted", text)
		}
	}
}

// A log that is new beside known ones, and was written while nobody followed,
// is read from its beginning; of an old one only the history is.
func TestStart_NewBesideKnown(t *testing.T) {
	r := newRig(t)
	r.logs[0].Start = Start(time.Second)
	r.clock = t0.Add(100 * time.Second)
	r.append("a.log", lines(99, 1))
	r.start(nil)
	r.read()
	saved := r.stop()
	r.append("b.log", lines(0, 90)+lines(110, 20))
	r.clock = t0.Add(200 * time.Second)
	r.start(saved)
	r.read()
	if !slices.Equal(r.got["b"], upTo(110, 130)) {
		t.Errorf("records = %v, want those since the last run", r.got["b"])
	}
}

// A log that came after the last search for new ones, and before the stop, is new
// even where only new records are of interest.
func TestStart_NewSinceTheLastSearch(t *testing.T) {
	r := newRig(t)
	r.logs[0].Start = FromEnd
	r.clock = t0.Add(100 * time.Second)
	r.append("a.log", lines(98, 1))
	r.start(nil)
	r.read()
	r.clock = t0.Add(105 * time.Second)
	r.drain(-1) // searches
	r.append("b.log", lines(105, 1))
	for range 3 {
		r.clock = r.clock.Add(600 * time.Millisecond)
		r.drain(-1)
	}
	r.append("b.log", lines(106, 2))
	r.start(r.stop())
	r.read()
	if !slices.Equal(r.got["b"], upTo(105, 108)) {
		t.Errorf("records = %v, want all", r.got["b"])
	}
}

// A log that was renamed just before the start, or whose writer goes on in the renamed
// file, begins there where the start says, although nothing lies at its path yet.
func TestStart_RenamedJustBefore(t *testing.T) {
	for name, tc := range map[string]struct {
		from  Start
		after time.Duration // from the last record to the start
		want  []int         // before the writer opens the log anew
	}{
		"end":               {FromEnd, 0, []int{5, 6}},
		"end, long ago":     {FromEnd, 5 * time.Hour, []int{5, 6}},
		"an hour, long ago": {0, 5 * time.Hour, []int{5, 6}},
		"an hour":           {0, 0, upTo(0, 7)},
		"all of it":         {FromBeginning, 5 * time.Hour, upTo(0, 7)},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.logs = []LogConfig{{Path: r.path("x.log"), Start: tc.from}}
			r.clock = t0.Add(5 * time.Second)
			r.append("x.log", lines(0, 5))
			r.rename("x.log", "x.log.1")
			r.clock = r.clock.Add(tc.after)
			now := int(r.clock.Sub(t0) / time.Second)
			r.start(nil)
			r.read()
			r.append("x.log", line(now+1, 5)+line(now+2, 6)) // which is the renamed one
			r.read()
			if !slices.Equal(r.got["x"], tc.want) {
				t.Errorf("records = %v, want %v", r.got["x"], tc.want)
			}
			r.reopen("x.log")
			r.append("x.log", line(now+8, 7))
			r.read()
			if want := append(tc.want, 7); !slices.Equal(r.got["x"], want) {
				t.Errorf("then = %v, want %v", r.got["x"], want)
			}
		})
	}
}

// A log that was there before a restart and is gone with its directory is lost, not quiet.
func TestStart_DirectoryIsGone(t *testing.T) {
	r := newRig(t)
	r.logs = []LogConfig{{Path: r.path("sub/x.log")}}
	write(t, r.path("sub/x.log"), lines(0, 5))
	r.start(nil)
	r.read()
	saved := r.stop()
	if err := os.RemoveAll(r.path("sub")); err != nil {
		t.Fatal(err)
	}
	r.start(throughJSON(t, saved))
	r.read()
	if s := r.stats("x"); !s.Missing || !s.Lost {
		t.Errorf("stats = %+v, want a log that is lost", s)
	}
}

// What is remembered of a packed file that was read long ago says nothing about
// when following stopped.
func TestStart_OldPositionsAreNotTheLastRun(t *testing.T) {
	r := newRig(t)
	r.clock = t0.Add(100 * time.Second)
	write(t, r.path("a.log.1.gz"), pack(t, lines(0, 50)))
	r.append("a.log", lines(50, 50))
	r.start(nil)
	r.read()
	r.clock = t0.Add(300 * time.Second)
	r.read()
	saved := r.stop()
	r.logs[0].Start = FromEnd
	r.append("b.log", lines(0, 200)+lines(304, 2))
	r.start(saved)
	r.read()
	if !slices.Equal(r.got["b"], upTo(304, 306)) {
		t.Errorf("records = %v, want those since the last run", r.got["b"])
	}
}

func TestLive_HugeLineNeedsLittleMemory(t *testing.T) {
	r := newRig(t)
	const size = 100 << 20
	huge := strings.TrimSuffix(line(0, 0), "\n") + " big='" + strings.Repeat("x", size) + "'\n"
	r.append("x.log", huge+line(1, 1))
	huge = ""
	r.start(nil)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	r.read()
	runtime.ReadMemStats(&after)
	r.want("x", 2)
	if used := after.TotalAlloc - before.TotalAlloc; used > 16<<20 {
		t.Errorf("%d MiB allocated for a line of 100 MiB", used>>20)
	}
	s := r.stats("x")
	if s.Bytes+s.Skipped != r.live.sources[0].nodes[0].size {
		t.Errorf("%d bytes in records and %d skipped of %d", s.Bytes, s.Skipped, r.live.sources[0].nodes[0].size)
	}
}
