package lint

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/strictyaml"
	"github.com/smarty-alert/smarty-alert/windowing"
)

// RuleCount is what logs held for one rule.
type RuleCount struct {
	Rule    string
	Records int64 // of its events and logs
	Matched int64 // that satisfy match as well
	Missing int64 // of these, without some field to group by
	Failed  int64 // for which match could not be evaluated
}

// againstLogs reports whether a code is one that only real logs can bring.
func againstLogs(code string) bool {
	switch code {
	case "unseen-log", "unseen-event", "unseen-field", "rare-field", "missing-group", "never-numeric", "never-seen", "other-case":
		return true
	}
	return false
}

// Records is how many records were added.
func (s *Seen) Records() int64 { return s.records }

// Counts lists what was met of each rule, in the order of the set.
func (s *Seen) Counts() []RuleCount {
	var out []RuleCount
	for _, r := range s.rules {
		c := RuleCount{Rule: r.rule.ID, Records: r.selected, Matched: r.matched, Failed: r.failed}
		for _, n := range r.missing {
			c.Missing = max(c.Missing, n)
		}
		out = append(out, c)
	}
	return out
}

// Faults tells what rules ask for and the records did not have. Everything is a
// warning: tomorrow's log may have it.
func (s *Seen) Faults() []strictyaml.Fault {
	var faults strictyaml.Faults
	if s.records == 0 {
		return nil
	}
	for _, r := range s.rules {
		s.names(r, &faults)
		if r.selected == 0 {
			continue
		}
		explained := false // by a field of match
		for _, u := range r.uses {
			if u.otherCase(&faults) || u.faults(r.rule, &faults) {
				explained = explained || u.place.key == "match"
			}
		}
		if r.matched == 0 && r.rule.Match != nil && !explained {
			r.neverSeen(&faults)
		}
		r.groups(&faults)
	}
	return faults.Sorted()
}

// Refute leaves out the warnings that an event, a log or a value is not one of the
// documentation where the records have it all the same.
func (s *Seen) Refute(faults []strictyaml.Fault) []strictyaml.Fault {
	there := map[string]bool{}
	note := func(v strictyaml.Value) {
		var place strictyaml.Faults
		v.Reporting(&place).Warn("unknown-event", "", "")
		for _, f := range place.Sorted() {
			there[f.Position()] = true
		}
	}
	for _, r := range s.rules {
		var none strictyaml.Faults
		for i, v := range r.rule.At("event", &none).List() {
			if i < len(r.events) && r.events[i] > 0 {
				note(v)
			}
		}
		for i, v := range r.rule.At("log", &none).List() {
			if i < len(r.rule.Logs) && s.logs[r.rule.Logs[i]] {
				note(v)
			}
		}
	}
	values := s.knownTexts()
	return slices.DeleteFunc(faults, func(f strictyaml.Fault) bool {
		return undocumented(f.Code) && there[f.Position()] || f.Code == "unknown-value" && values[f.Text()]
	})
}

// knownTexts are the warnings of values that the records have.
func (s *Seen) knownTexts() map[string]bool {
	out := map[string]bool{}
	for _, r := range s.rules {
		for _, u := range r.uses {
			for _, lit := range u.literals {
				if lit.equal == 0 {
					continue
				}
				var said strictyaml.Faults
				warnOfValues(&said, lit.term, eventsAskedOf(r.rule, u.expr))
				for _, f := range said.Sorted() {
					if strings.Contains(f.Msg, fmt.Sprintf("%q", lit.text)) {
						out[f.Text()] = true
					}
				}
			}
		}
	}
	return out
}

// undocumented reports whether a code says what the documentation does not have.
func undocumented(code string) bool {
	return code == "unknown-event" || code == "unknown-log" || code == "unknown-value" || code == "wrong-log"
}

// names looks for logs and events that did not come.
func (s *Seen) names(r *ruleSeen, faults *strictyaml.Faults) {
	logs := slices.Sorted(maps.Keys(s.logs))
	items := r.rule.At("log", faults).List()
	for i, stem := range r.rule.Logs {
		if i < len(items) && !slices.Contains(logs, stem) {
			items[i].Warn("unseen-log", nearest(stem, logs), "none of the logs is %s", stem)
		}
	}
	items = r.rule.At("event", faults).List()
	for i, e := range r.rule.Events {
		if i < len(items) && r.events[i] == 0 {
			msg, hint := s.absent(e, r.rule.Logs)
			items[i].Warn("unseen-event", hint, "%s", msg)
		}
	}
	s.stepNames(r, faults)
}

// stepNames does so for steps, where the rule itself names no events.
func (s *Seen) stepNames(r *ruleSeen, faults *strictyaml.Faults) {
	if r.rule.At("event", faults).There() {
		return
	}
	places := r.rule.At(stepsKey(r.rule), faults).List()
	for i, st := range stepsOf(r.rule) {
		if i >= len(places) {
			return
		}
		items := places[i].QuietMapping().Get("event").List()
		for j, e := range st.Events {
			if j < len(items) && r.steps[i][j] == 0 {
				msg, hint := s.absent(e, st.Logs)
				items[j].Warn("unseen-event", hint, "%s", msg)
			}
		}
	}
}

