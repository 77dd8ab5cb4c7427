// Command quality plays the shipped rules over weeks of generated logs with incidents
// whose truth is known, and says what they notice, how soon, with how many messages, and
// what they cry about for nothing. `make quality` runs it.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

func main() {
	if err := run(os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "quality:", err)
		os.Exit(1)
	}
}

func run(args []string, out, progress io.Writer) error {
	fl := flag.NewFlagSet("quality", flag.ContinueOnError)
	fl.SetOutput(progress)
	seed := fl.Uint64("seed", 1, "another number makes another installation and other incidents")
	only := fl.String("only", "", "10k or 100k alone")
	paths := fl.String("rules", "examples/rules", "rule files, directories or globs, by commas")
	markdown := fl.String("markdown", "", "write the tables into this page, between its marks")
	dir := fl.String("dir", "", "where the logs are made, 17 GB at most; default: the system's temporary directory")
	misses := fl.Bool("misses", false, "list every incident that was not noticed or took several messages, and every alert about nothing")
	if err := fl.Parse(args); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	b := bench{rules: strings.Split(*paths, ","), dir: *dir, progress: progress}
	chosen := slices.DeleteFunc(plans(*seed), func(p plan) bool { return *only != "" && p.name != *only })
	if len(chosen) == 0 {
		return fmt.Errorf("-only %s: write 10k or 100k", *only)
	}
	if *markdown != "" { // told now, not in ten minutes
		if _, _, err := readPage(*markdown); err != nil {
			return err
		}
	}
	began := time.Now()
	all, err := b.runAll(ctx, chosen)
	if err != nil {
		return err
	}
	for _, v := range all {
		v.text(out)
		if *misses {
			v.list(out)
		}
	}
	cost := newBill(began)
	fmt.Fprintf(out, "\n%s\n", cost)
	if *markdown != "" {
		return writePage(*markdown, *seed, cost, all)
	}
	return nil
}
