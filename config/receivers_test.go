package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/config"
)

const receiversFile = `
logs: [a.log]
rules: rules
receivers:
  duty:
    telegram: {token_file: token, chat_id: -1001234567890, message_thread_id: 7, proxy: "socks5://127.0.0.1:1080", broadcast_resolved: true}
    proxy_file: proxy
    fallback: log
  channel:
    telegram: {token_file: token, chat_id: "@noc_alerts", api_url: "http://127.0.0.1:8081", allow_loopback: true}
    ca_file: ca.pem
  sms:
    webhook:
      url: https://smsc.ru/sys/send.php
      preset: smsc
      secret_file: secret
      params: {login: noc, phones: "70000000000"}
    proxy_file: proxy
  own:
    webhook:
      url: https://chat.example.com/api
      method: PUT
      headers: {Authorization: "Bearer {{.Secret}}", X-Room: noc}
      body: '{"text": {{.Title}}}'
      success: json.ok
      secret_file: secret
  log: {file: {path: alerts.jsonl, sync: true}}
  out: {file: {path: "-"}}
route:
  receiver: duty
  routes:
  - {matchers: [a="1"], receiver: channel}
  - {matchers: [a="2"], receiver: sms}
  - {matchers: [a="3"], receiver: own}
  - {matchers: [a="4"], receiver: out}
`

func TestParse_Receivers(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"token": "123456:hush", "proxy": "http://user:hush@proxy.example.com:3128", "secret": "hush", "ca.pem": pem} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, warnings, err := config.Parse(filepath.Join(dir, "config.yaml"), []byte(receiversFile), env)
	if err != nil || len(warnings) > 0 {
		t.Fatal(describe(warnings, err))
	}
	proxied := config.HTTP{Proxy: "http://user:hush@proxy.example.com:3128"}
	want := map[string]any{
		"duty":    &config.Telegram{HTTP: config.HTTP{Proxy: "socks5://127.0.0.1:1080"}, Token: "123456:hush", Chat: "-1001234567890", Thread: 7, BroadcastResolved: true},
		"channel": &config.Telegram{HTTP: config.HTTP{CA: []byte(pem), AllowLoopback: true}, Token: "123456:hush", Chat: "@noc_alerts", APIURL: "http://127.0.0.1:8081"},
		"sms":     &config.Webhook{HTTP: proxied, URL: "https://smsc.ru/sys/send.php", Secret: "hush", Preset: "smsc", Params: map[string]string{"login": "noc", "phones": "70000000000"}},
		"own": &config.Webhook{URL: "https://chat.example.com/api", Secret: "hush", Method: "PUT", Headers: map[string]string{"Authorization": "Bearer {{.Secret}}", "X-Room": "noc"},
			Body: `{"text": {{.Title}}}`, Success: "json.ok"},
		"log": &config.File{Path: filepath.Join(dir, "alerts.jsonl"), Sync: true},
		"out": &config.File{Path: "-"},
	}
	for _, r := range c.Receivers {
		var got any = r.Telegram
		switch {
		case r.Webhook != nil:
			got = r.Webhook
		case r.File != nil:
			got = r.File
		}
		if diff := cmp.Diff(want[r.Name], got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", r.Name, diff)
		}
	}
	if c.Receivers[0].Fallback != "log" {
		t.Errorf("fallback %q", c.Receivers[0].Fallback)
	}
}

// What is wrong with a file of certificates is said without what is in it.
func TestParse_CAFileWithoutCertificates(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "ca.pem"), []byte("hush"), 0o600); err != nil {
		t.Fatal(err)
	}
	file := "logs: [a.log]\nrules: rules\nreceivers:\n  noc: {webhook: {url: https://example.com/}, ca_file: ca.pem}\nroute: {receiver: noc}\n"
	_, warnings, err := config.Parse(filepath.Join(dir, "config.yaml"), []byte(file), env)
	if got := describe(warnings, err); !strings.Contains(got, "holds no certificate") || strings.Contains(got, "hush") {
		t.Error(got)
	}
}

// pem is of a key that nobody has.
const pem = `-----BEGIN CERTIFICATE-----
MIIBTzCB9aADAgECAgEBMAoGCCqGSM49BAMCMBYxFDASBgNVBAMTC2V4YW1wbGUu
Y29tMCAXDTIzMTExNDIyMTMyMFoYDzIwOTkxMjAzMTY1MzIwWjAWMRQwEgYDVQQD
EwtleGFtcGxlLmNvbTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABGxseNih1+67
7D+PHhZGamT4gpbgwJF8ov+9GZpTQwBxWYHLQo+3r4TMXnTWBAm/1IBZ9DfhFQB8
xj6Ne3mwMuWjMjAwMA8GA1UdEwEB/wQFMAMBAf8wHQYDVR0OBBYEFOL+GC7wGTUK
OUpt9h72jkjPpfA3MAoGCCqGSM49BAMCA0kAMEYCIQD9DzPVZUnLpvTa1ab3nrKm
NJZ0wAnorXRtP5zt8Dqg2QIhAIfjy4sjH5ByZ180rQr8sS3nenzyPmJjahlOqYsK
UlOD
-----END CERTIFICATE-----
`
