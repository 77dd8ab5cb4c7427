package notifiers

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

// The rules about reading, by id. They, too, go by the clock.
const (
	SourceStalled = "source-stalled"
	Gap           = "gap"
	ParseFailures = "parse-failures"
	EngineLag     = "engine-lag"
)

// LogRules are the ids of those about one log each.
func LogRules() []string { return []string{SourceStalled, Gap, ParseFailures} }

// When the rules about reading hold.
const (
	recent       = 10 * time.Minute // of records that could not be read
	fewUnparsed  = 20               // of these do not matter yet
	shareFiring  = 5                // one in so many cannot be read: it fires
	shareGoing   = 10               // and is over when less than one in so many cannot
	lagAllowed   = time.Minute      // the evaluation may be behind so much
	unparsedStep = time.Minute      // counts are kept at such distances
)

// SeenLog is what is known of a log. The numbers are since the start of the program.
type SeenLog struct {
	Stalled  string // why it is not read; "": it is
	Gap      int64  // bytes that vanished before they could be read
	Records  int64
	Unparsed int64 // of these, without a readable header
}

// SeenReading is what is known of reading.
type SeenReading struct {
	Logs   map[string]SeenLog
	Behind time.Duration // of the last second evaluated
	Wait   int64         // bytes that were not read yet
	// What the rules say about time, and overrides can.
	GapFor time.Duration // a gap is told of so long after the last bytes that vanished
	LagFor time.Duration // lag matters when it has lasted so long
}

// watchedLogs is what a Watch remembers of reading.
type watchedLogs struct {
	began  time.Time            // of the first look
	gaps   map[string]int64     // as seen last, by log
	parsed map[string][]counted // by log, as of ten minutes ago and since
	lagged time.Time            // since when the evaluation is behind; zero: it is not
}

// counted are the numbers of a moment, which hold until the next.
type counted struct {
	at                time.Time
	records, unparsed int64
}

// finding is what a rule of the watch found: whether it holds, and what it says.
type finding struct {
	rule    string
	group   alert.Labels
	holds   func(was *alert.Transition) bool // was: it fires already
	count   int64
	more    bool // fires already: what it says has changed
	summary func(count int64) string
}

// LookAtReading is Look for the logs and the engine. The alerts of logs that are not
// there any more end.
func (w *Watch) LookAtReading(now time.Time, seen SeenReading, rule func(id string, t *alert.Transition) bool) (ts []alert.Transition) {
	if w.logs.began.IsZero() {
		w.logs = watchedLogs{began: now, gaps: map[string]int64{}, parsed: map[string][]counted{}}
	}
	logs := map[string]SeenLog{}
	maps.Copy(logs, seen.Logs)
	for _, t := range w.firing {
		if name := t.Group.Get("source"); slices.Contains(LogRules(), t.Rule) {
			if _, ok := logs[name]; !ok {
				logs[name] = SeenLog{}
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(logs)) {
		group := alert.NewLabels(alert.Label{Name: "source", Value: name})
		for _, f := range []finding{w.stalled(name, logs[name]), w.gap(now, name, logs[name], seen.GapFor), w.unparsed(now, name, logs[name])} {
			f.group = group
			ts = append(ts, w.found(now, f, rule)...)
		}
	}
	return append(ts, w.found(now, w.lag(now, seen), rule)...)
}

// found makes the transition that follows from a finding, if any does.
func (w *Watch) found(now time.Time, f finding, rule func(id string, t *alert.Transition) bool) []alert.Transition {
	t := watched(f.rule, f.group, now)
	old, on := w.firing[t.Fingerprint]
	var was *alert.Transition
	if on {
		was = &old
	}
	holds := rule(f.rule, &t) && f.holds(was)
	switch {
	case holds && on && !f.more:
		return nil
	case holds:
		if on {
			f.count += count(old)
			t.State, t.ActiveAt, t.StartsAt, t.AlertID = alert.Update, old.ActiveAt, old.StartsAt, old.AlertID
			t.ID = alert.TransitionID(t.AlertID, t.State, t.At)
		}
		t.Summary, t.Values = f.summary(f.count), []alert.Value{{Name: "count", V: f.count}}
		t.Annotations = alert.NewLabels(alert.Label{Name: "summary", Value: t.Summary})
		w.firing[t.Fingerprint] = t
		return []alert.Transition{t}
	case on:
		delete(w.firing, t.Fingerprint)
		return []alert.Transition{over(old, now)}
	}
	return nil
}

// count is the first value of an alert of the watch, which may come from the store.
func count(t alert.Transition) int64 {
	if len(t.Values) == 0 {
		return 0
	}
	switch v := t.Values[0].V.(type) {
	case int64:
		return v
	case float64:
		return int64(v)
	}
	return 0
}

func (w *Watch) stalled(name string, s SeenLog) finding {
	return finding{rule: SourceStalled, count: 1,
		holds:   func(*alert.Transition) bool { return s.Stalled != "" },
		summary: func(int64) string { return fmt.Sprintf(w.Language.words().unreadable, name, s.Stalled) }}
}

// gap holds for a while after bytes vanished; more of them make it an update.
func (w *Watch) gap(now time.Time, name string, s SeenLog, keep time.Duration) finding {
	fresh := max(0, s.Gap-w.logs.gaps[name])
	w.logs.gaps[name] = s.Gap
	return finding{rule: Gap, count: fresh, more: fresh > 0,
		holds: func(was *alert.Transition) bool {
			return fresh > 0 || was != nil && now.Sub(time.Unix(was.At, 0)) < keep
		},
		summary: func(n int64) string {
			return fmt.Sprintf(w.Language.words().vanished, n, name)
		}}
}

// unparsed compares the counts with those of ten minutes ago. After a restart the
// counts begin anew: what fired goes on until as much time has passed.
func (w *Watch) unparsed(now time.Time, name string, s SeenLog) finding {
	past := w.logs.parsed[name]
	if len(past) == 0 {
		past = append(past, counted{at: w.logs.began})
	}
	if last := past[len(past)-1]; now.Sub(last.at) >= unparsedStep && last.records != s.Records {
		past = append(past, counted{now, s.Records, s.Unparsed})
	}
	for len(past) > 1 && now.Sub(past[1].at) >= recent {
		past = past[1:]
	}
	w.logs.parsed[name] = past
	all, bad := s.Records-past[0].records, s.Unparsed-past[0].unparsed
	return finding{rule: ParseFailures, count: bad,
		holds: func(was *alert.Transition) bool {
			if was != nil {
				return bad > 0 && bad*shareGoing >= all || now.Sub(w.logs.began) < recent && was.At < w.logs.began.Unix()
			}
			return bad >= fewUnparsed && bad*shareFiring >= all
		},
		summary: func(int64) string {
			return fmt.Sprintf(w.Language.words().unparsed, name, bad, all)
		}}
}

// lag holds while there is a backlog and what is evaluated is old.
func (w *Watch) lag(now time.Time, seen SeenReading) finding {
	switch behind := seen.Behind > lagAllowed && seen.Wait > 0; {
	case !behind:
		w.logs.lagged = time.Time{}
	case w.logs.lagged.IsZero():
		w.logs.lagged = now
	}
	return finding{rule: EngineLag, count: int64(seen.Behind / time.Second),
		holds: func(was *alert.Transition) bool {
			return !w.logs.lagged.IsZero() && (was != nil || now.Sub(w.logs.lagged) >= seen.LagFor)
		},
		summary: func(n int64) string {
			return fmt.Sprintf(w.Language.words().late, w.Language.words().span(n), seen.Wait)
		}}
}
