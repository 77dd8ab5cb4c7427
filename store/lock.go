package store

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

const lockFile = "lock"

// lock is the flock on a state directory. While it is held the file has the
// owner's process id in it, and a clean release empties it: text left over
// tells the next owner of an unclean stop. The file itself stays, because
// removing a lock file races with its next owner.
type lock struct {
	f       *os.File
	unclean bool // the last owner did not release it cleanly
}

func takeLock(dir string) (_ *lock, err error) {
	path := filepath.Join(dir, lockFile)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open lock: %w", err)
	}
	defer func() {
		if err != nil {
			f.Close()
		}
	}()
	locked := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if locked != nil && !errors.Is(locked, unix.EWOULDBLOCK) {
		return nil, fmt.Errorf("lock %s: %w", path, locked)
	}
	owner, err := io.ReadAll(io.LimitReader(f, 64))
	if err != nil {
		return nil, fmt.Errorf("read lock: %w", err)
	}
	if owner = bytes.TrimSpace(owner); locked != nil {
		return nil, inUse(dir, owner)
	}
	l := &lock{f: f, unclean: len(owner) > 0}
	return l, l.mark(fmt.Appendln(nil, os.Getpid()))
}

func inUse(dir string, owner []byte) error {
	if len(owner) == 0 {
		return fmt.Errorf("%s is in use by another process", dir)
	}
	return fmt.Errorf("%s is in use by process %s", dir, owner)
}

// mark replaces the text of the lock file, durably.
func (l *lock) mark(text []byte) error {
	if err := l.f.Truncate(int64(len(text))); err != nil {
		return fmt.Errorf("mark lock: %w", err)
	}
	if _, err := l.f.WriteAt(text, 0); err != nil {
		return fmt.Errorf("mark lock: %w", err)
	}
	if err := l.f.Sync(); err != nil {
		return fmt.Errorf("mark lock: %w", err)
	}
	return nil
}

// release gives the directory free; clean says that nothing needs a check.
func (l *lock) release(clean bool) error {
	var err error
	if clean {
		err = l.mark(nil)
	}
	return errors.Join(err, l.f.Close())
}
