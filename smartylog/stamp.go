package smartylog

import (
	"bytes"
	"time"
)

// stamps reads the timestamps at the start of records, such as
// "Fri Mar 24 10:22:35+0300 2017 ". Records of one second share their text, and
// those of one day all but the clock, so the last one read is remembered.
type stamps struct {
	zone   *time.Location
	ignore bool // read local time in zone whatever offset is printed

	text  [64]byte
	n     int // length of text, through the space after the year; 0 = nothing remembered
	last  stamp
	local bool  // some offset was found from the zone, for which the time before matters
	day   int64 // Unix second of the remembered day's start if last.fixed
}

// stamp is a timestamp that was read.
type stamp struct {
	sec    int64
	offset int
	flags  Flags
	fixed  bool // the offset is the printed one, so days are arithmetic
}

// clock is a timestamp's text taken apart; its numbers are not yet checked.
type clock struct {
	weekday, month     int // weekday 0 = Sunday, month 1..12
	day, year          int
	hour, minute, secs int
	hasOffset          bool
	offset             int
}

// read reads the timestamp at the start of b and returns the length of its text
// through the space after the year. shaped is true when b has the shape of a
// timestamp, also when the time does not exist (hour 24).
func (c *stamps) read(b []byte) (st stamp, n int, ok, shaped bool) {
	if c.n > 0 && len(b) >= c.n {
		if bytes.Equal(b[:c.n], c.text[:c.n]) {
			return c.last, c.n, true, true
		}
		if c.last.fixed && bytes.Equal(b[:11], c.text[:11]) && bytes.Equal(b[19:c.n], c.text[19:c.n]) {
			if secs, ok := daySecond(b[11:19]); ok {
				copy(c.text[11:19], b[11:19])
				c.last.sec = c.day + secs
				return c.last, c.n, true, true
			}
		}
	}
	var k clock
	if n, shaped = k.scan(b); !shaped {
		return st, 0, false, false
	}
	if !k.exists() {
		return st, n, false, true
	}
	if st = c.resolve(&k); st.sec < firstSecond || st.sec > lastSecond {
		return stamp{}, n, false, true
	}
	c.remember(b[:n], st, &k)
	return st, n, true, true
}

// repeats tells whether lines that begin with the text read last have just this stamp.
func (c *stamps) repeats(st *stamp) bool {
	return c.n >= 11 && c.last == *st && c.text[0]-'A' < 26 && c.text[3] == ' '
}

func (c *stamps) remember(text []byte, st stamp, k *clock) {
	c.n = 0
	if len(text) > len(c.text) {
		return
	}
	c.n = copy(c.text[:], text)
	c.last = st
	// Only the usual layout has the clock at bytes 11 to 19, and the first and the
	// last day have hours that cannot be written.
	if st.sec < firstSecond+2*day || st.sec > lastSecond-2*day || c.n < 25 || text[10] != ' ' || text[13] != ':' || text[16] != ':' {
		c.last.fixed = false
	}
	c.day = st.sec - int64(k.hour*3600+k.minute*60+k.secs)
}

func (c *stamps) resolve(k *clock) stamp {
	st := stamp{offset: k.offset, fixed: k.hasOffset && !c.ignore}
	date := time.Date(k.year, time.Month(k.month), k.day, 0, 0, 0, 0, time.UTC)
	if int(date.Weekday()) != k.weekday {
		st.flags |= WeekdayMismatch
	}
	local := date.Add(time.Duration(k.hour*3600+k.minute*60+k.secs) * time.Second)
	if !k.hasOffset {
		st.flags |= NoOffset
	}
	if st.fixed {
		st.sec = local.Unix() - int64(k.offset)
		return st
	}
	c.local = c.local || c.zone != nil
	st.sec, st.offset = c.inZone(local)
	return st
}

// inZone reads a local time in the configured zone. In the hour that autumn
// repeats, file order decides: the first pass is meant until time has moved on.
func (c *stamps) inZone(local time.Time) (sec int64, offset int) {
	if c.zone == nil {
		return local.Unix(), 0
	}
	wall := local.Unix()
	first, second := passes(c.zone, wall)
	firstOK, secondOK := prints(c.zone, first, wall), prints(c.zone, second, wall)
	switch {
	case firstOK && secondOK && c.last.sec > first+600 && c.last.sec < second+3600:
		sec = second
	case firstOK:
		sec = first
	default: // also in the hour that spring leaves out: the clock was not yet put on
		sec = second
	}
	return sec, int(wall - sec)
}

// Repeated tells whether the time that a record prints comes twice, in the hour that
// autumn repeats, so that the records before it, of the same log, say which one is meant.
func (o Options) Repeated(r *Record) bool {
	if o.Zone == nil || !r.HasTime() || !o.IgnoreOffset && !r.Flags.Has(NoOffset) {
		return false
	}
	wall := r.Sec + int64(r.Offset)
	first, second := passes(o.Zone, wall)
	return first != second && prints(o.Zone, first, wall) && prints(o.Zone, second, wall)
}

