package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	exporterweb "github.com/prometheus/exporter-toolkit/web"

	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/store"
	"github.com/smarty-alert/smarty-alert/web"
)

// handler serves health, readiness, metrics, reload and the API, streams until ctx ends.
func (s *service) handler(ctx context.Context) http.Handler {
	o := &online{s}
	return withPages(web.New(web.Service{
		Now: s.now, View: o.view, Mutes: o, Outbox: o, History: s.store.History, Feed: feed{s.store, ctx.Done()}, Route: o.route, Rules: o.rules, Sources: o.sources,
		Status: o.status, Reload: s.askReload, Ready: o.ready, Metrics: s.metrics.handler(), Classify: httpStatus, Hosts: s.hosts(),
	}), s.pages)
}

// feed is where streams take transitions from.
type feed struct {
	*store.Store
	stopping <-chan struct{}
}

// After implements web.Feed.
func (f feed) After(ctx context.Context, number int64, limit int) ([]web.Numbered, error) {
	ts, err := f.Store.After(ctx, number, limit)
	out := make([]web.Numbered, len(ts))
	for i, t := range ts {
		out[i] = web.Numbered(t)
	}
	return out, err
}

// Stopping implements web.Feed.
func (f feed) Stopping() <-chan struct{} { return f.stopping }

// hosts are the names of the machine by which it may be asked for changes.
func (s *service) hosts() []string {
	var names []string
	if name, err := os.Hostname(); err == nil {
		short, _, _ := strings.Cut(name, ".")
		names = append(names, strings.ToLower(name), strings.ToLower(short))
	}
	if host, _, err := net.SplitHostPort(s.config.Web.Listen); err == nil && host != "" {
		names = append(names, strings.ToLower(host))
	}
	return names
}

// refused is an error of what somebody asked for, not of ours.
type refused struct{ error }

func (r refused) Unwrap() error { return r.error }

// httpStatus gives an error its status.
func httpStatus(err error) int {
	var ours refused
	switch {
	case errors.Is(err, store.ErrInMemory):
		return http.StatusServiceUnavailable
	case errors.Is(err, notifiers.ErrUnknown), errors.Is(err, store.ErrNotFound):
		return http.StatusNotFound
	case errors.As(err, &ours):
		return http.StatusBadRequest
	case errors.Is(err, errStarting), errors.Is(err, errBusy), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// answerWithin bounds how long the loop is waited for: a full disk may hold it.
const answerWithin = 10 * time.Second

// serve answers until ctx ends, and then lets requests in progress finish. file says who
// may ask, as web.config_file does; "": everybody.
func serve(ctx context.Context, l net.Listener, file string, h http.Handler, log *slog.Logger) error {
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn)}
	stopped := make(chan error, 1)
	go func() {
		if file == "" {
			stopped <- srv.Serve(l)
			return
		}
		stopped <- exporterweb.Serve(l, srv, &exporterweb.FlagConfig{WebConfigFile: &file}, log)
	}()
	select {
	case err := <-stopped:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer cancel()
	err := srv.Shutdown(bounded)
	if serveErr := <-stopped; !errors.Is(serveErr, http.ErrServerClosed) {
		err = errors.Join(err, serveErr)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return nil // a slow client does not make the stop a failure
	}
	return err
}