// absent says that an event did not come, and where it did.
func (s *Seen) absent(event string, logs []string) (msg, hint string) {
	if n := s.count(event); n > 0 && logs != nil {
		var where []string
		for k := range s.kinds {
			if isMeant(event, k.event) && !slices.Contains(where, k.log) {
				where = append(where, k.log)
			}
		}
		slices.Sort(where)
		return fmt.Sprintf("%s is written to %s, not to %s: %s", event, strings.Join(where, ", "), strings.Join(logs, ", "), records(n)), "write log: " + where[0]
	}
	var known []string
	for k := range s.kinds {
		if k.event != "" && !slices.Contains(known, k.event) {
			known = append(known, k.event)
		}
	}
	slices.Sort(known)
	return fmt.Sprintf("none of %s has the event %s", records(s.records), event), nearest(event, known)
}

func isMeant(event, name string) bool { return event == name || isPattern(event) && like(event, name) }

// count is how many of the records that are remembered have an event.
func (s *Seen) count(event string) int64 {
	n := int64(0)
	for k, kind := range s.kinds {
		if isMeant(event, k.event) {
			n += kind.records
		}
	}
	return n
}

func nearest(name string, known []string) string {
	if near := strictyaml.Nearest(name, known); near != "" && near != name {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return ""
}

func records(n int64) string {
	if n == 1 {
		return "1 record"
	}
	return fmt.Sprintf("%d records", n)
}

func (r *ruleSeen) neverSeen(faults *strictyaml.Faults) {
	v := r.rule.At("match", faults)
	if r.failed > 0 {
		v.Warn("never-seen", "a number is compared with a text, say", "true for none of %s of its events; for %d it could not be evaluated", records(r.selected), r.failed)
		return
	}
	v.Warn("never-seen", "", "true for none of %s of its events", records(r.selected))
}

// A field is rare when at least so many records were asked for it, and fewer than
// one in so many had it.
const (
	rareFrom = 50
	rareOne  = 20
)

// faults tells what is wrong with a field, if something is.
func (u *use) faults(r *rules.Rule, faults *strictyaml.Faults) bool {
	var code, msg string
	switch {
	case u.asked == 0 || u.absent:
		return false
	case u.has == 0:
		code, msg = "unseen-field", fmt.Sprintf("none of %s has %s", records(u.asked), u.shown())
	case (u.number || u.summed(r)) && u.numeric == 0:
		code, msg = "never-numeric", fmt.Sprintf("%s is used as a number, and in none of %s is it one", u.shown(), records(u.has))
	case u.asked >= rareFrom && u.has*rareOne < u.asked:
		code, msg = "rare-field", fmt.Sprintf("only %d of %s have %s", u.has, records(u.asked), u.shown())
	default:
		return false
	}
	if t := termOf(u.expr.Term(), u.name); t != nil {
		t.Warn(faults, code, "", "%s", msg)
		return true
	}
	v := r.At(u.place.key, faults)
	if u.place.sub != "" {
		v = v.QuietMapping().Get(u.place.sub)
	}
	v.Warn(code, "", "%s", msg)
	return true
}

// otherCase tells of texts that the field only ever was in other letters.
func (u *use) otherCase(faults *strictyaml.Faults) bool {
	found := false
	for _, l := range u.literals {
		if l.equal > 0 || l.cased == 0 {
			continue
		}
		found = true
		l.term.Warn(faults, "other-case", fmt.Sprintf("write %q", l.written), "%s is never %q, but %q in %s: upper and lower case are not the same", u.shown(), l.text, l.written, records(l.cased))
	}
	return found
}

// shown is the field as the record has it.
func (u *use) shown() string { return u.ref.Path.String() }

// summed reports whether an aggregate computes with the field itself.
func (u *use) summed(r *rules.Rule) bool {
	if u.place.key != "aggregates" {
		return false
	}
	i := slices.IndexFunc(r.Aggregates, func(a rules.Aggregate) bool { return a.Name == u.place.sub })
	if i < 0 || r.Aggregates[i].Value != u.expr || u.expr.Source != u.name {
		return false
	}
	switch r.Aggregates[i].Func {
	case windowing.Sum, windowing.Avg, windowing.Min, windowing.Max, windowing.P50, windowing.P90, windowing.P95, windowing.P99:
		return true
	}
	return false
}

// groups tells of matching records that are not counted for want of a group.
func (r *ruleSeen) groups(faults *strictyaml.Faults) {
	items := r.rule.At("group_by", faults).List()
	for i, g := range r.rule.GroupBy {
		if n := r.missing[i]; n > 0 && i < len(items) {
			items[i].Warn("missing-group", "such records are not counted: group by something else, or leave them out in match",
				"%d of %s that match have no %s (%d %%)", n, records(r.matched), g.Name, 100*n/r.matched)
		}
	}
}
