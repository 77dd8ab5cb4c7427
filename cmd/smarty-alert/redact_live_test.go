package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/smarty-alert/smarty-alert/store"
)

// secretRecords hold secrets in every place a record has. %s is a number, so that
// each record is another.
var secretRecords = []struct{ log, event, rest string }{
	{"smarty_accounts.log", "LOGIN_ERROR", `reason='account_does_not_exist' params={u'abonement': u'100245', u'password': u'QZMARKpw%s', u'msisdn': u'7912000110%s', u'mail': u'qzmark%s@example.com', u'deep': {u'token': [u'QZMARKlist', {u'x': u'QZMARKdict%s'}]}}`},
	{"smarty_accounts.log", "LOGIN_ERROR", "reason='unknown_error' params=<QueryDict: {u'authkey': [u'QZMARKqd%s'], u'card': [u'4111 1111 1111 1111']}>\nTraceback (most recent call last):\n  File \"/usr/share/microimpuls/smarty/api.py\", line 7, in get\n    login(password='QZMARKsource', token=\"QZMARKdouble\")\nValueError: wrong password 'QZMARKmessage' token=QZMARKtail for +7 912 000-11-01 5da94074db60083cc1393e3fd08bca%s"},
	{"smarty_content_requests.log", "CONTENT_REQUEST_ERROR", `url=u'http://bob:QZMARKuser@edge.example.com/?token=QZMARKtoken%s&hash=QZMARKhash&x=1' params={u'authkey': u'QZMARKauth', '+79120001103': 1}`},
	{"smarty_payment.log", "PAYTURE_REQUEST", `url='https://example.com/Init' args={'Key': 'QZMARKkey', 'Data': 'Password=QZMARKdata%s;x=1'} response=u'<?xml version="1.0"?><Init Success="False" Password="QZMARKattr"><Token>QZMARKxml</Token></Init>'`},
	{"smarty_custom.log", "hydra_request", `api_secret='QZMARKsecret' response='{"a": [{"apiKey": "QZMARKjson%s"}], "text": "{\\"password\\": \\"QZMARKnested\\"}"}' headers={'Authorization': 'Bearer QZMARKbearer', 'Set-Cookie': 'sessionid=QZMARKcookie; a=QZMARKsecond'}`},
	{"smarty_main.log", "Internal", "Server Error: /login/ request=<WSGIRequest\npath:/login/?pwd=QZMARKquery%s,\nCOOKIES:{'sessionid': 'QZMARKsession'},\nMETA:{'HTTP_COOKIE': 'QZMARKmeta', 'HTTP_AUTHORIZATION': 'Basic QZMARKbasic'}> account=None"},
	{"smarty_custom.log", "TOKEN=QZMARKevent%s", "password=QZMARKraw"},
	{"smarty_custom.log", "torn_request", `params={u'password': u'QZMARKtorn%s`},
}

const secretLiveRules = `
rules:
- {id: guess, event: LOGIN_ERROR, group_by: [params.password], mode: event, annotations: {summary: "%[1]s", description: "{{ .Samples }}"}}
- {id: caller, event: LOGIN_ERROR, group_by: [params.msisdn, params.mail], window: 2s, condition: count >= 1, annotations: {summary: "%[1]s"}}
- {id: worst, event: LOGIN_ERROR, window: 2s, aggregates: {n: {max: params.msisdn}, d: {distinct: params.password}}, condition: count >= 1, annotations: {summary: "%[1]s"}}
- {id: broken, event: LOGIN_ERROR, match: 'round(params.password) > 3', window: 2s, condition: count >= 1}
- {id: url, event: CONTENT_REQUEST_ERROR, group_by: [url], mode: event, labels: {team: tv}, annotations: {summary: "%[1]s"}}
- {id: pay, event: PAYTURE_REQUEST, group_by: [response, args], mode: event, annotations: {summary: "%[1]s"}}
- {id: rest, log: [smarty_custom, smarty_main], group_by: [event, module], mode: event, annotations: {summary: "%[1]s"}}
`

// secretMarks are in every secret, however it is written.
var secretMarks = []string{"QZMARK", "qzmark", "7912000110", "000-11-01", "1111 1111", "5da94074db"}

// holdsSecret fails when bytes hold a secret, as they are or as mail breaks lines.
func holdsSecret(t *testing.T, what string, data []byte) {
	t.Helper()
	data = bytes.ReplaceAll(data, []byte("=\r\n"), nil)
	for _, mark := range secretMarks {
		if at := bytes.Index(data, []byte(mark)); at >= 0 {
			t.Errorf("%s holds %s: …%q…", what, mark, data[max(0, at-150):min(len(data), at+60)])
		}
	}
}

func (s *site) secretLogs() {
	for i, r := range secretRecords {
		for k := range 2 {
			s.append(r.log, r.event, strings.ReplaceAll(r.rest, "%s", fmt.Sprint(1+(i+k)%8)))
		}
	}
}

