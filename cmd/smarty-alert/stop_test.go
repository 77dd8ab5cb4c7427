package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// hung makes every message go to a receiver that takes them and never answers, and
// returns how many it has in hand.
func (s *site) hung() *atomic.Int64 {
	quit := make(chan struct{})
	var tries atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		tries.Add(1)
		<-quit
	}))
	s.t.Cleanup(srv.Close)
	s.t.Cleanup(func() { close(quit) }) // before the server is closed, which waits
	s.edit("config.yaml", "route:\n", fmt.Sprintf("  hangs: {webhook: {url: %q}, allow_loopback: true, timeout: 5m, rate_limit: {burst: 1000, per: 1m}}\nroute:\n", srv.URL))
	s.edit("config.yaml", "  routes:\n", "  routes:\n  - {receiver: hangs, continue: true, group_by: [rule, params_abonement]}\n")
	return &tries
}

// TestRun_StopsWithBacklog: logs that take long to read, an outbox that nobody
// empties and a receiver that hangs hold a stop up for ten seconds at most. What was
// not sent stays, and is tried under the same id.
func TestRun_StopsWithBacklog(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	tries := s.hung()
	s.edit("config.yaml", "lateness: 1s", "lateness: 1s, start: beginning")
	s.append("smarty_accounts.log", "LOGIN_SUCCESS", "")
	s.start()
	for n := range 50 {
		s.append("smarty_accounts.log", "LOGIN_ERROR", fmt.Sprintf("reason='account_does_not_exist' params={u'abonement': u'%d'}", n))
	}
	s.eventually("one is being sent, and others wait", func() bool {
		return tries.Load() > 0 && s.gauge(`smarty_alert_outbox{receiver="hangs",state="pending"}`) > 20
	})
	line := time.Now().Format("Mon Jan 02 15:04:05-0700 2006") + " DEBUG check:64 run[1.MainThread] LOGIN_SUCCESS reason='x'\n"
	if err := os.WriteFile(filepath.Join(s.dir, "logs", "smarty_portal.log"), []byte(strings.Repeat(line, 1<<20)), 0o644); err != nil {
		t.Fatal(err)
	}
	s.eventually("it reads the backlog", func() bool { return s.gauge(`smarty_alert_bytes_total{source="smarty_portal"}`) > 0 })
	if code := s.stop(); code != 0 { // which waits less than the receiver hangs
		t.Errorf("exit status = %d, want 0", code)
	}
	s.launch()
	s.awaitAddress()
	s.eventually("what waited still waits", func() bool { return s.gauge(`smarty_alert_outbox{receiver="hangs",state="pending"}`) > 20 })
}

// TestRun_SecondSignal ends the program at once, whatever it waits for.
func TestRun_SecondSignal(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	tries := s.hung()
	s.append("smarty_accounts.log", "LOGIN_SUCCESS", "")
	s.start()
	s.append("smarty_accounts.log", "LOGIN_ERROR", "reason='account_does_not_exist' params={u'abonement': u'7'}")
	s.eventually("it is being sent", func() bool { return tries.Load() > 0 })
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	s.eventually("it stops reading", func() bool { return s.get("/-/healthy") == 0 })
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	err := <-s.done
	s.cmd = nil
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGTERM {
		t.Errorf("it ended with %v, want the signal", err)
	}
}
