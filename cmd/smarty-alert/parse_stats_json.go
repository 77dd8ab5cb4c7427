package main

import (
	"cmp"
	"encoding/json"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/smarty-alert/smarty-alert/logstats"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// statsJSON is what `parse --stats --format jsonl` writes, as one line.
type statsJSON struct {
	Type     string             `json:"type"`     // "stats"
	Filtered bool               `json:"filtered"` // only some records were counted, and no findings looked for
	From     *time.Time         `json:"from"`     // of the earliest and the latest record; null without any
	To       *time.Time         `json:"to"`
	Files    int                `json:"files"`
	Bytes    int64              `json:"bytes"`
	Lines    int64              `json:"lines"`
	Skipped  int64              `json:"skipped"`
	Records  int64              `json:"records"`
	Logs     []logJSON          `json:"logs"`
	Biggest  []bigJSON          `json:"biggest"`
	Findings []logstats.Finding `json:"findings"`
}

type logJSON struct {
	Log     string                    `json:"log"` // "instance/stem"
	Files   []string                  `json:"files"`
	From    *time.Time                `json:"from"`
	To      *time.Time                `json:"to"`
	Bytes   int64                     `json:"bytes"`
	Lines   int64                     `json:"lines"`
	Skipped int64                     `json:"skipped"`
	Records int64                     `json:"records"`
	Levels  map[string]int64          `json:"levels"`
	Offsets map[string]int64          `json:"offsets"` // records by seconds east of UTC
	Flags   map[string]logstats.Tally `json:"flags"`
	Events  []eventJSON               `json:"events"`
}

type eventJSON struct {
	Event       string           `json:"event"` // "" for records without one
	Documented  bool             `json:"documented"`
	Records     int64            `json:"records"`
	From        *time.Time       `json:"from"`
	To          *time.Time       `json:"to"`
	Levels      map[string]int64 `json:"levels"`
	Keys        map[string]int64 `json:"keys"`
	UnknownKeys []string         `json:"unknown_keys"` // of a documented event
}

type bigJSON struct {
	Log   string `json:"log"`
	Event string `json:"event"`
	Bytes int64  `json:"bytes"`
	logstats.Place
}

func writeStatsJSON(w io.Writer, logs []*logstats.Log, found []logstats.Finding, some bool) error {
	sum := logstats.Total(logs)
	s := statsJSON{Type: "stats", Files: sum.Files, Bytes: sum.Bytes, Lines: sum.Lines, Skipped: sum.Skipped, Records: sum.Records,
		Filtered: some, Logs: []logJSON{}, Biggest: []bigJSON{}, Findings: []logstats.Finding{}}
	s.From, s.To = ends(sum.Span)
	for _, l := range logs {
		s.Logs = append(s.Logs, newLogJSON(l))
	}
	for _, b := range biggest(logs) {
		s.Biggest = append(s.Biggest, bigJSON{b.log, b.Event, b.Bytes, b.Place})
	}
	if found != nil {
		s.Findings = found
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(s)
}

func newLogJSON(l *logstats.Log) logJSON {
	j := logJSON{Log: l.Name, Files: l.Files, Bytes: l.Bytes, Lines: l.Lines, Skipped: l.Skipped, Records: l.Counts.Records,
		Levels: l.Counts.Levels, Offsets: map[string]int64{}, Flags: l.Counts.Flags, Events: []eventJSON{}}
	j.From, j.To = ends(l.Course.Span)
	for offset, span := range l.Course.Offsets {
		j.Offsets[strconv.Itoa(offset)] = span.Count
	}
	for _, name := range l.EventNames() {
		e := l.Counts.Events[name]
		_, documented := smartylog.EventByName(name)
		ev := eventJSON{Event: name, Documented: documented, Records: e.Count, Levels: e.Levels, Keys: map[string]int64{}, UnknownKeys: []string{}}
		ev.From, ev.To = ends(e.Span)
		for _, k := range e.Keys {
			ev.Keys[k.Name] = k.Count
		}
		for _, k := range e.UnknownKeys() {
			ev.UnknownKeys = append(ev.UnknownKeys, k.Name)
		}
		j.Events = append(j.Events, ev)
	}
	return j
}

// ends gives both ends of a span, nil for an empty one.
func ends(s logstats.Span) (from, to *time.Time) {
	if s.Count == 0 {
		return nil, nil
	}
	first, last := time.Unix(s.First, 0).UTC(), time.Unix(s.Last, 0).UTC()
	return &first, &last
}

// bigRecord is one of the largest records of all logs.
type bigRecord struct {
	logstats.Big
	log string
}

// biggest merges the largest records of all logs, largest first.
func biggest(logs []*logstats.Log) []bigRecord {
	var all []bigRecord
	for _, l := range logs {
		for _, b := range l.Counts.Biggest {
			all = append(all, bigRecord{b, l.Name})
		}
	}
	slices.SortStableFunc(all, func(a, b bigRecord) int { return cmp.Compare(b.Bytes, a.Bytes) })
	return all[:min(len(all), 5)]
}
