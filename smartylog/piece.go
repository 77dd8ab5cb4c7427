package smartylog

import (
	"bytes"
	"io"
	"math"
)

// Piece is a part of a log that is framed by itself, so that several can be at the
// same time. Fill it with Cut, frame it with Frame on any goroutine, and make it
// fit what comes before it with After, in the order of the file. What Frames then
// holds is what a Scanner would have returned.
type Piece struct {
	Text   []byte // from the piece's first byte to the end of the next one's first line
	End    int    // where the next piece begins in Text
	At     int64  // offset of Text[0] in the file
	Until  int64  // see Scanner.Trust
	Frames []Frame

	scan Scanner
	rec  Record
}

// Frame is what framing finds of a record: a view into the piece's text.
type Frame struct {
	Pos    int64
	Raw    []byte
	Sec    int64
	Offset int
	Event  string
	Flags  Flags

	Passed, PassedBytes int64
	End                 int64 // Scanner.Pos behind the record
	Skipped             int64 // the piece's, up to there

	mark         mark
	before       previous // what its credibility depends on, if doubtful
	doubtful     bool
	cut, pairsAt int
	next         int64 // the second of the record after it
	peeks        bool  // which has one
}

// Put makes rec the record that was framed. Like Scanner.Next it leaves Instance,
// Log, File and Gen alone.
func (f *Frame) Put(rec *Record) {
	rec.Pos, rec.Raw, rec.Sec, rec.Offset, rec.Event, rec.Flags = f.Pos, f.Raw, f.Sec, f.Offset, f.Event, f.Flags
	rec.Passed, rec.PassedBytes = f.Passed, f.PassedBytes
	rec.reset(&f.mark)
	rec.cut, rec.pairsAt = f.cut, f.pairsAt
	rec.before, rec.behind = nil, nil
	if f.doubtful {
		rec.before = &f.before
	}
}

// Follow makes use, for the frame's record, of what was found in the one before it: rec
// must be what the frame before this one in the piece was Put into.
func (f *Frame) Follow(rec *Record) { f.before.learn(rec) }

// PeekSec is Scanner.PeekSec for the record.
func (f *Frame) PeekSec() (sec int64, ok bool) { return f.next, f.peeks }

// Cut says where a piece may end that begins at b[0] and of which the log has more:
// before the last whole line in b that begins a record wherever it stands. It
// returns the ends of that line too; ok is false if there is none.
func Cut(b []byte) (end, lineEnd int, ok bool) {
	var s Scanner
	var m mark
	for to := bytes.LastIndexByte(b, '\n') + 1; to > 0; {
		from := bytes.LastIndexByte(b[:to-1], '\n') + 1
		if from == 0 {
			return 0, 0, false
		}
		if line := b[from:to]; len(line) >= minHeader && line[0]-'A' < 26 && line[3] == ' ' && s.fullHeader(line, &m) {
			return from, to, true
		}
		to = from
	}
	return 0, 0, false
}

// Frame frames the piece as if nothing came before it: see Scanner.Want.
func (p *Piece) Frame(o Options, wants func(event string) bool) { p.frame(o, wants, Unsure) }

func (p *Piece) frame(o Options, wants func(event string) bool, high int64) {
	s := &p.scan
	s.stamps = stamps{zone: o.Zone, ignore: o.IgnoreOffset}
	s.r, s.buf, s.base, s.w, s.stop = ended{}, p.Text, p.At, len(p.Text), p.End
	s.line, s.end, s.scan, s.glue, s.mid = 0, 0, 0, 0, false
	s.open, s.start, s.cur = false, 0, pending{}
	s.prev, s.turn, s.torn.waits, s.quoted = [2]previous{}, false, false, quotedText{}
	s.pos, s.skipped, s.lines = p.At, 0, 0
	s.index.forget()
	s.Want(wants, high)
	s.Trust(p.Until)
	p.run()
}

func (p *Piece) run() {
	s := &p.scan
	p.Frames = p.Frames[:0]
	for s.Next(&p.rec) == nil {
		r := &p.rec
		f := Frame{Pos: r.Pos, Raw: r.Raw, Sec: r.Sec, Offset: r.Offset, Event: r.Event, Flags: r.Flags, Passed: r.Passed, PassedBytes: r.PassedBytes,
			End: s.pos, Skipped: s.skipped, mark: r.mark, cut: r.cut, pairsAt: r.pairsAt}
		if f.Flags&TruncatedValue != 0 {
			f.Raw = bytes.Clone(f.Raw) // it may lie in the scanner's scratch
		}
		if r.before != nil {
			f.before, f.doubtful = *r.before, true
		}
		f.next, f.peeks = s.PeekSec()
		p.Frames = append(p.Frames, f)
	}
	for i := range s.prev {
		s.prev[i].settle(&s.work)
	}
}

