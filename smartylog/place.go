package smartylog

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
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

	quick            bool   // head is short enough for placeClose
	notHead, notTail uint64 // bits for the bytes of text and after that are not compared there
}

// quickHead is the longest head for placeClose, in bytes, and quickRoom how many bytes it may
// look at: the head, 32 bytes of process and thread, the tail.
const (
	quickHead = 64
	quickRoom = quickHead + 32 + 64
)

// places remembers logging calls by a hash of their text. It grows with what it
// remembers: thousands of logs are read side by side, most of them by a few calls.
type places struct {
	all   []place
	slots [256]uint16 // which one of all a call is, by its hash, from 1 on; 0: none
	heads [256]uint16 // which one was last found whose text begins with these bytes, by a hash of them; 0: none
}

// call is where the process and the thread of a header stand, when they are
// written as usual: "[83630.Thread-3]".
type call struct{ open, close int }

// maxCall bounds how far the closing bracket is looked for, in bytes.
const maxCall = 160

// threadByte are the bytes of usual threads' names: "MainThread", "Thread-3", and
// "Thread-15 (worker)" as Python 3.10 and later call them, "Thread-1 (<lambda>)" too.
// Brackets and what times and events are told by cannot be among them: such a name
// reads as scanThread reads it.
var threadByte = func() (t [256]bool) {
	for c := range t {
		t[c] = isNameByte(byte(c)) || strings.ContainsRune("- ()<>", rune(c))
	}
	return t
}()

// follow finds what find does in b, where the opening bracket is known to be.
func (c *call) follow(b []byte, open int) bool {
	limit := min(len(b), maxCall)
	p := open + 1
	for p < limit && isDigit(b[p]) {
		p++
	}
	if p == open+1 || p >= limit || b[p] != '.' {
		return false
	}
	dot := p
	for p++; p < limit && threadByte[b[p]]; {
		p++
	}
	c.open, c.close = open, p
	return p > dot+1 && p < limit && b[p] == ']' && len(b) >= p+10
}

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

// hash says where in slots the call at the start of b belongs; ok is false when it is
// not written as usual.
func (c *call) hash(b []byte) (slot uint8, ok bool) {
	if !c.find(b) {
		return 0, false
	}
	h := binary.LittleEndian.Uint64(b)
	if c.open >= 16 {
		h = h*mix ^ binary.LittleEndian.Uint64(b[8:])
	}
	h = h*mix ^ binary.LittleEndian.Uint64(b[c.open-8:])
	h = h*mix ^ binary.LittleEndian.Uint64(b[c.close+2:])
	return uint8(h * mix >> 56), true
}

// mix is an odd number whose bits look random: 2^64 over the golden ratio.
const mix = 0x9E3779B97F4A7C15

// known is the call at the start of b, if it is remembered; else nil. It is found
// soonest where it is the one that was found last of those that begin alike.
func (p *places) known(b []byte, c *call) *place {
	if len(b) < 16 {
		return nil
	}
	guess := p.guess(b)
	if *guess > 0 {
		seen := &p.all[*guess-1]
		if vectors && seen.quick && len(b) >= quickRoom {
			if c.open, c.close = seen.head-1, placeClose((*[quickRoom]byte)(b), seen); c.close >= 0 {
				return seen
			}
		} else if seen.begins(b) && c.follow(b, seen.head-1) && seen.ends(b, c) {
			return seen
		}
	}
	slot, ok := c.hash(b)
	if !ok {
		return nil
	}
	i := p.slots[slot]
	if i == 0 || !p.all[i-1].is(b, c) {
		return nil
	}
	*guess = i
	return &p.all[i-1]
}

// guess is which one was found last of those that begin as b does, which has 16 bytes at
// least.
func (p *places) guess(b []byte) *uint16 {
	return &p.heads[(binary.LittleEndian.Uint64(b)*mix^binary.LittleEndian.Uint64(b[8:]))*mix>>56]
}

// keep remembers a call in place of another one of its hash.
func (p *places) keep(fresh *place, slot uint8) {
	if p.slots[slot] == 0 {
		p.all = append(p.all, place{})
		p.slots[slot] = uint16(len(p.all))
	}
	p.all[p.slots[slot]-1] = *fresh
}

// clone is a copy that remembers further calls by itself.
func (p *places) clone() places {
	c := *p
	c.all = slices.Clone(p.all)
	return c
}

// is tells whether p remembers the call at the start of b.
func (p *place) is(b []byte, c *call) bool {
	return p.head == c.open+1 && p.begins(b) && p.ends(b, c)
}

func (p *place) begins(b []byte) bool {
	return p.head > 0 && len(b) >= p.head && bytes.Equal(b[:p.head], p.text[:p.head])
}

func (p *place) ends(b []byte, c *call) bool {
	return len(b) >= c.close+p.tail && bytes.Equal(b[c.close:c.close+p.tail], p.after[:p.tail])
}

// read takes down a call whose event is documented: what follows such a name does
// not decide whether it is one. false: it is none that can be kept.
func (p *place) read(b []byte, c *call, message int, wants func(string) bool) bool {
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
	p.quick = p.head <= quickHead
	p.notHead, p.notTail = ^uint64(0)<<p.head, ^uint64(0)<<p.tail
	copy(p.text[:], b[:p.head])
	copy(p.after[:], b[c.close:end+1])
	return true
}
