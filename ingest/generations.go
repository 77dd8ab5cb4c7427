package ingest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// generation is a file of a log as found in its directory.
type generation struct {
	path   string
	name   filename
	info   fs.FileInfo
	id     inode
	listed uint64 // the inode that its name has in the directory
	packed bool
	live   bool // the file that the log's own path leads to
	files  *lister
}

// open opens the file that was found, under whatever name it lies there by now: the
// inode of the descriptor counts, since between a look at a name and its opening
// another file may get it.
func (g *generation) open() (*os.File, error) {
	for range looksForOne {
		f, err := g.files.disk.open(g.path)
		switch {
		case err == nil && isFile(f, g.id):
			return f, nil
		case err == nil:
			f.Close()
		case !errors.Is(err, fs.ErrNotExist):
			return nil, fmt.Errorf("open %s: %w", g.path, cause(err))
		}
		if !g.follow() {
			break
		}
	}
	return nil, fmt.Errorf("open %s: %w", g.path, errMoved)
}

// looksForOne is how often a file is looked for that is not where it was found.
const looksForOne = 10

func isFile(f *os.File, id inode) bool {
	info, err := f.Stat()
	if err != nil {
		return false
	}
	now, _ := inodeOf(info)
	return now == id
}

// follow finds out what the file is called now; false: it is not there any more.
func (g *generation) follow() bool {
	logs, err := g.files.read(filepath.Dir(g.path), time.Now())
	if err != nil {
		return false // what cannot be read has nothing to find
	}
	there := logs.moving[g.name.log]
	for _, e := range logs.files[g.name.log] {
		path := filepath.Join(filepath.Dir(g.path), e.name)
		if info, err := g.files.disk.stat(path); err == nil && isInode(info, g.id) {
			g.path = path
			return true
		}
		there = there || e.inode == g.id.Inode
	}
	return there
}

// lister finds the generations of logs. Where thousands of logs are rotated at a time
// it reads their directory once, not once for each.
type lister struct {
	disk  disk
	dirs  map[string]listing
	round time.Time // when files began to be looked at
}

// disk is what names lead to. Between two of its answers anything may happen to them.
type disk interface {
	list(dir string) ([]dirEntry, error)
	stat(path string) (fs.FileInfo, error)
	open(path string) (*os.File, error)
}

// dirEntry is a name in a directory.
type dirEntry struct {
	name  string
	inode uint64 // 0: not known
	link  bool   // the inode is that of a link
}

// fileSystem is the disk there is; its list is beside inodeOf.
type fileSystem struct{}

func (fileSystem) stat(path string) (fs.FileInfo, error) { return os.Stat(path) }
func (fileSystem) open(path string) (*os.File, error)    { return os.Open(path) }

// listing is what a directory held.
type listing struct {
	files  map[string][]dirEntry // name of the log → its files
	moving map[string]bool       // logs whose files were being renamed
	at     time.Time             // the reading began
}

// mostLooks is how often files are looked at that are being renamed meanwhile, in such
// intervals.
const (
	mostLooks = 40
	lookAgain = 5 * time.Millisecond
)

// generations returns the files of the log at path, oldest first, the live one
// last if it is there, as they all were at one moment after the given one: a file that
// is renamed meanwhile is neither missed nor found twice. A packed file beside its
// unpacked self is left out. A file or directory that cannot be looked at is an error:
// it is not gone.
func (l *lister) generations(path string, after time.Time) ([]generation, error) {
	var before []generation
	for look := 0; ; look++ {
		found, sure, err := l.look(path, after)
		if err != nil {
			return nil, err
		}
		// not every file system lists the inodes that its files have
		if sure || look > 0 && slices.EqualFunc(found, before, generation.is) || look == mostLooks {
			return inOrder(found), nil
		}
		if look > 0 {
			time.Sleep(lookAgain)
		}
		before, after = found, time.Now()
	}
}

// is tells whether two looks at a name found the same.
func (g generation) is(o generation) bool {
	return g.path == o.path && g.id == o.id && g.listed == o.listed
}

// look looks at the names of a log and at the files that they lead to, none where info is
// nil; sure: nothing was renamed between the one and the other.
func (l *lister) look(path string, after time.Time) (found []generation, sure bool, err error) {
	dir, base := filepath.Dir(path), filepath.Base(path)
	logs, err := l.read(dir, after)
	if err != nil {
		return nil, false, err
	}
	log := parseFilename(base).log
	sure = !logs.moving[log]
	for _, e := range logs.files[log] {
		g := generation{path: filepath.Join(dir, e.name), name: parseFilename(e.name), listed: e.inode, live: e.name == base, files: l}
		if !g.live && (log != base || !g.name.rotated()) {
			continue // a log with an odd name of its own, given as a path; x.log.gz beside x.log: nobody rotates like that
		}
		g.info, err = l.disk.stat(g.path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, false, fmt.Errorf("open %s: %w", g.path, cause(err))
		}
		if err == nil {
			g.id, _ = inodeOf(g.info)
		}
		sure = sure && (e.link || e.inode == g.id.Inode)
		g.packed = g.name.packed && !g.live
		found = append(found, g)
	}
	return found, sure, nil
}

// inOrder has the oldest file first, and each once, under its newest name.
func inOrder(found []generation) []generation {
	found = slices.DeleteFunc(found, func(g generation) bool { return g.info == nil || !g.info.Mode().IsRegular() })
	slices.SortStableFunc(found, func(a, b generation) int {
		if c := compareAge(a.name, b.name); c != 0 {
			return c
		}
		return boolRank(a.packed) - boolRank(b.packed)
	})
	found = slices.CompactFunc(found, func(a, b generation) bool {
		return (a.packed || b.packed) && a.name.sameGeneration(b.name)
	})
	var out []generation
	for i, g := range found {
		if g.id.Inode == 0 || !slices.ContainsFunc(found[i+1:], func(newer generation) bool { return newer.id == g.id }) {
			out = append(out, g)
		}
	}
	return out
}

// read lists a directory, if it was not read after that moment. It does so twice: not
// every file system lists what is renamed while it does.
func (l *lister) read(dir string, after time.Time) (listing, error) {
	if known, ok := l.dirs[dir]; ok && known.at.After(after) {
		return known, nil
	}
	if l.dirs == nil {
		l.dirs = map[string]listing{}
	}
	at := time.Now()
	first, err := l.disk.list(dir)
	if err != nil {
		return listing{}, fmt.Errorf("open %s: %w", dir, cause(err))
	}
	again, err := l.disk.list(dir)
	if err != nil {
		return listing{}, fmt.Errorf("open %s: %w", dir, cause(err))
	}
	files := listing{files: byLog(again), at: at}
	if !slices.Equal(first, again) {
		files.moving = differing(byLog(first), files.files)
	}
	l.dirs[dir] = files
	return files, nil
}

// byLog has the files of each log, ordered by name.
func byLog(entries []dirEntry) map[string][]dirEntry {
	files := map[string][]dirEntry{}
	for _, e := range entries {
		log := parseFilename(e.name).log
		files[log] = append(files[log], e)
	}
	for _, es := range files {
		slices.SortFunc(es, func(a, b dirEntry) int { return strings.Compare(a.name, b.name) })
	}
	return files
}

// differing are the logs whose files are not the same.
func differing(a, b map[string][]dirEntry) map[string]bool {
	out := map[string]bool{}
	for _, logs := range []map[string][]dirEntry{a, b} {
		for log := range logs {
			if !slices.Equal(a[log], b[log]) {
				out[log] = true
			}
		}
	}
	return out
}
