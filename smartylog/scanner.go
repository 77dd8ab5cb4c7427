package smartylog

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"time"
)

// Caps on what is kept. Of a longer record the first and the last half are kept,
// because a traceback ends with the exception; the rest counts as skipped.
// Smarty's longest lines, cache objects and request reprs, have tens of KiB.
const (
	MaxRecord = 256 << 10 // bytes per record
	MaxLines  = 500       // lines per record
	MaxValue  = 64 << 10  // bytes per value
)

// blockSize is how much is read at a time, and all that a Scanner holds.
const blockSize = 1 << 20

// smallestBlock is the least that a Scanner begins with.
const smallestBlock = 4 << 10

// Options say how to read times.
type Options struct {
	Zone         *time.Location // for records without offset; nil means UTC
	IgnoreOffset bool           // read the local time in Zone, whatever offset is printed
}

// Scanner cuts a stream of bytes into records. It tolerates io.EOF and goes on
// when the reader has more, as a live file has. Its memory is bounded whatever
// the input. It is not safe for concurrent use.
type Scanner struct {
	r      io.Reader
	stamps stamps
	events eventNames
	places places

	block int // how much is held as long as records are shorter; 0: blockSize
	buf   []byte
	base  int64 // file offset of buf[0], for bytes after the open record's cut
	w     int   // end of the data in buf
	line  int   // start of the current line, or of its part not yet passed
	end   int   // end of the current line, if found (> line)
	scan  int   // no newline between line and here
	glue  int   // no glued header in the current line before here
	mid   bool  // the start of the current line has been looked at
	stop  int   // Next ends where a record begins there; 0: nowhere

	open  bool // there is an open record, buf[start:line] and on
	start int
	cur   pending

	prev    [2]previous // the record before the open one and the one before that, by turns
	turn    bool
	wants   func(event string) bool // nil: every record is returned
	calm    calm
	index   lineIndex
	torn    torn
	quoted  quotedText
	work    splitter
	scratch []byte // a shortened record
	pos     int64
	skipped int64
	lines   int64
}

// pending is what is known of the open record.
type pending struct {
	mark
	pos   int64
	lines int
	cut   bool // its middle has already been dropped
}

// NewScanner reads records from r, whose first byte is at offset at of the file.
func NewScanner(r io.Reader, at int64, o Options) *Scanner {
	s := &Scanner{r: r, base: at, pos: at}
	s.stamps.zone, s.stamps.ignore = o.Zone, o.IgnoreOffset
	return s
}

// Begin sets how much is read at a time, and held, as long as records are shorter:
// where thousands of logs are read side by side a whole block for each is too much.
// Call it before the first Next.
func (s *Scanner) Begin(block int) { s.block = min(max(block, smallestBlock), blockSize) }

// Next reads the next complete record into rec, a view that is valid until the
// next call. It sets Pos, Raw, Sec, Offset, Event and Flags and leaves
// Instance, Log, File and Gen alone. io.EOF means that there is no complete
// record now; the open one stays until more comes or Flush is called. Any other
// error is the reader's.
func (s *Scanner) Next(rec *Record) error {
	for {
		if s.end <= s.line {
			end := s.lineEnd()
			if end < 0 {
				s.scan = s.w
				if s.crowded() && s.pass(s.w, rec) {
					return nil
				}
				if err := s.fill(); err != nil {
					return err
				}
				continue
			}
			s.end = end
		}
		if s.stopped() {
			return io.EOF
		}
		if s.pass(s.end, rec) {
			return nil
		}
		if s.stopped() {
			return io.EOF
		}
		s.lines++
		s.nextLine(s.end)
		s.passLines()
		s.passContinuations()
	}
}

// lineEnd is behind the end of the current line; -1 if it is not in the block.
func (s *Scanner) lineEnd() int {
	if end := s.index.lineEnd(s.buf, s.scan); end >= 0 {
		return end
	}
	if i := bytes.IndexByte(s.buf[s.scan:s.w], '\n'); i >= 0 {
		return s.scan + i + 1
	}
	return -1
}

// stopped tells whether the open record is the one before which Next ends.
func (s *Scanner) stopped() bool { return s.stop > 0 && s.open && s.start == s.stop }

