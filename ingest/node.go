package ingest

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// restAfter is how long a file is silent before its scanner is let go; where there are
// thousands of logs, restSoon.
const (
	restAfter = 10 * time.Second
	restSoon  = time.Second
)

// errReplaced: the text of a file was replaced beneath its reader.
var errReplaced = errors.New("file was truncated or rewritten")

const noLimit int64 = math.MaxInt64

const noneOpen int64 = math.MaxInt64

// halfFor is how long the end of a line is waited for before the rest of the
// world is not kept waiting for it.
const halfFor = 5 * time.Second

// node is one file of a live source, read by our own descriptor: the live file,
// a rotated one that may still be written, or a final one (packed, or the copy
// of copytruncate) that is read to its end.
type node struct {
	owner  *follow
	file   *descriptor // nil: its text is gone, only what the scanner holds is left
	name   string      // base name when it was opened
	target string      // where it lay, when its name was a link
	id     inode
	igen   uint32 // generation of the inode
	gen    int    // of its records
	opts   smartylog.Options
	now    func() time.Time

	packed, final bool
	text          io.Reader // of a packed file, positioned at off
	broken        error     // of a packed file that ended too early: it may still be written
	brokenAt      time.Time // when it changed last since, as far as looked

	scan    *scanner
	off     int64 // next byte to read
	reached int64 // the greatest off so far
	pos     int64 // end of the last record returned
	skipped int64 // by the scanner up to there
	limit   int64 // reading stops here (ReadTo)
	size    int64 // when last looked at
	mtime   time.Time
	links   uint64
	head    []byte // first bytes of the text
	tail    []byte // last bytes read before off
	from    int64  // drop records before this second until one is not
	pending *pending
	after   bool     // it is read when the older files have been
	saved   Position // the last one handed out

	ready      bool      // may have something to read
	replaced   bool      // errReplaced is due
	replacedAt time.Time // of the machine's clock
	ended      bool      // nothing will ever come after off
	readAt     time.Time
	dataAt     time.Time // when bytes came last
	eofAt      time.Time // when its end was seen last
	heldSize   int64     // end of an unfinished line
	heldAt     time.Time // when it grew last
	oldSince   time.Time // when a successor was found

	follower *follower
}

// pending is a record read early, to be merged with those of other files.
type pending struct {
	rec *smartylog.Record
	pos int64
}

// openNode opens a generation at offset off.
func (s *follow) openNode(g generation, gen int, off int64) (*node, error) {
	f, err := g.open()
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("open %s: %w", g.path, cause(err))
	}
	target := linkTarget(g.path)
	n := &node{
		owner: s, file: s.descriptors.adopt(f, cmp.Or(target, g.path), g.id), name: filepath.Base(g.path), target: target, gen: gen, opts: s.cfg.Options, now: s.now,
		packed: g.packed, final: g.packed, off: off, pos: off, limit: noLimit,
		size: info.Size(), mtime: info.ModTime(), ready: true,
	}
	n.id, n.links = inodeOf(info)
	n.igen = n.file.igen
	if n.packed {
		n.head = headOf(f, g)
	} else {
		n.sameText() // takes the head
		n.tail = n.before(off, tailBytes)
	}
	return n, nil
}

// linkTarget is where a link leads to; "" for a path that is none.
func linkTarget(path string) string {
	info, err := os.Lstat(path)
	if err != nil || info.Mode()&fs.ModeSymlink == 0 {
		return ""
	}
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return ""
	}
	return target
}

// Read gives the scanner the bytes from off on. It answers io.EOF at the limit,
// at the end of the file, and when the text was replaced.
func (n *node) Read(p []byte) (int, error) {
	if n.replaced || n.ended || n.file == nil || n.off >= n.limit {
		return 0, io.EOF
	}
	p = p[:min(int64(len(p)), n.limit-n.off)]
	n.readAt = n.now()
	n.scan.Trust(n.readAt.Unix() + FutureSlack) // what is read was written by now
	if n.packed {
		return n.readPacked(p)
	}
	k, err := n.file.ReadAt(p, n.off)
	if errors.Is(err, errGone) {
		n.vanish()
		return 0, io.EOF
	}
	if err != nil && err != io.EOF {
		return 0, err
	}
	if k == 0 {
		n.eofAt = n.readAt
		n.look(n.readAt)
		return 0, io.EOF
	}
	k = n.wholeLines(p[:k], len(p))
	if k == 0 {
		return 0, io.EOF
	}
	// what was read belongs to the text known so far only if that is still there
	if !n.sameText() {
		n.replaced, n.replacedAt = true, time.Now()
		return 0, io.EOF
	}
	n.took(p[:k])
	return k, nil
}

