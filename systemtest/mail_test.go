//go:build system

package systemtest

import (
	"bytes"
	"fmt"
	"mime"
	"net"
	"net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestMail sends through Debian's OpenSMTPD, to a recipient who is there and one who
// is not. It goes without encryption: that of Debian 12's OpenSMTPD fails with every
// key ("EVP lib"). The tests of notifiers/email encrypt.
func TestMail(t *testing.T) {
	dir := t.TempDir()
	program := filepath.Join(dir, "smarty-alert")
	build := exec.Command("go", "build", "-o", program, "./cmd/smarty-alert")
	build.Dir = ".."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	port := startSMTPD(t, dir)
	config := fmt.Sprintf(`
logs: [a.log]
rules: [rules.yaml]
timezone: Europe/Moscow
receivers:
  mail:
    email:
      to: [noc@example.com, gone@example.com]
      from: Сторож <smarty-alert@example.com>
      smarthost: 127.0.0.1:%d
      tls: none
route: {receiver: mail}
`, port)
	write(t, dir, "config.yaml", config)
	write(t, dir, "rules.yaml", "rules:\n- {id: edges, name: Узел не отвечает, event: STREAM_SERVICE_CHECKING_ERROR}\n")
	began := time.Now().Truncate(time.Second)
	cmd := exec.CommandContext(t.Context(), program, "send", "--config", "config.yaml", "--receiver", "mail", "--rule", "edges")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "gone@example.com") || !strings.Contains(string(out), "RCPT TO command: 524") {
		t.Errorf("send: %v\n%s", err, out)
	}
	checkMaildir(t, filepath.Join(dir, "mail", "new"), began)
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// startSMTPD returns the port of a mail server that knows noc@example.com.
func startSMTPD(t *testing.T, dir string) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	if err := os.Mkdir(filepath.Join(dir, "mail"), 0o777); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{filepath.Dir(dir), dir, filepath.Join(dir, "mail")} { // it delivers as nobody
		if err := os.Chmod(path, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	write(t, dir, "smtpd.conf", strings.NewReplacer("@DIR@", dir, "@PORT@", fmt.Sprint(port)).Replace(`
table known { "noc@example.com" = "nobody" }
listen on 127.0.0.1 port @PORT@
action "keep" maildir "@DIR@/mail" virtual <known>
match from any for domain "example.com" action "keep"
`))
	var said bytes.Buffer
	cmd := exec.Command("smtpd", "-d", "-f", filepath.Join(dir, "smtpd.conf"))
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("smtpd:\n%s", said.String())
		}
	})
	wait(t, "smtpd does not listen", func() bool {
		c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			c.Close()
		}
		return err == nil
	})
	return port
}

// wait asks until it is so: another process on real files.
func wait(t *testing.T, what string, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !so(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal(what)
		}
	}
}

// checkMaildir finds the one mail as its reader would see it.
func checkMaildir(t *testing.T, dir string, since time.Time) {
	t.Helper()
	var m *mail.Message
	var data []byte
	wait(t, "no mail is delivered", func() bool {
		files, _ := filepath.Glob(filepath.Join(dir, "*"))
		for _, file := range files {
			data, _ = os.ReadFile(file)
			m, _ = mail.ReadMessage(bytes.NewReader(data))
			if m == nil {
				continue
			}
			if date, err := m.Header.Date(); err == nil && !date.Before(since) { // the server's queue outlives a test
				return true
			}
		}
		return false
	})
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil || !strings.Contains(subject, "Узел не отвечает") || !strings.HasSuffix(m.Header.Get("Message-ID"), "@example.com>") ||
		!strings.HasPrefix(m.Header.Get("Content-Type"), "multipart/alternative") {
		t.Errorf("%q, %v:\n%.1500s", subject, err, data)
	}
}
