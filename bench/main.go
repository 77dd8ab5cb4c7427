// Command bench times whole processes: smarty-alert beside grep, wc, mawk, SEC and
// gzip over the same logs, and beside itself with other rules. All take turns, and
// what they found is compared, so that no figure is of a run that did nothing.
// `make bench` runs it; docs/performance.md says what the figures mean.
//
// The list is in contests.go. Contests lie beside each other in files of their own.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// options are the flags.
type options struct {
	bytes    int64
	rounds   int
	only     *regexp.Regexp
	dir      string
	program  string
	markdown bool
}

func main() {
	var o options
	flag.Int64Var(&o.bytes, "bytes", 1_000_000_000, "`size` of the log; SEC has a tenth of it")
	flag.IntVar(&o.rounds, "pairs", 9, "rounds in which all run once, after one that is not counted")
	only := flag.String("only", "", "contests whose name matches this `regexp`")
	flag.StringVar(&o.dir, "dir", "bench/out", "where logs are made and kept, and figures written")
	flag.StringVar(&o.program, "program", "", "the smarty-alert to measure, by its `path`; default: this one is built")
	flag.BoolVar(&o.markdown, "markdown", false, "print the rows of docs/performance.md")
	flag.Parse()
	pattern, err := regexp.Compile(*only)
	if err == nil {
		o.only = pattern
		err = run(o, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(o options, out io.Writer) error {
	if o.rounds < 1 || o.bytes < 1_000_000 {
		return errors.New("at least 1 pair and 1,000,000 bytes")
	}
	g, err := newGround(o)
	if err != nil {
		return err
	}
	m := thisMachine()
	if o.program != "" {
		m.commit = "of " + o.program
	}
	var figures, rows strings.Builder
	m.head(&figures)
	m.markdownHead(&rows)
	fmt.Fprintf(out, "%s, %s, %d cores, %s, commit %s, %d pairs\n", m.date, m.cpu, m.cores, m.goVersion, m.commit, o.rounds)
	var errs []error // one contest that cannot be held does not end the others
	for _, entry := range contests() {
		if !o.only.MatchString(entry.name) {
			continue
		}
		r, err := hold(entry, g, o.rounds)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", entry.name, err))
			continue
		}
		r.text(out)
		r.benchmarks(&figures)
		r.markdown(&rows)
	}
	if o.markdown {
		fmt.Fprintf(out, "\n%s", rows.String())
	}
	name := filepath.Join(o.dir, time.Now().UTC().Format("20060102T150405")+".txt")
	errs = append(errs, os.WriteFile(name, []byte(figures.String()), 0o644))
	fmt.Fprintf(out, "\nfor benchstat: %s\n", name)
	return errors.Join(errs...)
}

// hold makes what a contest needs and holds it.
func hold(e entry, g *ground, rounds int) (result, error) {
	c, err := e.prepare(g)
	if err != nil {
		return result{}, err
	}
	c.name = e.name
	return c.run(rounds)
}
