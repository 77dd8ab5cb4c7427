package fakes

import (
	"io"
	"net/http"
	"sync"
)

// Call is a request that was taken.
type Call struct {
	Method string
	Path   string // with the query
	Header http.Header
	Body   string
}

// Hook takes every request and keeps it.
type Hook struct {
	Status int    // of the answer; 0: 200
	Answer string // its body

	mu    sync.Mutex
	calls []Call
}

// Calls returns what was taken.
func (h *Hook) Calls() []Call {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]Call{}, h.calls...)
}

// Last returns what was taken last.
func (h *Hook) Last() Call {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.calls) == 0 {
		return Call{}
	}
	return h.calls[len(h.calls)-1]
}

func (h *Hook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.calls = append(h.calls, Call{Method: r.Method, Path: r.URL.RequestURI(), Header: r.Header.Clone(), Body: string(body)})
	if h.Status != 0 {
		w.WriteHeader(h.Status)
	}
	_, _ = io.WriteString(w, h.Answer)
}
