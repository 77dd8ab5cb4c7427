package logstats

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// Log is what was found in one log with all its generations.
type Log struct {
	Name, Stem            string   // "instance/stem" and "stem"
	Files                 []string // oldest first
	Bytes, Lines, Skipped int64    // of text, unpacked
	Written               int64    // when the newest file was last written, Unix seconds; 0: not known
	Err                   error    // why it is not whole: what could not be read of it
	Course                Course
	Counts                *Counts
}

// EventNames lists the events seen, the most frequent first.
func (l *Log) EventNames() []string {
	return slices.SortedFunc(maps.Keys(l.Counts.Events), func(a, b string) int {
		return cmp.Or(cmp.Compare(l.Counts.Events[b].Count, l.Counts.Events[a].Count), strings.Compare(a, b))
	})
}

// LevelNames lists the levels seen, the least first; unknown ones at the end.
func LevelNames(seen map[string]int64) []string {
	return slices.SortedFunc(maps.Keys(seen), func(a, b string) int {
		if ra, rb := rank(a), rank(b); ra != rb {
			return ra - rb
		}
		return strings.Compare(a, b)
	})
}

// rank orders Python's levels by their number; others come last.
func rank(level string) int {
	switch level {
	case "DEBUG":
		return 10
	case "INFO":
		return 20
	case "NOTICE":
		return 25
	case "WARNING", "WARN":
		return 30
	case "ERROR":
		return 40
	case "CRITICAL", "FATAL":
		return 50
	}
	return 1000
}

// UnknownKeys lists keys of an event that the documentation does not name, most
// frequent first; nil for events that are not documented.
func (e *Event) UnknownKeys() []Key {
	documented, ok := smartylog.EventByName(e.Name)
	if !ok {
		return nil
	}
	var out []Key
	for _, k := range e.SortedKeys() {
		if k.Name != "stacktrace" && k.Name != "event" && !documented.Documents(k.Name) {
			out = append(out, k)
		}
	}
	return out
}

// SortedKeys lists all keys, most frequent first.
func (e *Event) SortedKeys() []Key {
	return slices.SortedFunc(slices.Values(e.Keys), func(a, b Key) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Name, b.Name))
	})
}

// FlagNames lists the flags seen, by name.
func (c *Counts) FlagNames() []string { return slices.Sorted(maps.Keys(c.Flags)) }

// Sum is what all logs have together.
type Sum struct {
	Files                          int
	Bytes, Lines, Skipped, Records int64
	Span                           Span
}

// Total adds the logs up.
func Total(logs []*Log) (t Sum) {
	for _, l := range logs {
		t.Files += len(l.Files)
		t.Bytes += l.Bytes
		t.Lines += l.Lines
		t.Skipped += l.Skipped
		t.Records += l.Counts.Records
		t.Span.merge(l.Course.Span)
	}
	return t
}
