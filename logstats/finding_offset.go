package logstats

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// ignoreOffset is what to do about local time that is printed with +0000.
const ignoreOffset = "Set `offset: {ignore: Europe/Moscow}`, say, in the entry of the configuration."

// times looks at the clocks, zones and offsets of all logs. What one cause
// explains is said once, by the finding that names the cause. It returns the logs
// in which times jump to and fro by the offset.
func (d *doctor) times() (local map[*Log]bool) {
	local = d.sideBySide()
	told := d.clocks(local)
	d.withoutOffset(told)
	d.offsetsApart(told)
	d.allZero(len(local) > 0 || len(told) > 0)
	for _, l := range d.logs {
		if !local[l] {
			d.order(l)
		}
		d.suspect(l)
	}
	return local
}

// sideBySide finds logs whose records print different offsets by turns, or one
// after the other. It returns those of which some probably print local time with
// +0000.
func (d *doctor) sideBySide() map[*Log]bool {
	local := map[*Log]bool{}
	var zero, mixed, changed []*Log
	for _, l := range d.logs {
		switch n := len(l.Course.Offsets); {
		case n < 2:
		case l.Course.Switches < 2*n:
			changed = append(changed, l)
		case l.Course.Offsets[0] != nil:
			zero = append(zero, l)
			local[l] = true
		default:
			mixed = append(mixed, l)
		}
	}
	const may = " Those with +0000 may be local time: Python 2.7 prints +0000 for %z whatever the zone is."
	d.alike(Finding{Code: "zero_offset", Weight: Warning, Advice: "Look at one of each: if their clocks agree, they are. " + ignoreOffset}, zero,
		fmt.Sprintf("Records with different offsets stand side by side: %s.%s", offsetsOf(zero), may),
		fmt.Sprintf("have records with different offsets side by side: %s.%s", offsetsOf(zero), may))
	d.alike(Finding{Code: "mixed_offsets", Weight: Warning, Advice: "Processes with different zone settings write there."}, mixed,
		fmt.Sprintf("Records with different offsets stand side by side: %s.", offsetsOf(mixed)),
		fmt.Sprintf("have records with different offsets side by side: %s.", offsetsOf(mixed)))
	d.alike(Finding{Code: "offset_changed", Weight: Note, Advice: "Summer time, or a new zone setting."}, changed,
		fmt.Sprintf("The offset changes within it: %s.", offsetsOf(changed)),
		fmt.Sprintf("change their offset: %s.", offsetsOf(changed)))
	return local
}

// offsetsOf lists the offsets that logs print, and how often.
func offsetsOf(logs []*Log) string {
	sum := map[int]int64{}
	for _, l := range logs {
		for o, span := range l.Course.Offsets {
			sum[o] += span.Count
		}
	}
	var shown []string
	for _, o := range slices.Sorted(maps.Keys(sum)) {
		shown = append(shown, fmt.Sprintf("%s (%s)", offsetText(o), records(sum[o])))
	}
	return strings.Join(shown, ", ")
}

// clocks compares the newest record of each log with the moment its file was last
// written: a record cannot be younger than that. The modification time of a copy
// is later, so a copy is never accused. It returns the logs whose zone was found
// to be wrong, of which nothing more needs to be said.
func (d *doctor) clocks(local map[*Log]bool) (told map[*Log]bool) {
	told = map[*Log]bool{}
	var clock, zero, zoneless, zone []*Log
	for _, l := range d.logs {
		switch ahead := l.ahead(); {
		case ahead <= 120 || local[l]:
			continue
		case !looksLikeZone(ahead):
			clock = append(clock, l)
			continue
		case l.Course.Offsets[0] != nil:
			zero = append(zero, l)
		case len(l.Course.Offsets) == 0:
			zoneless = append(zoneless, l)
		default:
			zone = append(zone, l)
		}
		told[l] = true
	}
	d.later("clock_ahead", clock, "", "The clock of the machine that wrote it was ahead, or the file's time was set back.")
	d.later("zero_offset", zero, " That is local time with +0000 beside it, which Python 2.7 prints for %z."+d.zeroToo(zero), ignoreOffset)
	pass := "Pass --timezone Europe/Moscow, say, and set `timezone: Europe/Moscow` in the configuration."
	if d.ZoneGiven {
		pass = fmt.Sprintf("Pass the zone they were written in, which is east of %s, and set it in the configuration (`timezone: Europe/Moscow`).", d.Zone)
	}
	d.later("zone", zoneless, fmt.Sprintf(" Records without an offset were read in %s, and written in another zone.", d.Zone), pass)
	d.later("clock_ahead", zone, "", "The zone of the machine that wrote it was set wrongly.")
	return told
}

