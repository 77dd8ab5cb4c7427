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

// keepState copies the state as the next process finds it, and notes what logs lie there: what
// was known at a death is gone by the time its round is judged.
func (r *round) keepState(state string, life int) error {
	if life == 0 {
		return nil
	}
	to := r.path(fmt.Sprintf("state-at-death-%d", life))
	if err := os.Mkdir(to, 0o755); err != nil {
		return err
	}
	entries, err := os.ReadDir(state)
	if err != nil {
		return nil // some rows take it away
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() && info.Size() <= keptSize {
			if text, err := os.ReadFile(filepath.Join(state, e.Name())); err == nil {
				err = os.WriteFile(filepath.Join(to, e.Name()), text, 0o644)
				if err != nil {
					return err
				}
			}
		}
	}
	var logs strings.Builder
	err = filepath.WalkDir(r.path("logs"), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return nil
		}
		if info, err := e.Info(); err == nil {
			stat, _ := info.Sys().(*syscall.Stat_t)
			fmt.Fprintf(&logs, "%d %d %s %s\n", stat.Ino, info.Size(), info.ModTime().Format("15:04:05.000000"), path)
		}
		return nil
	})
	return errors.Join(err, os.WriteFile(filepath.Join(to, "logs.txt"), []byte(logs.String()), 0o644))
}
