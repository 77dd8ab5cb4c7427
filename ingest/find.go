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

// Stdin is the path that stands for standard input.
const Stdin = "-"

// Source is one log with all its rotated generations.
type Source struct {
	Instance, Stem string
	Files          []string // oldest generation first
}

// Name is "instance/stem", or the stem alone.
func (s Source) Name() string { return sourceName(s.Instance, s.Stem) }

func sourceName(instance, stem string) string {
	if instance == "" {
		return stem
	}
	return instance + "/" + stem
}

// candidate is one file on its way into a source.
type candidate struct {
	path     string
	resolved string // symbolic links followed: what makes two names one file
	name     filename
	instance string
	named    bool // instance and stem were given by the user
}

// labelled is "instance:stem=path" or "stem=path".
var labelled = regexp.MustCompile(`^(?:([^:/=]*):)?([^:/=]+)=(.+)$`)

// Find turns arguments into sources, ordered by name. An argument is a file, a
// directory (read recursively: *.log and their rotated names), a glob, "-", or
// "instance:stem=path" where path is a file or a glob. A file named twice is
// read once, and "x.log.1.gz" is left out beside "x.log.1". The error names
// every bad argument, one line each.
func Find(args []string) ([]Source, error) {
	var found []candidate
	var errs []error
	for _, arg := range args {
		c, err := findArgument(arg)
		if err != nil {
			errs = append(errs, err)
		}
		found = append(found, c...)
	}
	if len(args) == 0 {
		errs = append(errs, errors.New("no log files given"))
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return group(unique(found)), nil
}

func findArgument(arg string) ([]candidate, error) {
	if arg == Stdin {
		return []candidate{{path: Stdin, resolved: Stdin, name: filename{stem: "stdin", log: Stdin}}}, nil
	}
	if _, err := os.Lstat(arg); err == nil {
		return findPath(arg)
	}
	if m := labelled.FindStringSubmatch(arg); m != nil {
		return findLabelled(m[1], m[2], m[3])
	}
	return findPath(arg)
}

func findLabelled(instance, stem, path string) ([]candidate, error) {
	cands, err := findArgument(path)
	for i := range cands {
		c := &cands[i]
		c.instance, c.named = instance, true
		c.name.stem = stem
	}
	return cands, err
}

func findPath(path string) ([]candidate, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && strings.ContainsAny(path, "*?["):
		return findGlob(path)
	case err != nil:
		return nil, fmt.Errorf("open %s: %w", path, cause(err))
	case info.IsDir():
		return findDirectory(path)
	}
	if err := readable(path, info); err != nil {
		return nil, err
	}
	return []candidate{newCandidate(path)}, nil
}

func findGlob(pattern string) ([]candidate, error) {
	paths, err := filepath.Glob(pattern)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", pattern, err)
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("open %s: no file matches", pattern)
	}
	var found []candidate
	var errs []error
	for _, p := range paths {
		c, err := findPath(p)
		if err != nil {
			errs = append(errs, err)
		}
		found = append(found, c...)
	}
	return found, errors.Join(errs...)
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
		if err := readable(path, info); err != nil {
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
	c := candidate{path: path, resolved: path, name: parseFilename(path)}
	if abs, err := filepath.Abs(path); err == nil {
		c.resolved = abs
	}
	if real, err := filepath.EvalSymlinks(c.resolved); err == nil {
		c.resolved = real
	}
	return c
}

// readable opens a regular file once, so that a run does not end halfway. Pipes
// are left alone: opening one would wait for its writer.
func readable(path string, info fs.FileInfo) error {
	if !info.Mode().IsRegular() {
		return nil
	}
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
func group(in []candidate) []Source {
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
		s := Source{Instance: k.instance, Stem: k.stem}
		for _, c := range cs {
			s.Files = append(s.Files, c.path)
		}
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b Source) int { return cmp.Compare(a.Name(), b.Name()) })
	return out
}

// nameInstances gives files whose stem also lies in another directory the name
// of their directory, with as many parents as it takes to tell them apart.
func nameInstances(in []candidate) {
	byStem := map[string][]*candidate{}
	for i := range in {
		if c := &in[i]; !c.named && c.path != Stdin {
			byStem[c.name.stem] = append(byStem[c.name.stem], c)
		}
	}
	for _, cs := range byStem {
		dirs := map[string]bool{}
		for _, c := range cs {
			dirs[filepath.Dir(c.resolved)] = true
		}
		if len(dirs) < 2 {
			continue
		}
		depth := distinguishingDepth(dirs)
		for _, c := range cs {
			c.instance = lastElements(filepath.Dir(c.resolved), depth)
		}
	}
}

func distinguishingDepth(dirs map[string]bool) int {
	for depth := 1; ; depth++ {
		seen := map[string]bool{}
		for d := range dirs {
			seen[lastElements(d, depth)] = true
		}
		if len(seen) == len(dirs) {
			return depth
		}
	}
}

// lastElements returns the last n elements of a clean absolute directory.
func lastElements(dir string, n int) string {
	parts := strings.Split(strings.Trim(filepath.ToSlash(dir), "/"), "/")
	return strings.Join(parts[max(0, len(parts)-n):], "/")
}
