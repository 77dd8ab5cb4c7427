package engine

import (
	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/redact"
	"github.com/smarty-alert/smarty-alert/rules"
)

// DefaultLateness is how many seconds out of order a source's records may be
// before they are late (semantics §1.4).
const DefaultLateness = 2

// Options configure an engine. The zero value is usable but for Redactor.
type Options struct {
	Lateness int64 // seconds
	Redactor *redact.Redactor
	// Start is the second from which expected groups are awaited when no record
	// has been seen before: the second of the start in a live run, 0 in replay,
	// where the smallest timestamp decides.
	Start int64
	// Until bounds the clock: no second after it is evaluated. 0: no bound.
	Until int64
	// Live says that records are read as they are written: what is ahead of the
	// clock is told to the health rules.
	Live bool
	// Language is of what the engine says of itself beside the health rules: ru, else
	// English.
	Language string
	// QuarantineAfter is how many evaluations of a rule in a row may fail before
	// it is quarantined. 0: DefaultQuarantineAfter.
	QuarantineAfter int
	// Look, when set, is told of each judgement. It changes none.
	Look func(*Look)
	// Courses makes the engine keep the course of each rule's deciding value, for
	// Stats. It costs up to 8 KiB for a rule.
	Courses bool
}

// Output is one thing that happened: exactly one of the two is set.
type Output struct {
	Alert      *alert.Transition
	Suppressed *alert.Suppression
}

// Engine holds all rules' state. Create it with New.
type Engine struct {
	o       Options
	rules   []*ruleState
	sources []*source
	set     *selection
	matcher *Matcher
	own     Matches      // of the record under way
	ailing  []*ruleState // over logs, whose last records failed
	pending *pending
	held    arrivals // of the record under way, if it has to wait
	due     agenda
	reached int64 // F: every second up to it is final; never before the first
	holder  int   // the source that held it when that was looked for last
	final   int64 // every second up to it has been evaluated; never before the first
	first   int64 // the first second at which a record is evaluated; never before any
	newest  int64 // greatest timestamp accepted
	begun   bool
	seconds int64 // evaluated since the engine was made
	ordered bool  // the order of sources has mattered, see Ordered
	out     []Output
	has     [rules.HealthRecords + 1]bool // rules over that kind of records
	// What the second being evaluated has brought to rules over the engine's own
	// records.
	happened []*alert.Transition
	noticed  []health
	skews    []health       // of seconds that are not evaluated yet
	stalls   []stall        // the same
	vars     *rules.Scratch // of conditions
	// Used again for each second and each arrival.
	concerned marks // rules of the second being evaluated
	arrived   arrived
	kept      recordPool
}

// New makes an engine for a set of rules. Rules that are disabled are left out.
func New(set *rules.Set, o Options) *Engine {
	if o.Redactor == nil {
		o.Redactor = redact.New(nil, nil)
	}
	if o.QuarantineAfter == 0 {
		o.QuarantineAfter = DefaultQuarantineAfter
	}
	e := &Engine{o: o, pending: newPending(), reached: never, final: never, first: never, newest: never,
		set: newSelection(set, o.Redactor), vars: rules.NewScratch()}
	e.matcher = newMatcher(e.set)
	for _, m := range e.set.rules {
		e.rules = append(e.rules, newRuleState(m))
	}
	e.sortKinds()
	e.scheduleNone()
	return e
}

// sortKinds notes what kinds of records the rules are over.
func (e *Engine) sortKinds() {
	e.has = [rules.HealthRecords + 1]bool{}
	for _, r := range e.rules {
		e.has[r.rule.Source] = true
	}
}

// Source names a source and returns its number, the same for the same name.
func (e *Engine) Source(name string) int {
	for i, s := range e.sources {
		if s.Name == name {
			return i
		}
	}
	e.sources = append(e.sources, &source{Name: name, Maxts: never, Final: never, Doubted: never})
	return len(e.sources) - 1
}

// EOF says that a live source had been read to its end at the wall second:
// nothing up to lateness before it is hidden (semantics §1.5).
func (e *Engine) EOF(src int, wall int64) {
	s := e.sources[src]
	s.Final = max(s.Final, wall-e.o.Lateness-1)
	if s.Stepped && s.Final > e.reached {
		s.Stepped = false // whatever its clock said: it is known to be read up to here
	}
	e.newest = max(e.newest, positive(e.newest, s.Final))
	e.refinal()
	if len(s.Held) > 0 && e.placed(s) {
		second := max(s.Final, e.reached) + 1 // whichever of the ends is noted first
		e.first = min(second, positive(e.first, second))
		e.release(s, second)
	}
}

// Finish says that a source has ended: it holds nothing back any more.
func (e *Engine) Finish(src int) {
	s := e.sources[src]
	s.Finished = true
	e.newest = max(e.newest, s.Doubted) // no record is left to contradict it
	if len(s.Held) > 0 {                // nothing but records from the future: they are all there is
		e.release(s, max(e.reached+1, positive(e.newest, 0)))
	}
	e.refinal()
}

// Final is the last second that was evaluated, and whether any was.
func (e *Engine) Final() (int64, bool) { return e.final, e.final != never }

// First is the first second at which a record is evaluated; ok is false before any.
func (e *Engine) First() (int64, bool) { return e.first, e.first != never }

// Newest is the greatest timestamp seen; ok is false before any.
func (e *Engine) Newest() (int64, bool) { return e.newest, e.newest != never }

// Advance evaluates every second that is final by now and returns what
// happened, in order. The result is valid until the next call.
func (e *Engine) Advance() []Output {
	if e.reached == never {
		return nil
	}
	return e.AdvanceTo(e.reached)
}

// Close runs the clock on to its end: Options.Until, or the greatest timestamp
// read. It does not run further by itself: a log that ends is not an outage.
func (e *Engine) Close() []Output {
	if e.o.Until != 0 {
		return e.AdvanceTo(e.o.Until)
	}
	return e.AdvanceTo(positive(e.newest, never))
}

// AdvanceTo evaluates up to and including a second, whatever the sources say:
// the seconds of cuts after a restart, and the end of a replay.
func (e *Engine) AdvanceTo(f int64) []Output {
	e.out = e.out[:0]
	e.reached = max(e.reached, f)
	if e.o.Until != 0 {
		f = min(f, e.o.Until)
	}
	if e.final != never && f <= e.final || !e.begin(f) {
		return nil
	}
	for {
		s, ok := e.nextSecond()
		if !ok || s > f {
			break
		}
		e.evaluate(s)
	}
	e.final = f
	return e.out
}

// begin arms what waits for the first second of the run, once that is final.
func (e *Engine) begin(f int64) bool {
	if e.begun {
		return true
	}
	start := e.first
	if start == never && e.o.Start != 0 {
		start = e.o.Start
	}
	if start == never || start > f {
		return false
	}
	e.begun = true
	for i := range e.skews {
		e.skews[i].At = max(e.skews[i].At, start)
	}
	for i := range e.stalls {
		e.stalls[i].At = max(e.stalls[i].At, start)
	}
	for _, r := range e.rules {
		r.begin(start, max(start, e.o.Start))
		e.schedule(r)
	}
	return true
}
