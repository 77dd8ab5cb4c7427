package ingest

import (
	"bytes"
	"cmp"
	"iter"
	"slices"
)

// locate returns the index in found of each position's file, -1 where it is gone. One
// that is not found while there are files that cannot be read is not gone.
func locate(found []generation, saved []Position) ([]int, error) {
	l := locator{found: found, used: map[int]bool{}}
	at := make([]int, len(saved))
	for i, p := range saved {
		at[i] = l.byInode(p.strict())
	}
	if l.unread != nil {
		return nil, l.unread
	}
	for i, p := range saved {
		if at[i] < 0 {
			at[i] = l.byText(p.strict())
		}
	}
	for i, p := range saved {
		if at[i] < 0 && p.longerLen > 0 { // a copy may be shorter than what was read
			if at[i] = l.byInode(p); at[i] < 0 {
				at[i] = l.byText(p)
			}
		}
	}
	for i, p := range saved {
		if at[i] < 0 && p.HeadLen > 0 && !p.Done && l.unread != nil {
			return nil, l.unread
		}
	}
	return at, nil
}

// locator finds the files of positions, each for one of them.
type locator struct {
	found  []generation // oldest first
	used   map[int]bool
	unread error // of the first file that could not be read
}

// pick returns the first of the files that holds the position's text; may is asked before
// they are read, sure after.
func (l *locator) pick(p Position, files iter.Seq2[int, generation], may, sure func(generation) bool) int {
	for j, g := range files {
		if l.used[j] || !may(g) {
			continue
		}
		is, err := p.isIn(g)
		if is && sure(g) {
			l.used[j] = true
			return j
		}
		l.unread = cmp.Or(l.unread, err)
	}
	return -1
}

func every(generation) bool { return true }

// byInode finds what the kernel knows as the file. A log of which little was read may have
// been copied and truncated since, and begin again as its copy does: then that is it.
func (l *locator) byInode(p Position) int {
	j := l.pick(p, slices.Backward(l.found), func(g generation) bool { return p.isInode(g.id) && p.sameInodeGeneration(g) }, every)
	if j < 0 || p.HeadLen >= headBytes || !l.found[j].live {
		return j
	}
	now := readHead(l.found[j])
	before := l.pick(p, slices.All(l.found), p.writtenSince, func(g generation) bool {
		was := readHead(g)
		n := min(len(was), len(now))
		return !bytes.Equal(was[:n], now[:n])
	})
	if before < 0 {
		return j
	}
	l.used[j] = false
	return before
}

// byText finds the file by how it begins. Where several begin alike it is the oldest of
// those that it may have become.
func (l *locator) byText(p Position) int {
	if p.HeadLen == 0 {
		return -1
	}
	if j := l.pick(p, slices.All(l.found), every, p.mayBecome); j >= 0 {
		return j
	}
	return l.pick(p, slices.Backward(l.found), every, every)
}
