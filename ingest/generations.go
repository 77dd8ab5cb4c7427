package ingest

import (
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

// lister finds the generations of logs and reads each directory once per round.
type lister struct {
	dirs map[string]map[string][]string // directory → name of the log → its files
}

// forget makes the next look read directories again.
func (l *lister) forget() { l.dirs = nil }

// generations returns the files of the log at path, oldest first, the live one
// last if it is there. A packed file beside its unpacked self is left out.
func (l *lister) generations(path string) []generation {
	dir, base := filepath.Dir(path), filepath.Base(path)
	names := l.read(dir)[base]
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
		g.info, _ = os.Stat(g.path) // what vanished meanwhile is not there
		if g.info == nil || !g.info.Mode().IsRegular() {
			continue
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
	})
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
func (l *lister) settled(path string, found []generation, saved []Position) []generation {
	for range mostLooks {
		if whole(found, saved) {
			break
		}
		time.Sleep(lookAgain)
		l.forget()
		again := l.generations(path)
		if slices.EqualFunc(found, again, func(a, b generation) bool { return a.path == b.path && a.id == b.id }) {
			break // what is not there is gone
		}
		found = again
	}
	return found
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
	return !slices.Contains(locate(found, saved), -1)
}

func (l *lister) read(dir string) map[string][]string {
	if files, ok := l.dirs[dir]; ok {
		return files
	}
	if l.dirs == nil {
		l.dirs = map[string]map[string][]string{}
	}
	files := map[string][]string{}
	entries, _ := os.ReadDir(dir) // a directory that cannot be read shows when its files are opened
	for _, e := range entries {
		log := parseFilename(e.Name()).log
		files[log] = append(files[log], e.Name())
	}
	l.dirs[dir] = files
	return files
}