// Skipped, Lines and Passed are those of the scanner over the piece alone.
func (p *Piece) Skipped() int64 { return p.scan.skipped }
func (p *Piece) Lines() int64   { return p.scan.lines }
func (p *Piece) Passed() int64  { return p.scan.calm.passed }

// First makes a file's first piece fit what came before the file, no second of it
// greater than high. It returns false if the piece was framed again.
func (p *Piece) First(high int64) bool {
	s := &p.scan
	before := calm{high: high}
	if !before.fits(s.calm.low) || s.stamps.local && high != Unsure {
		p.frame(Options{Zone: s.stamps.zone, IgnoreOffset: s.stamps.ignore}, s.wants, high)
		return false
	}
	s.calm.follow(&before)
	return true
}

// After makes the piece fit the one before it: usually nothing has to be done but
// to see that; else it is framed again from where that one ended, and After returns
// false.
func (p *Piece) After(before *Piece) bool { return p.goesOn(&before.scan, before.End) }

// Behind makes the piece fit a scanner that has returned all it has read, and has nothing
// open; see After.
func (p *Piece) Behind(s *Scanner) bool {
	for i := range s.prev {
		s.prev[i].settle(&s.work)
	}
	return p.goesOn(s, s.w)
}

// goesOn makes the piece fit what a has read up to the n-th byte of its block.
func (p *Piece) goesOn(a *Scanner, n int) bool {
	owed := a.calm.passed - a.calm.before
	if p.independent(a) {
		p.Frames[0].Passed, p.Frames[0].PassedBytes = owed, a.calm.bytes
		p.scan.calm.follow(&a.calm)
		return true
	}
	p.scan.goOn(a, n, owed)
	p.scan.Trust(p.Until)
	p.scan.buf, p.scan.w, p.scan.stop = p.Text, len(p.Text), p.End
	p.run()
	return false
}

// goOn makes s stand where a does, in a block that begins n bytes later. What is
// only memory or scratch stays each one's own: a may be at work elsewhere soon.
func (s *Scanner) goOn(a *Scanner, n int, owed int64) {
	s.stamps, s.cur, s.prev, s.turn, s.calm, s.wants = a.stamps, a.cur, a.prev, a.turn, a.calm, a.wants
	work := s.torn.work
	s.torn, s.torn.work = a.torn, work
	s.quoted = quotedText{}
	s.index.forget()
	s.base, s.pos, s.open, s.mid = a.base+int64(n), a.pos, a.open, a.mid
	s.line, s.scan, s.glue, s.end, s.start = a.line-n, a.scan-n, a.glue-n, max(a.end-n, 0), a.start-n
	s.skipped, s.lines, s.calm.passed, s.calm.before, s.calm.low = 0, 0, 0, -owed, math.MaxInt64
}

// last is the last record with a time that was closed.
func (s *Scanner) last() *previous {
	if s.turn {
		return &s.prev[0]
	}
	return &s.prev[1]
}

// seamSlack is how far the time may jump between two pieces that were framed by
// themselves: much less than what makes a record implausible.
const seamSlack = 3600

// independent tells whether what came before, as a left it, makes no difference to
// how the piece reads.
func (p *Piece) independent(a *Scanner) bool {
	if len(p.Frames) == 0 || a.torn.waits || a.cur.loose || a.stamps.local || p.scan.stamps.local {
		return false
	}
	first, last := &p.Frames[0], a.last()
	return first.Flags == 0 && last.timed && !last.broken &&
		first.Sec <= last.sec+seamSlack && first.Sec >= last.sec-seamSlack && a.calm.fits(p.scan.calm.low)
}

// Rest is a scanner for what follows the piece, which r reads.
func (p *Piece) Rest(r io.Reader) *Scanner {
	s := &Scanner{r: r, events: p.scan.events, places: p.scan.places.clone()}
	s.goOn(&p.scan, p.End, p.scan.calm.passed-p.scan.calm.before)
	s.scan, s.end = 0, 0 // of the line no more than its header has been looked at
	return s
}

// ended is a reader of nothing.
type ended struct{}

func (ended) Read([]byte) (int, error) { return 0, io.EOF }

// Dated tells whether the piece holds times without an offset, which depend on all
// that came before: such a log gains nothing from being framed in pieces.
func (p *Piece) Dated() bool { return p.scan.stamps.local }
