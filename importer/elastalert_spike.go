package importer

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// spike: a window against the one before it.
func (e *elastRule) spike() {
	hv, tv := e.r.get("spike_height"), e.r.get("spike_type")
	height, ok := decimal(hv)
	if !ok || height <= 0 {
		e.d.refuse(hv, "spike_height is missing or no number above 0")
		return
	}
	kind := tv.Raw()
	if !slices.Contains([]string{"up", "down", "both"}, kind) {
		e.d.refuse(tv, "spike_type is up, down or both")
		return
	}
	if !e.needTimeframe() {
		return
	}
	if e.window*2 > longestWindow {
		e.d.refuse(e.r.get("timeframe"), "two windows of %s are more than is kept here", length(e.window))
		return
	}
	e.selectRecords()
	cur, ref, least := e.spikeValues()
	if e.d.refused != "" {
		return
	}
	least = append(e.baseline(kind, cur, ref), least...)
	up, down := fmt.Sprintf("%s >= %s * %s", cur, number(height), ref), fmt.Sprintf("%s <= %s / %s", cur, ref, number(height))
	cond := map[string]string{"up": up, "down": down, "both": up + " or " + down}[kind]
	if kind == "both" && len(least) > 0 {
		cond = "(" + cond + ")"
	}
	e.d.set("condition", text(strings.Join(append(least, cond), " and ")))
	if v := e.r.get("alert_on_new_data"); v.There() {
		e.d.left(v, "alert_on_new_data")
	}
	if kind == "up" {
		e.message(max(e.realert(), 2*e.window))
		e.d.differs("cooldown", e.r.get("realert"), "after a match ElastAlert waits for two timeframes, or realert if that is longer")
		return
	}
	e.state()
	if cur == "count" && len(least) == 0 {
		e.d.set("absence", scalar("true"))
	}
}

// baseline is what must hold before a spike is judged: two timeframes since the
// first record, of each query_key if there is one.
func (e *elastRule) baseline(kind, cur, ref string) []string {
	v := e.r.get("timeframe")
	if len(e.groups) == 0 {
		e.d.set("warmup", seconds(2*e.window))
		e.d.differs("warmup", v, "ElastAlert waits for two timeframes since its first record; here since the first of the log")
		return nil
	}
	back := max(24*time.Hour-2*e.window, e.window)
	earlier := e.d.aggregate("earlier", pair{"count", scalar("true")}, pair{"window", seconds(back)}, pair{"offset", seconds(2 * e.window)})
	e.d.differs("aggregates", v, "a key is judged when it has a record that is two timeframes old, and not more than %s", length(back+2*e.window))
	if kind != "up" && cur == "count" { // ElastAlert forgets a key with two empty windows
		return []string{earlier + " >= 1", "(count >= 1 or " + ref + " >= 1)"}
	}
	return []string{earlier + " >= 1"}
}

// spikeValues declares what a spike compares, and the least they must be.
func (e *elastRule) spikeValues() (cur, ref string, least []string) {
	if v := e.r.get("field_value"); v.There() {
		field := e.value(v)
		cur = e.d.aggregate("current", pair{"avg", text(field)})
		ref = e.d.aggregate("reference", pair{"avg", text(field)}, pair{"offset", seconds(e.window)})
		for _, key := range []string{"threshold_cur", "threshold_ref"} {
			if v := e.r.get(key); v.There() {
				e.d.elsewhere(v, "%s: ElastAlert does not look at it beside field_value", key)
			}
		}
		return cur, ref, []string{cur + " != nil", ref + " != nil", cur + " != 0", ref + " != 0"}
	}
	ref = e.d.aggregate("reference", pair{"count", scalar("true")}, pair{"offset", seconds(e.window)})
	for _, t := range []struct{ key, name string }{{"threshold_cur", "count"}, {"threshold_ref", ref}} {
		v := e.r.get(t.key)
		if !v.There() {
			continue
		}
		n, ok := whole(v, 0, 1<<40)
		if !ok {
			e.d.refuse(v, "%s is no number", t.key)
		} else if n > 0 {
			least = append(least, fmt.Sprintf("%s >= %d", t.name, n))
		}
	}
	return "count", ref, least
}

// newTerm: values that were not seen before.
func (e *elastRule) newTerm() {
	v := e.r.get("fields")
	key := v
	if !v.There() {
		key = e.r.get("query_key")
	}
	terms := e.termFields(key)
	if len(terms) == 0 {
		e.d.refuse(v, "fields is missing")
		return
	}
	memory, ok := e.timeframe("terms_window_size", 400*24*time.Hour)
	if !ok {
		memory = 30 * 24 * time.Hour
	}
	if !v.There() {
		e.groups = nil // the value itself is what is new
	}
	e.selectRecords()
	e.d.set("window", scalar("1s"))
	var conds []string
	for _, fields := range terms {
		conds = append(conds, e.firstSeen(fields, memory, key)+" >= 1")
	}
	if missing, _ := e.r.get("alert_on_missing_field").Bool(); missing {
		conds = append(conds, e.missing(terms)+" >= 1")
	}
	e.d.set("condition", text(strings.Join(conds, " or ")))
	e.message(e.realert())
	e.d.set("warmup", seconds(min(memory, learning)))
	e.d.differs("warmup", key, "ElastAlert asks Elasticsearch for the values of %s at its start; here the rule learns them from the log and keeps quiet meanwhile", length(memory))
	e.d.differs("aggregates", key, "ElastAlert never forgets a value while it runs; here one that was not seen for the time of memory is new again")
}

// termFields reads fields: each is a field, or a list of them that count as one.
func (e *elastRule) termFields(v strictyaml.Value) [][]string {
	var out [][]string
	for _, item := range v.List() {
		var fields []string
		for _, s := range item.Texts() {
			fields = append(fields, e.tr.o.Map.field(s))
		}
		if len(fields) > 0 {
			out = append(out, fields)
		}
	}
	return out
}

func (e *elastRule) firstSeen(fields []string, memory time.Duration, v strictyaml.Value) string {
	var paths, there []string
	for _, f := range fields {
		p := e.d.path(f, "aggregates", v)
		paths, there = append(paths, p), append(there, p+" != nil")
	}
	value := []pair{{"first_seen", text(paths[0])}, {"memory", seconds(memory)}}
	if len(paths) > 1 {
		value = []pair{{"first_seen", text("[" + strings.Join(paths, ", ") + "]")}, {"memory", seconds(memory)}, {"where", text(strings.Join(there, " and "))}}
	}
	return e.d.aggregate("new_"+strings.Join(fields, "_"), value...)
}

func (e *elastRule) missing(terms [][]string) string {
	var absent []string
	for _, fields := range terms {
		for _, f := range fields {
			absent = append(absent, e.d.path(f, "aggregates", e.r.get("fields"))+" == nil")
		}
	}
	return e.d.aggregate("missing", pair{"count", scalar("true")}, pair{"where", text(strings.Join(absent, " or "))})
}
