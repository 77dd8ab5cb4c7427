package smartylog_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
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

// FuzzFraming: all bytes are accounted for, records lie in order, and the pieces
// in which the bytes arrive do not matter.
func FuzzFraming(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		whole := readAll(t, data, smartylog.Options{})
		single := readFrom(t, iotest.OneByteReader(bytes.NewReader(data)), int64(len(data)), smartylog.Options{})
		if diff := cmp.Diff(jsonLines(whole), jsonLines(single)); diff != "" {
			t.Errorf("read byte by byte the records differ:\n%s", diff)
		}
	})
}

// FuzzHeader: whatever follows a timestamp, reading the header is consistent.
func FuzzHeader(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		data = append([]byte("Fri Mar 24 10:22:35+0300 2017 "), data...)
		for _, r := range readAll(t, data, smartylog.Options{}) {
			if h := r.Header(); r.HasTime() && h.Level == "" {
				t.Errorf("record with a time, but without a level: %q", r.Raw)
			}
			if !r.HasTime() && (r.Sec != 0 || r.Event != "") {
				t.Errorf("record without a time has second %d and event %q", r.Sec, r.Event)
			}
		}
	})
}

// FuzzValue: a value that was read prints as JSON, and reading its own text again
// gives the same.
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
		again, m, err := smartylog.ParseValue(text[:n])
		if err != nil || m != n || !cmp.Equal(v, again, equalNaN) {
			t.Errorf("read again: %v (%d bytes, %v), want %v (%d bytes)", again, m, err, v, n)
		}
	})
}

// FuzzFile: a whole file never panics, its records are JSON, and decoding one key
// gives what decoding all gives.
func FuzzFile(f *testing.F) {
	seeds(f)
	red := smartylog.NewRedactor(nil, nil)
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, r := range readAll(t, data, smartylog.Options{IgnoreOffset: true}) {
			line := r.AppendJSON(nil, true)
			if !json.Valid(line) {
				t.Fatalf("not JSON: %s", line)
			}
			red.Text(r.Text())
			fresh := r.Clone()
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
