package logstats

import "github.com/smarty-alert/smarty-alert/smartylog"

// Course is how the time of one log went, told record by record in their order.
// The zero Course is ready.
type Course struct {
	Span     Span          // of the records whose time is believed
	Offsets  map[int]*Span // by seconds east of UTC, of records that print one
	Switches int           // how often the offset changed from one record to the next
	Silence  Silence       // the longest
	Quiet    int64         // seconds of all silences of at least LongSilence
	Back     Back

	offset  int
	printed bool // a record with an offset has come
}

// Silence is a time without records between two of them, in Unix seconds.
type Silence struct{ From, To int64 }

// Seconds is its length.
func (s Silence) Seconds() int64 { return s.To - s.From }

// Back counts the records whose time lies before that of an earlier one.
type Back struct {
	Tally
	Worst   int64 // by how many seconds at most
	WorstAt Place
}

// Slack is by how many seconds records of one log may be out of order without
// anything being wrong: several processes write it, each when it gets there.
const Slack = 2

// LongSilence is how many seconds without a record are worth a look.
const LongSilence = 3600

// Add tells the next record.
func (c *Course) Add(rec *smartylog.Record) {
	if !rec.HasTime() {
		return
	}
	c.addOffset(rec)
	if rec.Flags.Has(smartylog.Future) || rec.Flags.Has(smartylog.Suspect) {
		return // its time is not believed
	}
	if c.Span.Count > 0 {
		c.step(rec)
	}
	c.Span.add(rec.Sec)
}

func (c *Course) step(rec *smartylog.Record) {
	if by := c.Span.Last - rec.Sec; by > Slack {
		c.Back.add(rec)
		if by > c.Back.Worst {
			c.Back.Worst, c.Back.WorstAt = by, placeOf(rec)
		}
	}
	s := Silence{c.Span.Last, rec.Sec}
	if s.Seconds() > c.Silence.Seconds() {
		c.Silence = s
	}
	if s.Seconds() >= LongSilence {
		c.Quiet += s.Seconds()
	}
}

func (c *Course) addOffset(rec *smartylog.Record) {
	if rec.Flags.Has(smartylog.NoOffset) {
		return
	}
	if c.printed && c.offset != rec.Offset {
		c.Switches++
	}
	c.offset, c.printed = rec.Offset, true
	s := c.Offsets[rec.Offset]
	if s == nil {
		if c.Offsets == nil {
			c.Offsets = map[int]*Span{}
		}
		if len(c.Offsets) >= maxOffsets {
			return
		}
		s = &Span{}
		c.Offsets[rec.Offset] = s
	}
	s.add(rec.Sec)
}

// maxOffsets bounds how many different offsets of one log are told apart.
const maxOffsets = 50
