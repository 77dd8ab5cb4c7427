package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/smarty-alert/smarty-alert/config"
	"github.com/smarty-alert/smarty-alert/notifiers"
)

const (
	beatTimeout = 10 * time.Second
	// standsStill is how long the engine's clock and the look at the outbox may rest.
	standsStill = time.Minute
)

// heartbeat asks for an address as long as all works. Whoever waits for it in vain
// knows that alerts would not arrive.
type heartbeat struct {
	every time.Duration
	works func() error // says why not
	beat  func(context.Context) error
	log   *slog.Logger
}

// run beats until ctx ends. What keeps it from it is said once.
func (h *heartbeat) run(ctx context.Context) error {
	ticker := time.NewTicker(h.every)
	defer ticker.Stop()
	last := ""
	for {
		err := h.works()
		if err == nil {
			if err = h.beat(ctx); err != nil {
				err = fmt.Errorf("heartbeat: %w", err)
			}
		} else {
			err = fmt.Errorf("no heartbeat: %w", err)
		}
		if now := said(err); now != last && ctx.Err() == nil && !errors.Is(err, errStarting) {
			if last = now; err != nil {
				h.log.Error(now)
			} else {
				h.log.Info("heartbeat again")
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

func said(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// newHeartbeat makes one of the configuration's.
func (s *service) newHeartbeat(c *config.Heartbeat) (*heartbeat, error) {
	client, err := notifiers.NewHTTPClient(notifiers.HTTPOptions{AllowLoopback: c.AllowLoopback})
	if err != nil {
		return nil, err
	}
	url := notifiers.Secret(c.URL.Reveal())
	p := &pulse{}
	return &heartbeat{every: c.Every, log: s.log, works: func() error { return p.works(s.now(), s.loop.Load(), s.delivering.Load()) },
		beat: func(ctx context.Context) error { return ping(ctx, client, url, s.now()) }}, nil
}

// ping asks for the address. Its errors show nothing of it.
func ping(ctx context.Context, client *http.Client, url notifiers.Secret, now time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, beatTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url.Reveal(), nil)
	if err != nil {
		return errors.New("the url cannot be used")
	}
	req.Header.Set("User-Agent", "smarty-alert")
	resp, err := client.Do(req)
	if err != nil {
		return notifiers.Classify(err)
	}
	defer resp.Body.Close()
	err = notifiers.CheckResponse(resp, now, url, notifiers.Secret(req.URL.RequestURI()))
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10)) // so that the connection can be used again
	return err
}

// pulse remembers when the engine's clock was last seen to go on.
type pulse struct {
	final int64
	at    time.Time
}

// works says why an alert might not arrive; nil: it would.
func (p *pulse) works(now time.Time, l *loop, d *delivering) error {
	if l == nil || d == nil {
		return errStarting
	}
	r := l.readings.Load()
	if r == nil {
		return errStarting
	}
	if p.at.IsZero() || r.final != p.final {
		p.final, p.at = r.final, now
	}
	switch {
	case now.Sub(p.at) > standsStill:
		return errors.New("the engine's clock stands still")
	case now.Sub(d.at) > standsStill:
		return errors.New("the outbox cannot be read, or the loop does not answer")
	case d.mute != "":
		return fmt.Errorf("receiver %s fails, and nobody else can be told so", d.mute)
	}
	return nil
}
