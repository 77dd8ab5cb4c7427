package engine

import (
	"slices"
	"strings"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// stall is that a source cannot be read from a second on, or can again.
type stall struct {
	Source int
	At     int64
	On     bool
}

// Stall says that a source cannot be read, or can again. Absence rules that depend
// on it are not judged meanwhile, and begin anew when it can (semantics §4.2). It
// holds from the first second that is not final.
func (e *Engine) Stall(src int, on bool) {
	s := e.sources[src]
	if s.Stalled == on {
		return
	}
	s.Stalled = on
	e.stalls = append(e.stalls, stall{Source: src, At: e.reached + 1, On: on})
}

// Stalled are the names of the sources that cannot be read, in their order.
func (e *Engine) Stalled() (names []string) {
	for _, s := range e.sources {
		if s.Stalled {
			names = append(names, s.Name)
		}
	}
	return names
}

// takeStalls freezes the rules whose sources have stalled by second s, and thaws
// those whose sources have all recovered.
func (e *Engine) takeStalls(s int64) {
	n := 0
	for n < len(e.stalls) && e.stalls[n].At <= s {
		e.sources[e.stalls[n].Source].Down = e.stalls[n].On
		n++
	}
	if n == 0 {
		return
	}
	e.stalls = e.stalls[n:]
	for _, r := range e.rules {
		switch frozen := e.freezes(r); {
		case frozen && !r.frozen:
			r.suspend()
		case !frozen && r.frozen:
			r.resume(s)
			e.schedule(r)
		}
	}
}

// freezes reports whether the rule waits for something that may stand in a source
// which cannot be read.
func (e *Engine) freezes(r *ruleState) bool {
	return r.rule.Absence && r.rule.Source == rules.LogRecords &&
		slices.ContainsFunc(e.sources, func(s *source) bool { return s.Down && mayBring(r.rule, s.Name) })
}

// mayBring reports whether records that the rule selects may stand in a source.
// Without `log` these are the logs that its events are documented for; of others
// it may be any.
func mayBring(r *rules.Rule, source string) bool {
	stem := source[strings.LastIndexByte(source, '/')+1:]
	if r.Logs != nil {
		return slices.Contains(r.Logs, stem)
	}
	if len(r.Events) == 0 {
		return true
	}
	return slices.ContainsFunc(r.Events, func(name string) bool {
		known := smartylog.EventsLike(name)
		return len(known) == 0 || slices.ContainsFunc(known, func(ev smartylog.Event) bool { return ev.Log == "" || ev.Log == stem })
	})
}

// suspend forgets what the rule's groups were about to do: nothing is known of the
// time that follows. What fires goes on.
func (r *ruleState) suspend() {
	r.frozen = true
	for slot := r.lru.head; slot != none; slot = r.slots.At(slot).next {
		switch inc := r.incident(slot); {
		case inc == nil:
		case inc.State == alert.Pending:
			r.release(slot)
			r.calmed()
		default:
			inc.QuietSince, inc.LowSince, inc.Wake = never, never, never
		}
	}
}

// resume has every group judged again one window after s.
func (r *ruleState) resume(s int64) {
	r.frozen = false
	for slot := r.lru.head; slot != none; slot = r.slots.At(slot).next {
		if *r.armed.At(slot) < s {
			r.arm(slot, s)
			r.timers.add(timer{at: r.overdue(slot), slot: slot})
		}
	}
}
