package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/smarty-alert/smarty-alert/ingest"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// parseFlags are the flags of parse, as given.
type parseFlags struct {
	format, zone string
	raw          bool
}

func (a *app) parseCommand() *cobra.Command {
	var f parseFlags
	cmd := &cobra.Command{
		Use:   "parse [LOG…]",
		Short: "Records as the parser sees them",
		Long: `Parse prints the records of finished logs (files, directories, globs; plain or packed;
rotated generations are joined), merged by time; of standard input without LOG. Nothing is
left out: what has no readable header is shown as well, flagged orphan or bad_header, and
bytes that belong to no record are reported on standard error.`,
		Example: `  smarty-alert parse testdata/logs/smarty_epg.log
  zcat smarty_main.log.2.gz | smarty-alert parse --format jsonl
  zcat smarty_main.log.2.gz | smarty-alert parse app1:smarty_main=-`,
		RunE: func(cmd *cobra.Command, logs []string) error { return a.parse(cmd.Context(), f, logs) },
	}
	fl := cmd.Flags()
	fl.StringVar(&f.format, "format", "", "jsonl or text; default: text on a terminal, else jsonl")
	fl.BoolVar(&f.raw, "raw", false, "show each record's own text as well")
	fl.StringVar(&f.zone, "timezone", "UTC", "IANA `zone` of records without an offset and of the text output")
	return cmd
}

func (a *app) parse(ctx context.Context, f parseFlags, logs []string) error {
	if f.format == "" {
		f.format = "jsonl"
		if isTerminal(a.stdout) {
			f.format = "text"
		}
	}
	if err := oneOf("format", f.format, "jsonl", "text"); err != nil {
		return err
	}
	zone, err := loadZone(f.zone)
	if err != nil {
		return err
	}
	if len(logs) == 0 {
		logs = []string{ingest.Stdin}
	}
	sources, err := ingest.Find(logs)
	if err != nil {
		return ioError(err)
	}
	logged, err := openMerged(sources, ingest.ReadOptions{Options: smartylog.Options{Zone: zone}})
	if err != nil {
		return ioError(err)
	}
	defer logged.close()
	a.interruptible()
	form := newRecordText(logged.names(), zone, f.raw, a.colours(a.stdout)).append
	if f.format == "jsonl" {
		form = func(dst []byte, rec *smartylog.Record) []byte { return append(rec.AppendJSON(dst, f.raw), '\n') }
	}
	err = writeRecords(ctx, a.stdout, logged, form)
	if err != nil {
		return outcome(ctx, err)
	}
	for _, name := range sortedKeys(logged.skipped()) {
		fmt.Fprintf(a.stderr, "smarty-alert: note: %s: skipped %s that belong to no record (blank lines, holes, cut text)\n",
			printable(name), count(int(logged.skipped()[name]), "byte"))
	}
	if len(logged.errs) > 0 {
		return ioError(errors.Join(logged.errs...))
	}
	return nil
}

// writeRecords writes all records. Of a file that turns out to be broken in the
// middle, what came before is written.
func writeRecords(ctx context.Context, w io.Writer, logged *mergedLogs, form func([]byte, *smartylog.Record) []byte) error {
	out := bufio.NewWriterSize(w, 64<<10)
	eager := isTerminal(w) // somebody watches: do not keep records back
	var line []byte
	for rec := logged.next(); rec != nil; rec = logged.next() {
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
