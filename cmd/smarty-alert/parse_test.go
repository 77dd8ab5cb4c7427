package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// runCommandLine runs a command in this process and returns its exit status and
// outputs.
func runCommandLine(t testing.TB, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	none := func(string) (string, bool) { return "", false }
	status = run(t.Context(), args, &app{stdin: strings.NewReader(""), stdout: &out, stderr: &errs, env: none})
	return status, out.String(), errs.String()
}

// must is runCommandLine for what has to work.
func must(t testing.TB, args ...string) string {
	t.Helper()
	status, stdout, stderr := runCommandLine(t, args...)
	if status != 0 || stderr != "" {
		t.Fatalf("smarty-alert %s: status %d, standard error:\n%s", strings.Join(args, " "), status, stderr)
	}
	return stdout
}

// jsonRecord is what the test looks at in a line of parse.
type jsonRecord struct {
	Event string
	Ctx   map[string]any
	Raw   string
}

func jsonRecords(t *testing.T, lines string) []jsonRecord {
	t.Helper()
	var all []jsonRecord
	for line := range strings.Lines(lines) {
		var r jsonRecord
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("line %d: %v\n%s", len(all)+1, err, line)
		}
		all = append(all, r)
	}
	return all
}

// TestParse_Samples has every documented event with every documented key.
func TestParse_Samples(t *testing.T) {
	data, err := os.ReadFile("../../smartylog/testdata/samples.log")
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for line := range strings.Lines(string(data)) {
		if !strings.HasPrefix(line, "## ") {
			text.WriteString(line)
		}
	}
	name := filepath.Join(t.TempDir(), "smarty_main.log")
	if err := os.WriteFile(name, []byte(text.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	records := jsonRecords(t, must(t, "parse", "--format", "jsonl", "--raw", name))
	if len(records) != 86 {
		t.Errorf("records = %d, want 86", len(records))
	}
	var whole strings.Builder
	keys := map[string]map[string]bool{}
	for _, r := range records {
		whole.WriteString(r.Raw)
		if keys[r.Event] == nil {
			keys[r.Event] = map[string]bool{}
		}
		for k := range r.Ctx {
			keys[r.Event][k] = true
		}
	}
	if whole.String() != text.String() {
		t.Error("the records' texts together are not the file")
	}
	checkCatalogue(t, keys)
}

func checkCatalogue(t *testing.T, keys map[string]map[string]bool) {
	t.Helper()
	events := smartylog.Catalogue()
	if len(events) != 52 {
		t.Errorf("documented events = %d, want 52", len(events))
	}
	for _, e := range events {
		if keys[e.Name] == nil {
			t.Errorf("no record of %s", e.Name)
			continue
		}
		for _, f := range e.Fields {
			if f.Kind == "key" && !keys[e.Name][f.Name] {
				t.Errorf("no record of %s has %s", e.Name, f.Name)
			}
		}
	}
}

func TestParse_TestLogsAreClean(t *testing.T) {
	logs := filepath.Join(repository(t), "testdata", "logs")
	out := must(t, "parse", logs)
	if n := strings.Count(out, "\n"); n != 6388 {
		t.Errorf("records = %d, want 6388", n)
	}
	if none, all := strings.Count(out, `"event":""`), strings.Count(out, `"flags":["`); all != none || strings.Count(out, `"flags":["no_event"]`) != none {
		t.Errorf("flagged records = %d, want the %d without an event alone", all, none)
	}
	var times []string
	for line := range strings.Lines(out) {
		times = append(times, line[len(`{"time":"`):][:len(time.RFC3339)-5])
	}
	for i := 1; i < len(times); i++ {
		if times[i] < times[i-1] {
			t.Fatalf("record %d of %s comes after one of %s", i+1, times[i], times[i-1])
		}
	}
}

func scanOne(t *testing.T, line string) *smartylog.Record {
	t.Helper()
	s := smartylog.NewScanner(strings.NewReader(line), 0, smartylog.Options{})
	rec := &smartylog.Record{Log: "smarty_epg"}
	_ = s.Next(rec)
	if !s.Flush(rec) {
		t.Fatalf("no record in %q", line)
	}
	return rec
}

func TestRecordText(t *testing.T) {
	const head = "Fri Mar 24 10:22:35+0300 2017 ERROR epg:1 f[1.T] "
	for name, tc := range map[string]struct{ line, want string }{
		"plain values lose their quotes": {"A_B a='x' b=u'x y' c=None d=[1, 'z']", `A_B a=x b="x y" c=null d=[1,"z"]`},
		"text that reads like a number":  {"A_B a='12' b=12 c='None' d='true' e=True", `A_B a="12" b=12 c=None d="true" e=true`},
		"control characters":             {`A_B a='x\x1b[31my' b='z'`, `A_B a="x\u001b[31my" b=z`},
		"bidirectional characters":       {"A_B a='x\u202ey'", "A_B a=x\ufffdy"},
		"long values":                    {"A_B a='" + strings.Repeat("x", 5000) + "'", "A_B a=" + strings.Repeat("x", maxShown-1) + "…"},
		"no event":                       {"something went wrong k=1", "something went wrong k=1 [no_event]"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newRecordText([]string{"smarty_epg"}, time.UTC, false, false)
			got := string(f.append(nil, scanOne(t, head+tc.line+"\n")))
			if want := "2017-03-24 07:22:35  ERROR    smarty_epg  " + tc.want + "\n"; got != want {
				t.Errorf("%s\n got %q\nwant %q", tc.line, got, want)
			}
		})
	}
}

func TestRecordText_Colours(t *testing.T) {
	f := newRecordText([]string{"smarty_epg"}, time.UTC, true, true)
	got := string(f.append(nil, scanOne(t, "Fri Mar 24 10:22:35+0300 2017 ERROR epg:1 f[1.T] A_B a=1\n")))
	for _, want := range []string{"\x1b[31mERROR   \x1b[0m", "\x1b[1mA_B\x1b[0m", "\x1b[36ma=\x1b[0m1", "\x1b[2m| Fri Mar 24"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q has no %q", got, want)
		}
	}
}
