package ingest

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// candidate is one file on its way into a source.
type candidate struct {
	path     string
	resolved string // symbolic links followed: what makes two names one file
	dir      string // resolved: what instances are named for
	from     place  // nil for a file of its own
	name     filename
	instance string
	named    bool // instance and stem were given by the user
}

// labelled is "instance:stem=path" or "stem=path".
var labelled = regexp.MustCompile(`^(?:([^:/=]*):)?([^:/=]+)=(.+)$`)

// finder turns arguments into candidates. It opens an archive once, however
// often it is named.
type finder struct {
	limits   limits
	stdin    *os.File
	piped    []candidate         // what standard input is, once that is known
	archives map[string]*archive // by resolved path; nil for a file that is none
	opened   []*archive
}

// Find turns arguments into sources, ordered by name. An argument is a file, a
// directory (read recursively: *.log and their rotated names), a tar or zip
// archive (read like a directory), a glob, "-", or "instance:stem=path" where
// path is one of them. A file named twice is read once, and "x.log.1.gz" is left
// out beside "x.log.1". An archive is one by its content; those that lie in
// directories or in other archives are left alone. The error names every bad
// argument, one line each.
//
// Find lists archives, and to do so reads a packed one, or one that arrives at
// standard input, to its end: its logs are kept in a nameless temporary file
// for as long as the sources are referred to.
func Find(args []string) ([]Source, error) {
	f := &finder{limits: defaultLimits(), stdin: os.Stdin}
	return f.find(args)
}

func (f *finder) find(args []string) ([]Source, error) {
	var found []candidate
	var errs []error
	for _, arg := range args {
		c, err := f.argument(arg)
		if err != nil {
			errs = append(errs, err)
		}
		found = append(found, c...)
	}
	if len(args) == 0 {
		errs = append(errs, errors.New("no log files given"))
	}
	found = unique(found)
	if len(errs) == 0 {
		errs = append(errs, tellBreaks(f.opened, found))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return group(found, f.limits), nil
}

func (f *finder) argument(arg string) ([]candidate, error) {
	if arg == Stdin {
		return f.standardInput()
	}
	if _, err := os.Lstat(arg); err == nil {
		return f.path(arg)
	}
	if m := labelled.FindStringSubmatch(arg); m != nil {
		return f.labelled(m[1], m[2], m[3])
	}
	return f.path(arg)
}

// standardInput is a log, or the logs of a tar. What a person types is no tar.
func (f *finder) standardInput() ([]candidate, error) {
	if f.piped != nil {
		return f.piped, nil
	}
	c := candidate{path: Stdin, resolved: Stdin, name: filename{stem: "stdin", log: Stdin}}
	if info, err := f.stdin.Stat(); err == nil && info.Mode()&fs.ModeCharDevice == 0 {
		a, p, err := openStdin(f.stdin, f.limits)
		if err != nil {
			return nil, err
		}
		c.from = p
		if a != nil {
			f.opened = append(f.opened, a)
			f.piped = a.candidates()
			return f.piped, nil
		}
	}
	f.piped = []candidate{c}
	return f.piped, nil
}

func (f *finder) labelled(instance, stem, path string) ([]candidate, error) {
	cands, err := f.argument(path)
	cands = slices.Clone(cands)
	for i := range cands {
		c := &cands[i]
		c.instance, c.named = instance, true
		c.name.stem = stem
	}
	return cands, err
}

func (f *finder) path(path string) ([]candidate, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && strings.ContainsAny(path, "*?["):
		return f.glob(path)
	case err != nil:
		return nil, fmt.Errorf("open %s: %w", path, cause(err))
	case info.IsDir():
		return findDirectory(path)
	case !info.Mode().IsRegular():
		return []candidate{newCandidate(path)}, nil // opening a pipe would wait for its writer
	}
	c := newCandidate(path)
	a, known := f.archives[c.resolved]
	if !known {
		if a, err = openArchive(path, f.limits); err != nil {
			return nil, err
		}
		if f.archives == nil {
			f.archives = map[string]*archive{}
		}
		f.archives[c.resolved] = a
		if a != nil {
			f.opened = append(f.opened, a)
		}
	}
	if a != nil {
		return a.candidates(), nil
	}
	return []candidate{c}, nil
}