// wholeLines says how much of p to hand on: an unfinished line waits in the file,
// so that the record before it can be closed, and is cut when it is complete. A
// line longer than the scanner's buffer goes through.
func (n *node) wholeLines(p []byte, room int) int {
	if n.final || n.limit != noLimit {
		return len(p)
	}
	if end := bytes.LastIndexByte(p, '\n') + 1; end > 0 {
		return end
	}
	if len(p) == room {
		return room
	}
	if size := n.off + int64(len(p)); size != n.heldSize {
		n.heldSize, n.heldAt = size, n.readAt
	}
	if n.readAt.Sub(n.heldAt) >= halfFor {
		n.eofAt = n.readAt // it may never be finished
	}
	return 0
}

func (n *node) took(p []byte) {
	n.off += int64(len(p))
	n.size = max(n.size, n.off)
	if n.off > n.reached { // what is read again came when it was read first
		n.reached, n.dataAt = n.off, n.readAt
	}
	if len(p) >= tailBytes {
		n.tail = append(n.tail[:0], p[len(p)-tailBytes:]...)
		return
	}
	n.tail = append(n.tail, p...)
	n.tail = n.tail[max(0, len(n.tail)-tailBytes):]
}

// take returns the node's next record. io.EOF: none now. errReplaced: the
// records of the old text were returned, but the one it ended with is open.
func (n *node) take(rec *smartylog.Record, flushAfter time.Duration) error {
	if n.scan == nil {
		n.scan = newScanner(n)
	}
	err := n.scan.Next(rec)
	switch {
	case err == nil:
		return nil
	case err != io.EOF:
		return fmt.Errorf("read %s: %w", n.name, cause(err))
	case n.replaced:
		return errReplaced
	case n.closing() || n.silent(flushAfter):
		if n.scan.Flush(rec) {
			return nil
		}
	}
	n.ready = false
	return io.EOF
}

// closing: the open record, if any, will not grow.
func (n *node) closing() bool {
	return n.ended || n.file == nil || n.off >= n.limit || n.final && !n.packed
}

// silent: the open record has ended with a line and nothing came for a while.
// Of a replaced file its time of change tells, so that a backlog is not waited for.
func (n *node) silent(flushAfter time.Duration) bool {
	if n.halfLine() {
		return false
	}
	return n.readAt.Sub(n.dataAt) >= flushAfter || n != n.owner.newest() && n.readAt.Sub(n.mtime) >= flushAfter
}

func (n *node) halfLine() bool { return len(n.tail) > 0 && n.tail[len(n.tail)-1] != '\n' }

func (n *node) open() bool { return n.scan != nil && n.scan.Open() }

// quiet: all is read, and returned but for the record of second open, which may
// go on; half a line does not count for long.
func (n *node) quiet() (open int64, ok bool) {
	switch {
	case n.ready || n.pending != nil || n.broken != nil || n.eofAt.IsZero():
		return 0, false
	case !n.open():
		return noneOpen, true
	case n.halfLine():
		return noneOpen, n.eofAt.Sub(n.dataAt) >= halfFor
	}
	return n.scan.PeekSec()
}

