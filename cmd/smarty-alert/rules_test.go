package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/smarty-alert/smarty-alert/rules"
)

// TestRulesTable_FitsATerminal reads the table as it is on a terminal of 80
// columns.
func TestRulesTable_FitsATerminal(t *testing.T) {
	set, _, err := rules.Load([]string{filepath.Join(repository(t), "examples", "rules"), filepath.Join(repository(t), "examples", "kinds", "sequence")}, rules.Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := rulesTable(set.Rules, 80)
	for line := range strings.Lines(got) {
		if n := text.StringWidthWithoutEscSequences(strings.TrimRight(line, "\n")); n > 80 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	golden := filepath.Join("testdata", "rules_80.txt")
	if *update {
		write(t, golden, []byte(got))
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got; -update writes it anew):\n%s", golden, diff)
	}
}
