package rules

import (
	"slices"
	"time"

	"github.com/smarty-alert/smarty-alert/calendar"
	"github.com/smarty-alert/smarty-alert/strictyaml"
	"github.com/smarty-alert/smarty-alert/windowing"
)

// readMode reads the mode, whose default depends on what the rule looks at.
func (fc *fileContext) readMode(m *strictyaml.Mapping, r *Rule) {
	r.Absence, _ = m.Get("absence").Bool()
	r.Mode = EventMode
	if m.Get("resolve").There() || !fc.ordered && (fc.written["window"] || r.judgesHistory()) {
		r.Mode = StateMode
	}
	if s, ok := m.Get("mode").Choice(); ok {
		r.Mode = Mode(s)
	}
}

// judgesHistory reports whether the condition is about the order of records, by
// last, prev or streak.
func (r *Rule) judgesHistory() bool {
	for _, x := range append(r.Judges(), r.Resolve) {
		if x == nil {
			continue
		}
		for _, name := range x.Names {
			for _, a := range r.Aggregates {
				if a.Name == name && (a.Func == windowing.Streak || a.Func == windowing.Last) {
					return true
				}
			}
			for _, f := range r.Recorded {
				if f.Name == name && f.Record != FirstRecord {
					return true
				}
			}
		}
	}
	return false
}

// readTimes reads the lengths and numbers of the life cycle.
func (fc *fileContext) readTimes(m *strictyaml.Mapping, r *Rule) {
	seconds := func(name string) int64 {
		d, _ := m.Get(name).Duration()
		return int64(d / time.Second)
	}
	r.For = seconds("for")
	r.KeepFiringFor = seconds("keep_firing_for")
	r.Cooldown = seconds("cooldown")
	if r.Warmup = seconds("warmup"); !m.Get("warmup").There() && r.remembers() {
		r.Warmup = int64(defaultWarmup / time.Second)
	}
	if r.Mode == StateMode {
		r.MaxFiring = defaultMaxFiring
	}
	if n, ok := m.Get("max_firing").Int(); ok {
		r.MaxFiring = int(n)
	}
}

// remembers reports whether the rule asks what is new, which it cannot know in
// its first days.
func (r *Rule) remembers() bool {
	return slices.ContainsFunc(r.Columns, func(c windowing.Column) bool { return c.Func == windowing.FirstSeen })
}

func (fc *fileContext) readSchedule(v strictyaml.Value, r *Rule) {
	spec, ok := v.Text()
	if !ok {
		return
	}
	var err error
	if r.Schedule, err = calendar.ParseCron(spec, fc.zone); err != nil {
		v.Fault("five fields: minute hour day month weekday; 0 9 * * * is 09:00 every day", "%v", err)
	}
}
