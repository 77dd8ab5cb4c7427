package logstats

import "fmt"

// order looks at times that go back or jump ahead.
func (d *doctor) order(l *Log) {
	if b := l.Course.Back; b.Count > 0 {
		text := fmt.Sprintf("%s behind an earlier one, by %s at most (%s).", records(b.Count), Length(b.Worst), where(b.WorstAt))
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
}

// suspect looks at records that may be forged.
func (d *doctor) suspect(l *Log) {
	if t, ok := l.Counts.Flags["suspect"]; ok {
		d.warn("suspect", l, fmt.Sprintf("%s that may be forged: the header stands inside a value, or the time is out of all order. The first is in %s.", records(t.Count), where(t.First)),
			"A client may have sent a text with a line break in it.")
	}
}

// silences finds long times without records in logs that usually write often. When
// all of these were silent at once, that is said once.
func (d *doctor) silences(local map[*Log]bool) {
	var silent []*Log
	for _, l := range d.logs {
		if l.fallsSilent() && !local[l] {
			silent = append(silent, l)
		}
	}
	if common, ok := commonSilence(silent); ok {
		d.alike(Finding{Code: "silence", Weight: Note, Advice: silenceAdvice}, silent, "",
			fmt.Sprintf("say nothing from %s to %s (%s), and otherwise write all the time.", d.clockText(common.From), d.clockText(common.To), Length(common.Seconds())))
		return
	}
	for _, l := range silent {
		s := l.Course.Silence
		d.note("silence", l, fmt.Sprintf("It says nothing from %s to %s (%s), and otherwise something every %s on average.",
			d.clockText(s.From), d.clockText(s.To), Length(s.Seconds()), Length(l.usualGap())), silenceAdvice)
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
