package ingest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"io/fs"
	"math/bits"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// inode is what the kernel knows a file by.
type inode struct {
	Device uint64 `json:"device"`
	Inode  uint64 `json:"inode"`
}

func inodeOf(info fs.FileInfo) (id inode, links uint64) {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return inode{}, 1
	}
	return inode{uint64(st.Dev), st.Ino}, uint64(st.Nlink)
}

// unchanged tells whether nothing has happened to a file: nobody can set the time of its
// change.
func unchanged(a, b fs.FileInfo) bool {
	x, ok := a.Sys().(*syscall.Stat_t)
	y, also := b.Sys().(*syscall.Stat_t)
	return ok && also && x.Ctim == y.Ctim && x.Mtim == y.Mtim && x.Size == y.Size
}

// getVersion is FS_IOC_GETVERSION of linux/fs.h: _IOR('v', 1, long).
const getVersion = 2<<30 | bits.UintSize/8<<16 | 'v'<<8 | 1

// generationOf tells apart two files that had the same inode one after the
// other; 0 where the file system keeps no such number.
func generationOf(f *os.File) uint32 {
	v, err := unix.IoctlGetInt(int(f.Fd()), getVersion)
	if err != nil {
		return 0
	}
	return uint32(v)
}

// followPath names an open file for nxadm/tail. The library ends the process
// when a stat fails with anything but not-exist (a directory that loses its
// permission, or becomes a file); through the descriptor that cannot happen.
// "" where it does not work.
func followPath(f *os.File) string {
	path := fmt.Sprintf("/proc/self/fd/%d", f.Fd())
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return path
}

// canWatch tells whether this process may have one more inotify instance: the
// library ends the process when it gets none.
func canWatch() bool {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC)
	if err != nil {
		return false
	}
	unix.Close(fd)
	return true
}

// How long a listing is that the kernel gives at once: at first, and at most.
const (
	listingBytes     = 16 << 10
	mostListingBytes = 32 << 20
)

// list reads a directory in one call of the kernel, during which most file systems let
// nobody rename anything in it.
func (fileSystem) list(dir string) ([]dirEntry, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	for size := listingBytes; ; size *= 4 {
		text, whole, err := readDirectory(int(f.Fd()), make([]byte, size))
		if err != nil {
			return nil, err
		}
		if whole || size >= mostListingBytes {
			return entriesOf(text), nil
		}
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return nil, err
		}
	}
}

// readDirectory reads all; whole: one call gave it.
func readDirectory(fd int, buf []byte) (text []byte, whole bool, err error) {
	for calls := 0; ; calls++ {
		n, err := unix.Getdents(fd, buf)
		switch {
		case err == unix.EINTR:
			calls--
		case err != nil:
			return nil, false, err
		case n == 0:
			return text, calls <= 1, nil
		default:
			text = append(text, buf[:n]...)
		}
	}
}

// entriesOf takes apart what getdents64(2) has written: for each name its inode in eight
// bytes, eight of no interest here, its length in two, the kind in one, and the name with
// a NUL at least behind it.
func entriesOf(text []byte) (out []dirEntry) {
	for len(text) > 0 {
		inode, size, kind := binary.NativeEndian.Uint64(text), binary.NativeEndian.Uint16(text[16:]), text[18]
		name, _, _ := bytes.Cut(text[19:size], []byte{0})
		text = text[size:]
		if inode != 0 && string(name) != "." && string(name) != ".." {
			out = append(out, dirEntry{string(name), inode, kind == unix.DT_LNK})
		}
	}
	return out
}
