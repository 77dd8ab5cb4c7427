package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/web"
)

var update = flag.Bool("update", false, "write the golden files anew")

var start = time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)

var errGone = errors.New("it is gone")

// fake is a service with a real dispatcher and no outbox to speak of.
type fake struct {
	d       *notifiers.Dispatcher
	now     time.Time
	filter  web.Filter
	retried []string
}

func (f *fake) SetSilence(_ context.Context, s alert.Silence) (string, error) {
	kept, err := f.d.SetSilence(s, "5a1a6dd0-0000-4000-8000-000000000001", f.now)
	return kept.ID, err
}
func (f *fake) ExpireSilence(_ context.Context, id string) error { return f.d.ExpireSilence(id, f.now) }
func (f *fake) Ack(_ context.Context, id string, a alert.Ack) error {
	a.AlertID, a.At = id, f.now
	return f.d.Ack(a)
}
func (f *fake) Unack(_ context.Context, id string) error { return f.d.Unack(id, f.now) }
func (f *fake) Deliveries(_ context.Context, filter web.Filter) ([]alert.Delivery, error) {
	if f.filter = filter; filter.ID == "none" {
		return nil, nil
	}
	return []alert.Delivery{{ID: "d1", Receiver: "noc", State: alert.DeliveryDead, Created: f.now, Attempts: []alert.Attempt{{At: f.now, Error: "503"}}}}, nil
}
func (f *fake) RetryDelivery(_ context.Context, id string) error {
	f.retried = append(f.retried, id)
	return nil
}
func (f *fake) DropDelivery(context.Context, string) error { return errGone }

func fires(rule, stream string, sev alert.Severity, inhibits ...string) alert.Transition {
	group := alert.NewLabels(alert.Label{Name: "params.stream", Value: stream})
	fp := alert.Fingerprint(rule, group)
	return alert.Transition{Rule: rule, Group: group, State: alert.Firing, Severity: sev, Fingerprint: fp, AlertID: alert.ID(fp, start.Unix()),
		At: start.Unix(), StartsAt: start.Unix(), Summary: "count 5 in <1m>", Inhibits: inhibits}
}

func newFake(t *testing.T) (*fake, http.Handler) {
	t.Helper()
	ms, _ := alert.ParseMatchers("severity=critical")
	routes := &notifiers.Route{Receiver: "noc", GroupBy: []string{"rule"}, Routes: []*notifiers.Route{{Receiver: "duty", Matchers: ms, Continue: true}, {Receiver: "noc"}}}
	d, err := notifiers.NewDispatcher(notifiers.Options{Receivers: map[string]notifiers.ReceiverOptions{"noc": {}, "duty": {}},
		External: alert.NewLabels(alert.Label{Name: "instance", Value: "app-1"}), Root: routes}, nil, start)
	if err != nil {
		t.Fatal(err)
	}
	root, err := routes.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	d.Observe([]alert.Transition{fires("edge", "07", alert.Critical, "slow"), fires("edge", "08", alert.Warning), fires("slow", "07", alert.Warning)}, start)
	f := &fake{d: d, now: start.Add(time.Minute)}
	return f, web.New(web.Service{
		Now: func() time.Time { return f.now }, View: func(context.Context) (notifiers.View, error) { return d.Look(f.now), nil }, Mutes: f, Outbox: f,
		History: func(_ context.Context, since time.Time, limit int) ([]alert.Transition, error) {
			return []alert.Transition{{ID: fmt.Sprint(since.Unix(), " ", limit), State: alert.Firing, Severity: alert.Info}}, nil
		},
		Feed:    closedFeed(),
		Route:   func() *notifiers.Route { return root },
		Rules:   func() []web.Rule { return []web.Rule{{ID: "edge", Severity: "critical", Firing: 2}} },
		Sources: func() []web.Source { return []web.Source{{Name: "smarty_streams"}} },
		Status: func() web.Status {
			return web.Status{Started: start, Version: "v1", Config: "{}", Receivers: []string{"duty", "noc"},
				Timezone: "Europe/Moscow", Language: "ru", ExternalURL: "https://alerts.example.com/ui/", External: alert.NewLabels(alert.Label{Name: "instance", Value: "app-1"})}
		},
		Reload: func(context.Context) error { return errors.New("line 3: a fault") }, Ready: func() error { return nil }, Metrics: http.NotFoundHandler(),
		Classify: func(err error) int {
			if errors.Is(err, notifiers.ErrUnknown) {
				return http.StatusNotFound
			}
			return http.StatusBadRequest
		}, Hosts: []string{"app1.example.com"},
	})
}

