package main

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// site is a place where the real program runs: logs, state, configuration and
// three receivers.
type site struct {
	t       *testing.T
	dir     string
	program string // what is started
	inbox   *inbox
	cmd     *exec.Cmd
	done    chan error
	address chan string // told once by each process
	url     string      // of the program's web address

	mu     sync.Mutex
	stderr strings.Builder
	stdout strings.Builder
}

const liveRules = `
rules:
- id: edges
  event: STREAM_SERVICE_CHECKING_ERROR
  group_by: [stream_service]
  window: 6s
  condition: count >= 5
  severity: critical
  annotations:
    summary: 'edge {{ .Group.stream_service }} failed {{ .Count }} checks'
- id: logins
  event: LOGIN_ERROR
  match: reason == "account_does_not_exist"
  group_by: [params.abonement]
  mode: event
  cooldown: 1h
`

func newSite(t *testing.T) *site {
	s := &site{t: t, dir: t.TempDir(), program: "smarty-alert", inbox: &inbox{fail: map[string]int{}}}
	s.mkdir("logs")
	s.mkdir("state")
	s.write("rules.yaml", liveRules)
	s.write("hook-secret", "whsec_"+strings.Repeat("QUJD", 10)+"\n")
	s.write("slack-token", "xoxb-not-a-real-token\n")
	s.write("config.yaml", fmt.Sprintf(`
version: 1
timezone: Europe/Moscow
instance: app-1
logs:
- {path: logs, lateness: 1s}
rules: [rules.yaml]
state: {dir: state}
web: {listen: 127.0.0.1:0}
receivers:
  noc:  {slack: {token_file: slack-token, channel: "#noc", api_url: %q}, allow_loopback: true}
  mail: {email: {to: [noc@example.com], from: alert@example.com, smarthost: %q, tls: none}}
  hook: {webhook: {url: %q, secret_file: hook-secret}, allow_loopback: true}
route:
  receiver: noc
  group_by: [rule]
  group_wait: 0s
  group_interval: 1s
  routes:
  - {receiver: mail, continue: true}
  - {receiver: hook, continue: true}
  - {receiver: noc}
`, s.inbox.slack(t), s.inbox.mail(t), s.inbox.hook(t)))
	for _, secret := range []string{"hook-secret", "slack-token"} {
		if err := os.Chmod(filepath.Join(s.dir, secret), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		defer s.kill()
		if t.Failed() {
			_, metrics := s.fetch("/metrics")
			t.Logf("metrics:\n%s", grepLines(metrics, "smarty_alert_"))
			t.Logf("the program said:\n%s", s.said())
		}
	})
	return s
}

func (s *site) mkdir(name string) {
	s.t.Helper()
	if err := os.MkdirAll(filepath.Join(s.dir, name), 0o700); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) write(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

var listening = regexp.MustCompile(`listen=(127\.0\.0\.1:\d+)`)

// start runs the program and waits until it answers.
func (s *site) start() {
	s.t.Helper()
	s.launch()
	s.awaitAddress()
	s.eventually("ready", func() bool { return s.get("/-/ready") == http.StatusOK })
}

// launch starts the program and waits for nothing.
func (s *site) launch(args ...string) {
	s.t.Helper()
	s.cmd = exec.Command(s.program, append([]string{"run", "--config", filepath.Join(s.dir, "config.yaml")}, args...)...)
	s.cmd.Stdout = (*output)(s)
	pipe, err := s.cmd.StderrPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.address = make(chan string, 1)
	s.done = make(chan error, 1)
	go s.listen(pipe, s.address)
}

func (s *site) awaitAddress() {
	s.t.Helper()
	select {
	case a := <-s.address:
		s.url = "http://" + a
	case err := <-s.done:
		s.cmd = nil
		s.t.Fatalf("the program ended at once: %v\n%s", err, s.said())
	}
}

// listen keeps what the program says and finds its address.
func (s *site) listen(pipe io.Reader, address chan<- string) {
	lines := bufio.NewScanner(pipe)
	for lines.Scan() {
		if m := listening.FindStringSubmatch(lines.Text()); m != nil {
			address <- m[1]
		}
		s.mu.Lock()
		s.stderr.WriteString(lines.Text() + "\n")
		s.mu.Unlock()
	}
	s.done <- s.cmd.Wait()
}

func (s *site) said() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stderr.String()
}

func (s *site) get(path string) int {
	status, _ := s.fetch(path)
	return status
}

