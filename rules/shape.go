package rules

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// part is a key of a rule with all that its value stands for, as text.
type part struct{ key, text string }

// StateHash covers what a rule's state depends on: an edit that leaves it alone
// keeps the state (semantics §3.8).
func (r *Rule) StateHash() string { return r.stateHash }

// seal notes what the rule is made of, and computes the state hash from the parts
// that shape the state.
func (r *Rule) seal() {
	r.state, r.rest = r.stateParts(), r.restParts()
	h := sha256.New()
	for _, p := range r.state {
		fmt.Fprintf(h, "%q %q\n", p.key, p.text)
	}
	r.stateHash = hex.EncodeToString(h.Sum(nil)[:8])
}

// stateParts are the keys that decide what the rule remembers.
func (r *Rule) stateParts() []part {
	var groupBy, fields, aggregates, levels []string
	for _, g := range r.GroupBy {
		groupBy = append(groupBy, g.Name)
	}
	for _, f := range r.Fields {
		fields = append(fields, f.Name+" "+shape(f.Expr))
	}
	for i, a := range r.Aggregates {
		aggregates = append(aggregates, fmt.Sprintf("%s %v %s %s %+v", a.Name, a.Func, shape(a.Where), shape(a.Value), r.Columns[i+1]))
	}
	for _, l := range r.Levels {
		levels = append(levels, l.Severity.String()+" "+shape(l.Expr))
	}
	until := ""
	if r.Until != nil {
		until = r.Until.text()
	}
	return []part{
		{"source", fmt.Sprint(r.Source)}, {"log", fmt.Sprintf("%q", r.Logs)}, {"event", fmt.Sprintf("%q", r.Events)},
		{"match", shape(r.Match)}, {"fields", join(fields)}, {"group_by", join(groupBy)},
		{"window", fmt.Sprint(r.Window)}, {"aggregates", join(aggregates)},
		{"condition", shape(r.Condition)}, {"levels", join(levels)},
		{"sequence", stepTexts(r.Sequence)}, {"all_of", stepTexts(r.AllOf)}, {"within", fmt.Sprint(r.Within)},
		{"min", fmt.Sprint(r.Min)}, {"until", until},
		{"mode", string(r.Mode)}, {"absence", fmt.Sprint(r.Absence)},
	}
}

// restParts are the keys that take effect at once.
func (r *Rule) restParts() []part {
	var annotations []string
	for _, a := range r.Annotations {
		annotations = append(annotations, a.Name+" "+a.text)
	}
	schedule := ""
	if r.Schedule != nil {
		schedule = r.Schedule.String()
	}
	return []part{
		{"name", r.Name}, {"description", r.Description}, {"status", string(r.Status)}, {"severity", r.Severity.String()},
		{"labels", r.Labels.String()}, {"annotations", join(annotations)},
		{"resolve", shape(r.Resolve)}, {"for", fmt.Sprint(r.For)}, {"keep_firing_for", fmt.Sprint(r.KeepFiringFor)},
		{"cooldown", fmt.Sprint(r.Cooldown)}, {"warmup", fmt.Sprint(r.Warmup)}, {"max_firing", fmt.Sprint(r.MaxFiring)},
		{"groups", fmt.Sprintf("%+v", r.Groups)}, {"schedule", schedule},
		{"repeat_interval", fmt.Sprint(r.RepeatInterval)}, {"repeat_backoff", fmt.Sprint(r.RepeatBackoff)},
		{"inhibits", fmt.Sprintf("%q", r.Inhibits)}, {"active", fmt.Sprintf("%q", r.ActiveIn)},
	}
}

func join(texts []string) string { return strings.Join(texts, "\x00") }

func stepTexts(steps []Step) string {
	var texts []string
	for i := range steps {
		texts = append(texts, steps[i].text())
	}
	return join(texts)
}

// shape is an expression with the values of the vars and lists it uses.
func shape(x *Expr) string {
	if x == nil {
		return ""
	}
	uses := slices.Sorted(slices.Values(x.uses))
	return fmt.Sprintf("%s %q", x.Source, uses)
}

// differing are the keys whose parts are not the same.
func differing(a, b []part) []string {
	var out []string
	for i, p := range a {
		if p != b[i] {
			out = append(out, p.key)
		}
	}
	return out
}
