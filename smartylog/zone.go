package smartylog

import (
	"bytes"
	"strings"
	"time"
)

// zoneOffset is how many seconds east of UTC a zone is at a local time, given in
// UTC. second asks for the second of two equal local times. What is not known
// counts as UTC.
func zoneOffset(zone any, wall time.Time, second bool) int {
	text, _ := zone.(string)
	switch {
	case strings.HasPrefix(text, "<DstTzInfo "):
		return pytzOffset(text)
	case strings.HasPrefix(text, "<StaticTzInfo "):
		return namedOffset(quotedWord(text), wall, second)
	}
	name, args := zoneCall(text)
	switch name {
	case "ZoneInfo":
		return namedOffset(firstText(args), wall, second)
	case "timezone", "tzoffset": // of Python and dateutil
		return firstSeconds(args, 1)
	case "FixedOffset", "FixedOffsetTimezone": // of pytz and psycopg2
		return firstSeconds(args, 60)
	}
	return 0
}

// zoneCall takes a call such as zoneinfo.ZoneInfo(key='…') apart.
func zoneCall(text string) (name string, args []argument) {
	name, rest, ok := strings.Cut(text, "(")
	if !ok {
		return "", nil
	}
	p := parser{b: []byte(rest)}
	args, err := p.arguments()
	if err != nil {
		return "", nil
	}
	return name[strings.LastIndexByte(name, '.')+1:], args
}

// firstSeconds is the first number of args: a timedelta, or an integer of so many
// seconds each.
func firstSeconds(args []argument, unit int) int {
	for _, a := range args {
		switch v := a.value.(type) {
		case float64:
			return withinDay(v)
		case int64:
			return withinDay(float64(v) * float64(unit))
		}
	}
	return 0
}

// withinDay makes 0 of offsets that no zone has.
func withinDay(seconds float64) int {
	if seconds <= -day || seconds >= day {
		return 0
	}
	return int(seconds)
}

func firstText(args []argument) string {
	for _, a := range args {
		if text, ok := a.value.(string); ok {
			return text
		}
	}
	return ""
}

// namedOffset looks a zone up. In the hour that a change of offset repeats both
// offsets fit, in the one that it skips none does; then the first is the one
// before the change.
func namedOffset(name string, wall time.Time, second bool) int {
	zone, err := time.LoadLocation(name)
	if err != nil || len(name) > 40 {
		return 0
	}
	offsetAt := func(t time.Time) int {
		_, offset := t.In(zone).Zone()
		return offset
	}
	before, after := offsetAt(wall.Add(-day*time.Second)), offsetAt(wall.Add(day*time.Second))
	fits := func(offset int) bool { return offsetAt(wall.Add(-time.Duration(offset)*time.Second)) == offset }
	switch one, other := fits(before), fits(after); {
	case one != other && one, one == other && !second:
		return before
	}
	return after
}

// pytzOffset reads the offset in "<DstTzInfo 'Europe/Moscow' MSK+3:00:00 STD>".
// The name before it may be a number as well, as in "+05+5:00:00", and west of
// Greenwich pytz prints "-1 day, 19:00:00".
func pytzOffset(text string) int {
	clock := []byte(text[strings.LastIndexByte(text, '\'')+1:])
	colon := bytes.IndexByte(clock, ':')
	if colon < 0 {
		return 0
	}
	from := backOver(clock, colon, isDigit)
	end := from
	for end < len(clock) && (isDigit(clock[end]) || clock[end] == ':') {
		end++
	}
	secs, ok := clockSeconds(string(clock[from:end]))
	if !ok {
		return 0
	}
	if bytes.HasSuffix(clock[:from], []byte("-1 day, ")) {
		secs -= day
	}
	return secs
}

// clockSeconds reads "3:00:00".
func clockSeconds(s string) (int, bool) {
	total, part := 0, 0
	for i := range len(s) {
		switch {
		case isDigit(s[i]) && part < 100:
			part = part*10 + int(s[i]-'0')
		case s[i] == ':':
			total, part = (total+part)*60, 0
		default:
			return 0, false
		}
	}
	return total + part, len(s) > 0 && total+part < day
}

// quotedWord is the first text in single quotes.
func quotedWord(s string) string {
	_, rest, _ := strings.Cut(s, "'")
	word, _, _ := strings.Cut(rest, "'")
	return word
}
