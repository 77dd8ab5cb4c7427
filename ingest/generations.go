package ingest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// generation is a file of a log as found in its directory.
type generation struct {
	path   string
	name   filename
	info   fs.FileInfo
	id     inode
	packed bool
	live   bool // the file that the log's own path leads to
}

// open opens the file that was found, under whatever name it lies there by now: the
// inode of the descriptor counts, since between a look at a name and its opening
// another file may get it.
func (g *generation) open() (*os.File, error) {
	for look := 0; ; look++ {
		f, err := os.Open(g.path)
		switch {
		case err == nil && isFile(f, g.id):
			return f, nil
		case err == nil:
			f.Close()
		case !errors.Is(err, fs.ErrNotExist):
			return nil, fmt.Errorf("open %s: %w", g.path, cause(err))
		}
		if look == looksForOne {
			return nil, fmt.Errorf("open %s: %w", g.path, errMoved)
		}
		if !g.follow() {
			time.Sleep(lookAgain)
		}
	}
}

// looksForOne is how often a file is looked for that is not where it was found.
const looksForOne = 5

func isFile(f *os.File, id inode) bool {
	info, err := f.Stat()
	if err != nil {
		return false
	}
	now, _ := inodeOf(info)
	return now == id
}

// follow finds out what the file is called now.
func (g *generation) follow() bool {
	dir := filepath.Dir(g.path)
	entries, _ := os.ReadDir(dir) // one that cannot be read has nothing to find
	for _, e := range entries {
		if parseFilename(e.Name()).log != g.name.log {
			continue
		}
		path := filepath.Join(dir, e.Name())
		if info, err := os.Stat(path); err == nil {
			if id, _ := inodeOf(info); id == g.id {
				g.path = path
				return true
			}
		}
	}
	return false
}

// lister finds the generations of logs. Where thousands of logs are rotated at a time
// it reads their directory once, not once for each.
type lister struct {
	dirs  map[string]listing
	round time.Time // when files began to be looked at
}

// listing is what a directory held.
type listing struct {
	names map[string][]string // name of the log → its files
	at    time.Time           // the reading began
}

// generations returns the files of the log at path, oldest first, the live one
// last if it is there. A packed file beside its unpacked self is left out. A file or
// directory that cannot be looked at is an error: it is not gone. What is found was
// there after a moment.
func (l *lister) generations(path string, after time.Time) ([]generation, error) {
	dir, base := filepath.Dir(path), filepath.Base(path)
	logs, err := l.read(dir, after)
	if err != nil {
		return nil, err
	}
	names := logs.names[base]
	if parseFilename(base).log != base {
		names = []string{base} // a log with an odd name of its own, given as a path
	}
	var out []generation
	for _, name := range names {
		g := generation{path: filepath.Join(dir, name), name: parseFilename(name), live: name == base}
		g.packed = g.name.packed && !g.live
		if !g.live && !g.name.rotated() {
			continue // x.log.gz beside x.log: nobody rotates like that
		}
		g.info, err = os.Stat(g.path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("open %s: %w", g.path, cause(err))
		}
		if err != nil || !g.info.Mode().IsRegular() {
			continue // what vanished meanwhile is not there
		}
		g.id, _ = inodeOf(g.info)
		out = append(out, g)
	}
	slices.SortStableFunc(out, func(a, b generation) int {
		if c := compareAge(a.name, b.name); c != 0 {
			return c
		}
		return boolRank(a.packed) - boolRank(b.packed)
	})
	return slices.CompactFunc(out, func(a, b generation) bool {
		return b.packed && a.name.sameGeneration(b.name)
	}), nil
}

// While a log is rotated it is looked for so often, in such intervals, until two looks
// agree.
const (
	mostLooks = 40
	lookAgain = 5 * time.Millisecond
)

// settled is found, or what is found once nobody renames files any more: between a
// look at the names and one at the files, a file that is renamed seems to be gone, or
// to be there twice. That matters where a file is searched for by what is known of it.
func (l *lister) settled(path string, found []generation, saved []Position) ([]generation, error) {
	for range mostLooks {
		if whole(found, saved) {
			break
		}
		time.Sleep(lookAgain)
		again, err := l.generations(path, time.Now())
		if err != nil {
			return nil, err
		}
		if slices.EqualFunc(found, again, func(a, b generation) bool { return a.path == b.path && a.id == b.id }) {
			break // what is not there is gone
		}
		found = again
	}
	return found, nil
}

// whole tells whether each file is there once, and all that positions tell of.
func whole(found []generation, saved []Position) bool {
	seen := map[inode]bool{}
	for _, g := range found {
		if seen[g.id] {
			return false
		}
		seen[g.id] = true
	}
	at, err := locate(found, saved)
	return err == nil && !slices.Contains(at, -1)
}

// read lists a directory, if it was not read after that moment.
func (l *lister) read(dir string, after time.Time) (listing, error) {
	if known, ok := l.dirs[dir]; ok && known.at.After(after) {
		return known, nil
	}
	if l.dirs == nil {
		l.dirs = map[string]listing{}
	}
	files := listing{map[string][]string{}, time.Now()}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return listing{}, fmt.Errorf("open %s: %w", dir, cause(err))
	}
	for _, e := range entries {
		log := parseFilename(e.Name()).log
		files.names[log] = append(files.names[log], e.Name())
	}
	l.dirs[dir] = files
	return files, nil
}
