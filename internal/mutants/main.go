// Command mutants shows that the tests notice mistakes: it puts faults into the
// code, one at a time, and runs the tests that should notice. `make mutants` runs
// all of them, `make mutants-short` five that change from day to day.
//
// A fault is a file in faults (see fault). It is applied to a copy of one source
// file, which go test -overlay puts in the place of the file: the tree stays as it
// is. The exit status is 1 when a fault survives, and 2 when the tool cannot tell:
// a fault does not fit the code any more or does not compile, or a test fails
// without any fault.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"time"
)

// options are the flags.
type options struct {
	root     string
	run      string // pattern of names
	short    bool
	day      int
	cases    int // of the oracle, at first
	more     int // of the oracle, for what survived so far
	parallel int
}

func main() {
	today := int(time.Now().Unix() / (24 * 60 * 60))
	o := options{root: "."}
	flag.StringVar(&o.run, "run", "", "only faults whose names match `regexp`")
	flag.BoolVar(&o.short, "short", false, "five faults that change from day to day")
	flag.IntVar(&o.day, "day", today, "which five: the `number` of the day since 1970")
	flag.IntVar(&o.cases, "cases", 100, "`cases` of the oracle at first")
	flag.IntVar(&o.more, "more", 2000, "`cases` of the oracle before a fault is said to survive")
	flag.IntVar(&o.parallel, "parallel", runtime.NumCPU(), "faults tried at the same time")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, o, os.Stdout))
}

func run(ctx context.Context, o options, out io.Writer) int {
	faults, err := choose(o, out)
	if err != nil {
		fmt.Fprintf(out, "mutants: %v\n", err)
		return 2
	}
	lab, err := newLab(ctx, o)
	if err != nil {
		fmt.Fprintf(out, "mutants: %v\n", err)
		return 2
	}
	defer lab.close()
	return report(out, faults, lab.tryAll(faults))
}

// choose loads the faults and picks those that are asked for. All must fit the
// code, also those that are not tried today.
func choose(o options, out io.Writer) ([]*fault, error) {
	faults, err := loadFaults(o.root, filepath.Join(o.root, "internal/mutants/faults"))
	if err != nil {
		return nil, err
	}
	name, err := regexp.Compile(o.run)
	if err != nil {
		return nil, fmt.Errorf("-run: %w", err)
	}
	var chosen []*fault
	for _, f := range faults {
		if name.MatchString(f.name) {
			chosen = append(chosen, f)
		}
	}
	if len(chosen) == 0 {
		return nil, fmt.Errorf("none of %d faults has a name like %q", len(faults), o.run)
	}
	if o.short {
		chosen = rotate(chosen, o.day)
		fmt.Fprintf(out, "%d of %d faults; the same again: make mutants-short DAY=%d\n", len(chosen), len(faults), o.day)
	}
	return chosen, nil
}

// perDay is how many faults the short form tries.
const perDay = 5

// rotate picks the faults of a day, all of them in turn.
func rotate(faults []*fault, day int) []*fault {
	var picked []*fault
	for i := range min(perDay, len(faults)) {
		picked = append(picked, faults[(day*perDay+i)%len(faults)])
	}
	return picked
}

// report prints a line per fault, as soon as those before it are there as well.
func report(out io.Writer, faults []*fault, verdicts []chan verdict) int {
	caught, status := 0, 0
	for i, f := range faults {
		v := <-verdicts[i]
		word := "caught"
		switch {
		case v.err != nil:
			word, status = "ERROR", 2
			v.by = v.err.Error()
		case v.by == "":
			word, status = "SURVIVED", max(status, 1)
			v.by = fmt.Sprintf("%s: %s", f.file, f.why)
		default:
			caught++
		}
		fmt.Fprintf(out, "%-8s  %-36s  %5.1fs  %s\n", word, f.name, v.took.Seconds(), v.by)
	}
	fmt.Fprintf(out, "%d of %d caught\n", caught, len(faults))
	return status
}
