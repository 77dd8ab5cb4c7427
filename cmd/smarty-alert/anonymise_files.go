package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2"

	"github.com/smarty-alert/smarty-alert/ingest"
)

// logCopy is one file to be rewritten.
type logCopy struct {
	source     ingest.Source
	generation int
	name       string // below the argument that led to it, without the suffix of a packed one
	path       string // to write to; "" is standard output
}

// planCopies finds the files that the arguments name, each once, and what could
// not be searched for some.
func (a *app) planCopies(args []string) (out []logCopy, unread []error, err error) {
	var errs []error
	seen := map[string]bool{}
	for _, arg := range args {
		found, err := a.searchLogs([]string{arg})
		if err != nil {
			errs = append(errs, err)
			continue
		}
		unread = append(unread, found.Unread...)
		for _, s := range found.Sources {
			for i, file := range s.Files {
				if abs, err := filepath.Abs(file); err == nil && !seen[abs] {
					seen[abs] = true
					out = append(out, logCopy{source: s, generation: i, name: copyName(arg, file)})
				}
			}
		}
	}
	return out, unread, errors.Join(errs...)
}

// copyName is where a file goes: directories and archives keep what is below
// them.
func copyName(arg, file string) string {
	name := filepath.Base(file)
	if _, member, ok := strings.Cut(file, "!/"); ok {
		name = filepath.Clean(member)
	} else if rel, err := filepath.Rel(arg, file); err == nil && rel != "." {
		name = rel
	}
	if !filepath.IsLocal(name) { // a glob, a label, or an archive that means harm
		name = filepath.Base(file)
	}
	switch name {
	case ingest.Stdin:
		return "stdin.log"
	}
	switch ext := filepath.Ext(name); ext {
	case ".gz", ".zst", ".bz2", ".xz":
		return strings.TrimSuffix(name, ext)
	}
	return name
}

// placeCopies says where each copy goes. Nothing that is there may be replaced,
// nor may two copies go to one place.
func placeCopies(copies []logCopy, dir string) error {
	var errs []error
	from := map[string]string{}
	for i := range copies {
		c := &copies[i]
		c.path = filepath.Join(dir, c.name)
		file := c.source.Files[c.generation]
		switch first, twice := from[c.path]; {
		case twice:
			errs = append(errs, fmt.Errorf("%s and %s would both be written to %s; name the directory above them", first, file, c.path))
		case exists(c.path):
			errs = append(errs, fmt.Errorf("%s is there already; give another directory", c.path))
		}
		from[c.path] = file
	}
	return errors.Join(errs...)
}

// file writes one copy to its file, which appears when it is complete. failed is
// an error of writing; err one of reading, what came before it is written.
func (j *anonymiseJob) file(c logCopy) (failed, err error) {
	if err := os.MkdirAll(filepath.Dir(c.path), 0o700); err != nil {
		return fmt.Errorf("write %s: %w", c.path, err), nil
	}
	f, failed := renameio.NewPendingFile(c.path, renameio.WithTempDir(filepath.Dir(c.path)), renameio.WithStaticPermissions(0o600))
	if failed != nil {
		return fmt.Errorf("write %s: %w", c.path, failed), nil
	}
	defer func() { failed = errors.Join(failed, f.Cleanup()) }()
	w := &checkedWriter{ctx: j.ctx, w: f}
	buffered := bufio.NewWriterSize(w, 256<<10)
	before := j.report.Records
	err = j.copy(buffered, c)
	if flushed := buffered.Flush(); flushed != nil {
		return fmt.Errorf("write %s: %w", c.path, flushed), nil
	}
	if j.report.Records == before && err != nil { // no record: the log is damaged from its beginning, or none
		j.files--
		return nil, err
	}
	if failed := f.CloseAtomicallyReplace(); failed != nil {
		return fmt.Errorf("write %s: %w", c.path, failed), err
	}
	return nil, err
}
