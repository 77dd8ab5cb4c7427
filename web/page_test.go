package web_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/web"
)

// pageService has something in every part of the page, and texts that clients chose.
func pageService(t *testing.T, language string) (web.Service, *fake) {
	t.Helper()
	f, _ := newFake(t)
	edge := fires("edge", `<script>alert("x")</script>`, alert.Critical)
	edge.Name, edge.Summary = "Edge is down", `it's <b>down</b> & "out"`
	edge.Annotations = alert.NewLabels(alert.Label{Name: "description", Value: "viewers lose their picture"},
		alert.Label{Name: "runbook", Value: "1. Look.\n2. Restart."}, alert.Label{Name: "runbook_url", Value: "javascript:alert(1)"})
	f.d.Observe([]alert.Transition{edge}, start)
	if err := f.d.Ack(alert.Ack{AlertID: fires("edge", "08", alert.Warning).AlertID, By: "anna", Comment: "on it", At: f.now}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.SetSilence(t.Context(), alert.Silence{Matchers: matchers(t, `params_stream="08"`), StartsAt: start, EndsAt: start.Add(time.Hour), CreatedBy: "anna", Comment: "works"}); err != nil {
		t.Fatal(err)
	}
	newest := f.now.Add(-5 * time.Second)
	return web.Service{
		Now: func() time.Time { return f.now }, View: func(context.Context) (notifiers.View, error) { return f.d.Look(f.now), nil }, Mutes: f, Outbox: f,
		History: func(context.Context, time.Time, int) ([]alert.Transition, error) {
			over, firing := fires("edge", "09", alert.Warning), fires("edge", "09", alert.Warning)
			firing.Summary = "count 7 while it fired"
			over.State, over.EndsAt = alert.Resolved, start.Add(90*time.Second).Unix()
			event := fires("login", "<i>", alert.Info)
			event.State, event.At, event.StartsAt = alert.Event, start.Add(-26*time.Hour).Unix(), 0
			return []alert.Transition{over, firing, fires("edge", "10", alert.Info), event}, nil
		},
		Rules: func() []web.Rule {
			return []web.Rule{{ID: "quiet", Severity: "info", Status: "test"}, {ID: "edge", Name: "Edge is down", Severity: "critical", Status: "stable", Firing: 2, Fired: 3, Matched: 40}, {ID: "bad", Severity: "warning", Quarantined: true, EvalErrors: 9}}
		},
		Sources: func() []web.Source {
			return []web.Source{{Name: "smarty_streams", Newest: &newest, Records: 12_345, Behind: 20_480}, {Name: "smarty_epg", Missing: true}, {Name: "smarty_main", Error: "open /var/log/smarty_main.log: permission denied"}}
		},
		Status: func() web.Status {
			return web.Status{Started: start, Version: "v1", Timezone: "Europe/Moscow", Language: language, External: alert.NewLabels(alert.Label{Name: "instance", Value: "app-1"})}
		},
		Reload: func(context.Context) error { return nil }, Ready: func() error { return nil }, Metrics: http.NotFoundHandler(), Classify: func(error) int { return http.StatusBadRequest },
	}, f
}

func matchers(t *testing.T, text string) alert.Matchers {
	t.Helper()
	ms, err := alert.ParseMatchers(text)
	if err != nil {
		t.Fatal(err)
	}
	return ms
}

func TestPage_ShowsAll(t *testing.T) {
	for _, language := range []string{"en", "ru"} {
		s, _ := pageService(t, language)
		w := do(web.New(s), "GET", "/", "")
		body := w.Body.String()
		if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%d %v", w.Code, w.Header())
		}
		for _, never := range []string{"<script", "<b>down", "javascript:", "<i>"} {
			if strings.Contains(body, never) {
				t.Errorf("%s: the page has %s as it was written by a client", language, never)
			}
		}
		golden := filepath.Join("testdata", "page."+language+".html")
		if *update {
			if err := os.WriteFile(golden, []byte(body), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), body); diff != "" {
			t.Errorf("want (-) and got (+); -update writes %s anew:\n%s", golden, diff)
		}
	}
}

// When something is wrong the page is what people open: it says so, and shows the rest.
func TestPage_ShowsTrouble(t *testing.T) {
	s, _ := pageService(t, "en")
	s.Ready = func() error { return errors.New("still reading") }
	s.View = func(context.Context) (notifiers.View, error) { return notifiers.View{}, errors.New("the loop is busy") }
	w := do(web.New(s), "GET", "/", "")
	for _, want := range []string{"The service is not well", "still reading\nthe loop is busy", "smarty_streams"} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(do(web.New(s), "GET", "/?still", "").Body.String(), `http-equiv="refresh"`) {
		t.Error("the page that is to hold still asks to be loaded again")
	}
	if w := do(web.New(s), "GET", "/nothing", ""); w.Code != http.StatusNotFound {
		t.Errorf("/nothing: %d", w.Code)
	}
}

// Of very many alerts the page shows the worst.
func TestPage_IsBounded(t *testing.T) {
	s, f := pageService(t, "en")
	var many []alert.Transition
	for i := range 3000 {
		many = append(many, fires("flood", start.Add(time.Duration(i)*time.Second).String(), alert.Info))
	}
	f.d.Observe(many, start)
	body := do(web.New(s), "GET", "/", "").Body.String()
	if n := strings.Count(body, "<article"); n != 500 || !strings.Contains(body, "more fire: 2504") || !strings.Contains(body, "Edge is down") {
		t.Errorf("%d alerts are shown of 3,004", n)
	}
}
