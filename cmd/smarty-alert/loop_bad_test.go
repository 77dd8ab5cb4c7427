package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestRun_LogsComeLater(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	logs := filepath.Join(s.dir, "logs")
	if err := os.Remove(logs); err != nil {
		t.Fatal(err)
	}
	s.launch()
	s.awaitAddress()
	s.eventually("it answers, not ready", func() bool { return s.get("/-/ready") == http.StatusServiceUnavailable })
	s.mkdir("logs")
	s.append("smarty_accounts.log", "LOGIN_ERROR", "reason='account_does_not_exist' params={u'abonement': u'7'}")
	s.eventually("hook has the event", func() bool { return len(s.inbox.of("hook", "logins")) > 0 })
	s.eventually("ready", func() bool { return s.get("/-/ready") == http.StatusOK })
	if code := s.stop(); code != 0 {
		t.Errorf("exit status = %d, want 0", code)
	}
}

// TestRun_BadReceivers: one hangs, one answers nonsense, one refuses for a while
// and one always; the good one gets its message at once all the same.
func TestRun_BadReceivers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var limited int // tries; the program makes one at a time
	quit := make(chan struct{})
	answer := func(f http.HandlerFunc) string {
		srv := httptest.NewServer(f)
		t.Cleanup(srv.Close)
		return srv.URL
	}
	hanging := answer(func(http.ResponseWriter, *http.Request) { <-quit })
	t.Cleanup(func() { close(quit) }) // before the server is closed, which waits
	garbage := answer(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>\x00\xff it works!") })
	busy := answer(func(w http.ResponseWriter, _ *http.Request) {
		if limited++; limited == 1 {
			w.Header().Set("Retry-After", "2")
			w.WriteHeader(http.StatusTooManyRequests)
		}
	})
	broken := answer(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) })
	s.edit("config.yaml", "route:\n", fmt.Sprintf(`  hangs: {webhook: {url: %q}, allow_loopback: true, timeout: 1s}
  garbage: {slack: {token_file: slack-token, channel: "#noc", api_url: %q}, allow_loopback: true}
  busy: {webhook: {url: %q}, allow_loopback: true}
  broken: {webhook: {url: %q}, allow_loopback: true}
route:
`, hanging, garbage+"/", busy, broken))
	s.edit("config.yaml", "  routes:\n", "  routes:\n  - {receiver: hangs, continue: true}\n  - {receiver: garbage, continue: true}\n"+
		"  - {receiver: busy, continue: true}\n  - {receiver: broken, continue: true}\n")
	s.append("smarty_accounts.log", "LOGIN_SUCCESS", "")
	s.start()
	s.append("smarty_accounts.log", "LOGIN_ERROR", "reason='account_does_not_exist' params={u'abonement': u'7'}")
	s.eventually("hook has the event", func() bool { return len(s.inbox.of("hook", "logins")) > 0 })
	for _, receiver := range []string{"hangs", "garbage", "busy", "broken"} {
		failures := regexp.MustCompile(`smarty_alert_notification_failures_total\{class="[a-z_]+",receiver="` + receiver + `"\} [1-9]`)
		s.eventually(receiver+" is seen to fail", func() bool {
			_, text := s.fetch("/metrics")
			return failures.MatchString(text)
		})
	}
	s.eventually("busy has it in the end", func() bool { return s.gauge(`smarty_alert_notifications_sent_total{receiver="busy"}`) == 1 })
	if s.gauge(`smarty_alert_notifications_sent_total{receiver="hook"}`) != 1 {
		t.Error("the good receiver's message is not counted")
	}
	if code := s.stop(); code != 0 {
		t.Errorf("exit status = %d, want 0", code)
	}
}

// other runs the program on the same site, to its end.
func (s *site) other(args ...string) (status int, stdout, stderr string) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, s.program, append([]string{"run", "--config", filepath.Join(s.dir, "config.yaml")}, args...)...)
	var out, diag bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &diag
	err := cmd.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		s.t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), diag.String()
}

func TestRun_StateIsTaken(t *testing.T) {
	s := newSite(t)
	s.launch()
	s.awaitAddress()
	status, _, stderr := s.other()
	if status != 3 || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, filepath.Join(s.dir, "state")) {
		t.Errorf("a second instance: exit status %d, want 3 and one line that names the directory:\n%s", status, stderr)
	}
	if code := s.stop(); code != 0 {
		t.Errorf("exit status = %d, want 0", code)
	}
}

func TestRun_BadConfiguration(t *testing.T) {
	s := newSite(t)
	s.edit("config.yaml", "group_wait:", "group_weight:")
	if status, _, stderr := s.other(); status != 2 || !strings.Contains(stderr, "config.yaml:") || !strings.Contains(stderr, "group_wait") {
		t.Errorf("a bad configuration: exit status %d, want 2 and its place:\n%s", status, stderr)
	}
	s.edit("config.yaml", "group_weight:", "group_wait:")
	s.write("rules.yaml", strings.ReplaceAll(liveRules, "count >= 5", "cuont >= 5"))
	if status, _, stderr := s.other(); status != 2 || !strings.Contains(stderr, "rules.yaml:") {
		t.Errorf("bad rules: exit status %d, want 2 and their place:\n%s", status, stderr)
	}
	if entries, err := os.ReadDir(filepath.Join(s.dir, "state")); err != nil || len(entries) != 0 {
		t.Errorf("the state directory was touched: %v, %v", entries, err)
	}
}

