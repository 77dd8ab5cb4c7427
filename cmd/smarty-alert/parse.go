package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/smarty-alert/smarty-alert/ingest"
	"github.com/smarty-alert/smarty-alert/logstats"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// parseFlags are the flags of parse, as given.
type parseFlags struct {
	format, zone, where, from, to string
	events                        []string
	raw, stats, zoneGiven         bool
}

// parseJob is a parse made ready to run.
type parseJob struct {
	sources []ingest.Source
	read    ingest.ReadOptions
	unread  []error // what could not be searched for logs
	filter  *recordFilter
	zone    *time.Location
	bytes   int64 // of the files on disk
}

func (a *app) parseCommand() *cobra.Command {
	var f parseFlags
	cmd := &cobra.Command{
		Use:   "parse [LOG…]",
		Short: "Records as the parser sees them, or what logs hold",
		Long: `Parse prints the records of finished logs (files, directories, archives, globs;
plain or packed by gzip, zstd, bzip2 or xz; rotated generations are joined),
merged by time; of standard input without LOG. Nothing is left out: what has no
readable header is shown as well, flagged orphan or bad_header, and bytes that
belong to no record are reported on standard error. Nothing is redacted either.

--event and --where pick records. The expression is what rules write in match.
--stats counts instead: events, levels, keys and flags of each log, its range of
time and its biggest records; then it says in plain words what is unusual about
these logs.`,
		Example: `  smarty-alert parse testdata/logs/smarty_epg.log
  smarty-alert parse --stats /var/log/microimpuls/smarty
  smarty-alert parse --event 'LOGIN_*' --where 'params.device == "android"' testdata/logs
  smarty-alert parse --stats logs.tar.zst
  zcat smarty_main.log.2.gz | smarty-alert parse --format jsonl
  zcat smarty_main.log.2.gz | smarty-alert parse app1:smarty_main=-`,
		RunE: func(cmd *cobra.Command, logs []string) error {
			if cmd.Flags().Changed("where") && strings.TrimSpace(f.where) == "" {
				return usageError(errors.New(`--where is empty: write an expression such as 'level == "ERROR"', or leave it out`))
			}
			f.zoneGiven = cmd.Flags().Changed("timezone")
			return a.parse(cmd.Context(), f, logs)
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&f.format, "format", "", "jsonl or text; default: text on a terminal and for --stats, else jsonl")
	fl.StringArrayVar(&f.events, "event", nil, "only records of this `event`: a name or a pattern such as 'LOGIN_*'; may be repeated")
	fl.StringVar(&f.where, "where", "", "only records for which this `expression` is true, as in match of rules")
	fl.StringVar(&f.from, "from", "", "only records at or after this `time` (RFC 3339, or '2026-01-15 10:00' in --timezone)")
	fl.StringVar(&f.to, "to", "", "only records before this `time`")
	fl.BoolVar(&f.stats, "stats", false, "count what the logs hold and say what is unusual about them")
	fl.BoolVar(&f.raw, "raw", false, "show each record's own text as well")
	fl.StringVar(&f.zone, "timezone", "UTC", "IANA `zone` of records without an offset and of the text output")
	return cmd
}

func (a *app) parse(ctx context.Context, f parseFlags, logs []string) error {
	if f.format == "" {
		f.format = "jsonl"
		if isTerminal(a.stdout) || f.stats {
			f.format = "text"
		}
	}
	if err := oneOf("format", f.format, "jsonl", "text"); err != nil {
		return err
	}
	if f.raw && f.stats {
		return usageError(errors.New("--raw shows records and --stats only counts them: choose one"))
	}
	a.interruptible() // also while an archive is unpacked
	job, err := a.prepareParse(f, logs)
	if err != nil {
		return err
	}
	if f.stats {
		err = a.parseStats(ctx, f, job)
	} else {
		err = a.parseRecords(ctx, f, job)
	}
	job.filter.notes(a.stderr)
	return err
}

// prepareParse checks everything that can be known before reading.
func (a *app) prepareParse(f parseFlags, logs []string) (*parseJob, error) {
	zone, err := loadZone(f.zone)
	if err != nil {
		return nil, err
	}
	job := &parseJob{zone: zone}
	job.read.Options = smartylog.Options{Zone: zone}
	if job.read.From, err = parseTime("from", f.from, zone); err != nil {
		return nil, err
	}
	if job.read.To, err = parseTime("to", f.to, zone); err != nil {
		return nil, err
	}
	if f.from != "" && f.to != "" && job.read.To <= job.read.From {
		return nil, usageError(fmt.Errorf("--to %s must be after --from %s", f.to, f.from))
	}
	if job.filter, err = newRecordFilter(f.events, f.where); err != nil {
		return nil, err
	}
	if len(logs) == 0 {
		logs = []string{ingest.Stdin}
	}
	found, err := a.searchLogs(logs)
	if err != nil {
		return nil, ioError(err)
	}
	job.sources, job.unread = found.Sources, found.Unread
	job.bytes = diskBytes(job.sources)
	return job, nil
}

func (a *app) parseStats(ctx context.Context, f parseFlags, job *parseJob) error {
	bar := a.progress(job.bytes, isTerminal(a.stdout))
	job.read.Progress = bar.add
	logs, broken := survey(ctx, job.sources, job.read, job.filter)
	bar.stop()
	if logs == nil {
		return outcome(ctx, broken)
	}
	var found []logstats.Finding
	some := job.filter.active()
	if !some {
		found = logstats.Findings(logs, logstats.Options{Zone: job.zone, ZoneGiven: f.zoneGiven, Unread: job.unread})
	}
	write := func() error {
		t := &statsText{zone: job.zone, colours: a.colours(a.stdout), width: terminalWidth(a.stdout)}
		return t.write(a.stdout, logs, found, some)
	}
	if f.format == "jsonl" {
		write = func() error { return writeStatsJSON(a.stdout, logs, found, some) }
	}
	if err := write(); err != nil && !isBrokenPipe(err) {
		return ioError(fmt.Errorf("write statistics: %w", err))
	}
	return unreadError(broken, job.unread)
}

func (a *app) parseRecords(ctx context.Context, f parseFlags, job *parseJob) error {
	logged, err := openMerged(job.sources, job.read)
	if err != nil {
		return ioError(err)
	}
	defer logged.close()
	form := newRecordText(logged.names(), job.zone, f.raw, a.colours(a.stdout)).append
	if f.format == "jsonl" {
		form = func(dst []byte, rec *smartylog.Record) []byte { return append(rec.AppendJSON(dst, f.raw), '\n') }
	}
	if err := writeRecords(ctx, a.stdout, logged, job.filter, form); err != nil {
		return outcome(ctx, err)
	}
	for _, name := range sortedKeys(logged.skipped()) {
		fmt.Fprintf(a.stderr, "smarty-alert: note: %s: skipped %s that belong to no record (blank lines, holes, cut text)\n",
			printable(name), count(int(logged.skipped()[name]), "byte"))
	}
	return unreadError(errors.Join(logged.errs...), job.unread)
}

// writeRecords writes all records that the filter wants. Of a file that turns out to be broken in the
// middle, what came before is written.
func writeRecords(ctx context.Context, w io.Writer, logged *mergedLogs, filter *recordFilter, form func([]byte, *smartylog.Record) []byte) error {
	out := bufio.NewWriterSize(w, 64<<10)
	eager := isTerminal(w) // somebody watches: do not keep records back
	var line []byte
	for rec := logged.next(); rec != nil; rec = logged.next() {
		if !filter.wants(rec) {
			continue
		}
		line = form(line[:0], rec)
		if _, err := out.Write(line); err != nil {
			return fmt.Errorf("write records: %w", err)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if eager {
			if err := out.Flush(); err != nil {
				return fmt.Errorf("write records: %w", err)
			}
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write records: %w", err)
	}
	return nil
}
