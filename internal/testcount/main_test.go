package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRun_Faults gives the real go test small modules with one fault each.
func TestRun_Faults(t *testing.T) {
	const head = "package x\n\nimport \"testing\"\n\n"
	for name, tc := range map[string]struct {
		test   string
		args   []string
		status int
		last   string
		want   string // somewhere in the output
	}{
		"leaves count": {
			test: head + `func TestA(t *testing.T) { t.Run("b", func(*testing.T) {}); t.Run("c", func(*testing.T) {}) }
func TestD(*testing.T) {}`, status: 0, last: "3 passed, 0 failed", want: "ok    x  3 passed"},
		"failing subtest": {
			test:   head + `func TestA(t *testing.T) { t.Run("b", func(t *testing.T) { t.Error("boom") }); t.Run("c", func(*testing.T) {}) }`,
			status: 1, last: "1 passed, 1 failed", want: "boom"},
		"parent fails by itself": {
			test:   head + `func TestA(t *testing.T) { t.Run("b", func(t *testing.T) {}); t.Error("parent boom") }`,
			status: 1, last: "1 passed, 1 failed", want: "parent boom"},
		"does not compile": {
			test:   head + `func TestA(t *testing.T) { undefinedName() }`,
			status: 1, last: "0 passed, 2 failed", want: "undefined: undefinedName"}, // go vet and go test
		"vet finding": {
			test: "package x\n\nimport (\n\t\"fmt\"\n\t\"testing\"\n)\n\nfunc TestA(*testing.T) { fmt.Sprint(0); x := 1; x = x }",
			args: []string{"-vet=off"}, status: 1, last: "1 passed, 1 failed", want: "self-assignment"},
		"panic": {
			test:   head + "func TestA(*testing.T) {}\nfunc TestB(*testing.T) { panic(\"bang\") }",
			status: 1, last: "1 passed, 1 failed", want: "bang"},
		"timeout": {
			test: head + "func TestA(*testing.T) { select {} }\nfunc TestB(*testing.T) { done := make(chan int); go func() { for {} }(); <-done }",
			args: []string{"-timeout=1s", "-run=TestB"}, status: 1, last: "0 passed, 1 failed", want: "timed out"},
		"process leaves early": {
			test:   "package x\n\nimport (\n\t\"os\"\n\t\"testing\"\n)\n\nfunc TestA(*testing.T) { os.Exit(0) }",
			status: 1, last: "0 passed, 1 failed"},
		"TestMain fails after passing tests": {
			test:   "package x\n\nimport (\n\t\"os\"\n\t\"testing\"\n)\n\nfunc TestMain(m *testing.M) { m.Run(); os.Exit(3) }\nfunc TestA(*testing.T) {}",
			status: 1, last: "1 passed, 1 failed"},
		"nothing ran": {
			test: "package x\n", status: 1, last: "0 passed, 0 failed", want: "no tests"},
		"only skipped": {
			test:   head + `func TestA(t *testing.T) { t.Skip("later") }`,
			status: 1, last: "0 passed, 0 failed", want: "1 skipped"},
		"unknown flag": {
			test: head + "func TestA(*testing.T) {}", args: []string{"-nonsense"}, status: 1, last: "0 passed, 1 failed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(module(t, tc.test))
			var out strings.Builder
			status := run(append(tc.args, "./..."), &out)
			lines := strings.Split(strings.TrimRight(out.String(), "\n"), "\n")
			if got := lines[len(lines)-1]; got != tc.last || status != tc.status {
				t.Errorf("last line %q, status %d; want %q, %d\n%s", got, status, tc.last, tc.status, out.String())
			}
			if !strings.Contains(out.String(), tc.want) {
				t.Errorf("output lacks %q:\n%s", tc.want, out.String())
			}
		})
	}
}

func TestRead_EventsCutShort(t *testing.T) {
	var out strings.Builder
	c := newCounter(&out)
	in := `{"Action":"run","Package":"p","Test":"TestA"}` + "\n" + "no JSON\n"
	if err := c.read(strings.NewReader(in)); err != nil {
		t.Fatal(err)
	}
	if c.passed != 0 || c.failed != 2 {
		t.Errorf("%d passed, %d failed; want 0, 2\n%s", c.passed, c.failed, out.String())
	}
}

func module(t *testing.T, test string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module x\n\ngo 1.26\n", "x.go": "package x\n", "x_test.go": test} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
