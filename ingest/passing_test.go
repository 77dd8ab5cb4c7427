package ingest

import (
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

type fataler interface {
	Fatal(...any)
	Fatalf(string, ...any)
}

// wanting makes a rig want some events only, those that its test changes.
type wanting struct {
	*rig
	events  map[string]bool
	written int
	next    int // number of the first record behind the last one returned
	passed  int
}

func newWanting(r *rig, events ...string) *wanting {
	w := &wanting{rig: r}
	w.events = set(events)
	r.opts.Wants = w.wants
	return w
}

func set(events []string) map[string]bool {
	out := map[string]bool{}
	for _, e := range events {
		out[e] = true
	}
	return out
}

// wants answers by what is wanted when it is called.
func (w *wanting) wants(string) func(string) bool {
	events := w.events
	return func(event string) bool { return events[event] }
}

func (w *wanting) want(events ...string) {
	w.events = set(events)
	w.live.Want(w.wants)
}

var someEvents = []string{"LOGIN_SUCCESS", "LOGIN_ERROR", "LOGIN_SUCCESS", "STREAM_SERVICE_CHECKING_ERROR", "LOGIN_SUCCESS"}

func eventOf(seq int) string { return someEvents[seq%len(someEvents)] }

// more is n records, some in a second, with what else is found in logs among them.
func (w *wanting) more(n int) string {
	var b strings.Builder
	for range n {
		text := strings.Replace(line(w.written/20, w.written), "SOME_EVENT", eventOf(w.written), 1)
		switch w.written % 37 {
		case 11:
			text += "a line of its own\n"
		case 23:
			text = strings.TrimSuffix(text, "\n") + " text='it is not closed\n"
		}
		b.WriteString(text)
		w.written++
	}
	return b.String()
}

// check holds a record against what was written: what was passed over before it
// is there, and not wanted.
func (w *wanting) check(t fataler, rec *smartylog.Record) {
	seq := seqOf(rec.Raw)
	if seq != w.next+int(rec.Passed) {
		t.Fatalf("record %d came, %d passed over, after record %d", seq, rec.Passed, w.next-1)
	}
	for n := w.next; n < seq; n++ {
		if e := eventOf(n); w.events[e] || n/20 != seq/20 {
			t.Fatalf("record %d, %s, was passed over before record %d", n, e, seq)
		}
	}
	w.next, w.passed = seq+1, w.passed+int(rec.Passed)
}

func (w *wanting) drain(t fataler, n int) {
	var rec smartylog.Record
	for range n {
		if _, err := w.live.Next(&rec); err == ErrIdle {
			return
		}
		w.check(t, &rec)
	}
}

// Whatever is written, renamed, restarted and wanted from some moment on: each record
// is returned, or passed over while nobody wants it; and what is read again up to a
// cut is as many records as were returned and passed over.
func TestLive_PassesOverWhatNobodyWants(t *testing.T) {
	const all = 1 << 30
	passed := 0
	rapid.Check(t, func(rt *rapid.T) {
		r := newRig(t)
		defer r.close()
		r.drawBacklog(rt)
		w := newWanting(r, "LOGIN_ERROR")
		r.append("x.log", w.more(30))
		r.start(nil)
		snapshot, from := r.live.Positions(), 0
		var cuts []map[string][]Position
		var ends []int
		cut := func() {
			cuts, ends = append(cuts, r.live.Positions()), append(ends, w.next)
		}
		for _, step := range rapid.SliceOfN(rapid.IntRange(0, 9), 1, 40).Draw(rt, "steps") {
			switch step {
			case 0, 1, 2:
				r.append("x.log", w.more(rapid.IntRange(1, 120).Draw(rt, "records")))
			case 3:
				r.rotate(w.more, false)
			case 4, 5:
				r.clock = r.clock.Add(1e9)
				w.drain(rt, rapid.IntRange(1, 30).Draw(rt, "read"))
			case 6, 7:
				r.clock = r.clock.Add(1e9)
				w.drain(rt, all)
				cut()
			case 8: // a reload is never between two cuts that are read again
				w.want(rapid.SampledFrom(someEvents).Draw(rt, "event"))
				snapshot, from, cuts, ends = r.live.Positions(), w.next, nil, nil
			case 9:
				r.stop()
				r.start(snapshot)
				w.next = from
				for i, at := range cuts {
					w.readTo(rt, at["x"], ends[i])
				}
				r.clock = r.clock.Add(1e9)
			}
		}
		for range 3 {
			r.clock = r.clock.Add(1e9)
			w.drain(rt, all)
		}
		if s := r.stats("x"); w.next != w.written || s.Lag != 0 {
			rt.Fatalf("%d of %d records came: %+v", w.next, w.written, s)
		}
		passed += w.passed
	})
	if passed == 0 {
		t.Error("nothing was passed over")
	}
}

// readTo reads up to a cut that was made when record n was the next one.
func (w *wanting) readTo(t fataler, to []Position, n int) {
	var rec smartylog.Record
	for {
		switch err := w.live.ReadTo("x", to, &rec); err {
		case nil:
			if w.check(t, &rec); rec.Passed > 0 {
				t.Fatalf("%d passed over of what is told again", rec.Passed)
			}
		case io.EOF:
			if w.next != n {
				t.Fatalf("up to a cut %d records came, want %d", w.next, n)
			}
			return
		default:
			t.Fatal(err)
		}
	}
}

// A file that is packed by the time of a restart has no place in the cuts made after
// it: it is told again to its end, record by record.
func TestLive_PassesOverNothingOfAPackedFileThatIsToldAgain(t *testing.T) {
	r := newRig(t)
	w := newWanting(r, "LOGIN_ERROR")
	r.append("x.log", w.more(10))
	r.start(nil)
	r.read()
	snapshot := r.live.Positions()
	text := w.more(300)
	r.append("x.log", text)
	r.read()
	whole, err := os.ReadFile(r.path("x.log"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, r.path("x.log.1.gz"), pack(t, string(whole)))
	r.remove("x.log")
	r.reopen("x.log")
	r.clock = r.clock.Add(time.Minute)
	r.append("x.log", w.more(20))
	cut := r.live.Positions()
	for range 90 {
		r.clock = r.clock.Add(time.Second)
		r.drain(-1)
		cut = r.live.Positions()
	}
	if s := r.stats("x"); s.Records != 330 || len(cut["x"]) != 1 {
		t.Fatalf("%d records, want 330; %d files in the cut, want the new one alone", s.Records, len(cut["x"]))
	}
	r.stop()
	r.start(snapshot)
	w.next = 10
	w.readTo(t, cut["x"], 330)
}

// The log's next file has gone on by more than a minute: whatever comes of the one
// before says that a clock was set back.
func TestLive_LateWritersSetTheClockBack(t *testing.T) {
	r := newRig(t)
	newWanting(r, "LOGIN_ERROR")
	text := func(sec, seq, n int) (out string) {
		for i := range n {
			out += strings.Replace(line(sec, seq+i), "SOME_EVENT", "LOGIN_SUCCESS", 1)
		}
		return out
	}
	r.append("x.log", text(0, 0, 20))
	r.start(nil)
	r.read()
	r.rename("x.log", "x.log.1")
	write(t, r.path("x.log"), text(200, 20, 20))
	r.touch(r.path("x.log"))
	r.read()
	if n := len(r.got["x"]); n != 4 {
		t.Fatalf("%d of 40 records were returned, want the first and the last of each file", n)
	}
	r.append("x.log", text(1, 40, 20))
	r.read()
	if n, s := len(r.got["x"]), r.stats("x"); n != 24 || s.Records != 60 {
		t.Errorf("%d of %d records were returned, want 20 more and 60", n-4, s.Records)
	}
}

// The wall clock decides what is from the future, and a record that is not, however
// far it is ahead of the next, is believed.
func TestLive_TimeIsBelievedByTheWallClock(t *testing.T) {
	r := newRig(t)
	newWanting(r, "LOGIN_ERROR")
	ahead := int(r.clock.Sub(t0).Seconds()) + 300
	for i := range 20 {
		r.append("x.log", strings.Replace(line(ahead, i), "SOME_EVENT", "LOGIN_SUCCESS", 1))
	}
	r.start(nil)
	r.read()
	if s := r.stats("x"); s.Future != 20 || len(r.got["x"]) != 20 {
		t.Errorf("%d from the future, %d returned, want 20", s.Future, len(r.got["x"]))
	}
	r.append("x.log", line(500, 20))
	for i := range 20 {
		r.append("x.log", strings.Replace(line(0, 21+i), "SOME_EVENT", "LOGIN_SUCCESS", 1))
	}
	r.read()
	r.want("x", 41) // a clock that was set back
}

// The wall clock is set back by less than what would be a jump, while records of a
// block wait that were not from the future when it was read.
func TestLive_SetBackClockMakesTheFuture(t *testing.T) {
	r := newRig(t)
	newWanting(r, "LOGIN_ERROR")
	ahead := int(r.clock.Sub(t0).Seconds()) + 100
	r.append("x.log", line(0, 0))
	for i := range 20 {
		r.append("x.log", strings.Replace(line(ahead, 1+i), "SOME_EVENT", "LOGIN_SUCCESS", 1))
	}
	r.start(nil)
	r.drain(1)
	r.clock = r.clock.Add(-90 * time.Second)
	r.live.Look()
	r.append("x.log", line(0, 21))
	r.drain(-1)
	r.clock = r.clock.Add(2 * time.Minute)
	r.drain(-1)
	if s := r.stats("x"); s.Future != 20 || s.Records != 22 {
		t.Errorf("%d from the future of %d records, want 20 of 22", s.Future, s.Records)
	}
	r.want("x", 22)
}

// What is read again when other records are wanted counts as silent for as long as
// before.
func TestLive_WantProlongsNoSilence(t *testing.T) {
	r := newRig(t)
	w := newWanting(r, "LOGIN_ERROR")
	for i := range 3 {
		r.append("x.log", strings.Replace(line(0, i), "SOME_EVENT", "LOGIN_SUCCESS", 1))
	}
	r.start(nil)
	r.drain(-1)
	r.clock = r.clock.Add(400 * time.Millisecond)
	w.want("LOGIN_SUCCESS")
	r.drain(-1)
	r.clock = r.clock.Add(200 * time.Millisecond)
	r.drain(-1)
	r.want("x", 3)
}

// A log that is closed, and cannot be opened when other records are wanted: what was
// passed over by then stays so, what follows is returned.
func TestLive_WantOfAClosedAndRemovedLog(t *testing.T) {
	r := newRig(t)
	r.opts.MaxOpen = 1
	w := newWanting(r, "LOGIN_ERROR")
	r.append("x.log", line(0, 0))
	for i := range 5 {
		r.append("x.log", strings.Replace(line(0, 1+i), "SOME_EVENT", "LOGIN_SUCCESS", 1))
	}
	r.start(nil)
	r.drain(-1)
	x := r.live.byName["x"].newest()
	if !x.scan.Owes() {
		t.Fatal("nothing was passed over yet")
	}
	x.file.rest()
	r.remove("x.log")
	w.want("LOGIN_SUCCESS")
	r.read()
	if s := r.stats("x"); s.Records != 6 || s.Gap != 0 {
		t.Errorf("%d records and a gap of %d bytes, want 6 and none", s.Records, s.Gap)
	}
}

// After what is told again, in which nothing is passed over, it begins.
func TestLive_PassesOverAfterARestart(t *testing.T) {
	r := newRig(t)
	w := newWanting(r, "LOGIN_ERROR")
	r.append("x.log", w.more(40))
	r.start(nil)
	snapshot := r.live.Positions()
	r.read()
	cut := r.live.Positions()
	r.append("x.log", w.more(4000))
	r.stop()
	r.start(snapshot)
	w.readTo(t, cut["x"], 40)
	r.got = map[string][]int{}
	r.read()
	if n := len(r.got["x"]); n == 0 || n > 2000 {
		t.Errorf("%d of 4000 records were returned", n)
	}
}

// What was passed over of a packed file before it breaks off is counted.
func TestLive_BreakCountsWhatWasPassedOver(t *testing.T) {
	r := newRig(t)
	newWanting(r)
	var b strings.Builder
	for i := range 3000 {
		fmt.Fprint(&b, strings.Replace(line(0, i), "SOME_EVENT", "LOGIN_SUCCESS", 1))
	}
	whole := pack(t, b.String())
	write(t, r.path("x.log.1.gz"), whole[:len(whole)/2])
	r.append("x.log", line(5, 5000))
	r.start(nil)
	for range 40 {
		r.clock = r.clock.Add(1e9)
		r.drain(-1)
	}
	_, read, _ := readAll(t, ReadOptions{}, r.path("x.log.1.gz"))
	if s := r.stats("x"); s.Records != 1+read.Stats()[0].Records {
		t.Errorf("%d records, want %d and one", s.Records, read.Stats()[0].Records)
	}
}