// ahead is by how many seconds the newest record is later than the file, 0 where
// that is not known.
func (l *Log) ahead() int64 {
	if l.Written == 0 {
		return 0
	}
	return l.Course.Span.Last - l.Written
}

// looksLikeZone tells whether a clock is ahead by a difference of zones: by half
// hours, up to the greatest there is.
func looksLikeZone(ahead int64) bool {
	return ahead >= 1620 && (ahead+180)%1800 <= 360 && ahead <= 15*3600
}

// later reports logs whose newest records are later than their files.
func (d *doctor) later(code string, logs []*Log, meaning, advice string) {
	if len(logs) == 0 {
		return
	}
	most := slices.MaxFunc(logs, func(a, b *Log) int { return int(a.ahead() - b.ahead()) })
	d.alike(Finding{Code: code, Weight: Warning, Advice: advice}, logs,
		fmt.Sprintf("Its newest record says %s, %s after the file was last written.%s", d.clockText(most.Course.Span.Last), Length(most.ahead()), meaning),
		fmt.Sprintf("have newest records that are later than the files were last written, by up to %s (%s).%s", Length(most.ahead()), most.Name, meaning))
}

// zeroToo tells of further logs that print nothing but +0000.
func (d *doctor) zeroToo(found []*Log) string {
	for _, l := range d.logs {
		if l.onlyZero() && !slices.Contains(found, l) {
			return " Other logs print +0000 as well."
		}
	}
	return ""
}

func (l *Log) onlyZero() bool { return len(l.Course.Offsets) == 1 && l.Course.Offsets[0] != nil }

// withoutOffset finds records that do not print an offset.
func (d *doctor) withoutOffset(told map[*Log]bool) {
	var without []*Log
	var some, all int64
	for _, l := range d.logs {
		if t, ok := l.Counts.Flags["no_offset"]; ok && !told[l] {
			without = append(without, l)
			some, all = some+t.Count, all+l.Counts.Records
		}
	}
	advice := "Say in which zone they were written: pass --timezone, and set `timezone: Europe/Moscow`, say, in the configuration."
	if d.ZoneGiven {
		advice = "If that is their zone, the configuration needs it too: `timezone: Europe/Moscow`, say."
	}
	d.alike(Finding{Code: "no_offset", Weight: Note, Advice: advice}, without,
		fmt.Sprintf("%s of %s without an offset from UTC, read in %s.", grouped(some), records(all), d.Zone),
		fmt.Sprintf("have records without an offset from UTC (%s of %s), read in %s.", grouped(some), grouped(all), d.Zone))
}

// offsetsApart finds logs that print +0000 beside logs that print another offset.
func (d *doctor) offsetsApart(told map[*Log]bool) {
	var zero, other []*Log
	for _, l := range d.logs {
		switch {
		case l.onlyZero() && !told[l]:
			zero = append(zero, l)
		case len(l.Course.Offsets) > 0 && l.Course.Offsets[0] == nil:
			other = append(other, l)
		}
	}
	if len(other) == 0 {
		return
	}
	beside := Some(names(other), 3)
	d.alike(Finding{Code: "zero_offset", Weight: Warning, Advice: "If the clocks agree with the others', it is local time, as Python 2.7 prints it. " + ignoreOffset}, zero,
		fmt.Sprintf("It prints +0000, while other logs have another offset (%s).", beside),
		fmt.Sprintf("print +0000, while other logs have another offset (%s).", beside))
}

// allZero finds that no log prints an offset but +0000. Nothing in the logs can
// tell whether it is true.
func (d *doctor) allZero(explained bool) {
	var zero []*Log
	for _, l := range d.logs {
		switch {
		case l.onlyZero():
			zero = append(zero, l)
		case len(l.Course.Offsets) > 0:
			return
		}
	}
	if len(zero) == 0 || explained {
		return
	}
	f := Finding{Code: "all_zero_offset", Weight: Note, Text: "All records that print an offset say +0000.",
		Advice: "Unless the server runs in UTC, it is local time with the +0000 that Python 2.7 prints for %z. " + ignoreOffset}
	if len(zero) == 1 {
		f.Log = zero[0].Name
	} else {
		f.Logs = names(zero)
	}
	d.found = append(d.found, f)
}
