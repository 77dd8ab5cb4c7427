package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/smarty-alert/smarty-alert/logstats"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// statsText writes for people what logs hold and what is unusual about them.
type statsText struct {
	out     strings.Builder
	zone    *time.Location
	colours bool
	width   int // of the terminal; 0: of no end
}

// write writes everything at once. Of logs of which only some records were
// counted nothing is said to be unusual.
func (t *statsText) write(w io.Writer, logs []*logstats.Log, found []logstats.Finding, some bool) error {
	t.total(logs)
	t.logs(logs)
	t.events(logs)
	t.keys(logs)
	t.flags(logs)
	t.biggest(logs)
	if !some {
		t.findings(found)
	}
	_, err := io.WriteString(w, t.out.String())
	return err
}

func (t *statsText) printf(format string, args ...any) { fmt.Fprintf(&t.out, format, args...) }

func (t *statsText) paint(s string, colours ...text.Color) string {
	if !t.colours {
		return s
	}
	return text.Colors(colours).Sprint(s)
}

func (t *statsText) title(s string) { t.printf("\n%s\n", t.paint(s, text.Bold)) }

func (t *statsText) table(columns []column) { t.printf("%s", tableText(columns, t.width)) }

// clockForm is how times are written.
const clockForm = "2006-01-02 15:04:05"

func (t *statsText) clock(s logstats.Span, sec int64) string {
	if s.Count == 0 {
		return "-"
	}
	return time.Unix(sec, 0).In(t.zone).Format(clockForm)
}

// shortClock leaves out year and second, where there is little room.
func shortClock(clock string) string {
	if len(clock) != len(clockForm) {
		return clock
	}
	return clock[len("2006-") : len(clock)-len(":05")]
}

// What is left out where there is no room for it: what is the same in most rows,
// or can be asked for otherwise, goes first.
const (
	dropFiles = iota + 1
	dropFirst
	dropLast
	dropSize
	dropShare
)

func (t *statsText) total(logs []*logstats.Log) {
	sum := logstats.Total(logs)
	line := fmt.Sprintf("%s, %s, %s, %s", count(len(logs), "log"), count(sum.Files, "file"), megabytes(sum.Bytes), count(int(sum.Records), "record"))
	if sum.Span.Count > 0 {
		line += fmt.Sprintf(", from %s to %s (%s)", t.clock(sum.Span, sum.Span.First), t.clock(sum.Span, sum.Span.Last), t.zone)
	}
	t.printf("%s\n\n", wrapped(line, t.width))
}

// wrapped breaks a line where the terminal ends.
func wrapped(line string, width int) string {
	if width <= 0 {
		return line
	}
	var out []string
	for part := range strings.SplitSeq(text.WrapSoft(line, width), "\n") {
		out = append(out, strings.TrimRight(part, " "))
	}
	return strings.Join(out, "\n")
}

// logs has a row per log; a column per level that occurs.
func (t *statsText) logs(logs []*logstats.Log) {
	all := map[string]int64{}
	for _, l := range logs {
		for name, n := range l.Counts.Levels {
			all[name] += n
		}
	}
	levels := logstats.LevelNames(all)
	more := len(levels) - maxLevels
	levels = levels[:min(len(levels), maxLevels)]
	columns := []column{
		nameColumn("log"), {name: "files", numbers: true, drop: dropFiles}, {name: "records", numbers: true},
		{name: "size", numbers: true, drop: dropSize}, {name: "first", short: shortClock, drop: dropFirst}, {name: "last", short: shortClock, drop: dropLast},
	}
	for _, name := range levels {
		columns = append(columns, column{name: printable(name), numbers: true})
	}
	for _, l := range logs {
		span := l.Course.Span
		row := []string{printable(l.Name), number(int64(len(l.Files))), number(l.Counts.Records), megabytes(l.Bytes), t.clock(span, span.First), t.clock(span, span.Last)}
		for _, name := range levels {
			row = append(row, some(l.Counts.Levels[name]))
		}
		addRow(columns, row...)
	}
	t.table(columns)
	if more > 0 {
		t.printf("(%s more)\n", count(more, "level"))
	}
}

func nameColumn(name string) column { return column{name: name, wrap: 12, torn: true} }

// maxLevels bounds the columns of the table of logs.
const maxLevels = 8

// some writes a number, and nothing for none: zeros would hide the rest.
func some(n int64) string {
	if n == 0 {
		return ""
	}
	return number(n)
}

