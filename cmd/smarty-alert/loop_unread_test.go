package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/ingest"
)

// hide makes a log that is there impossible to read, for root as well: its name leads to
// itself. What is written meanwhile goes into the file.
func (b *lab) hide(log string) (show func()) {
	b.t.Helper()
	f := b.file(log)
	path, away := f.path, filepath.Join(filepath.Dir(b.logs), "away")
	b.check(os.MkdirAll(away, 0o755))
	b.check(os.Rename(path, filepath.Join(away, log)))
	b.check(os.Symlink(log, path))
	f.path = filepath.Join(away, log)
	return func() {
		b.t.Helper()
		b.check(os.Rename(f.path, path))
		f.path = path
	}
}

// unread has a service die after alerts that no snapshot knows, and start again while
// their log cannot be read.
func (b *lab) unread() (show func(), before []alert.Transition) {
	b.t.Helper()
	b.up()
	b.record(0, 2, 0, false, false)
	b.record(2, 0, 0, false, false)
	b.settle()
	b.stop() // with a snapshot, which is a minute before the next one
	b.up()
	for range 4 {
		b.record(0, 0, 0, false, false)
		b.record(2, 1, 0, false, false)
	}
	for range 8 {
		b.pass(time.Second)
		b.turn()
	}
	before = b.history()
	b.kill()
	return b.hide(labEvents[2].log), before
}

// A log that cannot be read for a moment, just after a restart, is waited for: nothing is
// lost of what it said before, nor decided twice.
func TestLoop_UnreadableForAMoment(t *testing.T) {
	b := newLab(t, t.TempDir())
	defer b.close()
	show, before := b.unread()
	died, shown := b.now, false
	b.slept = func() {
		if b.now.Sub(died) > 5*time.Second && !shown {
			show()
			shown = true
		}
	}
	b.settle()
	if !shown || len(before) != 4 {
		t.Fatalf("shown: %t, %d transitions before: nothing is tested", shown, len(before))
	}
	if n := b.compare(t); n != 6 {
		t.Errorf("%d transitions, want 6", n)
	}
}

// One that cannot be read for long does not hold the others back: what fires by it is over,
// since its state was lost. Nothing is lost that it has besides when it can be read: neither
// what had been read and was not yet decided, nor what was written since.
func TestLoop_UnreadableForLong(t *testing.T) {
	b := newLab(t, t.TempDir())
	defer b.close()
	b.record(0, 2, 0, false, false)
	b.record(2, 0, 0, false, false)
	b.settle()
	b.stop()
	b.up()
	b.record(2, 1, 0, false, false)
	b.pass(time.Second) // its second is not final
	b.turn()
	before := b.history()
	b.kill()
	show := b.hide(labEvents[2].log)
	b.up()
	for range 20 {
		b.pass(2 * time.Second)
		b.turn()
	}
	b.record(2, 0, 0, false, false) // while nobody can read it
	b.stop()
	b.up() // nor now
	show()
	b.settle()
	want := []string{"event logins reason=\"r-1\" ", "event logins reason=\"r-0\" "}
	if got := b.decided(before); !slices.Equal(got, want) {
		t.Errorf("when it can be read again: %q, want %q", got, want)
	}
}

// decided is what the store has besides what it had before.
func (b *lab) decided(before []alert.Transition) (out []string) {
	b.t.Helper()
	for _, tr := range b.history()[len(before):] {
		out = append(out, fmt.Sprintf("%s %s %s %s", tr.State, tr.Rule, tr.Group, tr.Reason))
	}
	return out
}

// A log that cannot be read at a first start begins when it can be: as long as the others
// are history, too, with its own, later with what was written since the start. Of what
// happened before it nobody is told.
func TestLoop_UnreadableAtAFirstStart(t *testing.T) {
	for _, from := range []ingest.Start{ingest.FromBeginning, ingest.FromEnd, 0} {
		for _, hidden := range []time.Duration{10 * time.Second, 2 * time.Minute} {
			t.Run(fmt.Sprintf("%d, %s", from, hidden), func(t *testing.T) {
				b := newLab(t, t.TempDir())
				defer b.close()
				b.named, b.from = []string{labEvents[0].log, labEvents[2].log}, from
				for range 3 {
					b.record(2, 0, 0, false, false) // history
					b.record(0, 0, 0, false, false)
					b.pass(30 * time.Second)
				}
				show := b.hide(labEvents[2].log)
				b.up()
				b.pass(5 * time.Second)
				b.turn()
				b.record(2, 1, 0, false, false)
				for start := b.now; b.now.Sub(start) < hidden; b.pass(time.Second) {
					b.turn()
				}
				show()
				b.settle()
				var got []string
				for _, tr := range b.history() {
					if tr.Rule == "logins" && tr.At >= b.born {
						got = append(got, tr.Group.String())
					}
				}
				if len(got) != 1 || got[0] != `reason="r-1"` {
					t.Errorf("logins since the start: %q, want that of r-1", got)
				}
			})
		}
	}
}