// passes are the instants at which the local clock of a zone may show wall, with the
// offset before a change and the one after it.
func passes(zone *time.Location, wall int64) (first, second int64) {
	_, before := time.Unix(wall-day, 0).In(zone).Zone()
	_, after := time.Unix(wall+day, 0).In(zone).Zone()
	return wall - int64(max(before, after)), wall - int64(min(before, after))
}

// prints tells whether the local clock of a zone shows wall at the instant sec.
func prints(zone *time.Location, sec, wall int64) bool {
	_, off := time.Unix(sec, 0).In(zone).Zone()
	return sec+int64(off) == wall
}

// The seconds that RFC 3339 can write in UTC: the years 1 to 9999.
const (
	firstSecond = -62135596800
	lastSecond  = 253402300799
)

// exists checks the ranges of date, clock and offset.
func (k *clock) exists() bool {
	if k.hour > 23 || k.minute > 59 || k.secs > 60 || k.day < 1 || k.year < 1 {
		return false
	}
	if k.offset <= -86400 || k.offset >= 86400 {
		return false
	}
	return k.day <= time.Date(k.year, time.Month(k.month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// scan takes the text of a timestamp apart.
func (k *clock) scan(b []byte) (n int, ok bool) {
	p := 0
	if k.weekday, p = dayWord(b); p == 0 || p >= len(b) || b[p] != ' ' {
		return 0, false
	}
	p++
	m, w := monthWord(b[p:])
	if w == 0 {
		return 0, false
	}
	k.month, p = m, p+w
	for p < len(b) && b[p] == ' ' && p < w+16 {
		p++
	}
	if p, ok = k.scanDay(b, p); !ok {
		return 0, false
	}
	if p+9 > len(b) || b[p+2] != ':' || b[p+5] != ':' {
		return 0, false
	}
	var okH, okM, okS bool
	k.hour, okH = twoDigits(b[p:])
	k.minute, okM = twoDigits(b[p+3:])
	k.secs, okS = twoDigits(b[p+6:])
	if !okH || !okM || !okS {
		return 0, false
	}
	if p, ok = k.scanOffset(b, p+8); !ok {
		return 0, false
	}
	return k.scanYear(b, p)
}

// scanDay reads a day of one or two digits and the space after it.
func (k *clock) scanDay(b []byte, p int) (int, bool) {
	start := p
	for k.day = 0; p < len(b) && p < start+2 && isDigit(b[p]); p++ {
		k.day = k.day*10 + int(b[p]-'0')
	}
	return p + 1, p > start && p < len(b) && b[p] == ' '
}

// scanOffset reads "+0300", "+03:00", "Z" or nothing.
func (k *clock) scanOffset(b []byte, p int) (int, bool) {
	if p >= len(b) {
		return p, false
	}
	sign := 1
	switch b[p] {
	case ' ':
		return p, true
	case 'Z':
		k.hasOffset = true
		return p + 1, true
	case '-':
		sign = -1
	case '+':
	default:
		return p, false
	}
	if p+6 > len(b) {
		return p, false
	}
	hours, ok := twoDigits(b[p+1:])
	p += 3
	if b[p] == ':' {
		p++
	}
	minutes, ok2 := twoDigits(b[p:])
	if minutes > 59 {
		hours = 24 // which no offset has
	}
	k.hasOffset, k.offset = true, sign*(hours*3600+minutes*60)
	return p + 2, ok && ok2
}

// scanYear reads " 2017 "; the last space may be the end of the text.
func (k *clock) scanYear(b []byte, p int) (int, bool) {
	if p+5 > len(b) || b[p] != ' ' {
		return 0, false
	}
	hi, ok := twoDigits(b[p+1:])
	lo, ok2 := twoDigits(b[p+3:])
	k.year = hi*100 + lo
	p += 5
	if !ok || !ok2 || p >= len(b) || b[p] != ' ' {
		return 0, false
	}
	return p + 1, true
}

func daySecond(b []byte) (int64, bool) {
	h, ok := twoDigits(b)
	m, ok2 := twoDigits(b[3:])
	s, ok3 := twoDigits(b[6:])
	if !ok || !ok2 || !ok3 || b[2] != ':' || b[5] != ':' || h > 23 || m > 59 || s > 60 {
		return 0, false
	}
	return int64(h*3600 + m*60 + s), true
}

func twoDigits(b []byte) (int, bool) {
	if len(b) < 2 || !isDigit(b[0]) || !isDigit(b[1]) {
		return 0, false
	}
	return int(b[0]-'0')*10 + int(b[1]-'0'), true
}

func isDigit(c byte) bool { return c-'0' < 10 }