// Flush closes the open record, including an unfinished last line, and returns
// it; false if there is none. Call it until it returns false: an unfinished line
// with a header of its own is one more record.
func (s *Scanner) Flush(rec *Record) bool {
	if s.line < s.w {
		if s.pass(s.w, rec) {
			return true
		}
		s.nextLine(s.w)
	}
	if !s.open {
		return false
	}
	s.emit(rec, s.w, nil)
	s.open = false
	return true
}

// Open tells whether an unfinished record is held.
func (s *Scanner) Open() bool { return s.open || s.line < s.w }

// Partial tells whether the bytes held end in the middle of a line.
func (s *Scanner) Partial() bool { return s.line < s.w }

// Pos is the offset of the end of the record returned last, and of what was
// skipped after it: the position to resume from.
func (s *Scanner) Pos() int64 { return s.pos }

// PeekSec is the time of the record after the one just returned. It is known
// when that one was closed by the next one's header.
func (s *Scanner) PeekSec() (sec int64, ok bool) {
	return s.cur.sec, s.open && s.cur.flags&(Orphan|BadHeader) == 0
}

// Skipped is how many bytes belong to no record: holes of NULs, blank lines
// before the first record and what the caps have cut.
func (s *Scanner) Skipped() int64 { return s.skipped }

// Lines is how many ends of lines have been read over.
func (s *Scanner) Lines() int64 { return s.lines }

// pass looks at the current line up to end, as far as it has not been looked at
// yet. It returns true when a record has been closed and put into rec.
func (s *Scanner) pass(end int, rec *Record) bool {
	var m mark
	if !s.mid {
		s.mid = true
		s.glue = s.line + 1
		switch {
		case s.open && end != s.end && isHole(s.buf[s.line:end]):
			s.emit(rec, s.line, nil)
			s.open, s.mid = false, false
			return true
		case s.headerAt(s.buf[s.line:end], &m):
			if s.begin(&m, rec) {
				return true
			}
			if s.stopped() {
				return false
			}
		case !s.open && blank(s.buf[s.line:end]):
			s.skip(end)
			return false
		case !s.open:
			s.begin(&mark{stamp: stamp{flags: headless(s.buf[s.line:end])}}, rec)
		}
	}
	if end-s.glue < minHeader || end == s.end && s.index.noProcess(s.glue, end) {
		return false
	}
	for {
		at := s.gluedHeader(s.buf[:end], s.glue, &m)
		if at < 0 {
			break
		}
		if past := s.quotedEnd(at, end); past > 0 {
			s.glue = past
			continue
		}
		m.flags |= Glued
		s.line = at
		return s.begin(&m, rec)
	}
	if end != s.end { // the line goes on: a header may straddle the block's end
		s.glue = max(s.glue, end-maxHeader)
	}
	return false
}

// quotedEnd is where the quoted value ends that the header at s.buf[at] is part
// of; -1 if it is none.
func (s *Scanner) quotedEnd(at, end int) int {
	if !s.open || s.line != s.start || s.cur.message <= 0 || end != s.end && s.crowded() {
		return -1
	}
	past := s.quoted.end(s.buf[s.start:end], at-s.start, s.cur.message, s.cur.pos)
	if past < 0 {
		return -1
	}
	return s.start + past
}

// begin opens a record at the current line and closes the one before, if any.
func (s *Scanner) begin(m *mark, rec *Record) bool {
	closed := s.open
	if m.flags&Glued != 0 || s.torn.waits || closed && s.line-s.start >= split && endsPiece(s.base+int64(s.line+m.junk), &s.cur) {
		s.followTorn(m)
	}
	if closed && s.passable(m) {
		s.passOver()
		closed = false
	}
	if closed {
		s.emit(rec, s.line, m)
	}
	s.start = s.line + m.junk
	s.line = s.start
	s.skipped += int64(m.junk)
	s.pos = s.base + int64(s.start)
	s.cur = pending{mark: *m, pos: s.pos}
	s.glue = s.start + max(m.message, 1)
	s.open = true
	return closed
}

// followTorn marks the record that begins at the current line if another one was
// interrupted for it.
func (s *Scanner) followTorn(m *mark) {
	var closed []byte
	if s.open && !s.cur.cut {
		closed = s.buf[s.start:s.line]
	}
	s.torn.follow(m, s.base+int64(s.line+m.junk), &s.cur, closed)
}

// nextLine leaves the current line, which ends at end.
func (s *Scanner) nextLine(end int) {
	s.line, s.scan, s.mid = end, end, false
	s.cur.lines++
}

