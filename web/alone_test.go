package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/web"
)

// However many ask for a long history, one list of it is in memory.
func TestHistory_OneListAtATime(t *testing.T) {
	var now, most atomic.Int32
	h := web.New(web.Service{
		Metrics: http.NotFoundHandler(), Now: time.Now, Status: func() web.Status { return web.Status{} }, Classify: func(error) int { return 400 },
		History: func(context.Context, time.Time, int) ([]alert.Transition, error) {
			most.Store(max(most.Load(), now.Add(1)))
			time.Sleep(5 * time.Millisecond)
			now.Add(-1)
			return nil, nil
		},
	})
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if w := do(h, "GET", "/api/v1/history?limit=100000", ""); w.Code != 200 {
				t.Errorf("%d %s", w.Code, w.Body)
			}
		})
	}
	all.Wait()
	if most.Load() != 1 {
		t.Errorf("%d lists at a time", most.Load())
	}
}

// Who waits for a list, and goes, waits no more.
func TestHistory_WaitsNotForEver(t *testing.T) {
	begun, end := make(chan struct{}), make(chan struct{})
	h := web.New(web.Service{
		Metrics: http.NotFoundHandler(), Now: time.Now, Status: func() web.Status { return web.Status{} }, Classify: func(error) int { return 503 },
		History: func(context.Context, time.Time, int) ([]alert.Transition, error) {
			close(begun)
			<-end
			return nil, nil
		},
	})
	var first sync.WaitGroup
	first.Go(func() { do(h, "GET", "/api/v1/history", "") })
	<-begun
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(ctx, "GET", "http://127.0.0.1/api/v1/history", nil))
	if w.Code != 503 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	close(end)
	first.Wait()
}
