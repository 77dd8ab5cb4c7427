package ingest

import (
	"fmt"
	"io"
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

// begin opens the files that a source starts with: those of the saved positions
// and all that came after, or the history that the configuration asks for.
func (s *follow) begin(saved map[string][]Position, now time.Time) error {
	found := s.files.generations(s.path)
	if ps := saved[s.name]; len(ps) > 0 {
		return s.resume(found, ps)
	}
	start := s.cfg.Start
	if len(saved) > 0 && start != FromBeginning {
		return s.history(found, s.sinceLastRun(saved, now))
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
			last = min(last, p.At/1e9)
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
		if err := s.add(g, 0); err != nil {
			return err
		}
		n := s.nodes[len(s.nodes)-1]
		if from > 0 {
			n.from = from
			n.seek(from)
		}
	}
	return nil
}

// atEnd starts behind the last complete line.
func (s *follow) atEnd(found []generation) error {
	if len(found) == 0 || !found[len(found)-1].live {
		return nil
	}
	g := found[len(found)-1]
	if err := s.add(g, 0); err != nil {
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
	at := locate(found, saved)
	newest, lastSeen := -1, int64(0)
	known, empty := map[int]bool{}, -1
	for i, p := range saved {
		lastSeen = max(lastSeen, p.At)
		s.high = max(s.high, p.high())
		if p.HeadLen == 0 {
			s.nextGen = max(s.nextGen, p.Gen)
			empty = max(empty, at[i])
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
		newest = max(newest, at[i])
		g := found[at[i]]
		n, err := s.openNode(g, p.Gen, p.Offset)
		if err != nil {
			return err
		}
		// a copy beside the file that was truncated is complete
		n.final = n.packed || !g.live && g.id != p.inode
		s.nodes = append(s.nodes, n)
	}
	for i, g := range found {
		if known[i] || i < newest || !g.live && i != empty && g.stood(i, newest, empty, lastSeen) {
			continue
		}
		if err := s.add(g, 0); err != nil {
			return err
		}
		s.stats.Rotations++
	}
	return nil
}

// stood tells whether generation i was there, and consumed, when positions were
// saved at lastSeen. Where the newest file that was read is known, all after it
// is new; but not what lies before a file that was still empty.
func (g generation) stood(i, newest, empty int, lastSeen int64) bool {
	if newest >= 0 && i > empty {
		return false
	}
	return g.info.ModTime().UnixNano() <= lastSeen
}

// locate returns the index in found of each position's file, -1 where it is gone.
func locate(found []generation, saved []Position) []int {
	at := make([]int, len(saved))
	used := map[int]bool{}
	pick := func(p Position, ok func(generation) bool) int {
		for j, g := range slices.Backward(found) {
			if !used[j] && ok(g) && p.isIn(g) {
				used[j] = true
				return j
			}
		}
		return -1
	}
	for i, p := range saved {
		at[i] = pick(p, func(g generation) bool { return p.isInode(g.id) && p.sameInodeGeneration(g) })
	}
	for i, p := range saved {
		if at[i] < 0 {
			at[i] = pick(p, func(generation) bool { return true })
		}
	}
	return at
}

// lost counts what is known to have been unread of a file that is gone.
func (s *follow) lost(p Position) {
	gap := max(0, p.Size-p.Offset)
	if p.Done {
		return
	}
	s.stats.Gap += gap
	if gap > 0 {
		s.opts.Log.Warn("log vanished before it was read", slog.String("source", s.name), slog.Int64("bytes", gap))
	}
}

func (s *follow) savedHigh() int64 {
	if s.high == unread {
		return 0
	}
	return s.high
}
