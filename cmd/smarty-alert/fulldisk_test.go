package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestRun_FullDisk: while the disk of the state is full alerts leave all the same,
// it is said aloud, and what was kept is on the disk once there is room.
func TestRun_FullDisk(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	disk := filepath.Join(s.dir, "state")
	if err := unix.Mount("tmpfs", disk, "tmpfs", 0, "size=4m"); err != nil {
		t.Logf("no tiny file system: %v; TestLoop_RandomPrograms is the same without it", err)
		return
	}
	t.Cleanup(func() {
		s.kill()
		if err := unix.Unmount(disk, 0); err != nil {
			t.Error(err)
		}
	})
	s.append("smarty_accounts.log", "LOGIN_SUCCESS", "")
	s.start()
	ballast := filepath.Join(disk, "ballast")
	_ = os.WriteFile(ballast, make([]byte, 8<<20), 0o600) // as much as there is room for
	for n := range 3 {
		abonement := fmt.Sprintf("u'7%d'", n)
		s.append("smarty_accounts.log", "LOGIN_ERROR", "reason='account_does_not_exist' params={u'abonement': "+abonement+"}")
		s.eventually("hook has the event", func() bool { return len(s.inbox.of("hook", fmt.Sprint("7", n))) > 0 })
	}
	s.eventually("it is not ready", func() bool { return s.get("/-/ready") == http.StatusServiceUnavailable })
	if _, text := s.fetch("/-/ready"); !strings.Contains(text, "full") {
		t.Errorf("ready says %q", text)
	}
	s.eventually("people are told", func() bool { return len(s.inbox.of("hook", "state-disk")) > 0 })
	if s.gauge("smarty_alert_state_writable") != 0 || s.gauge("smarty_alert_state_unwritable_seconds") <= 0 {
		t.Error("the metrics say that it can be written")
	}
	if n := strings.Count(s.said(), "disk of the state is full"); n != 1 {
		t.Errorf("the log says it %d times, want once", n)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	s.eventually("it is ready", func() bool { return s.get("/-/ready") == http.StatusOK })
	s.eventually("people are told that it is over", func() bool {
		return slices.ContainsFunc(s.inbox.of("hook", "state-disk"), func(m message) bool { return strings.HasPrefix(m.text, "resolved") })
	})
	_ = os.WriteFile(ballast, make([]byte, 8<<20), 0o600)
	s.append("smarty_accounts.log", "LOGIN_ERROR", "reason='account_does_not_exist' params={u'abonement': u'79'}")
	s.eventually("hook has the event", func() bool { return len(s.inbox.of("hook", `"79"`)) > 0 })
	if code := s.stop(); code != 0 {
		t.Errorf("stopped with a full disk: exit status = %d, want 0", code)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	s.start()
	s.eventually("it was decided again", func() bool { return len(s.inbox.of("hook", `"79"`)) > 1 })
	if again := s.inbox.of("hook", `"79"`); alertIDs(again[0]) != alertIDs(again[1]) {
		t.Errorf("alerts %s and %s, want the same", alertIDs(again[0]), alertIDs(again[1]))
	}
	s.kill() // what is on the disk now is all there is
	s.launch()
	s.awaitAddress()
	s.eventually("it is ready", func() bool { return s.get("/-/ready") == http.StatusOK })
	if code := s.stop(); code != 0 {
		t.Errorf("exit status = %d, want 0", code)
	}
	for n := range 3 {
		ids := map[string]bool{}
		for _, m := range s.inbox.of("hook", fmt.Sprintf("%q", fmt.Sprint("7", n))) {
			ids[m.id] = true
		}
		if len(ids) != 1 {
			t.Errorf("event %d was told under %d ids, want one", n, len(ids))
		}
	}
}

// alertIDs are the ids of the alerts of a webhook's message.
func alertIDs(m message) string {
	return fmt.Sprint(regexp.MustCompile(`"id":\s*"[0-9a-f]+"`).FindAllString(m.text, -1))
}

// TestRun_BrokenState: a damaged state stops the start, with what to do; set aside
// it is told to people until it is taken away.
func TestRun_BrokenState(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.append("smarty_accounts.log", "LOGIN_SUCCESS", "")
	s.start()
	if code := s.stop(); code != 0 {
		t.Fatalf("exit status = %d, want 0", code)
	}
	state := filepath.Join(s.dir, "state")
	snapshots, err := filepath.Glob(filepath.Join(state, "snapshot-*"))
	if err != nil || len(snapshots) != 1 {
		t.Fatalf("snapshots %q, %v", snapshots, err)
	}
	if err := os.Truncate(snapshots[0], 70); err != nil {
		t.Fatal(err)
	}
	status, _, stderr := s.other()
	if status != 3 || !strings.Contains(stderr, "damaged") || !strings.Contains(stderr, "--set-aside-broken-state") {
		t.Errorf("exit status %d, want 3 and a hint:\n%s", status, stderr)
	}
	if _, err := os.Stat(snapshots[0]); err != nil {
		t.Errorf("the start that was refused changed something: %v", err)
	}
	s.launch("--set-aside-broken-state")
	s.awaitAddress()
	s.eventually("people are told", func() bool { return len(s.inbox.of("hook", "state-broken")) > 0 })
	if !strings.Contains(s.said(), "SET ASIDE") {
		t.Error("the log does not say it")
	}
	aside, err := filepath.Glob(filepath.Join(state, "broken-*"))
	if err != nil || len(aside) != 1 {
		t.Fatalf("set aside: %q, %v", aside, err)
	}
	if err := os.RemoveAll(aside[0]); err != nil {
		t.Fatal(err)
	}
	s.eventually("it is over", func() bool {
		return slices.ContainsFunc(s.inbox.of("hook", "state-broken"), func(m message) bool { return strings.HasPrefix(m.text, "resolved") })
	})
	if code := s.stop(); code != 0 {
		t.Errorf("exit status = %d, want 0", code)
	}
}
