package ingest

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
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
