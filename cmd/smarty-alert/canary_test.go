package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// canary is a secret that must not be found anywhere.
type canary struct {
	value string // as it would be found
	text  string // as it stands in a record
}

// canaryKeys announce secrets; canaryForms are the ways to write a key and a value.
var (
	canaryKeys = []string{"password", "api_key", "authkey", "signature", "validation_code", "parent_code", "token", "client_secret", "passwd", "access_key",
		"X-Api-Key", "user_pwd", "smsCodes", "session_id", "private_key", "auth_token"}
	canaryForms = []string{
		`%[1]s='%[2]s'`, `%[1]s=u'%[2]s'`, `%[1]s="%[2]s"`, `%[1]s=%[2]s`, `q={u'%[1]s': u'%[2]s'}`, `q={'a': {'%[1]s': ['%[2]s', 1]}}`,
		`q=<QueryDict: {u'%[1]s': [u'%[2]s']}>`, `q='{"%[1]s": "%[2]s"}'`, `q=u'{"a": [{"%[1]s":"%[2]s"}]}'`, `q='{"a": "{\\"%[1]s\\": \\"%[2]s\\"}"}'`,
		`q='https://example.com/x?a=1&%[1]s=%[2]s&b=2'`, `q='a=1&%[1]s=%[2]s'`, `q=[('%[1]s', '%[2]s')]`, `q=[{'name': '%[1]s', 'value': '%[2]s'}]`,
		`q='<r %[1]s="%[2]s"/>'`, `q='<%[1]s>%[2]s</%[1]s>'`, `q={'headers': {'%[1]s': '%[2]s'}}`, `q=b'%[1]s=%[2]s'`, `q='%[1]s: %[2]s'`,
		`q=Form(%[1]s='%[2]s')`, `q='user[%[1]s]=%[2]s'`, `q='%%7B%%22%[1]s%%22%%3A%%22%[2]s%%22%%7D'`,
	}
	// Others need no key, or one of their own.
	canaryOthers = []func(i int) canary{
		func(i int) canary {
			v := canaryWord(i)
			return canary{v, fmt.Sprintf(`q={'Authorization': 'Bearer %s'}`, v)}
		},
		func(i int) canary {
			v := canaryWord(i)
			return canary{v, fmt.Sprintf(`q='http://bob:%s@edge.example.com/live'`, v)}
		},
		func(i int) canary {
			v := base64.StdEncoding.EncodeToString([]byte("bob:" + canaryWord(i)))
			return canary{v, fmt.Sprintf(`q='Authorization: Basic %s'`, v)}
		},
		func(i int) canary {
			v := "eyJhbGciOiJIUzI1NiJ9." + base64.RawURLEncoding.EncodeToString([]byte(`{"n":"`+canaryWord(i)+`"}`)) + "." + canaryHex(i)[:43]
			return canary{v[21:], `q='got ` + v + ` there'`}
		},
		func(i int) canary { v := canaryHex(i); return canary{v[:32], `q='id ` + v[:32] + `'`} },
		func(i int) canary { v := canaryHex(i); return canary{v, `q=u'` + v + `'`} },
		func(i int) canary {
			v := fmt.Sprintf("canary%04d@example.com", i)
			return canary{v, `q='mail of ` + v + `'`}
		},
		func(i int) canary { v := fmt.Sprintf("7912%07d", 5550000+i); return canary{v, `q='call +` + v + `'`} },
		func(i int) canary { v := fmt.Sprintf("8912%07d", 5550000+i); return canary{v, `q=u'` + v + `'`} },
		func(i int) canary {
			v := fmt.Sprintf("912) 555-%02d-%02d", i/100, i%100)
			return canary{v, `q='+7 (` + v + `'`}
		},
		func(i int) canary { v := fmt.Sprintf("912%07d", 5550000+i); return canary{v, `msisdn='` + v + `'`} },
		func(i int) canary { v := canaryCard(i); return canary{v, `q='paid by ` + v + `'`} },
		func(i int) canary {
			v := canaryCard(i)
			v = v[:4] + " " + v[4:8] + " " + v[8:12] + " " + v[12:]
			return canary{v, `q='` + v + `'`}
		},
		func(i int) canary { v := canaryWord(i); return canary{v, `q='wrong password ` + v + `'`} },
		func(i int) canary { v := canaryWord(i); return canary{v, `q='curl -u bob:` + v + ` x'`} },
		func(i int) canary {
			v := canaryWord(i)
			return canary{v, `q='Set-Cookie: sessionid=` + v + `; path=/'`}
		},
	}
)

func canaryWord(i int) string { return fmt.Sprintf("Cnry%04dx%s", i, canaryHex(i)[:4]) }

func canaryHex(i int) string {
	sum := sha256.Sum256([]byte(fmt.Sprint("canary ", i)))
	return hex.EncodeToString(sum[:])
}

