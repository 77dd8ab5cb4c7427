package engine

import (
	"fmt"
	"slices"
	"time"

	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// The events of health records: what the engine notices about itself, for the
// built-in rules.
const (
	groupEvicted    = "GROUP_EVICTED"
	ruleQuarantined = "RULE_QUARANTINED"
	clockSkew       = "CLOCK_SKEW"
)

// skewRecords is how many records in a row from the future of a live clock mean
// that a source's clock or zone is wrong (semantics §1.7). As many again say it
// again: the alert fires as long as that lasts.
const skewRecords = 5

// health is one such record.
type health struct {
	Event  string
	Rule   string // that it is about, or ""
	Source string // the same
	At     int64
	Times  int64 // how often it happened in its second
}

// Field returns a field of the record.
func (h *health) Field(p smartylog.Path) any {
	name, _ := p.Root()
	switch name {
	case "event":
		return h.Event
	case "rule":
		return textOrNil(h.Rule)
	case "source":
		return textOrNil(h.Source)
	case "text":
		return h.String()
	case "time":
		return time.Unix(h.At, 0).UTC().Format(time.RFC3339)
	}
	return nil
}

func textOrNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// text says what happened, for people.
func (h *health) text(language string) string {
	if language == "ru" {
		return h.russian()
	}
	return h.String()
}

func (h *health) russian() string {
	switch h.Event {
	case groupEvicted:
		return fmt.Sprintf("у правила %s больше групп, чем groups.max: забыта та, которой не было дольше всего", h.Rule)
	case ruleQuarantined:
		return fmt.Sprintf("правило %s раз за разом не удаётся вычислить; оно выключено, пока не изменится его файл", h.Rule)
	}
	return fmt.Sprintf("записи журнала %s опережают часы: см. offset и timezone этого журнала в logs", h.Source)
}

// String is the text as rules match it.
func (h *health) String() string {
	switch h.Event {
	case groupEvicted:
		return fmt.Sprintf("rule %s has more groups than groups.max: the least recently matched was forgotten", h.Rule)
	case ruleQuarantined:
		return fmt.Sprintf("rule %s kept failing and is not evaluated until its file changes", h.Rule)
	}
	return fmt.Sprintf("log %s is ahead of the clock: see offset and timezone of its entry in logs", h.Source)
}

// notice hands what a rule met to the health rules of the second. Theirs would
// never end.
func (e *Engine) notice(r *ruleState, h health) {
	if h.Times > 0 && e.has[rules.HealthRecords] && r.rule.Source != rules.HealthRecords {
		e.noticed = append(e.noticed, h)
	}
}

// healthItems adds the second's health records as the rules over them want them.
func (e *Engine) healthItems(s int64, items *arrivals) {
	if len(e.noticed) == 0 {
		return
	}
	for _, r := range e.rules {
		if r.rule.Source != rules.HealthRecords || r.faults.noted() {
			continue
		}
		for i := range e.noticed {
			h := &e.noticed[i]
			h.At = s
			if !r.rule.Selects("", h.Event) {
				continue
			}
			f := e.matchOwn(r, h, "", h.Event)
			if f == nil {
				continue
			}
			r.stats.Matched += h.Times - 1
			for range h.Times {
				e.takeOwn(items, f, s, i, "health", h.text(e.o.Language))
			}
		}
	}
}

// skewed notes that a source is ahead of the live clock, for the first second that
// is not final. Before the first second of the run that is not known: begin moves
// the note there.
func (e *Engine) skewed(s *source) {
	if !e.o.Live || !e.has[rules.HealthRecords] || s.Ahead%skewRecords != 0 {
		return
	}
	at := e.reached + 1
	if i := slices.IndexFunc(e.skews, func(h health) bool { return h.At == at && h.Source == s.Name }); i >= 0 {
		e.skews[i].Times++
		return
	}
	e.skews = append(e.skews, health{Event: clockSkew, Source: s.Name, At: at, Times: 1})
}

// takeSkews takes the notes about a second; they are in its order, since what is
// final never becomes less.
func (e *Engine) takeSkews(s int64) []health {
	n := 0
	for n < len(e.skews) && e.skews[n].At <= s {
		n++
	}
	taken := e.skews[:n:n]
	e.skews = e.skews[n:]
	return taken
}
