package notifiers

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

// The rules about delivery itself and the state, by id. What they are called and how urgent they
// are stands with the program's other rules; when they hold, here: they go by the
// clock and the outbox, not by records of logs.
const (
	ReceiverFailing = "receiver-failing"
	OutboxBacklog   = "outbox-backlog"
	DeadLetters     = "dead-letters"
	StateDisk       = "state-disk"
	StateBroken     = "state-broken"
)

// WatchRules are their ids.
func WatchRules() []string {
	return slices.Concat(ReceiverRules(), []string{StateDisk, StateBroken}, LogRules(), []string{EngineLag})
}

// ReceiverRules are the ids of those about one receiver each.
func ReceiverRules() []string { return []string{ReceiverFailing, OutboxBacklog, DeadLetters} }

// backlogAfter is how long a message may wait for a receiver that does not fail.
const backlogAfter = 10 * time.Minute

// Seen is what is known of a receiver.
type Seen struct {
	Failing   bool
	Answered  time.Time // last; zero: not since the start
	Accepted  time.Time // a message, last; the same
	LastError string    // without secrets
	Unsent    int
	Oldest    time.Time // of the unsent
	Dead      int
}

// Watch notices what goes wrong with delivery, and when it is over. It reads no
// clock. What it finds are transitions like any other.
type Watch struct {
	Language Language                    // of what it says
	firing   map[string]alert.Transition // by fingerprint
	logs     watchedLogs
}

// NewWatch goes on from the alerts that fired at the end of the last run; those of
// other rules are none of its business.
func NewWatch(firing []alert.Transition) *Watch {
	w := &Watch{firing: map[string]alert.Transition{}}
	for _, t := range firing {
		if slices.Contains(WatchRules(), t.Rule) {
			w.firing[t.Fingerprint] = t
		}
	}
	return w
}

// Look compares what is seen of the receivers with what fires. rule gives the
// alerts of a rule what it says about them; false: it is disabled.
func (w *Watch) Look(now time.Time, seen map[string]Seen, rule func(id string, t *alert.Transition) bool) (ts []alert.Transition) {
	words, names := w.Language.words(), map[string]Seen{}
	maps.Copy(names, seen)
	for _, t := range w.firing { // of receivers that are gone, too
		if !slices.Contains(ReceiverRules(), t.Rule) {
			continue
		}
		if name := t.Group.Get("receiver"); !has(seen, name) {
			names[name] = Seen{}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		s := names[name]
		for _, c := range []struct {
			rule    string
			holds   func(Seen, *alert.Transition, time.Time) bool
			count   int
			summary string
		}{
			{ReceiverFailing, failingHolds, s.Unsent, fmt.Sprintf(words.fails, name, words.count(s.Unsent, words.waiting), s.LastError)},
			{OutboxBacklog, backlogHolds, s.Unsent, fmt.Sprintf(words.isBehind, name, words.count(s.Unsent, words.waiting), words.span(int64(now.Sub(s.Oldest)/time.Second)))},
			{DeadLetters, deadHolds, s.Dead, fmt.Sprintf(words.hasGivenUp, name, words.count(s.Dead, words.givenUp))},
		} {
			t := watched(c.rule, alert.NewLabels(alert.Label{Name: "receiver", Value: name}), now)
			old, on := w.firing[t.Fingerprint]
			var was *alert.Transition
			if on {
				was = &old
			}
			known := rule(c.rule, &t)
			switch holds := known && c.holds(s, was, now); {
			case holds && !on:
				t.Annotations = alert.NewLabels(alert.Label{Name: "summary", Value: c.summary})
				t.Summary, t.Values = c.summary, []alert.Value{{Name: "count", V: int64(c.count)}}
				ts = append(ts, t)
				w.firing[t.Fingerprint] = t
			case on && !holds:
				ts = append(ts, over(old, now))
				delete(w.firing, t.Fingerprint)
			}
		}
	}
	return ts
}

// Failing reports whether a receiver is known to fail, also from before the start.
func (w *Watch) Failing(receiver string) bool {
	for _, t := range w.firing {
		if t.Rule == ReceiverFailing && t.Group.Get("receiver") == receiver {
			return true
		}
	}
	return false
}

func has(seen map[string]Seen, name string) bool {
	_, ok := seen[name]
	return ok
}

// failingHolds: after a restart nothing is known before the receiver has answered or,
// where it refused messages, has taken one.
func failingHolds(s Seen, was *alert.Transition, _ time.Time) bool {
	if was == nil {
		return s.Failing
	}
	return s.Failing || s.Answered.IsZero() && s.Unsent > 0 || s.Accepted.IsZero() && s.Dead > 0
}

// backlogHolds: of a receiver that fails it has been said already that it does.
func backlogHolds(s Seen, was *alert.Transition, now time.Time) bool {
	behind := s.Unsent > 0 && now.Sub(s.Oldest) >= backlogAfter
	return behind && (was != nil || !s.Failing)
}

func deadHolds(s Seen, _ *alert.Transition, _ time.Time) bool { return s.Dead > 0 }

// LookAtState is Look for one of the rules about the state: problem is what is wrong
// with it, "" if nothing is.
func (w *Watch) LookAtState(id string, now time.Time, problem string, rule func(id string, t *alert.Transition) bool) []alert.Transition {
	t := watched(id, alert.Labels{}, now)
	old, on := w.firing[t.Fingerprint]
	switch holds := rule(id, &t) && problem != ""; {
	case holds && !on:
		t.Annotations = alert.NewLabels(alert.Label{Name: "summary", Value: problem})
		t.Summary = problem
		w.firing[t.Fingerprint] = t
		return []alert.Transition{t}
	case on && !holds:
		delete(w.firing, t.Fingerprint)
		return []alert.Transition{over(old, now)}
	}
	return nil
}

// watched is an alert that begins now.
func watched(rule string, group alert.Labels, now time.Time) alert.Transition {
	at := now.Unix()
	t := alert.Transition{At: at, Rule: rule, Group: group,
		State: alert.Firing, Severity: alert.Critical, ActiveAt: at, StartsAt: at}
	t.Fingerprint = alert.Fingerprint(rule, t.Group)
	t.AlertID = alert.ID(t.Fingerprint, at)
	t.ID = alert.TransitionID(t.AlertID, t.State, at)
	return t
}

func over(t alert.Transition, now time.Time) alert.Transition {
	at := max(now.Unix(), t.StartsAt)
	t.State, t.At, t.EndsAt, t.Reason = alert.Resolved, at, at, "condition"
	t.ID = alert.TransitionID(t.AlertID, t.State, at)
	return t
}
