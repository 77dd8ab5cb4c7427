package ingest

import (
	"cmp"
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

// resume finds the files of saved positions again, by what the kernel knows them
// by or by their content, under whatever name, and opens all that came after.
func (s *follow) resume(found []generation, saved []Position) error {
	saved = slices.Clone(saved)
	slices.SortStableFunc(saved, func(a, b Position) int { return a.Gen - b.Gen })
	found, err := s.withTargets(found, saved)
	if err != nil {
		return err
	}
	at, err := locate(found, saved)
	if err != nil {
		return err
	}
	newest := newestRead(saved, at)
	claim(found, saved, at, newest)
	known, empty := map[int]bool{}, map[int]int{} // by index in found; empty: its generation
	for i, p := range saved {
		s.high = max(s.high, p.high())
		if p.HeadLen == 0 && !p.Done && (at[i] < 0 || at[i] > newest) {
			if len(empty) == 0 {
				s.nextGen = max(s.nextGen, p.Gen)
			}
			empty[at[i]] = p.Gen
			continue // nothing was read of it: as good as new
		}
		s.nextGen = max(s.nextGen, p.Gen+1)
		if at[i] < 0 {
			s.lost(p)
			continue
		}
		known[at[i]] = true
		if p.Done {
			s.done = append(s.done, p)
			continue
		}
		g := found[at[i]]
		n, err := s.openNode(g, p.Gen, p.Offset)
		if err != nil {
			return err
		}
		// a copy beside the file that was truncated is complete
		n.final = n.packed || !g.live && g.id != p.inode
		s.nodes = append(s.nodes, n)
		if is, err := p.isOpened(n); err != nil {
			return fmt.Errorf("read %s: %w", n.name, cause(err))
		} else if !is {
			return errMoved
		}
		if gap := p.Size - max(n.size, p.Offset); gap > 0 && !n.packed { // it was cut off behind the copy
			s.stats.Gap += gap
			s.opts.Log.Warn("log was truncated before it was read", slog.String("source", s.name), slog.Int64("bytes", gap))
		}
	}
	return s.openNew(found, newest, known, empty, lastLook(saved))
}

// withTargets adds to found the files to which the log's path, a link, led before it was
// switched: they are older than all that it leads to now.
func (s *follow) withTargets(found []generation, saved []Position) ([]generation, error) {
	var before []generation
	for _, p := range saved {
		if p.Target == "" || p.Done || slices.ContainsFunc(found, func(g generation) bool { return p.isInode(g.id) }) {
			continue
		}
		targets, err := s.files.generations(p.Target, s.seenAt)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		for _, g := range targets {
			g.live = false
			if is, _ := p.isIn(g); is && !slices.ContainsFunc(before, func(b generation) bool { return b.id == g.id }) {
				before = append(before, g)
			}
		}
	}
	return append(before, found...), nil
}

// coarse is how far the clock of a file system may be behind: it ticks a hundred times
// a second at least.
const coarse = 20 * time.Millisecond

// lastLook is when the log of the positions was looked at last, as the files tell time:
// nothing written later is in them.
func lastLook(saved []Position) (at time.Time) {
	for _, p := range saved {
		if t := time.Unix(0, p.At); t.After(at) {
			at = t
		}
	}
	return at.Add(-coarse)
}

// openNew opens what came after the positions: what lies after the newest file
// they tell of, and before one that was still empty, or where none of their files
// is there any more, what was written after the last look. Everything else stood
// there and was consumed.
func (s *follow) openNew(found []generation, newest int, known map[int]bool, empty map[int]int, looked time.Time) error {
	told := newest
	for i := range empty {
		told = max(told, i)
	}
	for i, g := range found {
		gen, wasEmpty := empty[i]
		switch {
		case known[i] || i < newest:
			continue
		case wasEmpty:
			s.nextGen = max(s.nextGen, gen)
		case !g.live && (told < 0 || i < told) && !g.info.ModTime().After(looked):
			continue
		default:
			s.stats.Rotations++
		}
		if err := s.add(g, 0); err != nil {
			return err
		}
	}
	return nil
}

// locate returns the index in found of each position's file, -1 where it is gone. One
// that is not found while there are files that cannot be read is not gone.
func locate(found []generation, saved []Position) ([]int, error) {
	at := make([]int, len(saved))
	used := map[int]bool{}
	var unread error
	pick := func(p Position, ok func(generation) bool) int {
		for j, g := range slices.Backward(found) {
			if used[j] || !ok(g) {
				continue
			}
			is, err := p.isIn(g)
			if is {
				used[j] = true
				return j
			}
			unread = cmp.Or(unread, err)
		}
		return -1
	}
	for i, p := range saved {
		at[i] = pick(p, func(g generation) bool { return p.isInode(g.id) && p.sameInodeGeneration(g) })
	}
	if unread != nil {
		return nil, unread
	}
	for i, p := range saved {
		if at[i] < 0 {
			at[i] = pick(p, func(generation) bool { return p.HeadLen > 0 })
		}
	}
	for i, p := range saved {
		if at[i] < 0 && p.HeadLen > 0 && !p.Done && unread != nil {
			return nil, unread
		}
	}
	return at, nil
}

// newestRead is the greatest index of a file that was read but not finished, -1 if
// there is none.
func newestRead(saved []Position, at []int) int {
	newest := -1
	for i, p := range saved {
		if p.HeadLen > 0 && !p.Done {
			newest = max(newest, at[i])
		}
	}
	return newest
}

// claim gives the positions of empty files that are gone, and were older than the
// newest one, the files that they may have become: a late record was written, and
// the file packed, since the last look.
func claim(found []generation, saved []Position, at []int, newest int) {
	looked := lastLook(saved)
	for i, p := range saved {
		if newest < 0 || at[i] == newest {
			return
		}
		if p.HeadLen > 0 || p.Done || at[i] >= 0 {
			continue
		}
		for j, g := range found[:newest] {
			if at[i] < 0 && g.info.ModTime().After(looked) && !slices.Contains(at, j) {
				at[i] = j
			}
		}
	}
}

// lost counts what is known to have been unread of a file that is gone.
func (s *follow) lost(p Position) {
	if !p.Done {
		s.goneTo(p, p.Offset, max(p.Size, p.Offset))
	}
}

// missed counts what was read of a file up to a cut, and is to be read again after a
// restart, when that file is gone.
func (s *follow) missed(p Position) {
	known := p.HeadLen == 0 || p.Done || slices.ContainsFunc(s.texts, func(t text) bool { return p.startsLike(t.head) }) || // read to its end before this cut
		slices.ContainsFunc(s.done, func(d Position) bool { return d.Head == p.Head })
	if !known {
		s.goneTo(p, 0, p.Offset)
	}
}

// goneTo counts the bytes between two places of a file that is gone, once.
func (s *follow) goneTo(p Position, from, to int64) {
	file := lostFile{p.inode, p.Generation}
	if before, ok := s.gone[file]; ok {
		from = before
	}
	if s.gone == nil {
		s.gone = map[lostFile]int64{}
	}
	s.gone[file] = max(from, to)
	if gap := to - from; gap > 0 {
		s.stats.Gap += gap
		s.opts.Log.Warn("log vanished before it was read", slog.String("source", s.name), slog.Int64("bytes", gap))
	}
}

// lostFile is a file that is gone.
type lostFile struct {
	inode
	igen uint32
}

func (s *follow) savedHigh() int64 {
	if s.high == unread {
		return 0
	}
	return s.high
}
