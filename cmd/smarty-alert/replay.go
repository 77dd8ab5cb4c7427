package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/smarty-alert/smarty-alert/config"
	"github.com/smarty-alert/smarty-alert/engine"
	"github.com/smarty-alert/smarty-alert/ingest"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/redact"
	"github.com/smarty-alert/smarty-alert/replay"
	"github.com/smarty-alert/smarty-alert/report"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/smartylog"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// replayFlags are the flags of replay, as given.
type replayFlags struct {
	rules           []string
	config          string
	from, to, until string
	format, failIf  string
	zone            string
	language        string
	speed           string
	pending         bool
}

func (a *app) replayCommand() *cobra.Command {
	var f replayFlags
	cmd := &cobra.Command{
		Use:   "replay --rules PATH… LOG…",
		Short: "What rules would have said about finished logs",
		Long: `Replay reads finished logs (files, directories, globs, tar and zip archives;
plain or packed by gzip, zstd, bzip2 or xz; - is standard input; rotated
generations are joined) and tells what the rules would have done. It sends
nothing and opens no socket. With --config its routes, silences and calendars
decide about notifications as well: what on-call would have been told, by day
and by night.

text is every alert when it happened, then the report: what each rule did, how
near the others came, what still fires, what could not be read. html is the
report as one page with a timeline and charts, which needs nothing but itself.
jsonl is for programs.

--fail-if makes a gate of it: an expression over the summary that jsonl ends
with, and over notifications, fired and resolved, the sums of all receivers and
rules.`,
		Example: `  smarty-alert replay --rules examples/rules testdata/logs
  smarty-alert replay --rules my.yaml --from '2026-01-15 10:00' --format jsonl /var/log/microimpuls/smarty
  smarty-alert replay --rules my.yaml logs-of-last-week.tgz
  smarty-alert replay --config config.yaml --format html /var/log/microimpuls/smarty >report.html
  smarty-alert replay --config config.yaml --fail-if 'notifications > 50' logs`,
		Args: needArgs("LOG"),
		RunE: func(cmd *cobra.Command, logs []string) error { return a.replay(cmd.Context(), f, logs) },
	}
	fl := cmd.Flags()
	fl.StringArrayVar(&f.rules, "rules", nil, "rule `path`: a file, a directory or a glob (repeatable)")
	fl.StringVar(&f.config, "config", "", "the service's configuration `file`: its rules, zone, sources and routes")
	fl.StringVar(&f.from, "from", "", "skip earlier records; windows start empty (`time`)")
	fl.StringVar(&f.to, "to", "", "skip records at or after this `time`")
	fl.StringVar(&f.until, "until", "", "end of the clock (`time`); default: the greatest timestamp read")
	fl.StringVar(&f.format, "format", "text", "text, jsonl or html")
	fl.StringVar(&f.failIf, "fail-if", "", "exit with 1 when this `expression` over the summary holds")
	fl.StringVar(&f.zone, "timezone", "UTC", "IANA `zone` of records without an offset, of times above and of the text output")
	fl.StringVar(&f.language, "language", "", "of the html page and of the rules' texts: en or ru; default: the configuration's, or en")
	fl.StringVar(&f.speed, "speed", "off", "show text as fast as it happened, times this `number`; off does not wait")
	fl.BoolVar(&f.pending, "pending", false, "show pending transitions as well")
	return cmd
}

// replayJob is a replay made ready to run.
type replayJob struct {
	o      replay.Options
	zone   *time.Location
	failIf *replay.Gate
	bytes  int64   // of the files on disk
	unread []error // what could not be searched for logs
	logs   []config.Log
	config *config.Config // nil: none is given

	language report.Language // of the page
	speed    float64         // of the text; 0: off
	pending  bool            // the text shows what is pending
}

