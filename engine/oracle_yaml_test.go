package engine_test

import (
	"fmt"
	"strings"
)

// oHead is what the rules of every case may refer to.
func oHead() string {
	if !with("vars") {
		return "timezone: " + oZone + "\n"
	}
	return "timezone: " + oZone + "\nvars: {size: 2, word: x}\nlists: {picks: [x, '5', b]}\n"
}

// oConstant is a var or list of oHead.
func oConstant(name string) (any, bool) {
	switch name {
	case "size":
		return int64(2), true
	case "word":
		return "x", true
	case "picks":
		return []any{"x", "5", "b"}, true
	}
	return nil, false
}

func (r *oRule) yaml() string {
	var b strings.Builder
	put := func(format string, args ...any) { fmt.Fprintf(&b, "  "+format+"\n", args...) }
	expr := func(name string, x *oExpr) {
		if x != nil {
			put("%s: '%s'", name, x)
		}
	}
	fmt.Fprintf(&b, "- id: %s\n", r.id)
	if r.source != "" {
		put("source: %s", r.source)
	}
	list := func(name string, of []string) {
		if len(of) > 0 {
			put("%s: [%s]", name, quoted(of))
		}
	}
	list("log", r.logs)
	list("event", r.events)
	expr("match", r.match)
	if len(r.fields) > 0 {
		put("fields:")
	}
	for _, f := range r.fields {
		expr("  "+f.name, f.expr)
	}
	list("group_by", r.groupBy)
	r.yamlStages(put)
	r.yamlTimes(put)
	expr("condition", r.cond)
	expr("resolve", r.resolve)
	if len(r.levels) > 0 {
		put("levels:")
	}
	for _, l := range r.levels {
		expr("  "+l.severity.String(), l.expr)
	}
	if len(r.aggs) > 0 {
		put("aggregates:")
	}
	for _, a := range r.aggs {
		put("  %s: {%s}", a.name, a.yaml())
	}
	if r.mode != "" {
		put("mode: %s", r.mode)
	}
	if r.absence {
		put("absence: true")
	}
	put("groups: {%s}", r.limits())
	return b.String()
}

func (r *oRule) yamlTimes(put func(string, ...any)) {
	seconds := func(name string, d int64) {
		if d > 0 {
			put("%s: %ds", name, d)
		}
	}
	seconds("window", r.window)
	seconds("within", r.within)
	seconds("for", r.hold)
	seconds("keep_firing_for", r.keep)
	seconds("cooldown", r.cooldown)
	if r.warmup >= 0 {
		put("warmup: %ds", r.warmup)
	}
	if r.maxFiring > 0 {
		put("max_firing: %d", r.maxFiring)
	}
	if r.cron != "" {
		put("schedule: '%s'", r.cron)
	}
}

func (r *oRule) yamlStages(put func(string, ...any)) {
	if r.steps == nil {
		return
	}
	put("%s:", map[bool]string{false: "sequence", true: "all_of"}[r.allOf])
	for i := range r.steps {
		put("- {%s}", r.steps[i].yaml())
	}
	if r.until != nil {
		put("until: {%s}", r.until.yaml())
	}
	if r.min > 0 {
		put("min: %d", r.min)
	}
}

func (s *oStage) yaml() string {
	var parts []string
	if s.events != nil {
		parts = append(parts, fmt.Sprintf("event: [%s]", quoted(s.events)))
	}
	if s.match != nil {
		parts = append(parts, fmt.Sprintf("match: '%s'", s.match))
	}
	if s.count > 1 {
		parts = append(parts, fmt.Sprintf("count: %d", s.count))
	}
	if s.absent {
		parts = append(parts, "absent: true")
	}
	return strings.Join(parts, ", ")
}

func (r *oRule) limits() string {
	parts := []string{fmt.Sprintf("max: %d", r.max)}
	if r.forget > 0 {
		parts = append(parts, fmt.Sprintf("forget_after: %ds", r.forget))
	}
	if len(r.expect) > 0 && len(r.groupBy) == 0 {
		parts = append(parts, "expect: all")
	} else if len(r.expect) > 0 {
		var tuples []string
		for _, tuple := range r.expect {
			tuples = append(tuples, "["+quoted(tuple)+"]")
		}
		parts = append(parts, "expect: ["+strings.Join(tuples, ", ")+"]")
	}
	return strings.Join(parts, ", ")
}

func (a *oAgg) yaml() string {
	parts := []string{a.fn + ": " + a.field}
	switch {
	case a.fn == "count" || a.fn == "rate":
		parts[0] = a.fn + ": true"
	case a.fn == "streak":
		parts[0] = fmt.Sprintf("streak: '%s'", a.hit)
	case a.list != nil:
		parts[0] = fmt.Sprintf("%s: '[%s]'", a.fn, strings.Join(a.list, ", "))
	}
	if a.where != nil {
		parts = append(parts, fmt.Sprintf("where: '%s'", a.where))
	}
	for _, d := range []struct {
		key string
		d   int64
	}{{"window", a.window}, {"offset", a.offset}, {"memory", a.memory}} {
		if d.d > 0 {
			parts = append(parts, fmt.Sprintf("%s: %ds", d.key, d.d))
		}
	}
	if a.n > 0 {
		parts = append(parts, fmt.Sprintf("n: %d", a.n))
	}
	return strings.Join(parts, ", ")
}

func quoted(texts []string) string {
	out := make([]string, len(texts))
	for i, s := range texts {
		out[i] = fmt.Sprintf("%q", s)
	}
	return strings.Join(out, ", ")
}
