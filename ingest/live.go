package ingest

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"slices"
	"time"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// ErrIdle says that there is nothing to read now.
var ErrIdle = errors.New("nothing to read now")

// LogConfig is one entry of the logs to follow.
type LogConfig struct {
	Path     string // a file, a directory (recursive, *.log) or a glob
	Instance string
	Start    Start // how much is read of logs that were never followed before
	smartylog.Options
}

// LiveOptions has useful zero values, except Now, which is required.
type LiveOptions struct {
	Now func() time.Time
	// Wants, when set, gives the events of a log that the caller wants; nil: all. Of the
	// others records may be passed over: see smartylog.Scanner.Want.
	Wants      func(log string) func(event string) bool
	Log        *slog.Logger
	FlushAfter time.Duration // silence that closes a record; default 500 ms
	Poll       time.Duration // how often files are looked at without a word from a tail, at multiples of it; default 1 s
	Discover   time.Duration // how often new files are looked for; default 2 s
	MaxTails   int           // files with a tail of their own, the others are polled; default 256, negative: none
	MaxOpen    int           // files open at a time; default half of what the process may open
	// Confirm is asked about a record that is ahead of Now before it counts as one from
	// the future: true says that Now was wrong, and has been set. nil: it never is.
	Confirm func(sec int64) bool

	disk    disk  // of names and files; default: the one there is
	backlog int64 // how far behind a file must be read to be framed in pieces; default leastBacklog
	piece   int   // how large they are at most; default mostPiece
}

func (o *LiveOptions) setDefaults() {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	setDefault(&o.FlushAfter, 500*time.Millisecond)
	setDefault(&o.Poll, time.Second)
	setDefault(&o.Discover, 2*time.Second)
	setDefault(&o.MaxOpen, defaultDescriptors())
	setDefault(&o.MaxTails, 256)
	setDefault[disk](&o.disk, fileSystem{})
	setDefault(&o.backlog, leastBacklog)
	setDefault(&o.piece, mostPiece)
	o.MaxTails = min(o.MaxTails, o.MaxOpen/2) // a tail keeps its file open
}

func setDefault[T comparable](v *T, to T) {
	var zero T
	if *v == zero {
		*v = to
	}
}

// LiveStats describes one followed source.
type LiveStats struct {
	Source      string
	Path        string
	Bytes       int64 // of the records
	Records     int64 // returned, and passed over since nobody wants them
	Unparsed    int64 // of these, without a readable header
	Passed      int64 // records before the start, which were not returned
	Skipped     int64 // bytes that belong to no record
	Future      int64 // records flagged Future
	Lag         int64 // bytes on disk that were not read yet, as far as looked at; packed files not counted
	Unread      int64 // of these, beyond what was looked at for records; half a line does not count
	Reached     int64 // changes whenever bytes are read
	Gap         int64 // bytes that vanished before they could be read
	Rotations   int
	Truncations int
	Files       int   // open: more than one while late writers of a rotated file are waited for
	Missing     bool  // there is no file at the path
	Lost        bool  // there was one, and it was not only renamed
	Err         error // why the path cannot be read, nil when it can
}

// Live follows growing logs. One goroutine calls its methods; the goroutines of
// nxadm/tail only wake it up.
type Live struct {
	logs        []LogConfig
	opts        LiveOptions
	files       lister
	descriptors *descriptors
	waker       *waker
	sources     []*follow
	byName      map[string]*follow
	byPath      map[string]*follow
	order       order // sources that may have something to read
	open        map[*follow]time.Time

	calls    int
	clock    time.Time // the last answer of Now
	polled   time.Time
	searched time.Time
	limited  bool              // ReadTo set limits
	told     map[string]string // what was said of the paths that are configured
}

// OpenLive starts to follow. saved is what Positions returned when the same logs
// were followed before; nil on a first start. Every path that is wrong now is
// waited for; only a malformed glob is an error.
func OpenLive(logs []LogConfig, o LiveOptions, saved map[string][]Position) (*Live, error) {
	if o.Now == nil {
		return nil, errors.New("follow logs: no clock given")
	}
	o.setDefaults()
	l := &Live{
		logs: logs, opts: o, waker: newWaker(),
		byName: map[string]*follow{}, byPath: map[string]*follow{}, open: map[*follow]time.Time{},
	}
	l.clock = o.Now()
	l.files.disk = o.disk
	l.descriptors = &descriptors{files: &l.files, most: l.opts.MaxOpen}
	l.files.round = time.Now()
	fresh, err := l.search()
	if err != nil {
		return nil, err
	}
	fresh = append(fresh, l.vanished(saved)...)
	l.adopt(fresh, saved)
	for _, s := range fresh {
		if err := s.begin(saved, l.clock); err != nil {
			s.err = err
			l.opts.Log.Warn("cannot read log", slog.String("source", s.name), slog.Any("error", err))
		}
	}
	l.check(fresh, nil)
	l.polled = l.clock
	return l, nil
}