// secretSite is a site with rules that tell all they know.
func secretSite(t *testing.T) *site {
	s := newSite(t)
	all := "{{ .Group }} {{ .Labels }} {{ .Values }} {{ .Samples }} {{ .Condition }}"
	s.write("rules.yaml", fmt.Sprintf(secretLiveRules, all))
	for _, end := range []string{"secret_file: hook-secret}", "tls: none}"} { // each alert in a message of its own
		s.edit("config.yaml", end, strings.Replace(end, "}", "}, rate_limit: {burst: 0}", 1))
	}
	return s
}

// No secret of a record leaves the service: to receivers, into its state, its
// log or its pages.
func TestRun_SecretsStayInside(t *testing.T) {
	t.Parallel()
	s := secretSite(t)
	s.append("smarty_accounts.log", "LOGIN_SUCCESS", "reason='x'")
	s.launch("--log-level", "debug")
	s.awaitAddress()
	s.eventually("ready", func() bool { return s.get("/-/ready") == 200 })
	s.secretLogs()
	for _, rule := range []string{"guess", "caller", "worst", "url", "pay", "rest"} {
		s.eventually("hook has "+rule, func() bool { return len(s.inbox.of("hook", `"rule":"`+rule+`"`)) > 0 })
	}
	s.eventually("mail has the last", func() bool { return len(s.inbox.of("mail", "TORN_REQUEST")) > 0 })
	s.inbox.mu.Lock()
	s.inbox.fail["hook"], s.inbox.fail["mail"], s.inbox.fail["slack"] = 1000, 1000, 1000 // the rest stays in the outbox
	s.inbox.mu.Unlock()
	s.secretLogs()
	s.eventually("the outbox fills", func() bool {
		_, text := s.fetch("/metrics")
		return strings.Contains(text, `smarty_alert_notification_failures_total{class="server",receiver="hook"}`)
	})
	for _, path := range []string{"/metrics", "/-/healthy", "/-/ready", "/"} {
		_, text := s.fetch(path)
		holdsSecret(t, path, []byte(text))
	}
	s.stateHoldsNoSecret() // while it runs, with its write-ahead log
	s.kill()
	s.stateHoldsNoSecret()
	s.launch("--log-level", "debug") // reads again from the state
	s.awaitAddress()
	s.eventually("ready", func() bool { return s.get("/-/ready") == 200 })
	if code := s.stop(); code != 0 {
		t.Errorf("exit status = %d, want 0", code)
	}
	s.stateHoldsNoSecret()
	s.snapshotHoldsNoSecret()
	holdsSecret(t, "the program's log", []byte(s.said()))
	for _, m := range s.inbox.all() {
		holdsSecret(t, m.receiver, []byte(m.id+m.text))
	}
}

func (s *site) stateHoldsNoSecret() {
	s.t.Helper()
	read := 0
	err := filepath.WalkDir(filepath.Join(s.dir, "state"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		read += len(data)
		holdsSecret(s.t, d.Name(), data)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	if read < 1000 {
		s.t.Errorf("the state is %d bytes", read)
	}
}

// snapshotHoldsNoSecret looks into what is encoded within the state.
func (s *site) snapshotHoldsNoSecret() {
	s.t.Helper()
	db, err := store.Open(context.Background(), filepath.Join(s.dir, "state"), store.Options{})
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	st, err := db.Load(context.Background())
	if err != nil {
		s.t.Fatal(err)
	}
	sn, err := decodeSnapshot(st.Snapshot)
	if err != nil || len(sn.Engine) < 1000 {
		s.t.Fatalf("snapshot of %d bytes: %v", len(sn.Engine), err)
	}
	if !bytes.Contains(sn.Engine, []byte("<redacted>")) {
		s.t.Error("the snapshot holds no sample")
	}
	holdsSecret(s.t, "the snapshot", sn.Engine)
}

// Nor does one leave a replay, in any of its forms.
func TestReplay_SecretsStayInside(t *testing.T) {
	s := secretSite(t)
	s.secretLogs()
	for _, args := range [][]string{
		{"--rules", filepath.Join(s.dir, "rules.yaml")}, {"--rules", filepath.Join(s.dir, "rules.yaml"), "--format", "jsonl", "--pending"},
		{"--config", filepath.Join(s.dir, "config.yaml")}, {"--config", filepath.Join(s.dir, "config.yaml"), "--format", "jsonl", "--log-level", "debug"},
	} {
		cmd := exec.Command(s.program, append(append([]string{"replay"}, args...), filepath.Join(s.dir, "logs"))...)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("replay %v: %v\n%s", args, err, stderr.String())
		}
		if n := bytes.Count(out, []byte("<redacted>")); n < 20 || !bytes.Contains(out, []byte("TORN_REQUEST")) {
			t.Errorf("replay %v hides %d times:\n%s", args, n, out)
		}
		holdsSecret(t, fmt.Sprintf("replay %v", args), out)
		holdsSecret(t, fmt.Sprintf("stderr of replay %v", args), stderr.Bytes())
	}
}