func do(h http.Handler, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://127.0.0.1:9099"+path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

const silence = `{"matchers":[{"name":"params_stream","value":"07|x","isRegex":true}],"startsAt":"2026-01-15T12:00:00.000Z","endsAt":"2026-01-15T14:00:00.000Z","createdBy":"anna","comment":"works"}`

// What Alertmanager's tools are told, byte by byte.
func TestAPI_Answers(t *testing.T) {
	f, h := newFake(t)
	if w := do(h, "POST", "/api/v2/silences", silence); w.Code != http.StatusOK {
		t.Fatal(w.Code, w.Body)
	}
	if err := f.Ack(t.Context(), fires("edge", "08", alert.Warning).AlertID, alert.Ack{By: "boris", Comment: "mine"}); err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	explain := func(rule, stream string) string {
		return "/api/v1/explain?alert=" + fires(rule, stream, alert.Info).Fingerprint
	}
	for _, path := range []string{
		explain("edge", "07"), explain("edge", "08"), explain("slow", "07"), "/api/v1/explain", "/api/v1/explain?alert=nothing",
		"/-/healthy", "/-/ready", "/api/v1/status", "/api/v2/status", "/api/v2/receivers",
		"/api/v2/alerts", "/api/v2/alerts?active=false", "/api/v2/alerts?silenced=false", "/api/v2/alerts?silenced=false&inhibited=0&filter=severity%3D%22warning%22&filter=rule!~%22a.*%22",
		"/api/v2/alerts?receiver=dut", "/api/v2/alerts?receiver=du.y", "/api/v2/alerts?filter=nonsense", "/api/v2/alerts?active=maybe", "/api/v2/alerts?receiver=(",
		"/api/v2/alerts/groups?silenced=false", "/api/v2/silences", "/api/v2/silences?filter=params_stream%3D07%7Cx", "/api/v2/silences?filter=rule%3Dx",
		"/api/v2/silence/5a1a6dd0-0000-4000-8000-000000000001", "/api/v2/silence/nothing", "/api/v2/nothing",
		"/api/v1/rules", "/api/v1/sources", "/api/v1/acks", "/api/v1/history?since=2026-01-15T08:00:00Z&limit=7", "/api/v1/history?since=1h", "/api/v1/history?since=soon", "/api/v1/history?limit=0",
		"/api/v1/deliveries?state=dead,retry&receiver=noc", "/api/v1/deliveries?state=lost", "/api/v1/deliveries/d1", "/api/v1/deliveries/none",
	} {
		w := do(h, "GET", path, "")
		fmt.Fprintf(&got, "GET %s: %d\n%s\n", path, w.Code, w.Body)
	}
	if *update {
		if err := os.WriteFile("testdata/answers.txt", got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/answers.txt")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestAPI_Changes(t *testing.T) {
	f, h := newFake(t)
	id := fires("edge", "07", alert.Critical).AlertID
	for _, c := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"POST", "/api/v2/silences", silence, 200, `{"silenceID":"5a1a6dd0-0000-4000-8000-000000000001"}`},
		{"POST", "/api/v2/silences", `{"matchers":[]}`, 400, `author is missing`},
		{"POST", "/api/v2/silences", `{"matchers":[{"name":"a","value":"(","isRegex":true}]}`, 400, `regular expression`},
		{"POST", "/api/v2/silences", `{"endsAt":"tomorrow"}`, 400, `read the request`},
		{"POST", "/api/v2/silences", silence + "1", 400, `stands behind`},
		{"POST", "/api/v2/silences", strings.Replace(silence, `{"m`, `{"id":"nothing","m`, 1), 404, `not found`},
		{"POST", "/api/v2/silences", `{"comment":"` + strings.Repeat("x", 1<<20) + `"}`, 413, `too large`},
		{"DELETE", "/api/v2/silence/5a1a6dd0-0000-4000-8000-000000000001", "", 200, `{}`},
		{"DELETE", "/api/v2/silence/5a1a6dd0-0000-4000-8000-000000000001", "", 400, `expired already`},
		{"DELETE", "/api/v2/silence/nothing", "", 404, `not found`},
		{"POST", "/api/v1/acks", `{"alert":"` + id + `","author":"anna"}`, 200, `{}`},
		{"POST", "/api/v1/acks", `{"alert":"` + id + `"}`, 400, `{"error":"the author is missing`},
		{"POST", "/api/v1/acks", `{"author":"anna"}`, 400, `which alert`},
		{"POST", "/api/v1/acks", `{"alert":"x","author":"anna"}`, 404, `not found`},
		{"DELETE", "/api/v1/acks/" + id, "", 200, `{}`},
		{"POST", "/api/v1/deliveries/d1/retry", "", 200, `{}`},
		{"DELETE", "/api/v1/deliveries/d1", "", 400, `{"error":"it is gone"}`},
		{"POST", "/-/reload", "", 500, `line 3: a fault`},
		{"PUT", "/api/v2/alerts", "", 405, `does not take PUT`},
		{"POST", "/api/v2/alerts", "[]", 405, `does not take POST`},
		{"POST", "/api/v3", "", 404, `there is no /api/v3`},
	} {
		w := do(h, c.method, c.path, c.body)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%s %s %.80s: %d %s; want %d %s", c.method, c.path, c.body, w.Code, w.Body, c.status, c.want)
		}
		if strings.HasPrefix(c.path, "/api/") && !json.Valid(w.Body.Bytes()) {
			t.Errorf("%s %s: not JSON: %s", c.method, c.path, w.Body)
		}
	}
	if !slices.Equal(f.retried, []string{"d1"}) {
		t.Errorf("retried: %v", f.retried)
	}
}

