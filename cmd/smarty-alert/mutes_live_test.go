package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// ours runs a command of ours against the running service.
func (s *site) ours(args ...string) string {
	s.t.Helper()
	cmd := exec.Command(s.program, append(args, "--url", s.url)...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		s.t.Fatalf("%v: %v\n%s", args, err, stderr.String())
	}
	return strings.TrimSpace(string(out))
}

// slow makes what fires fire for the rest of the test.
func (s *site) slow() {
	s.write("rules.yaml", strings.ReplaceAll(liveRules, "window: 6s", "window: 1h"))
}

func (s *site) fail(edge string) {
	for range 5 {
		s.append("smarty_stream_services.log", "STREAM_SERVICE_CHECKING_ERROR", "stream_service='"+edge+"'")
	}
}

func (s *site) firing() string { return s.ours("alerts", "--format", "json") }

func TestRun_SilenceOutlivesAKill(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.slow()
	s.append("smarty_stream_services.log", "STREAM_SERVICE_CHECKING_SUCCESS", "stream_service='edge-07'")
	s.start()
	id := s.ours("silence", "add", "--for", "1h", "--author", "anna", "--comment", "works", "stream_service=edge-07")
	s.kill() // right after the answer
	s.start()
	s.fail("edge-07")
	s.fail("edge-08")
	for _, receiver := range []string{"slack", "mail", "hook"} {
		s.eventually(receiver+" has the other", func() bool { return len(s.inbox.of(receiver, "edge-08 failed 5 checks")) > 0 })
	}
	s.eventually("both fire", func() bool { return strings.Contains(s.firing(), "edge-07") })
	if got := s.inbox.of("hook", "edge-07 failed"); len(got) > 0 {
		t.Errorf("told of what is silenced: %v", got)
	}
	if list := s.ours("silence", "list"); !strings.Contains(list, id) || !strings.Contains(list, "active       1") {
		t.Errorf("the list says\n%s", list)
	}
	s.ours("silence", "expire", id)
	s.eventually("the hook has it once the silence is over", func() bool { return len(s.inbox.of("hook", "edge-07 failed 5 checks")) > 0 })
	if code := s.stop(); code != 0 {
		t.Errorf("exit status = %d, want 0", code)
	}
}

func TestRun_AckIsUntilResolved(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.slow()
	s.append("smarty_stream_services.log", "STREAM_SERVICE_CHECKING_SUCCESS", "stream_service='edge-07'")
	s.start()
	s.fail("edge-07")
	s.eventually("the hook has it", func() bool { return len(s.inbox.of("hook", "edge-07 failed 5 checks")) > 0 })
	s.ours("ack", "--author", "boris", "--comment", "mine", "rule=edges")
	s.eventually("slack's message says who looks after it", func() bool { return len(s.inbox.of("slack edit", "by boris: mine")) > 0 })
	s.kill()
	s.start()
	var h struct {
		Firing []struct {
			Ack *struct {
				By string `json:"by"`
			} `json:"ack"`
		} `json:"firing"`
	}
	if err := json.Unmarshal([]byte(s.firing()), &h); err != nil || len(h.Firing) != 1 || h.Firing[0].Ack == nil || h.Firing[0].Ack.By != "boris" {
		t.Errorf("after a kill: %v, %+v", err, h)
	}
	s.write("rules.yaml", strings.ReplaceAll(liveRules, "id: edges", "id: others"))
	s.hangup()
	s.eventually("the end is told all the same", func() bool { return len(s.inbox.of("hook", `"status":"resolved"`)) > 0 })
	s.eventually("the acknowledgement is gone", func() bool {
		_, acks := s.fetch("/api/v1/acks")
		return strings.TrimSpace(acks) == "[]"
	})
}

// TestRun_Storm: two thousand groups of one rule fire within a minute.
func TestRun_Storm(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.write("rules.yaml", strings.ReplaceAll(liveRules, "condition: count >= 5", "condition: count >= 1\n  max_firing: 5000"))
	config, err := os.ReadFile(filepath.Join(s.dir, "config.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	s.write("config.yaml", strings.NewReplacer("group_by: [rule]", "group_by: [stream_service]",
		"allow_loopback: true}", "allow_loopback: true, rate_limit: {burst: 5, per: 4s}}").Replace(string(config)))
	s.append("smarty_stream_services.log", "STREAM_SERVICE_CHECKING_SUCCESS", "stream_service='edge-0'")
	s.start()
	for i := range 2000 {
		s.append("smarty_stream_services.log", "STREAM_SERVICE_CHECKING_ERROR", fmt.Sprintf("stream_service='edge-%d'", i))
	}
	digests := func(word string) []message {
		return append(s.inbox.of("slack", word), s.inbox.of("slack edit", word)...)
	}
	s.eventually("the digest has them all", func() bool { return len(digests("2000 groups at once")) > 0 })
	s.eventually("all is over, in place", func() bool { return len(s.inbox.of("slack edit", "RESOLVED 2000")) > 0 })
	if posted := s.inbox.of("slack", ""); len(posted) > 5 {
		t.Errorf("%d messages were posted", len(posted))
	}
	for _, m := range append(s.inbox.of("slack", ""), s.inbox.of("slack edit", "")...) {
		if !strings.Contains(m.text, "groups at once") || strings.Contains(m.text, "FIRING") && !strings.Contains(m.text, "Top") {
			t.Errorf("a message without the totals and the top groups: %.300s", m.text)
		}
	}
	if left := s.ours("outbox", "list", "--receiver", "hook"); left != "" {
		t.Logf("still in the outbox:\n%s", left)
	}
	if code := s.stop(); code != 0 {
		t.Errorf("exit status = %d, want 0", code)
	}
}

func TestRun_OtherSitesChangeNothing(t *testing.T) {
	s := newSite(t)
	s.append("smarty_stream_services.log", "STREAM_SERVICE_CHECKING_SUCCESS", "stream_service='edge-07'")
	s.start()
	for _, header := range [][2]string{{"Origin", "http://evil.example.com"}, {"Host", "evil.example.com"}} {
		req, err := http.NewRequest(http.MethodPost, s.url+"/-/reload", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set(header[0], header[1])
		if header[0] == "Host" {
			req.Host = header[1]
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %s, want 403", header[0], resp.Status)
		}
	}
}

func TestSend_ArrivesMarkedTest(t *testing.T) {
	s := newSite(t)
	for receiver, at := range map[string]string{"noc": "slack", "mail": "mail", "hook": "hook"} {
		out, err := exec.Command(s.program, "send", "--config", filepath.Join(s.dir, "config.yaml"), "--receiver", receiver, "--rule", "edges").CombinedOutput()
		if err != nil || !strings.Contains(string(out), receiver+" accepted the test message") {
			t.Errorf("%s: %v\n%s", receiver, err, out)
		}
		if got := s.inbox.of(at, "TEST"); len(got) != 1 || !strings.Contains(got[0].text, "edges") {
			t.Errorf("%s got %v", at, got)
		}
	}
}
