package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// maxHostile is the most memory that check may take for whatever file, in bytes.
const maxHostile = 256 << 20

// lines writes a line for each of n numbers.
func lines(format string, n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.ReplaceAll(format, "%d", fmt.Sprint(i)))
	}
	return b.String()
}

// The files that take most to read take less than 256 MiB, and the program ends:
// a second on a quiet machine, of which the test asks ten, of the processor.
func TestCheck_HostileFilesTakeLittle(t *testing.T) {
	const rule = "rules:\n- id: a\n  event: LOGIN_ERROR\n"
	dir := t.TempDir()
	for name, tc := range map[string]struct {
		text string
		want string
	}{
		"10,000 rules":       {"rules:\n" + lines("- id: login-%d\n  event: LOGIN_ERROR\n  group_by: [reason]\n  window: 5m\n  condition: count >= 1%d\n  annotations: {summary: '{{.Values.count}} failed logins'}\n", 10_000), "10,000 rules"},
		"10,000 bad rules":   {"rules:\n" + lines("- {id: login-%d, event: LOGIN_ERROR, windwo: 5m, condition: cuont >= %d}\n", 10_000), "more errors"},
		"100,000 faults":     {"rules:\n" + lines("- id: a%d\n  evnt: X\n", 100_000), "more errors"},
		"brackets":           {strings.Repeat("[", 100_000), "max depth"},
		"100 MiB":            {strings.Repeat("# "+strings.Repeat("x", 1<<20)+"\n", 100), "longer than 16 MiB"},
		"16 MiB of one text": {rule + "  description: \"" + strings.Repeat("x", 16<<20-100) + "\"\n", "1 rule"},
		"8 million items":    {"rules: [" + strings.Repeat("a,", 8<<20-10) + "]", "lines and values"},
		"390,000 items":      {"rules: [" + strings.Repeat("a,", 390_000) + "]", "more errors"},
		"a million keys":     {lines("k%d: 1\n", 1_000_000), "lines and values"},
		"aliases of matches": {"rules:\n- {id: x, event: LOGIN_ERROR, match: &m \"" + strings.Repeat("reason == 'a' or ", 150) + "pid > 1\"}\n" + lines("- {id: r%d, event: LOGIN_ERROR, match: *m}\n", 3000), "KiB together"},
		"1 MiB of matches":   {"rules:\n" + lines("- {id: r%d, event: LOGIN_ERROR, match: \""+strings.Repeat("reason == 'a%d' or ", 50)+"pid > 1\"}\n", 1200), "1,200 rules"},
		"vars and rules":     {"vars:\n" + lines("  v%d: 1\n", 5000) + "rules:\n" + lines("- {id: r%d, event: LOGIN_ERROR}\n", 5000), "warnings"},
		"templates":          {"rules:\n" + lines("- {id: r%d, event: LOGIN_ERROR, annotations: {summary: '{{range .Samples}}{{range $.Samples}}{{.Text}}{{end}}{{end}}'}}\n", 5000), "5,000 rules"},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(dir, "rules.yaml")
			if err := os.WriteFile(file, []byte(tc.text), 0o644); err != nil {
				t.Fatal(err)
			}
			out, peak, took := checked(t, dir, file)
			if !strings.Contains(out, tc.want) {
				t.Errorf("nothing of %q in %.500s", tc.want, out)
			}
			if peak > maxHostile {
				t.Errorf("check took %d MiB", peak>>20)
			}
			if took > 10*time.Second {
				t.Errorf("check took %s of the processor", took)
			}
			t.Logf("%.2f s, %d MiB", took.Seconds(), peak>>20)
		})
	}
}

// checked runs check as a process of its own. peak is the most memory that it had,
// in bytes, and took the time of the processor.
func checked(t *testing.T, dir string, args ...string) (out string, peak int64, took time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program(t, dir), append([]string{"check"}, args...)...)
	var b bytes.Buffer
	cmd.Stdout, cmd.Stderr = &b, &b
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for running := true; running; {
		peak = max(peak, highWater(cmd.Process.Pid))
		select {
		case <-done:
			running = false
		case <-tick.C:
		}
	}
	if ctx.Err() != nil {
		t.Fatalf("check hangs: %.500s", b.String())
	}
	return b.String(), peak, cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
}

var hwm = regexp.MustCompile(`VmHWM:\s+(\d+) kB`)

// highWater is the most memory that a process has had so far: what the kernel says
// after its end counts its parent's as well. 0 for one that has ended, and before
// the program has taken the place of the test's.
func highWater(pid int) int64 {
	name, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid))
	if err != nil || filepath.Base(name) != "smarty-alert" {
		return 0
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if found := hwm.FindSubmatch(status); err == nil && found != nil {
		kib, _ := strconv.ParseInt(string(found[1]), 10, 64)
		return kib << 10
	}
	return 0
}

// What is no plain file is refused, and never waited for.
func TestCheck_OddFilesAreRefused(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(syscall.Mkfifo(at("pipe.yaml"), 0o644))
	must(os.Symlink(at("loop.yaml"), at("loop.yaml")))
	must(os.Symlink(at("gone"), at("dangling.yaml")))
	must(os.MkdirAll(at("dir.yaml/inner"), 0o755))
	must(os.Symlink(at("dir.yaml"), at("dir.yaml/inner/up")))
	must(os.WriteFile(at("dir.yaml/inner/rules.yaml"), []byte("rules:\n- {id: a, event: LOGIN_ERROR}\n"), 0o644))
	must(os.MkdirAll(at("pipes"), 0o755))
	must(syscall.Mkfifo(at("pipes/a.yaml"), 0o644))
	for name, tc := range map[string]struct{ arg, want string }{
		"a pipe":                     {at("pipe.yaml"), "pipe.yaml is no plain file"},
		"a device without end":       {"/dev/zero", "/dev/zero is no plain file"},
		"a link to itself":           {at("loop.yaml"), "too many levels of symbolic links"},
		"a link to nothing":          {at("dangling.yaml"), "no such file"},
		"nothing":                    {at("gone.yaml"), "no such file"},
		"a directory like a file":    {at("dir.yaml"), "1 rule in 1 file: fine"},
		"a pipe in a directory":      {at("pipes"), "a.yaml is no plain file"},
		"a pipe as a configuration":  {"--config=" + at("pipe.yaml"), "pipe.yaml is no plain file"},
		"a directory configuration":  {"--config=" + dir, "is no plain file"},
		"a pattern that is not one":  {at("[.yaml"), "[.yaml"},
		"a pattern that finds pipes": {at("pip*.yaml"), "pipe.yaml is no plain file"},
	} {
		t.Run(name, func(t *testing.T) {
			if out, _, _ := checked(t, dir, tc.arg); !strings.Contains(out, tc.want) {
				t.Errorf("nothing of %q in %s", tc.want, out)
			}
		})
	}
}
