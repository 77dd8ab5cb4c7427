package logstats

import (
	"fmt"
	"math"
)

// few tells whether the records of the rarer Python are too few to mean
// something: a text that a client sent may look like either.
func few(two, three Span) bool {
	n := min(two.Count, three.Count)
	return n < 3 || n*1000 < max(two.Count, three.Count)
}

// eras looks for records of both Pythons: mixed in one log, one after the other
// in all logs, or in different logs.
func (d *doctor) eras() {
	var two, three, up []*Log
	for _, l := range d.logs {
		seen := l.Counts.Recognised()
		a, b := seen[Python2], seen[Python3]
		switch {
		case a.Count >= 3 && b.Count == 0:
			two = append(two, l)
		case b.Count >= 3 && a.Count == 0:
			three = append(three, l)
		case few(a, b):
		case a.Last <= b.First:
			up = append(up, l)
		case b.Last <= a.First:
			d.note("eras", l, fmt.Sprintf("Python 3 wrote it until %s, Python 2 since %s.", d.clockText(b.Last), d.clockText(a.First)), "Smarty was taken back to an older version. Both are read.")
		default:
			d.warn("mixed_eras", l, fmt.Sprintf("Records of Python 2 (%s recognised) and Python 3 (%s recognised) are mixed.", grouped(a.Count), grouped(b.Count)),
				"Two versions of Smarty write the same file, or two servers' logs were put together.")
		}
	}
	if d.upgraded(two, three, up) {
		return
	}
	for _, l := range up {
		d.note("eras", l, fmt.Sprintf("Python 2 wrote it until %s, Python 3 since %s.",
			d.clockText(l.Counts.Recognised()[Python2].Last), d.clockText(l.Counts.Recognised()[Python3].First)), "Smarty was upgraded. Both are read.")
	}
	if len(two) > 0 && len(three) > 0 {
		d.add(Note, "eras", nil, fmt.Sprintf("Python 2 wrote %s; Python 3 wrote %s.", Some(names(two), 4), Some(names(three), 4)), "Logs of two versions of Smarty. Both are read.")
	}
}

// upgraded says it once when there is one moment that explains all logs: Python 2
// before, Python 3 after.
func (d *doctor) upgraded(two, three, up []*Log) bool {
	last, first := int64(math.MinInt64), int64(math.MaxInt64)
	for _, l := range append(two[:len(two):len(two)], up...) {
		last = max(last, l.Counts.Recognised()[Python2].Last)
	}
	for _, l := range append(three[:len(three):len(three)], up...) {
		first = min(first, l.Counts.Recognised()[Python3].First)
	}
	if len(up) == 0 || last > first {
		return false
	}
	d.add(Note, "eras", nil, fmt.Sprintf("Python 2 wrote these logs until %s, Python 3 since %s.", d.clockText(last), d.clockText(first)), "Smarty was upgraded. Both are read.")
	return true
}

func names(logs []*Log) (out []string) {
	for _, l := range logs {
		out = append(out, l.Name)
	}
	return out
}
