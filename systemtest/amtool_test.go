//go:build system

package systemtest

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestAmtool has Debian's amtool list, silence and expire against our service.
func TestAmtool(t *testing.T) {
	url := serve(t)
	amtool := func(args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "amtool", append([]string{"--alertmanager.url=" + url}, args...)...)
		out, err := cmd.Output() // it warns that our version is not Alertmanager's
		if err != nil {
			t.Fatalf("amtool %v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	expect := func(want string, args ...string) {
		t.Helper()
		if got := amtool(args...); !strings.Contains(got, want) {
			t.Errorf("amtool %v:\n%s\nwant %q", args, got, want)
		}
	}
	deadline := time.Now().Add(30 * time.Second)
	for !strings.Contains(amtool("alert", "query", "-o", "extended"), "edge-07") {
		if time.Now().After(deadline) {
			t.Fatalf("nothing ever fires:\n%s", amtool("alert", "query"))
		}
		time.Sleep(100 * time.Millisecond) // another process on real files
	}
	expect(`rule="edges" severity="critical" stream_service="edge-07"`, "alert", "query", "-o", "extended", "severity=critical", "stream_service=~edge.*")
	id := strings.TrimSpace(amtool("silence", "add", "-a", "anna", "-c", "works", "-d", "1h", "stream_service=edge-07", `rule!~"other.*"`))
	if !regexp.MustCompile(`^[0-9a-f-]{36}$`).MatchString(id) {
		t.Errorf("id of the silence: %q", id)
	}
	expect(id, "silence", "query", "stream_service=edge-07")
	if got := amtool("alert", "query"); strings.Contains(got, "edges") {
		t.Errorf("the silenced alert is listed as active:\n%s", got)
	}
	expect("suppressed", "alert", "query", "--silenced", "-o", "extended")
	if got := strings.TrimSpace(amtool("silence", "update", "-d", "2h", id)); !strings.Contains(got, id) {
		t.Errorf("the longer silence is %q, want the same id %s", got, id)
	}
	amtool("silence", "expire", id)
	expect(id, "silence", "query", "--expired")
	expect("edges", "alert", "query")
	expect("noc", "config", "routes", "test", "severity=critical")
	expect(`{severity="critical"}  receiver: noc`, "config", "routes", "show")
}

var listening = regexp.MustCompile(`listen=(127\.0\.0\.1:\d+)`)

// serve runs the program on a log in which an alert fires, and returns its address.
func serve(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	program := filepath.Join(dir, "smarty-alert")
	build := exec.Command("go", "build", "-o", program, "./cmd/smarty-alert")
	build.Dir = ".."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for name, text := range map[string]string{
		"rules.yaml": "rules:\n- {id: edges, event: STREAM_SERVICE_CHECKING_ERROR, group_by: [stream_service], window: 1h, condition: count >= 1, severity: critical}\n",
		"config.yaml": `
logs: [{path: a.log, start: beginning}]
rules: [rules.yaml]
state: {dir: state}
web: {listen: 127.0.0.1:0}
receivers:
  all: {webhook: {url: "http://127.0.0.1:1/"}, allow_loopback: true}
  noc: {webhook: {url: "http://127.0.0.1:1/"}, allow_loopback: true}
route: {receiver: all, group_wait: 0s, routes: [{matchers: ['severity="critical"'], receiver: noc}]}
`,
		"a.log": time.Now().UTC().Format("Mon Jan 02 15:04:05-0700 2006") + " ERROR check:64 run[1.MainThread] STREAM_SERVICE_CHECKING_ERROR stream_service='edge-07'\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(program, "run", "--config", filepath.Join(dir, "config.yaml"))
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	address, over := make(chan string, 1), make(chan struct{})
	go func() {
		defer close(over)
		for lines := bufio.NewScanner(said); lines.Scan(); {
			if m := listening.FindStringSubmatch(lines.Text()); m != nil {
				address <- m[1]
			}
		}
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		<-over
		if err := cmd.Wait(); err != nil {
			t.Errorf("the service ended badly: %v", err)
		}
	})
	select {
	case at := <-address:
		return fmt.Sprint("http://", at)
	case <-over:
	}
	t.Fatal("the service does not start")
	return ""
}
