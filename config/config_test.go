package config_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.yaml.in/yaml/v4"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/config"
)

const example = "../examples/config.yaml"

func TestLoad_Minimal(t *testing.T) {
	c, warnings, err := config.Load("testdata/good/minimal.yaml", nil)
	if err != nil || len(warnings) > 0 {
		t.Fatal(describe(warnings, err))
	}
	want := &config.Config{
		File: "testdata/good/minimal.yaml", Version: 1, Timezone: time.UTC, Language: config.English,
		Logs: []config.Log{{Path: "/var/log/microimpuls/smarty/*.log", Start: config.Start(time.Hour), Zone: time.UTC,
			Lateness: 2 * time.Second}},
		Lateness: 2 * time.Second, Rules: []string{"testdata/good/rules"},
		State:    config.State{Dir: "/var/lib/smarty-alert", Retention: 30 * 24 * time.Hour, MaxSize: 2e9},
		Web:      config.Web{Listen: "127.0.0.1:9099"},
		Flapping: config.Flapping{Transitions: 10, Within: time.Hour}, CatchUp: 15 * time.Minute,
		Receivers: []config.Receiver{{Name: "mail", Timeout: 10 * time.Second, SendResolved: true, RateLimit: config.RateLimit{Burst: 5, Per: time.Minute}, Email: &config.Email{
			To: []string{"noc@example.com"}, From: "smarty-alert@example.com", Smarthost: "127.0.0.1:25", TLS: config.NoTLS}}},
		Route: &config.Route{Receiver: "mail"},
	}
	c.Calendars = nil // empty
	if diff := cmp.Diff(want, c, cmp.Comparer(func(a, b *time.Location) bool { return a == b }), cmpopts.IgnoreUnexported(config.Config{})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// credentials writes what the example's receivers name.
func credentials(t *testing.T) (dir string, env func(string) (string, bool)) {
	t.Helper()
	dir = t.TempDir()
	for name, text := range map[string]string{
		"slack-token": "xoxb-hush\n", "chat-webhook": "https://hooks.example.com/hush\r\n", "mail-password": "hush", "hook-secret": "hush\n",
		"telegram-token": "123456:hush", "smsc-password": "hush",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir, func(name string) (string, bool) { return dir, name == "CREDENTIALS_DIRECTORY" }
}

func TestLoad_Example(t *testing.T) {
	_, env := credentials(t)
	c, warnings, err := config.Load(example, env)
	if err != nil || len(warnings) > 0 {
		t.Fatal(describe(warnings, err))
	}
	moscow := c.Timezone.String()
	if moscow != "Europe/Moscow" || c.Instance != "app-1" || !cmp.Equal(c.Rules, []string{"../examples/rules"}) {
		t.Errorf("zone %s, instance %s, rules %q", moscow, c.Instance, c.Rules)
	}
	if l := c.Logs[1]; l.Start != config.FromEnd || !l.IgnoreOffset || l.Zone.String() != "Europe/Moscow" || l.Instance != "edge-1" {
		t.Errorf("logs[1] = %+v", l)
	}
	if got := c.CalendarNames(); !cmp.Equal(got, []string{"backup", "nights", "office"}) {
		t.Errorf("calendars %q", got)
	}
	if !cmp.Equal(c.Redact, config.Redact{Keys: []string{"contract_no"}, Allow: []string{"params.signature"}}) {
		t.Errorf("redact = %+v", c.Redact)
	}
	noc, _ := c.Receiver("noc")
	chat, _ := c.Receiver("chat")
	mail, _ := c.Receiver("mail")
	hook, _ := c.Receiver("hook")
	for name, got := range map[string][2]string{
		"token":       {noc.Slack.Token.Reveal(), "xoxb-hush"},
		"webhook_url": {chat.Slack.WebhookURL.Reveal(), "https://hooks.example.com/hush"},
		"password":    {mail.Email.Password.Reveal(), "hush"},
		"secret":      {hook.Webhook.Secret.Reveal(), "hush"},
		"url":         {hook.Webhook.URL.Reveal(), "http://127.0.0.1:8080/smarty"},
		"from":        {mail.Email.From, `"Smarty Alert" <smarty-alert@example.com>`},
	} {
		if got[0] != got[1] {
			t.Errorf("%s = %q, want %q", name, got[0], got[1])
		}
	}
	if !hook.Webhook.AllowLoopback || hook.Timeout != 5*time.Second || chat.SendResolved {
		t.Errorf("hook %+v, chat %+v", hook, chat)
	}
	checkExampleRoute(t, c)
}

func checkExampleRoute(t *testing.T, c *config.Config) {
	t.Helper()
	r := c.Route
	if r.Receiver != "noc" || r.GroupWait != 10*time.Second || r.GroupInterval != 5*time.Minute || r.RepeatInterval != 4*time.Hour {
		t.Errorf("root = %+v", r)
	}
	critical, info, stream := r.Routes[1], r.Routes[2], r.Routes[3]
	if critical.GroupWait >= 0 || critical.GroupBy != nil || !critical.Continue {
		t.Errorf("group_wait: 0s must be negative, group_by inherited: %+v", critical)
	}
	if info.GroupBy == nil || len(info.GroupBy) != 0 || info.Active[0].Name() != "office" {
		t.Errorf("group_by: [] must be empty, not nil: %+v", info)
	}
	if len(stream.Mute) != 2 || stream.Routes[0].Receiver != "chat" {
		t.Errorf("stream = %+v", stream)
	}
	if ls := alert.NewLabels(alert.Label{Name: "severity", Value: "critical"}); !critical.Matchers.Matches(ls) || info.Matchers.Matches(ls) {
		t.Error("matchers do not match")
	}
	night := time.Date(2026, 3, 2, 20, 0, 0, 0, time.UTC) // 23:00 in Moscow
	if !stream.Mute[0].Contains(night) || info.Active[0].Contains(night) {
		t.Error("calendars do not hold the zone's hours")
	}
}

// Whoever replays need not be able to read the service's secrets.
func TestLoadDry_OpensNoSecrets(t *testing.T) {
	none := func(string) (string, bool) { return "", false }
	c, warnings, err := config.LoadDry(example, none)
	if err != nil || len(warnings) > 0 {
		t.Fatal(describe(warnings, err))
	}
	if r, _ := c.Receiver("noc"); r.Slack.Token != "" || r.Slack.Channel != "#noc" {
		t.Errorf("noc = %+v", r.Slack)
	}
	if _, warnings, err := config.ParseDry("c.yaml", []byte("state: {dir: \"${STATE_DIRECTORY}\"}\n"), none); err != nil || len(warnings) != 1 {
		t.Error(describe(warnings, err))
	}
}

func TestLoad_NoDumpShowsASecret(t *testing.T) {
	_, env := credentials(t)
	c, _, err := config.Load(example, env)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("loaded", slog.Any("config", c.Receivers))
	asJSON, _ := json.Marshal(c.Receivers)
	noc, _ := c.Receiver("noc")
	asYAML, err := yaml.Marshal(noc.Slack)
	if err != nil {
		t.Fatal(err)
	}
	dump := log.String() + string(asJSON) + string(asYAML)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		dump += fmt.Sprintf(verb, *noc.Slack) + fmt.Sprintf(verb, noc.Slack.Token)
	}
	if strings.Contains(dump, "hush") || strings.Contains(dump, fmt.Sprintf("%x", "hush")) || !strings.Contains(dump, "<redacted>") {
		t.Errorf("a secret is shown, or nothing: %s", dump)
	}
}

func TestParse_SecretFileThatAllCanRead(t *testing.T) {
	dir, env := credentials(t)
	if err := os.Chmod(filepath.Join(dir, "slack-token"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, warnings, err := config.Load(example, env)
	if err != nil || len(warnings) != 1 || warnings[0].Hint != "chmod o-r "+filepath.Join(dir, "slack-token") {
		t.Error(describe(warnings, err))
	}
}

func TestParse_ValuesAndPaths(t *testing.T) {
	const text = `
timezone: ${ZONE}
logs:
- {path: "${LOGS}/$${x}.log", start: beginning, lateness: 0s}
- {path: b.log, start: 0s, lateness: 30s, timezone: Asia/Omsk}
- ../c.log
rules: [/etc/rules, "*.yaml"]
state: {dir: state, max_size: 1 GiB, retention: 1w}
receivers:
  hook: {webhook: {url: "https://example.com/${KEY}", secret: "a${KEY}"}, send_resolved: ${NO}}
route: {receiver: hook}
`
	flow := strings.ReplaceAll(text, "send_resolved: ${NO}", `send_resolved: "${NO}"`)
	values := map[string]string{"ZONE": "Europe/Moscow", "LOGS": "logs", "KEY": "hush", "NO": "false"}
	c, warnings, err := config.Parse("/etc/smarty/c.yaml", []byte("\ufeff"+flow), func(n string) (string, bool) { v, ok := values[n]; return v, ok })
	if err != nil || len(warnings) > 0 {
		t.Fatal(describe(warnings, err))
	}
	var paths []string
	for _, l := range c.Logs {
		paths = append(paths, l.Path)
	}
	if want := []string{"/etc/smarty/logs/${x}.log", "/etc/smarty/b.log", "/etc/c.log"}; !cmp.Equal(paths, want) {
		t.Errorf("paths %q, want %q", paths, want)
	}
	if c.Logs[0].Start != config.FromBeginning || c.Logs[1].Start != config.FromEnd || c.Logs[0].Lateness != 0 || c.Lateness != 30*time.Second {
		t.Errorf("logs = %+v, lateness %v", c.Logs, c.Lateness)
	}
	if c.Logs[0].Zone.String() != "Europe/Moscow" || c.Logs[1].Zone.String() != "Asia/Omsk" {
		t.Errorf("zones %v %v", c.Logs[0].Zone, c.Logs[1].Zone)
	}
	if c.State != (config.State{Dir: "/etc/smarty/state", MaxSize: 1 << 30, Retention: 7 * 24 * time.Hour}) {
		t.Errorf("state = %+v", c.State)
	}
	r := c.Receivers[0]
	if r.SendResolved || r.Webhook.URL.Reveal() != "https://example.com/hush" || r.Webhook.Secret.Reveal() != "ahush" {
		t.Errorf("receiver = %+v", r)
	}
}

func TestLoad_Quiet(t *testing.T) {
	c, warnings, err := config.Load("testdata/good/quiet.yaml", nil)
	if err != nil || len(warnings) > 0 {
		t.Fatal(err, warnings)
	}
	if got, want := c.Receivers[0].RateLimit, (config.RateLimit{Burst: 3, Per: 10 * time.Minute}); got != want || c.Receivers[1].RateLimit.Burst != 0 {
		t.Errorf("limits %v and %v", got, c.Receivers[1].RateLimit)
	}
	if next, ok := c.Route.Routes[0].Digest.Next(0); !ok || next != 6*3600 {
		t.Errorf("the first digest of 1970 is at %d, want 09:00 in Moscow", next)
	}
	if c.Flapping != (config.Flapping{Transitions: 6, Within: 30 * time.Minute}) || c.CatchUp != time.Hour || len(c.Inhibit) != 1 || c.Inhibit[0].Equal[0] != "params.abonement" {
		t.Errorf("flapping %v, inhibition %v", c.Flapping, c.Inhibit)
	}
	s := c.Silences[0]
	if s.StartsAt.UTC().Format(time.RFC3339) != "2026-01-31T22:00:00Z" || s.EndsAt.Sub(s.StartsAt) != 4*time.Hour || len(s.Matchers) != 2 || s.CreatedBy != "anna" {
		t.Errorf("silence %+v", s)
	}
}

func TestParse_ExternalURL(t *testing.T) {
	for written, want := range map[string]string{
		"https://alerts.example.com":           "https://alerts.example.com/",
		"https://alerts.example.com/":          "https://alerts.example.com/",
		"http://10.0.0.1:8080/ui":              "http://10.0.0.1:8080/ui/",
		"ftp://alerts.example.com/":            "not an http or https address",
		"https://":                             "not an http or https address",
		"https://alerts.example.com/ui |x":     "not an http or https address",
		"https://anna:hush@alerts.example.com": "an address alone is wanted",
		"https://alerts.example.com/?x=1":      "an address alone is wanted",
		"https://alerts.example.com/#/alerts":  "an address alone is wanted",
	} {
		c, _, err := config.ParseDry("c.yaml", []byte("web: {external_url: '"+written+"'}\n"), env)
		switch {
		case err != nil && !strings.Contains(err.Error(), want):
			t.Errorf("%s: %v, want %s", written, err, want)
		case err == nil && c.Web.ExternalURL != want:
			t.Errorf("%s: %q, want %s", written, c.Web.ExternalURL, want)
		}
	}
}