func (s *site) fetch(path string) (int, string) {
	resp, err := http.Get(s.url + path)
	if err != nil {
		return 0, ""
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body)
}

// kill ends the program with SIGKILL; nothing of it is left running.
func (s *site) kill() {
	if s.cmd == nil || s.cmd.Process == nil {
		return
	}
	_ = s.cmd.Process.Kill()
	<-s.done
	s.cmd = nil
}

// stop ends the program with SIGTERM and returns its exit status.
func (s *site) stop() int {
	s.t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		s.t.Fatal(err)
	}
	select {
	case <-s.done:
	case <-time.After(2 * time.Minute):
		s.t.Fatal("the program does not stop")
	}
	code := s.cmd.ProcessState.ExitCode()
	s.cmd = nil
	return code
}

// eventually waits for something that takes the program a moment.
func (s *site) eventually(what string, ok func() bool) {
	s.t.Helper()
	deadline := time.Now().Add(2 * time.Minute)
	for !ok() {
		if time.Now().After(deadline) {
			var got []string
			for _, m := range s.inbox.all() {
				got = append(got, fmt.Sprintf("%s %s %.300s", m.receiver, m.id, m.text))
			}
			s.t.Fatalf("never %s; the receivers got %d:\n%s", what, len(got), strings.Join(got, "\n"))
		}
		time.Sleep(20 * time.Millisecond) // a real process on real files: there is nothing to wait on
	}
}

// append writes one record of now to a log.
func (s *site) append(log, event, rest string) {
	s.t.Helper()
	f, err := os.OpenFile(filepath.Join(s.dir, "logs", log), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		s.t.Fatal(err)
	}
	defer f.Close()
	s.record(f, event, rest)
}

func (s *site) record(f *os.File, event, rest string) {
	s.t.Helper()
	stamp := time.Now().UTC().Format("Mon Jan 02 15:04:05-0700 2006")
	if _, err := fmt.Fprintf(f, "%s ERROR check:64 run[1.MainThread] %s %s\n", stamp, event, rest); err != nil {
		s.t.Fatal(err)
	}
}

func TestRun_RotatedWhileWriting(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.append("smarty_stream_services.log", "STREAM_SERVICE_CHECKING_SUCCESS", "stream_service='edge-07'")
	s.start()
	s.inbox.mu.Lock()
	s.inbox.fail = map[string]int{"hook": 2, "slack": 1, "mail": 1} // each refuses at first
	s.inbox.mu.Unlock()

	// Five errors, over two rotations, with a writer that still holds the file
	// that was renamed: none may be lost, or the fifth is not there.
	path := filepath.Join(s.dir, "logs", "smarty_stream_services.log")
	late, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer late.Close()
	s.record(late, "STREAM_SERVICE_CHECKING_ERROR", "stream_service='edge-07'")
	rename(t, path, path+".1")
	s.append("smarty_stream_services.log", "STREAM_SERVICE_CHECKING_ERROR", "stream_service='edge-07'")
	s.record(late, "STREAM_SERVICE_CHECKING_ERROR", "stream_service='edge-07'")
	rename(t, path+".1", path+".2")
	rename(t, path, path+".1")
	s.append("smarty_stream_services.log", "STREAM_SERVICE_CHECKING_ERROR", "stream_service='edge-07'")
	s.record(late, "STREAM_SERVICE_CHECKING_ERROR", "stream_service='edge-07' note='<!channel> & <b>'")
	s.append("smarty_accounts.log", "LOGIN_ERROR", "reason='account_does_not_exist' params={u'abonement': u'100245', u'password': u'hunter2'}")

	for _, receiver := range []string{"slack", "mail", "hook"} {
		s.eventually(receiver+" has the firing", func() bool { return len(s.inbox.of(receiver, "edge-07 failed 5 checks")) > 0 })
		s.eventually(receiver+" has the event", func() bool { return len(s.inbox.of(receiver, "logins")) > 0 })
	}
	s.eventually("mail has the end", func() bool { return len(s.inbox.of("mail", "RESOLVED")) > 0 })
	s.eventually("hook has the end", func() bool { return len(s.inbox.of("hook", `"status":"resolved"`)) > 0 })
	s.eventually("slack's message is edited", func() bool { return len(s.inbox.of("slack edit", "edges")) > 0 })
	for _, m := range s.inbox.all() {
		if strings.Contains(m.text, "hunter2") {
			t.Errorf("%s was told a password: %s", m.receiver, m.text)
		}
		if strings.HasPrefix(m.receiver, "slack") && strings.Contains(m.text, "<!channel>") {
			t.Errorf("%s was given a live mention: %s", m.receiver, m.text)
		}
	}
	if got := s.inbox.of("slack", "edge-07 failed 5 checks"); len(got) != 1 {
		t.Errorf("%d messages were posted for one incident: %v", len(got), got)
	}
	s.checkMetrics()
	if code := s.stop(); code != 0 {
		t.Errorf("exit status = %d, want 0", code)
	}
}

