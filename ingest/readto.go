package ingest

import (
	"io"
	"slices"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// ReadTo reads a source on, after a restart, up to the positions of a cut and no
// further; io.EOF means that it is there. A record that was open at the cut, and
// so was returned in two parts, is cut again. Call it for cut after cut before
// the first Next. Files that were read to their end before the cut are, too;
// what the cut knows and nobody can find any more was counted as a gap.
func (l *Live) ReadTo(source string, to []Position, rec *smartylog.Record) error {
	s := l.byName[source]
	if s == nil || len(to) == 0 {
		return io.EOF
	}
	if !slices.Equal(s.target, to) {
		l.limited = true
		for _, other := range l.sources {
			if other.target == nil {
				other.limit(nil) // read nothing of the others meanwhile
			}
		}
		s.limit(to)
	}
	err := s.next(rec)
	if err == nil {
		l.judge(s, rec)
	}
	return err
}

// limit makes reading stop at the positions. Older files than theirs were read
// to the end before; newer ones were not there yet.
func (s *follow) limit(to []Position) {
	s.target = slices.Clone(to)
	if s.target == nil {
		s.target = []Position{}
	}
	for _, p := range to {
		if s.waiting == nil && !slices.ContainsFunc(s.nodes, func(n *node) bool { return n.isAt(p) }) {
			s.missed(p)
		}
	}
	oldest := -1
	matched := make([]int64, len(s.nodes))
	for i, n := range s.nodes {
		matched[i] = -1
		if j := slices.IndexFunc(to, n.isAt); j >= 0 {
			matched[i] = to[j].Offset
			if oldest < 0 {
				oldest = i
			}
		}
	}
	for i, n := range s.nodes {
		switch {
		case matched[i] >= 0:
			n.stopAt(matched[i])
		case i < oldest && n.packed:
			n.stopAt(noLimit)
		case i < oldest:
			n.stopAt(n.size)
		default:
			n.stopAt(n.pos)
		}
	}
}

// isAt tells whether p is a place in n's file.
func (n *node) isAt(p Position) bool {
	if p.HeadLen == 0 {
		return p.isInode(n.id) && p.Gen == n.gen
	}
	return p.startsLike(n.head) && (p.Gen == n.gen || p.isInode(n.id))
}

func (n *node) stopAt(limit int64) {
	n.limit = max(limit, n.pos)
	if n.off > n.limit {
		n.rewind()
	}
	n.ready = true
}

// unlimit goes live after ReadTo.
func (l *Live) unlimit() {
	l.limited = false
	for _, s := range l.sources {
		s.target = nil
		for _, n := range s.nodes {
			n.limit, n.ready = noLimit, true
			n.wantNow()
		}
		l.settle(s)
	}
}
