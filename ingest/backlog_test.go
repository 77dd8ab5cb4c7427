package ingest

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestLive_BacklogInPieces: a backlog comes as it does when it is read record by record, by
// as many looks as it takes, and what is written meanwhile comes after it.
func TestLive_BacklogInPieces(t *testing.T) {
	read := func(backlog int64, piece int) ([]int, LiveStats) {
		r := newRig(t)
		defer r.close()
		r.opts.backlog, r.opts.piece = backlog, piece
		r.append("x.log", lines(0, 1000)+strings.Repeat("\x00", 100)+lines(1000, 2000)+strings.Repeat("\x00", 10)+lines(3000, 10))
		r.start(nil)
		if inPieces := func() bool { r.drain(5); return r.live.sources[0].nodes[0].scan.backlog != nil }(); inPieces != (backlog == 1) {
			t.Fatalf("in pieces: %t", inPieces)
		}
		r.append("x.log", lines(3010, 10))
		r.read()
		r.read()
		return r.got["x"], r.stats("x")
	}
	want, wantStats := read(1<<30, 0)
	for _, piece := range []int{120, 1000, 40000, 1 << 20} {
		got, stats := read(1, piece)
		stats.Path = wantStats.Path
		if d := cmp.Diff(want, got); d != "" || len(got) != 3020 {
			t.Errorf("pieces of %d bytes, %d records (-one by one +pieces):\n%s", piece, len(got), d)
		}
		if d := cmp.Diff(wantStats, stats); d != "" || stats.Skipped != 110 {
			t.Errorf("pieces of %d bytes (-one by one +pieces):\n%s", piece, d)
		}
	}
}

// TestLive_WantsChangeAmidABacklog: what is wanted now holds for all behind the record that
// came last, whatever has been framed; also when the file is there no more.
func TestLive_WantsChangeAmidABacklog(t *testing.T) {
	for name, gone := range map[string]bool{"the file is there": false, "it was truncated": true} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.opts.backlog, r.opts.piece = 1, 3000
			w := newWanting(r, "LOGIN_ERROR")
			r.append("x.log", w.more(2000))
			r.start(nil)
			w.drain(t, 100)
			if r.live.sources[0].nodes[0].scan.backlog == nil {
				t.Fatal("there is no backlog")
			}
			if gone {
				r.truncate()
			}
			w.want("LOGIN_SUCCESS")
			before := w.next
			w.drain(t, 1)
			if w.next > before+3 {
				t.Errorf("record %d came after record %d: what was not wanted before was passed over", w.next-1, before-1)
			}
			w.drain(t, 1<<30)
			if w.next < before+20 || !gone && w.next < 1990 {
				t.Errorf("after record %d there were records up to %d", before-1, w.next-1)
			}
		})
	}
}