// No page of another site changes anything, whatever name it calls us by.
func TestGuard(t *testing.T) {
	_, h := newFake(t)
	for name, c := range map[string]struct {
		headers []string
		status  int
	}{
		"no browser":              {nil, 200},
		"own page":                {[]string{"Origin", "http://127.0.0.1:9099"}, 200},
		"localhost":               {[]string{"Host", "localhost:9099", "Origin", "http://localhost:9099"}, 200},
		"IPv6":                    {[]string{"Host", "[::1]:9099"}, 200},
		"own name":                {[]string{"Host", "App1.example.com:9099"}, 200},
		"another site":            {[]string{"Origin", "http://evil.example.com"}, 403},
		"another port":            {[]string{"Origin", "http://127.0.0.1:8080"}, 403},
		"a file":                  {[]string{"Origin", "null"}, 403},
		"rebound name":            {[]string{"Host", "evil.example.com:9099", "Origin", "http://evil.example.com:9099"}, 403},
		"rebound without origin":  {[]string{"Host", "evil.example.com:9099"}, 403},
		"browser says cross-site": {[]string{"Sec-Fetch-Site", "cross-site"}, 403},
		"the page":                {[]string{"Host", "alerts.example.com", "Origin", "https://alerts.example.com"}, 200},
		"the page, by a proxy":    {[]string{"Origin", "https://alerts.example.com"}, 200},
		"the page without TLS":    {[]string{"Origin", "http://alerts.example.com"}, 403},
		"no host":                 {[]string{"Host", ""}, 403},
		"a form":                  {[]string{"Content-Type", "text/plain"}, 400},
		"no type":                 {[]string{"Content-Type", ""}, 400},
	} {
		if w := do(h, "POST", "/api/v2/silences", silence, c.headers...); w.Code != c.status {
			t.Errorf("%s: %d %s, want %d", name, w.Code, w.Body, c.status)
		}
	}
	for path, want := range map[string]int{"/": 403, "/api/v2/alerts": 403, "/api/v1/history": 403, "/api/openapi.yaml": 403,
		"/metrics": 200, "/-/healthy": 200, "/-/ready": 200} {
		if w := do(h, "GET", path, "", "Host", "evil.example.com:9099"); (w.Code == 403) != (want == 403) {
			t.Errorf("GET %s under another name: %d, want %d", path, w.Code, want)
		}
		if w := do(h, "GET", path, ""); w.Code == 403 {
			t.Errorf("GET %s: %s", path, w.Body)
		}
	}
	if w := do(h, "GET", "/api/v2/alerts", "", "Host", "alerts.example.com", "Origin", "http://grafana.example.com"); w.Code != 200 || w.Header().Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("reading behind a proxy: %d %v", w.Code, w.Header())
	}
}

// Every path that the description names is there.
func TestOpenAPI(t *testing.T) {
	_, h := newFake(t)
	w := do(h, "GET", "/api/openapi.yaml", "")
	var doc struct {
		Paths map[string]map[string]any `yaml:"paths"`
	}
	if err := yaml.Unmarshal(w.Body.Bytes(), &doc); err != nil || len(doc.Paths) < 15 {
		t.Fatalf("%d paths, %v", len(doc.Paths), err)
	}
	for path, methods := range doc.Paths {
		for method := range methods {
			if method == "parameters" || path == "/metrics" {
				continue
			}
			w := do(h, strings.ToUpper(method), strings.ReplaceAll(path, "{id}", "some"), "")
			if w.Code == http.StatusMethodNotAllowed || strings.Contains(w.Body.String(), "there is no") {
				t.Errorf("%s %s: %d %s", method, path, w.Code, w.Body)
			}
		}
	}
}
