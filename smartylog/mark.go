package smartylog

import "bytes"

// mark is what framing learns about the record that begins at some place.
type mark struct {
	stamp
	junk    int    // NUL bytes before the record that belong to nothing
	level   int    // where the level begins
	message int    // where the message begins
	event   string // if known already, and then
	pairs   int    // where the pairs begin
	loose   bool   // lines after its own may be the rest of another record
	spliced bool   // it was written between the pieces of another record
	bare    bool   // the other one lacks its traceback, if it has one
	wants   bool   // and its event is one of those that have one
	idle    bool   // nobody wants its event, see Scanner.Want
}

// headerAt reads a header at the start of a line.
// It returns false at once for the usual continuation line.
func (s *Scanner) headerAt(line []byte, m *mark) bool {
	if len(line) < minHeader {
		return len(line) > 0 && line[0] >= 'A' && s.brokenHeader(line, m)
	}
	switch c := line[0]; {
	case c-'A' < 26:
		if line[3] != ' ' {
			return false
		}
	case c == 0 || c == 0xEF || c == esc:
		return s.prefixedHeader(line, m)
	case c < 0xC0: // from there on a Russian weekday may begin
		return false
	}
	return s.wholeHeader(line, m) || s.brokenHeader(line, m)
}

// prefixedHeader reads a header after NULs, a byte order mark or colours.
func (s *Scanner) prefixedHeader(line []byte, m *mark) bool {
	junk := 0
	for junk < len(line) && line[junk] == 0 {
		junk++
	}
	rest := line[junk:]
	head := 0
	if bytes.HasPrefix(rest, []byte(byteOrderMark)) {
		head = len(byteOrderMark)
	}
	head = skipColour(rest, head)
	if !s.wholeHeader(rest[head:], m) && !s.brokenHeader(rest[head:], m) {
		return false
	}
	m.junk = junk
	m.move(head)
	return true
}

// wholeHeader reads a complete header at the start of b, with or without colours.
func (s *Scanner) wholeHeader(b []byte, m *mark) bool {
	return s.fullHeader(b, m) || s.colouredHeader(b, m)
}

// fullHeader reads a complete header without colours at the start of b.
func (s *Scanner) fullHeader(b []byte, m *mark) bool {
	st, n, ok, _ := s.stamps.read(b)
	if !ok {
		return false
	}
	rest := b[n:]
	var c call
	seen := s.places.known(rest, &c)
	if seen != nil {
		*m = mark{stamp: st, level: n, message: n + c.close + seen.message, event: seen.event, pairs: n + c.close + seen.tail - 1, idle: seen.idle}
		return true
	}
	var h headerSpans
	if ok, _ = h.scan(b, n); !ok || h.holdsTime(b) {
		return false
	}
	*m = mark{stamp: st, level: n, message: h.message}
	slot, usual := c.hash(rest)
	if !usual || h.pid.from != n+c.open+1 || h.thread.to != n+c.close {
		return true
	}
	var fresh place
	if fresh.read(rest, &c, h.message-n, s.wants) {
		s.places.keep(&fresh, slot)
		m.event, m.pairs, m.idle = fresh.event, n+c.close+fresh.tail-1, fresh.idle // as it is read the next time
	}
	return true
}

// brokenHeader tells whether b begins as a record does, time and level, without
// being readable: such a line is a record of its own, flagged BadHeader.
func (s *Scanner) brokenHeader(b []byte, m *mark) bool {
	_, n, _, shaped := s.stamps.read(b)
	if !shaped {
		return false
	}
	var h headerSpans
	if ok, usual := h.scan(b, n); ok || usual {
		*m = mark{stamp: stamp{flags: BadHeader}}
		return true
	}
	return false
}

// stampByte marks the bytes a timestamp has between the month and the level:
// at least 17 in a row, spaces included.
var stampByte = [256]bool{
	'0': true, '1': true, '2': true, '3': true, '4': true, '5': true, '6': true, '7': true, '8': true, '9': true,
	' ': true, ':': true, '+': true, '-': true, 'Z': true,
}

