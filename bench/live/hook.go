package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// hook is the webhook that is told, with the moment each probe came.
type hook struct {
	server   *http.Server
	listener net.Listener

	mu       sync.Mutex
	received map[string][]time.Time // by probe
}

func listen() (*hook, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	h := &hook{listener: l, received: map[string][]time.Time{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /hook", h.take)
	mux.HandleFunc("POST /nobody", func(http.ResponseWriter, *http.Request) {})
	h.server = &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = h.server.Serve(l) }() // ends with close
	return h, nil
}

func (h *hook) url(path string) string { return "http://" + h.listener.Addr().String() + path }

func (h *hook) close() { _ = h.server.Close() }

func (h *hook) take(w http.ResponseWriter, r *http.Request) {
	at := time.Now()
	var message struct {
		Alerts []struct{ Labels map[string]string }
	}
	if err := json.NewDecoder(r.Body).Decode(&message); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, a := range message.Alerts {
		for _, value := range a.Labels {
			if name := probeName(value); name != "" {
				h.received[name] = append(h.received[name], at)
			}
		}
	}
}

// await waits until n probes were told of, or long enough.
func (h *hook) await(n int, most time.Duration) {
	for end := time.Now().Add(most); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		h.mu.Lock()
		have := len(h.received)
		h.mu.Unlock()
		if have >= n {
			time.Sleep(time.Second) // what is told twice comes late
			return
		}
	}
}

// report compares what was told with what was written. An alert cannot come
// before its second is over for good: what it took beyond that is told too.
func (h *hook) report(sent map[string]time.Time, o options) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	var took, beyond []time.Duration
	lost, twice := 0, 0
	for name, at := range sent {
		got := h.received[name]
		if len(got) == 0 {
			lost++
			continue
		}
		if len(got) > 1 {
			twice++
		}
		earliest := time.Unix(at.Unix(), 0).Add(o.lateness + time.Second)
		took, beyond = append(took, got[0].Sub(at)), append(beyond, got[0].Sub(earliest))
	}
	unknown := 0
	for name := range maps.Keys(h.received) {
		if _, ok := sent[name]; !ok {
			unknown++
		}
	}
	fmt.Printf("probes written %d, told %d, lost %d, told twice %d, told but never written %d\n", len(sent), len(took), lost, twice, unknown)
	if len(took) > 0 {
		fmt.Printf("line written to webhook received:        %s\n", quantiles(took))
		fmt.Printf("beyond its second's end and the lateness: %s\n", quantiles(beyond))
		fmt.Printf("BenchmarkLive/rate=%d/files=%d/lateness=%v %d %d p50-ns %d p90-ns %d p99-ns %d max-ns %d beyond-p99-ns\n", o.rate, o.files, o.lateness,
			len(took), quantile(took, 0.5), quantile(took, 0.9), quantile(took, 0.99), quantile(took, 1), quantile(beyond, 0.99))
	}
	if lost+twice+unknown > 0 {
		return errors.New("what was told is not what was written")
	}
	return nil
}

func quantiles(ds []time.Duration) string {
	show := func(q float64) string { return fmt.Sprintf("%.3f s", quantile(ds, q).Seconds()) }
	return fmt.Sprintf("p50 %s, p90 %s, p99 %s, max %s", show(0.5), show(0.9), show(0.99), show(1))
}

// quantile is the nearest rank.
func quantile(ds []time.Duration, q float64) time.Duration {
	slices.Sort(ds)
	return ds[max(0, int(q*float64(len(ds))+0.999999)-1)]
}

// probeName is the name of the probe that a label tells of, "" for none.
func probeName(label string) string {
	name := strings.TrimSuffix(strings.TrimPrefix(label, "<StreamService: "), ">")
	if !strings.HasPrefix(name, "probe-") {
		return ""
	}
	return name
}
