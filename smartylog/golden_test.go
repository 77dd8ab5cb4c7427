package smartylog_test

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
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

func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.log")
	if err != nil || len(files) < 2 {
		t.Fatalf("logs in testdata: %v, %v", files, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := jsonLines(readAll(t, data, smartylog.Options{}))
			golden := strings.TrimSuffix(file, ".log") + ".golden.jsonl"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
				t.Errorf("records differ (-want +got):\n%s", diff)
			}
		})
	}
}

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
