package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

// Bounds of streams.
const (
	maxStreams   = 64               // at a time
	streamBatch  = 500              // transitions read at a time
	streamBeat   = 15 * time.Second // a comment shows that both ends are alive
	streamStuck  = 30 * time.Second // who takes nothing for so long is let go
	streamReturn = 3 * time.Second  // after which a client that lost us comes back
)

// Numbered is a transition with its number: they count in the order in which the
// service stored them, some may be missing.
type Numbered struct {
	Number int64
	alert.Transition
}

// Feed is where streams take transitions from.
type Feed interface {
	// After returns the oldest transitions that came after that number, at most limit.
	After(ctx context.Context, number int64, limit int) ([]Numbered, error)
	LastNumber(ctx context.Context) (int64, error)
	// Arrival is closed when the next ones are stored.
	Arrival() <-chan struct{}
	// Stopping is closed when streams are to end.
	Stopping() <-chan struct{}
}

var errStreams = errors.New("too many streams are open")

// stream sends transitions as they are stored, as server-sent events
// (https://html.spec.whatwg.org/multipage/server-sent-events.html) whose id is the
// transition's number: a client that sends it back in Last-Event-ID, as browsers do, goes
// on behind it and misses nothing that is kept. Without it the stream begins now, with
// an id and no event.
func (a *api) stream(w http.ResponseWriter, r *http.Request) {
	s, err := a.openStream(w, r)
	if err != nil {
		status := a.statusOf(err)
		if errors.Is(err, errStreams) {
			status = http.StatusServiceUnavailable
		}
		a.fail(w, r, status, err)
		return
	}
	defer func() { <-a.streams }()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no") // nginx would hold events back
	_ = s.run()                               // whoever asked may have gone
}

// openStream takes one of the places for streams; who gets none, or an error, has none
// to give back.
func (a *api) openStream(w http.ResponseWriter, r *http.Request) (*stream, error) {
	s := &stream{api: a, w: w, r: r, out: http.NewResponseController(w)}
	ms, err := alert.ParseMatchers(r.URL.Query()["filter"]...)
	if err != nil && len(r.URL.Query()["filter"]) > 0 {
		return nil, badRequest{err}
	}
	s.filter = ms
	last, err := a.Feed.LastNumber(r.Context())
	if err != nil {
		return nil, err
	}
	if s.after = last; r.Header.Get("Last-Event-ID") != "" {
		n, err := strconv.ParseInt(r.Header.Get("Last-Event-ID"), 10, 64)
		if err != nil || n < 0 {
			return nil, bad("Last-Event-ID is not the id of an event of this stream")
		}
		s.after = min(n, last) // a larger one is of a state that was set aside
	}
	select {
	case a.streams <- struct{}{}:
		return s, nil
	default:
		return nil, errStreams
	}
}

// stream is one client who listens.
type stream struct {
	*api
	w      http.ResponseWriter
	r      *http.Request
	out    *http.ResponseController
	filter alert.Matchers
	after  int64 // the number of what was sent, or left out, last
}

func (s *stream) run() error {
	if err := s.out.SetReadDeadline(time.Time{}); err != nil { // of a request: a stream outlives it
		return err
	}
	if err := s.send("retry: %d\nid: %d\n\n", streamReturn.Milliseconds(), s.after); err != nil {
		return err
	}
	beat := time.NewTicker(streamBeat)
	defer beat.Stop()
	for {
		arrival := s.Feed.Arrival() // before looking: what comes meanwhile closes it
		if err := s.catchUp(); err != nil {
			return err
		}
		select {
		case <-arrival:
		case <-beat.C:
			if err := s.send(":\n\n"); err != nil {
				return err
			}
		case <-s.Feed.Stopping():
			return nil
		case <-s.r.Context().Done():
			return s.r.Context().Err()
		}
	}
}

// catchUp sends all that is there.
func (s *stream) catchUp() error {
	for {
		ts, err := s.Feed.After(s.r.Context(), s.after, streamBatch)
		if err != nil {
			return err
		}
		for i := range ts {
			if err := s.tell(&ts[i]); err != nil {
				return err
			}
		}
		if len(ts) < streamBatch {
			return nil
		}
	}
}

func (s *stream) tell(t *Numbered) error {
	s.after = t.Number
	if !s.filter.Matches(t.Set(s.Status().External)) {
		return nil
	}
	data, err := json.Marshal(t.Transition)
	if err != nil {
		return err
	}
	return s.send("id: %d\nevent: alert\ndata: %s\n\n", t.Number, data)
}

// send writes at once, whatever stands between us and the client.
func (s *stream) send(format string, args ...any) error {
	if err := s.out.SetWriteDeadline(time.Now().Add(streamStuck)); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(s.w, format, args...); err != nil {
		return err
	}
	return s.out.Flush()
}
