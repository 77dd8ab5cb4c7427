// Command crashlab breaks the running service on purpose and counts what was lost.
// Each round has a directory of its own, in which the real program follows logs
// whose every record carries a number, is killed, starved or given a broken disk,
// and tells receivers that keep what they got. Afterwards each number must have
// been counted once, and the alerts must be those that a replay of the same files
// by the same program gives. `make crashlab` runs it; docs/reliability.md says what
// the figures mean.
//
// The list of faults is in rows.go, each in a file of its own. A round is run
// again by the seed that it prints: -only NAME -rounds 1 -seed SEED.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"syscall"
	"time"
)

// options are the flags.
type options struct {
	only     *regexp.Regexp
	rounds   int
	short    bool
	parallel int
	program  string
	markdown bool
	baseline bool
	seed     uint64
	dir      string
	soak     time.Duration
	slots    chan struct{} // of rounds that may run
}

func main() {
	if len(os.Args) > 1 {
		if aid := aids()[os.Args[1]]; aid != nil { // another program of a round
			os.Exit(aid(os.Args[2:]))
		}
	}
	o, err := parseFlags(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "crashlab:", err)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	if status, done := ownMounts(ctx); done {
		stop()
		os.Exit(status)
	}
	err = run(ctx, o, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "crashlab:", err)
		os.Exit(1)
	}
}

func parseFlags(args []string) (o options, err error) {
	f := flag.NewFlagSet("crashlab", flag.ExitOnError)
	only := f.String("only", "", "rows whose name matches this `regexp`")
	f.IntVar(&o.rounds, "rounds", 0, "rounds of each row; 0: as many as it asks for")
	f.BoolVar(&o.short, "short", false, "a few rounds of each, in less than three minutes")
	f.IntVar(&o.parallel, "parallel", 28, "rounds at a time: most of a round is waiting")
	f.StringVar(&o.program, "program", "", "the smarty-alert to break, by its `path`; default: this one is built")
	f.BoolVar(&o.markdown, "markdown", false, "print the table of docs/reliability.md")
	f.BoolVar(&o.baseline, "baseline", false, "run the same faults with nxadm/tail alone, where a row has such rounds")
	f.Uint64Var(&o.seed, "seed", 0, "of the first round; 0: another one each time")
	f.StringVar(&o.dir, "dir", os.TempDir(), "where rounds have their directories; those that fail are kept")
	f.DurationVar(&o.soak, "soak", 2*time.Hour, "how long the row soak lasts; it runs only when -only asks for it, or for seconds with -short")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if f.NArg() > 0 || o.parallel < 1 || o.rounds < 0 {
		return o, errors.New("flags only, at least 1 round at a time")
	}
	if o.seed == 0 {
		o.seed = rand.Uint64N(1e12)
	}
	o.only, err = regexp.Compile(*only)
	return o, err
}

func run(ctx context.Context, o options, out io.Writer) (err error) {
	dir, err := os.MkdirTemp(o.dir, "crashlab-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, removeEmpty(dir)) }()
	o.dir = dir
	if o.program == "" && !o.baseline {
		o.program = filepath.Join(dir, "smarty-alert")
		if err := build(ctx, o.program); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.Remove(o.program)) }()
	}
	if o.program, err = filepath.Abs(o.program); err != nil {
		return err
	}
	chosen := choose(rows(), o)
	if len(chosen) == 0 {
		return fmt.Errorf("no row is called %s", o.only)
	}
	began := time.Now()
	results := holdAll(ctx, chosen, o, out)
	summary(out, results, time.Since(began))
	if o.markdown {
		markdown(out, results, o)
	}
	return errors.Join(ctx.Err(), failures(results))
}

// removeEmpty removes a directory in which no failed round was kept.
func removeEmpty(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) > 0 {
		return err
	}
	return os.Remove(dir)
}
