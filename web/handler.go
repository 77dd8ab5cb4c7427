package web

import (
	_ "embed" // the description of the API
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// maxBody is how long what somebody sends may be, in bytes.
const maxBody = 1 << 20

//go:embed openapi.yaml
var openAPI []byte

// api answers requests.
type api struct {
	Service
	listing chan struct{} // held by who makes a long list
	streams chan struct{} // held by each who listens
}

// New is a handler of everything that the service answers.
func New(s Service) http.Handler {
	a := &api{s, make(chan struct{}, 1), make(chan struct{}, maxStreams)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /-/healthy", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "healthy") })
	mux.HandleFunc("GET /-/ready", a.ready)
	mux.HandleFunc("POST /-/reload", a.reload)
	mux.HandleFunc("GET /{$}", a.statusPage)
	mux.Handle("GET /metrics", s.Metrics)
	mux.HandleFunc("GET /api/v1/stream", a.stream)
	mux.HandleFunc("GET /api/openapi.yaml", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/yaml")
		_, _ = w.Write(openAPI)
	})
	for pattern, f := range map[string]func(*http.Request) (any, error){
		"GET /api/v2/status":                 a.status,
		"GET /api/v2/receivers":              a.receivers,
		"GET /api/v2/alerts":                 a.alerts,
		"GET /api/v2/alerts/groups":          a.alertGroups,
		"GET /api/v2/silences":               a.silences,
		"POST /api/v2/silences":              a.setSilence,
		"GET /api/v2/silence/{id}":           a.silence,
		"DELETE /api/v2/silence/{id}":        a.expireSilence,
		"GET /api/v1/status":                 a.ownStatus,
		"GET /api/v1/rules":                  a.rules,
		"GET /api/v1/sources":                a.sources,
		"GET /api/v1/history":                a.alone(a.history),
		"GET /api/v1/explain":                a.alone(a.explain),
		"GET /api/v1/acks":                   a.acks,
		"POST /api/v1/acks":                  a.ack,
		"DELETE /api/v1/acks/{id}":           a.unack,
		"GET /api/v1/deliveries":             a.alone(a.deliveries),
		"GET /api/v1/deliveries/{id}":        a.delivery,
		"POST /api/v1/deliveries/{id}/retry": a.retry,
		"DELETE /api/v1/deliveries/{id}":     a.drop,
	} {
		mux.Handle(pattern, a.answer(f))
	}
	mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) { a.unknown(w, r, mux) })
	return a.guard(mux)
}

// alone makes one list at a time: the longest take tens of megabytes.
func (a *api) alone(f func(*http.Request) (any, error)) func(*http.Request) (any, error) {
	return func(r *http.Request) (any, error) {
		select {
		case a.listing <- struct{}{}:
			defer func() { <-a.listing }()
			return f(r)
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
}

// answer writes what f returns as JSON.
func (a *api) answer(f func(*http.Request) (any, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		v, err := f(r)
		if err != nil {
			a.fail(w, r, a.statusOf(err), err)
			return
		}
		writeJSON(w, http.StatusOK, v)
	})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		status, data = http.StatusInternalServerError, []byte(`{"error":"the answer cannot be written as JSON"}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append(data, '\n')) // whoever asked may have gone
}

// fail tells an error: a text in Alertmanager's API, an object in ours.
func (a *api) fail(w http.ResponseWriter, r *http.Request, status int, err error) {
	if strings.HasPrefix(r.URL.Path, "/api/v2/") {
		writeJSON(w, status, err.Error())
		return
	}
	writeJSON(w, status, map[string]string{"error": err.Error()})
}

// badRequest is what is wrong with a request itself.
type badRequest struct{ error }

func (b badRequest) Unwrap() error { return b.error }

func bad(format string, args ...any) error { return badRequest{fmt.Errorf(format, args...)} }

var errNotFound = errors.New("not found")

func (a *api) statusOf(err error) int {
	var wrong badRequest
	var long *http.MaxBytesError
	switch {
	case errors.As(err, &long):
		return http.StatusRequestEntityTooLarge
	case errors.As(err, &wrong):
		return http.StatusBadRequest
	case errors.Is(err, errNotFound):
		return http.StatusNotFound
	}
	return a.Classify(err)
}

// unknown tells a path that is not there from a method that it does not have.
func (a *api) unknown(w http.ResponseWriter, r *http.Request, mux *http.ServeMux) {
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodDelete} {
		other := r.Clone(r.Context())
		other.Method = method
		if _, pattern := mux.Handler(other); pattern != "/api/" {
			a.fail(w, r, http.StatusMethodNotAllowed, fmt.Errorf("%s does not take %s", r.URL.Path, r.Method))
			return
		}
	}
	a.fail(w, r, http.StatusNotFound, fmt.Errorf("there is no %s", r.URL.Path))
}

func (a *api) ready(w http.ResponseWriter, _ *http.Request) {
	if err := a.Ready(); err != nil {
		http.Error(w, "not ready: "+err.Error(), http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ready")
}

func (a *api) reload(w http.ResponseWriter, r *http.Request) {
	if err := a.Reload(r.Context()); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	fmt.Fprintln(w, "reloaded")
}

// guard refuses what a web page of somebody else could ask a browser for: changes, and,
// under a name that it lets point to this machine, to read anything. Programs that watch
// the service may call it what they like.
func (a *api) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		var err error
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			err = a.foreign(r)
		}
		if err == nil && !watched(r.URL.Path) {
			err = a.misnamed(r)
		}
		if err != nil {
			a.fail(w, r, http.StatusForbidden, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (a *api) foreign(r *http.Request) error {
	if origin := r.Header.Get("Origin"); origin != "" && !a.own(origin, r) {
		return errors.New("requests from other sites are refused")
	}
	if site := r.Header.Get("Sec-Fetch-Site"); site == "cross-site" || site == "same-site" {
		return errors.New("requests from other sites are refused")
	}
	return nil
}

// watched are the paths that show whether all is well, and nothing of any alert's text.
func watched(path string) bool {
	return path == "/metrics" || path == "/-/healthy" || path == "/-/ready"
}

func (a *api) misnamed(r *http.Request) error {
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.ToLower(strings.Trim(host, "[]"))
	if net.ParseIP(host) != nil || host == "localhost" || slices.Contains(a.Hosts, host) {
		return nil
	}
	if page := a.page(); page != nil && host == strings.ToLower(page.Hostname()) {
		return nil
	}
	return errors.New("requests are refused under this host name: use the address, localhost, the machine's own name or that of web.external_url")
}

// own reports whether a page of ours asks, be it through the web server that people
// reach us by.
func (a *api) own(origin string, r *http.Request) bool {
	u, err := url.Parse(origin)
	if err != nil {
		return false
	}
	page := a.page()
	return u.Host == r.Host || page != nil && u.Host == page.Host && u.Scheme == page.Scheme
}

// page is where people see alerts; nil: nobody said.
func (a *api) page() *url.URL {
	u, err := url.Parse(a.Status().ExternalURL)
	if err != nil || u.Host == "" {
		return nil
	}
	return u
}

// readJSON reads a request's body. Only JSON that says it is can change anything: a
// form of another site cannot.
func readJSON(r *http.Request, v any) error {
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	if !strings.EqualFold(strings.TrimSpace(kind), "application/json") {
		return bad("the content type must be application/json")
	}
	d := json.NewDecoder(r.Body)
	if err := d.Decode(v); err != nil {
		return badRequest{fmt.Errorf("read the request: %w", err)}
	}
	if _, err := d.Token(); err != io.EOF {
		return bad("something stands behind the request's JSON")
	}
	return nil
}
