package ingest

import (
	"bytes"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
)

// Whatever a rotated log is packed with while nobody looks, only its unread rest
// is read.
func TestRestart_PackedInAnyForm(t *testing.T) {
	for _, ext := range []string{"gz", "zst", "xz"} {
		t.Run(ext, func(t *testing.T) {
			r := newRig(t)
			r.append("x.log", lines(0, 100))
			r.start(nil)
			r.drain(10)
			saved := r.stop()
			r.remove("x.log")
			r.reopen("x.log")
			write(t, r.path("x.log.1."+ext), packAs(t, ext, lines(0, 60), lines(60, 40)))
			r.append("x.log", lines(100, 5))
			r.start(saved)
			r.read()
			r.want("x", 105)
		})
	}
}

// A rotated log that stays damaged, or is a bomb, is reported once and skipped:
// what could be read of it was, the live log never waited, and the source's time
// goes on. A restart does not begin again.
func TestRestart_DamagedPackedFileIsGivenUp(t *testing.T) {
	whole := packAs(t, "xz", lines(0, 200)) + packAs(t, "xz", lines(200, 200))
	for name, tc := range map[string]struct {
		data    string
		least   int // records before the damage
		message string
	}{
		"cut":         {whole[:len(whole)-60], 200, "unexpected EOF"},
		"a checksum":  {packAs(t, "xz", lines(0, 200)) + strings.Replace(packAs(t, "xz", lines(200, 200)), "YZ", "YY", 1), 399, "damaged end of a stream"},
		"half a line": {unfinished(t, lines(0, 200)+line(200, 200)[:60]), 199, "unexpected EOF"},
		"no header":   {"nothing\x00packed", 0, "not a xz file"},
		"a window":    {fixture(t, "wide.log.xz"), 0, "needs more than 128 MiB"},
		"an archive":  {packAs(t, "xz", tarOf(t, entry{name: "x.log"})), 0, "holds an archive"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			var log bytes.Buffer
			r.opts.Log = slog.New(slog.NewTextHandler(&log, nil))
			write(t, r.path("x.log.1.xz"), tc.data)
			r.append("x.log", lines(400, 5))
			r.start(nil)
			r.read()
			if _, _, ok := r.live.EOF(0); ok || log.Len() > 0 {
				t.Errorf("given up at once: %s", &log)
			}
			if !slices.Contains(r.got["x"], 404) {
				t.Error("the live log waits for the damaged one")
			}
			for range 40 {
				r.clock = r.clock.Add(time.Second)
				r.drain(-1)
			}
			if _, _, ok := r.live.EOF(0); !ok {
				t.Error("the damaged file is still waited for")
			}
			old := len(r.got["x"]) - 5
			if old < tc.least || old > 400 || !slices.Equal(sorted(r.got["x"]), append(upTo(0, old), upTo(400, 405)...)) {
				t.Errorf("%d old records, want %d or more, and the live ones: %v", old, tc.least, r.got["x"])
			}
			if n := strings.Count(log.String(), "packed log is damaged, its rest is skipped"); n != 1 || !strings.Contains(log.String(), tc.message) {
				t.Errorf("reported %d times, want once with %q:\n%s", n, tc.message, &log)
			}
			saved := r.stop()
			r.append("x.log", lines(405, 2))
			before := len(r.got["x"])
			r.start(saved)
			r.read()
			if got := r.got["x"][before:]; !slices.Equal(got, []int{405, 406}) {
				t.Errorf("after a restart: %v, want the new records alone", got)
			}
		})
	}
}

// unfinished is a gzip of text whose end is missing.
func unfinished(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A half-written file that grows within the time is not given up.
func TestRestart_SlowPackedFileIsWaitedFor(t *testing.T) {
	r := newRig(t)
	data := packAs(t, "xz", lines(0, 100), lines(100, 100), lines(200, 100))
	write(t, r.path("x.log.1.xz"), data[:100])
	r.append("x.log", lines(300, 5))
	r.start(nil)
	for i := range 10 {
		write(t, r.path("x.log.1.xz"), data[:100+(len(data)-100)*i/9])
		for range 20 {
			r.clock = r.clock.Add(time.Second)
			r.drain(-1)
		}
	}
	r.gens = nil // the live file was not kept waiting
	r.want("x", 305)
}
