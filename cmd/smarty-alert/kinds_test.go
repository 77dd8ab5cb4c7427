package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// kinds are the kinds of rules that the established tools have. Each has a
// directory in examples/kinds: the rule, its log, and what replay says of them.
var kinds = []string{"any", "cardinality", "change", "composite", "flatline", "frequency", "k-of-n", "metric", "new-term",
	"not-followed-by", "pair", "percentage", "report", "sequence", "spike"}

// TestKinds replays every kind of rule over its log, as a user would, and
// compares the text with the one that stands beside it.
func TestKinds(t *testing.T) {
	root := filepath.Join(repository(t), "examples", "kinds")
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, e := range entries {
		if e.IsDir() {
			found = append(found, e.Name())
		}
	}
	if !slices.Equal(found, kinds) {
		t.Errorf("directories of %s: %q, want %q", root, found, kinds)
	}
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			saysWhatStandsBeside(t, filepath.Join(root, kind))
		})
	}
}

// TestComingFrom replays our side of each pair in examples/coming-from, a
// directory for each tool and rule of it.
func TestComingFrom(t *testing.T) {
	root := filepath.Join(repository(t), "examples", "coming-from")
	dirs, err := filepath.Glob(filepath.Join(root, "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	if len(dirs) < 10 {
		t.Fatalf("%d pairs in %s, want 10 and more", len(dirs), root)
	}
	for _, dir := range dirs {
		t.Run(filepath.Base(filepath.Dir(dir))+"/"+filepath.Base(dir), func(t *testing.T) {
			if theirs, err := os.ReadFile(filepath.Join(dir, "theirs.txt")); err != nil || len(theirs) == 0 {
				t.Errorf("their rule: %d bytes, %v", len(theirs), err)
			}
			saysWhatStandsBeside(t, dir)
		})
	}
}

// saysWhatStandsBeside replays rule.yaml over the logs of a directory and compares
// the text with golden.txt there.
func saysWhatStandsBeside(t *testing.T, dir string) {
	t.Helper()
	var out, errs bytes.Buffer
	a := &app{stdout: &out, stderr: &errs, env: func(string) (string, bool) { return "", false }}
	args := []string{"replay", "--rules", filepath.Join(dir, "rule.yaml"), "--timezone", "Europe/Moscow", dir}
	if status := run(t.Context(), args, a); status != 0 || errs.Len() > 0 {
		t.Fatalf("replay: exit status %d\n%s", status, errs.String())
	}
	golden := filepath.Join(dir, "golden.txt")
	if *update {
		write(t, golden, out.Bytes())
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), out.String()); diff != "" {
		t.Errorf("%s differs (-want +got; -update writes it anew):\n%s", golden, diff)
	}
}
