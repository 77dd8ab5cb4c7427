package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// libraries are those whose work the README promises; each must be reached by
// what a user starts, not by a test alone.
var libraries = []string{
	"github.com/expr-lang/expr", "github.com/expr-lang/expr/vm",
	"github.com/nxadm/tail/watch",
	"github.com/slack-go/slack",
	"github.com/robfig/cron/v3",
}

const libraryRules = `
rules:
- id: logins
  event: LOGIN_ERROR
  window: 1m
  condition: count >= 2
- id: hourly
  event: LOGIN_ERROR
  window: 1h
  schedule: "* * * * *"
  condition: count >= 1
`

// TestLibraries_AreUsed builds the program with coverage of its libraries, lets
// it replay and run, and reads what of them was executed.
func TestLibraries_AreUsed(t *testing.T) {
	dir := t.TempDir()
	binary, covered := filepath.Join(dir, "smarty-alert"), filepath.Join(dir, "covered")
	if err := os.Mkdir(covered, 0o755); err != nil {
		t.Fatal(err)
	}
	goTool(t, "build", "-cover", "-coverpkg=.,"+strings.Join(libraries, ","), "-o", binary, ".")
	t.Setenv("GOCOVERDIR", covered)

	s := newSite(t)
	s.program = binary
	s.write("rules.yaml", libraryRules)
	s.edit("config.yaml", "group_wait: 0s", "group_wait: 0s\n  mute_calendars: [upgrade]")
	halfAYearOff := time.Now().AddDate(0, 0, 183).Month()
	s.edit("config.yaml", "route:", fmt.Sprintf("calendars:\n  upgrade:\n  - {cron: \"0 3 1 %d *\", duration: 2h}\nroute:", halfAYearOff))
	s.append("smarty_accounts.log", "LOGIN_ERROR", "reason='x'")
	s.start()
	for range 3 {
		s.append("smarty_accounts.log", "LOGIN_ERROR", "reason='x'")
		time.Sleep(300 * time.Millisecond) // for tail to see the file grow
	}
	s.eventually("Slack has the alert", func() bool { return len(s.inbox.of("slack", "logins")) > 0 })
	if code := s.stop(); code != 0 {
		t.Errorf("exit status = %d, want 0\n%s", code, s.said())
	}
	replay := exec.Command(binary, "replay", "--rules", filepath.Join(s.dir, "rules.yaml"), filepath.Join(s.dir, "logs"))
	if out, err := replay.CombinedOutput(); err != nil || !strings.Contains(string(out), "hourly") {
		t.Errorf("replay: %v\n%s", err, out)
	}

	executed := statements(t, goTool(t, "tool", "covdata", "textfmt", "-i="+covered, "-o=/dev/stdout"))
	for _, name := range libraries {
		t.Logf("%s: %d statements", name, executed[name])
		if executed[name] == 0 {
			t.Errorf("nothing of %s was executed", name)
		}
	}
}

func goTool(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.Command("go", args...)
	var diag strings.Builder
	cmd.Stderr = &diag
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, diag.String())
	}
	return string(out)
}

// statements counts the executed ones by package in a coverage profile, whose
// lines are "package/file.go:from,to statements times".
func statements(t *testing.T, profile string) map[string]int {
	t.Helper()
	executed := map[string]int{}
	for _, line := range strings.Split(profile, "\n") {
		file, _, ok := strings.Cut(line, ".go:")
		if ok && !strings.HasSuffix(line, " 0") {
			executed[file[:strings.LastIndex(file, "/")]]++
		}
	}
	return executed
}