// canaryCard has a right check digit.
func canaryCard(i int) string {
	digits := fmt.Sprintf("411111%09d", i)
	sum := 0
	for k := range digits {
		n := int(digits[len(digits)-1-k] - '0')
		if k%2 == 0 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return digits + fmt.Sprint((10-sum%10)%10)
}

func canaries() (out []canary) {
	for _, form := range canaryForms {
		for _, key := range canaryKeys {
			v := canaryWord(len(out))
			out = append(out, canary{v, fmt.Sprintf(form, key, v)})
		}
	}
	for range 12 {
		for _, other := range canaryOthers {
			out = append(out, other(len(out)))
		}
	}
	return out
}

// canaryRules tell all they know; each group shows all its records.
const canaryRules = `
rules:
- {id: canary, event: CANARY, group_by: [n], window: 60s, condition: count >= 6, annotations: {summary: "{{ .Group }} {{ .Labels }} {{ .Values }}", description: "{{ .Samples }}"}}
- {id: shown, event: CANARY, group_by: [q], mode: event, annotations: {summary: "{{ .Group }}"}}
`

// canaryLogs writes two canaries to a record, six records to a group.
func (s *site) canaryLogs(all []canary) {
	s.t.Helper()
	f, err := os.OpenFile(filepath.Join(s.dir, "logs", "smarty_custom.log"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		s.t.Fatal(err)
	}
	defer f.Close()
	n := 0
	for pair := range slices.Chunk(all, 2) {
		texts := make([]string, len(pair))
		for i, c := range pair {
			texts[i] = c.text
		}
		s.record(f, "CANARY", fmt.Sprintf("n=%d %s", n/6, strings.Join(texts, " ")))
		n++
	}
}

// holdsCanary fails when bytes hold one, as it is or as mail breaks lines.
func holdsCanary(t *testing.T, what string, data []byte, all []canary) {
	t.Helper()
	data = bytes.ReplaceAll(data, []byte("=\r\n"), nil)
	found := 0
	for _, c := range all {
		if at := bytes.Index(data, []byte(c.value)); at >= 0 {
			if found++; found < 10 {
				t.Errorf("%s holds %s, written %s: …%q…", what, c.value, c.text, data[max(0, at-60):min(len(data), at+60)])
			}
		}
	}
	if found >= 10 {
		t.Errorf("%s holds %d canaries", what, found)
	}
}

func canarySite(t *testing.T) (*site, []canary) {
	s, all := newSite(t), canaries()
	if len(all) < 500 {
		t.Fatalf("%d canaries", len(all))
	}
	for _, c := range all {
		if !strings.Contains(c.text, c.value) {
			t.Errorf("%s would not be found as %s", c.text, c.value)
		}
	}
	s.write("rules.yaml", canaryRules)
	return s, all
}

// No canary gets out: not to receivers, into the state (with its write-ahead log),
// the program's own log or what it answers.
func TestRun_CanariesStayInside(t *testing.T) {
	t.Parallel()
	s, all := canarySite(t)
	s.append("smarty_custom.log", "OTHER", "")
	s.launch("--log-level", "debug")
	s.awaitAddress()
	s.eventually("ready", func() bool { return s.get("/-/ready") == 200 })
	s.canaryLogs(all)
	for _, receiver := range []string{"slack", "mail", "hook"} {
		s.eventually(receiver+" has the canaries", func() bool {
			return len(s.inbox.of(receiver, "canary")) > 0
		})
	}
	s.eventually("hook has all samples", func() bool {
		hidden := 0
		for _, m := range s.inbox.of("hook", `"rule":"canary"`) {
			hidden = max(hidden, strings.Count(m.text, "redacted"))
		}
		return hidden > len(all)/2
	})
	for _, path := range []string{"/metrics", "/api/v2/alerts", "/api/v2/alerts/groups", "/api/v1/deliveries"} {
		if _, text := s.fetch(path); text != "" {
			holdsCanary(t, path, []byte(text), all)
		}
	}
	s.stateHoldsNoCanary(all) // while it runs, with its write-ahead log
	if code := s.stop(); code != 0 {
		t.Errorf("exit status = %d, want 0", code)
	}
	s.stateHoldsNoCanary(all)
	holdsCanary(t, "the program's log", []byte(s.said()), all)
	for _, m := range s.inbox.all() {
		holdsCanary(t, m.receiver, []byte(m.id+m.text), all)
	}
}

func (s *site) stateHoldsNoCanary(all []canary) {
	s.t.Helper()
	read := 0
	err := filepath.WalkDir(filepath.Join(s.dir, "state"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		read += len(data)
		holdsCanary(s.t, d.Name(), data, all)
		return err
	})
	if err != nil || read < 1000 {
		s.t.Fatalf("the state is %d bytes: %v", read, err)
	}
}

func TestReplay_CanariesStayInside(t *testing.T) {
	s, all := canarySite(t)
	s.canaryLogs(all)
	for _, format := range []string{"text", "jsonl"} {
		cmd := exec.Command(s.program, "replay", "--config", filepath.Join(s.dir, "config.yaml"), "--format", format, "--log-level", "debug", filepath.Join(s.dir, "logs"))
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("replay: %v\n%s", err, out)
		}
		if !bytes.Contains(out, []byte("canary")) || !bytes.Contains(out, []byte("<redacted>")) {
			t.Errorf("replay --format %s tells of nothing:\n%.2000s", format, out)
		}
		holdsCanary(t, "replay --format "+format, out, all)
	}
}
