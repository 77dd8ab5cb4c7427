package ingest

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"time"
)

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
			p.longer, p.longerLen = "", 0
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
