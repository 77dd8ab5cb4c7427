package ingest

import (
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// scanner reads a node's text. What was written while nobody read, a backlog, is framed in
// pieces, which go through other hands meanwhile: all else, and all reading, is done by the
// goroutine that owns Live.
type scanner struct {
	*smartylog.Scanner          // as long as there is a backlog it stands where that began
	n                  *node    //
	carry              []byte   // read, and not yet framed or scanned
	until              int64    // see smartylog.Scanner.Trust
	skipped            int64    // before the Scanner began
	backlog            *backlog // nil: there is none
}

// leastBacklog is how much there must be for pieces to be worth their while, in bytes.
const leastBacklog = 4 << 20

func newScanner(n *node) *scanner {
	s := &scanner{n: n}
	s.Scanner = smartylog.NewScanner(s, n.off, n.opts)
	s.After(n.owner.high)
	s.begin(s.Scanner)
	return s
}

// begin has a scanner hold as much and go by what is wanted as the node says.
func (s *scanner) begin(sc *smartylog.Scanner) {
	sc.Begin(s.n.owner.descriptors.block)
	if s.n.owner.target == nil { // what is told again is told as it was, whatever was wanted then
		sc.Want(s.n.owner.wants, s.n.owner.high)
	}
}

// Read gives the Scanner its bytes.
func (s *scanner) Read(p []byte) (int, error) {
	if len(s.carry) == 0 {
		return s.n.Read(p)
	}
	k := copy(p, s.carry)
	s.carry = s.carry[k:]
	return k, nil
}

// Trust is that of the Scanner, for what is read from now on.
func (s *scanner) Trust(until int64) {
	s.until = until
	s.Scanner.Trust(until)
}

// Next is that of the Scanner.
func (s *scanner) Next(rec *smartylog.Record) error {
	if s.backlog == nil && s.behind() {
		s.backlog = newBacklog(s)
	}
	if s.backlog != nil {
		if s.backlog.next(rec) {
			return nil
		}
		s.goOn()
	}
	return s.Scanner.Next(rec)
}

// behind tells whether there is a backlog, from here on.
func (s *scanner) behind() bool {
	n := s.n
	return !s.Scanner.Open() && len(s.carry) == 0 && !n.packed && n.file != nil && !n.replaced &&
		min(n.size, n.limit)-n.off >= n.owner.opts.backlog && backlogPiece(n) >= min(leastPiece, n.owner.opts.piece)
}

// goOn has the Scanner go on behind the backlog.
func (s *scanner) goOn() {
	b := s.backlog
	if s.backlog = nil; b.now == nil {
		return
	}
	s.skipped += s.Scanner.Skipped() + b.skipped + b.now.Skipped()
	s.Scanner = b.now.Rest(s)
	s.Scanner.Begin(s.n.owner.descriptors.block)
	s.Scanner.Trust(s.until)
}

// WantNow is that of the Scanner. Of a backlog what has been framed is read again.
func (s *scanner) WantNow(wants func(event string) bool, high int64) {
	b := s.backlog
	if b == nil {
		s.Scanner.WantNow(wants, high)
		return
	}
	pos, skipped := s.Pos(), s.Skipped()
	s.carry = append(b.unread(), s.carry...)
	s.backlog, s.skipped = nil, skipped
	s.Scanner = smartylog.NewScanner(s, pos, s.n.opts)
	s.After(high)
	s.Scanner.Begin(s.n.owner.descriptors.block)
	s.Want(wants, high)
	s.Scanner.Trust(s.until)
}

// Pos is that of the Scanner.
func (s *scanner) Pos() int64 {
	if s.backlog != nil {
		return s.backlog.last.End
	}
	return s.Scanner.Pos()
}

// PeekSec is that of the Scanner.
func (s *scanner) PeekSec() (sec int64, ok bool) {
	if s.backlog != nil {
		return s.backlog.last.PeekSec()
	}
	return s.Scanner.PeekSec()
}

// Skipped is that of the Scanner.
func (s *scanner) Skipped() int64 {
	if b := s.backlog; b != nil {
		return s.skipped + s.Scanner.Skipped() + b.skipped + b.last.Skipped
	}
	return s.skipped + s.Scanner.Skipped()
}

// Open is that of the Scanner; of a backlog there is more.
func (s *scanner) Open() bool { return s.backlog != nil || s.Scanner.Open() }

// Owes is that of the Scanner; of a backlog the next record tells.
func (s *scanner) Owes() bool { return s.backlog == nil && s.Scanner.Owes() }

// close waits until nobody has a piece any more.
func (s *scanner) close() {
	if s.backlog != nil {
		s.backlog.wait()
	}
}

// backlog frames pieces ahead of those that are returned.
type backlog struct {
	s       *scanner
	size    int // of a piece
	wants   func(event string) bool
	coming  []*framing // being framed, oldest first
	now     *framing   // whose records are being returned; nil: there was none yet
	frame   int        // of now, the next to return
	last    *smartylog.Frame
	spare   []*framing
	skipped int64 // in the pieces before now
	ended   bool  // there is nothing more to cut
}

// backlogPiece is how large the pieces of one of all logs are: together they take what the
// blocks of their scanners may.
func backlogPiece(n *node) int {
	return min(n.owner.descriptors.block/(pieceWorkers(1)+3), n.owner.opts.piece)
}

func newBacklog(s *scanner) *backlog {
	b := &backlog{s: s, size: backlogPiece(s.n)}
	if s.n.owner.target == nil {
		b.wants = s.n.owner.wants
	}
	return b
}

// next returns the next record of the pieces; false: there are no more.
func (b *backlog) next(rec *smartylog.Record) bool {
	for b.now == nil || b.frame == len(b.now.Frames) {
		if !b.advance() {
			return false
		}
	}
	b.last = &b.now.Frames[b.frame]
	b.last.Put(rec)
	b.frame++
	return true
}

// advance makes the piece that comes next the current one, and reads more meanwhile.
func (b *backlog) advance() bool {
	for len(b.coming) < pieceWorkers(1)+1 && !b.ended {
		b.read()
	}
	if len(b.coming) == 0 {
		return false
	}
	f := b.coming[0]
	b.coming = b.coming[1:]
	<-f.framed
	if b.now == nil {
		f.Behind(b.s.Scanner)
	} else {
		f.After(&b.now.Piece)
		b.skipped += b.now.Skipped()
		b.spare = append(b.spare, b.now)
	}
	b.now, b.frame = f, 0
	return true
}

// read cuts the next piece and has it framed.
func (b *backlog) read() {
	f := b.empty()
	f.At = b.s.n.off - int64(len(b.s.carry))
	f.buf = append(f.buf[:0], b.s.carry...)
	for range 2 { // and a line may be as long
		if !b.more(f) {
			break
		}
		if end, lineEnd, ok := smartylog.Cut(f.buf); ok {
			b.s.carry = append(b.s.carry[:0], f.buf[end:]...)
			f.Text, f.End, f.Until, f.framed = f.buf[:lineEnd], end, b.s.until, make(chan struct{})
			b.coming = append(b.coming, f)
			go func() { // ends with the piece; wait and advance wait for it
				f.Frame(b.s.n.opts, b.wants)
				close(f.framed)
			}()
			return
		}
	}
	b.ended, b.s.carry = true, f.buf
}

// more reads up to a piece's size; false: nothing can be read now. Why is found out again.
func (b *backlog) more(f *framing) bool {
	from := len(f.buf)
	to := from + b.size
	if cap(f.buf) < to {
		f.buf = append(make([]byte, 0, to+b.size/8), f.buf...) // and room for a longer beginning next time
	}
	for f.buf = f.buf[:from]; len(f.buf) < to; {
		k, err := b.s.n.Read(f.buf[len(f.buf):to])
		f.buf = f.buf[:len(f.buf)+k]
		if k == 0 || err != nil {
			break
		}
	}
	return len(f.buf) > from
}

func (b *backlog) empty() *framing {
	n := len(b.spare)
	if n == 0 {
		return &framing{}
	}
	f := b.spare[n-1]
	b.spare = b.spare[:n-1]
	return f
}

// unread is what has been cut and not returned.
func (b *backlog) unread() []byte {
	b.wait()
	text := append([]byte(nil), b.now.Text[b.last.End-b.now.At:b.now.End]...)
	for _, f := range b.coming {
		text = append(text, f.Text[:f.End]...)
	}
	return text
}

func (b *backlog) wait() {
	for _, f := range b.coming {
		<-f.framed
	}
}
