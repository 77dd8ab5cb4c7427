package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/config"
	"github.com/smarty-alert/smarty-alert/doctor"
	"github.com/smarty-alert/smarty-alert/rules"
)

// doctorNow is when the doctor comes.
var doctorNow = time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)

// doctorLine is a record so long before doctorNow, as the logs print it.
func doctorLine(ago time.Duration, level, rest string) string {
	return doctorNow.Add(-ago).Format("Mon Jan _2 15:04:05-0700 2006") + " " + level + " api:1 get[7.MainThread] " + rest + "\n"
}

const doctorConfig = `version: 1
timezone: UTC
logs:
- {path: logs/*.log}
- {path: elsewhere/*.log}
rules: [rules.yaml]
state: {dir: state}
receivers:
  hook: {webhook: {url: "https://hook.example.com/smarty"}}
  plain: {webhook: {url: "http://plain.example.com:8080/x"}}
  nobody: {webhook: {url: "https://nobody.example.com/x"}}
  mail: {email: {to: [noc@example.com], from: smarty@example.com, smarthost: "mail.example.com:587"}}
  open-mail: {email: {to: [noc@example.com], from: smarty@example.com, smarthost: "open.example.com:25", tls: none}}
  kept: {file: {path: alerts.jsonl}}
  lost: {file: {path: missing/alerts.jsonl}}
route:
  receiver: hook
  routes:
  - {matchers: ['severity="info"'], receiver: plain}
  - {matchers: ['severity="warning"'], receiver: nobody}
  - {matchers: ['rule="logins"'], receiver: mail}
  - {matchers: ['rule="edges"'], receiver: open-mail}
  - {matchers: ['rule="epg"'], receiver: kept}
  - {matchers: ['rule="content"'], receiver: kept}
  - {matchers: ['rule="none"'], receiver: lost}
`

const doctorRules = `rules:
- {id: edges, log: smarty_stream_services, event: STREAM_SERVICE_CHECKING_ERROR, group_by: [stream_service], window: 5m, condition: count >= 5}
- {id: logins, log: smarty_accounts, event: LOGIN_ERROR, window: 5m, condition: count >= 50}
- {id: devices, log: smarty_accounts, event: ACCOUNT_DEVICE_ERROR, window: 5m, condition: count >= 5}
- {id: epg, log: smarty_epg, event: EPG_IMPORT_FINISHED, match: programms_imported == 0, mode: event}
`

// network answers for the names of doctorConfig on loopback, and for no other.
func network(t *testing.T) func(ctx context.Context, network, address string) (net.Conn, error) {
	t.Helper()
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(secure.Close)
	at := map[string]string{
		"hook.example.com:443":   secure.Listener.Addr().String(),
		"plain.example.com:8080": secure.Listener.Addr().String(),
		"mail.example.com:587":   mailGreeter(t),
		"open.example.com:25":    mailGreeter(t),
	}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		to, ok := at[address]
		if !ok {
			return nil, fmt.Errorf("dial %s: no such host", address)
		}
		var d net.Dialer
		return d.DialContext(ctx, network, to)
	}
}

// mailGreeter is a mail server that knows its name, and nothing of encryption.
func mailGreeter(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			fmt.Fprint(conn, "220 mail.example.com\r\n")
			for in := bufio.NewScanner(conn); in.Scan(); {
				fmt.Fprint(conn, "250 mail.example.com\r\n")
			}
			_ = conn.Close()
		}
	}()
	return l.Addr().String()
}

// examine writes files into a new directory and lets the doctor look.
func examine(t *testing.T, files map[string]string, o doctor.Options) string {
	t.Helper()
	dir := t.TempDir()
	for name, body := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, doctorNow, doctorNow); err != nil {
			t.Fatal(err)
		}
	}
	c, _, err := config.Load(filepath.Join(dir, "config.yaml"), nil)
	if err != nil {
		t.Fatal(err)
	}
	options := c.RuleOptions()
	options.Keep = true
	set, _, err := rules.Load(c.Rules, options)
	if err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	o.Now = func() time.Time { return doctorNow.Add(time.Since(begun)) }
	report, err := doctor.Examine(t.Context(), c, set, o)
	if err != nil {
		t.Fatal(err)
	}
	for i := range report.Findings { // what differs from machine to machine
		f := &report.Findings[i]
		for _, s := range []*string{&f.Subject, &f.Text, &f.Advice} {
			*s = regexp.MustCompile(`[0-9.]+ GB`).ReplaceAllString(strings.ReplaceAll(*s, dir, "DIR"), "N GB")
		}
	}
	return doctorText{zone: time.UTC}.of(report)
}

func TestDoctor_SaysWhatIsWrong(t *testing.T) {
	var accounts strings.Builder
	for i := 60; i > 0; i-- {
		accounts.WriteString(doctorLine(time.Duration(i)*time.Minute, "WARNING", "LOGIN_ERROR reason='account_does_not_exist' params={}"))
	}
	got := examine(t, map[string]string{
		"config.yaml":                     doctorConfig,
		"rules.yaml":                      doctorRules,
		"logs/smarty_accounts.log":        accounts.String(),
		"logs/smarty_stream_services.log": doctorLine(30*time.Hour, "ERROR", "STREAM_SERVICE_CHECKING_ERROR stream_service=<StreamService: edge-07>"),
		"logs/smarty_portal.log":          doctorLine(-3*time.Hour, "INFO", "PORTAL_EVENT screen_name=u'PlayerScreen'"),
	}, doctor.Options{Dial: network(t)})
	golden := filepath.Join("testdata", "doctor.txt")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("want (-) and got (+); -update writes %s anew:\n%s", golden, diff)
	}
}

func TestDoctor_SaysThatAllIsWell(t *testing.T) {
	got := examine(t, map[string]string{
		"config.yaml": "version: 1\ntimezone: UTC\nlogs: [{path: logs/*.log}]\nrules: [rules.yaml]\nstate: {dir: state, max_size: 10MB}\n" +
			"receivers: {kept: {file: {path: alerts.jsonl}}}\nroute: {receiver: kept}\n",
		"rules.yaml":               "rules:\n- {id: logins, log: smarty_accounts, event: LOGIN_ERROR, window: 5m, condition: count >= 50}\n",
		"logs/smarty_accounts.log": strings.Repeat(doctorLine(time.Minute, "DEBUG", "LOGIN_SUCCESS login_type='basic_device' params={}")+doctorLine(time.Minute, "WARNING", "LOGIN_ERROR reason='unknown_error' params={}"), 20),
	}, doctor.Options{Offline: true})
	if !strings.HasSuffix(got, "\nnothing is wrong\n") || strings.Contains(got, "Service") {
		t.Errorf("of a sound place the doctor says:\n%s", got)
	}
}