func (a *app) replay(ctx context.Context, f replayFlags, logs []string) error {
	if err := oneOf("format", f.format, "text", "jsonl", "html"); err != nil {
		return err
	}
	job, err := a.prepareReplay(f, logs)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(a.stdout, 64<<10)
	bar := a.progress(job.bytes, f.format == "html" || f.format == "text" && isTerminal(a.stdout))
	job.o.Read.Progress = bar.add
	var summary *replay.Summary
	switch f.format {
	case "jsonl":
		summary, err = replayJSONL(ctx, job.o, out)
	case "html":
		summary, err = replayHTML(ctx, job, out)
	default:
		summary, err = a.replayText(ctx, job, out, bar)
	}
	bar.stop()
	if flushErr := out.Flush(); err == nil && flushErr != nil {
		err = flushErr
	}
	if err = errors.Join(append(job.unread, err)...); err != nil {
		return outcome(ctx, err)
	}
	return judge(job.failIf, summary)
}

// outcome gives a failed replay its exit status. A reader that went away (head,
// less) is no failure.
func outcome(ctx context.Context, err error) error {
	switch {
	case isBrokenPipe(err):
		return nil
	case ctx.Err() != nil:
		return ioError(errors.New("interrupted"))
	}
	return ioError(err)
}

func judge(gate *replay.Gate, s *replay.Summary) error {
	if gate == nil || s == nil {
		return nil
	}
	holds, err := gate.Holds(s)
	switch {
	case err != nil:
		return usageError(err)
	case holds:
		return &statusError{exitFound, fmt.Errorf("--fail-if %s holds", gate)}
	}
	return nil
}

// prepareReplay checks everything that can be known before reading.
func (a *app) prepareReplay(f replayFlags, logs []string) (*replayJob, error) {
	job, ro, err := a.newJob(&f)
	if err != nil {
		return nil, err
	}
	if len(f.rules) == 0 {
		return nil, usageError(errors.New("replay needs --rules PATH, or --config FILE with rules"))
	}
	if err := job.present(f); err != nil {
		return nil, err
	}
	if f.language != "" {
		ro.Language = f.language
	}
	ro.Keep = job.o.Courses // a report asks what conditions are made of
	if job.o.Rules, err = a.loadRules(f.rules, ro); err != nil {
		return nil, err
	}
	if job.o.Dispatcher, err = job.dispatcher(); err != nil {
		return nil, err
	}
	if f.failIf != "" {
		if job.failIf, err = replay.NewGate(f.failIf, job.gateNames()); err != nil {
			return nil, usageError(err)
		}
	}
	return job, job.find(a, logs)
}

// present takes how it is told. A report is about what was pending as well, and about
// the course of values.
func (j *replayJob) present(f replayFlags) (err error) {
	if j.speed, err = parseSpeed(f.speed, f.format); err != nil {
		return err
	}
	switch {
	case f.language != "":
		err = oneOf("language", f.language, "en", "ru")
		j.language = report.Language(f.language)
	case j.config != nil:
		j.language = report.Language(j.config.Language)
	}
	told := f.format != "jsonl"
	j.pending, j.o.Pending, j.o.Courses = f.pending, f.pending || told, told
	return err
}

// newJob reads the configuration, if one is given, and the times.
func (a *app) newJob(f *replayFlags) (*replayJob, rules.Options, error) {
	zone, err := loadZone(f.zone)
	if err != nil {
		return nil, rules.Options{}, err
	}
	job := &replayJob{zone: zone}
	job.o.Lateness, job.o.Pending = engine.DefaultLateness, f.pending
	ro, err := job.configure(a, f)
	if err != nil {
		return nil, ro, err
	}
	return job, ro, job.times(*f)
}

// find searches for the logs.
func (j *replayJob) find(a *app, logs []string) error {
	a.interruptible() // nothing has to be put in order; a packed archive takes time, a pipe may be waited for
	found, err := a.searchLogs(logs)
	if err != nil {
		return ioError(err)
	}
	j.o.Sources, j.unread = found.Sources, found.Unread
	j.adopt(a)
	j.bytes = diskBytes(j.o.Sources)
	return nil
}

// dispatcher decides about notifications as the configuration says; nil when it has no
// routes.
func (j *replayJob) dispatcher() (*notifiers.Dispatcher, error) {
	if j.config == nil || j.config.Route == nil {
		return nil, nil
	}
	d, err := notifiers.NewDispatcher(dispatchOptions(j.config), nil, time.Time{})
	if err != nil {
		return nil, usageError(err)
	}
	return d, nil
}

