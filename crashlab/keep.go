package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// keptSize bounds what is kept of a state: those of a million groups say nothing more.
const keptSize = 4 << 20

// keepState copies the state as the next process finds it, and notes what logs lie there:
// what was known at a death is gone by the time its round is judged.
func (r *round) keepState(state string, life int) error {
	if life == 0 {
		return nil
	}
	to := r.path(fmt.Sprintf("state-at-death-%d", life))
	if err := os.Mkdir(to, 0o755); err != nil {
		return err
	}
	return errors.Join(copySmall(to, state), os.WriteFile(filepath.Join(to, "logs.txt"), r.listing(), 0o644))
}

// copySmall copies the files of a directory that are not too large. Some rows take the
// directory away, or what can be read of it: then there is nothing to keep.
func copySmall(to, from string) error {
	return eachFile(from, func(path string, info fs.FileInfo) error {
		if info.Size() > keptSize {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return nil
		}
		return os.WriteFile(filepath.Join(to, filepath.Base(path)), text, 0o644)
	})
}

// listing has a line for each log: inode, size, time and path.
func (r *round) listing() []byte {
	var lines strings.Builder
	_ = eachFile(r.path("logs"), func(path string, info fs.FileInfo) error { // which does not fail
		stat, _ := info.Sys().(*syscall.Stat_t)
		fmt.Fprintf(&lines, "%d %d %s %s\n", stat.Ino, info.Size(), info.ModTime().Format("15:04:05.000000"), path)
		return nil
	})
	return []byte(lines.String())
}

// eachFile goes through the files below a directory that are there.
func eachFile(dir string, do func(path string, info fs.FileInfo) error) error {
	return filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return nil
		}
		info, err := e.Info()
		if err != nil {
			return nil
		}
		return do(path, info)
	})
}
