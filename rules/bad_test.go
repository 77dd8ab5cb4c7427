package rules_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

var update = flag.Bool("update", false, "write the expected texts of testdata/bad anew")

// Each file of testdata/bad is a mistake that people make; the text beside it is
// what they are told, to the letter.
func TestBadRulesAreExplained(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files of bad rules: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			golden(t, file, explained(t, file))
		})
	}
}

// explained is everything Load has to say about one file: errors, then warnings.
func explained(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, warnings, err := rules.Parse(filepath.Base(file), data, rules.Options{})
	var faults strictyaml.Errors
	if !errors.As(err, &faults) {
		t.Fatalf("%s is accepted: %v", file, err)
	}
	var b strings.Builder
	for _, f := range append(faults, warnings...) {
		if f.Line == 0 || f.Col == 0 {
			t.Errorf("without a place: %s", f.Error())
		}
		b.WriteString(f.Text())
	}
	return b.String()
}