// configure takes what a configuration says: the zone, unless one is given, the
// rules, unless some are given, and how records are read.
func (j *replayJob) configure(a *app, f *replayFlags) (rules.Options, error) {
	j.o.Read.Options = smartylog.Options{Zone: j.zone}
	if f.config == "" {
		return rules.Options{Zone: j.zone}, nil
	}
	c, warnings, err := config.LoadDry(f.config, a.env)
	a.warn(warnings)
	if err != nil {
		return rules.Options{}, loadStatus(err)
	}
	if f.zone == "UTC" {
		j.zone = c.Timezone
	}
	if len(f.rules) == 0 {
		f.rules = c.Rules
	}
	j.o.Lateness = int64(c.Lateness / time.Second)
	j.o.Redactor = redact.New(c.Redact.Keys, c.Redact.Allow)
	j.config, j.logs = c, c.Logs
	return c.RuleOptions(), nil
}

// gateNames are the rules that run and the receivers that the routes know.
func (j *replayJob) gateNames() (names replay.GateNames) {
	for _, r := range j.o.Rules.Rules {
		if r.Status != rules.Disabled {
			names.Rules = append(names.Rules, r.ID)
		}
	}
	if j.config != nil && j.config.Route != nil {
		for _, r := range j.config.Receivers {
			names.Receivers = append(names.Receivers, r.Name)
		}
	}
	return names
}

func (j *replayJob) times(f replayFlags) (err error) {
	if j.o.Read.From, err = parseTime("from", f.from, j.zone); err != nil {
		return err
	}
	if j.o.Read.To, err = parseTime("to", f.to, j.zone); err != nil {
		return err
	}
	if j.o.Until, err = parseTime("until", f.until, j.zone); err != nil {
		return err
	}
	from := j.o.Read.From
	if f.to != "" && j.o.Read.To <= from || f.until != "" && j.o.Until < from {
		return usageError(fmt.Errorf("--to and --until must be after --from %s", f.from))
	}
	return nil
}

func loadZone(name string) (*time.Location, error) {
	zone, err := time.LoadLocation(name)
	if err != nil || name == "" {
		return nil, usageError(fmt.Errorf("unknown time zone %q: write an IANA name such as Europe/Moscow", name))
	}
	return zone, nil
}

// loadRules reads rules for a command that cannot work with bad ones, and adds
// the program's own.
func (a *app) loadRules(paths []string, o rules.Options) (*rules.Set, error) {
	set, warnings, err := rules.Load(paths, o)
	a.warn(warnings)
	var faults strictyaml.Errors
	switch {
	case errors.As(err, &faults):
		return nil, usageError(err)
	case err != nil:
		return nil, ioError(err)
	}
	return set.WithBuiltin(), nil
}

// diskBytes is how much there is to read, for the progress bar.
func diskBytes(sources []ingest.Source) (n int64) {
	for _, s := range sources {
		n += s.Bytes()
	}
	return n
}

// collector is who writes the report of a replay.
func (j *replayJob) collector() *report.Collector {
	return report.NewCollector(report.Options{Rules: j.o.Rules, Zone: j.zone, Routed: j.o.Dispatcher != nil, Redactor: j.redactor(), Until: j.o.Until})
}

func (j *replayJob) redactor() *redact.Redactor {
	if j.o.Redactor != nil {
		return j.o.Redactor
	}
	return redact.New(nil, nil)
}

func replayHTML(ctx context.Context, job *replayJob, w io.Writer) (*replay.Summary, error) {
	c := job.collector()
	summary, err := replay.Run(ctx, job.o, c.Event)
	if summary == nil {
		return nil, err
	}
	return summary, errors.Join(err, report.HTML(w, c.Report(summary), job.language))
}

func replayJSONL(ctx context.Context, o replay.Options, w io.Writer) (*replay.Summary, error) {
	lines := replay.NewJSONL(w)
	summary, err := replay.Run(ctx, o, lines.Event)
	if summary == nil {
		return nil, err
	}
	if writeErr := lines.Summary(summary); err == nil {
		err = writeErr
	}
	return summary, err
}
