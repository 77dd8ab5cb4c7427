package engine

import (
	"slices"

	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/windowing"
)

// untilBit marks, in an event's mask, what `until` waits for. The lower bits are
// the steps.
const untilBit = 1 << 63

// order is what a sequence or all_of remembers: the records of each group that
// satisfied a step or until and are not spent.
type order struct {
	rule    *rules.Rule
	steps   []rules.Step
	reach   int64 // seconds that its records may lie back
	past    *windowing.History
	stepped map[uint32]stepping // groups that got a record in the second evaluated
}

// stepping is what the second evaluated has brought to a group so far.
type stepping struct {
	step  bool  // a record that satisfies a step
	timed int64 // the newest second that a timer was set for
}

// newOrder returns nil for a rule that is neither.
func newOrder(r *rules.Rule) *order {
	steps := stepsOf(r)
	if steps == nil {
		return nil
	}
	reach := r.Within
	if absentLast(r) {
		reach++ // it is complete when the first record has just left
	}
	return &order{rule: r, steps: steps, reach: reach, past: windowing.NewHistory(reach, maxPast), stepped: map[uint32]stepping{}}
}

// stepsOf are the steps of a sequence or all_of; nil for a rule that is neither.
func stepsOf(r *rules.Rule) []rules.Step {
	if r.Sequence != nil {
		return r.Sequence
	}
	return r.AllOf
}

func absentLast(r *rules.Rule) bool {
	n := len(r.Sequence)
	return n > 0 && r.Sequence[n-1].Absent
}

// stepMask tells which steps a record satisfies, and whether it is what until
// waits for; 0 when it is nothing to the rule.
func (m *Matcher) stepMask(r *matching, rec rules.Fielder, log, event string) (mask uint64) {
	for i := range r.steps {
		if m.satisfies(&r.steps[i], rec, log, event) {
			mask |= 1 << i
		}
	}
	if u := r.rule.Until; u != nil && m.satisfies(u, rec, log, event) {
		mask |= untilBit
	}
	return mask
}

func (m *Matcher) satisfies(st *rules.Step, rec rules.Fielder, log, event string) bool {
	return st.Selects(log, event) && m.test(unsettled, st.Match, rec)
}

// follow remembers a record and sets the timer for the second at which its step
// has waited long enough.
func (r *ruleState) follow(slot uint32, it *arrived, s int64) {
	o := r.order
	o.past.Add(slot, it.Sec, it.Place, it.Mask, nil)
	now, seen := o.stepped[slot]
	if end := it.Sec + o.rule.Within; o.timed(it.Mask) && end >= s && (!seen || now.timed != it.Sec) {
		r.timers.add(timer{at: end, slot: slot})
		now.timed = it.Sec
	}
	now.step = now.step || it.Mask&^untilBit != 0
	o.stepped[slot] = now
}

// timed reports whether such a record makes the second at which it leaves an
// evaluation second: a start that may go unanswered does, and whatever a resolve
// may have counted.
func (o *order) timed(mask uint64) bool {
	return o.rule.Mode == rules.StateMode || absentLast(o.rule) && mask&1 != 0
}

// waits reports whether the group has an unspent record whose timer is at.
func (o *order) waits(slot uint32, at int64) bool {
	sec := at - o.rule.Within
	events := o.past.Records(slot)
	for i := firstOf(events, sec); i < len(events) && events[i].Sec == sec; i++ {
		if o.timed(events[i].Mask) {
			return true
		}
	}
	return false
}

// rearm sets the timers that follow called for.
func (o *order) rearm(timers *timerHeap, slot uint32, final int64) {
	last := int64(never)
	for _, ev := range o.past.Records(slot) {
		if end := ev.Sec + o.rule.Within; end > final && ev.Sec != last && o.timed(ev.Mask) {
			timers.add(timer{at: end, slot: slot})
			last = ev.Sec
		}
	}
}

// firstOf is the place of the first event of a second or later.
func firstOf(events []windowing.Event, sec int64) int {
	i, _ := slices.BinarySearchFunc(events, sec, func(ev windowing.Event, sec int64) int {
		if ev.Sec < sec {
			return -1
		}
		return 1
	})
	return i
}

// live are the group's events from a second on that nothing has discarded.
func (o *order) live(slot uint32, from int64) []windowing.Event {
	events := o.past.Records(slot)
	events = events[firstOf(events, from):]
	for i := len(events) - 1; i >= 0; i-- {
		if events[i].Mask&untilBit != 0 {
			return events[i:]
		}
	}
	return events
}

// count is how many records count towards a step at a second.
func (o *order) count(slot uint32, s int64) (n int64) {
	for _, ev := range o.live(slot, s-o.rule.Within+1) {
		if ev.Mask&^untilBit != 0 {
			n++
		}
	}
	return n
}

// complete reports whether the steps are complete at the second (semantics §3.5).
func (o *order) complete(slot uint32, s int64) bool {
	if absentLast(o.rule) {
		return unanswered(o.steps, o.live(slot, s-o.rule.Within), s-o.rule.Within, s)
	}
	if !o.stepped[slot].step {
		return false
	}
	events := o.live(slot, s-o.rule.Within+1)
	if o.rule.AllOf != nil {
		return enough(o.steps, o.rule.Min, events)
	}
	return chained(o.steps, events)
}

// enough reports whether so many steps each have their records, in any order.
func enough(steps []rules.Step, least int, events []windowing.Event) bool {
	for i, st := range steps {
		n := 0
		for _, ev := range events {
			n += int(ev.Mask >> i & 1)
		}
		if n >= st.Count {
			least--
		}
	}
	return least <= 0
}

// chained reports whether the events hold all steps one after the other.
func chained(steps []rules.Step, events []windowing.Event) bool {
	return lastOfChain(steps, events) >= 0
}

// lastOfChain is the place of the latest event that can end the chain of steps,
// -1 when they are not all there. Each step takes its records as early as it
// can, which leaves the most for those after it.
func lastOfChain(steps []rules.Step, events []windowing.Event) int {
	step, need, last := 0, steps[0].Count, -1
	for i, ev := range events {
		switch {
		case ev.Mask>>step&1 == 0:
		case need > 1:
			need--
		case step == len(steps)-1:
			last = i // and a later one may take its place
		default:
			step++
			need = steps[step].Count
		}
	}
	return last
}

// unanswered reports whether the chain of all steps but the last began at the
// second from and is not followed by a record of the last one up to the second
// to.
func unanswered(steps []rules.Step, events []windowing.Event, from, to int64) bool {
	chain := steps[:len(steps)-1]
	begin := slices.IndexFunc(events, func(ev windowing.Event) bool { return ev.Sec == from && ev.Mask&1 != 0 })
	if begin < 0 {
		return false
	}
	end := firstOf(events, to)
	if len(chain) == 1 && chain[0].Count == 1 {
		end = firstOf(events, from+1) // its only record is the first
	}
	last := lastOfChain(chain, events[begin:end])
	if last < 0 {
		return false
	}
	answered := func(ev windowing.Event) bool { return ev.Mask>>len(chain)&1 != 0 }
	return !slices.ContainsFunc(events[begin+last+1:], answered)
}
