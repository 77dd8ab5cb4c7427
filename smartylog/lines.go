package smartylog

import "bytes"

// lineIndex has the places in a part of the block where lines end and where the process of
// a header may begin: each '\n', and each '[' before a digit or an 'N'. To find them for
// many lines at once, before any is looked at, leaves the processor nothing to guess.
type lineIndex struct {
	at   []uint32 // counted from from
	next int      // in at: all before it lie before the line that is read
	from int      // in the block; what is known ends behind to, nothing is known if that is 0
	to   int
}

// indexed is how much is looked at in advance, in bytes: it should stay in the nearest
// cache. Of what the smallest block can hold, nothing is: where there are thousands of logs,
// an index for each takes more than it saves.
const (
	indexed     = 16 << 10
	leastBytes  = smallestBlock + 1
	indexedRoom = indexed / 16 // places
)

// cover makes the index begin at the line, and tells whether there is anything in it.
func (x *lineIndex) cover(b []byte, line, end int) bool {
	if end-line < leastBytes || !vectors {
		return false
	}
	if x.at == nil {
		x.at = make([]uint32, indexedRoom)
	}
	from := line &^ 63 // blocks are as a rule aligned, so that none of these 64 bytes lie in two lines of the cache
	n, to := findEvents(b[from:min(end, from+indexed)], x.at[:indexedRoom])
	x.at, x.next, x.from, x.to = x.at[:n], 0, from, from+to
	return n > 0
}

// forget makes the index know nothing, because the block is another one.
func (x *lineIndex) forget() { x.to = 0 }

// after leaves behind what the index has before from, and tells whether it knows what
// follows.
func (x *lineIndex) after(from int) bool {
	for x.next < len(x.at) && x.from+int(x.at[x.next]) < from {
		x.next++
	}
	return from < x.to
}

// lineEnd is behind the end of the line that goes on at from, where the index tells; else -1.
func (x *lineIndex) lineEnd(b []byte, from int) int {
	if !x.after(from) {
		return -1
	}
	for _, at := range x.at[x.next:] {
		if p := x.from + int(at); b[p] == '\n' {
			return p + 1
		}
	}
	return -1
}

// noProcess is true where the index tells that no process of a header begins at from or
// later in the line that ends at end.
func (x *lineIndex) noProcess(from, end int) bool {
	return x.after(from) && x.next < len(x.at) && x.from+int(x.at[x.next]) == end-1
}

// nextCall is callAt, by the index where that is enough.
func (s *Scanner) nextCall(line int) (l seenLine, end int) {
	x := &s.index
	if line >= x.to && !x.cover(s.buf, line, s.w) {
		return s.callAt(line)
	}
	l, end, sure := s.quickCall(line)
	if !sure && x.next == len(x.at) && line >= x.from+64 && x.cover(s.buf, line, s.w) {
		l, end, sure = s.quickCall(line) // the line may have gone on behind the index
	}
	if !sure {
		return s.callAt(line)
	}
	return l, end
}

// quickCall is callAt by the index, which may not be enough: then it is not sure.
func (s *Scanner) quickCall(line int) (l seenLine, end int, sure bool) {
	x, n := &s.index, s.stamps.n
	head := line + n
	if s.w-head < quickRoom {
		return l, -1, false
	}
	b := s.buf[head:s.w]
	if !bytes.Equal(s.buf[line:head], s.stamps.text[:n]) {
		return l, -1, true
	}
	guess := *s.places.guess(b)
	if guess == 0 {
		return l, -1, false
	}
	seen := &s.places.all[guess-1]
	if !seen.quick {
		return l, -1, false
	}
	closed := placeClose((*[quickRoom]byte)(b), seen)
	if closed < 0 || !seen.idle {
		return l, -1, closed >= 0
	}
	pairs := head + closed + seen.tail - 1
	for ; x.next < len(x.at); x.next++ {
		at := x.from + int(x.at[x.next])
		if at < pairs {
			continue
		}
		if s.buf[at] == '\n' {
			return seenLine{line, closed, seen}, at + 1, true
		}
		if beginsProcess(s.buf[at+1 : s.w]) {
			return l, -1, true
		}
	}
	return l, -1, false
}

// passContinuations passes over lines, most of them of tracebacks, in which no record can
// begin: it does what Next does with them, in one go. It begins and ends at the start of a
// line, of an open record.
func (s *Scanner) passContinuations() {
	x, line, n := &s.index, s.line, 0
	if !s.open || line >= x.to && !x.cover(s.buf, line, s.w) {
		return
	}
	for ; x.next < len(x.at); x.next++ {
		at := x.from + int(x.at[x.next])
		if at < line {
			continue
		}
		if s.buf[at] != '\n' || !continues(s.buf[line:at+1]) {
			break
		}
		line = at + 1
		n++
	}
	s.line, s.scan = line, line
	s.lines += int64(n)
	s.cur.lines += n
}

// continues tells of most continuation lines, with their ends, that headerAt finds nothing at their start.
func continues(line []byte) bool {
	if len(line) < minHeader {
		return line[0] < 'A'
	}
	switch c := line[0]; {
	case c == ' ', c-'a' < 26:
		return true
	case c-'A' < 26:
		return line[3] != ' '
	}
	return false
}
