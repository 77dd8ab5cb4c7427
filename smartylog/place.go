package smartylog

import (
	"bytes"
	"encoding/binary"
)

// place is a logging call seen before: the same code prints the same bytes from
// the level to the bracket before the process, and from the bracket after the
// thread to the event's name.
type place struct {
	head, tail int // lengths of text and after; 0: nothing is remembered
	message    int // where the message begins in after
	text       [96]byte
	after      [64]byte
	event      string
	idle       bool // nobody wants the event
}

// places remembers logging calls by a hash of their text.
type places [256]place

// call is where the process and the thread of a header stand, when they are
// written as usual: "[83630.Thread-3]".
type call struct{ open, close int }

// maxCall bounds how far the closing bracket is looked for, in bytes.
const maxCall = 160

// threadByte are the bytes of usual threads' names.
var threadByte = func() (t [256]bool) {
	for c := range t {
		t[c] = isNameByte(byte(c)) || c == '-'
	}
	return t
}()

// find looks for the brackets in b, which begins at the level.
func (c *call) find(b []byte) bool {
	c.close = bytes.IndexByte(b[:min(len(b), maxCall)], ']')
	p := c.close - 1
	for p > 0 && threadByte[b[p]] {
		p--
	}
	if p <= 0 || p == c.close-1 || b[p] != '.' {
		return false
	}
	dot := p
	for p--; p > 0 && isDigit(b[p]); p-- {
	}
	c.open = p
	return b[p] == '[' && p < dot-1 && p >= 8 && len(b) >= c.close+10
}

// at is where the call at the start of b is remembered; nil when it is not written
// as usual.
func (p *places) at(b []byte, c *call) *place {
	if !c.find(b) {
		return nil
	}
	const mix = 0x9E3779B97F4A7C15
	h := binary.LittleEndian.Uint64(b)
	if c.open >= 16 {
		h = h*mix ^ binary.LittleEndian.Uint64(b[8:])
	}
	h = h*mix ^ binary.LittleEndian.Uint64(b[c.open-8:])
	h = h*mix ^ binary.LittleEndian.Uint64(b[c.close+2:])
	return &p[h*mix>>56]
}

// is tells whether p remembers the call at the start of b.
func (p *place) is(b []byte, c *call) bool {
	return p != nil && p.head == c.open+1 && len(b) >= c.close+p.tail &&
		bytes.Equal(b[:p.head], p.text[:p.head]) && bytes.Equal(b[c.close:c.close+p.tail], p.after[:p.tail])
}

// remember keeps a call whose event is documented: what follows such a name does
// not decide whether it is one. false: it is none that can be kept.
func (p *place) remember(b []byte, c *call, message int, wants func(string) bool) bool {
	name, _ := eventWord(b[message:])
	end := message + len(name)
	if name == nil || end >= len(b) || b[end] != ' ' || c.open >= len(p.text) || end-c.close >= len(p.after) {
		return false
	}
	event, ok := documented.names[string(name)]
	if !ok {
		return false
	}
	p.head, p.tail, p.message, p.event = c.open+1, end+1-c.close, message-c.close, event
	p.idle = wants != nil && !wants(event)
	copy(p.text[:], b[:p.head])
	copy(p.after[:], b[c.close:end+1])
	return true
}
