package ingest

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"slices"
	"sync/atomic"
	"time"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// How long a replaced file is watched for late writers at least, and how many
// such files of one source are kept when their links never go away; and how many
// files that were read to their end are remembered over a restart.
const (
	keepReplaced = 5 * time.Second
	maxReplaced  = 8
	maxDone      = 3
)

// follow is one live source: a path, and the files that lie or lay there.
type follow struct {
	lane
	cfg            LogConfig
	opts           *LiveOptions
	now            func() time.Time
	files          *lister
	descriptors    *descriptors
	instance, stem string
	path           string
	wants          func(event string) bool // nil: all

	nodes   []*node            // oldest generation first; the last one is followed
	texts   []text             // of files that were closed, to know their packed selves
	gone    map[lostFile]int64 // files that are not there any more, and up to where that was told
	done    []Position         // final files that were read, newest last: they still lie there
	nextGen int
	since   time.Time   // when this source was first looked for
	seenAt  time.Time   // of the machine's clock: when the path was looked at last,
	seen    fs.FileInfo // what was there,
	unseen  error       // or why nothing is known
	pathAt  time.Time   // when the path was last seen to lead to the newest node
	old     known       // what was found when there was nothing at the path
	resting time.Time   // when the path was looked at last without an error, whatever was there
	missing bool
	there   bool // a file was, in this run or before
	err     error
	waiting *beginning // it could not begin to read yet
	target  []Position // of the ReadTo under way
	stats   LiveStats
	scratch []*node

	dirty  atomic.Bool // in the waker's list
	heard  bool        // a tail reported since the last round
	deaf   int         // rounds in which growth was found without a word from the tail
	retail time.Time   // no new tail before
}

// next returns the next record of the source; of several files with something
// to read, the one whose time is least, the older one among equals. io.EOF: none
// now.
func (s *follow) next(rec *smartylog.Record) error {
	for {
		busy := s.busy()
		if len(busy) == 0 {
			return io.EOF
		}
		if n := busy[0]; len(busy) == 1 && n.pending == nil && !s.othersOpen(n) {
			err := s.take(n, rec)
			if err == io.EOF {
				continue
			}
			if err == nil && !s.deliver(n, rec, n.scan.Pos()) {
				continue
			}
			return err
		}
		if i := slices.IndexFunc(busy, func(n *node) bool { return n.pending == nil }); i >= 0 {
			if err := s.readAhead(busy[i]); err != nil && err != io.EOF {
				return err
			}
			continue
		}
		n := slices.MinFunc(busy, func(a, b *node) int { return compareTime(a.pending.rec, b.pending.rec) })
		if s.held(n) {
			return io.EOF
		}
		p := n.pending
		n.pending = nil
		*rec = *p.rec
		if s.deliver(n, rec, p.pos) {
			return nil
		}
	}
}

func (s *follow) readAhead(n *node) error {
	var r smartylog.Record
	if err := s.take(n, &r); err != nil {
		return err
	}
	n.pending = &pending{r.Clone(), n.scan.Pos()}
	return nil
}

func (s *follow) othersOpen(n *node) bool {
	return slices.ContainsFunc(s.nodes, func(m *node) bool { return m != n && m.open() })
}

// held tells whether another file's open record belongs before n's next one: a
// moment of silence, or what follows it, will close it.
func (s *follow) held(n *node) bool {
	mine := timeOf(n.pending.rec)
	for _, m := range s.nodes {
		if m == n || m.ready || m.pending != nil || !m.open() || m.halfLine() {
			continue
		}
		theirs, ok := m.scan.PeekSec()
		if !ok || theirs < mine || theirs == mine && m.gen < n.gen {
			return true
		}
	}
	return false
}

// compareTime orders records of two files. One without a time goes first.
func compareTime(a, b *smartylog.Record) int {
	return int(min(1, max(-1, timeOf(a)-timeOf(b))))
}

func timeOf(r *smartylog.Record) int64 {
	if !r.HasTime() {
		return math.MinInt32
	}
	return r.Sec
}

func (s *follow) busy() []*node {
	s.scratch = s.scratch[:0]
	for _, n := range s.nodes {
		if (n.ready || n.pending != nil) && !(n.after && len(s.scratch) > 0) {
			s.scratch = append(s.scratch, n)
		}
	}
	return s.scratch
}

// awaits tells whether n, of which rec is the first record, is to be read when all that
// is older was: side by side with it nobody knows which pass of the hour that autumn
// repeats it begins in.
func (s *follow) awaits(n *node, rec *smartylog.Record) bool {
	if n.pos > 0 || n.off == 0 || !n.opts.Repeated(rec) {
		return false
	}
	return slices.ContainsFunc(s.nodes[:slices.Index(s.nodes, n)], func(m *node) bool { return m.ready || m.pending != nil })
}

// take reads one record of n. io.EOF: there is none, or the files of the
// source have changed; look again.
func (s *follow) take(n *node, rec *smartylog.Record) error {
	for {
		err := n.take(rec, s.opts.FlushAfter)
		switch {
		case err == errReplaced:
			if err := s.replaced(n); err != nil {
				n.ready = false // until the next look
				return err
			}
			return io.EOF
		case err != nil && err != io.EOF:
			n.ready = false
			return err
		case err != nil:
			if n.closing() && n.limit == noLimit {
				s.drop(n)
			}
			return err
		}
		if s.awaits(n, rec) {
			n.rewind()
			n.after = true
			return io.EOF
		}
		if n.from == 0 {
			return nil
		}
		// history before the start: skipped up to the first record inside it
		if rec.HasTime() && rec.Sec >= n.from {
			n.from = 0
			return nil
		}
		n.pos = n.scan.Pos()
		s.stats.Passed += 1 + rec.Passed
	}
}

