package ingest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"github.com/zeebo/xxh3"
)

// How much of a file identifies it, in bytes.
const (
	headBytes = 1024 // from its start
	tailBytes = 256  // before a position
)

// Position says how far one file of a source was consumed, and how to find that
// file again after it was renamed, copied or packed. Offsets are in the
// unpacked text. It is stored as JSON; two equal Positions are the same place.
type Position struct {
	Path   string `json:"path"`             // of the live log, whatever this file is called now
	Target string `json:"target,omitempty"` // where the file lay, when the path was a link
	inode
	Generation uint32 `json:"generation,omitempty"` // of the inode, where the file system has one
	Head       string `json:"head,omitempty"`       // hash of the first HeadLen bytes
	HeadLen    int    `json:"head_len"`
	Tail       string `json:"tail,omitempty"` // hash of the TailLen bytes before Offset
	TailLen    int    `json:"tail_len,omitempty"`
	Offset     int64  `json:"offset"`         // end of the last record consumed
	Size       int64  `json:"size"`           // of the file when last seen
	Gen        int    `json:"gen"`            // Record.Gen of its records
	High       int64  `json:"high"`           // greatest timestamp of the source, 0 if none
	Done       bool   `json:"done,omitempty"` // all of a copy or packed file: not to be read again
	At         int64  `json:"at"`             // wall clock when the log was looked at last, Unix nanoseconds

	longer    string // hash of more of its first bytes, which a later position told; "": none has
	longerLen int
}

// Learn takes over what a later position of the same source tells of the file's
// beginning, if it is of that file.
func (p *Position) Learn(later Position) {
	if later.Gen == p.Gen && p.HeadLen > 0 && later.HeadLen > max(p.HeadLen, p.longerLen) {
		p.longer, p.longerLen = later.Head, later.HeadLen
	}
}

// strict is the position by all that is known of its file's beginning.
func (p Position) strict() Position {
	if p.longerLen > 0 {
		p.Head, p.HeadLen = p.longer, p.longerLen
	}
	return p
}

// fingerprint is frozen by a test: stored positions depend on it.
func fingerprint(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	return strconv.FormatUint(xxh3.Hash(b), 16)
}

// startsLike tells whether head, the first bytes of some file, begins as the
// position's file did.
func (p Position) startsLike(head []byte) bool {
	return p.HeadLen > 0 && p.HeadLen <= len(head) && fingerprint(head[:p.HeadLen]) == p.Head
}

// isIn tells whether the file g holds the position's text up to Offset. A packed
// file that ends too early is taken for half-written.
// Of a file that was empty only the kernel can tell. The error is that of a file that
// is there and cannot be opened or read: it may be this one; or of one that has gone since
// it was found.
func (p Position) isIn(g generation) (bool, error) {
	if p.HeadLen == 0 {
		return p.isInode(g.id), nil
	}
	f, err := g.open()
	if err != nil {
		return false, err
	}
	defer f.Close()
	return p.isInFile(f, g)
}

// isInFile is isIn for the open file of g.
func (p Position) isInFile(f *os.File, g generation) (bool, error) {
	if !g.packed {
		info, err := f.Stat()
		if err != nil || info.Size() < p.Offset {
			return false, err
		}
		is, err := p.textMatches(f)
		if err != nil {
			return false, fmt.Errorf("read %s: %w", g.path, cause(err))
		}
		return is, nil
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return false, nil
	}
	text, err := decompress(f, g.path, defaultLimits().newBudget(g.info.Size()))
	if err != nil {
		return false, nil
	}
	head := make([]byte, p.HeadLen)
	if _, err := io.ReadFull(text, head); err != nil || !p.startsLike(head) {
		return false, nil
	}
	_, err = io.CopyN(io.Discard, text, p.Offset-int64(p.HeadLen))
	return p.Offset <= int64(p.HeadLen) || err == nil || errors.Is(err, io.ErrUnexpectedEOF), nil
}

// mayBecome tells whether g, which holds the position's text, was written since that was
// looked at last, or is as long as it was then.
func (p Position) mayBecome(g generation) bool {
	if p.writtenSince(g) {
		return true
	}
	if !g.packed {
		return g.info.Size() == p.Size
	}
	f, err := g.open()
	if err != nil {
		return false
	}
	defer f.Close()
	text, err := decompress(f, g.path, defaultLimits().newBudget(g.info.Size()))
	if err != nil {
		return false
	}
	n, err := io.Copy(io.Discard, text)
	return err == nil && n == p.Size
}

