package smartylog

import (
	"bytes"
	"encoding/binary"
)

// mark is what framing learns about the record that begins at some place.
type mark struct {
	stamp
	junk    int    // NUL bytes before the record that belong to nothing
	head    int    // where the header begins in the record (after a BOM or colour)
	level   int    // where the level begins
	message int    // where the message begins
	event   string // if known already, and then
	pairs   int    // where the pairs begin
}

// place is a logging call seen before: the same code, process and thread print
// the same bytes from the level to the event's name.
type place struct {
	n       int // length of text
	message int // where the message begins in text
	text    [96]byte
	event   string
}

// places remembers logging calls by a hash of their text.
type places [256]place

// at is where a call whose text is b, with its first "]" at i, is remembered.
func (p *places) at(b []byte, i int) *place {
	const mix = 0x9E3779B97F4A7C15
	h := binary.LittleEndian.Uint64(b)
	h = h*mix ^ binary.LittleEndian.Uint64(b[8:])
	h = h*mix ^ binary.LittleEndian.Uint64(b[i-8:])
	return &p[h*mix>>56]
}

// remember keeps a call whose event is documented: what follows such a name does
// not decide whether it is one.
func (p *place) remember(b []byte, message int) {
	name, _ := eventAt(b[message:])
	end := message + len(name)
	if name == nil || end >= len(b) || b[end] != ' ' || end >= len(p.text) || !bytes.HasPrefix(b[message:], name) {
		return
	}
	event, ok := documented.names[string(name)]
	if !ok {
		return
	}
	p.n, p.message, p.event = end+1, message, event
	copy(p.text[:], b[:end+1])
}

// headerAt reads a header at the start of a line.
// It returns false at once for the usual continuation line.
func (s *Scanner) headerAt(line []byte, m *mark) bool {
	if len(line) < 40 {
		return len(line) > 0 && line[0] >= 'A' && s.brokenHeader(line, m)
	}
	switch c := line[0]; {
	case c-'A' < 26:
		if line[3] != ' ' {
			return false
		}
	case c == 0xD0: // a Russian weekday
	case c == 0 || c == 0xEF || c == 0x1b:
		return s.prefixedHeader(line, m)
	default:
		return false
	}
	return s.fullHeader(line, m) || s.brokenHeader(line, m)
}

// prefixedHeader reads a header after NULs, a byte order mark or colours.
func (s *Scanner) prefixedHeader(line []byte, m *mark) bool {
	junk := 0
	for junk < len(line) && line[junk] == 0 {
		junk++
	}
	rest := line[junk:]
	head := 0
	if bytes.HasPrefix(rest, []byte("\xEF\xBB\xBF")) {
		head = 3
	}
	head = skipColour(rest, head)
	if !s.fullHeader(rest[head:], m) && !s.brokenHeader(rest[head:], m) {
		return false
	}
	m.junk, m.head, m.level, m.message = junk, head, m.level+head, m.message+head
	m.pairs += head
	return true
}

// fullHeader reads a complete header at the start of b.
func (s *Scanner) fullHeader(b []byte, m *mark) bool {
	st, n, ok, _ := s.stamps.read(b)
	if !ok {
		return false
	}
	rest := b[n:]
	i := bytes.IndexByte(rest[:min(len(rest), len(place{}.text))], ']')
	var seen *place
	if i >= 16 {
		seen = s.places.at(rest, i)
		if k := seen.n; k > 0 && len(rest) >= k && bytes.Equal(rest[:k], seen.text[:k]) {
			*m = mark{stamp: st, level: n, message: n + seen.message, event: seen.event, pairs: n + k - 1}
			return true
		}
	}
	var h headerSpans
	if ok, _ = h.scan(b, n); !ok {
		return false
	}
	*m = mark{stamp: st, level: n, message: h.message}
	if seen != nil && h.thread.to == n+i {
		seen.remember(rest, h.message-n)
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
	if ok, levelOK := h.scan(b, n); ok || levelOK {
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
// It looks at every 16th byte only, because no run of stampRun can hide between.
func (s *Scanner) gluedHeader(b []byte, from int, m *mark) int {
	for i := from; i < len(b); i += stampRun - 1 {
		if !stampByte[b[i]] {
			continue
		}
		lo, hi := i, i+1
		for lo > from && stampByte[b[lo-1]] {
			lo--
		}
		for hi < len(b) && stampByte[b[hi]] {
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
		if at < from || !s.fullHeader(b[at:], m) {
			continue
		}
		return at
	}
	return -1
}

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
	for _, width := range [...]int{3, 4} {
		at := p - 1 - width
		if at < 0 {
			break
		}
		if _, n := dayWord(b[at:]); n == width {
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
