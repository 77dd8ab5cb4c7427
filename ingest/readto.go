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
	at := s.nodesAt(to)
	for i, p := range to {
		if at[i] == nil && s.waiting == nil {
			s.missed(p)
		}
	}
	oldest, newest := -1, -1
	for i, n := range s.nodes {
		if slices.Contains(at, n) {
			if newest = i; oldest < 0 {
				oldest = i
			}
		}
	}
	for i, n := range s.nodes {
		place := slices.Index(at, n)
		switch {
		case place >= 0:
			n.stopAt(to[place].Offset)
		case i < newest && n.packed: // positions remember few of those
			n.stopAt(noLimit)
		case i < oldest:
			n.stopAt(n.size)
		default:
			n.stopAt(n.pos)
		}
	}
}

// nodesAt finds the file of each position, nil where there is none, and gives the files
// the numbers of these.
func (s *follow) nodesAt(to []Position) []*node {
	at := make([]*node, len(to))
	for _, is := range []func(*node, Position) bool{(*node).isAt, (*node).mayBeAt, (*node).wasEmptyAt} {
		for i, p := range to {
			found := slices.IndexFunc(s.nodes, func(n *node) bool { return at[i] == nil && !slices.Contains(at, n) && is(n, p) })
			if found >= 0 {
				at[i] = s.nodes[found]
				at[i].gen = p.Gen
			}
		}
	}
	for i, n := range s.nodes {
		if i > 0 {
			n.gen = max(n.gen, s.nodes[i-1].gen+1)
		}
		s.nextGen = max(s.nextGen, n.gen+1)
	}
	return at
}

// isAt tells whether p is a place in n's file.
func (n *node) isAt(p Position) bool {
	same := p.isInode(n.id) && p.isGeneration(n.igen)
	if p.HeadLen == 0 {
		return same && p.Gen == n.gen
	}
	return p.startsLike(n.head) && (p.Gen == n.gen || same)
}

// mayBeAt is isAt by the text alone: the file was packed, and empty ones before it, which
// had numbers, are not read any more.
func (n *node) mayBeAt(p Position) bool {
	if p.HeadLen == 0 || !p.startsLike(n.head) || n.file == nil {
		return false
	}
	is, err := p.isOpened(n)
	return is && err == nil
}

// wasEmptyAt is isAt by the number alone: nothing had been written to the file, and it has
// been packed, or copied, since.
func (n *node) wasEmptyAt(p Position) bool {
	return p.HeadLen == 0 && !p.Done && n.gen == p.Gen
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
