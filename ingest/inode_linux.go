package ingest

import (
	"fmt"
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
