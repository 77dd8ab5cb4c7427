package docs

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The watcher of the page does what the page says.
func TestHeartbeat_TheWatcherWorks(t *testing.T) {
	page, err := os.ReadFile("heartbeat.md")
	if err != nil {
		t.Fatal(err)
	}
	_, script, _ := strings.Cut(string(page), "   ```sh\n")
	script, _, found := strings.Cut(script, "   ```")
	if !found {
		t.Fatal("the page has no script")
	}
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	if err := os.WriteFile(in("watch"), []byte(strings.ReplaceAll(script, "\n   ", "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	watch := func() string {
		out, err := exec.Command("sh", in("watch"), in("beat.log"), "5", in("missing"), "cat").CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return string(out)
	}
	beat := func(ago time.Duration) {
		at := time.Now().Add(-ago)
		if err := os.WriteFile(in("beat.log"), []byte("GET"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(in("beat.log"), at, at); err != nil {
			t.Fatal(err)
		}
	}
	for i, step := range []struct {
		beat time.Duration // ago
		want string
	}{
		{0, ""}, {2 * time.Minute, ""}, {10 * time.Minute, "no heartbeat for 5 minutes"}, {11 * time.Minute, ""}, {0, "heartbeat again"}, {0, ""},
	} {
		beat(step.beat)
		if got := watch(); step.want == "" && got != "" || !strings.Contains(got, step.want) {
			t.Errorf("step %d: %q, want %q", i, got, step.want)
		}
	}
	if err := os.Remove(in("beat.log")); err != nil {
		t.Fatal(err)
	}
	if got := watch(); !strings.Contains(got, "no heartbeat") {
		t.Errorf("without any beat: %q", got)
	}
}
