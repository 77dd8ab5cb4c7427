//go:build system

package systemtest

import (
	"os/exec"
	"strings"
	"testing"
)

// TestLive_AllAreTold holds `make bench-live` for a few seconds: it fails when a
// line led to no alert or to two, or when a backlog led to others than replay. Its
// times are not judged.
func TestLive_AllAreTold(t *testing.T) {
	for name, flags := range map[string]string{
		"lines written":   "-seconds 8 -rate 2000 -probes 60 -lateness 1s",
		"a backlog found": "-catchup 20000000 -pairs 1",
	} {
		t.Run(name, func(t *testing.T) {
			args := append([]string{"run", "./bench/live", "-out", t.TempDir()}, strings.Fields(flags)...)
			cmd := exec.Command("go", args...)
			cmd.Dir = ".."
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			t.Logf("%s", out)
		})
	}
}
