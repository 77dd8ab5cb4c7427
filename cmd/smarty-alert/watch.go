package main

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/ingest"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/rules"
)

// watchEvery is how often it is looked whether messages arrive.
const watchEvery = 5 * time.Second

// delivering is what the last look at the outbox said; the heartbeat goes by it.
type delivering struct {
	at   time.Time
	mute string // a receiver that fails, of which nobody can be told; "": none
}

// watchDeliveries looks at the outbox until ctx ends: what is wrong with it becomes
// alerts.
func (s *service) watchDeliveries(ctx context.Context) error {
	ticker := time.NewTicker(watchEvery)
	defer ticker.Stop()
	for {
		if err := s.lookAtOutbox(ctx); err != nil && ctx.Err() == nil && !errors.Is(err, errStarting) {
			s.log.Error("look at the outbox", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

func (s *service) lookAtOutbox(ctx context.Context) error {
	if s.loop.Load() == nil {
		return errStarting
	}
	seen, err := s.seen(ctx)
	if err != nil {
		return err
	}
	for name := range seen {
		if !s.workers.serve(name) && seen[name].Unsent > 0 {
			if err := s.store.Abandon(ctx, name, "no such receiver is configured", s.now()); err != nil {
				return err
			}
		}
	}
	return s.askLoop(ctx, false, func(l *loop) error {
		err := l.look(ctx, seen)
		s.delivering.Store(&delivering{at: s.now(), mute: l.unheard(seen)})
		return err
	})
}

// seen is what the workers and the outbox know of each receiver.
func (s *service) seen(ctx context.Context) (map[string]notifiers.Seen, error) {
	waiting, err := s.store.Waiting(ctx)
	if err != nil {
		return nil, err
	}
	seen := map[string]notifiers.Seen{}
	for name, w := range waiting {
		seen[name] = notifiers.Seen{Unsent: w.Unsent, Oldest: w.Oldest, Dead: w.Dead}
	}
	for name, st := range s.workers.stats() {
		one := seen[name]
		one.Failing, one.Answered, one.Accepted, one.LastError = st.Failing, st.Answered, st.LastSent, st.LastError
		seen[name] = one
	}
	return seen, nil
}

// look has the watch compare and commits what it found.
func (l *loop) look(ctx context.Context, seen map[string]notifiers.Seen) error {
	if l.quiet != nil {
		return nil // history is being read: nobody is told anything yet
	}
	for name, one := range seen {
		one.LastError = l.hide(one.LastError) // a receiver's answer may echo anything
		seen[name] = one
	}
	ts := l.watch.Look(l.now(), seen, l.dress)
	ts = append(ts, l.watch.LookAtState(notifiers.StateDisk, l.now(), l.stateProblem(), l.dress)...)
	ts = append(ts, l.watch.LookAtState(notifiers.StateBroken, l.now(), l.setAsideProblem(), l.dress)...)
	ts = append(ts, l.watch.LookAtReading(l.now(), l.seenReading(), l.dress)...)
	if len(ts) == 0 {
		return nil
	}
	return l.commit(ctx, false, l.announce(ts), l.flush())
}

// seenReading is what the loop knows of reading.
func (l *loop) seenReading() notifiers.SeenReading {
	seen := notifiers.SeenReading{Logs: map[string]notifiers.SeenLog{}, Behind: l.behind()}
	for src, st := range l.live.Stats() {
		one := notifiers.SeenLog{Gap: st.Gap, Records: st.Records, Unparsed: st.Unparsed}
		if src < len(l.still) && l.still[src].stalled {
			one.Stalled = l.whyStalled(st)
		}
		seen.Logs[st.Source] = one
		seen.Wait += st.Lag
	}
	if r := l.set.Find(notifiers.Gap); r != nil {
		seen.GapFor = time.Duration(r.KeepFiringFor) * time.Second
	}
	if r := l.set.Find(notifiers.EngineLag); r != nil {
		seen.LagFor = time.Duration(r.For) * time.Second
	}
	return seen
}

// whyStalled is what people are told of a log that has stalled.
func (l *loop) whyStalled(st ingest.LiveStats) string {
	switch {
	case st.Err != nil:
		return l.hide(st.Err.Error())
	case st.Lost:
		return l.watch.Language.FileGone()
	}
	return l.watch.Language.Stuck(st.Unread)
}

// behind is how much older than it must be the last second is that was evaluated.
func (l *loop) behind() time.Duration {
	final, ok := l.eng.Final()
	if !ok {
		return 0
	}
	return max(0, l.now().Sub(time.Unix(final+l.late+1, 0)))
}

// dress gives an alert of the watch what its rule says; false: it is disabled.
func (l *loop) dress(id string, t *alert.Transition) bool {
	r := l.set.Find(id)
	if r == nil || r.Status == rules.Disabled {
		return false
	}
	t.Name, t.Severity, t.Labels, t.Silent = r.Name, r.Severity, r.Labels, r.Status == rules.Test
	t.RepeatInterval, t.RepeatBackoff, t.ActiveIn = r.RepeatInterval, r.RepeatBackoff, r.ActiveIn
	return true
}

// unheard is a receiver that fails while whoever would be told of it fails as well.
func (l *loop) unheard(seen map[string]notifiers.Seen) string {
	fails := func(receiver string) bool { return seen[receiver].Failing || l.watch.Failing(receiver) }
	for _, name := range sortedKeys(seen) {
		t := alert.Transition{Rule: notifiers.ReceiverFailing, Group: alert.NewLabels(alert.Label{Name: "receiver", Value: name})}
		var tellers []string
		if l.dress(t.Rule, &t) && !t.Silent {
			tellers = l.disp.ReceiversOf(t)
		}
		if fails(name) && !slices.ContainsFunc(tellers, func(to string) bool { return to != name && !fails(to) }) {
			return name
		}
	}
	return ""
}

// withoutWatched leaves out the alerts that are the watch's to end.
func withoutWatched(ts []alert.Transition) []alert.Transition {
	return slices.DeleteFunc(slices.Clone(ts), func(t alert.Transition) bool { return slices.Contains(notifiers.WatchRules(), t.Rule) })
}

// latest is a delivering that others may read.
type latest = atomic.Pointer[delivering]
