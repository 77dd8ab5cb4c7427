package logstats

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// clock compares the newest record with the moment its file was last written:
// a record cannot be younger than that. The modification time of a copy is later,
// so a copy is never accused.
func (d *doctor) clock(l *Log) {
	ahead := l.Course.Span.Last - l.Written
	if l.Written == 0 || ahead <= 120 {
		return
	}
	seen := fmt.Sprintf("Its newest record says %s, %s after the file was last written.", d.clockText(l.Course.Span.Last), length(ahead))
	if rest := (ahead + 180) % 1800; ahead < 1620 || rest > 360 || ahead > 15*3600 {
		d.warn("clock_ahead", l, seen, "The clock of the machine that wrote it was ahead, or the file's time was set back.")
		return
	}
	switch {
	case l.Course.Offsets[0] != nil:
		d.warn("zero_offset", l, seen+" It prints local time with +0000 beside it, as Python 2.7 does for %z.",
			"Give its entry in the configuration `offset: ignore` and `timezone: Europe/Moscow`, say.")
	case len(l.Course.Offsets) == 0:
		d.warn("zone", l, seen+" Its records carry no offset, and were read in another zone than they were written in.",
			"Pass --timezone Europe/Moscow, say; in the configuration, `timezone` of its entry.")
	default:
		d.warn("clock_ahead", l, seen, "The zone of the machine that wrote it was set wrongly.")
	}
}

// offsets looks at the offsets that one log prints.
func (d *doctor) offsets(l *Log) {
	if t, ok := l.Counts.Flags["no_offset"]; ok {
		text := fmt.Sprintf("%s of %s without an offset from UTC, read in %s.", grouped(t.Count), records(l.Counts.Records), d.zone)
		d.note("no_offset", l, text, "Say in which zone they were written: --timezone, or `timezone` in the configuration.")
	}
	offsets := slices.Sorted(maps.Keys(l.Course.Offsets))
	if len(offsets) < 2 {
		return
	}
	var shown []string
	for _, o := range offsets {
		shown = append(shown, fmt.Sprintf("%s (%s)", offsetText(o), records(l.Course.Offsets[o].Count)))
	}
	if l.Course.Switches < 2*len(offsets) {
		d.note("offset_changed", l, fmt.Sprintf("The offset changes within it: %s.", strings.Join(shown, ", ")), "Summer time, or a new zone setting.")
		return
	}
	text := fmt.Sprintf("Records with different offsets stand side by side: %s.", strings.Join(shown, ", "))
	if l.Course.Offsets[0] != nil {
		d.warn("zero_offset", l, text+" Those with +0000 may be local time: Python 2.7 prints +0000 for %z whatever the zone is.",
			"Look at one of each: if their clocks agree, give its entry in the configuration `offset: ignore` and the right `timezone`.")
		return
	}
	d.warn("mixed_offsets", l, text, "Processes with different zone settings write this log.")
}

// offsetsApart finds logs that print +0000 beside logs that print another offset.
func (d *doctor) offsetsApart() {
	var zero, other []string
	for _, l := range d.logs {
		switch {
		case len(l.Course.Offsets) == 1 && l.Course.Offsets[0] != nil:
			zero = append(zero, l.Name)
		case len(l.Course.Offsets) > 0 && l.Course.Offsets[0] == nil:
			other = append(other, l.Name)
		}
	}
	if len(zero) == 0 || len(other) == 0 {
		return
	}
	d.add(Warning, "zero_offset", nil, fmt.Sprintf("%s: printed with +0000, while other logs have another offset (%s).", some(zero, 4), some(other, 3)),
		"If the clocks agree with the others', it is local time, as Python 2.7 prints it: `offset: ignore` and the right `timezone` for these logs.")
}

// order looks at times that go back or jump ahead.
func (d *doctor) order(l *Log) {
	if b := l.Course.Back; b.Count > 0 {
		text := fmt.Sprintf("%s behind an earlier one, by %s at most (%s).", records(b.Count), length(b.Worst), where(b.WorstAt))
		if b.Worst >= 3600 {
			d.warn("time_back", l, text, "The clock was set back, or parts of other days were put together in one file.")
		} else {
			d.note("time_back", l, text, "The clock was corrected, or a process held its records back. Records this late are evaluated when they come.")
		}
	}
	if t, ok := l.Counts.Flags["future"]; ok {
		d.warn("future", l, fmt.Sprintf("%s more than two minutes ahead of what follows. The first is in %s.", records(t.Count), where(t.First)),
			"Their times are not believed. Look for a machine with a wrong clock.")
	}
	if t, ok := l.Counts.Flags["suspect"]; ok {
		d.warn("suspect", l, fmt.Sprintf("%s that may be forged: the header stands inside a value, or the time is out of all order. The first is in %s.", records(t.Count), where(t.First)),
			"A client may have sent a text with a line break in it.")
	}
}

// silences finds long times without records in logs that usually write often. When
// all of these were silent at once, that is said once.
func (d *doctor) silences() {
	var silent []*Log
	for _, l := range d.logs {
		if l.fallsSilent() {
			silent = append(silent, l)
		}
	}
	if common, ok := commonSilence(silent); ok {
		d.add(Note, "silence", nil, fmt.Sprintf("%s say nothing from %s to %s (%s), and otherwise write all the time.",
			some(names(silent), 4), d.clockText(common.From), d.clockText(common.To), length(common.Seconds())), silenceAdvice)
		return
	}
	for _, l := range silent {
		s := l.Course.Silence
		d.note("silence", l, fmt.Sprintf("It says nothing from %s to %s (%s), and otherwise something every %s on average.",
			d.clockText(s.From), d.clockText(s.To), length(s.Seconds()), length(l.usualGap())), silenceAdvice)
	}
}

const silenceAdvice = "Smarty stood still, or a part of the log is missing here."

// fallsSilent tells whether the longest silence is unusual: not that of a command
// that runs a few times a day, nor of people who sleep.
func (l *Log) fallsSilent() bool {
	s := l.Course.Silence.Seconds()
	return l.Course.Span.Count >= 100 && s >= LongSilence && s >= 200*l.usualGap() && l.Course.Quiet-s <= l.without()/4
}

// without is how long the log lasts beside its longest silence, usualGap how long
// it takes from one record to the next then; in seconds.
func (l *Log) without() int64 {
	return l.Course.Span.Last - l.Course.Span.First - l.Course.Silence.Seconds()
}

func (l *Log) usualGap() int64 { return max(1, l.without()/l.Course.Span.Count) }

// commonSilence is when several logs were silent together, if for long.
func commonSilence(logs []*Log) (s Silence, ok bool) {
	for i, l := range logs {
		if i == 0 {
			s = l.Course.Silence
		}
		s = Silence{max(s.From, l.Course.Silence.From), min(s.To, l.Course.Silence.To)}
	}
	return s, len(logs) > 1 && s.Seconds() >= LongSilence
}