// skip drops the current line up to end from all records.
func (s *Scanner) skip(end int) {
	s.skipped += int64(end - s.line)
	s.line, s.pos = end, s.base+int64(end)
	s.mid = false
}

// emit puts the open record, which ends at to, into rec. next is the mark of the
// record that closes it, nil at the end.
func (s *Scanner) emit(rec *Record, to int, next *mark) {
	raw, cut := s.buf[s.start:to], 0
	flags := s.cur.flags
	if s.cur.cut || len(raw) > MaxRecord || s.cur.lines > MaxLines {
		raw, cut = s.shorten(raw)
		flags |= TruncatedValue
	}
	rec.Pos, rec.Raw, rec.Sec, rec.Offset, rec.Flags = s.cur.pos, raw, s.cur.sec, s.cur.offset, flags
	rec.reset(&s.cur.mark)
	rec.cut = cut
	switch {
	case flags&(Orphan|BadHeader) != 0:
		rec.Event, rec.Sec, rec.Offset = "", 0, 0
		rec.Flags |= NoEvent
	case s.cur.event != "":
		rec.Event, rec.pairsAt = s.cur.event, s.cur.pairs
	default:
		s.events.read(rec)
	}
	s.judge(rec, next)
	s.settleDown(rec, next)
	s.pos = s.base + int64(to)
}

// fill reads more bytes, making room first.
func (s *Scanner) fill() error {
	if s.buf == nil {
		s.buf = make([]byte, cmp.Or(s.block, blockSize))
	}
	if s.w == len(s.buf) {
		s.makeRoom()
	}
	for range 100 {
		n, err := s.r.Read(s.buf[s.w:])
		if n < 0 || n > len(s.buf)-s.w {
			return errors.New("reader returned an impossible count")
		}
		s.w += n
		if n > 0 {
			return nil // an error comes again with the next read
		}
		if err != nil {
			return err
		}
	}
	return io.ErrNoProgress
}

// held is where the bytes begin that are still needed.
func (s *Scanner) held() int {
	if s.open {
		return s.start
	}
	return s.line
}

// crowded tells whether the current line alone fills much of the block, so that
// it has to be looked at before its end is known.
func (s *Scanner) crowded() bool {
	return s.w == len(s.buf) && s.w > 0 && s.w-s.held() > blockSize/2 && s.w-s.line > blockSize/8
}

// makeRoom drops what has been returned, and of an open record that fills the
// block the middle.
func (s *Scanner) makeRoom() {
	for i := range s.prev {
		s.prev[i].settle(&s.work)
	}
	s.end = 0
	s.index.forget()
	if from := s.held(); from > 0 {
		copy(s.buf, s.buf[from:s.w])
		s.move(from)
		s.base += int64(from)
	}
	if len(s.buf) < blockSize && s.w > len(s.buf)/2 { // a long record
		larger := make([]byte, min(2*len(s.buf), blockSize))
		copy(larger, s.buf[:s.w])
		s.buf = larger
		return
	}
	if !s.open || s.w <= blockSize/2 {
		return
	}
	head, tail := MaxRecord/2, s.w-MaxRecord/2
	copy(s.buf[head:], s.buf[tail:s.w])
	n := tail - head
	s.base += int64(n)
	s.skipped += int64(n)
	s.w -= n
	s.line, s.scan = max(s.line-n, head), s.w
	s.glue = max(s.glue-n, head)
	s.cur.cut = true
}

// move shifts all places in the block down by n.
func (s *Scanner) move(n int) {
	s.w -= n
	s.line -= n
	s.scan -= n
	s.glue -= n
	s.start = max(s.start-n, 0)
}

// isHole tells whether there is nothing but NULs: a hole of a sparse file, which
// belongs to no record.
func isHole(b []byte) bool { return len(bytes.TrimLeft(b, "\x00")) == 0 }

// blank tells whether a line holds nothing but white space, NULs or a byte order mark.
func blank(line []byte) bool {
	return len(bytes.Trim(bytes.TrimPrefix(line, []byte(byteOrderMark)), "\x00 \t\r\n")) == 0
}

// headless flags lines without a record: a torn traceback is only an orphan,
// anything else could not be read as a header either.
func headless(line []byte) Flags {
	if line[0] == ' ' || line[0] == '\t' || bytes.HasPrefix(line, []byte(tracebackStart)) {
		return Orphan
	}
	if name, _ := exceptionLine(line); name != "" {
		return Orphan
	}
	return Orphan | BadHeader
}