// look compares the file with what was read of it and finds out whether there is
// something to do. The error is why it cannot: one that is closed may not be readable.
func (n *node) look(now time.Time) error {
	if n.replaced {
		n.ready = true // what came of it is still to be found out
		return nil
	}
	if n.file == nil {
		return nil
	}
	info, err := n.file.Stat()
	if errors.Is(err, errGone) {
		n.vanish()
		return nil
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", n.name, cause(err))
	}
	_, n.links = inodeOf(info)
	changed := !info.ModTime().Equal(n.mtime) || info.Size() != n.size
	n.mtime = info.ModTime()
	if n.packed {
		n.size = info.Size()
		n.lookBroken(now, changed)
		return nil
	}
	switch {
	case info.Size() < n.off || changed && !n.sameText():
		n.replaced, n.replacedAt, n.ready = true, time.Now(), true
		return nil // size stays: what was not read of it is lost
	case info.Size() > n.off:
		n.ready = true
	case !n.ready:
		n.eofAt = now
		if n.scan != nil && !n.scan.Open() && now.Sub(n.dataAt) >= n.owner.descriptors.restAfter() {
			n.owner.stats.Skipped += n.scan.Skipped()
			n.scan = nil // a scanner holds a block of memory
		}
	}
	n.size = info.Size()
	return nil
}

// vanish takes note that the file was removed while it was closed.
func (n *node) vanish() {
	n.release()
	n.file, n.replaced, n.replacedAt, n.ready = nil, true, time.Now(), true
}

// sameText tells whether the file still begins, and before off still ends, with
// the bytes known from earlier. It learns more of the head as the file grows.
func (n *node) sameText() bool {
	buf := n.file.pool.scratch[:]
	k, err := n.file.ReadAt(buf[:headBytes], 0)
	if err != nil && err != io.EOF {
		return true // unreadable is not replaced
	}
	if k < len(n.head) || !bytes.Equal(buf[:len(n.head)], n.head) {
		return false
	}
	if k > len(n.head) {
		n.head = append(n.head[:0], buf[:k]...)
	}
	b := buf[:len(n.tail)]
	k, err = n.file.ReadAt(b, n.off-int64(len(b)))
	if err != nil && err != io.EOF {
		return true
	}
	return bytes.Equal(b[:k], n.tail)
}

// before reads up to size bytes that end at off; none where they cannot be read, since
// a part of them would not end there.
func (n *node) before(off int64, size int) []byte {
	b := make([]byte, min(int64(size), off))
	k, err := n.file.ReadAt(b, off-int64(len(b)))
	if err != nil && err != io.EOF {
		return nil
	}
	return b[:k]
}

// seen is the size found at the last look.
func (n *node) seen() int64 {
	if n == nil {
		return 0
	}
	return n.size
}

// wantNow has the scanner go by what is wanted now. What it has passed over behind
// the last record returned is read again.
func (n *node) wantNow() {
	if n.scan == nil || n.owner.target != nil || n.owes() && n.again() {
		return
	}
	n.scan.WantNow(n.owner.wants, n.owner.high)
}

// owes tells whether records behind the last one returned were passed over.
func (n *node) owes() bool { return n.scan.Owes() || n.pending != nil && n.pending.rec.Passed > 0 }

// again has all be read again behind the last record returned; false: it is there
// no more, or cannot be read now, and only the scanner has it.
func (n *node) again() bool {
	if n.file == nil || n.replaced {
		return false
	}
	if _, err := n.file.open(); err != nil || !n.packed && !n.sameText() {
		return false
	}
	n.owner.stats.Skipped += n.skipped
	n.rewind()
	n.pending, n.ready = nil, true
	return true
}

// scanned is the end of the last record that left the scanner.
func (n *node) scanned() int64 {
	switch {
	case n.scan == nil:
		return n.off
	case n.scan.Owes():
		return n.pos // what was passed over since nobody was told of
	}
	return n.scan.Pos()
}

// rewind goes back to the last record returned.
func (n *node) rewind() {
	n.stopScan()
	n.off, n.scan, n.text, n.ended, n.skipped = n.pos, nil, nil, false, 0
	if !n.packed && n.file != nil {
		n.tail = n.before(n.off, tailBytes)
	}
}

// stopScan waits for what the scanner has others do.
func (n *node) stopScan() {
	if n.scan != nil {
		n.scan.close()
	}
}

func (n *node) close() {
	n.stopScan()
	if n.follower != nil {
		n.follower.stop()
		n.follower = nil
	}
	n.release()
	n.file = nil
}

// release closes the file, and a reader of its packed text.
func (n *node) release() {
	n.text = nil
	if n.file != nil {
		n.file.close()
	}
}