func rename(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

func (s *site) checkMetrics() {
	s.t.Helper()
	_, text := s.fetch("/metrics")
	for _, want := range []string{
		`smarty_alert_rule_fired_total{rule="edges"} 1`,
		`smarty_alert_rule_matched_total{rule="edges"} 5`,
		`smarty_alert_rule_folded_total{rule="edges"} 0`,
		`smarty_alert_rule_quarantined{rule="edges"} 0`,
		`smarty_alert_notification_failures_total{class="server",receiver="hook"} 2`,
		`smarty_alert_config_last_reload_successful 1`,
		`smarty_alert_gap_bytes_total{source="smarty_stream_services"} 0`,
	} {
		if !strings.Contains(text, want+"\n") {
			s.t.Errorf("/metrics has no %s\n%s", want, grepLines(text, "smarty_alert_"))
		}
	}
}

func grepLines(text, prefix string) string {
	var out []string
	for _, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(line, prefix) {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

func TestRun_KilledWhileFiring(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.append("smarty_stream_services.log", "STREAM_SERVICE_CHECKING_SUCCESS", "stream_service='edge-07'")
	s.start()
	for range 5 {
		s.append("smarty_stream_services.log", "STREAM_SERVICE_CHECKING_ERROR", "stream_service='edge-07'")
	}
	s.eventually("one receiver has the firing", func() bool { return len(s.inbox.all()) > 0 })
	s.kill()
	s.start()
	for _, receiver := range []string{"mail", "hook"} {
		s.eventually(receiver+" has the firing", func() bool { return len(s.inbox.of(receiver, "edge-07 failed 5 checks")) > 0 })
	}
	s.eventually("hook has the end", func() bool { return len(s.inbox.of("hook", `"status":"resolved"`)) > 0 })
	s.eventually("mail has the end", func() bool { return len(s.inbox.of("mail", "RESOLVED")) > 0 })
	s.eventually("slack's message is edited", func() bool { return len(s.inbox.of("slack edit", "edges")) > 0 })
	for _, receiver := range []string{"hook", "mail"} {
		ids := map[string]bool{}
		for _, m := range s.inbox.of(receiver, "edge-07 failed 5 checks") {
			if !strings.Contains(m.text, "resolved") && !strings.Contains(m.text, "RESOLVED") {
				ids[m.id] = true
			}
		}
		if len(ids) != 1 {
			t.Errorf("%s was told of the firing under %d ids: %v", receiver, len(ids), ids)
		}
	}
	if code := s.stop(); code != 0 {
		t.Errorf("exit status = %d, want 0", code)
	}
}

func TestRun_ReloadIsAtomic(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.append("smarty_stream_services.log", "STREAM_SERVICE_CHECKING_SUCCESS", "stream_service='edge-07'")
	s.start()
	s.write("rules.yaml", strings.ReplaceAll(liveRules, "count >= 5", "cuont >= 5"))
	s.hangup()
	s.eventually("the reload is refused", func() bool {
		_, text := s.fetch("/metrics")
		return strings.Contains(text, "smarty_alert_config_last_reload_successful 0")
	})
	if !strings.Contains(s.said(), `unknown name`) {
		t.Errorf("the log does not say why:\n%s", s.said())
	}
	for range 5 {
		s.append("smarty_stream_services.log", "STREAM_SERVICE_CHECKING_ERROR", "stream_service='edge-07'")
	}
	s.eventually("the old rules go on", func() bool { return len(s.inbox.of("hook", "edge-07 failed 5 checks")) > 0 })
	s.write("rules.yaml", strings.ReplaceAll(liveRules, "id: edges", "id: edges2"))
	s.hangup()
	s.eventually("the alert of the rule that is gone ends", func() bool { return len(s.inbox.of("hook", `"status":"resolved"`)) > 0 })
	if code := s.stop(); code != 0 {
		t.Errorf("exit status = %d, want 0", code)
	}
}

func (s *site) hangup() {
	s.t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		s.t.Fatal(err)
	}
}
