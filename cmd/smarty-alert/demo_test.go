package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// watched is a writer that others may read meanwhile.
type watched struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (w *watched) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.all.Write(p)
}

func (w *watched) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.all.String()
}

// The demo needs nothing, tells all three receivers of the first incident, shows what they
// got, and leaves nothing behind.
func TestDemo(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	var out watched
	var errs bytes.Buffer
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan int, 1)
	a := &app{stdin: strings.NewReader(""), stdout: &out, stderr: &errs, env: os.LookupEnv}
	go func() { done <- run(ctx, []string{"demo", "--speed", "240", "--duration", "40m"}, a) }()
	until := func(what string) {
		t.Helper()
		for deadline := time.Now().Add(time.Minute); !regexp.MustCompile(what).MatchString(out.String()); {
			if time.Now().After(deadline) {
				t.Fatalf("nobody said %q:\n%s\n%s", what, out.String(), errs.String())
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
	until(`now +edge-07 is down`)
	until(`Slack #noc +\S+ \[FIRING\] CRITICAL: Edge is down`)
	until(`Telegram duty +\S+ \[FIRING\] CRITICAL: Edge is down`)
	until(`mail to noc@example.com +\[FIRING\] CRITICAL: Edge is down`)
	base := regexp.MustCompile(`http://[0-9.:]+`).FindString(out.String())
	for path, want := range map[string]string{"/": "Firing now", "/demo/slack": "Edge is down", "/demo/telegram": "Edge is down", "/demo/mail": "Edge is down", "/metrics": "smarty_alert_"} {
		resp, err := http.Get(base + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil || resp.StatusCode != http.StatusOK || !strings.Contains(string(body), want) {
			t.Errorf("%s: %d, %v, without %q:\n%s", path, resp.StatusCode, err, want, body)
		}
	}
	stop()
	if status := <-done; status != 0 {
		t.Errorf("exit status %d:\n%s", status, errs.String())
	}
	if left, _ := filepath.Glob(filepath.Join(os.Getenv("TMPDIR"), "smarty-alert-demo-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	for _, flags := range [][]string{{"--speed", "0"}, {"--duration", "soon"}, {"--language", "fr"}} {
		if status := run(t.Context(), append([]string{"demo"}, flags...), a); status != exitUsage {
			t.Errorf("demo %v: exit status %d", flags, status)
		}
	}
}
