package smartylog_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"regexp"
	"strconv"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

func seeds(f *testing.F) {
	for _, name := range []string{"testdata/samples.log", "testdata/malformed.log"} {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, line := range bytes.SplitAfter(data, []byte("\n")) {
			f.Add(line[:min(len(line), 2000)])
		}
	}
}

// FuzzFraming: all bytes are accounted for, records lie in order at their places,
// and the pieces in which the bytes arrive do not matter.
func FuzzFraming(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		whole := framed(t, bytes.NewReader(data), data)
		single := framed(t, iotest.OneByteReader(bytes.NewReader(data)), data)
		if diff := cmp.Diff(jsonLines(whole), jsonLines(single)); diff != "" {
			t.Errorf("read byte by byte the records differ:\n%s", diff)
		}
		live := framed(t, &trickle{data: data, rng: rand.New(rand.NewPCG(uint64(len(data)), 1))}, data)
		if diff := cmp.Diff(jsonLines(whole), jsonLines(live)); diff != "" {
			t.Errorf("read as it grows the records differ:\n%s", diff)
		}
		passedRight(t, data, iotest.OneByteReader(bytes.NewReader(data)), func(event string) bool { return len(event)%2 == 0 })
		for size := range 3 {
			samePieces(t, data, smartylog.Options{}, nil, func() int { return 40 << (3 * size) })
		}
		for _, r := range whole {
			alone := framed(t, bytes.NewReader(r.Raw), r.Raw)
			if r.HasTime() && (len(alone) == 0 || alone[0].Event != r.Event || alone[0].Sec != r.Sec && !r.Flags.Has(smartylog.NoOffset)) {
				t.Errorf("alone the record at %d reads otherwise: %q", r.Pos, r.Raw)
			}
		}
	})
}

// documentedHeader is the header of format.md, for what comes after the time, with
// parts that are no longer than is read.
var documentedHeader = regexp.MustCompile(`^([A-Z]{1,31}) ([a-z_]{1,240}):(\d{1,6}) ([a-z_]{1,240})\[(\d{1,9})\.([A-Za-z0-9_-]{1,127})\] ([A-Z][A-Z_]{1,126})(?: a=1)?$`)

// FuzzHeader: whatever follows a timestamp, reading the header is consistent, and
// a header as it is documented gives its parts.
func FuzzHeader(f *testing.F) {
	seeds(f)
	for _, line := range bytes.Split(sampleLog(f), []byte("\n")) {
		if len(line) > 30 {
			f.Add(line[30:min(len(line), 200)])
		}
	}
	f.Add([]byte("DEBUG api:621 get[83630.Thread-3] SOME_EVENT"))
	f.Fuzz(func(t *testing.T, data []byte) {
		const stamp = "Fri Mar 24 10:22:35+0300 2017 "
		records := framed(t, bytes.NewReader(append([]byte(stamp), data...)), append([]byte(stamp), data...))
		for _, r := range records {
			if h := r.Header(); r.HasTime() && h.Level == "" {
				t.Errorf("record with a time, but without a level: %q", r.Raw)
			}
			if !r.HasTime() && (r.Sec != 0 || r.Event != "") {
				t.Errorf("record without a time has second %d and event %q", r.Sec, r.Event)
			}
		}
		m := documentedHeader.FindSubmatch(data)
		if m == nil {
			return
		}
		line, _ := strconv.Atoi(string(m[3]))
		pid, _ := strconv.Atoi(string(m[5]))
		want := smartylog.Header{Level: string(m[1]), Module: string(m[2]), Line: line, Function: string(m[4]), PID: pid, Thread: string(m[6])}
		if len(records) != 1 || records[0].Header() != want || records[0].Event != string(m[7]) || records[0].Sec != 1490340155 {
			t.Errorf("%q reads as %+v %s at %d, want %+v", data, records[0].Header(), records[0].Event, records[0].Sec, want)
		}
	})
}

// openContainer is what begins as a QuerySet or a QueryDict does. What breaks it
// makes an object of it, if that comes before the end of the text.
var openContainer = regexp.MustCompile(`^<\w*(QuerySet \[|QueryDict: \{|MultiValueDict: \{)`)

