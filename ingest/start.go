package ingest

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"slices"
	"time"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// Start says how much is read of a log that was never followed before: the time
// span up to now that is of interest, or one of the constants. Zero is one hour.
type Start time.Duration

// The other starts.
const (
	FromEnd       Start = -1
	FromBeginning Start = -2 // with all rotated generations
)

const defaultHistory = time.Hour

// Patience is how long a log that cannot be read may hold back the others. At a first
// start its history is waited for so long: later the others are read as they are written,
// people would be told of what is over, and so only what was written since counts.
const Patience = 30 * time.Second

// ParseStart reads "end", "beginning" or a duration.
func ParseStart(text string) (Start, error) {
	switch text {
	case "":
		return 0, nil
	case "end":
		return FromEnd, nil
	case "beginning":
		return FromBeginning, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("read start %q: want end, beginning or a duration such as 1h", text)
	}
	if d == 0 {
		return FromEnd, nil
	}
	return Start(d), nil
}

// errMoved: a file is not any more what it was when it was found.
var errMoved = errors.New("it was removed or replaced while it was being opened")

// begin opens the files that a source starts with. Where one of them cannot be read
// it opens none and is called again: to go on from what can be read would forget what
// the positions say of the others.
func (s *follow) begin(saved map[string][]Position, now time.Time) error {
	after := s.files.round // one reading of a directory does for all its logs
	for range mostLooks {
		err := s.open(saved, now, after)
		if err == nil {
			s.waiting = nil
			return nil
		}
		for _, n := range s.nodes {
			n.close()
		}
		s.nodes, s.done, s.gone, s.nextGen, s.stats = nil, nil, nil, 0, LiveStats{}
		if !errors.Is(err, errMoved) {
			s.waiting = &beginning{saved, now}
			return err
		}
		time.Sleep(lookAgain)
		after = time.Now()
	}
	s.waiting = &beginning{saved, now}
	return fmt.Errorf("open %s: files are being renamed all the time", s.path)
}

// beginning is what a source that could not begin yet will begin with.
type beginning struct {
	saved map[string][]Position
	at    time.Time
}

// open opens the files of the saved positions and all that came after, or the
// history that the configuration asks for, as long as it is waited for.
func (s *follow) open(saved map[string][]Position, now, after time.Time) error {
	s.there = s.there || len(saved[s.name]) > 0
	found, err := s.files.generations(s.path, after)
	if len(saved[s.name]) == 0 && errors.Is(err, fs.ErrNotExist) {
		return nil // all that will be there is new
	}
	if err != nil {
		return err
	}
	if ps := saved[s.name]; len(ps) > 0 {
		return s.resume(found, ps)
	}
	start := s.cfg.Start
	if len(saved) > 0 && start != FromBeginning {
		return s.history(found, s.sinceLastRun(saved, now))
	}
	if s.waiting != nil && (start == FromEnd || s.now().Sub(now) >= Patience) {
		return s.history(found, now.Unix())
	}
	switch start {
	case FromBeginning:
		return s.history(found, 0)
	case FromEnd:
		return s.atEnd(found)
	case 0:
		start = Start(defaultHistory)
	}
	return s.history(found, now.Add(-time.Duration(start)).Unix())
}

// sinceLastRun: a source that is new beside others that are not appeared while
// nobody looked, and is read from its beginning; but where it is older than the
// last run, it was added to the configuration and has a start of its own.
func (s *follow) sinceLastRun(saved map[string][]Position, now time.Time) int64 {
	last := now.Unix()
	for _, ps := range saved {
		for _, p := range ps {
			if !p.Done { // those may be from long ago
				last = min(last, time.Unix(0, p.At).Add(-s.opts.Discover).Unix())
			}
		}
	}
	if s.cfg.Start >= 0 {
		span := time.Duration(s.cfg.Start)
		if span == 0 {
			span = defaultHistory
		}
		last = min(last, now.Add(-span).Unix())
	}
	return last
}

// history reads all generations from second from on.
func (s *follow) history(found []generation, from int64) error {
	for _, g := range found {
		if from > 0 && !g.live && g.info.ModTime().Unix() < from {
			continue
		}
		err := s.add(g, 0)
		if !g.live && errors.Is(err, fs.ErrPermission) {
			s.opts.Log.Warn("rotated log cannot be read, the history begins after it", slog.String("source", s.name), slog.Any("error", err))
			continue
		}
		if err != nil {
			return err
		}
		n := s.nodes[len(s.nodes)-1]
		if from > 0 {
			n.from = from
			n.seek(from)
		}
	}
	if len(s.nodes) == 0 {
		return s.atEnd(found)
	}
	return nil
}

// atEnd starts behind the last complete line, of the newest rotated file where nothing
// lies at the path: its writer may go on, and what is older is not new.
func (s *follow) atEnd(found []generation) error {
	if len(found) == 0 || found[len(found)-1].packed {
		return nil
	}
	g := found[len(found)-1]
	err := s.add(g, 0)
	if !g.live && errors.Is(err, fs.ErrPermission) {
		return nil // nobody asked for what it holds
	}
	if err != nil {
		return err
	}
	n := s.nodes[len(s.nodes)-1]
	end := n.size
	for end > 0 {
		b := n.before(end, 64<<10)
		if i := slices.Index(reversed(b), '\n'); i >= 0 {
			end -= int64(i)
			break
		}
		end -= int64(len(b))
		if len(b) == 0 {
			break
		}
	}
	n.pos = end
	n.rewind()
	return nil
}

func reversed(b []byte) []byte {
	r := slices.Clone(b)
	slices.Reverse(r)
	return r
}

// seek moves a plain file that was not read yet near the first record at second
// from, by bisection: logs are in order but for a few seconds.
func (n *node) seek(from int64) {
	const near, slack = 1 << 20, 60
	if n.packed {
		return
	}
	lo, hi := int64(0), n.size
	for hi-lo > near {
		mid := lo + (hi-lo)/2
		if sec, ok := n.secondAt(mid); ok && sec < from-slack {
			lo = mid
		} else {
			hi = mid
		}
	}
	n.pos = lo
	n.rewind()
}

// secondAt is the time of the first whole record after off.
func (n *node) secondAt(off int64) (sec int64, ok bool) {
	scan := smartylog.NewScanner(io.NewSectionReader(n.file, off, 1<<20), off, n.opts)
	var rec smartylog.Record
	for i := 0; scan.Next(&rec) == nil; i++ {
		if i > 0 && rec.HasTime() {
			return rec.Sec, true
		}
	}
	return 0, false
}
