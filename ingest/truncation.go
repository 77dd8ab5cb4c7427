package ingest

import (
	"log/slog"
	"slices"
	"time"
)

// replaced handles a file whose text was truncated or rewritten: what was not
// read of it is taken from the copy that rotation made, if there is one, and the
// file is read anew from its start. While its directory cannot be read, nothing is done.
func (s *follow) replaced(n *node) error {
	now := s.now()
	found, err := s.files.generations(s.path, n.replacedAt)
	if err != nil {
		return err
	}
	if n.file == nil {
		s.vanished(found, n)
		return nil
	}
	fresh := &node{
		owner: s, file: n.file, name: n.name, target: n.target, id: n.id, igen: n.igen, opts: n.opts, now: n.now,
		limit: noLimit, ready: true, oldSince: n.oldSince, follower: n.follower,
	}
	if err := fresh.look(now); err != nil {
		return err
	}
	s.stats.Truncations++
	n.file, n.follower, n.replaced, n.final, n.ready = nil, nil, false, true, true // the file is the fresh one's
	i := slices.Index(s.nodes, n) + 1
	s.nodes = slices.Insert(s.nodes, i, fresh)
	copies := s.copiesOf(found, n, fresh, now)
	gap := n.size - n.off
	if len(copies) > 0 {
		if gap = 0; !copies[0].packed {
			gap = n.size - copies[0].size
		}
		n.scan = nil // the copy is read from the last record on
	}
	s.stats.Gap += max(0, gap)
	fresh.gen = s.nextGen
	s.nextGen++
	s.nodes = slices.Insert(s.nodes, i, copies...)
	return nil
}

// vanished handles a file that was removed while it was closed: its rest is in the
// packed file that rotation has made of it, if there is one.
func (s *follow) vanished(found []generation, n *node) {
	n.replaced, n.final, n.ready = false, true, true
	copies := s.copiesOf(found, n, nil, time.Time{})
	if len(n.head) == 0 {
		copies = s.writtenSince(found, n)
	}
	if len(copies) == 0 {
		gap := max(0, n.size-n.off)
		s.stats.Gap += gap
		s.opts.Log.Warn("log was removed while it was closed, because there are more logs than files may be open",
			slog.String("source", s.name), slog.String("file", n.name), slog.Int64("bytes", gap))
		return
	}
	n.scan = nil // the copy is read from the last record on
	s.nodes = slices.Insert(s.nodes, slices.Index(s.nodes, n)+1, copies...)
}

// writtenSince finds what a file may have become that was empty: it was written late, and
// packed, since the last look. It lies between the files that came before and after it.
func (s *follow) writtenSince(found []generation, n *node) (copies []*node) {
	from, to := 0, -1
	at := slices.Index(s.nodes, n)
	for _, m := range s.nodes[:at] {
		from = max(from, slices.IndexFunc(found, m.is)+1)
	}
	for _, m := range slices.Backward(s.nodes[at+1:]) {
		if i := slices.IndexFunc(found, m.is); i >= 0 {
			to = i
		}
	}
	for i := from; i < to; i++ {
		if g := found[i]; g.packed && !g.info.ModTime().Before(n.mtime) && !s.knows(g) {
			if c, err := s.openNode(g, n.gen, 0); err == nil {
				copies = append(copies, c)
			}
		}
	}
	return copies
}

// copiesOf finds the copy of n's old text among the files of the log, and what came
// between it and the fresh text that is there now.
func (s *follow) copiesOf(found []generation, n, fresh *node, now time.Time) []*node {
	head := n.headUpTo(n.off)
	p := Position{
		Head: fingerprint(head), HeadLen: len(head), Offset: n.off,
		Tail: fingerprint(n.tail), TailLen: len(n.tail),
	}
	if p.HeadLen == 0 {
		return nil
	}
	var copies []*node
	for _, g := range found {
		if g.live || fresh == nil && len(copies) > 0 || fresh != nil && (g.id == fresh.id || sameStart(fresh.head, readHead(g))) {
			break
		}
		holds := false
		if len(copies) == 0 {
			holds, _ = p.isIn(g)
		}
		switch {
		case slices.ContainsFunc(s.nodes, func(m *node) bool { return m.is(g) }):
		case holds:
			if c, err := s.openNode(g, n.gen, n.scanned()); err == nil {
				c.final = true
				copies = append(copies, c)
			}
		case len(copies) > 0 && !s.knows(g):
			if c, err := s.openNode(g, s.nextGen, 0); err == nil {
				c.oldSince = now
				s.nextGen++
				copies = append(copies, c)
			}
		}
	}
	return copies
}
