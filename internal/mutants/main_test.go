package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestFaultsFitTheCode keeps the faults in step with the code: whoever changes a
// line that a fault replaces changes the fault, or finds it another place.
func TestFaultsFitTheCode(t *testing.T) {
	faults, err := loadFaults("../..", "faults")
	if err != nil {
		t.Fatalf("faults that do not fit the code any more (see internal/mutants/fault.go):\n%v", err)
	}
	for _, f := range faults {
		for _, c := range f.tests {
			if _, err := os.Stat(filepath.Join("../..", c.pkg)); err != nil {
				t.Errorf("%s: test: %v", f.name, err)
			}
		}
	}
}

// A small module with its tests; each case puts one fault into it.
const (
	smallCode = "package x\n\nimport \"os\"\n\nfunc Twice(n int) int {\n\treturn n * 2\n}\n\nfunc Cases() string { return os.Getenv(\"SMARTY_ALERT_ORACLE_CASES\") }\n"
	smallTest = `package x

import "testing"

func TestTwice(t *testing.T) {
	t.Run("none", func(t *testing.T) { if Twice(0) != 0 { t.Error("boom") } })
	t.Run("two", func(t *testing.T) { if Twice(2) != 4 { t.Error("boom") } })
}

func TestBad(t *testing.T) { t.Error("always") }

func TestOracleOfThree(t *testing.T) { if Cases() == "2000" && Twice(3) != 6 { t.Error("boom") } }

func TestOther(*testing.T) {}
`
)

const head, line = "why: it is wrong\nfile: x.go\n", "--- old\nn * 2\n--- new\n"

func TestRun_EachFaultIsTold(t *testing.T) {
	type told struct{ fault, want string }
	faults := map[string]told{
		"1-subtest":      {"test: . TestTwice\n" + line + "n * 3\n", "caught .* TestTwice/two"},
		"2-second-check": {"test: . TestOther\ntest: . TestTwice\n" + line + "n + 2\n", "caught .* TestTwice/none"},
		"3-many-cases":   {"test: . TestOracleOfThree\n" + line + "n * 5\n", "caught .* TestOracleOfThree"},
		"4-panic":        {"test: . TestTwice\n" + line + "n / (n * 0)\n", "caught .* TestTwice/none"},
		"5-survivor":     {"test: . TestOther\n" + line + "n * 3\n", "SURVIVED .* x.go: it is wrong"},
		"6-compiler":     {"test: . TestTwice\n" + line + "m * 2\n", "ERROR .* does not compile: go test -c"},
		"7-fails-anyway": {"test: . TestBad\n" + line + "n * 3\n", "ERROR .* TestBad fails without any fault"},
		"8-no-such-test": {"test: . TestGone\n" + line + "n * 3\n", "ERROR .* no test like \"TestGone\""},
	}
	files := map[string]string{}
	for name, f := range faults {
		files["internal/mutants/faults/"+name+".fault"] = head + f.fault
	}
	root := module(t, files)
	status, out := try(t, root)
	for name, f := range faults {
		if !regexp.MustCompile("(?m)^" + strings.Replace(f.want, " ", " +"+name, 1)).MatchString(out) {
			t.Errorf("the output lacks %q of %s", f.want, name)
		}
	}
	if status != 2 || !strings.HasSuffix(out, "\n4 of 8 caught\n") {
		t.Errorf("status %d, want 2, and 4 of 8 caught", status)
	}
	if text, err := os.ReadFile(filepath.Join(root, "x.go")); err != nil || string(text) != smallCode {
		t.Errorf("the tree changed: %v\n%s", err, text)
	}
	if t.Failed() {
		t.Log(out)
	}
	for _, name := range []string{"6-compiler", "7-fails-anyway", "8-no-such-test"} {
		if err := os.Remove(filepath.Join(root, "internal/mutants/faults", name+".fault")); err != nil {
			t.Fatal(err)
		}
	}
	if status, out := try(t, root); status != 1 {
		t.Errorf("status %d with a survivor and no error, want 1\n%s", status, out)
	}
}

func TestRun_RefusesWhatDoesNotFit(t *testing.T) {
	for name, tc := range map[string]struct {
		fault string
		want  []string
	}{
		"text is gone":        {head + "test: .\n--- old\nn * 4\n--- new\nn\n", []string{"f.fault: the code has moved on", "does not contain\nn * 4"}},
		"text is there twice": {head + "test: .\n--- old\nn\n--- new\nm\n", []string{"x.go contains"}},
		"file is gone":        {"why: w\nfile: y.go\ntest: .\n" + line + "n\n", []string{"the code has moved on", "y.go"}},
		"misspelt key":        {head + "tests: . TestTwice\n" + line + "n\n", []string{`unknown key "tests"`}},
		"nothing to run":      {head + line + "n\n", []string{"at least one test"}},
		"changes nothing":     {head + "test: .\n" + line + "n * 2\n", []string{"same as the new one"}},
		"without a new text":  {head + "test: .\n--- old\nn\n", []string{"lacks a line"}},
	} {
		status, out := try(t, module(t, map[string]string{"internal/mutants/faults/f.fault": tc.fault}))
		for _, want := range tc.want {
			if status != 2 || !strings.Contains(out, want) {
				t.Errorf("%s: status %d, want 2 and %q:\n%s", name, status, want, out)
			}
		}
	}
}

func try(t *testing.T, root string) (status int, out string) {
	t.Helper()
	var b strings.Builder
	status = run(t.Context(), options{root: root, cases: 100, more: 2000, parallel: 2}, &b)
	return status, b.String()
}

func module(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	files["go.mod"], files["x.go"], files["x_test.go"] = "module x\n\ngo 1.26\n", smallCode, smallTest
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// Day by day, every fault has its turn.
func TestRotate(t *testing.T) {
	var faults []*fault
	for range 12 {
		faults = append(faults, &fault{})
	}
	seen := map[*fault]bool{}
	for day := range 3 {
		picked := rotate(faults, 20_000+day)
		if len(picked) != perDay {
			t.Errorf("day %d: %d faults, want %d", day, len(picked), perDay)
		}
		for _, f := range picked {
			seen[f] = true
		}
	}
	if len(seen) != len(faults) {
		t.Errorf("%d of %d faults have had their turn after three days", len(seen), len(faults))
	}
	if got := rotate(faults[:2], 7); !slices.Equal(got, []*fault{faults[1], faults[0]}) && !slices.Equal(got, faults[:2]) {
		t.Errorf("of two faults %d are picked", len(got))
	}
}

func TestBlame(t *testing.T) {
	for name, tc := range map[string]struct{ out, want string }{
		"test":            {"--- FAIL: TestA (0.00s)\n    x: boom\nFAIL\n", "TestA"},
		"subtest":         {"--- FAIL: TestA (0.00s)\n    --- FAIL: TestA/b (0.00s)\n    --- FAIL: TestA/c (0.00s)\n", "TestA/b"},
		"timeout":         {"panic: test timed out after 1s\n\trunning tests:\n\t\tTestA (1s)\n", "TestA (timed out)"},
		"out of memory":   {"fatal error: runtime: out of memory\n", "the process died"},
		"panic in a test": {"--- FAIL: TestA (0.00s)\npanic: bang [recovered]\n", "TestA"},
	} {
		if got := blame(tc.out); got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}
