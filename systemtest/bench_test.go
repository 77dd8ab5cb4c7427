//go:build system

package systemtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestBench_ContestsAgree holds every contest of `make bench` over 50 MB: each
// tool must run and find what smarty-alert finds. How long they take is not
// judged.
func TestBench_ContestsAgree(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), "go", "run", "./bench", "-bytes", "50000000", "-pairs", "1", "-markdown", "-dir", dir)
	cmd.Dir = ".."
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	written, err := filepath.Glob(filepath.Join(dir, "2*.txt"))
	if err != nil || len(written) != 1 {
		t.Fatalf("files for benchstat: %v, %v", written, err)
	}
	figures, err := os.ReadFile(written[0])
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`(?m)^Benchmark(\w+)\S* 1 \d+ ns/op [\d.]+ MB/s \d+ cpu-ns/op( \d+ anonymous-B \d+ resident-B)?$`)
	held := map[string]bool{}
	for _, m := range line.FindAllStringSubmatch(string(figures), -1) {
		held[m[1]] = true
	}
	if len(held) < 13 || len(held) != strings.Count(string(out), "\n| `") {
		t.Errorf("contests %v\n%s\n%s", held, out, figures)
	}
}
