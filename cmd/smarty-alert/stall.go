package main

import (
	"fmt"
	"log/slog"
	"math"
	"slices"
	"time"

	"github.com/smarty-alert/smarty-alert/ingest"
)

// stalledAfter is how long a log may stand still before it counts as stalled: until
// then it holds all rules back, since what it has may be read soon.
const stalledAfter = ingest.Patience

// neverEnded is the end of a source that the engine was not told of.
const neverEnded = math.MinInt64

// standstill is what keeps a log from being read, if anything does.
type standstill struct {
	since   time.Time // that it has lasted; zero before the first look
	why     string    // "": nothing keeps it
	reached int64     // as far as it was read then
	stalled bool      // and the engine was told so
}

// look compares what is known of a log with the last look. idle: there was time to
// read whatever there is. Silence is no standstill, nor is half a line, nor waiting
// for the turn of others.
func (s *standstill) look(st ingest.LiveStats, idle bool, now time.Time) {
	why := ""
	switch {
	case st.Err != nil:
		why = st.Err.Error()
	case st.Lost:
		why = "the file is gone"
	case st.Unread > 0 && st.Reached == s.reached && (idle || s.stalled):
		why = fmt.Sprintf("%d bytes wait and cannot be read", st.Unread)
	}
	if s.why == "" || why == "" {
		s.since = now
	}
	s.why, s.reached = why, st.Reached
}

// over reports whether it lasts too long. What had stalled before a restart has
// no other beginning.
func (s *standstill) over(now time.Time) bool {
	return s.why != "" && (s.stalled || now.Sub(s.since) >= stalledAfter)
}

// noteEnds tells the engine of sources that were read to their end: a quiet log
// holds nothing back. Nor does one that is no longer configured, and one that
// cannot be read does so for a while only: it must not silence all rules.
func (l *loop) noteEnds(idle bool) {
	now := l.now()
	stats := l.live.Stats()
	l.noteStandstills(stats, idle, now)
	for src, st := range stats {
		wall, open, ok := l.live.EOF(src)
		switch {
		case l.still[src].stalled:
			l.ended(st.Source, l.number(src), now.Unix())
		case st.Err != nil, st.Lost:
			l.ended(st.Source, l.number(src), now.Add(-stalledAfter).Unix())
		case ok:
			l.ended(st.Source, l.number(src), min(wall.Unix(), held(open, l.late)))
		}
	}
	for _, name := range l.gone {
		l.ended(name, l.eng.Source(name), now.Unix())
	}
	l.noteStalls(stats, now)
}

func (l *loop) noteStandstills(stats []ingest.LiveStats, idle bool, now time.Time) {
	for src, st := range stats {
		if src == len(l.still) {
			l.still = append(l.still, standstill{stalled: slices.Contains(l.eng.Stalled(), st.Source)})
		}
		l.still[src].look(st, idle, now)
	}
}

// noteStalls tells the engine what cannot be read from now on, and what can again:
// silence there means nothing.
func (l *loop) noteStalls(stats []ingest.LiveStats, now time.Time) {
	for src, st := range stats {
		s := &l.still[src]
		if over := s.over(now); over != s.stalled {
			s.stalled = over
			l.eng.Stall(l.number(src), over)
			l.told.stalled(st.Source, over)
			if over {
				l.log.Warn("log stalled: absence rules over it are not judged", slog.String("source", st.Source), slog.String("why", s.why))
			} else {
				l.log.Info("log is read again", slog.String("source", st.Source))
			}
		}
	}
}
