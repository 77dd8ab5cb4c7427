package smartylog_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// readAll reads all records of data and checks the balance of bytes.
func readAll(t testing.TB, data []byte, o smartylog.Options) []*smartylog.Record {
	t.Helper()
	return readFrom(t, bytes.NewReader(data), int64(len(data)), o)
}

func readFrom(t testing.TB, r io.Reader, size int64, o smartylog.Options) []*smartylog.Record {
	t.Helper()
	s := smartylog.NewScanner(r, 0, o)
	var all []*smartylog.Record
	var total, end int64
	keep := func(rec *smartylog.Record) {
		if rec.Pos < end {
			t.Fatalf("record %d begins at %d, before the end %d of the one before", len(all), rec.Pos, end)
		}
		end = s.Pos()
		total += int64(len(rec.Raw))
		all = append(all, rec.Clone())
	}
	rec := &smartylog.Record{Log: "sample", File: "sample.log"}
	for {
		err := s.Next(rec)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("read record %d: %v", len(all), err)
		}
		keep(rec)
	}
	for s.Flush(rec) {
		keep(rec)
	}
	if got := total + s.Skipped(); got != size {
		t.Errorf("bytes of records %d + skipped %d = %d, want %d", total, s.Skipped(), got, size)
	}
	if s.Pos() != size {
		t.Errorf("position at the end = %d, want %d", s.Pos(), size)
	}
	if s.Open() {
		t.Error("a record is still open after the last Flush")
	}
	return all
}

func jsonLines(records []*smartylog.Record) string {
	var out []byte
	for _, r := range records {
		out = append(r.AppendJSON(out, false), '\n')
	}
	return string(out)
}

// golden compares got with a golden file, which -update rewrites.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("records differ from %s (-want +got):\n%s", file, diff)
	}
}

func TestGolden_Samples(t *testing.T) {
	golden(t, "testdata/samples.golden.jsonl", jsonLines(readAll(t, sampleLog(t), smartylog.Options{})))
}

// Each case of malformed.log is read as a file of its own, so that its records
// stand below its title; all of them together are read for the balance of bytes.
func TestGolden_Malformed(t *testing.T) {
	data, err := os.ReadFile("testdata/malformed.log")
	if err != nil {
		t.Fatal(err)
	}
	readAll(t, data, smartylog.Options{})
	var got strings.Builder
	titles := caseTitle.FindAllIndex(data, -1)
	for i, title := range titles {
		end := len(data)
		if i+1 < len(titles) {
			end = titles[i+1][0]
		}
		got.Write(data[title[0]:title[1]])
		got.WriteString(caseLines(t, string(data[title[1]:end])))
	}
	if len(titles) != 25 {
		t.Errorf("%d cases, want 25", len(titles))
	}
	golden(t, "testdata/malformed.golden.txt", got.String())
}

// caseLines lists the records of a text and what was skipped, long runs cut.
func caseLines(t *testing.T, text string) string {
	t.Helper()
	records := readAll(t, []byte(text), smartylog.Options{})
	size := len(text)
	for _, r := range records {
		size -= len(r.Raw)
	}
	lines := longRun.ReplaceAllStringFunc(jsonLines(records), func(run string) string {
		return fmt.Sprintf("%s (%d times)", run[:1], len(run))
	})
	if size > 0 {
		lines += fmt.Sprintf("skipped: %d bytes\n", size)
	}
	return lines
}

var caseTitle = regexp.MustCompile(`(?m)^## .*\n`)

var longRun = regexp.MustCompile(`A{100,}`)

// The documentation's example, with the JSON that other programs rely on.
func TestExample(t *testing.T) {
	line := "Fri Mar 24 10:22:35+0300 2017 DEBUG api:621 get[83630.Thread-3] SOME_EVENT 'ip'='127.0.0.1' args=['foo', 'bar']\n"
	records := readAll(t, []byte(line), smartylog.Options{})
	if len(records) != 1 {
		t.Fatalf("records = %d, want 1", len(records))
	}
	records[0].Log, records[0].File = "smarty_main", "smarty_main.log"
	want := `{"time":"2017-03-24T07:22:35Z","offset":"+03:00","level":"DEBUG","module":"api","line":621,"function":"get","pid":83630,"thread":"Thread-3",` +
		`"log":"smarty_main","event":"SOME_EVENT","ctx":{"ip":"127.0.0.1","args":["foo","bar"]},"file":"smarty_main.log","pos":0,"flags":[]}`
	if got := string(records[0].AppendJSON(nil, false)); got != want {
		t.Errorf("JSON\n got %s\nwant %s", got, want)
	}
}

func TestSamplesCoverTheCatalogue(t *testing.T) {
	data, err := os.ReadFile("testdata/samples.log")
	if err != nil {
		t.Fatal(err)
	}
	records := readAll(t, data, smartylog.Options{})
	if len(records) != 86 {
		t.Errorf("records = %d, want 86", len(records))
	}
	seen := map[string]map[string]bool{}
	for _, r := range records {
		if seen[r.Event] == nil {
			seen[r.Event] = map[string]bool{}
		}
		for _, p := range r.Decode().Pairs {
			seen[r.Event][p.Key] = true
		}
	}
	events, keys := 0, 0
	for _, e := range smartylog.Catalogue() {
		events++
		if seen[e.Name] == nil {
			t.Errorf("event %s does not occur", e.Name)
		}
		for _, f := range e.Fields {
			if f.Kind != "key" {
				continue
			}
			keys++
			if !seen[e.Name][f.Name] {
				t.Errorf("key %s of %s does not occur", f.Name, e.Name)
			}
		}
	}
	if events != 52 || keys != 149 {
		t.Errorf("catalogue has %d events and %d keys, want 52 and 149", events, keys)
	}
}