// scanMemory is shared by the scanners of all sources, but for what long records need.
const scanMemory = 32 << 20

// Sources returns the names of the sources. It grows as files appear; a source
// keeps its index.
func (l *Live) Sources() []string {
	names := make([]string, len(l.sources))
	for i, s := range l.sources {
		names[i] = s.name
	}
	return names
}

// Next fills rec with the next record there is: of the source with data whose
// greatest timestamp so far is least. The record is a view that the following
// call invalidates. ErrIdle: nothing can be read now; Wait. It returns no other
// error: what is wrong with a source is in Stats.
func (l *Live) Next(rec *smartylog.Record) (src int, err error) {
	if l.limited {
		l.unlimit()
	}
	if l.calls++; l.calls%256 == 0 || l.waker.any.Load() {
		l.refresh()
	}
	for {
		top := l.order.first()
		if top == nil {
			if l.refresh(); l.order.first() == nil {
				return 0, ErrIdle
			}
			continue
		}
		s := l.sources[top.index]
		if err := s.next(rec); err != nil {
			l.order.pop()
			l.rest(s, err)
			continue
		}
		l.judge(s, rec)
		l.order.sank()
		return s.index, nil
	}
}

// Look finds out which sources, new ones too, may have something to read. Next does
// so now and then by itself.
func (l *Live) Look() {
	if l.limited {
		l.unlimit()
	}
	l.refresh()
}

// judge moves the mark of the source, unless the record is from the future.
func (l *Live) judge(s *follow, rec *smartylog.Record) {
	if !rec.HasTime() || rec.Sec <= s.high {
		return
	}
	if rec.Sec > l.clock.Unix()+FutureSlack {
		l.clock = l.opts.Now()
		if rec.Sec > l.clock.Unix()+FutureSlack && l.opts.Confirm != nil && l.opts.Confirm(rec.Sec) {
			l.clock = l.opts.Now()
		}
		if rec.Sec > l.clock.Unix()+FutureSlack {
			rec.Flags |= smartylog.Future
			s.stats.Future++
			return
		}
	}
	s.high = rec.Sec
}

// rest notes what a source without data waits for.
func (l *Live) rest(s *follow, err error) {
	if err != io.EOF {
		s.err = err
		l.opts.Log.Warn("cannot read log", slog.String("source", s.name), slog.Any("error", err))
	}
	delete(l.open, s)
	for _, n := range s.nodes {
		if !n.open() || n.halfLine() || n.pending != nil {
			continue
		}
		if due, ok := l.open[s]; !ok || n.dataAt.Add(l.opts.FlushAfter).Before(due) {
			l.open[s] = n.dataAt.Add(l.opts.FlushAfter)
		}
	}
}

// Want changes what is wanted. It holds for every record that comes behind the last
// one returned.
func (l *Live) Want(wants func(log string) func(event string) bool) {
	l.opts.Wants = wants
	for _, s := range l.sources {
		s.wants = wants(s.stem)
		for _, n := range s.nodes {
			n.wantNow()
		}
		l.settle(s)
	}
}

// refresh finds out which sources may have something to read.
func (l *Live) refresh() {
	if l.clock = l.opts.Now(); l.clock.Before(l.polled) {
		l.polled = time.Time{} // set back: what was to come an hour later comes now
	}
	l.check(l.waker.taken(), nil)
	if !l.clock.Before(l.nextPoll()) {
		l.poll()
	}
	for s, due := range l.open {
		if l.clock.Before(due) {
			continue
		}
		delete(l.open, s)
		for _, n := range s.nodes {
			n.ready = n.ready || n.open()
		}
		l.queue(s)
	}
}

// nextPoll is as soon as a second is over: its end may be what makes earlier ones
// final.
func (l *Live) nextPoll() time.Time {
	past := l.polled.Sub(l.polled.Truncate(l.opts.Poll))
	return l.polled.Add(l.opts.Poll - past) // a clock that is set back must not stop the polls
}