// writtenSince tells whether g was written after the position's log was looked at last.
func (p Position) writtenSince(g generation) bool {
	return g.info.ModTime().After(lastLook([]Position{p}))
}

// isOpened tells whether n, opened for the position, is its file: it may have been
// replaced since it was found. Of a packed one the beginning tells.
func (p Position) isOpened(n *node) (bool, error) {
	switch {
	case p.HeadLen == 0:
		return true, nil // as good as new
	case n.packed:
		return p.startsLike(n.head), nil
	}
	info, err := n.file.Stat()
	if err != nil || info.Size() < p.Offset {
		return false, err
	}
	return p.textMatches(n.file)
}

func (p Position) high() int64 {
	if p.High == 0 {
		return unread
	}
	return p.High
}

func (p Position) isInode(id inode) bool { return p.inode == id && id.Inode != 0 }

// sameInodeGeneration is false when g only reuses the inode of the position's file.
func (p Position) sameInodeGeneration(g generation) bool {
	if p.Generation == 0 {
		return true
	}
	f, err := g.open()
	if err != nil {
		return true
	}
	defer f.Close()
	return p.isGeneration(generationOf(f))
}

// isGeneration is false for another generation of an inode, as far as that is known.
func (p Position) isGeneration(igen uint32) bool {
	return p.Generation == 0 || igen == 0 || igen == p.Generation
}

func (p Position) textMatches(f io.ReaderAt) (bool, error) {
	head := make([]byte, p.HeadLen)
	tail := make([]byte, p.TailLen)
	_, err := f.ReadAt(head, 0)
	if err == nil {
		_, err = f.ReadAt(tail, p.Offset-int64(p.TailLen))
	}
	if err != nil {
		if err == io.EOF {
			err = nil
		}
		return false, err
	}
	return p.startsLike(head) && fingerprint(tail) == p.Tail, nil
}

// position describes what was returned of the node.
func (n *node) position(looked time.Time) Position {
	if p := n.saved; p.Offset == n.pos && p.Gen == n.gen && p.HeadLen == len(n.headUpTo(n.pos)) && p.Size == n.size && p.High == n.owner.savedHigh() && p.inode == n.id {
		p.At = looked.UnixNano()
		return p
	}
	head := n.headUpTo(n.pos)
	p := Position{
		Path: n.owner.path, Target: n.target, inode: n.id, Generation: n.igen,
		Head: fingerprint(head), HeadLen: len(head),
		Offset: n.pos, Size: n.size, Gen: n.gen, High: n.owner.savedHigh(), At: looked.UnixNano(),
	}
	tail := n.tailBefore(n.pos)
	p.Tail, p.TailLen = fingerprint(tail), len(tail)
	n.saved = p
	return p
}

// tailBefore returns bytes that end at pos, a place behind which reading is. What
// is in the file counts only if that still holds the text that was read.
func (n *node) tailBefore(pos int64) []byte {
	if ahead := n.off - pos; ahead >= 0 && ahead < int64(len(n.tail)) {
		return n.tail[:int64(len(n.tail))-ahead]
	}
	if n.packed || n.file == nil {
		return nil
	}
	tail := n.before(pos, tailBytes)
	if !n.sameText() {
		return nil
	}
	return tail
}

// headUpTo is the part of the head that a copy made at off would have.
func (n *node) headUpTo(off int64) []byte {
	if off == 0 {
		return n.head
	}
	return n.head[:min(int64(len(n.head)), off)]
}

func (s *follow) savedHigh() int64 {
	if s.high == unread {
		return 0
	}
	return s.high
}

// readHead returns the first bytes of a file's text.
func readHead(g generation) []byte {
	f, err := g.open()
	if err != nil {
		return nil
	}
	defer f.Close()
	return headOf(f, g)
}

// headOf is readHead for the open file of g.
func headOf(f *os.File, g generation) []byte {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil
	}
	text, err := decompress(f, g.path, defaultLimits().newBudget(g.info.Size()))
	if err != nil {
		return nil
	}
	head := make([]byte, headBytes)
	n, _ := io.ReadFull(text, head)
	return head[:n]
}

// minStart is how many bytes must agree before two files are taken for the same
// text: more than a timestamp.
const minStart = 64

// sameStart tells whether two files, known by their first bytes, have the same
// text as far as both go.
func sameStart(a, b []byte) bool {
	n := min(len(a), len(b))
	return n >= minStart && bytes.Equal(a[:n], b[:n])
}
