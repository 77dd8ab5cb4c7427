package plain

import (
	"fmt"

	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/windowing"
)

// values says what each aggregate is.
func values(r *rules.Rule) []string {
	var out []string
	for i, a := range r.Aggregates {
		out = append(out, a.Name+": "+aggregate(r, a, r.Columns[i+1]))
	}
	return out
}

func aggregate(r *rules.Rule, a rules.Aggregate, c windowing.Column) string {
	records := noun(r) + " " + within(c)
	if a.Where != nil {
		records += " where " + clause(a.Where, "")
	}
	if a.Func == windowing.Streak {
		return "how many of the " + records + ", counted back from the newest without a break, have this: " + clause(a.Value, "")
	}
	of := ""
	if a.Value != nil {
		of = value(a.Value) + " in the " + records
	}
	switch a.Func {
	case windowing.Count:
		return "the number of " + records
	case windowing.Rate:
		return "how many per second of the " + records
	case windowing.Distinct:
		return "how many different " + of
	case windowing.Top:
		if c.N == 1 {
			return "the most frequent " + of + ", with how often it came"
		}
		return fmt.Sprintf("the %d most frequent %s, with how often each came", c.N, of)
	case windowing.Values:
		return fmt.Sprintf("the different %s, %d at most", of, windowing.MaxValues)
	case windowing.FirstSeen:
		return "how many different " + of + ", not counting those seen in the " + length(c.Memory) + " before"
	case windowing.First:
		return value(a.Value) + " of the first of the " + records
	case windowing.Last:
		return value(a.Value) + " of the last of the " + records
	}
	return "the " + statistics[a.Func] + " " + of
}

var statistics = map[windowing.Func]string{
	windowing.Sum: "sum of", windowing.Avg: "average of", windowing.Min: "lowest value of", windowing.Max: "highest value of", windowing.P50: "median (p50) of",
	windowing.P90: "90th percentile of", windowing.P95: "95th percentile of", windowing.P99: "99th percentile of",
}

// within is the window of an aggregate.
func within(c windowing.Column) string {
	switch {
	case c.Window == windowing.Forever:
		return "since the group was first seen"
	case c.Window == 0:
		return "of the second judged"
	case c.Offset == 0:
		return "within " + length(c.Window)
	}
	return "within the " + length(c.Window) + " that ended " + length(c.Offset) + " earlier"
}
