package ingest

import (
	"errors"
	"io"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// FutureSlack is how many seconds a record may be ahead of the one that follows
// it, or of the wall clock, before its time is not believed.
const FutureSlack = 120

// ReadOptions says how files are read. The zero value reads everything.
type ReadOptions struct {
	smartylog.Options
	// SourceOptions, when set, replaces Options for a source.
	SourceOptions func(source string) smartylog.Options
	// Wants, when set, gives the events of a source that the caller wants; nil: all.
	// Of the others records may be passed over: see smartylog.Scanner.Want.
	Wants func(src Source) func(event string) bool
	// Ahead, when set, makes work that is done ahead where a file is framed in pieces,
	// one for each goroutine; Files.Ahead has the results.
	Ahead func() Ahead
	// Piece is how many bytes are framed at a time, several such pieces of a file side
	// by side. 0: with Wants or Ahead, what fits into the cache, and into memory for all
	// sources; else files are framed as they are read.
	Piece int
	// From skips records before this Unix second, To those at it or after.
	// Zero: no limit. Records without a time go with the record before them.
	From, To int64
	// Progress, when set, is told after each read how many bytes of the files
	// on disk (packed ones as they lie there, members of a zip inflated) it
	// consumed. Source.Bytes is what they sum up to.
	Progress func(bytes int64)
}

// SourceStats counts what was read of one source.
type SourceStats struct {
	Bytes   int64 // of text, unpacked
	Lines   int64 // line ends, plus a last line without one
	Records int64 // in the files, whether returned or not
	Passed  int64 // of them: passed over between From and To, since nobody wants them
	Skipped int64 // bytes that belong to no record
	Future  int64 // records flagged Future
}

// Files reads finished files for replay. It is not safe for concurrent use.
type Files struct {
	streams  []*stream
	order    order
	opts     ReadOptions
	finished int
	last     *stream // of the record returned last
	broken   []error // of sources that have ended
	err      error
}

// OpenFiles prepares reading. Files are opened when it is their turn, two at
// most per source.
func OpenFiles(srcs []Source, o ReadOptions) (*Files, error) {
	if len(srcs) == 0 {
		return nil, errors.New("no log files to read")
	}
	f := &Files{opts: o}
	for i, src := range srcs {
		s := newStream(src, o)
		s.index, s.crowd, s.size = i, len(srcs), o.Piece
		if o.Piece == 0 && (s.wants != nil || o.Ahead != nil) { // else reading gains nothing from it
			s.size = pieceSize(len(srcs))
		}
		f.streams = append(f.streams, s)
		f.order.push(&s.lane)
	}
	return f, nil
}

// Sources returns the names of the sources; Next's src is an index into it.
func (f *Files) Sources() []string {
	names := make([]string, len(f.streams))
	for i, s := range f.streams {
		names[i] = s.name
	}
	return names
}

// Next fills rec with the next record: of the source whose greatest timestamp
// so far is least, by name among equals, so that the result does not depend on
// how bytes arrive. The record is a view that the following call invalidates.
// Records without a time are returned too. io.EOF: everything was read. What
// cannot be read does not keep the rest back: any other error comes instead of
// io.EOF, names each file that is missing or breaks off, and is returned again
// by every later call.
func (f *Files) Next(rec *smartylog.Record) (src int, err error) {
	for f.err == nil {
		top := f.order.first()
		if top == nil {
			if f.err = errors.Join(f.broken...); f.err == nil {
				return 0, io.EOF
			}
			break
		}
		s := f.streams[top.index]
		high := s.high
		err := s.next(rec)
		switch {
		case err == io.EOF:
			f.order.pop()
		case err != nil:
			f.order.pop()
			f.broken = append(f.broken, err)
		case s.high != high:
			f.order.sank()
		}
		if s.finished() && !s.told {
			s.told = true
			f.finished++
		}
		if err == nil && s.wanted(rec, f.opts) {
			f.last = s
			return s.index, nil
		}
	}
	return 0, f.err
}

// Ahead returns the batch and the place in it of what was done ahead for the record
// returned last; ok is false when nothing was. It is valid until the following Next.
func (f *Files) Ahead() (batch any, place int, ok bool) {
	if f.last == nil || f.last.done.batch == nil {
		return nil, 0, false
	}
	return f.last.done.batch, f.last.done.place, true
}

// Finished tells whether source src has no more records. It may become true
// with the source's last record, or, where that had no time or was outside From
// and To, during a later Next that returns a record of another source.
func (f *Files) Finished(src int) bool { return f.streams[src].finished() }

// FinishedCount is the number of finished sources: callers need to ask Finished
// only when it changed.
func (f *Files) FinishedCount() int { return f.finished }

// Stats returns the counts of each source, in the order of Sources.
func (f *Files) Stats() []SourceStats {
	out := make([]SourceStats, len(f.streams))
	for i, s := range f.streams {
		out[i] = s.counts()
	}
	return out
}

// Close closes the files that are still open.
func (f *Files) Close() error {
	var errs []error
	for _, s := range f.streams {
		errs = append(errs, s.close())
	}
	if f.err == nil {
		f.err = errors.New("read from closed files")
	}
	return errors.Join(errs...)
}
