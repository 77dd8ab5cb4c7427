package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/store"
	"github.com/smarty-alert/smarty-alert/web"
)

// waitFor waits until w holds the text.
func (w *watched) waitFor(t *testing.T, text string) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !strings.Contains(w.String(), text); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("no %q in:\n%s", text, w.String())
		}
	}
}

// What is stored is printed when it is, what a lost connection missed included, once.
func TestAlerts_Follow(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	st, err := store.Open(ctx, t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	seq := int64(0)
	happens := func(ts ...alert.Transition) {
		seq++
		if _, err := st.Commit(ctx, store.Cut{Second: seq, Positions: []byte("{}"), Transitions: ts}); err != nil {
			t.Fatal(err)
		}
	}
	happens(fakeAlert("old", "edge-01", alert.Firing, alert.Critical))
	var away atomic.Bool
	api := web.New(web.Service{
		Now: time.Now, Feed: feed{st, ctx.Done()}, Metrics: http.NotFoundHandler(), Classify: httpStatus,
		View:   func(context.Context) (notifiers.View, error) { return notifiers.View{}, nil },
		Status: func() web.Status { return web.Status{Timezone: "Europe/Moscow"} },
	})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if away.Load() {
			http.Error(w, `{"error":"a proxy: nobody there"}`, http.StatusBadGateway)
			return
		}
		api.ServeHTTP(w, r)
	}))
	defer srv.Close()
	var out, errs watched
	a := &app{stdout: &out, stderr: &errs, env: func(string) (string, bool) { return "", false }}
	ended := make(chan error, 1)
	go func() {
		ended <- a.alerts(ctx, alertsFlags{clientFlags: clientFlags{url: srv.URL, format: "text"}, follow: true}, []string{"severity=~critical|warning"})
	}()
	out.waitFor(t, "nothing fires\n")
	happens(fakeAlert("edge_down", "edge-02", alert.Firing, alert.Critical)) // it listens by then
	out.waitFor(t, " edge_down stream")
	away.Store(true)
	srv.CloseClientConnections()
	errs.waitFor(t, "asking again")
	happens(fakeAlert("meanwhile", "edge-07", alert.Firing, alert.Warning), fakeAlert("quiet", "edge-07", alert.Firing, alert.Info), fakeAlert("meanwhile", "edge-07", alert.Resolved, alert.Warning))
	away.Store(false)
	errs.waitFor(t, "answers again")
	happens(fakeAlert("after", "edge-08", alert.Firing, alert.Critical))
	out.waitFor(t, " after stream")
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	text := out.String()
	for word, times := range map[string]int{" old ": 0, " quiet ": 0, " meanwhile ": 2, " after stream": 1, " edge_down stream": 1, "after 20m\n": 1, "2026-01-15 14:20:00  resolved warning": 1} {
		if n := strings.Count(text, word); n != times {
			t.Errorf("%q %d times, want %d:\n%s", word, n, times, text)
		}
	}
}

// A service that never answered is not waited for.
func TestAlerts_FollowsOnlyWhoAnswers(t *testing.T) {
	srv := httptest.NewServer(http.NotFoundHandler())
	url := srv.URL
	srv.Close()
	a := &app{stdout: &watched{}, stderr: &watched{}, env: func(string) (string, bool) { return "", false }}
	for _, format := range []string{"text", "json"} {
		err := a.alerts(t.Context(), alertsFlags{clientFlags: clientFlags{url: url, format: format}, follow: true}, nil)
		if err == nil || !strings.Contains(err.Error(), "does the service run?") {
			t.Errorf("%s: %v", format, err)
		}
	}
}
