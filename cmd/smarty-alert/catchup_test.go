package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// What fired and was over while the service was down is told: of long ago in one
// digest, of just now in a message of its own.
func TestRun_TellsWhatItSleptThrough(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	now := time.Now()
	s.records(now.Add(-5*time.Hour), 1, "edge-00")
	s.launch("--clock-start", now.Add(-5*time.Hour).UTC().Format(time.RFC3339)) // when that was now
	s.awaitAddress()
	s.eventually("ready", func() bool { return s.get("/-/ready") == 200 })
	if code := s.stop(); code != 0 {
		t.Fatalf("exit status = %d, want 0", code)
	}
	s.records(now.Add(-4*time.Hour), 5, "edge-01")
	s.records(now.Add(-3*time.Hour), 5, "edge-02")
	s.records(now.Add(-2*time.Hour), 5, "edge-03")
	s.records(now.Add(-5*time.Minute), 5, "edge-04")
	s.records(time.Now(), 1, "edge-05")
	s.start()

	for _, receiver := range []string{"hook", "mail", "slack"} {
		s.eventually(receiver+" has the digest", func() bool { return len(s.inbox.of(receiver, "edge-02")) > 0 })
		s.eventually(receiver+" has the last one", func() bool { return len(s.inbox.of(receiver, "edge-04")) > 0 })
		digests := s.inbox.of(receiver, "edge-02")
		if len(digests) != 1 || !strings.Contains(digests[0].text, "edge-01") || !strings.Contains(digests[0].text, "edge-03") || strings.Contains(digests[0].text, "edge-04") {
			t.Errorf("%s got %d digests: %v", receiver, len(digests), digests)
		}
	}
	if m := s.inbox.of("mail", "edge-02")[0]; !strings.Contains(m.text, "3 alerts, read too late") {
		t.Errorf("the mail is\n%s", m.text)
	}
	s.eventually("nothing is on its way", func() bool { // what is may come again after a kill
		_, metrics := s.fetch("/metrics")
		return unsentOf(metrics, "hook")+unsentOf(metrics, "mail")+unsentOf(metrics, "noc") == 0
	})
	s.kill()
	before := len(s.inbox.all())
	s.start()
	s.append("smarty_stream_services.log", "STREAM_SERVICE_CHECKING_SUCCESS", "stream_service='edge-06'")
	for range 5 {
		s.append("smarty_stream_services.log", "STREAM_SERVICE_CHECKING_ERROR", "stream_service='edge-07'")
	}
	for _, receiver := range []string{"hook", "mail", "slack"} {
		s.eventually(receiver+" hears what is new", func() bool { return len(s.inbox.of(receiver, "edge-07")) > 0 })
	}
	for _, m := range s.inbox.all()[before:] {
		if strings.Contains(m.text, "edge-02") || strings.Contains(m.text, "edge-04") {
			t.Errorf("told again after a kill: %s %s", m.receiver, m.text)
		}
	}
}

// records writes errors of one second.
func (s *site) records(at time.Time, n int, edge string) {
	s.t.Helper()
	f, err := os.OpenFile(filepath.Join(s.dir, "logs", "smarty_stream_services.log"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		s.t.Fatal(err)
	}
	defer f.Close()
	for range n {
		if _, err := fmt.Fprintf(f, "%s ERROR check:64 run[1.MainThread] STREAM_SERVICE_CHECKING_ERROR stream_service='%s'\n",
			at.UTC().Format("Mon Jan 02 15:04:05-0700 2006"), edge); err != nil {
			s.t.Fatal(err)
		}
	}
}