// poll looks at every file: it finds what tails did not report.
func (l *Live) poll() {
	l.check(l.sources, func(s *follow, before int64) {
		if s.newest().seen() > before && !s.heard {
			s.deaf++
		} else {
			s.deaf = 0
		}
		s.heard = false
	})
	l.polled = l.clock
	if l.clock.Sub(l.searched) < l.opts.Discover {
		return
	}
	fresh, err := l.search()
	if err != nil {
		return // a glob that was well-formed stays so
	}
	l.adopt(fresh, nil)
	l.check(fresh, nil)
}

// check looks at sources: at the paths of all, then at what follows from it, so that a
// directory is read once whatever happened to all the logs in it. audit is told of each
// source's size before.
func (l *Live) check(sources []*follow, audit func(s *follow, before int64)) {
	l.descriptors.block = scanMemory / max(1, len(l.sources))
	for _, s := range sources {
		s.glance()
	}
	l.files.round = time.Now()
	for _, s := range sources {
		before := s.newest().seen()
		s.check(l.clock)
		if audit != nil {
			audit(s, before)
		}
		l.settle(s)
	}
}

// settle queues a source that may have data and sees to the tail of its newest
// file.
func (l *Live) settle(s *follow) {
	if len(s.busy()) > 0 {
		l.queue(s)
	}
	n := s.newest()
	if n == nil {
		return
	}
	const deafFor = 3 // rounds; one or two may be chance
	if n.follower != nil && (s.deaf >= deafFor || !n.follower.following()) {
		n.follower.stop()
		n.follower, s.deaf = nil, 0
		s.retail = l.clock.Add(10 * time.Second)
	}
	if n.follower == nil && l.waker.running < l.opts.MaxTails && !l.clock.Before(s.retail) {
		n.follower = l.waker.follow(n)
		s.retail = l.clock.Add(10 * time.Second)
	}
}

func (l *Live) queue(s *follow) {
	if s.at < 0 {
		l.order.push(&s.lane)
	}
}

// Wait blocks until a tail reports something, it is time to look again, or d has
// passed. It returns ctx's error when that ends first.
func (l *Live) Wait(ctx context.Context, d time.Duration) error {
	now := l.opts.Now()
	d = min(d, l.nextPoll().Sub(now))
	for _, due := range l.open {
		d = min(d, due.Sub(now))
	}
	timer := time.NewTimer(max(d, time.Millisecond))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-l.waker.signal:
	case <-timer.C:
	}
	return nil
}

// EOF tells whether source src was read to its end, and when: of what was
// written before wall only records that may still go on were not returned, the
// first of them of second open. A log that is written all the time always has
// one; math.MaxInt64: there is none.
func (l *Live) EOF(src int) (wall time.Time, open int64, ok bool) { return l.sources[src].eof() }

// Positions says how far the records returned so far reach, per source: one
// position per file that is still read, and some of finished ones. They are what OpenLive and ReadTo take.
func (l *Live) Positions() map[string][]Position {
	out := make(map[string][]Position, len(l.sources))
	for _, s := range l.sources {
		ps := slices.Clone(s.done)
		if s.waiting != nil {
			ps = slices.Clone(s.waiting.saved[s.name])
		}
		for _, n := range s.nodes {
			if n.file != nil || n.replaced { // one that is gone: its packed self is still to be looked for
				ps = append(ps, n.position(s.resting))
			}
		}
		out[s.name] = ps
	}
	return out
}

// Stats describes every source, in the order of Sources.
func (l *Live) Stats() []LiveStats {
	out := make([]LiveStats, len(l.sources))
	for i, s := range l.sources {
		st := s.stats
		st.Source, st.Path, st.Files = s.name, s.path, len(s.nodes)
		st.Missing, st.Lost, st.Err = s.missing, s.lostFile(), s.err
		for _, n := range s.nodes {
			if !n.packed {
				st.Lag += max(0, n.size-n.pos)
				reached := max(n.off, n.heldSize)
				st.Unread += max(0, n.size-reached)
				st.Reached += reached
			}
			if n.scan != nil {
				st.Skipped += n.scan.Skipped()
			}
		}
		out[i] = st
	}
	return out
}

// Passed is how many records before their start were not returned, of all
// sources.
func (l *Live) Passed() (n int64) {
	for _, s := range l.sources {
		n += s.stats.Passed
	}
	return n
}

// Close ends the tails, waits for their goroutines and closes all files.
func (l *Live) Close() error {
	for _, s := range l.sources {
		for _, n := range s.nodes {
			n.close()
		}
		s.nodes = nil
	}
	l.order.lanes = nil
	return nil
}
