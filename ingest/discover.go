package ingest

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// search finds the logs that match the configuration and are not followed yet,
// ordered by path. They have no names until they are adopted.
func (l *Live) search() ([]*follow, error) {
	l.searched = l.clock
	var fresh []*follow
	for _, cfg := range l.logs {
		path := cfg.Path
		if abs, err := filepath.Abs(path); err == nil {
			path = abs // once, not for each of thousands of logs
		}
		paths, trouble, err := match(path)
		if err != nil {
			return nil, err
		}
		l.tell(cfg.Path, trouble)
		for _, p := range paths {
			if s := l.newFollow(cfg, p); s != nil {
				fresh = append(fresh, s)
			}
		}
	}
	slices.SortStableFunc(fresh, func(a, b *follow) int { return cmp.Compare(a.path, b.path) })
	return fresh, nil
}

// tell says once that a path, or what lies below it, cannot be looked into: logs that
// were never seen have no source that could say so.
func (l *Live) tell(path string, trouble error) {
	text := ""
	if trouble != nil {
		text = trouble.Error()
	}
	if text == l.told[path] {
		return
	}
	if l.told == nil {
		l.told = map[string]string{}
	}
	if l.told[path] = text; trouble != nil {
		l.opts.Log.Warn("cannot look for logs", slog.String("path", path), slog.Any("error", trouble))
	}
}

// vanished makes sources of logs that were followed before and have no live file
// now: their rotated files may hold what was not read.
func (l *Live) vanished(saved map[string][]Position) []*follow {
	var out []*follow
	for _, ps := range saved {
		for _, p := range ps {
			i := slices.IndexFunc(l.logs, func(cfg LogConfig) bool { return covers(cfg.Path, p.Path) })
			if i < 0 {
				continue
			}
			if s := l.newFollow(l.logs[i], p.Path); s != nil {
				out = append(out, s)
			}
		}
	}
	slices.SortFunc(out, func(a, b *follow) int { return cmp.Compare(a.path, b.path) })
	return out
}

// covers tells whether a log at path belongs to an entry of the configuration.
func covers(entry, path string) bool {
	abs, err := filepath.Abs(entry)
	if err != nil {
		return false
	}
	if matched, err := filepath.Match(abs, path); matched && err == nil {
		return true
	}
	return abs == path || strings.HasPrefix(path, abs+string(filepath.Separator))
}

// newFollow makes a source of a path; nil if the file is followed already.
func (l *Live) newFollow(cfg LogConfig, path string) *follow {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	if l.byPath[path] != nil {
		return nil
	}
	if real, err := filepath.EvalSymlinks(path); err == nil && real != path {
		if l.byPath[real] != nil {
			return nil
		}
		l.byPath[real] = &follow{} // a link's target is not followed twice
	}
	s := &follow{
		cfg: cfg, opts: &l.opts, now: l.opts.Now, files: &l.files, descriptors: l.descriptors,
		path: path, stem: parseFilename(path).stem, since: l.clock,
	}
	s.lane = lane{high: unread, at: -1}
	if l.opts.Wants != nil {
		s.wants = l.opts.Wants(s.stem)
	}
	l.byPath[path] = s
	return s
}

// match lists the live logs at a path: of a directory or glob those without a
// rotated name; the path of a file also when nothing is there yet. trouble is why some
// may be missing.
func match(path string) (out []string, trouble, err error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		out, trouble = matchDirectory(path)
		return out, trouble, nil
	}
	if _, err := os.Lstat(path); err == nil || !strings.ContainsAny(path, "*?[") {
		if err != nil && filepath.Ext(path) == "" { // a directory that is not there yet
			return nil, fmt.Errorf("open %s: %w", path, cause(err)), nil
		}
		return []string{path}, nil, nil
	}
	found, err := filepath.Glob(path)
	if err != nil {
		return nil, nil, fmt.Errorf("read %s: %w", path, err)
	}
	if _, err := os.ReadDir(filepath.Dir(path)); len(found) == 0 && errors.Is(err, fs.ErrPermission) {
		trouble = fmt.Errorf("open %s: %w", filepath.Dir(path), cause(err))
	}
	for _, p := range found {
		info, err := os.Stat(p)
		if err != nil || parseFilename(p).log != filepath.Base(p) {
			continue
		}
		if info.IsDir() {
			below, err := matchDirectory(p)
			out, trouble = append(out, below...), cmp.Or(trouble, err)
		} else if info.Mode().IsRegular() {
			out = append(out, p)
		}
	}
	return out, trouble, nil
}

// matchDirectory goes on past what cannot be read: it is looked for again.
func matchDirectory(dir string) (out []string, trouble error) {
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			trouble = cmp.Or(trouble, fmt.Errorf("open %s: %w", path, cause(err)))
		}
		if err != nil || d.IsDir() {
			return nil
		}
		n := parseFilename(path)
		if !n.explicit || n.log != filepath.Base(path) {
			return nil
		}
		info, err := os.Stat(path)
		switch {
		case err == nil && info.Mode().IsRegular():
			out = append(out, path)
		case errors.Is(err, fs.ErrPermission):
			trouble = cmp.Or(trouble, fmt.Errorf("open %s: %w", path, cause(err)))
		}
		return nil
	})
	return out, trouble
}

// adopt names new sources and adds them. A log that had a name before keeps it.
func (l *Live) adopt(fresh []*follow, saved map[string][]Position) {
	before := map[string]string{} // path → name
	for name, ps := range saved {
		for _, p := range ps {
			before[p.Path] = name
		}
	}
	dirs := map[string]map[string]bool{} // stem → directories
	for _, s := range slices.Concat(l.sources, fresh) {
		if dirs[s.stem] == nil {
			dirs[s.stem] = map[string]bool{}
		}
		dirs[s.stem][filepath.Dir(s.path)] = true
	}
	for _, s := range fresh {
		s.instance = s.cfg.Instance
		if name, ok := before[s.path]; ok && l.byName[name] == nil {
			s.instance = strings.TrimSuffix(strings.TrimSuffix(name, s.stem), "/")
		} else if s.instance == "" && len(dirs[s.stem]) > 1 {
			s.instance = filepath.Base(filepath.Dir(s.path))
		}
		l.enter(s)
	}
}

// enter gives s its place. Where the name is taken, more of the path is added.
func (l *Live) enter(s *follow) {
	given := s.instance
	for depth := 1; l.byName[sourceName(s.instance, s.stem)] != nil; depth++ {
		s.instance = strings.Trim(s.cfg.Instance+"/"+lastElements(filepath.Dir(s.path), depth), "/")
		if depth > len(s.path) { // equal stems in one directory: x.log beside x.txt
			s.instance, s.stem = given, filepath.Base(s.path)
		}
	}
	s.name = sourceName(s.instance, s.stem)
	s.index = len(l.sources)
	l.sources = append(l.sources, s)
	l.byName[s.name] = s
}
