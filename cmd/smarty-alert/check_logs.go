package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/config"
	"github.com/smarty-alert/smarty-alert/ingest"
	"github.com/smarty-alert/smarty-alert/lint"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// checkedLogs is what the rules met in real logs. Its JSON names are stable.
type checkedLogs struct {
	Sources int           `json:"sources"`
	Records int64         `json:"records"`
	Rules   []checkedRule `json:"rules"`
}

// checkedRule counts records for one rule over logs.
type checkedRule struct {
	Rule         string `json:"rule"`
	Records      int64  `json:"records"` // of its events and logs
	Matched      int64  `json:"matched"`
	MissingGroup int64  `json:"missing_group"` // matched, and not counted
	EvalErrors   int64  `json:"eval_errors"`
}

// checkLogs reads the logs and holds the rules against their records.
func (a *app) checkLogs(ctx context.Context, r *checkReport, logs []string, set *rules.Set, cfg *config.Config) error {
	a.interruptible()
	found, err := a.searchLogs(logs)
	if err != nil {
		return ioError(err)
	}
	r.unread = append(r.unread, found.Unread...)
	zone := time.UTC
	if cfg != nil {
		zone = cfg.Timezone
	}
	bar := a.progress(diskBytes(found.Sources), true)
	seen := lint.NewSeen(set)
	err = holdAgainst(ctx, seen, found.Sources, ingest.ReadOptions{Options: smartylog.Options{Zone: zone}, Progress: bar.add})
	bar.stop()
	if ctx.Err() != nil {
		return outcome(ctx, err)
	}
	if err != nil {
		r.unread = append(r.unread, err)
	}
	r.faults = append(seen.Refute(r.faults), seen.Faults()...)
	r.Logs = &checkedLogs{Sources: len(found.Sources), Records: seen.Records(), Rules: []checkedRule{}}
	for _, c := range seen.Counts() {
		r.Logs.Rules = append(r.Logs.Rules, checkedRule{c.Rule, c.Records, c.Matched, c.Missing, c.Failed})
	}
	return nil
}

// holdAgainst reads all sources, one after the other: what is counted does not
// depend on their order.
func holdAgainst(ctx context.Context, seen *lint.Seen, sources []ingest.Source, o ingest.ReadOptions) error {
	var errs []error
	for _, src := range sources {
		seen.Log(src.Stem)
		files, err := ingest.OpenFiles([]ingest.Source{src}, o)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		var rec smartylog.Record
		for n := 0; err == nil; n++ {
			if _, err = files.Next(&rec); err == nil {
				seen.Add(&rec)
			}
			if n%4096 == 0 && ctx.Err() != nil {
				return errors.Join(ctx.Err(), files.Close())
			}
		}
		if err != io.EOF {
			errs = append(errs, err)
		}
		errs = append(errs, files.Close())
	}
	return errors.Join(errs...)
}

// text is a table of the rules; "" for nil.
func (l *checkedLogs) text() string {
	if l == nil {
		return ""
	}
	if l.Records == 0 {
		return fmt.Sprintf("the logs (%s) hold no record: nothing was held against them\n", count(l.Sources, "source"))
	}
	columns := []column{{name: "rule"}, {name: "records of its events", numbers: true}, {name: "match", numbers: true}, {name: "without group", numbers: true}, {name: "failed", numbers: true}}
	for _, r := range l.Rules {
		addRow(columns, r.Rule, number(r.Records), number(r.Matched), number(r.MissingGroup), number(r.EvalErrors))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s of %s:\n", count(int(l.Records), "record"), count(l.Sources, "source"))
	if len(l.Rules) > 0 {
		b.WriteString(tableText(columns, 0))
	}
	return b.String()
}
