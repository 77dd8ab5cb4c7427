package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// eachLog calls f with every log of testdata/logs.
func eachLog(t *testing.T, f func(name string, data []byte)) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(repository(t), "testdata", "logs", "*.log"))
	if err != nil || len(names) != 14 {
		t.Fatalf("logs of testdata: %d, %v; want 14", len(names), err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		f(filepath.Base(name), data)
	}
}

func write(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(name, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func pack(t *testing.T, data []byte) []byte {
	t.Helper()
	packed, err := gzipped(data, false)
	if err != nil {
		t.Fatal(err)
	}
	return packed
}

// generations cuts a log at record starts into three parts, oldest first. Short
// logs give empty ones, as rotation of a silent log does.
func generations(t *testing.T, data []byte) [3][]byte {
	t.Helper()
	var starts []int64
	s := smartylog.NewScanner(strings.NewReader(string(data)), 0, smartylog.Options{})
	var rec smartylog.Record
	for s.Next(&rec) == nil {
		starts = append(starts, rec.Pos)
	}
	for s.Flush(&rec) {
		starts = append(starts, rec.Pos)
	}
	if len(starts) == 0 {
		t.Fatal("no records")
	}
	first, second := starts[len(starts)/3], starts[len(starts)*2/3]
	return [3][]byte{data[:first], data[first:second], data[second:]}
}

// alertLines replays a directory and returns its alert lines, pending ones too.
func alertLines(t *testing.T, dir string) []string {
	t.Helper()
	out := must(t, "replay", "--rules", "testdata/rules", "--pending", "--format", "jsonl", dir)
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	return slices.DeleteFunc(lines, func(l string) bool { return !strings.HasPrefix(l, `{"type":"alert"`) })
}

// TestReplay_PackingAndRotationChangeNothing: the same logs plain, gzipped, and
// cut into three rotated generations give identical alert lines.
func TestReplay_PackingAndRotationChangeNothing(t *testing.T) {
	packed, rotated := t.TempDir(), t.TempDir()
	eachLog(t, func(name string, data []byte) {
		write(t, filepath.Join(packed, name+".gz"), pack(t, data))
		parts := generations(t, data)
		write(t, filepath.Join(rotated, name+".2.gz"), pack(t, parts[0]))
		write(t, filepath.Join(rotated, name+".1"), parts[1])
		write(t, filepath.Join(rotated, name), parts[2])
	})
	want := alertLines(t, filepath.Join(repository(t), "testdata", "logs"))
	for _, state := range []string{"pending", "firing", "resolved", "event"} {
		if !slices.ContainsFunc(want, func(l string) bool { return strings.Contains(l, `"state":"`+state+`"`) }) {
			t.Errorf("the rules give no alert that is %s: the comparison says too little", state)
		}
	}
	if diff := cmp.Diff(want, alertLines(t, packed)); diff != "" {
		t.Errorf("gzipped logs differ (-plain +gzipped):\n%s", diff)
	}
	if diff := cmp.Diff(want, alertLines(t, rotated)); diff != "" {
		t.Errorf("rotated logs differ (-plain +rotated):\n%s", diff)
	}
}
