package rehearsal

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/ruletest"
)

// Bounds of what is shown of a test that failed.
const (
	maxLines   = 60 // of its story; beyond, what lies between is left out
	nearLines  = 4  // that are shown on either side of what matters then
	maxWritten = 300
)

// Text tells of a test that failed: each expectation that does not hold, how it
// differs, and what happened, from the first to the last.
func (p *Played) Text(v *Verdict) string {
	var b strings.Builder
	for _, f := range v.Failures {
		f.write(&b)
	}
	b.WriteString("  what happened (= as expected, ~ otherwise than expected, ! not wanted, - did not come):\n")
	lines := shorten(p.timeline(v))
	width := 0
	for _, l := range lines {
		width = max(width, len(l.at))
	}
	for _, l := range lines {
		b.WriteString(l.within(width) + "\n")
	}
	return b.String()
}

func (f *Failure) write(b *strings.Builder) {
	fmt.Fprintf(b, "  %s:%d: %s\n", f.File, f.Line, clean(f.Text))
	if f.Nearest != "" {
		fmt.Fprintf(b, "      came  %s\n", clean(f.Nearest))
	}
	width := 0
	for _, d := range f.Differences {
		width = max(width, utf8.RuneCountInString(d.Name()))
	}
	for _, d := range f.Differences {
		head := d.Name() + strings.Repeat(" ", width-utf8.RuneCountInString(d.Name()))
		for _, side := range []struct{ sign, text string }{{"- ", d.Want}, {"+ ", d.Got}} {
			for line := range strings.SplitSeq(strings.TrimRight(side.text, "\n"), "\n") {
				b.WriteString(strings.TrimRight(fmt.Sprintf("      %s  %s%s", head, side.sign, clean(line)), " ") + "\n")
				head = strings.Repeat(" ", width)
			}
		}
	}
	for _, n := range f.Notes {
		fmt.Fprintf(b, "      note: %s\n", clean(n))
	}
}

// clean is text from logs and rules, fit for a terminal.
func clean(s string) string { return notifiers.Cut(notifiers.Visible(s), maxWritten) }

// line is one line of a story.
type line struct {
	second int64
	sign   byte
	at     string
	text   string
	left   int // lines that are left out instead
}

func (l line) within(width int) string {
	if l.left > 0 {
		return fmt.Sprintf("      %*s  … %s", width, "", many(int64(l.left), "line"))
	}
	return fmt.Sprintf("    %c %-*s  %s", l.sign, width, l.at, clean(l.text))
}

// timeline is the story, with what did not come in its place.
func (p *Played) timeline(v *Verdict) (out []line) {
	add := func(second int64, sign byte, text string) {
		out = append(out, line{second: second, sign: sign, at: span(p.After(second)), text: text})
	}
	waiting := slices.Clone(v.absent)
	slices.SortStableFunc(waiting, func(a, b absent) int { return int(max(-1, min(1, a.second-b.second))) })
	before := func(second int64) {
		for len(waiting) > 0 && waiting[0].second < second {
			add(waiting[0].second, '-', waiting[0].text)
			waiting = waiting[1:]
		}
	}
	for i := 0; i < len(p.Story); {
		m := &p.Story[i]
		before(m.second)
		if m.Log == nil {
			add(m.second, v.sign(i), p.tell(m))
			i++
			continue
		}
		next := i
		for next < len(p.Story) && p.Story[next].Log != nil && (len(waiting) == 0 || p.Story[next].second <= waiting[0].second) {
			next++
		}
		for _, l := range p.summed(p.Story[i:next]) {
			add(l.second, ' ', l.text)
		}
		i = next
	}
	before(p.End + 1)
	add(p.End, ' ', "the test ends")
	before(math.MaxInt64)
	return out
}

func (v *Verdict) sign(place int) byte {
	switch v.expected[place] {
	case asExpected:
		return '='
	case asNearest:
		return '~'
	case tooMuch:
		return '!'
	}
	return ' '
}

// summed are records in a row, each event of a log once.
func (p *Played) summed(logged []Moment) (out []line) {
	type run struct {
		log         Logged
		n           int64
		from, until int64
	}
	var runs []run
	for _, m := range logged {
		i := slices.IndexFunc(runs, func(r run) bool { return r.log == *m.Log })
		if i < 0 {
			i, runs = len(runs), append(runs, run{log: *m.Log, from: m.second})
		}
		runs[i].n++
		runs[i].until = m.second
	}
	for _, r := range runs {
		event := r.log.Event
		if event == "" {
			event = "a record without an event"
		}
		text := "log " + r.log.Source + ": " + event
		if r.n > 1 {
			text += ", " + manyTimes(r.n)
		}
		if r.until > r.from {
			text += " until " + span(p.After(r.until))
		}
		out = append(out, line{second: r.from, text: text})
	}
	return out
}

// tell is one moment that is no record, in one line.
func (p *Played) tell(m *Moment) string {
	switch {
	case m.Op != nil:
		return "op: " + opText(m.Op)
	case m.Suppressed != nil:
		return name(m.Suppressed.Rule, m.Suppressed.Group) + ": held back by " + m.Suppressed.By
	case m.Notification != nil:
		return fmt.Sprintf("%s is told (%s)", m.Notification.Receiver, message(m.Notification))
	}
	text := changed(m.Alert)
	if m.Alert.Summary != "" && m.Alert.State != alert.Pending {
		text += fmt.Sprintf(" %q", m.Alert.Summary)
	}
	return text
}

func opText(op *ruletest.Op) string {
	matchers := func(ms alert.Matchers) string {
		parts := make([]string, len(ms))
		for i, m := range ms {
			parts[i] = m.String()
		}
		return strings.Join(parts, ", ")
	}
	switch {
	case op.Silence != nil:
		return fmt.Sprintf("silence %s for %s", matchers(op.Silence.Matchers), span(op.Silence.For))
	case op.Ack != nil:
		return "ack " + matchers(op.Ack.Matchers) + " by " + op.Ack.By
	case op.Restart == ruletest.Reload && op.Rules != nil:
		return "reload " + strings.Join(op.Rules, ", ")
	case op.Restart == ruletest.Reload:
		return "reload"
	}
	return "restart (" + string(op.Restart) + ")"
}

// shorten leaves out of a long story what is far from all that matters.
func shorten(lines []line) (out []line) {
	if len(lines) <= maxLines {
		return lines
	}
	keep := make([]bool, len(lines))
	show := func(from, to int) {
		for i := max(0, from); i < min(to, len(lines)); i++ {
			keep[i] = true
		}
	}
	show(0, nearLines)
	show(len(lines)-nearLines, len(lines))
	shown := 0
	for i, l := range lines {
		if (l.sign == '~' || l.sign == '!' || l.sign == '-') && shown < maxLines/(2*nearLines) {
			shown++
			show(i-nearLines, i+nearLines+1)
		}
	}
	left := 0
	for i, l := range lines {
		if !keep[i] {
			left++
			continue
		}
		if left > 0 {
			out, left = append(out, line{left: left}), 0
		}
		out = append(out, l)
	}
	return out
}
