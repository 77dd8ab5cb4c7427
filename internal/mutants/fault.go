package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// fault is one deliberate mistake. Its file holds
//
//	why: what goes wrong, in a few words
//	file: windowing/timeline.go
//	test: ./windowing TestTable_LikeTheModel
//	test: ./engine
//	--- old
//	the text to be replaced, which must be in the file once
//	--- new
//	what stands there instead
//
// test names a package and, if not all of its tests are meant, the pattern for
// -run; what is named first is run first. The last line end of either text does
// not belong to it.
type fault struct {
	name     string
	why      string
	file     string // from the root of the repository
	tests    []check
	old, new string
}

// check is a package and which of its tests to run; "" means all.
type check struct{ pkg, run string }

// loadFaults reads all faults of a directory, by name, and makes sure that each
// fits the code. The error names all that do not.
func loadFaults(root, dir string) ([]*fault, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.fault"))
	if err != nil {
		return nil, err
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("no faults in %s", dir)
	}
	slices.Sort(paths)
	var faults []*fault
	var errs []error
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		f, err := parseFault(strings.TrimSuffix(filepath.Base(path), ".fault"), string(text))
		if err == nil {
			_, err = f.apply(root)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", path, err))
			continue
		}
		faults = append(faults, f)
	}
	return faults, errors.Join(errs...)
}

func parseFault(name, text string) (*fault, error) {
	head, rest, ok := strings.Cut(text, "--- old\n")
	old, new, both := strings.Cut(rest, "--- new\n")
	if !ok || !both {
		return nil, errors.New("it lacks a line `--- old`, or `--- new` after it")
	}
	f := &fault{name: name, old: strings.TrimSuffix(old, "\n"), new: strings.TrimSuffix(new, "\n")}
	for line := range strings.Lines(head) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch key {
		case "":
		case "why":
			f.why = value
		case "file":
			f.file = value
		case "test":
			pkg, run, _ := strings.Cut(value, " ")
			f.tests = append(f.tests, check{pkg, run})
		default:
			return nil, fmt.Errorf("unknown key %q: why, file and test are known", key)
		}
	}
	if f.why == "" || f.file == "" || len(f.tests) == 0 {
		return nil, errors.New("why, file and at least one test must be given")
	}
	if f.old == "" || f.old == f.new {
		return nil, errors.New("the old text is empty, or the same as the new one")
	}
	return f, nil
}

// apply returns the file's text with the fault in it.
func (f *fault) apply(root string) (string, error) {
	text, err := os.ReadFile(filepath.Join(root, f.file))
	if err != nil {
		return "", fmt.Errorf("the code has moved on: %w", err)
	}
	switch n := strings.Count(string(text), f.old); n {
	case 1:
		return strings.Replace(string(text), f.old, f.new, 1), nil
	case 0:
		return "", fmt.Errorf("the code has moved on: %s does not contain\n%s", f.file, f.old)
	default:
		return "", fmt.Errorf("%s contains %d times\n%s", f.file, n, f.old)
	}
}
