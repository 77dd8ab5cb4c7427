package loggen

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// expected is a generated record with the values that were printed in it.
type expected struct {
	kept
	values map[string]string // by path, as printed
}

// everyEvent is a run in which each event occurs at least twice.
func everyEvent(era int) Options {
	o := Options{Seed: 11, Start: monday.Add(4 * time.Hour), Duration: 2 * time.Hour, Rate: 4, Python: era, Zone: moscow,
		// A silence that never comes makes the generator remember what it prints.
		Quiet: []Quiet{{Event: "PORTAL_EVENT", At: 1000 * time.Hour}}}
	for i := range events {
		o.Bursts = append(o.Bursts, Burst{Event: events[i].name, At: time.Duration(i) * 2 * time.Minute, For: time.Minute, Rate: 2. / 60})
	}
	o.Bursts = append(o.Bursts, Burst{Event: "LOGIN_ERROR", At: time.Hour, For: time.Minute, Rate: 0.1, Fields: map[string]string{"reason": "'unknown_error'"}})
	return o
}

// generate returns the logs of a run as files, with what is expected of them.
func generate(t *testing.T, o Options) (map[string]*bytes.Buffer, map[string][]expected) {
	t.Helper()
	g, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	files, want := make(map[string]*bytes.Buffer), make(map[string][]expected)
	for _, stem := range Logs() {
		files[stem] = new(bytes.Buffer)
	}
	for rec, ok := g.Next(); ok; rec, ok = g.Next() {
		files[rec.Log].Write(rec.Text)
		e := expected{kept{rec, string(rec.Text)}, make(map[string]string)}
		for _, s := range g.pen.spans {
			path := fmt.Sprintf("ctx[%q]", s.key)
			if s.parent != "" {
				path = fmt.Sprintf("ctx[%q].%s", s.parent, s.key)
			}
			e.values[path] = string(rec.Text[s.from:s.to])
		}
		want[rec.Log] = append(want[rec.Log], e)
	}
	return files, want
}

func TestNext_ParsesBack(t *testing.T) {
	for _, era := range []int{2, 3} {
		files, want := generate(t, everyEvent(era))
		for _, stem := range Logs() {
			compare(t, files[stem], stem, want[stem])
		}
	}
}

// compare scans a file and checks each record against what was generated.
func compare(t *testing.T, file io.Reader, stem string, want []expected) {
	t.Helper()
	s := smartylog.NewScanner(file, 0, smartylog.Options{})
	var rec smartylog.Record
	rec.Log = stem
	n, pos := 0, int64(0)
	for {
		err := s.Next(&rec)
		if errors.Is(err, io.EOF) && !s.Flush(&rec) {
			break
		} else if err != nil && !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
		if n < len(want) {
			compareRecord(t, &rec, &want[n], pos)
			pos += int64(len(want[n].text))
		}
		n++
		if t.Failed() && n > 2000 {
			break // enough to see
		}
	}
	if n != len(want) {
		t.Errorf("%s: %d records read, %d generated", stem, n, len(want))
	}
}

func compareRecord(t *testing.T, rec *smartylog.Record, want *expected, pos int64) {
	t.Helper()
	if rec.Event != want.Event || rec.Sec != want.Sec || rec.Pos != pos || string(rec.Raw) != want.text {
		t.Errorf("%s: record %s at %d, pos %d; want %s at %d, pos %d:\n%s", rec.Log, rec.Event, rec.Sec, rec.Pos, want.Event, want.Sec, pos, want.text)
		return
	}
	if len(want.values) == 0 {
		t.Errorf("%s: nothing to compare", rec.Event)
	}
	for path, printed := range want.values {
		value, n, err := smartylog.ParseValue([]byte(printed))
		if err != nil || n != len(printed) {
			t.Errorf("%s: value of %s is not read to its end (%d of %d bytes, %v): %s", rec.Event, path, n, len(printed), err, printed)
			continue
		}
		p, err := smartylog.ParsePath(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(value, rec.Field(p)); diff != "" {
			t.Errorf("%s: %s differs from what was printed (%s):\n%s\n%s", rec.Event, path, printed, diff, want.text)
		}
	}
	var flags smartylog.Flags
	if want.Event == "" {
		flags = smartylog.NoEvent
	}
	if ctx := rec.Decode(); rec.Flags != flags {
		t.Errorf("%s: flags %v, %d pairs:\n%s", rec.Event, rec.Flags, len(ctx.Pairs), want.text)
	}
	traced := strings.Contains(want.text, "\nTraceback (most recent call last):\n")
	if ex, ok := rec.Exception(); ok != traced || traced && (ex.Type == "" || ex.Frame == "") {
		t.Errorf("%s: exception %+v, %v; want one: %v\n%s", rec.Event, ex, ok, traced, want.text)
	}
}
