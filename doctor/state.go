package doctor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/smarty-alert/smarty-alert/config"
)

// leastRoom is how much of the state's disk should be free, in bytes: an hour of a busy
// service's alerts and the copy that a snapshot takes.
const leastRoom = 500e6

// state looks at the directory of the state: it must take files, and have room.
func (r *Report) state(c *config.Config) {
	dir := c.State.Dir
	at, there := dir, true
	for {
		_, err := os.Stat(at)
		if err == nil {
			break
		}
		if !errors.Is(err, fs.ErrNotExist) || at == filepath.Dir(at) {
			r.add(State, Error, "state-unusable", dir, "", "the directory of the state cannot be looked at: %v", err)
			return
		}
		at, there = filepath.Dir(at), false
	}
	if err := unix.Access(at, unix.W_OK|unix.X_OK); err != nil {
		r.add(State, Error, "state-unusable", dir, "hand it over: install -d -o smarty-alert "+dir, "%s cannot write to %s: %v", whoami(), at, err)
		return
	}
	var disk unix.Statfs_t
	if err := unix.Statfs(at, &disk); err != nil {
		r.add(State, Error, "state-unusable", dir, "", "the disk of the state cannot be looked at: %v", err)
		return
	}
	free, used := int64(disk.Bavail)*int64(disk.Bsize), int64(0)
	if there {
		used = sizeOf(dir)
	}
	what := fmt.Sprintf("%s has %s free and holds %s", dir, size(free), size(used))
	if !there {
		what = fmt.Sprintf("%s will be made, where %s are free", dir, size(free))
	}
	switch {
	case free < leastRoom:
		r.add(State, Error, "state-full", dir, "make room: alerts would go on from memory, and be forgotten by a restart", "%s", what)
	case free+used < c.State.MaxSize:
		r.add(State, Warning, "state-room", dir, "lower state.max_size, or make room", "%s, less than state.max_size (%s)", what, size(c.State.MaxSize))
	default:
		r.add(State, Fine, "state", dir, "", "%s", what)
	}
}

// sizeOf adds up the files of a directory, as far as they can be seen.
func sizeOf(dir string) (n int64) {
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil //nolint:nilerr // what cannot be seen is not counted
		}
		if info, err := d.Info(); err == nil && info.Mode().IsRegular() {
			n += info.Size()
		}
		return nil
	})
	return n
}

// whoami is who looks: the service may run as somebody else.
func whoami() string {
	if u, err := user.Current(); err == nil {
		return "user " + u.Username
	}
	return fmt.Sprintf("user %d", os.Getuid())
}

// size writes bytes for people.
func size(n int64) string {
	switch {
	case n >= 10e9:
		return fmt.Sprintf("%d GB", n/1e9)
	case n >= 1e9:
		return fmt.Sprintf("%.1f GB", float64(n)/1e9)
	case n >= 1e6:
		return fmt.Sprintf("%d MB", n/1e6)
	}
	return fmt.Sprintf("%d KB", (n+999)/1000)
}
