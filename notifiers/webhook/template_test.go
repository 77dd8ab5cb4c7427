package webhook_test

import (
	"encoding/json"
	"encoding/xml"
	"flag"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/notifiers/fakes"
	"github.com/smarty-alert/smarty-alert/notifiers/hostile"
	"github.com/smarty-alert/smarty-alert/notifiers/webhook"
)

var update = flag.Bool("update", false, "write the golden files")

func hook(t *testing.T, tm webhook.Template, secret notifiers.Secret) (*fakes.Hook, *fakes.Faulty, *webhook.Receiver) {
	t.Helper()
	h := &fakes.Hook{}
	faulty := &fakes.Faulty{Handler: h}
	srv := httptest.NewServer(faulty)
	t.Cleanup(srv.Close)
	r, err := webhook.New(webhook.Options{URL: notifiers.Secret(srv.URL + "/hook?key=s3cr3t"), Secret: secret, Template: &tm,
		Voice: notifiers.Voice{Zone: time.FixedZone("MSK", 3*3600)}, HTTP: notifiers.HTTPOptions{AllowLoopback: true}})
	if err != nil {
		t.Fatal(err)
	}
	return h, faulty, r
}

func edge(state alert.State) alert.Delivery {
	a := alert.Transition{Rule: "edge", Name: "Узел не отвечает", Group: alert.NewLabels(alert.Label{Name: "узел", Value: "edge_07"}), State: state, Severity: alert.Critical, AlertID: "a",
		StartsAt: 1768435390, EndsAt: 1768437680, Values: []alert.Value{{Name: "count", V: int64(7)}}, Condition: "count > 5", Window: 600,
		Annotations: alert.NewLabels(alert.Label{Name: "summary", Value: `7 отказов "узла" <b>`}, alert.Label{Name: "runbook_url", Value: "https://wiki.example.com/a?b=1&c=2"}),
		Samples:     []alert.Sample{{Source: "app1/x", File: "x.log", Pos: 17, Text: "ERROR @here http://evil.example ```\nline 2"}}}
	status := "firing"
	if state == alert.Resolved {
		status = "resolved"
	}
	reason := map[string]notifiers.Reason{"firing": notifiers.First, "resolved": notifiers.Resolved}[status]
	return alert.Delivery{ID: "d1", Receiver: "noc", Reason: string(reason), Created: time.Unix(1768435700, 0), Message: alert.Message{Receiver: "noc", Status: status, Alerts: []alert.Transition{a}}}
}

func preset(name string) (webhook.Template, notifiers.Secret) {
	if name == "smsc" {
		return webhook.Preset(name).With(webhook.Template{Params: map[string]string{"login": "noc", "phones": "70000000000"}}), "pa&ss"
	}
	return webhook.Preset(name).With(webhook.Template{}), ""
}

