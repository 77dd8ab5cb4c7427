package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

const (
	// followBeat is how long nothing may come: the service sends a comment each 15 s.
	followBeat = 45 * time.Second
	// followAgain is the pause before a service that was lost is asked again.
	followAgain = 2 * time.Second
	// longestEvent bounds a line of a stream, in bytes.
	longestEvent = 8 << 20
)

// follow tells what happens from now on, until ctx ends: show is called once it listens,
// so that nothing falls between what that shows and what is told. A service that goes away
// is waited for, and then tells what happened meanwhile.
func (c *client) follow(ctx context.Context, ms alert.Matchers, show func() error, tell func(*alert.Transition) error) error {
	last, lost := "", false
	for {
		err := c.listen(ctx, ms, &last, func() error {
			if lost {
				c.note("%s answers again", c.base.Redacted())
				lost = false
				return nil
			}
			return show()
		}, tell)
		var gone lostStream
		switch {
		case ctx.Err() != nil:
			return nil // as people end it
		case !errors.As(err, &gone) || last == "":
			return err // it never was there, or does not want us
		case !lost:
			c.note("%v; asking again", err)
			lost = true
		}
		select {
		case <-time.After(followAgain):
		case <-ctx.Done():
			return nil
		}
	}
}

// lostStream is a connection that broke, or could not be made.
type lostStream struct{ error }

func (l lostStream) Unwrap() error { return l.error }

// listen reads one connection's events; last is the id of the one told last.
func (c *client) listen(ctx context.Context, ms alert.Matchers, last *string, begun func() error, tell func(*alert.Transition) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	silent := time.AfterFunc(followBeat, cancel)
	defer silent.Stop()
	body, err := c.openStream(ctx, ms, *last)
	if err != nil {
		return err
	}
	defer body.Close()
	if err := begun(); err != nil {
		return err
	}
	lines := bufio.NewScanner(body)
	lines.Buffer(nil, longestEvent)
	id, data := *last, "" // of an event that is not whole yet
	for lines.Scan() {
		silent.Reset(followBeat)
		switch key, value, _ := strings.Cut(lines.Text(), ": "); key {
		case "id":
			id = value
		case "data":
			data = value
		case "":
			if err := c.event(data, tell); err != nil {
				return err
			}
			*last, data = id, ""
		}
	}
	err = lines.Err()
	if err == nil {
		err = io.ErrUnexpectedEOF
	}
	return lostStream{c.unreachable(err)}
}

// event tells of a whole event; "" is one that only has an id.
func (c *client) event(data string, tell func(*alert.Transition) error) error {
	if data == "" {
		return nil
	}
	var t alert.Transition
	if err := json.Unmarshal([]byte(data), &t); err != nil {
		return ioError(fmt.Errorf("%s does not answer like smarty-alert: is the address right?", c.base.Redacted()))
	}
	return tell(&t)
}

// openStream asks for events behind that of an id; "": for those that happen from now on.
func (c *client) openStream(ctx context.Context, ms alert.Matchers, last string) (io.ReadCloser, error) {
	u, query := c.base.JoinPath("/api/v1/stream"), url.Values{}
	for _, m := range ms {
		query.Add("filter", m.String())
	}
	u.RawQuery = query.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, usageError(err)
	}
	if last != "" {
		req.Header.Set("Last-Event-ID", last)
	}
	endless := *c.http
	endless.Timeout = 0
	resp, err := endless.Do(req)
	if err != nil {
		return nil, lostStream{c.unreachable(err)}
	}
	if resp.StatusCode == http.StatusOK {
		return resp.Body, nil
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return nil, lostStream{c.unreachable(err)}
	}
	if err = c.refusal(resp.StatusCode, data); resp.StatusCode >= 500 {
		err = lostStream{err}
	}
	return nil, err
}

// followText prints transitions as replay does; with JSON a line each.
func (c *client) followText() func(*alert.Transition) error {
	p := &textPrinter{w: c.app.stdout, zone: c.zone, colours: c.app.colours(c.app.stdout)}
	return func(t *alert.Transition) error {
		if c.format == "json" {
			data, err := json.Marshal(t)
			if err != nil {
				return err
			}
			return c.print(string(data) + "\n")
		}
		p.alert(t)
		if p.err != nil && !isBrokenPipe(p.err) {
			return ioError(fmt.Errorf("write: %w", p.err))
		}
		return p.err
	}
}
