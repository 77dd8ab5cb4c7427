package web_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/web"
)

// feed is a list of transitions that grows.
type feed struct {
	mu       sync.Mutex
	all      []web.Numbered
	arrival  chan struct{}
	stopping chan struct{}
}

func newFeed() *feed { return &feed{arrival: make(chan struct{}), stopping: make(chan struct{})} }

func (f *feed) After(_ context.Context, n int64, limit int) (ts []web.Numbered, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, t := range f.all {
		if t.Number > n && len(ts) < limit {
			ts = append(ts, t)
		}
	}
	return ts, nil
}

func (f *feed) LastNumber(context.Context) (int64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.all) == 0 {
		return 0, nil
	}
	return f.all[len(f.all)-1].Number, nil
}

func (f *feed) Arrival() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.arrival
}

func (f *feed) Stopping() <-chan struct{} { return f.stopping }

// add stores one more; numbers have gaps, as those of a store have.
func (f *feed) add(t alert.Transition) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.all = append(f.all, web.Numbered{Number: int64(3*len(f.all) + 5), Transition: t})
	close(f.arrival)
	f.arrival = make(chan struct{})
}

// streamServer answers requests of real clients, whose connections it forgets in a
// moment if nothing prevents it.
func streamServer(t *testing.T, f *feed) *httptest.Server {
	t.Helper()
	s, _ := pageService(t, "en")
	s.Feed = f
	srv := httptest.NewUnstartedServer(web.New(s))
	srv.Config.ReadTimeout = 200 * time.Millisecond
	srv.Start()
	t.Cleanup(srv.Close)
	t.Cleanup(func() {
		select {
		case <-f.stopping:
		default:
			close(f.stopping)
		}
	})
	return srv
}

// listen opens a stream and returns its lines.
func listen(t *testing.T, url, last string) (lines <-chan string, status int) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if last != "" {
		req.Header.Set("Last-Event-ID", last)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	ch := make(chan string)
	go func() {
		defer close(ch)
		for sc := bufio.NewScanner(resp.Body); sc.Scan(); {
			ch <- sc.Text()
		}
	}()
	return ch, resp.StatusCode
}

// events reads that many and returns their ids with their alerts' groups.
func events(t *testing.T, lines <-chan string, n int) (got []string) {
	t.Helper()
	id := ""
	for line := range lines {
		key, value, _ := strings.Cut(line, ": ")
		switch key {
		case "id":
			id = value
		case "data":
			_, rest, _ := strings.Cut(value, `"params.stream":"`)
			stream, _, _ := strings.Cut(rest, `"`)
			got = append(got, id+" "+stream)
		case "":
			if len(got) == n {
				return got
			}
		}
	}
	t.Fatalf("the stream ended after %v", got)
	return nil
}

func TestStream_TellsWhatIsStoredWhenItIs(t *testing.T) {
	f := newFeed()
	srv := streamServer(t, f)
	f.add(fires("edge", "01", alert.Warning))
	lines, _ := listen(t, srv.URL+"/api/v1/stream", "")
	critical, _ := listen(t, srv.URL+"/api/v1/stream?filter=severity%3Dcritical", "")
	if got := <-lines; got != "retry: 3000" {
		t.Fatal(got)
	}
	if got := <-lines; got != "id: 5" {
		t.Fatal(got)
	}
	<-critical
	<-critical
	time.Sleep(300 * time.Millisecond) // longer than the server waits for a request
	f.add(fires("edge", "02", alert.Critical))
	f.add(fires("edge", "03", alert.Warning))
	f.add(fires("edge", "04", alert.Critical))
	if got := fmt.Sprint(events(t, lines, 3)); got != "[8 02 11 03 14 04]" {
		t.Error(got)
	}
	if got := fmt.Sprint(events(t, critical, 2)); got != "[8 02 14 04]" {
		t.Error(got)
	}
	close(f.stopping)
	for range lines { // it ends
	}
}

func TestStream_GoesOnBehindAnEvent(t *testing.T) {
	f := newFeed()
	srv := streamServer(t, f)
	for i := range 1200 { // more than are read at a time
		f.add(fires("edge", fmt.Sprint(i), alert.Warning))
	}
	lines, _ := listen(t, srv.URL+"/api/v1/stream", "8")
	got := events(t, lines, 1198)
	if got[0] != "11 2" || got[1197] != "3602 1199" {
		t.Errorf("from %q to %q", got[0], got[1197])
	}
	// A number of a state that is gone: only what comes now.
	lines, _ = listen(t, srv.URL+"/api/v1/stream", "999999")
	<-lines
	if got := <-lines; got != "id: 3602" {
		t.Error(got)
	}
}

func TestStream_Refusals(t *testing.T) {
	f := newFeed()
	srv := streamServer(t, f)
	for query, last := range map[string]string{"": "x", "?filter=nonsense": "", "?": "-1"} {
		lines, status := listen(t, srv.URL+"/api/v1/stream"+query, last)
		if text := <-lines; status != http.StatusBadRequest || !strings.Contains(text, "error") {
			t.Errorf("%q, %q: %d %s", query, last, status, text)
		}
	}
	var open []<-chan string
	for range 64 {
		lines, status := listen(t, srv.URL+"/api/v1/stream", "")
		if status != http.StatusOK {
			t.Fatal(status)
		}
		open = append(open, lines)
	}
	if lines, status := listen(t, srv.URL+"/api/v1/stream", ""); status != http.StatusServiceUnavailable {
		t.Errorf("one too many: %d %s", status, <-lines)
	} else {
		<-lines
	}
	close(f.stopping)
	for _, lines := range open {
		for range lines {
		}
	}
}

// closedFeed ends all streams at once.
func closedFeed() *feed {
	f := newFeed()
	close(f.stopping)
	return f
}
