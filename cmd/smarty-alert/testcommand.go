package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"github.com/google/renameio/v2"
	"github.com/spf13/cobra"

	"github.com/smarty-alert/smarty-alert/rehearsal"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// testFlags are the flags of test, as given.
type testFlags struct {
	config, run, junit string
	update, cover      bool
	verbose            bool
}

func (a *app) testCommand() *cobra.Command {
	var f testFlags
	cmd := &cobra.Command{
		Use:   "test [--config FILE] PATH…",
		Short: "Play the tests of rules and say what does not hold",
		Long: `Test plays tests of rules (tests in rule files, *_test.yaml): what they log goes
through the parser, the rules, the engine and the routes that run has, in
made-up time. Nothing is sent, no socket is opened. A test that fails shows what
differs and all that happened.

--update changes what the tests expect to what happened, where it is written;
what must never come stays. Read the difference before you keep it.

--cover tells which rules of PATH no test has fire and resolve, and fails if
there are any. A rule with levels must reach each of them.

Exit status: 0 all hold; 1 some do not, or --cover finds a rule not reached;
2 a file is wrong; 3 one cannot be read or written.`,
		Example: `  smarty-alert test examples/rules --cover
  smarty-alert test --run 'edge' --junit report.xml examples/rules
  smarty-alert test --update my-rules/edges_test.yaml
  smarty-alert test record --rules my-rules --rule edge_down /var/log/microimpuls/smarty`,
		Args: needArgs("PATH"),
		RunE: func(cmd *cobra.Command, paths []string) error { return a.test(cmd.Context(), f, paths) },
	}
	fl := cmd.Flags()
	fl.StringVar(&f.config, "config", "", "configuration `file` of tests that name none: routes, silences, calendars, vars, overrides")
	fl.StringVar(&f.run, "run", "", "only tests whose name this regular `expression` matches")
	fl.StringVar(&f.junit, "junit", "", "write a report in JUnit's XML to this `file`")
	fl.BoolVar(&f.update, "update", false, "change what tests expect to what happened")
	fl.BoolVar(&f.cover, "cover", false, "tell which rules and states no test reaches; exit with 1 if there are any")
	fl.BoolVarP(&f.verbose, "verbose", "v", false, "show each test, with all that happened")
	cmd.AddCommand(a.testRecordCommand())
	return cmd
}

// testRun is one call of test.
type testRun struct {
	app    *app
	flags  testFlags
	loader testLoader
	cover  rehearsal.Coverage
	only   *regexp.Regexp
	files  []*testFile
	out    io.Writer

	passed, failed, updated int
}

func (a *app) test(ctx context.Context, f testFlags, paths []string) error {
	r := &testRun{app: a, flags: f, loader: testLoader{app: a, config: f.config}, out: a.stdout}
	var err error
	if r.only, err = regexp.Compile(f.run); err != nil {
		return usageError(fmt.Errorf("--run %q: %w", f.run, err))
	}
	a.interruptible()
	if err := r.find(paths); err != nil {
		return err
	}
	for _, file := range r.files {
		if err := r.file(ctx, file); err != nil {
			return err
		}
	}
	if f.junit != "" {
		if err := r.writeJUnit(); err != nil {
			return ioError(err)
		}
	}
	return r.report()
}

// find reads the tests of all paths. Faults of all files are told at once.
func (r *testRun) find(paths []string) error {
	files, err := r.loader.files(paths)
	if err != nil {
		return err
	}
	found := 0
	for _, file := range files {
		file.choose(r.only)
		found += len(file.tests)
		if len(file.tests) > 0 {
			r.files = append(r.files, file)
		}
	}
	if found == 0 && r.flags.run != "" {
		return usageError(fmt.Errorf("--run %q: no test has a name like it", r.flags.run))
	}
	if found == 0 && !r.flags.cover {
		return usageError(fmt.Errorf("there are no tests in %s: they stand in rule files under tests, or in files called *_test.yaml", strings.Join(paths, " ")))
	}
	if r.flags.cover {
		r.cover.Want(r.loader.all)
	}
	return nil
}

// file plays the tests of one file.
func (r *testRun) file(ctx context.Context, file *testFile) error {
	if err := file.play(ctx, &r.loader); err != nil {
		return err
	}
	if r.flags.update {
		if err := r.update(ctx, file); err != nil {
			return err
		}
	}
	failed := 0
	for _, t := range file.tests {
		r.cover.Add(t.played)
		ok := len(t.verdict.Failures) == 0
		switch {
		case !ok:
			failed++
			fmt.Fprintf(r.out, "FAIL  %s:%d: %s\n%s", t.File, t.Line, t.Name, t.played.Text(t.verdict))
		case r.flags.verbose:
			fmt.Fprintf(r.out, "ok    %s:%d: %s\n%s", t.File, t.Line, t.Name, t.played.Text(t.verdict))
		}
	}
	r.passed, r.failed = r.passed+len(file.tests)-failed, r.failed+failed
	if failed == 0 && !r.flags.verbose {
		fmt.Fprintf(r.out, "ok    %s  %s\n", file.name, plural(len(file.tests), "test"))
	}
	return nil
}

// update rewrites the expectations of a file and plays its tests once more.
func (r *testRun) update(ctx context.Context, file *testFile) error {
	var played []*rehearsal.Played
	for _, t := range file.tests {
		if len(t.verdict.Failures) > 0 || t.wantsFilling() {
			played = append(played, t.played)
		}
	}
	if len(played) == 0 {
		return nil
	}
	data, err := strictyaml.ReadFile(file.name)
	if err != nil {
		return ioError(err)
	}
	changed, n := rehearsal.Rewrite(data, played)
	if n == 0 {
		return nil
	}
	if err := replaceFile(file.name, changed); err != nil {
		return ioError(fmt.Errorf("write %s: %w", file.name, err))
	}
	r.updated += n
	fmt.Fprintf(r.out, "wrote %s: %s changed\n", file.name, plural(n, "expectation"))
	return file.reload(ctx, &r.loader, r.only)
}

// replaceFile writes a file anew, as a whole, with the rights that it has.
func replaceFile(name string, data []byte) error {
	mode := os.FileMode(0o644)
	if info, err := os.Stat(name); err == nil {
		mode = info.Mode().Perm()
	}
	return renameio.WriteFile(name, data, mode, renameio.IgnoreUmask())
}

// report is the last lines, and the exit status.
func (r *testRun) report() error {
	total := r.passed + r.failed
	fmt.Fprintf(r.out, "%s in %s: %d passed, %d failed\n", plural(total, "test"), plural(len(r.files), "file"), r.passed, r.failed)
	if r.flags.cover {
		fmt.Fprint(r.out, r.cover.Text())
	}
	if r.failed > 0 || r.flags.cover && !r.cover.Whole() {
		return &statusError{status: exitFound}
	}
	return nil
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// wrongFile gives faults of files their exit status, and all else that of what
// cannot be read.
func wrongFile(err error) error {
	if _, ok := errors.AsType[*statusError](err); ok {
		return err
	}
	return loadError(err)
}
