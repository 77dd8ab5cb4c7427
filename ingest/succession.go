package ingest

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"slices"
	"time"
)

// rotated opens what came after the file followed so far: every generation
// between it and the file that the path leads to now.
func (s *follow) rotated(id inode, now time.Time) error {
	if i := slices.IndexFunc(s.nodes, func(n *node) bool { return n.id == id && n.file != nil && n.file.isAt(s.path) }); i >= 0 {
		n := s.nodes[i] // renamed back
		s.nodes = append(slices.Delete(s.nodes, i, i+1), n)
		n.oldSince, n.final = time.Time{}, false
		return nil
	}
	return s.succeed(now)
}

// overtaken opens files that were made at the path and renamed between two looks, when
// there is none now: their writers may go on in them for long.
func (s *follow) overtaken(now time.Time) error {
	if s.waiting != nil {
		return nil
	}
	found, err := s.files.generations(s.path, s.seenAt)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // nor is their directory
	}
	if err != nil {
		return err
	}
	if s.old.still(found, s.newest()) {
		return nil
	}
	for i, mark := 0, s.mark(found); i < len(found); i++ {
		if s.isNew(found[i], i, mark) {
			return s.succeed(now)
		}
	}
	s.old = known{found, s.newest()}
	return nil
}

// known are files among which nothing is new, beside the one followed so far. To find
// that out they are opened, and unpacked: not every second while a log is gone for good.
type known struct {
	found  []generation
	newest *node
}

// still tells whether nothing has happened to the files since.
func (k known) still(found []generation, newest *node) bool {
	return k.found != nil && k.newest == newest && slices.EqualFunc(k.found, found, func(a, b generation) bool {
		return a.is(b) && a.info.Size() == b.info.Size() && a.info.ModTime().Equal(b.info.ModTime())
	})
}

// mark is the place in found of the file followed so far, which all that is newer lies
// behind; -1 if it is not there.
func (s *follow) mark(found []generation) int {
	if old := s.newest(); old != nil {
		return old.among(found)
	}
	return -1
}

// isNew tells whether the i-th file found came after the one followed so far. Without
// that as a mark, what was written since the last look is new.
func (s *follow) isNew(g generation, i, mark int) bool {
	if i <= mark || mark < 0 && !g.live && g.info.ModTime().Before(s.lastLook()) {
		return false
	}
	return !s.knows(g)
}

// is tells whether g is the node's file. One that is closed may be gone, and its inode
// another file's by now.
func (n *node) is(g generation) bool {
	if n.id != g.id || n.file == nil {
		return false
	}
	return n.file.file != nil || Position{Generation: n.igen}.sameInodeGeneration(g)
}

// among is the place of the node's file in found: its own, or else the newest that it may
// have been packed into; -1 if there is none.
func (n *node) among(found []generation) int {
	if at := slices.IndexFunc(found, n.is); at >= 0 {
		return at
	}
	for i, g := range slices.Backward(found) {
		if g.packed && sameStart(n.head, readHead(g)) {
			return i
		}
	}
	return -1
}

// succeed opens every generation that is newer than the file followed so far.
func (s *follow) succeed(now time.Time) error {
	for _, n := range slices.Clone(s.nodes) {
		if err := n.look(now); err != nil {
			return err
		}
		if n.replaced {
			if err := s.replaced(n); err != nil { // before its new text is taken for another file's
				return err
			}
		}
	}
	found, err := s.files.generations(s.path, s.seenAt)
	if err != nil {
		return err
	}
	old, mark := s.newest(), s.mark(found)
	for i, g := range found {
		if !s.isNew(g, i, mark) {
			continue
		}
		if err := s.add(g, 0); err != nil {
			return err
		}
	}
	if old != nil && old != s.newest() {
		s.stats.Rotations++
		for _, n := range s.nodes[:len(s.nodes)-1] {
			if n.oldSince.IsZero() {
				n.oldSince = now
			}
		}
	}
	return nil
}

// copiedUnseen opens what was in a file before the first text that was seen in it: it was
// written, copied and truncated between two looks, once or several times.
func (s *follow) copiedUnseen(n *node) error {
	found, err := s.files.generations(s.path, s.seenAt)
	if err != nil {
		return err
	}
	if at := slices.IndexFunc(found, n.is); at >= 0 {
		found = found[:at] // what came after it is no copy, and may still be written
	}
	after := s.lastLook()
	if after.Before(s.since) {
		after = s.since
	}
	for _, g := range found {
		if g.live || g.info.ModTime().Before(after) || s.knows(g) {
			continue
		}
		c, err := s.openNode(g, n.gen, 0)
		if err != nil {
			return err
		}
		c.final = true
		s.nodes = slices.Insert(s.nodes, slices.Index(s.nodes, n), c)
		s.stats.Truncations++
		n.gen = s.nextGen
		s.nextGen++
	}
	return nil
}

// lastLook is a little before the last check: clocks of file systems are coarse.
func (s *follow) lastLook() time.Time {
	if s.resting.IsZero() {
		return s.since.Add(-2 * time.Second)
	}
	return s.resting.Add(-2 * time.Second)
}

// knows tells whether g is a file that is, or was, read. Only a rotated name can
// be a copy: the file that the log's own path leads to is new when its inode is,
// even if it begins with the very line another began with in the same second.
func (s *follow) knows(g generation) bool {
	for _, n := range s.nodes {
		if n.is(g) {
			return true
		}
	}
	return !g.live && (s.knowsText(g) || slices.ContainsFunc(s.done, g.was))
}

// was tells whether g is a file that was read to its end. One that was empty then is
// only known while it is: its inode may be another file's by now.
func (g generation) was(p Position) bool {
	if p.HeadLen == 0 {
		return p.isInode(g.id) && g.info.Size() == 0
	}
	ok, _ := p.isIn(g)
	return ok
}

// knowsText tells whether g is a copy, or the packed self, of a file that is, or was,
// read.
func (s *follow) knowsText(g generation) bool {
	f, err := g.open()
	if err != nil {
		return false
	}
	defer f.Close()
	head := headOf(f, g)
	is := func(t text) bool { return sameStart(t.head, head) && (g.packed || !t.differs(f, g.info.Size())) }
	return slices.ContainsFunc(s.nodes, func(n *node) bool { return is(n.knownText(g.info.Size())) }) || slices.ContainsFunc(s.texts, is)
}

// text is what is known of a file that is, or was, read: how it begins, and what lies
// before some place.
type text struct {
	head, tail []byte
	end        int64 // of the tail
}

// knownText has a tail that another file of that size can be compared by.
func (n *node) knownText(size int64) text {
	if n.file == nil || n.packed {
		return text{n.head, n.tail, n.off}
	}
	end := min(n.size, size)
	tail := n.before(end, tailBytes)
	return text{n.head, tail, max(0, end-tailBytes) + int64(len(tail))}
}

// differs tells whether a file goes on otherwise than the text, as far as that is known.
func (t text) differs(f io.ReaderAt, size int64) bool {
	b := make([]byte, len(t.tail))
	if size < t.end {
		return false
	}
	_, err := f.ReadAt(b, t.end-int64(len(b)))
	return err == nil && !bytes.Equal(b, t.tail)
}

// add opens g as the newest generation.
func (s *follow) add(g generation, off int64) error {
	n, err := s.openNode(g, s.nextGen, off)
	if err != nil {
		return err
	}
	s.nextGen++
	s.nodes = append(s.nodes, n)
	return nil
}
