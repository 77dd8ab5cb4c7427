package ingest

import (
	"container/list"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// errGone: a file was removed while it was closed.
var errGone = errors.New("it was removed while it was closed")

// descriptor is a file that is followed. Where there are more of them than the process
// may open, those that were used least recently are closed, and opened again when they
// have changed: found by what they are, whatever they are called by then.
type descriptor struct {
	file   *os.File // nil while closed
	path   string   // where it lay last
	id     inode
	igen   uint32
	pool   *descriptors
	place  *list.Element // among those that may be closed
	left   fs.FileInfo   // when it was closed
	missed time.Time     // when it was not found where it lay
}

// descriptors are the open files of a Live.
type descriptors struct {
	files *lister
	most  int       // may be open
	idle  list.List // of those that may be closed, used most recently first
	held  int       // open and not to be closed
	block int       // of a scanner: less, the more sources there are

	scratch [headBytes]byte // of whoever looks whether a file holds what it held; tails are shorter

	readAt func(f *os.File, p []byte, off int64) (int, error) // nil: the file's own; disks fail in tests
}

// defaultDescriptors is half of what the process may open: the state, receivers and
// clients need some, and looking at a file does for a moment.
func defaultDescriptors() int {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 256
	}
	return int(min(limit.Cur/2, 1<<16))
}

func (p *descriptors) restAfter() time.Duration {
	if p.block < 64<<10 {
		return restSoon
	}
	return restAfter
}

// adopt takes over an open file.
func (p *descriptors) adopt(f *os.File, path string, id inode) *descriptor {
	d := &descriptor{file: f, path: path, id: id, igen: generationOf(f), pool: p}
	d.place = p.idle.PushFront(d)
	p.shrink()
	return d
}

// shrink closes files until there are not too many.
func (p *descriptors) shrink() {
	for p.idle.Len()+p.held > p.most && p.idle.Len() > 1 {
		p.idle.Back().Value.(*descriptor).rest()
	}
}

// rest closes the file for a while; one without a name would never be found again.
func (d *descriptor) rest() {
	d.pool.idle.Remove(d.place)
	d.place = nil
	if info, err := d.file.Stat(); err == nil {
		if _, links := inodeOf(info); links > 0 {
			d.file.Close()
			d.file, d.left = nil, info
			return
		}
	}
	d.pool.held++
}

// open is the open file.
func (d *descriptor) open() (*os.File, error) {
	if d.file != nil {
		if d.place != nil {
			d.pool.idle.MoveToFront(d.place)
		}
		return d.file, nil
	}
	f, err := d.find()
	if err != nil {
		return nil, err
	}
	d.file, d.missed = f, time.Time{}
	d.place = d.pool.idle.PushFront(d)
	d.pool.shrink()
	return f, nil
}

// find opens the file where it lay, or where it lies by now. It is gone only when the
// directory, as it was after it was missed, has it no more.
func (d *descriptor) find() (*os.File, error) {
	f, err := d.at(d.path)
	if !errors.Is(err, errMoved) {
		return f, err
	}
	if d.missed.IsZero() {
		d.missed = time.Now()
	}
	dir, log := filepath.Dir(d.path), parseFilename(d.path).log
	logs, err := d.pool.files.read(dir, d.pool.files.round)
	if err != nil {
		return nil, err
	}
	moving := logs.moving[log]
	for _, e := range logs.files[log] {
		path := filepath.Join(dir, e.name)
		if info, err := d.pool.files.disk.stat(path); err != nil || !isInode(info, d.id) {
			moving = moving || e.inode == d.id.Inode
			continue
		}
		if f, err := d.at(path); !errors.Is(err, errMoved) {
			d.path = path
			return f, err
		}
	}
	if logs.at.After(d.missed) && !moving {
		return nil, errGone
	}
	return nil, fmt.Errorf("open %s: %w", d.path, errMoved)
}

// at opens the file at a path, if it is this one.
func (d *descriptor) at(path string) (*os.File, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errMoved
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, cause(err))
	}
	igen := generationOf(f)
	if !isFile(f, d.id) || d.igen != 0 && igen != 0 && igen != d.igen {
		f.Close()
		return nil, errMoved
	}
	return f, nil
}

// isAt tells whether the file, whose inode lies at a path, does: while it was closed
// another file may have got that.
func (d *descriptor) isAt(path string) bool {
	if d.file != nil {
		return true
	}
	f, err := d.at(path)
	if err != nil {
		return false
	}
	f.Close()
	return true
}

// hold opens the file and keeps it open.
func (d *descriptor) hold() (*os.File, error) {
	f, err := d.open()
	if err == nil && d.place != nil {
		d.pool.idle.Remove(d.place)
		d.place = nil
		d.pool.held++
	}
	return f, err
}

// release ends hold.
func (d *descriptor) release() {
	if d.file == nil || d.place != nil {
		return
	}
	d.pool.held--
	d.place = d.pool.idle.PushFront(d)
	d.pool.shrink()
}

// Stat describes the file; one that is closed and has not changed stays so.
func (d *descriptor) Stat() (fs.FileInfo, error) {
	if d.file == nil && d.left != nil {
		if info, err := os.Stat(d.path); err == nil && isInode(info, d.id) && unchanged(info, d.left) {
			return info, nil
		}
	}
	f, err := d.open()
	if err != nil {
		return nil, err
	}
	return f.Stat()
}

func (d *descriptor) ReadAt(p []byte, off int64) (int, error) {
	f, err := d.open()
	if err != nil {
		return 0, err
	}
	if d.pool.readAt != nil {
		return d.pool.readAt(f, p, off)
	}
	return f.ReadAt(p, off)
}

func (d *descriptor) close() {
	if d.file == nil {
		return
	}
	d.file.Close()
	d.file = nil
	if d.place == nil {
		d.pool.held--
		return
	}
	d.pool.idle.Remove(d.place)
	d.place = nil
}

func isInode(info fs.FileInfo, id inode) bool {
	now, _ := inodeOf(info)
	return now == id
}
