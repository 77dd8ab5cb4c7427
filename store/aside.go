package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// asidePrefix begins the names of directories with states that were set aside.
const asidePrefix = "broken-"

// SetAside moves a damaged state into a directory of its own within dir, so that
// Open finds none, and returns its path. Nothing is deleted. What the state alone
// knew (which alerts fire, what people were told, what waits to be sent) is
// forgotten, so somebody has to have asked for it.
func SetAside(dir string, now time.Time) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("set the state aside: %w", err)
	}
	lock, err := takeLock(dir)
	if err != nil {
		return "", fmt.Errorf("set the state aside: %w", err)
	}
	aside := filepath.Join(dir, asidePrefix+now.UTC().Format("20060102T150405Z"))
	return aside, errors.Join(moveState(dir, aside), lock.release(true))
}

// moveState moves the database last: until it is gone, a kill leaves a state that
// Open refuses and that is set aside as well.
func moveState(dir, aside string) error {
	if err := os.Mkdir(aside, 0o700); err != nil {
		return fmt.Errorf("set the state aside: %w", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("set the state aside: %w", err)
	}
	names := []string{}
	for _, e := range entries {
		if name := strings.TrimPrefix(e.Name(), "."); strings.HasPrefix(name, snapshotPrefix) || strings.HasPrefix(name, databaseFile+"-") {
			names = append(names, e.Name())
		}
	}
	for _, name := range append(names, databaseFile) {
		if err := os.Rename(filepath.Join(dir, name), filepath.Join(aside, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("set the state aside: %w", err)
		}
	}
	return errors.Join(syncDir(aside), syncDir(dir))
}

// Aside returns the directories with states that were set aside and that nobody has
// removed yet, the oldest first.
func (s *Store) Aside() []string {
	found, _ := filepath.Glob(filepath.Join(escapeGlob(s.dir), asidePrefix+"*")) // the pattern is well-formed
	return found
}