func (t *statsText) events(logs []*logstats.Log) {
	t.title("Events")
	columns := []column{
		nameColumn("log"), nameColumn("event"), {name: "records", numbers: true}, {name: "share", numbers: true, drop: dropShare},
		{name: "levels", wrap: 10}, {name: "first", short: shortClock, drop: dropFirst}, {name: "last", short: shortClock, drop: dropLast},
	}
	undocumented := false
	for _, l := range logs {
		for i, name := range l.EventNames() {
			e := l.Counts.Events[name]
			shown := printable(name)
			if _, ok := smartylog.EventByName(name); !ok && name != "" {
				shown, undocumented = shown+" *", true
			} else if name == "" {
				shown = "(no event)"
			}
			log := ""
			if i == 0 {
				log = printable(l.Name)
			}
			addRow(columns, log, shown, number(e.Count), share(e.Count, l.Counts.Records), levels(e.Levels),
				t.clock(e.Span, e.Span.First), t.clock(e.Span, e.Span.Last))
		}
	}
	t.table(columns)
	if undocumented {
		t.printf("* not in the documentation\n")
	}
}

// share writes a part in percent; what is there is never 0 %.
func share(part, whole int64) string {
	switch percent := 100 * float64(part) / float64(max(whole, 1)); {
	case percent < 0.05:
		return "< 0.1 %"
	default:
		return fmt.Sprintf("%.1f %%", percent)
	}
}

func levels(seen map[string]int64) string {
	names := logstats.LevelNames(seen)
	if len(names) == 1 {
		return printable(names[0])
	}
	for i, name := range names {
		names[i] = printable(name) + " " + number(seen[name])
	}
	return shorten(strings.Join(names, ", "), 60)
}

// keys lists what the documentation does not name: further keys of its events,
// and all keys of other events.
func (t *statsText) keys(logs []*logstats.Log) {
	columns := []column{nameColumn("log"), nameColumn("event"), {name: "keys and how many records have them", wrap: 30}}
	for _, l := range logs {
		for _, name := range l.EventNames() {
			e := l.Counts.Events[name]
			keys := e.UnknownKeys()
			if _, documented := smartylog.EventByName(name); !documented && name != "" {
				keys = e.SortedKeys()
			}
			if len(keys) > 0 {
				addRow(columns, printable(l.Name), printable(name), keyList(keys))
			}
		}
	}
	if len(columns[0].cells) == 0 {
		return
	}
	t.title("Keys that are not in the documentation")
	t.table(columns)
}

func keyList(keys []logstats.Key) string {
	var parts []string
	for _, k := range keys[:min(len(keys), 12)] {
		parts = append(parts, fmt.Sprintf("%s %s", printable(k.Name), number(k.Count)))
	}
	if more := len(keys) - len(parts); more > 0 {
		parts = append(parts, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(parts, ", ")
}

func (t *statsText) flags(logs []*logstats.Log) {
	columns := []column{nameColumn("log"), {name: "flag"}, {name: "records", numbers: true}, {name: "first", wrap: 20}}
	for _, l := range logs {
		for _, name := range l.Counts.FlagNames() {
			tally := l.Counts.Flags[name]
			addRow(columns, printable(l.Name), name, number(tally.Count), placeText(tally.First))
		}
	}
	if len(columns[0].cells) == 0 {
		return
	}
	t.title("Flags")
	t.table(columns)
}

func placeText(p logstats.Place) string {
	return fmt.Sprintf("%s at byte %s", printable(p.File), number(p.Pos))
}

func (t *statsText) biggest(logs []*logstats.Log) {
	t.title("Biggest records")
	columns := []column{{name: "bytes", numbers: true}, nameColumn("event"), {name: "log", drop: 1}, {name: "where", wrap: 20}}
	for _, b := range biggest(logs) {
		event := printable(b.Event)
		if event == "" {
			event = "(no event)"
		}
		addRow(columns, number(b.Bytes), event, printable(b.log), placeText(b.Place))
	}
	t.table(columns)
}

func (t *statsText) findings(found []logstats.Finding) {
	t.title("What is unusual")
	if len(found) == 0 {
		t.printf("nothing\n")
	}
	for i, f := range found {
		mark := t.paint("note   ", text.FgCyan)
		if f.Weight == logstats.Warning {
			mark = t.paint("warning", text.FgYellow)
		}
		said := printable(f.Text)
		if f.Log != "" {
			said = t.paint(printable(f.Log), text.Bold) + ": " + said
		}
		t.printf("%s  %s\n", mark, hanging(said))
		again := i+1 < len(found) && found[i+1].Advice == f.Advice // said once, below the last of several logs
		if f.Advice != "" && !again {
			t.printf("         %s\n", t.paint("→ "+hanging(printable(f.Advice)), text.Faint))
		}
	}
}

// sentenceWidth is how wide sentences are, so that with what stands before them
// they fit a terminal of 80 columns.
const sentenceWidth = 69

// hanging breaks a sentence into lines that stand under its beginning.
func hanging(s string) string {
	var lines []string
	for line := range strings.SplitSeq(text.WrapSoft(s, sentenceWidth), "\n") {
		lines = append(lines, strings.TrimRight(line, " "))
	}
	return strings.Join(lines, "\n           ")
}
