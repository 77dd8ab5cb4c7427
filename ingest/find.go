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
	unread   []error  // for Found
	nested   []string // for Found
}

// Found is what arguments lead to.
type Found struct {
	Sources []Source // ordered by name
	// Unread are what could not be looked into, and was not named itself:
	// directories in directories, archives that a glob matched. What logs they
	// hold nobody knows. A log that cannot be opened is a source all the same,
	// and reading it tells.
	Unread []error
	// Nested are archives in directories and in other archives, which are left
	// alone.
	Nested []string
}

// Search turns arguments into sources. An argument is a file, a directory (read
// recursively: *.log and their rotated names), a tar or zip archive (read like a
// directory), a glob, "-", or "instance:stem=path" where path is one of them. A
// file named twice is read once, and "x.log.1.gz" is left out beside "x.log.1".
// An archive is one by its content. The error names every bad argument, one line
// each: what was named must be there and readable, what was found below it is
// read as far as it can be.
//
// Search lists archives, and to do so reads a packed one, or one that arrives at
// standard input, to its end: its logs are kept in a nameless temporary file
// for as long as the sources are referred to.
func Search(args []string) (*Found, error) {
	f := &finder{limits: defaultLimits(), stdin: os.Stdin}
	sources, err := f.find(args)
	if err != nil {
		return nil, err
	}
	for _, a := range f.opened {
		f.nested = append(f.nested, a.nested...)
	}
	return &Found{sources, f.unread, f.nested}, nil
}

// Find is Search for callers that want all or nothing.
func Find(args []string) ([]Source, error) {
	found, err := Search(args)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(found.Unread...); err != nil {
		return nil, err
	}
	return found.Sources, nil
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
		return f.directory(path)
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
		switch {
		case errors.Is(err, fs.ErrPermission) && parseFilename(p).explicit:
			c = []candidate{newCandidate(p)} // a log: told when it is read
		case err != nil:
			errs = append(errs, err)
		}
		found = append(found, c...)
	}
	if len(found) == 0 {
		return nil, errors.Join(errs...)
	}
	f.unread = append(f.unread, errs...)
	return found, nil
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

// directory finds the logs below a directory. Only the directory itself must be
// readable.
func (f *finder) directory(dir string) ([]candidate, error) {
	var found []candidate
	before := len(f.unread)
	root := strings.TrimSuffix(dir, "/") + "/" // a link to a directory is one
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			err = fmt.Errorf("open %s: %w", filepath.Clean(path), cause(err))
			if path == root {
				return err
			}
			f.unread = append(f.unread, err)
		case parseFilename(path).explicit:
			info, err := os.Stat(path) // a link counts as what it points to
			if errors.Is(err, fs.ErrPermission) || err == nil && info.Mode().IsRegular() {
				found = append(found, newCandidate(path))
			}
		case promisesArchive(path) && d.Type().IsRegular():
			f.nested = append(f.nested, path)
		}
		return nil
	})
	switch unread := f.unread[before:]; {
	case err != nil || len(found) > 0:
	case len(unread) > 0: // no wonder
		err, f.unread = errors.Join(unread...), f.unread[:before]
	default:
		err = fmt.Errorf("open %s: no *.log files in it", dir)
	}
	return found, err
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
