package ingest

import (
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// maxAhead bounds how many records without a time are read in search of the
// next one with a time; beyond it a record's time is believed.
const maxAhead = 1000

// stream reads the generations of one source, one after the other.
type stream struct {
	lane
	src    Source
	opts   smartylog.Options
	wants  func(event string) bool
	work   func() Ahead
	seen   func(int64)        // progress
	file   *opened            // nil when none is
	coming *opened            // the file after it, if that is already being framed
	scan   *smartylog.Scanner // nil while the file is framed in pieces
	piece  *framing           // the current one
	frame  int                // of the current piece, the next to return
	done   done               // for the record returned last
	crowd  int                // how many streams there are
	size   int                // bytes of a piece
	gen    int                // of the open file; the next to open when none is
	broken error              // of the open file, told after its last record
	peeks  bool               // what follows the record returned last may be known, from
	peek   interface{ PeekSec() (int64, bool) }

	ahead   []*smartylog.Record // read in search of the next time, oldest first
	doubted int64               // the second of the record for which the last search was
	end     bool                // all files are read
	errs    []error             // of files that could not be read, or not to their ends
	err     error               // all of them, at the end; sticky
	inside  bool                // the last record with a time of its own was between From and To
	told    bool
	stats   SourceStats
}

func newStream(src Source, o ReadOptions) *stream {
	s := &stream{src: src, opts: o.Options, work: o.Ahead, seen: o.Progress, inside: o.From == 0, doubted: unread}
	s.lane = lane{name: src.Name(), high: unread}
	if o.Wants != nil {
		s.wants = o.Wants(src)
	}
	if o.SourceOptions != nil {
		s.opts = o.SourceOptions(s.name)
	}
	return s
}

// next returns the records of the source in file order, with the future guard.
func (s *stream) next(rec *smartylog.Record) error {
	if len(s.ahead) > 0 {
		*rec = *s.ahead[0]
		s.ahead, s.done = s.ahead[1:], done{}
	} else if err := s.read(rec); err != nil {
		return err
	}
	if !rec.HasTime() {
		return nil
	}
	if following, ok := s.following(rec); ok && rec.Sec > following+FutureSlack {
		rec.Flags |= smartylog.Future
		s.done = done{} // it was done without that flag
		s.stats.Future++
	} else if rec.Sec > s.high {
		s.high = rec.Sec
	}
	return nil
}

// following returns the time of the next record that has one. Normally the
// scanner has seen it; at the end of a file, or before records without a time,
// rec is kept and the records up to it are read.
func (s *stream) following(rec *smartylog.Record) (sec int64, ok bool) {
	for _, r := range s.ahead {
		if r.HasTime() {
			return r.Sec, true
		}
	}
	if s.peeks {
		if sec, ok := s.peek.PeekSec(); ok {
			return sec, true
		}
	}
	*rec = *rec.Clone()
	s.doubted = rec.Sec
	sec, ok = s.search()
	s.done = done{} // what was done is gone with the piece, or another record's
	return sec, ok
}

// search reads up to the next record with a time, and keeps what it reads.
func (s *stream) search() (sec int64, ok bool) {
	for len(s.ahead) < maxAhead {
		var r smartylog.Record
		if s.read(&r) != nil {
			return 0, false // an error stays for the next call
		}
		s.ahead = append(s.ahead, r.Clone())
		if r.HasTime() {
			return r.Sec, true
		}
	}
	return 0, false
}

// read returns the next record of the files. A file that breaks costs what is
// behind the break, not the files after it; what was wrong with which is told
// after the last record, else io.EOF.
func (s *stream) read(rec *smartylog.Record) error {
	for !s.end {
		if s.file == nil {
			s.open()
			continue
		}
		err := s.scanOne(rec)
		if err == nil {
			s.file.label(rec)
			s.stats.Records += 1 + rec.Passed
			return nil
		}
		if err != io.EOF {
			s.errs = append(s.errs, fmt.Errorf("read %s: %w", s.src.Files[s.gen], cause(err)))
		}
		if err := s.closeFile(); err != nil {
			s.errs = append(s.errs, err)
		}
		s.gen++
	}
	if s.err != nil {
		return s.err
	}
	return io.EOF
}

// scanOne returns the next record of the open file. What was open when the file ended, or broke off after a
// whole line, is one too, and so is what was passed over before a break; the break is told after it.
func (s *stream) scanOne(rec *smartylog.Record) error {
	if s.scan == nil && s.framed(rec) {
		return nil
	}
	s.done = done{}
	err := s.broken
	if err == nil {
		err = s.scan.Next(rec)
	}
	whole := err == io.EOF || err != nil && !s.scan.Partial()
	if whole && s.scan.Flush(rec) {
		if err != io.EOF {
			s.broken = err
		}
		s.peeks = false
		return nil
	}
	s.peeks, s.broken = true, nil
	if err != io.EOF && err != nil && s.scan.Owed(rec) {
		s.broken, err = err, nil
	}
	return err
}

// framed returns the next record of the pieces; after the last of them the scanner
// goes on.
func (s *stream) framed(rec *smartylog.Record) bool {
	for s.piece == nil || s.frame == len(s.piece.Frames) {
		s.piece, s.frame = s.file.pieces.next(s.highest()), 0
		if s.piece == nil {
			s.scan = s.file.pieces.scanner(s.highest())
			s.peek = s.scan
			return false
		}
		s.stats.Skipped += s.piece.Skipped()
		s.stats.Lines += s.piece.Lines()
	}
	f := &s.piece.Frames[s.frame]
	f.Put(rec)
	s.peeks, s.peek, s.done = true, f, s.piece.doneFor(s.frame)
	s.frame++
	return true
}

// highest is a second that no second of the records read is greater than, but for
// those from the future.
func (s *stream) highest() int64 { return max(s.high, s.doubted) }

// open opens generation s.gen, or the next one that can be opened, or finds that
// there is none.
func (s *stream) open() {
	for ; s.gen < len(s.src.Files); s.gen++ {
		err := s.openFile()
		if err == nil {
			return
		}
		s.errs = append(s.errs, err)
	}
	s.end, s.err = true, errors.Join(s.errs...)
}

// openFile opens generation s.gen. The one after it is framed beside it if it is
// large, so that packed files are unpacked on all cores.
func (s *stream) openFile() error {
	o := s.coming
	if s.coming = nil; o == nil {
		o = s.begin(s.gen)
	}
	if next := s.gen + 1; next < len(s.src.Files) && s.piecewise(next) {
		s.coming = s.begin(next)
	}
	if o.err != nil {
		return o.err
	}
	if s.file = o; o.pieces == nil {
		s.scan = smartylog.NewScanner(o.in, 0, s.opts)
		s.scan.Want(s.wants, s.highest())
		s.peek = s.scan
	}
	return nil
}

// closeFile ends the open file and takes over its counts.
func (s *stream) closeFile() error {
	if s.file == nil {
		return nil
	}
	s.stats = s.counts()
	err := s.file.close()
	s.file, s.scan, s.piece, s.peeks = nil, nil, nil, false
	return err
}

func (s *stream) close() error {
	s.end = true
	err := s.closeFile()
	if s.coming != nil {
		err = errors.Join(err, s.coming.close())
		s.coming = nil
	}
	return err
}

// counts returns the totals including the open file.
func (s *stream) counts() SourceStats {
	t := s.stats
	if s.file != nil {
		t.Bytes += s.file.in.bytes.Load()
	}
	if s.scan != nil {
		t.Skipped += s.scan.Skipped()
		t.Lines += s.scan.Lines()
		if s.file.in.partial {
			t.Lines++
		}
	}
	return t
}

func (s *stream) finished() bool { return s.end && len(s.ahead) == 0 }

// wanted applies From and To. A record whose time is none, or from the future, belongs
// to the one before it.
func (s *stream) wanted(rec *smartylog.Record, o ReadOptions) bool {
	if s.inside { // as the record before it, of whose second those passed over are
		s.stats.Passed += rec.Passed
	} else {
		rec.Passed = 0
	}
	if rec.HasTime() && !rec.Flags.Has(smartylog.Future) {
		s.inside = (o.From == 0 || rec.Sec >= o.From) && (o.To == 0 || rec.Sec < o.To)
	}
	return s.inside
}

// meter counts the text that passes.
type meter struct {
	in      io.Reader
	bytes   atomic.Int64
	partial bool // the last line has no end yet
}

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.in.Read(p)
	if n > 0 {
		m.bytes.Add(int64(n))
		m.partial = p[n-1] != '\n'
	}
	return n, err
}

// progress reports the bytes that pass.
type progress struct {
	in   io.Reader
	tell func(int64)
}

func (p *progress) Read(b []byte) (int, error) {
	n, err := p.in.Read(b)
	if n > 0 {
		p.tell(int64(n))
	}
	return n, err
}
