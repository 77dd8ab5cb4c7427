package main

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/smarty-alert/smarty-alert/loggen/installation"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// siteFlags are the flags of generate that make a whole installation.
type siteFlags struct {
	subscribers, servers int
	incidents, truth     string
}

func (f *siteFlags) add(fl *pflag.FlagSet) {
	fl.IntVar(&f.subscribers, "subscribers", 0, "logs of an installation with this `number` of subscribers; 10000 with --servers, --incidents or --truth")
	fl.IntVar(&f.servers, "servers", 1, "`number` of application servers of the installation")
	fl.StringVar(&f.incidents, "incidents", "", "`file` of incidents, or random:N for N of all kinds by the seed")
	fl.StringVar(&f.truth, "truth", "", "`file` for what happened, in lines of JSON")
}

// asked reports whether an installation is wanted.
func (f *siteFlags) asked(cmd *cobra.Command) bool {
	for _, name := range []string{"subscribers", "servers", "incidents", "truth"} {
		if cmd.Flags().Changed(name) {
			return true
		}
	}
	return false
}

// linesPerSubscriber is the mean number of records a second.
const linesPerSubscriber = 4.3 / 10_000

func (a *app) generateSite(cmd *cobra.Command, f generateFlags) error {
	if f.out == "" {
		return usageError(errors.New("generate needs --out DIR"))
	}
	o, err := f.siteOptions(cmd)
	if err != nil {
		return usageError(err)
	}
	if o.Incidents, err = f.site.read(o); err != nil {
		return err
	}
	if _, err := installation.New(o); err != nil {
		return usageError(err)
	}
	for i := range o.Servers {
		if err := keepLogs(filepath.Join(f.out, installation.ServerName(i))); err != nil && !f.force {
			return ioError(err)
		}
	}
	if err := keepLogs(f.out); err != nil && !f.force {
		return ioError(err)
	}
	a.interruptible()
	stats, err := installation.Write(f.out, o)
	if err != nil {
		return outcome(cmd.Context(), err)
	}
	if err := f.site.writeTruth(stats.Truths); err != nil {
		return ioError(err)
	}
	a.reportSite(f.out, o, stats)
	return nil
}

// siteOptions reads the flags, without the incidents, and names all that is wrong with them.
func (f *generateFlags) siteOptions(cmd *cobra.Command) (installation.Options, error) {
	plain, err := f.options()
	if err != nil {
		return installation.Options{}, err
	}
	o := installation.Options{Seed: f.seed, Start: plain.Start, Duration: plain.Duration, Zone: plain.Zone, Python: plain.Python,
		Subscribers: f.site.subscribers, Servers: f.site.servers}
	var errs []error
	if len(f.bursts)+len(f.quiet) > 0 {
		errs = append(errs, errors.New("--burst and --quiet: an installation has --incidents"))
	}
	if cmd.Flags().Changed("python") && o.Python == 0 {
		errs = append(errs, errors.New("--python both: an installation has one, 2 or 3"))
	}
	rate := cmd.Flags().Changed("rate")
	switch {
	case rate && o.Subscribers != 0:
		errs = append(errs, errors.New("--rate: comes from --subscribers"))
	case rate:
		o.Subscribers = int(math.Round(f.rate / linesPerSubscriber))
	case !cmd.Flags().Changed("subscribers"):
		o.Subscribers = 10_000
	}
	if o.Servers < 1 {
		errs = append(errs, fmt.Errorf("--servers %d: must be 1 at least", o.Servers))
	}
	return o, errors.Join(errs...)
}

// read reads or draws the incidents.
func (f *siteFlags) read(o installation.Options) ([]installation.Incident, error) {
	if f.incidents == "" {
		return nil, nil
	}
	if number, ok := strings.CutPrefix(f.incidents, "random:"); ok {
		n, err := strconv.Atoi(number)
		if err != nil || n < 1 || n > 100_000 {
			return nil, usageError(fmt.Errorf("--incidents %s: write random:20", f.incidents))
		}
		all, err := installation.Draw(o, n, 0, o.Duration)
		if err != nil {
			return nil, usageError(fmt.Errorf("--incidents: %w", err))
		}
		return all, nil
	}
	all, err := installation.Load(f.incidents, o)
	var faults strictyaml.Errors
	switch {
	case errors.As(err, &faults):
		return nil, usageError(err)
	case err != nil:
		return nil, ioError(err)
	}
	return all, nil
}

func (f *siteFlags) writeTruth(truths []installation.Truth) error {
	if f.truth == "" {
		return nil
	}
	file, err := os.Create(f.truth)
	if err != nil {
		return fmt.Errorf("write truth: %w", err)
	}
	if err := errors.Join(installation.WriteTruths(file, truths), file.Close()); err != nil {
		return fmt.Errorf("write truth: %w", err)
	}
	return nil
}

// reportSite says on standard error what was written.
func (a *app) reportSite(dir string, o installation.Options, s installation.Stats) {
	clock := func(t time.Time) string { return t.In(o.Zone).Format("2006-01-02 15:04:05") }
	for _, l := range s.Logs {
		fmt.Fprintf(a.stderr, "%-28s %15s  %9s\n", l.Log+".log", count(int(l.Records), "record"), megabytes(l.Bytes))
	}
	for _, t := range s.Truths {
		trace := fmt.Sprintf("%s, %s kept out", count(int(t.Records), "record"), number(t.Missing))
		if t.First == nil {
			trace = "no trace in the logs"
		}
		fmt.Fprintf(a.stderr, "incident %d: %s, %s to %s: %s\n", t.Number, t.Kind, clock(t.From), clock(t.To), trace)
	}
	fmt.Fprintf(a.stderr, "%s, %s, %s bytes of %s and %s in %s; from %s to %s\n", count(s.Files, "file"), count(int(s.Records), "record"),
		number(s.Bytes), count(o.Subscribers, "subscriber"), count(o.Servers, "server"), dir, clock(o.Start), clock(o.Start.Add(o.Duration)))
}