// FuzzValue: a value that was read prints as JSON, reading its own text again
// gives the same, and so does reading it as an item of a list or from a record.
func FuzzValue(f *testing.F) {
	for _, s := range valueCases {
		f.Add([]byte(s.text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		v, n, err := smartylog.ParseValue(text)
		if err != nil {
			return
		}
		if n <= 0 || n > len(text) {
			t.Fatalf("ate %d of %d bytes", n, len(text))
		}
		text = text[:n]
		if line := smartylog.AppendValue(nil, v); !json.Valid(line) {
			t.Fatalf("not JSON: %s", line)
		}
		again, m, err := smartylog.ParseValue(text)
		if err != nil && openContainer.Match(text) {
			return // cut off at its end it is a container that is not closed, which is the truth as well
		}
		if err != nil || m != n || !cmp.Equal(v, again, equalNaN) {
			t.Errorf("read again: %v (%d bytes, %v), want %v (%d bytes)", again, m, err, v, n)
		}
		if !bytes.ContainsAny(text, "<") && string(text) != "..." && bytes.Count(text, []byte("(")) < 20 && bytes.Count(text, []byte("[")) < 20 && bytes.Count(text, []byte("{")) < 20 {
			list, m, err := smartylog.ParseValue(append(append([]byte("["), text...), ']'))
			if items, ok := list.([]any); err != nil || m != n+2 || !ok || len(items) != 1 || !cmp.Equal(v, items[0], equalNaN) {
				t.Errorf("in a list: %v (%d bytes, %v), want %v", list, m, err, v)
			}
		}
		inRecord(t, text, v)
	})
}

// inRecord checks that a value of one line that is alone in a record gives the
// same, and that the places of its literals lie in it.
func inRecord(t *testing.T, text []byte, v any) {
	if bytes.ContainsAny(text, "\r\n") || len(text) > 4000 {
		return
	}
	line := append([]byte("Fri Mar 24 10:22:35+0300 2017 DEBUG api:621 get[1.a] OWN_EVENT k="), text...)
	records := framed(t, bytes.NewReader(line), line)
	if len(records) != 1 || len(records[0].Raw) != len(line) {
		return // a header in it
	}
	if got, ok := records[0].Lookup("k"); !ok || !cmp.Equal(got, v, equalNaN) {
		t.Errorf("in a record: %v, %v, want %v", got, ok, v)
	}
	at := 0
	for _, l := range records[0].Leaves() {
		if l.From < at || l.To < l.From || l.To > len(line) {
			t.Errorf("leaf %+v after %d of %d bytes", l, at, len(line))
		}
		at = l.To
	}
}

// FuzzFile: a whole file never panics, its records are JSON, and decoding one key
// gives what decoding all gives.
func FuzzFile(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, r := range readAll(t, data, smartylog.Options{IgnoreOffset: true}) {
			fresh := r.Clone()
			line := r.AppendJSON(nil, true)
			if !json.Valid(line) {
				t.Fatalf("not JSON: %s", line)
			}
			if again := r.Clone().AppendJSON(nil, true); !bytes.Equal(line, again) {
				t.Errorf("a copy of the record prints\n%s\nwant\n%s", again, line)
			}
			r.Exception()
			for _, p := range r.Decode().Pairs {
				first, _ := r.Decode().Get(p.Key)
				if got, ok := fresh.Lookup(p.Key); !ok || !cmp.Equal(got, first, equalNaN) {
					t.Errorf("Lookup(%q) = %v, %v, want %v", p.Key, got, ok, first)
				}
			}
		}
	})
}

// chunks reads in pieces of random sizes and says io.EOF in between, as a live
// file does.
type chunks struct {
	data  []byte
	sizes *rapid.T
	empty bool
}

func (c *chunks) Read(p []byte) (int, error) {
	if c.empty = !c.empty; c.empty || len(c.data) == 0 {
		return 0, io.EOF
	}
	n := rapid.IntRange(1, 700).Draw(c.sizes, "size")
	n = copy(p, c.data[:min(n, len(c.data))])
	c.data = c.data[n:]
	return n, nil
}

// The records do not depend on how the bytes arrive.
func TestScanner_Pieces(t *testing.T) {
	data := sampleLog(t)
	want := jsonLines(readAll(t, data, smartylog.Options{}))
	rapid.Check(t, func(rt *rapid.T) {
		c := &chunks{data: data, sizes: rt}
		s := smartylog.NewScanner(c, 0, smartylog.Options{})
		rec := &smartylog.Record{Log: "sample", File: "sample.log"}
		var all []*smartylog.Record
		for {
			err := s.Next(rec)
			if errors.Is(err, io.EOF) && len(c.data) > 0 {
				continue
			}
			if err != nil {
				break
			}
			all = append(all, rec.Clone())
		}
		for s.Flush(rec) {
			all = append(all, rec.Clone())
		}
		if diff := cmp.Diff(want, jsonLines(all)); diff != "" {
			rt.Errorf("records differ:\n%s", diff)
		}
	})
}

// Bytes balance for files put together from pieces of records, broken anywhere.
func TestScanner_Balance(t *testing.T) {
	lines := bytes.SplitAfter(append(sampleLog(t), "\xEF\xBB\xBF\x00\x00\x00\n\n\r\n\x1b[31m"...), []byte("\n"))
	rapid.Check(t, func(rt *rapid.T) {
		var data []byte
		for range rapid.IntRange(0, 40).Draw(rt, "lines") {
			line := rapid.SampledFrom(lines).Draw(rt, "line")
			from := rapid.IntRange(0, len(line)).Draw(rt, "from")
			if rapid.Bool().Draw(rt, "whole") {
				from = 0
			}
			data = append(data, line[from:]...)
			if rapid.IntRange(0, 9).Draw(rt, "hole") == 0 {
				data = append(data, make([]byte, 50)...)
			}
		}
		readAll(t, data, smartylog.Options{})
	})
}
