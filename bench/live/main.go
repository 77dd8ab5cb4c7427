// Command live measures the real `smarty-alert run`: the time from a line's
// write(2) to the webhook that tells of it, the rate at which a backlog is caught
// up beside replay of the same files, and what an idle service takes. `make
// bench-live` runs it.
//
// It fails when an alert was lost or told twice, or when a backlog led to other
// alerts than replay.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// options are the flags.
type options struct {
	rate     int
	seconds  int
	files    int
	probes   int
	lateness time.Duration
	catchup  int64
	pairs    int
	idle     int
	rules    string
	out      string
	profile  string
}

func main() {
	var o options
	flag.IntVar(&o.rate, "rate", 5000, "lines written per second beside the probes")
	flag.IntVar(&o.seconds, "seconds", 90, "how long lines are written")
	flag.IntVar(&o.files, "files", 25, "followed files")
	flag.IntVar(&o.probes, "probes", 20, "lines per second that must each lead to one alert")
	flag.DurationVar(&o.lateness, "lateness", 2*time.Second, "lateness of the logs, whole seconds")
	flag.Int64Var(&o.catchup, "catchup", 0, "catch up a backlog of so many `bytes` instead, beside replay")
	flag.IntVar(&o.pairs, "pairs", 3, "runs of each when catching up")
	flag.IntVar(&o.idle, "idle", 0, "follow files that nobody writes for so many `seconds` instead")
	flag.StringVar(&o.rules, "rules", "", "rules that run beside the probes' own; nobody is told of their alerts")
	flag.StringVar(&o.out, "out", "bench/out", "where the program and the backlog are made and kept")
	flag.StringVar(&o.profile, "cpuprofile", "", "`file` for the service's processor profile")
	flag.Parse()
	if err := run(o); err != nil {
		fmt.Fprintln(os.Stderr, "live:", err)
		os.Exit(1)
	}
}

func run(o options) (err error) {
	if o.rate < 0 || o.files < 2 || o.probes < 1 || o.seconds < 1 || o.lateness%time.Second != 0 {
		return errors.New("rate must not be negative, there must be two files, a probe and a second at least, lateness has whole seconds")
	}
	if err := os.MkdirAll(o.out, 0o755); err != nil {
		return err
	}
	program, err := filepath.Abs(filepath.Join(o.out, "smarty-alert"))
	if err != nil {
		return err
	}
	if err := build(program); err != nil {
		return err
	}
	s, err := newSite(program, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	switch {
	case o.catchup > 0:
		return catchUp(s, o)
	case o.idle > 0:
		return idle(s, o)
	}
	return latency(s, o)
}

// latency writes lines and waits for what must come of them.
func latency(s *site, o options) error {
	p, err := s.start()
	if err != nil {
		return err
	}
	defer p.kill()
	w, err := newWriter(s, o)
	if err != nil {
		return err
	}
	before, began := p.usage(), time.Now()
	sent, lines, err := w.write(time.Duration(o.seconds) * time.Second)
	if err != nil {
		return err
	}
	wrote := time.Since(began)
	s.hook.await(len(sent), o.lateness+10*time.Second)
	used := p.usage().sub(before)
	took := time.Since(began)
	if err := p.stop(); err != nil {
		return err
	}
	fmt.Printf("%d files, %.0f lines/s for %.0f s, lateness %v: processor %.1f %% of a core, peak memory %.0f MiB\n",
		o.files, float64(lines)/wrote.Seconds(), wrote.Seconds(), o.lateness, 100*used.cpu.Seconds()/took.Seconds(), float64(used.peak)/(1<<20))
	return s.hook.report(sent, o)
}

// idle follows files in which nothing happens.
func idle(s *site, o options) error {
	p, err := s.start()
	if err != nil {
		return err
	}
	defer p.kill()
	w, err := newWriter(s, o)
	if err != nil {
		return err
	}
	if _, _, err := w.write(2 * time.Second); err != nil { // logs that have come to rest are not empty
		return err
	}
	const settling = 20 * time.Second
	time.Sleep(settling)
	before := p.usage()
	time.Sleep(time.Duration(o.idle) * time.Second)
	used := p.usage().sub(before)
	share := used.cpu.Seconds() / float64(o.idle)
	fmt.Printf("%d idle files for %d s: processor %.3f %% of a core (user %.3f, system %.3f), peak memory %.0f MiB\n", o.files, o.idle,
		100*share, 100*used.user.Seconds()/float64(o.idle), 100*(used.cpu-used.user).Seconds()/float64(o.idle), float64(used.peak)/(1<<20))
	fmt.Printf("BenchmarkIdle/files=%d 1 %.0f ns/op %.4f core-%%\n", o.files, float64(used.cpu.Nanoseconds())/float64(o.idle), 100*share)
	return p.stop()
}
