package rules

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// Options are what rules may refer to outside their files.
type Options struct {
	Zone      *time.Location // for schedules when a file names none; nil: UTC
	Calendars []string       // known names; nil: any name is accepted (no configuration at hand)
	Vars      Vars           // of the configuration: they win over those of the files
	Lists     Lists          // of the configuration: they stand in the place of those of the files
	Overrides []Override     // later ones win over earlier ones
	// Language is that of the texts, where rules have them in several: one of
	// Languages; "" is English.
	Language string
	// Secret tells whether what a name stands for is hidden; nil: nobody asks.
	Secret func(name string) bool
	// Keep makes the rules keep where they were read from and what their expressions
	// are made of, for Rule.At, Expr.Term and Set.Roots. It takes memory.
	Keep bool
}

// Load reads rule files: files, directories (every *.yaml and *.yml below them,
// without *_test.yaml) and globs. The error is a strictyaml.Errors with every
// fault of every file, or names a path that cannot be read; warnings come in
// either case.
func Load(paths []string, o Options) (*Set, []strictyaml.Fault, error) {
	files, err := Files(paths)
	if err != nil {
		return nil, nil, err
	}
	faults := &strictyaml.Faults{}
	l := newLoader(o, faults)
	l.set.Files = files
	l.loadBuiltin()
	for _, name := range files {
		data, err := strictyaml.ReadFile(name)
		if err != nil {
			return nil, nil, fmt.Errorf("read rules: %w", err)
		}
		l.load(name, data, false)
	}
	l.finish()
	if err := faults.Err(); err != nil {
		return nil, faults.Warnings(), err
	}
	return l.set, faults.Warnings(), nil
}

// Parse reads rules from memory; name stands for the file in faults.
func Parse(name string, data []byte, o Options) (*Set, []strictyaml.Fault, error) {
	faults := &strictyaml.Faults{}
	l := newLoader(o, faults)
	l.set.Files = []string{name}
	l.loadBuiltin()
	l.load(name, data, false)
	l.finish()
	return l.set, faults.Warnings(), faults.Err()
}

// finish checks what only all files together show.
func (l *loader) finish() {
	l.checkInhibits()
	ids := slices.Sorted(maps.Keys(l.seen))
	for _, t := range l.set.Tests {
		t.CheckRules(ids)
	}
	for i, o := range l.options.Overrides {
		if l.matched[i] {
			continue
		}
		msg := "no rule has the id %q"
		if o.wide() {
			msg = "no rule has an id like %q"
		}
		hint := ""
		if strictyaml.Nearest(o.Pattern, ids) != "" {
			hint = near(o.Pattern, ids)
		}
		o.at.Reporting(l.faults).Warn("unknown-override", hint, msg, o.Pattern)
	}
}

// Files lists the rule files that paths stand for, sorted, each once. Files of
// tests, *_test.yaml, are none.
func Files(paths []string) ([]string, error) {
	var out []string
	for _, p := range paths {
		found, err := expand(p, false)
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			return nil, fmt.Errorf("read rules: no rule file in %s", p)
		}
		out = append(out, found...)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// TestFiles lists the files of tests, *_test.yaml, that paths stand for, sorted,
// each once.
func TestFiles(paths []string) ([]string, error) {
	var out []string
	for _, p := range paths {
		found, err := expand(p, true)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// expand lists the files of rules, or of tests, that a path stands for. Below a
// directory they are YAML by their names.
func expand(p string, tests bool) ([]string, error) {
	info, err := os.Stat(p)
	if err != nil && strings.ContainsAny(p, "*?[") {
		found, globErr := filepath.Glob(p)
		if globErr != nil {
			return nil, fmt.Errorf("read rules: %s: %w", p, globErr)
		}
		return slices.DeleteFunc(found, func(name string) bool { return isTestFile(name) != tests }), nil
	}
	if err != nil {
		return nil, fmt.Errorf("read rules: %w", err)
	}
	if !info.IsDir() {
		if isTestFile(p) != tests {
			return nil, nil
		}
		return []string{p}, nil
	}
	var out []string
	err = filepath.WalkDir(p, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !d.IsDir() && isYAML(name) && isTestFile(name) == tests {
			out = append(out, name)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read rules: %w", err)
	}
	return out, nil
}

func isTestFile(name string) bool {
	return isYAML(name) && strings.HasSuffix(strings.TrimSuffix(name, filepath.Ext(name)), "_test")
}

func isYAML(name string) bool {
	ext := filepath.Ext(name)
	return ext == ".yaml" || ext == ".yml"
}
