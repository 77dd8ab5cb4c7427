package engine

import (
	"fmt"
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
// that a source's clock or zone is wrong (semantics §1.7).
const skewRecords = 5

// health is one such record.
type health struct {
	event  string
	rule   string // that it is about, or ""
	source string // the same
	at     int64
	times  int64 // how often it happened in its second
}

// Field returns a field of the record.
func (h *health) Field(p smartylog.Path) any {
	name, _ := p.Root()
	switch name {
	case "event":
		return h.event
	case "rule":
		return textOrNil(h.rule)
	case "source":
		return textOrNil(h.source)
	case "text":
		return h.String()
	case "time":
		return time.Unix(h.at, 0).UTC().Format(time.RFC3339)
	}
	return nil
}

func textOrNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// String says what happened, for people.
func (h *health) String() string {
	switch h.event {
	case groupEvicted:
		return fmt.Sprintf("rule %s has more groups than groups.max: the least recently matched was forgotten", h.rule)
	case ruleQuarantined:
		return fmt.Sprintf("rule %s kept failing and is not evaluated until its file changes", h.rule)
	}
	return fmt.Sprintf("log %s is ahead of the clock: see offset and timezone of its entry in logs", h.source)
}

// notice hands what a rule met to the health rules of the second. Theirs would
// never end.
func (e *Engine) notice(r *ruleState, h health) {
	if h.times > 0 && e.has[rules.HealthRecords] && r.rule.Source != rules.HealthRecords {
		e.noticed = append(e.noticed, h)
	}
}

// healthItems are the second's health records as the rules over them want them.
func (e *Engine) healthItems(s int64) (items []item) {
	for _, r := range e.rules {
		if r.rule.Source != rules.HealthRecords {
			continue
		}
		for i := range e.noticed {
			h := &e.noticed[i]
			h.at = s
			if it, ok := e.healthItem(r, h, item{Source: nowhere, Sec: s, Pos: int64(i)}); ok {
				for range h.times {
					items = append(items, it)
				}
			}
		}
	}
	return items
}

func (e *Engine) healthItem(r *ruleState, h *health, place item) (item, bool) {
	if !r.rule.Selects("", h.event) {
		return item{}, false
	}
	it, ok := e.match(r, h, "", h.event)
	it.Source, it.Sec, it.Pos = place.Source, place.Sec, place.Pos
	it.Sample = sample{At: h.at, Source: "health", Pos: place.Pos, Text: []byte(h.String())}
	return it, ok
}

// skewed tells the health rules of a source that is ahead of the live clock, at
// the first second that is not final.
func (e *Engine) skewed(src int, s *source) {
	if !e.o.Live || s.Ahead < skewRecords || e.reached == never {
		return
	}
	s.Ahead = 0
	at := e.reached + 1
	h := &health{event: clockSkew, source: s.Name, at: at, times: 1}
	for _, r := range e.rules {
		if r.rule.Source != rules.HealthRecords {
			continue
		}
		if it, ok := e.healthItem(r, h, item{Source: src, Sec: at}); ok {
			e.pending.add(at, it)
		}
	}
}