func (f *finder) glob(pattern string) ([]candidate, error) {
	paths, err := filepath.Glob(pattern)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", pattern, err)
	}
	if len(paths) == 0 {
		paths = rotatedAway(pattern)
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("open %s: no file matches", pattern)
	}
	var found []candidate
	var errs []error
	for _, p := range paths {
		c, err := f.path(p)
		if err != nil {
			errs = append(errs, err)
		}
		found = append(found, c...)
	}
	return found, errors.Join(errs...)
}

// rotatedAway finds logs that the pattern means and that exist under rotated
// names only.
func rotatedAway(pattern string) []string {
	paths, _ := filepath.Glob(pattern + "*") // a bad pattern was told before
	return slices.DeleteFunc(paths, func(path string) bool {
		n := parseFilename(path)
		ok, err := filepath.Match(filepath.Clean(pattern), filepath.Join(filepath.Dir(path), n.log))
		return !ok || err != nil || !n.rotated()
	})
}

func findDirectory(dir string) ([]candidate, error) {
	var found []candidate
	var errs []error
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			errs = append(errs, fmt.Errorf("open %s: %w", path, cause(err)))
			return nil
		}
		if !parseFilename(path).explicit {
			return nil
		}
		info, err := os.Stat(path) // a link counts as what it points to
		if err != nil || !info.Mode().IsRegular() {
			return nil
		}
		if err := readable(path); err != nil {
			errs = append(errs, err)
			return nil
		}
		found = append(found, newCandidate(path))
		return nil
	})
	if err == nil && len(errs) == 0 && len(found) == 0 {
		err = fmt.Errorf("open %s: no *.log files in it", dir)
	}
	return found, errors.Join(append(errs, err)...)
}

func newCandidate(path string) candidate {
	resolved := resolvePath(path)
	return candidate{path: path, resolved: resolved, dir: filepath.Dir(resolved), name: parseFilename(path)}
}

// resolvePath makes a path absolute and follows its links, as far as it can.
func resolvePath(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	return path
}

// readable opens a file once, so that a run does not end halfway.
func readable(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("open %s: %w", path, cause(err))
	}
	return f.Close()
}

// cause drops the operation and path that the os package puts before an error.
func cause(err error) error {
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		return pe.Err
	}
	return err
}

// unique keeps one candidate per file: a labelled one before others, a real
// name before a link to it, an unpacked generation before its packed twin.
func unique(in []candidate) []candidate {
	in = slices.Clone(in)
	slices.SortStableFunc(in, func(a, b candidate) int {
		return cmp.Or(
			boolRank(b.named)-boolRank(a.named),
			boolRank(a.isLink())-boolRank(b.isLink()),
			boolRank(a.name.packed)-boolRank(b.name.packed),
		)
	})
	seen := map[string]bool{}
	var out []candidate
	for _, c := range in {
		plain := c.resolved
		if c.name.packed {
			plain = strings.TrimSuffix(plain, filepath.Ext(plain))
		}
		if seen[c.resolved] || seen[plain] {
			continue
		}
		seen[c.resolved], seen[plain] = true, true
		out = append(out, c)
	}
	return out
}

func (c candidate) isLink() bool { return filepath.Base(c.path) != filepath.Base(c.resolved) }

func boolRank(b bool) int {
	if b {
		return 1
	}
	return 0
}

// group joins generations into sources and names them.
func group(in []candidate, l limits) []Source {
	nameInstances(in)
	type key struct{ instance, stem string }
	files := map[key][]candidate{}
	for _, c := range in {
		k := key{c.instance, c.name.stem}
		files[k] = append(files[k], c)
	}
	out := make([]Source, 0, len(files))
	for k, cs := range files {
		slices.SortStableFunc(cs, func(a, b candidate) int {
			return cmp.Or(compareAge(a.name, b.name), cmp.Compare(a.path, b.path))
		})
		s := Source{Instance: k.instance, Stem: k.stem, limits: l}
		for _, c := range cs {
			s.Files = append(s.Files, c.path)
			s.places = append(s.places, c.from)
		}
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b Source) int { return cmp.Compare(a.Name(), b.Name()) })
	return out
}
