package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/smarty-alert/smarty-alert/loggen"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// generateFlags are the flags of generate, as given.
type generateFlags struct {
	seed            uint64
	start, duration string
	rate            float64
	python, zone    string
	bursts, quiet   []string
	out             string
	force           bool
	site            siteFlags
}

func (a *app) generateCommand() *cobra.Command {
	var f generateFlags
	cmd := &cobra.Command{
		Use:   "generate --out DIR",
		Short: "Realistic Smarty logs with known incidents",
		Long: `Generate writes the 14 logs of a Smarty server into a directory: all documented
events in the form of Python 2, Python 3 or first one and then the other. The
same flags give the same bytes on any machine.

--burst EVENT@10m+5m=2/s adds 2 records of EVENT a second (or 6/m, 90/h) for 5
minutes, from 10 minutes after the start on; ,key=VALUE sets keys, written as
Python prints them: numbers as they are, text in quotes, 'params.abonement' for
an entry of a dictionary. --quiet EVENT@10m+5m leaves records out; without +5m
to the end; * is every event.

--subscribers makes a whole installation of it: the volumes and the day of so
many subscribers, as many servers as --servers says (directories app1, app2 …;
the first one runs cron), and what goes wrong on any ordinary day. At midnight
the logs are renamed with the date, as logrotate does. --incidents FILE makes
things go wrong there (docs/incidents.md), --incidents random:N draws N
incidents of all kinds by the seed, and --truth FILE gets what happened, when
and where, in lines of JSON.`,
		Example: `  smarty-alert generate --duration 2h --rate 1 --out /tmp/smarty-logs
  smarty-alert generate --out /tmp/incident --force \
    --burst "STREAM_SERVICE_CHECKING_ERROR@10m+5m=6/m,stream_service=<StreamService: edge-07>" \
    --quiet "MANAGEMENT_COMMAND_SUCCESS@20m,command='check_accounts'"
  smarty-alert generate --subscribers 10000 --servers 2 --duration 1d \
    --incidents random:20 --truth truth.jsonl --out /tmp/site`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.site.asked(cmd) {
				return a.generateSite(cmd, f)
			}
			return a.generate(cmd.Context(), f)
		},
	}
	fl := cmd.Flags()
	fl.Uint64Var(&f.seed, "seed", 1, "another `number` gives other logs")
	fl.StringVar(&f.start, "start", "2024-11-18 06:00", "`time` of the first record")
	fl.StringVar(&f.duration, "duration", "1h", "`length` of the logs: 90s, 5m, 1h30m, 2d, 1w")
	fl.Float64Var(&f.rate, "rate", 5, "mean `number` of records a second over all logs, bursts not counted")
	fl.StringVar(&f.python, "python", "both", "2, 3 or both: 2 up to the middle, then 3")
	fl.StringVar(&f.zone, "timezone", "UTC", "IANA `zone` of the server that writes the logs, and of --start")
	fl.StringArrayVar(&f.bursts, "burst", nil, "add an `incident` (repeatable)")
	fl.StringArrayVar(&f.quiet, "quiet", nil, "leave records out: a `silence` (repeatable)")
	fl.StringVar(&f.out, "out", "", "`directory` to write to, made if need be")
	fl.BoolVar(&f.force, "force", false, "replace logs that are there")
	f.site.add(fl)
	return cmd
}

func (a *app) generate(ctx context.Context, f generateFlags) error {
	if f.out == "" {
		return usageError(errors.New("generate needs --out DIR"))
	}
	o, err := f.options()
	if err != nil {
		return usageError(err)
	}
	if _, err := loggen.New(o); err != nil { // what only the generator can tell
		return usageError(err)
	}
	if err := keepLogs(f.out); err != nil && !f.force {
		return ioError(err)
	}
	a.interruptible()
	stats, err := loggen.Write(f.out, o)
	if err != nil {
		return outcome(ctx, err)
	}
	a.reportGenerated(f.out, o, stats)
	return nil
}

// options reads the flags and names all that is wrong with them.
func (f *generateFlags) options() (loggen.Options, error) {
	o := loggen.Options{Seed: f.seed, Rate: f.rate}
	var errs []error
	keep := func(err error) {
		if err != nil {
			errs = append(errs, err)
		}
	}
	var err error
	if o.Zone, err = loadZone(f.zone); err != nil {
		return o, err // times cannot be read without it
	}
	start, err := parseTime("start", f.start, o.Zone)
	keep(err)
	o.Start = time.Unix(start, 0)
	if o.Duration, err = strictyaml.ParseDuration(f.duration); err != nil {
		keep(fmt.Errorf("--duration: %w", err))
	} else if o.Duration == 0 {
		keep(errors.New("--duration: must be at least 1s"))
	}
	if !(o.Rate > 0 && o.Rate <= 1e6) {
		keep(fmt.Errorf("--rate %v: must be above 0 and at most 1000000", o.Rate))
	}
	keep(oneOf("python", f.python, "2", "3", "both"))
	o.Python = map[string]int{"2": 2, "3": 3}[f.python]
	for _, spec := range f.bursts {
		b, err := parseBurst(spec)
		keep(err)
		o.Bursts = append(o.Bursts, b)
	}
	for _, spec := range f.quiet {
		q, err := parseQuiet(spec)
		keep(err)
		o.Quiet = append(o.Quiet, q)
	}
	return o, errors.Join(errs...)
}

// keepLogs refuses a directory in which there are logs already.
func keepLogs(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("write logs: %w", err)
	}
	for _, e := range entries {
		if stem, ok := cutExt(e.Name()); ok && slices.Contains(loggen.Logs(), stem) {
			return fmt.Errorf("%s is there already; --force replaces it", filepath.Join(dir, e.Name()))
		}
	}
	return nil
}

func cutExt(name string) (stem string, isLog bool) {
	ext := filepath.Ext(name)
	return name[:len(name)-len(ext)], ext == ".log"
}

// reportGenerated says on standard error what was written, with the incidents
// as they came out.
func (a *app) reportGenerated(dir string, o loggen.Options, s loggen.Stats) {
	clock := func(t time.Time) string { return t.In(o.Zone).Format("2006-01-02 15:04:05") }
	for _, l := range s.Logs {
		fmt.Fprintf(a.stderr, "%-28s %15s  %9s\n", l.Log+".log", count(int(l.Records), "record"), megabytes(l.Bytes))
	}
	for _, b := range s.Bursts {
		fmt.Fprintf(a.stderr, "burst: %s of %s in %s, %s to %s\n", count(int(b.Records), "record"), b.Event, b.Log, clock(b.First), clock(b.Last))
	}
	for _, q := range s.Quiet {
		what := q.Event
		if what == "" {
			what = "every event"
		}
		fmt.Fprintf(a.stderr, "quiet: %s, %s to %s\n", what, clock(q.From), clock(q.To))
	}
	if s.Suppressed > 0 {
		fmt.Fprintf(a.stderr, "quiet: %s left out\n", count(int(s.Suppressed), "record"))
	}
	fmt.Fprintf(a.stderr, "%s, %s, %s bytes in %s; from %s to %s\n", count(len(s.Logs), "file"), count(int(s.Records), "record"),
		number(s.Bytes), dir, clock(o.Start), clock(o.Start.Add(o.Duration)))
}
