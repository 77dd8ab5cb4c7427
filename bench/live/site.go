package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/loggen"
)

// site is a directory with everything a service needs: logs, rules, a
// configuration and somebody who listens.
type site struct {
	program string
	dir     string
	logs    []logFile
	hook    *hook
	profile string // where the service writes what its processor time went to
}

// logFile is a log of one of several Smarty servers.
type logFile struct{ path, stem string }

// probeRules fire once for every probe: each is a group of its own.
const probeRules = `
rules:
- {id: probe_login, event: LOGIN_ERROR, match: 'reason == "probe"', group_by: [params.abonement], mode: event, window: 10s, condition: count >= 1}
- {id: probe_command, event: MANAGEMENT_COMMAND_ERROR, match: 'command startsWith "probe-"', group_by: [command], mode: event, window: 10s, condition: count >= 1}
- {id: probe_edge, event: STREAM_SERVICE_CHECKING_ERROR, match: 'stream_service contains "probe-"', group_by: [stream_service], mode: event, window: 10s, condition: count >= 1}
`

// windowRules are those that `make bench` compares with grep.
const windowRules = `
rules:
- {id: edges, event: STREAM_SERVICE_CHECKING_ERROR, group_by: [stream_service], window: 5m, condition: count >= 5}
- {id: commands, event: MANAGEMENT_COMMAND_ERROR, group_by: [command], window: 15m, condition: count >= 3}
- {id: logins, event: LOGIN_ERROR, group_by: [reason], window: 5m, condition: count >= 50}
`

func build(program string) error {
	cmd := exec.Command("go", "build", "-o", program, "./cmd/smarty-alert")
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("build: %w", err)
	}
	return nil
}

func newSite(program string, o options) (*site, error) {
	dir, err := os.MkdirTemp("", "smarty-alert-live-")
	if err != nil {
		return nil, err
	}
	s := &site{program: program, dir: dir, profile: o.profile, logs: logFiles(filepath.Join(dir, "logs"), o.files)}
	for _, f := range s.logs { // Smarty opens all its logs at its start
		if err := errors.Join(os.MkdirAll(filepath.Dir(f.path), 0o755), os.WriteFile(f.path, nil, 0o644)); err != nil {
			return nil, errors.Join(err, s.close())
		}
	}
	if s.hook, err = listen(); err != nil {
		return nil, errors.Join(err, s.close())
	}
	err = errors.Join(s.write("probes.yaml", probeRules), s.write("windows.yaml", windowRules), s.configure(o))
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// logFiles spreads n files over servers with at most the 14 documented logs each.
func logFiles(dir string, n int) []logFile {
	stems := loggen.Logs()
	files := make([]logFile, n)
	for i := range files {
		stem := stems[i%len(stems)]
		files[i] = logFile{filepath.Join(dir, fmt.Sprintf("app-%d", 1+i/len(stems)), stem+".log"), stem}
	}
	return files
}

func (s *site) configure(o options) error {
	rules := []string{"probes.yaml", "windows.yaml"}
	if o.rules != "" {
		abs, err := filepath.Abs(o.rules)
		if err != nil {
			return err
		}
		rules = append(rules, abs)
	}
	return s.write("config.yaml", fmt.Sprintf(`
version: 1
logs:
- {path: logs, start: beginning, lateness: %s}
rules: [%s]
state: {dir: state}
web: {listen: "127.0.0.1:0"}
receivers:
  hook: {webhook: {url: %q, allow_loopback: true}, send_resolved: false, rate_limit: {burst: 0}}
  nobody: {webhook: {url: %q, allow_loopback: true}, send_resolved: false, rate_limit: {burst: 0}}
route:
  receiver: nobody
  group_by: [...]
  group_wait: 0s
  routes:
  - {receiver: hook, matchers: ['rule=~"probe_.*"']}
`, o.lateness, strings.Join(rules, ", "), s.hook.url("/hook"), s.hook.url("/nobody")))
}

func (s *site) write(name, text string) error {
	return os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o644)
}

func (s *site) close() error {
	if s.hook != nil {
		s.hook.close()
	}
	var err error
	for range 10 { // a killed process may still be writing
		if err = os.RemoveAll(s.dir); err == nil {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	return err
}
