package ingest

import (
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
