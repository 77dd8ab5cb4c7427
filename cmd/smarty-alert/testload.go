package main

import (
	"context"
	"errors"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/config"
	"github.com/smarty-alert/smarty-alert/engine"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/redact"
	"github.com/smarty-alert/smarty-alert/rehearsal"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/ruletest"
	"github.com/smarty-alert/smarty-alert/smartylog"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// testFile is a file with tests: of rules as well, or of tests alone.
type testFile struct {
	name  string
	rules []string // the rule files of the paths, if it is one of them
	tests []*playedTest
}

// playedTest is a test with what came of it.
type playedTest struct {
	ruletest.Test
	played  *rehearsal.Played
	verdict *rehearsal.Verdict
}

// wantsFilling reports whether --update has something to write though nothing
// failed: a list that is there and empty.
func (t *playedTest) wantsFilling() bool {
	m := t.Expect.Value().QuietMapping()
	for _, key := range []string{"alerts", "notifications"} {
		if list := m.Get(key); list.IsList() && len(list.List()) == 0 {
			return true
		}
	}
	return false
}

func (f *testFile) choose(only *regexp.Regexp) {
	f.tests = slices.DeleteFunc(f.tests, func(t *playedTest) bool { return !only.MatchString(t.Name) })
}

func (f *testFile) play(ctx context.Context, l *testLoader) error {
	var faults strictyaml.Errors
	for _, t := range f.tests {
		setting, err := l.setting(t.Test)
		if err == nil {
			t.played, err = rehearsal.Play(ctx, t.Test, setting)
		}
		var some strictyaml.Errors
		switch {
		case errors.As(err, &some):
			faults = appendNew(faults, some)
		case err != nil && ctx.Err() != nil:
			return ioError(errors.New("interrupted"))
		case err != nil:
			return wrongFile(err)
		default:
			t.verdict = t.played.Judge()
		}
	}
	if len(faults) > 0 {
		return usageError(faults)
	}
	return nil
}

// appendNew adds the faults that are not there: tests may share a file that is wrong.
func appendNew(faults, more strictyaml.Errors) strictyaml.Errors {
	for _, f := range more {
		if !slices.ContainsFunc(faults, func(old strictyaml.Fault) bool { return old.Error() == f.Error() }) {
			faults = append(faults, f)
		}
	}
	return faults
}

// reload reads the file again and plays it.
func (f *testFile) reload(ctx context.Context, l *testLoader, only *regexp.Regexp) error {
	tests, err := f.read()
	if err != nil {
		return wrongFile(err)
	}
	f.tests = tests
	f.choose(only)
	return f.play(ctx, l)
}

// read reads the tests of the file. Rules of one file may name those of others, so a
// rule file is read with the others of its paths.
func (f *testFile) read() (out []*playedTest, err error) {
	var tests []ruletest.Test
	if len(f.rules) > 0 {
		set, _, loadErr := rules.Load(f.rules, rules.Options{})
		if loadErr != nil {
			return nil, loadErr
		}
		tests = slices.DeleteFunc(set.Tests, func(t ruletest.Test) bool { return t.File != f.name })
	} else if tests, err = ruletest.Load(f.name); err != nil {
		return nil, err
	}
	for _, t := range tests {
		out = append(out, &playedTest{Test: t})
	}
	return out, nil
}

// testLoader reads what tests are played with, each file once.
type testLoader struct {
	app    *app
	config string // of tests that name none
	all    []*rules.Rule

	sets    map[string]*rules.Set
	configs map[string]*config.Config
	warned  map[string]bool
}

// files are the files of tests among the paths, by name, and the rules beside them.
func (l *testLoader) files(paths []string) (out []*testFile, err error) {
	var ruleFiles, testFiles []string
	for _, p := range paths {
		tests, err := rules.TestFiles([]string{p})
		if err != nil {
			return nil, ioError(err)
		}
		found, err := rules.Files([]string{p})
		if err != nil && len(tests) == 0 {
			return nil, ioError(err)
		}
		testFiles, ruleFiles = append(testFiles, tests...), append(ruleFiles, found...)
	}
	var faults strictyaml.Errors
	take := func(err error) error {
		var some strictyaml.Errors
		if errors.As(err, &some) {
			faults = append(faults, some...)
			return nil
		}
		return err
	}
	if len(ruleFiles) > 0 {
		set, err := l.load(ruleFiles, "")
		if err := take(err); err != nil {
			return nil, ioError(err)
		}
		if set != nil {
			l.all = set.Rules
		}
	}
	for _, name := range unique(append(slices.Clone(ruleFiles), testFiles...)) {
		f := &testFile{name: name}
		if slices.Contains(ruleFiles, name) {
			f.rules = ruleFiles
			if len(faults) > 0 {
				continue // they have been told
			}
		}
		f.tests, err = f.read()
		if err := take(err); err != nil {
			return nil, ioError(err)
		}
		out = append(out, f)
	}
	if len(faults) > 0 {
		return nil, usageError(faults)
	}
	return out, nil
}

func unique(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}

// plainSetting is what a test without a configuration is played with, but for its rules.
func plainSetting() rehearsal.Setting {
	return rehearsal.Setting{Lateness: engine.DefaultLateness, Redactor: redact.New(nil, nil)}
}

// setting is what a test is played with. The error is a strictyaml.Errors where the
// test is wrong.
func (l *testLoader) setting(t ruletest.Test) (rehearsal.Setting, error) {
	s := plainSetting()
	path := l.config
	if t.Config != "" {
		path = relativeTo(t.File, t.Config)
	}
	if path != "" {
		c, err := l.configuration(path)
		_, faulty := errors.AsType[strictyaml.Errors](err)
		switch {
		case err != nil && t.Config != "" && !faulty:
			return s, testFault(t.ConfigValue(), "the path is relative to the file of the test", "%v", err)
		case err != nil:
			return s, loadStatus(err)
		}
		configured(&s, c)
	}
	files := []string{t.File}
	if t.Rules != nil {
		files = allRelativeTo(t.File, t.Rules)
	}
	set, err := l.load(files, path)
	if err != nil {
		return s, ofTest(t.Value(), "rules", err)
	}
	s.Rules = set.WithBuiltin()
	s.Reload = func(op ruletest.Op) (*rules.Set, error) {
		set, err := l.load(allRelativeTo(t.File, op.Rules), path)
		if err != nil {
			return nil, ofTest(op.Value(), "rules", err)
		}
		return set.WithBuiltin(), nil
	}
	return s, nil
}

// configured takes what a configuration says.
func configured(s *rehearsal.Setting, c *config.Config) {
	if c.Route != nil {
		s.Dispatch = dispatchOptions(c)
	}
	s.Voice = notifiers.Voice{Language: notifiers.Language(c.Language), Zone: c.Timezone, URL: c.Web.ExternalURL}
	s.Lateness = int64(c.Lateness / time.Second)
	s.Redactor = redact.New(c.Redact.Keys, c.Redact.Allow)
	s.Options = func(string) smartylog.Options { return smartylog.Options{Zone: c.Timezone} }
}

func (l *testLoader) configuration(path string) (*config.Config, error) {
	if c := l.configs[path]; c != nil {
		return c, nil
	}
	c, warnings, err := config.LoadDry(path, l.app.env)
	l.warn(warnings)
	if err != nil {
		return nil, err
	}
	if l.configs == nil {
		l.configs = map[string]*config.Config{}
	}
	l.configs[path] = c
	return c, nil
}

// load reads rules as a configuration has them; "" for none.
func (l *testLoader) load(paths []string, cfg string) (*rules.Set, error) {
	key := strings.Join(append([]string{cfg}, paths...), "\x00")
	if set := l.sets[key]; set != nil {
		return set, nil
	}
	var o rules.Options
	if c := l.configs[cfg]; c != nil {
		o = c.RuleOptions()
	}
	set, warnings, err := rules.Load(paths, o)
	if cfg != "" { // a test has some of the rules that the configuration is about
		warnings = slices.DeleteFunc(warnings, func(f strictyaml.Fault) bool { return f.Code == "unknown-override" })
	}
	l.warn(warnings)
	if err != nil {
		return nil, err
	}
	if l.sets == nil {
		l.sets = map[string]*rules.Set{}
	}
	l.sets[key] = set
	return set, nil
}

// warn tells each warning once: the same files are read for many tests.
func (l *testLoader) warn(list []strictyaml.Fault) {
	if l.warned == nil {
		l.warned = map[string]bool{}
	}
	for _, f := range list {
		if text := f.Text(); !l.warned[text] {
			l.warned[text] = true
			l.app.warn([]strictyaml.Fault{f})
		}
	}
}

// ofTest are the faults of rule files as they are; what cannot be read is a fault
// of what names it.
func ofTest(v strictyaml.Value, key string, err error) error {
	if _, ok := errors.AsType[strictyaml.Errors](err); ok {
		return err
	}
	if named := v.QuietMapping().Get(key); named.There() {
		v = named
	}
	return testFault(v, "paths are relative to the file of the test", "%v", err)
}

func testFault(v strictyaml.Value, hint, format string, args ...any) error {
	faults := &strictyaml.Faults{}
	v.Reporting(faults).Fault(hint, format, args...)
	return faults.Err()
}

// relativeTo is a path that a file names.
func relativeTo(file, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(file), path)
}

func allRelativeTo(file string, paths []string) []string {
	out := make([]string, len(paths))
	for i, p := range paths {
		out[i] = relativeTo(file, p)
	}
	return out
}