const stampRun = 17

// gluedHeader finds a full header within b, at from or later; -1 if there is none.
// It looks for the process block first, which few values hold.
func (s *Scanner) gluedHeader(b []byte, from int, m *mark) int {
	for p := from; ; {
		i := bytes.IndexByte(b[p:], '[')
		if i < 0 {
			return -1
		}
		p += i + 1
		if !beginsProcess(b[p:]) {
			continue
		}
		if at := s.headerAround(b, max(from, p-maxHeader), p, m); at >= 0 {
			return at
		}
		from = p // a time before it begins no header, wherever that would end
	}
}

// beginsProcess tells whether "pid." is at the start of b.
func beginsProcess(b []byte) bool {
	n := processWidth(b)
	return n > 0 && n < len(b) && b[n] == '.'
}

// headerAround finds a full header that begins in b[from:to]; -1 if there is none.
// It looks at every 16th byte only, because no run of stampRun can hide between.
func (s *Scanner) headerAround(b []byte, from, to int, m *mark) int {
	for i := from; i < to; i += stampRun - 1 {
		if !stampByte[b[i]] {
			continue
		}
		lo, hi := i, i+1
		for lo > from && stampByte[b[lo-1]] {
			lo--
		}
		for hi < to && stampByte[b[hi]] {
			hi++
		}
		if hi-lo >= stampRun {
			if at := s.headerInRun(b, from, lo, hi, m); at >= 0 {
				return at
			}
			i = hi
		}
	}
	return -1
}

// headerInRun looks for a header whose day to year lie in the run b[lo:hi].
func (s *Scanner) headerInRun(b []byte, from, lo, hi int, m *mark) int {
	for i := lo + 4; i+6 < hi; i++ {
		if b[i] != ':' || b[i+3] != ':' {
			continue
		}
		at := stampStart(b, i-2)
		if at < from || !s.wholeHeader(b[at:], m) {
			continue
		}
		ground := s.line + 1 // the line has something before its NULs
		return m.extend(b[ground:at]) + ground
	}
	return -1
}

// extend takes to a header the byte order mark and the NULs right before it, which
// are the end of before, and returns where the record then begins.
func (m *mark) extend(before []byte) int {
	at := len(before)
	if bytes.HasSuffix(before, []byte(byteOrderMark)) {
		at -= len(byteOrderMark)
		m.move(len(byteOrderMark))
	}
	start := len(bytes.TrimRight(before[:at], "\x00"))
	m.junk = at - start
	return start
}

// move tells that the header begins n bytes after the record does.
func (m *mark) move(n int) {
	m.level += n
	m.message += n
	m.pairs += n
}

// byteOrderMark begins files of some editors, and so stands inside joined ones.
const byteOrderMark = "\xEF\xBB\xBF"

// maxDay is the longest name of a weekday and the space after it, in bytes.
const maxDay = 8

// stampStart goes back from the hour at b[p] over day, month and weekday to the
// start of the timestamp; -1 if they are not there.
func stampStart(b []byte, p int) int {
	p = backOver(b, p, func(c byte) bool { return c == ' ' })
	p = backOver(b, p, isDigit)
	p = backOver(b, p, func(c byte) bool { return c == ' ' })
	p = backOver(b, p, func(c byte) bool { return c != ' ' && c > ' ' })
	if p < 4 || b[p-1] != ' ' {
		return -1
	}
	for at := p - 3; at >= max(0, p-maxDay); at-- {
		if _, n := dayWord(b[at:]); n == p-1-at {
			return at
		}
	}
	return -1
}

// backOver goes back from p while the byte before satisfies in, at most 16 bytes.
func backOver(b []byte, p int, in func(byte) bool) int {
	for limit := max(0, p-16); p > limit && in(b[p-1]); {
		p--
	}
	return p
}
