package importer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// value is the field that v names, as a number is calculated of it.
func (e *elastRule) value(v strictyaml.Value) string {
	return e.d.numeric(e.tr.o.Map.field(v.Raw()), v)
}

// cardinality: how many different values.
func (e *elastRule) cardinality() {
	v := e.r.get("cardinality_field")
	if v.Raw() == "" {
		e.d.refuse(v, "cardinality_field is missing")
		return
	}
	if !e.needTimeframe() {
		return
	}
	e.selectRecords()
	name := e.d.aggregate("different", pair{"distinct", text(e.d.path(e.tr.o.Map.field(v.Raw()), "aggregates", v))})
	e.thresholds(name, "max_cardinality", "min_cardinality", true)
	e.d.differs("window", v, "ElastAlert still counts a value that was last seen exactly one timeframe ago")
}

// thresholds writes a condition of an upper and a lower bound, either of which
// may be missing. zero: the value over no records is 0, so that silence may fire.
func (e *elastRule) thresholds(name, high, low string, zero bool, also ...string) {
	var conds []string
	for _, t := range []struct{ key, op string }{{high, ">"}, {low, "<"}} {
		v := e.r.get(t.key)
		if !v.There() {
			continue
		}
		x, ok := decimal(v)
		if !ok {
			e.d.refuse(v, "%s is no number", t.key)
			return
		}
		conds = append(conds, fmt.Sprintf("%s %s %s", name, t.op, number(x)))
		if silent := t.op == "<" && x > 0 || t.op == ">" && x < 0; zero && silent && len(also) == 0 {
			e.d.set("absence", scalar("true"))
			e.d.differs("absence", v, "silence fires it, one whole window after the first record")
		}
	}
	if len(conds) == 0 {
		e.d.refuse(e.d.at, "%s and %s are missing", high, low)
		return
	}
	cond := strings.Join(conds, " or ")
	if len(conds) > 1 && len(also) > 0 {
		cond = "(" + cond + ")"
	}
	e.d.set("condition", text(strings.Join(append(slices.Clone(also), cond), " and ")))
	e.state()
}

// calculation is the window of the types that ask for an aggregation.
func (e *elastRule) calculation() bool {
	key := "buffer_time"
	if on, _ := e.r.get("use_run_every_query_size").Bool(); on {
		key = "run_every"
	}
	if e.r.has("bucket_interval") {
		key = "bucket_interval"
	}
	for _, other := range []string{"buffer_time", "run_every", "bucket_interval", "allow_buffer_time_overlap", "sync_bucket_interval"} {
		e.r.get(other)
	}
	d, ok := e.timeframe(key, longestWindow)
	if e.d.refused != "" {
		return false
	}
	if !ok {
		d = defaultBuffer
		e.d.verify("window", e.d.at, "the rule has no %s: write the one of ElastAlert's own configuration", key)
	}
	e.window = d
	e.d.set("window", seconds(d))
	e.d.differs("window", e.r.get(key), "ElastAlert calculates over one %s after another; here the window slides by the second", key)
	return true
}

// metric: a value calculated of a field.
func (e *elastRule) metric() {
	v, tv := e.r.get("metric_agg_key"), e.r.get("metric_agg_type")
	if v.Raw() == "" || e.r.has("metric_agg_script") {
		e.d.refuse(v, "metric_agg_key is missing, or calculated by a script")
		return
	}
	if !e.calculation() {
		return
	}
	e.selectRecords()
	path := e.value(v)
	fn, zero := tv.Raw(), false
	value := []pair{{fn, text(path)}}
	switch fn {
	case "min", "max", "avg":
	case "sum":
		zero = true
	case "cardinality":
		value, zero = []pair{{"distinct", text(path)}}, true
	case "value_count":
		value, zero = []pair{{"count", scalar("true")}, {"where", text(path + " != nil")}}, true
	case "percentiles":
		pv := e.r.get("percentile_range")
		if !slices.Contains([]string{"50", "90", "95", "99"}, pv.Raw()) {
			e.d.refuse(pv, "percentiles are 50, 90, 95 and 99 here")
			return
		}
		value = []pair{{"p" + pv.Raw(), text(path)}}
	default:
		e.d.refuse(tv, "metric_agg_type %q has no counterpart", fn)
		return
	}
	name := e.d.aggregate("metric", value...)
	var also []string
	if mv := e.r.get("min_doc_count"); mv.There() && len(e.groups) > 0 {
		n, ok := whole(mv, 0, 1<<40)
		if !ok {
			e.d.refuse(mv, "min_doc_count is no number")
			return
		}
		also = append(also, fmt.Sprintf("count >= %d", max(1, n)))
	}
	e.thresholds(name, "max_threshold", "min_threshold", zero, also...)
}

// percentage: the share of the records that another filter takes.
func (e *elastRule) percentage() {
	v := e.r.get("match_bucket_filter")
	f := &filters{tr: e.tr, d: e.d}
	var kids []node
	for _, item := range v.List() {
		kids = append(kids, f.query(item))
	}
	if len(kids) == 0 {
		e.d.refuse(v, "match_bucket_filter is missing")
	}
	if e.d.refused != "" || !e.calculation() {
		return
	}
	e.selectRecords()
	where := e.d.expression(allOf(kids...), "aggregates", v)
	name := e.d.aggregate("matched", pair{"count", scalar("true")}, pair{"where", text(where)})
	least := int64(1)
	if mv := e.r.get("min_denominator"); mv.There() {
		n, ok := whole(mv, 0, 1<<40)
		if !ok {
			e.d.refuse(mv, "min_denominator is no number")
			return
		}
		least = max(1, n)
	}
	e.thresholds(fmt.Sprintf("ratio(%s, count) * 100", name), "max_percentage", "min_percentage", false, fmt.Sprintf("count >= %d", least))
}
