package rules_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Each file of testdata/misspelt is a small rule as people write it who come from
// another tool, or in a hurry, with one mistake; the text beside it is what they
// are told, to the letter. The text must name the cause and how to mend it,
// whoever writes the texts anew.
func TestMisspeltRulesAreExplained(t *testing.T) {
	files, err := filepath.Glob("testdata/misspelt/*.yaml")
	if err != nil || len(files) != len(misspelt) {
		t.Fatalf("%d files for %d rows: %v", len(files), len(misspelt), err)
	}
	for _, tc := range misspelt {
		t.Run(tc.name, func(t *testing.T) {
			file := filepath.Join("testdata/misspelt", tc.name+".yaml")
			got := explained(t, file)
			if !strings.Contains(got, tc.cause) || !strings.Contains(got, tc.fix) {
				t.Errorf("%s\nnames not the cause %q, or not the fix %q:\n%s", file, tc.cause, tc.fix, got)
			}
			if n := strings.Count(got, "\n      | "); n > 2 || n != strings.Count(got, "^  ") {
				t.Errorf("%s: %d faults for one mistake, or one without a hint:\n%s", file, n, got)
			}
			golden(t, file, got)
		})
	}
}

// golden compares what is said about a file with the text beside it.
func golden(t *testing.T, file, got string) {
	t.Helper()
	name := strings.TrimSuffix(file, ".yaml") + ".txt"
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s (-update writes it anew)\n--- got\n%s--- want\n%s", name, got, want)
	}
}
