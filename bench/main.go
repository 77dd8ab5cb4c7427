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
	"slices"
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
	chosen := slices.DeleteFunc(contests(), func(e entry) bool { return !o.only.MatchString(e.name) })
	if len(chosen) == 0 {
		return fmt.Errorf("no contest is called %s", o.only)
	}
	fmt.Fprintf(out, "%s, %d pairs\n", m, o.rounds)
	results, err := holdAll(chosen, g, o.rounds, out)
	if o.markdown {
		writeMarkdown(out, m, results)
	}
	return errors.Join(err, keepFigures(o.dir, m, results, out))
}

// holdAll tells of each contest as soon as it is over. One that cannot be held
// does not end the others.
func holdAll(chosen []entry, g *ground, rounds int, out io.Writer) (results []result, err error) {
	for _, e := range chosen {
		r, fault := hold(e, g, rounds)
		if fault != nil {
			err = errors.Join(err, fmt.Errorf("%s: %w", e.name, fault))
			continue
		}
		r.text(out)
		results = append(results, r)
	}
	return results, err
}

// keepFigures writes a file for benchstat.
func keepFigures(dir string, m machine, results []result, out io.Writer) error {
	var figures strings.Builder
	m.head(&figures)
	for _, r := range results {
		r.benchmarks(&figures)
	}
	name := filepath.Join(dir, time.Now().UTC().Format("20060102T150405")+".txt")
	fmt.Fprintf(out, "\nfor benchstat: %s\n", name)
	return os.WriteFile(name, []byte(figures.String()), 0o644)
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
