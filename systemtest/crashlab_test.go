//go:build system

package systemtest

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// TestCrashlab_Short holds some rounds of every fault of `make crashlab`. Pauses and
// lags depend on what else the machine does: those are judged by the whole lab alone.
func TestCrashlab_Short(t *testing.T) {
	dir, err := os.MkdirTemp("", "crashlab-short-") // t.TempDir lies where only this user may go
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "run", "./crashlab", "-short", "-markdown", "-dir", dir)
	cmd.Dir = ".."
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	rows := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `(\\w+)`: ").FindAllStringSubmatch(string(out), -1) {
		rows[m[1]] = true
	}
	for _, name := range strings.Fields("kill sites enospc eio full power groups soak jump forged skew") {
		if !rows[name] {
			t.Errorf("row %s was not held\n%s", name, out)
		}
	}
	t.Logf("%s", out)
}