func TestRun_DryRun(t *testing.T) {
	s := newSite(t)
	t.Setenv("TMPDIR", t.TempDir())
	s.append("smarty_accounts.log", "LOGIN_SUCCESS", "")
	s.launch("--dry-run")
	s.awaitAddress()
	s.eventually("ready", func() bool { return s.get("/-/ready") == http.StatusOK })
	s.append("smarty_accounts.log", "LOGIN_ERROR", "reason='account_does_not_exist' params={u'abonement': u'7', u'password': u'hunter2'}")
	s.eventually("it is printed", func() bool { return strings.Count(s.printed(), "--- to ") >= 3 })
	if code := s.stop(); code != 0 {
		t.Errorf("exit status = %d, want 0", code)
	}
	out := s.printed()
	if !strings.Contains(out, "--- to hook (first)") || !strings.Contains(out, "logins") || strings.Contains(out, "hunter2") {
		t.Errorf("printed:\n%s", out)
	}
	if got := s.inbox.all(); len(got) != 0 {
		t.Errorf("receivers got %d messages", len(got))
	}
	for _, dir := range []string{filepath.Join(s.dir, "state"), os.Getenv("TMPDIR")} {
		if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
			t.Errorf("something was left in %s: %v, %v", dir, entries, err)
		}
	}
}

// TestLoop_UnreadableLog: a log that cannot be read holds the others' rules back
// for a while only, and is read on when it is there again.
func TestLoop_UnreadableLog(t *testing.T) {
	b := newLab(t, t.TempDir())
	defer b.close()
	b.record(3, 0, 0, false, false)
	b.settle()
	path := b.file("smarty_management.log").path
	if err := errors.Join(os.Rename(path, path+".away"), os.Mkdir(path, 0o755)); err != nil {
		t.Fatal(err)
	}
	b.pass(2 * time.Second)
	b.turn()
	b.record(2, 0, 0, false, false)
	at := b.now.Unix()
	for range 5 {
		b.pass(2 * time.Second)
		b.turn()
	}
	if n := len(b.history()); n != 0 {
		t.Errorf("%d transitions while nobody knows what the unreadable log holds, want 0", n)
	}
	for range 20 {
		b.pass(2 * time.Second)
		b.turn()
	}
	if ts := b.history(); len(ts) != 1 || ts[0].Rule != "logins" || ts[0].At != at {
		t.Errorf("transitions after 50 s = %v, want the login", ts)
	}
	if err := errors.Join(os.Remove(path), os.Rename(path+".away", path)); err != nil {
		t.Fatal(err)
	}
	b.record(3, 0, 0, false, false)
	b.settle()
	if n := b.matched("hourly"); n != 2 {
		t.Errorf("%d records of the log were read in all, want 2: %+v", n, b.loop.live.Stats())
	}
}

func (b *lab) matched(rule string) int64 {
	stats, _ := b.loop.eng.Stats()
	for _, st := range stats {
		if st.Rule == rule {
			return st.Matched
		}
	}
	return -1
}

// TestLoop_CommitFails: a stop while the disk is full leaves no snapshot that
// knows more than the store: what was decided is decided again.
func TestLoop_CommitFails(t *testing.T) {
	b := newLab(t, t.TempDir())
	defer b.close()
	b.up()
	b.record(2, 0, 0, false, false)
	b.pass(2 * time.Second)
	b.turn()
	b.pass(10 * time.Second)
	b.fault.fails = 2
	ctx, cancel := context.WithCancel(context.Background())
	cancel() // the stop comes while the commit is retried
	if _, err := b.loop.turn(ctx); err != nil {
		t.Fatal(err)
	}
	if n := len(b.history()); n != 0 {
		t.Fatalf("%d transitions, though the commit failed", n)
	}
	b.stop()
	b.settle()
	if n := len(b.history()); n != 1 {
		t.Errorf("%d transitions after a restart, want 1", n)
	}
	b.record(2, 1, 0, false, false)
	b.pass(5 * time.Second)
	b.fault.fails = 1 // and works again within a second
	b.settle()
	if n := len(b.history()); n != 2 {
		t.Errorf("%d transitions after a commit that worked at the second try, want 2", n)
	}
}

// edit replaces a text in a file.
func (s *site) edit(name, old, now string) {
	s.t.Helper()
	data, err := os.ReadFile(filepath.Join(s.dir, name))
	if err != nil {
		s.t.Fatal(err)
	}
	if !strings.Contains(string(data), old) {
		s.t.Fatalf("%s has no %q", name, old)
	}
	s.write(name, strings.Replace(string(data), old, now, 1))
}

// output keeps what the program prints.
type output site

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.stdout.Write(p)
}

func (s *site) printed() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stdout.String()
}

// TestLoop_OpenRecordHoldsNothingBack: logs that are written all the time always
// have a record that may go on; it holds back its own second and no earlier one.
func TestLoop_OpenRecordHoldsNothingBack(t *testing.T) {
	b := newLab(t, t.TempDir())
	b.record(2, 0, 0, false, false)
	b.record(3, 0, 0, false, false)
	b.settle()
	before, written := len(b.history()), b.now.Unix()
	b.record(2, 1, 0, false, false) // another reason fails to log in
	b.turn()
	b.pass(time.Second)
	b.turn()
	b.now = time.Unix(written+3, 0).Add(-200 * time.Millisecond)
	b.record(3, 0, 0, false, false)
	b.turn()
	b.now = time.Unix(written+3, 0) // the second is over, and the lateness
	b.turn()
	if ts := b.history(); len(ts) != before+1 || ts[before].Rule != "logins" || ts[before].At != written {
		t.Errorf("at the end of second %d and the lateness: %v", written, ts)
	}
	b.stop()
}
