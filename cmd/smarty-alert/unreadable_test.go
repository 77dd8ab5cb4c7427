package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A log, a directory and an archive that must not be read cost only themselves,
// unless they were named.
func TestUnreadable(t *testing.T) {
	dir := openDir(t)
	closeLogs(t, dir)
	errClosed := "smarty-alert: open logs/closed: permission denied\n"
	errBad := "smarty-alert: open logs/bad.log: permission denied\n"
	errBoth := "smarty-alert: open logs/both.log.1: permission denied\n"
	for name, tc := range map[string]struct {
		args   []string
		stdout []string // what it has
		stderr string
	}{
		"parse": {[]string{"parse", "logs"}, []string{`"file":"good.log"`, `"file":"both.log"`}, errClosed + errBad + errBoth},
		"stats": {[]string{"parse", "--stats", "logs"}, []string{
			"3 logs, 4 files, 152 B, 2 records",
			"warning  Not everything could be searched for logs: open logs/closed:\n           permission denied.\n",
			"warning  bad: It could not be read: open logs/bad.log: permission denied.\n",
			"warning  both: Not all of it could be read: open logs/both.log.1: permission\n           denied.\n",
		}, errClosed + errBad + errBoth},
		"glob":            {[]string{"parse", "logs/*.log"}, []string{`"file":"good.log"`, `"file":"both.log"`}, errBad},
		"replay":          {[]string{"replay", "--rules", "rules.yaml", "logs"}, []string{"1 alert fired", "2 records in 3 logs"}, errClosed + errBad + errBoth},
		"anonymise":       {[]string{"anonymise", "--key-file", "key", "--out", "shared", "logs"}, nil, ""},
		"named":           {[]string{"parse", "logs/good.log", "logs/bad.log"}, nil, errBad},
		"named directory": {[]string{"parse", "logs/good.log", "logs/closed"}, nil, errClosed},
	} {
		t.Run(name, func(t *testing.T) {
			status, stdout, stderr := asAnybody(t, dir, tc.args...)
			if status != exitIO {
				t.Errorf("status %d, want %d", status, exitIO)
			}
			for _, want := range tc.stdout {
				if !strings.Contains(stdout, want) {
					t.Errorf("standard output:\n%s\nwant %q in it", stdout, want)
				}
			}
			if tc.stdout == nil && stdout != "" {
				t.Errorf("standard output:\n%s\nwant nothing", stdout)
			}
			if tc.stderr != "" && !sameLines(stderr, tc.stderr) {
				t.Errorf("standard error:\n%s\nwant\n%s", stderr, tc.stderr)
			}
		})
	}
	for file, want := range map[string]bool{"good.log": true, "both.log": true, "bad.log": false} {
		if got := exists(filepath.Join(dir, "shared", file)); got != want {
			t.Errorf("anonymised %s is there: %t, want %t", file, got, want)
		}
	}
}

// closeLogs writes logs and a rule, and takes the right to read from some of them.
func closeLogs(t *testing.T, dir string) {
	t.Helper()
	const record = "Fri Mar 24 10:22:35+0300 2017 WARNING api:1 get[1.T] LOGIN_ERROR reason='x'\n"
	for _, name := range []string{"logs/good.log", "logs/bad.log", "logs/both.log", "logs/both.log.1", "logs/closed/deep.log", "rules.yaml"} {
		text := record
		if name == "rules.yaml" {
			text = "rules:\n- id: any\n  event: LOGIN_ERROR\n  mode: event\n"
		}
		writeFile(t, filepath.Join(dir, name), text)
	}
	for _, name := range []string{"logs/bad.log", "logs/both.log.1", "logs/closed"} {
		if err := os.Chmod(filepath.Join(dir, name), 0); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { os.Chmod(filepath.Join(dir, name), 0o755) })
	}
}

// sameLines compares texts whose lines may come in any order.
func sameLines(a, b string) bool {
	counts := map[string]int{}
	for line := range strings.Lines(a) {
		counts[line]++
	}
	for line := range strings.Lines(b) {
		counts[line]--
	}
	for _, n := range counts {
		if n != 0 {
			return false
		}
	}
	return true
}

// openDir is a temporary directory in which every user may do everything.
func openDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "smarty-alert-test-*")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	return dir
}

func writeFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// asAnybody runs the program in dir as a user whom permissions bind: root is not.
func asAnybody(t *testing.T, dir string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program(t, dir), args...)
	cmd.Dir, cmd.Env = dir, []string{"HOME=" + dir, "TMPDIR=" + dir}
	if os.Geteuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode(), out.String(), errs.String()
	}
	if err != nil {
		t.Fatal(err)
	}
	return 0, out.String(), errs.String()
}

// program is this test under the name of the program, where every user can start
// it: TestMain goes by the name.
func program(t *testing.T, dir string) string {
	t.Helper()
	name := filepath.Join(dir, "smarty-alert")
	if exists(name) {
		return name
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	in, err := os.Open(self)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.Copy(out, in)
	if err := errors.Join(err, out.Close()); err != nil {
		t.Fatal(err)
	}
	return name
}
