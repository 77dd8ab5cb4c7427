package main

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"
)

// transition is what an alert of replay must have in common with that of the
// anonymised logs.
type transition struct {
	Type, At, Rule, State, Severity, Reason string
	StartsAt                                string            `json:"starts_at"`
	EndsAt                                  string            `json:"ends_at"`
	Values                                  map[string]any    `json:"values"`
	Group                                   map[string]string `json:"group"`
}

// Rules raise the same alerts from anonymised logs, at the same seconds and with
// the same counts; a group that is a person has another name, always the same one.
func TestAnonymise_RulesRaiseTheSameAlerts(t *testing.T) {
	out := filepath.Join(t.TempDir(), "logs")
	key := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(key, []byte("a key for tests, 32 bytes long.."), 0o600); err != nil {
		t.Fatal(err)
	}
	logs := filepath.Join(repository(t), "testdata/logs")
	runsWell(t, "anonymise", "--key-file", key, "--out", out, logs)
	before, after := replayed(t, logs), replayed(t, out)
	if len(before) < 20 {
		t.Fatalf("only %d transitions to compare", len(before))
	}
	names := map[string]string{}
	for i := range min(len(before), len(after)) {
		for k, v := range before[i].Group {
			if old, ok := names[k+v]; ok && old != after[i].Group[k] {
				t.Errorf("%s %s became %s and %s", k, v, old, after[i].Group[k])
			}
			names[k+v] = after[i].Group[k]
			before[i].Group[k] = after[i].Group[k]
		}
	}
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("alerts (-before +after):\n%s", diff)
	}
	if names["params.abonement100123"] == "100123" || names["stream_service<StreamService: edge-02>"] != "<StreamService: edge-02>" {
		t.Errorf("groups became %v", names)
	}
}

// runsWell runs a command and returns its output.
func runsWell(t *testing.T, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	a := &app{stdin: strings.NewReader(""), stdout: &out, stderr: &errs, env: func(string) (string, bool) { return "", false }}
	if status := run(t.Context(), args, a); status != 0 {
		t.Fatalf("%v: status %d: %s", args, status, errs.String())
	}
	return out.String()
}

func replayed(t *testing.T, logs string) (all []transition) {
	t.Helper()
	for line := range strings.Lines(runsWell(t, "replay", "--rules", filepath.Join(repository(t), "examples/rules"), "--format", "jsonl", logs)) {
		var one transition
		if err := json.Unmarshal([]byte(line), &one); err != nil {
			t.Fatal(err)
		}
		maps.DeleteFunc(one.Values, func(_ string, v any) bool { // texts of records have stand-ins
			_, number := v.(float64)
			return !number
		})
		if one.Type == "alert" {
			all = append(all, one)
		}
	}
	return all
}

// Ctrl-C ends the program while it waits for standard input, unless there is a
// file to put away.
func TestAnonymise_Interruptible(t *testing.T) {
	key := filepath.Join(t.TempDir(), "key")
	for _, out := range []string{"", filepath.Join(t.TempDir(), "out")} {
		released := false
		args := []string{"anonymise", "--key-file", key, "-"}
		if out != "" {
			args = append(args, "--out", out)
		}
		a := &app{stdin: strings.NewReader(""), stdout: &bytes.Buffer{}, stderr: &bytes.Buffer{}, release: func() { released = true }}
		if status := run(t.Context(), args, a); status != 0 || released != (out == "") {
			t.Errorf("--out %q: status %d, released = %t", out, status, released)
		}
	}
}

// Ctrl-C with files to put away ends as it does elsewhere.
func TestAnonymise_Interrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var errs bytes.Buffer
	a := &app{stdin: strings.NewReader(""), stdout: &bytes.Buffer{}, stderr: &errs}
	out := filepath.Join(t.TempDir(), "out")
	status := run(ctx, []string{"anonymise", "--key-file", filepath.Join(t.TempDir(), "key"), "--out", out, filepath.Join(repository(t), "testdata/logs/smarty_main.log")}, a)
	if left, _ := filepath.Glob(filepath.Join(out, "*")); status != 130 || !strings.Contains(errs.String(), "interrupted") || len(left) > 0 {
		t.Errorf("status %d, %q, files %v", status, errs.String(), left)
	}
}

// A packed file that is damaged before its first record, or a bomb, leaves nothing.
func TestAnonymise_NothingButNULs(t *testing.T) {
	dir := t.TempDir()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write(make([]byte, 10<<20)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "a.log.gz"), packed.Bytes(), 0o600); err != nil { // without its end
		t.Fatal(err)
	}
	var errs bytes.Buffer
	a := &app{stdin: strings.NewReader(""), stdout: &bytes.Buffer{}, stderr: &errs}
	out := filepath.Join(dir, "out")
	status := run(t.Context(), []string{"anonymise", "--key-file", filepath.Join(dir, "key"), "--out", out, filepath.Join(dir, "a.log.gz")}, a)
	if left, _ := filepath.Glob(filepath.Join(out, "*")); status != exitIO || len(left) > 0 || strings.Contains(errs.String(), "written to") {
		t.Errorf("status %d, %q, files %v", status, errs.String(), left)
	}
}

// A copy goes below the directory, whatever its name was.
func TestCopyName(t *testing.T) {
	for _, c := range []struct{ arg, file, want string }{
		{"/var/log/smarty", "/var/log/smarty/app1/smarty_epg.log.2.gz", "app1/smarty_epg.log.2"},
		{"a.log", "a.log", "a.log"},
		{"dir/a.log.1.zst", "dir/a.log.1.zst", "a.log.1"},
		{"../x/*.log", "../x/a.log", "a.log"},
		{"app1:main=/x/a.log", "/x/a.log", "a.log"},
		{"logs.tgz", "logs.tgz!/smarty/app1/a.log.1", "smarty/app1/a.log.1"},
		{"logs.tgz", "logs.tgz!/../../etc/cron.d/a.log", "a.log"},
		{"logs.tgz", "logs.tgz!//etc/a.log", "a.log"},
		{"-", "-", "stdin.log"},
	} {
		if got := copyName(c.arg, c.file); got != c.want {
			t.Errorf("copyName(%q, %q) = %q, want %q", c.arg, c.file, got, c.want)
		}
	}
}