func TestPresets_Golden(t *testing.T) {
	for _, name := range webhook.Presets() {
		tm, secret := preset(name)
		h, _, r := hook(t, tm, secret)
		h.Answer = `{"id":1,"cnt":1}`
		if err := send(t, r, edge(alert.Firing)); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		c := h.Last()
		got := c.Method + " " + c.Header.Get("Content-Type") + "\n" + c.Body + "\n"
		file := filepath.Join("testdata", name+".txt")
		if *update {
			_ = os.MkdirAll("testdata", 0o755)
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestTemplate_MethodsHeadersAndSignature(t *testing.T) {
	h, _, r := hook(t, webhook.Template{Method: "PUT", Headers: map[string]string{"content-type": "text/plain; charset=utf-8", "X-Title": "{{.Title}}", "Authorization": "Bearer {{.Secret}}"},
		Body: "{{.Title}}\n{{range .Alerts}}{{.Head | upper}}{{end}}"}, "s3cr3t")
	if err := send(t, r, edge(alert.Firing)); err != nil {
		t.Fatal(err)
	}
	c := h.Last()
	if c.Method != "PUT" || c.Header.Get("Authorization") != "Bearer s3cr3t" || c.Header.Get("webhook-signature") != "" || c.Header.Get("Content-Type") != "text/plain; charset=utf-8" ||
		!strings.Contains(c.Body, "УЗЕЛ НЕ ОТВЕЧАЕТ") || c.Header.Get("webhook-id") != "d1" {
		t.Errorf("%+v", c)
	}
	h, _, r = hook(t, webhook.Template{Body: `{"t": {{.Title}}}`}, "a key")
	if err := send(t, r, edge(alert.Firing)); err != nil || h.Last().Header.Get("webhook-signature") == "" {
		t.Errorf("a body of a template is not signed: %v", err)
	}
	h, _, r = hook(t, webhook.Template{Method: "GET", Body: "to={{index .Params `to`}}&mes={{.Title}}", Params: map[string]string{"to": "a b"}}, "")
	if err := send(t, r, edge(alert.Resolved)); err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(h.Last().Path)
	if err != nil || h.Last().Body != "" || u.Query().Get("key") != "s3cr3t" || u.Query().Get("to") != "a b" || u.Query().Get("mes") != "[RESOLVED] CRITICAL: Узел не отвечает (узел=edge_07)" {
		t.Errorf("%v, %+v", err, h.Last())
	}
}

func TestTemplate_Success(t *testing.T) {
	for name, tc := range map[string]struct {
		success, answer string
		status          int
		want            string // class of the error
	}{
		"as it should":         {`json.code == 0`, `{"code":0}`, 200, ""},
		"by the text":          {`body startsWith "OK"`, "OK 7", 200, ""},
		"by the status":        {`status in [200, 302]`, "", 302, ""},
		"refused in words":     {`json.code == 0`, `{"code":7,"error":"no money for s3cr3t"}`, 200, "rejected"},
		"no JSON":              {`json.code == 0`, "<html>", 200, "rejected"},
		"status first":         {`json.code == 0`, "oops", 503, "server"},
		"of the wrong kind":    {`json.code > 5`, `{"code":"x"}`, 200, "rejected"},
		"too much is asked of": {`len(json) > 0 and json.a`, `{"a":1}`, 200, "rejected"},
	} {
		h, _, r := hook(t, webhook.Template{Body: `{}`, Success: tc.success}, "s3cr3t")
		h.Answer, h.Status = tc.answer, tc.status
		got := send(t, r, edge(alert.Firing))
		if (got == nil) != (tc.want == "") || got != nil && got.Class != tc.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestTemplate_Faults(t *testing.T) {
	for fault, class := range map[fakes.Fault]string{
		fakes.OK: "", fakes.BadRequest: "rejected", fakes.Unauthorized: "rejected", fakes.NotFound: "rejected", fakes.TooMany: "rate_limited", fakes.TooManyAfter: "rate_limited",
		fakes.Broken: "server", fakes.Hang: "timeout", fakes.Reset: "network", fakes.AcceptReset: "network", fakes.Garbage: "rejected", fakes.Drip: "",
	} {
		t.Run(string(fault), func(t *testing.T) {
			h, faulty, r := hook(t, webhook.Template{Body: `{}`, Success: `json?.ok`}, "")
			h.Answer = `{"ok":true}`
			faulty.Next = func(*http.Request) fakes.Fault { return fault }
			got := send(t, r, edge(alert.Firing))
			if (got == nil) != (class == "") || got != nil && got.Class != class {
				t.Errorf("%v", got)
			}
		})
	}
}

func TestCheck_Faults(t *testing.T) {
	for name, tm := range map[string]webhook.Template{
		"syntax": {Body: "{{.Title"}, "unknown": {Body: `{"a": {{.Titel}}}`}, "function": {Body: `{"a": {{exec "id"}}}`}, "not JSON": {Body: `{"a": }`}, "an open text": {Body: `{"a": "{{.Title}}}`},
		"branches": {Body: `{"a": {{if .Firing}}"x{{end}}"}`}, "a loop over a quote": {Body: `{"a": {{range .Alerts}}"{{end}}}`}, "backslash": {Body: `{"a": "\{{.Title}}"}`},
		"another template": {Body: `{{define "x"}}{{end}}{{template "x"}}`}, "endless": {Body: `{{range $i := 1000000000}}aaaaaaaaaa{{end}}`, Headers: map[string]string{"Content-Type": "text/plain"}},
		"type": {Headers: map[string]string{"Content-Type": "text/html"}, Body: "x"}, "no type": {Headers: map[string]string{"Content-Type": "///"}, Body: "x"}, "get": {Method: "GET", Headers: map[string]string{"Content-Type": "application/json"}, Body: "{}"},
		"no parameter": webhook.Preset("smsc"), "header": {Headers: map[string]string{"X-A": "{{.Nothing}}"}, Body: "{}"},
		"success": {Body: "{}", Success: "status ="}, "success of no truth": {Body: "{}", Success: "status"}, "success unknown": {Body: "{}", Success: "stauts == 200"},
	} {
		if err := webhook.Check(tm); err == nil {
			t.Errorf("%s: nothing is found", name)
		}
	}
}

// A template that fails over one delivery alone loses nothing.
func TestTemplate_FailsAtRunTime(t *testing.T) {
	h, _, r := hook(t, webhook.Template{Body: `{"a": {{if eq (len .Alerts) 1}}{{index .Alerts 5}}{{else}}1{{end}}}`}, "")
	if err := send(t, r, edge(alert.Firing)); err != nil {
		t.Fatal(err)
	}
	var m map[string]string
	if err := json.Unmarshal([]byte(h.Last().Body), &m); err != nil || !strings.Contains(m["text"], "Узел не отвечает") || !strings.Contains(m["text"], "the template fails") {
		t.Errorf("%v: %s", err, h.Last().Body)
	}
}

var alive = regexp.MustCompile("@(here|channel|all|everyone)|://|www\\.|[\u202e\u2066\x00\x1b]")

// Whatever a log says, it is one text where the template put it.
func TestTemplate_HostileTextDoesNotBreakOut(t *testing.T) {
	js, _, jr := hook(t, webhook.Template{Body: `{"in": "{{.Title}}", "out": {{.Title}}, "list": [{{range $i, $a := .Alerts}}{{if $i}},{{end}}"{{$a.Summary}}"{{end}}], "end": true}`}, "")
	fm, _, fr := hook(t, webhook.Template{Headers: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, Body: "a={{.Title}}&b={{.Text}}&end=1"}, "")
	xm, _, xr := hook(t, webhook.Template{Headers: map[string]string{"Content-Type": "application/xml"}, Body: `<m a="{{.Title}}"><t>{{.Text}}</t><end/></m>`}, "")
	hd, _, hr := hook(t, webhook.Template{Headers: map[string]string{"X-Title": "{{.Text}}"}, Body: "{}"}, "")
	for _, p := range hostile.Payloads() {
		d := hostile.Delivery(p, "first")
		title := notifiers.NewText(d, nil).Title
		for _, r := range []*webhook.Receiver{jr, fr, xr, hr} {
			if err := send(t, r, d); err != nil {
				t.Fatalf("%.40q: %v", p, err)
			}
		}
		var m map[string]any
		if err := json.Unmarshal([]byte(js.Last().Body), &m); err != nil || len(m) != 4 || m["in"] != title || m["out"] != title || m["end"] != true {
			t.Errorf("%.40q: JSON %v %.300s", p, err, js.Last().Body)
		}
		q, err := url.ParseQuery(fm.Last().Body)
		if err != nil || len(q) != 3 || q.Get("a") != title || q.Get("end") != "1" {
			t.Errorf("%.40q: form %v %.300s", p, err, fm.Last().Body)
		}
		var x struct {
			A   string   `xml:"a,attr"`
			T   string   `xml:"t"`
			End struct{} `xml:"end"`
		}
		if err := xml.Unmarshal([]byte(xm.Last().Body), &x); err != nil || x.A != title || strings.Count(xm.Last().Body, "<") != 5 {
			t.Errorf("%.40q: XML %v %.300s", p, err, xm.Last().Body)
		}
		if len(hd.Last().Header["X-Title"]) != 1 || hd.Last().Header.Get("Bcc") != "" {
			t.Errorf("%.40q: header %v", p, hd.Last().Header)
		}
	}
}

func TestPresets_HostileTextIsInertAndFits(t *testing.T) {
	most := map[string]int{"mattermost": 5000, "discord": 2000, "teams": 25000, "smsc": 100000}
	for _, name := range webhook.Presets() {
		tm, secret := preset(name)
		h, _, r := hook(t, tm, secret)
		h.Answer = `{"id":1}`
		for _, p := range hostile.Payloads() {
			d := hostile.Delivery(p, "first")
			for range 10 {
				d.Message.Alerts = append(d.Message.Alerts, d.Message.Alerts[0])
			}
			if err := send(t, r, d); err != nil {
				t.Fatalf("%s: %.40q: %v", name, p, err)
			}
			body := h.Last().Body
			if name == "smsc" {
				if q, err := url.ParseQuery(body); err != nil || len(q) != 6 || q.Get("psw") != "pa&ss" || utf8.RuneCountInString(q.Get("mes")) > 300 {
					t.Errorf("%.40q: %v %.300s", p, err, body)
				}
				continue
			}
			var v any
			if err := json.Unmarshal([]byte(body), &v); err != nil {
				t.Fatalf("%s: %.40q: %v", name, p, err)
			}
			inert(t, name, p, v)
			if n := utf8.RuneCountInString(longest(v)); n > most[name] || len(body) > 28<<10 && name == "teams" {
				t.Errorf("%s: %.40q: %d characters of %d bytes", name, p, n, len(body))
			}
		}
	}
}

func longest(v any) string {
	best := ""
	each(v, func(_, s string) {
		if len(s) > len(best) {
			best = s
		}
	})
	return best
}

func each(v any, f func(key, s string)) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			each(item, f)
		}
	case map[string]any:
		for k, item := range v {
			if s, ok := item.(string); ok {
				f(k, s)
			}
			each(item, f)
		}
	}
}

// inert looks at the texts outside of blocks of code, which must be closed.
func inert(t *testing.T, name, payload string, v any) {
	t.Helper()
	each(v, func(key, s string) {
		if key == "$schema" || key == "url" || key == "type" || key == "contentType" {
			return
		}
		parts := strings.Split(s, "```")
		for i := 0; i < len(parts); i += 2 {
			if at := alive.FindString(parts[i]); at != "" {
				t.Errorf("%s: %.40q: live at %q: %.200q", name, payload, at, parts[i])
			}
		}
		if len(parts)%2 != 1 || len(parts) > 3 {
			t.Errorf("%s: %.40q: %d parts", name, payload, len(parts))
		}
	})
}
