package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/smarty-alert/smarty-alert/loggen"
)

// freshLogs writes a few hours of logs that end now, by a clock that is ahead by so
// much, and leaves out lines that drop matches.
func freshLogs(t *testing.T, dir string, ahead time.Duration, drop string, without ...string) {
	t.Helper()
	const length = 4 * time.Hour
	start := time.Now().UTC().Add(ahead - length).Truncate(time.Second)
	if _, err := loggen.Write(dir, loggen.Options{Seed: 1, Start: start, Duration: length, Rate: 2, Python: 3}); err != nil {
		t.Fatal(err)
	}
	for _, log := range without {
		if err := os.Remove(filepath.Join(dir, log+".log")); err != nil {
			t.Fatal(err)
		}
	}
	if drop == "" {
		return
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*.log"))
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, regexp.MustCompile(drop).ReplaceAll(data, nil), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// command runs one command line and returns what it says.
func command(t *testing.T, env map[string]string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	a := &app{stdin: strings.NewReader(""), stdout: &out, stderr: &errs, env: func(name string) (string, bool) { v, ok := env[name]; return v, ok }}
	status = run(t.Context(), args, a)
	return status, out.String(), errs.String()
}

// What init writes passes check as it is, and says of each installation what is so there.
func TestInit(t *testing.T) {
	for _, c := range []struct {
		name  string
		make  func(dir string) (logs []string)
		zone  string
		want  []string // in the configuration
		never []string
		said  []string
	}{
		{"small, without a log", func(dir string) []string {
			freshLogs(t, dir, 0, "", "smarty_epg")
			return []string{dir}
		}, "UTC", []string{"epg_import_empty: {status: disabled} # there is no smarty_epg"}, []string{"ignore", "edge_down: {status"}, []string{"off      epg_import_empty"}},
		{"two servers", func(dir string) []string {
			one, two := filepath.Join(dir, "app1"), filepath.Join(dir, "app2")
			freshLogs(t, one, 0, "")
			freshLogs(t, two, 0, "", "smarty_epg", "smarty_management", "smarty_stream_services")
			return []string{one, two}
		}, "UTC", []string{"app1'}", "app2'}"}, []string{"no smarty_epg"}, []string{"app1/smarty_accounts", "app2/smarty_accounts"}},
		{"level raised", func(dir string) []string {
			freshLogs(t, dir, 0, `(?m)^\w{3} \w{3} .\d [\d:+]+ \d{4} (?:DEBUG|INFO) .*\n`)
			return []string{dir}
		}, "UTC", []string{"# no CONTENT_REQUEST_SUCCESS: the level of that log is too high"}, nil, []string{"its level was probably raised"}},
		{"local time printed as +0000", func(dir string) []string {
			freshLogs(t, dir, 3*time.Hour, "")
			return []string{dir}
		}, "Europe/Moscow", []string{"offset: {ignore: 'Europe/Moscow'}", "timezone: 'Europe/Moscow'"}, nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir, out := t.TempDir(), filepath.Join(t.TempDir(), "made", "here")
			logs := c.make(filepath.Join(dir, "logs"))
			env := map[string]string{"TZ": c.zone}
			status, said, errs := command(t, env, append([]string{"init", "--out", out}, logs...)...)
			if status != 0 {
				t.Fatalf("exit status %d: %s", status, errs)
			}
			data, err := os.ReadFile(filepath.Join(out, "config.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range c.want {
				if !strings.Contains(string(data), want) {
					t.Errorf("the configuration lacks %q:\n%s", want, data)
				}
			}
			for _, never := range c.never {
				if strings.Contains(string(data), never) {
					t.Errorf("the configuration has %q:\n%s", never, data)
				}
			}
			for _, want := range c.said {
				if !strings.Contains(said, want) {
					t.Errorf("nobody is told %q:\n%s", want, said)
				}
			}
			config := filepath.Join(out, "config.yaml")
			if status, found, errs := command(t, env, "check", "--config", config); status != 0 {
				t.Errorf("check: exit status %d\n%s%s", status, found, errs)
			}
			if status, found, _ := command(t, env, "doctor", "--config", config, "--offline"); status != 0 || strings.Contains(found, "ahead of this machine") {
				t.Errorf("doctor: exit status %d\n%s", status, found)
			}
			if status, _, errs := command(t, env, "init", "--out", out, logs[0]); status != exitUsage || !strings.Contains(errs, "--force") {
				t.Errorf("a second init: exit status %d: %s", status, errs)
			}
		})
	}
}

func TestInit_RefusesWhatIsNotThere(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{filepath.Join(dir, "none")}, "no such file"},
		{[]string{dir}, "no *.log files in it"},
		{[]string{"--since", "soon", dir}, "write 1d or 1w"},
		{[]string{"--timezone", "Mars/Olympus", dir}, "unknown time zone"},
		{[]string{"--language", "fr", dir}, "language"},
	} {
		status, _, errs := command(t, nil, append([]string{"init", "--out", filepath.Join(dir, "out")}, c.args...)...)
		if status == 0 || !strings.Contains(errs, c.want) {
			t.Errorf("init %v: exit status %d: %s", c.args, status, errs)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "out")); err == nil {
		t.Error("an init that was refused left a directory")
	}
}