// deliver makes rec the record returned; false: it is read again, with those before
// it that were passed over, since they say something about the log's clock: another
// file of it has gone on meanwhile, or the wall clock was set back, and the record of
// their second that was returned was one from the future.
func (s *follow) deliver(n *node, rec *smartylog.Record, pos int64) bool {
	if rec.Passed > 0 && (rec.Sec > s.high || rec.Sec < s.high-smartylog.BackSlack) && n.again() {
		return false
	}
	if n.pos = pos; n.scan != nil {
		n.skipped = n.scan.Skipped()
	}
	rec.Instance, rec.Log = s.instance, s.stem
	rec.File, rec.Gen = n.name, n.gen
	if !rec.HasTime() {
		s.stats.Unparsed++
	}
	s.count(rec)
	return true
}

func (s *follow) count(rec *smartylog.Record) {
	s.stats.Records += 1 + rec.Passed
	s.stats.Bytes += int64(len(rec.Raw)) + rec.PassedBytes
}

// drop closes a node of which everything was read.
func (s *follow) drop(n *node) {
	if n.pending != nil {
		return
	}
	// one that is gone may lie there packed, and newer than the last look
	if n.file != nil && n.final && (n.links > 0 || n.mtime.After(s.resting)) {
		p := n.position(s.resting)
		p.Done = true
		s.done = append(s.done, p)
		s.done = s.done[max(0, len(s.done)-maxDone):]
	}
	n.close()
	if n.scan != nil {
		s.stats.Skipped += n.scan.Skipped()
	}
	s.texts = append(s.texts, text{n.head, n.tail, n.off})
	s.texts = s.texts[max(0, len(s.texts)-maxReplaced):]
	s.nodes = slices.DeleteFunc(s.nodes, func(m *node) bool { return m == n })
}

// newest is the file that is followed; nil if there is none.
func (s *follow) newest() *node {
	if len(s.nodes) == 0 {
		return nil
	}
	if n := s.nodes[len(s.nodes)-1]; !n.final && n.file != nil {
		return n
	}
	return nil
}

// glance looks at the path.
func (s *follow) glance() {
	s.seenAt = time.Now()
	s.seen, s.unseen = s.files.disk.stat(s.path)
}

// check acts upon the last glance, and looks at the files.
func (s *follow) check(now time.Time) {
	if s.waiting != nil && !s.beginAgain(now) {
		return
	}
	info, err := s.seen, s.unseen
	switch {
	case errors.Is(err, fs.ErrNotExist):
		s.missing, s.err = true, s.overtaken(now)
	case err != nil:
		s.err = fmt.Errorf("open %s: %w", s.path, cause(err))
	case !info.Mode().IsRegular():
		s.err = fmt.Errorf("open %s: not a regular file", s.path)
	default:
		s.missing, s.there, s.err = false, true, nil
		id, _ := inodeOf(info)
		if n := s.newest(); n == nil || n.id != id {
			s.err = s.rotated(id, now)
		}
	}
	blank := s.newest()
	if blank != nil && (len(blank.head) > 0 || blank.off > 0 || blank.packed) {
		blank = nil
	}
	for _, n := range s.nodes {
		if err := n.look(now); err != nil && s.err == nil {
			s.err = err
		}
	}
	if blank != nil && len(blank.head) > 0 && s.err == nil {
		s.err = s.copiedUnseen(blank)
	}
	if s.err == nil { // else what was written before may not have been seen
		s.resting, s.pathAt = now, now
	}
	s.retire(now)
}

// beginAgain tries to begin to read.
func (s *follow) beginAgain(now time.Time) bool {
	err := s.begin(s.waiting.saved, s.waiting.at)
	s.missing = errors.Is(err, fs.ErrNotExist)
	if s.err = err; s.missing {
		s.err = nil
		s.pathAt = now
	}
	return err == nil
}

// retire lets go of replaced files that nobody writes to any more: all is read,
// the successor has data, and their last link is gone.
func (s *follow) retire(now time.Time) {
	last := s.newest()
	if last == nil || last.size == 0 {
		return
	}
	old := len(s.nodes) - 1
	for _, n := range s.nodes[:old] {
		quiet := !n.ready && n.pending == nil && n.file != nil && !n.final
		if !quiet || n.oldSince.IsZero() || now.Sub(n.oldSince) < keepReplaced {
			continue
		}
		if n.links > 0 && (old <= maxReplaced || now.Sub(n.dataAt) < time.Minute) {
			continue
		}
		old--
		n.final, n.ready = true, true // its open record is closed, then the file
	}
}

// lostFile reports whether the file that was there is gone. One that was only renamed
// is not: its writer makes the next one when there is something to write.
func (s *follow) lostFile() bool {
	return s.missing && s.there && !slices.ContainsFunc(s.nodes, func(n *node) bool { return n.file != nil && n.links > 0 })
}

// eof tells until when the source is known to hold nothing unread but open
// records, and the least second of these.
func (s *follow) eof() (wall time.Time, open int64, ok bool) {
	if s.err != nil || s.pathAt.IsZero() {
		return time.Time{}, 0, false
	}
	wall, open = s.pathAt, noneOpen
	for _, n := range s.nodes {
		sec, ok := n.quiet()
		if !ok {
			return time.Time{}, 0, false
		}
		open = min(open, sec)
		if n.eofAt.Before(wall) {
			wall = n.eofAt
		}
	}
	return wall, open, true
}
