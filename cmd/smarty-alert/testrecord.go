package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/smarty-alert/smarty-alert/anonymise"
	"github.com/smarty-alert/smarty-alert/rehearsal"
	"github.com/smarty-alert/smarty-alert/rules"
)

// recordFlags are the flags of test record, as given.
type recordFlags struct {
	rules, group, keep       []string
	rule, from, out, keyFile string
	zone                     string
	most                     int
}

func (a *app) testRecordCommand() *cobra.Command {
	var f recordFlags
	cmd := &cobra.Command{
		Use:   "record --rules PATH --rule ID LOG…",
		Short: "Write a test from what logs held when a rule fired",
		Long: `Record finds the first alert that the rule raises on the logs and writes a test
of it: the records that the rule looks at, from as far back as it looks to the
end of the alert, and what comes of them. People and secrets are replaced by
stand-ins, as anonymise does; names of keys, events and machines stay. The rule
must still fire then: --keep leaves a value as it is that the rule asks for.

The test is played before it is written. Look through it before you share it.`,
		Example: `  smarty-alert test record --rules examples/rules --rule edge_down testdata/logs
  smarty-alert test record --rules my-rules --rule login_bruteforce --from '2026-01-15 10:00' --out my-rules/logins_test.yaml /var/log/microimpuls/smarty`,
		Args: needArgs("LOG"),
		RunE: func(cmd *cobra.Command, logs []string) error { return a.testRecord(cmd.Context(), f, logs) },
	}
	fl := cmd.Flags()
	fl.StringArrayVar(&f.rules, "rules", nil, "rule `path`: a file, a directory or a glob (repeatable)")
	fl.StringVar(&f.rule, "rule", "", "`id` of the rule")
	fl.StringArrayVar(&f.group, "group", nil, "only an alert with this `name=value` of group_by (repeatable)")
	fl.StringVar(&f.from, "from", "", "skip what came before this `time`")
	fl.StringVar(&f.out, "out", "", "write a new `file`, called *_test.yaml; default: standard output")
	fl.StringSliceVar(&f.keep, "keep", nil, "`names` of keys or paths whose values stay as they are")
	fl.StringVar(&f.keyFile, "key-file", "", "`file` with the key that makes the stand-ins, as of anonymise")
	fl.IntVar(&f.most, "max", 0, "records, at most (default 1000)")
	fl.StringVar(&f.zone, "timezone", "UTC", "IANA `zone` of records without an offset and of --from")
	return cmd
}

func (a *app) testRecord(ctx context.Context, f recordFlags, logs []string) error {
	o, err := a.recording(f, logs)
	if err != nil {
		return err
	}
	text, err := rehearsal.Record(ctx, o)
	switch {
	case errors.Is(err, rehearsal.ErrNoAlert):
		return &statusError{exitFound, fmt.Errorf("the rule %s raises no such alert on these logs; replay shows what it does", f.rule)}
	case ctx.Err() != nil:
		return ioError(errors.New("interrupted"))
	case err != nil:
		return wrongFile(err)
	}
	if f.out == "" {
		return a.write(string(text))
	}
	if err := replaceFile(f.out, text); err != nil {
		return ioError(fmt.Errorf("write %s: %w", f.out, err))
	}
	fmt.Fprintf(a.stderr, "wrote %s: look through it before you share it\n", f.out)
	return nil
}

// recording checks everything that can be known before reading.
func (a *app) recording(f recordFlags, logs []string) (o rehearsal.Recording, err error) {
	switch {
	case len(f.rules) == 0 || f.rule == "":
		return o, usageError(errors.New("test record needs --rules PATH and --rule ID"))
	case f.out != "" && !strings.HasSuffix(strings.TrimSuffix(f.out, filepath.Ext(f.out)), "_test"):
		return o, usageError(fmt.Errorf("--out %s: files of tests are called *_test.yaml", f.out))
	case f.out != "" && exists(f.out):
		return o, usageError(fmt.Errorf("--out %s: the file is there already", f.out))
	}
	zone, err := loadZone(f.zone)
	if err != nil {
		return o, err
	}
	if o.Read.From, err = parseTime("from", f.from, zone); err != nil {
		return o, err
	}
	set, warnings, err := rules.Load(f.rules, rules.Options{Zone: zone})
	a.warn(warnings)
	if err != nil {
		return o, loadError(err)
	}
	if _, err := chosen(set, []string{f.rule}); err != nil {
		return o, err
	}
	if o.Group, err = groupOf(set.Find(f.rule), f.group); err != nil {
		return o, err
	}
	o.Read.Zone = zone
	o.Setting = recordSetting(set)
	o.Rule, o.Most, o.Paths = set.Find(f.rule), f.most, pathsFrom(f.rules, f.out)
	if err := a.anonymises(&o, f); err != nil {
		return o, err
	}
	a.interruptible()
	found, err := a.searchLogs(logs)
	if err != nil {
		return o, ioError(err)
	}
	if len(found.Unread) > 0 {
		return o, ioError(errors.Join(found.Unread...))
	}
	o.Sources = found.Sources
	return o, nil
}

func recordSetting(set *rules.Set) rehearsal.Setting {
	s := plainSetting()
	s.Rules = set.WithBuiltin()
	return s
}

// anonymises has the stand-ins made.
func (a *app) anonymises(o *rehearsal.Recording, f recordFlags) error {
	key, note, err := anonymiseKey(f.keyFile)
	if err != nil {
		return ioError(err)
	}
	if note != "" {
		fmt.Fprintln(a.stderr, "smarty-alert: note: "+note)
	}
	an, err := anonymise.New(anonymise.Options{Key: key, Keep: f.keep})
	if err != nil {
		return usageError(err)
	}
	var report anonymise.Report
	o.Anonymise = func(w io.Writer, r io.Reader) error { return an.Copy(w, r, &report) }
	return nil
}

// pathsFrom are paths as a file names them that is written to out.
func pathsFrom(paths []string, out string) (named []string) {
	for _, p := range paths {
		if abs, err := filepath.Abs(p); err == nil && out != "" {
			if dir, err := filepath.Abs(filepath.Dir(out)); err == nil {
				if rel, err := filepath.Rel(dir, abs); err == nil {
					p = rel
				}
			}
		}
		named = append(named, filepath.ToSlash(p))
	}
	return named
}
