package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/config"
	"github.com/smarty-alert/smarty-alert/ingest"
	"github.com/smarty-alert/smarty-alert/lint"
	"github.com/smarty-alert/smarty-alert/logstats"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// pause is how long a file must be quiet for its last record to count as whole.
const pause = 20 * time.Millisecond

// stale is how long all logs together may be silent: commands run every minute.
const stale = 10 * time.Minute

// logs reads what the service would read if it began Since ago, and says what is
// unusual about it, and which rules had nothing to look at.
func (r *Report) logs(ctx context.Context, c *config.Config, set *rules.Set, o Options) error {
	r.entries(c)
	now := o.Now()
	follow := make([]ingest.LogConfig, len(c.Logs))
	for i, l := range c.Logs {
		follow[i] = ingest.LogConfig{Path: l.Path, Instance: l.Instance, Start: ingest.Start(o.Since),
			Options: smartylog.Options{Zone: l.Zone, IgnoreOffset: l.IgnoreOffset}}
	}
	live, err := ingest.OpenLive(follow, ingest.LiveOptions{Now: o.Now, FlushAfter: pause, MaxTails: -1}, nil)
	if err != nil {
		r.add(Logs, Error, "logs", "", "", "the logs cannot be followed: %v", err)
		return nil
	}
	seen := lint.NewSeen(set)
	logs, early, err := readAll(ctx, live, seen, r.Commands, o.Progress)
	r.Early = early
	r.sources(live.Stats(), logs, seen, now)
	if err := errors.Join(err, live.Close()); err != nil {
		return err
	}
	for _, f := range logstats.Findings(r.Stats, logstats.Options{Zone: c.Timezone, ZoneGiven: true}) {
		if f.Code == "unreadable" || f.Code == "empty" || f.Code == "no_records" && early[f.Log] > 0 {
			continue // told otherwise
		}
		grade := Note
		if f.Weight == logstats.Warning {
			grade = Warning
		}
		subject := f.Log
		if len(f.Logs) > 0 {
			subject = logstats.Some(f.Logs, 3)
		}
		r.add(Logs, grade, f.Code, subject, f.Advice, "%s", f.Text)
	}
	r.clock(now, early)
	r.fed(set, seen, o.Since)
	return nil
}

// entries tells which configured paths lead nowhere.
func (r *Report) entries(c *config.Config) {
	for _, l := range c.Logs {
		found, err := ingest.Search([]string{l.Path})
		switch {
		case errors.Is(err, fs.ErrPermission):
			r.add(Logs, Error, "unreadable", l.Path, readAdvice(l.Path), "%s may not read it: %v", whoami(), err)
		case err != nil || len(found.Sources) == 0:
			r.add(Logs, Warning, "no-log", l.Path, "is the path right? The service waits for it", "no log is there")
		default:
			for _, err := range found.Unread {
				r.add(Logs, Error, "unreadable", l.Path, "", "%v", err)
			}
		}
	}
}

// readAll reads until nothing more is there. early has the greatest second of logs
// most of whose records are ahead of the clock.
func readAll(ctx context.Context, live *ingest.Live, seen *lint.Seen, commands map[string]*Rhythm, progress func(int64)) (logs map[string]*logstats.Log, early map[string]int64, err error) {
	logs, early = map[string]*logstats.Log{}, map[string]int64{}
	flagged := map[string]int64{}
	var rec smartylog.Record
	for n, idle := 0, 0; idle < 2; n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return logs, early, ctx.Err()
		}
		if _, err := live.Next(&rec); err != nil { // nothing is there now
			idle++
			time.Sleep(pause)
			continue
		}
		if progress != nil {
			progress(int64(len(rec.Raw)))
		}
		l := logs[rec.Source()]
		if l == nil {
			l = &logstats.Log{Name: rec.Source(), Stem: rec.Log, Counts: logstats.NewCounts()}
			logs[l.Name] = l
		}
		if rec.Flags.Has(smartylog.Future) {
			flagged[l.Name]++
			early[l.Name] = max(early[l.Name], rec.Sec)
		}
		l.Course.Add(&rec)
		l.Counts.Add(&rec)
		seen.Add(&rec)
		note(commands, &rec)
	}
	for name, n := range flagged {
		if 2*n <= logs[name].Counts.Records {
			delete(early, name) // single ones are told of by logstats
		}
	}
	return logs, early, nil
}

// sources notes each log that is followed.
func (r *Report) sources(all []ingest.LiveStats, read map[string]*logstats.Log, seen *lint.Seen, now time.Time) {
	for _, s := range all {
		l := read[s.Source]
		stem := s.Source[strings.LastIndexByte(s.Source, '/')+1:]
		seen.Log(stem)
		if l == nil {
			l = &logstats.Log{Name: s.Source, Stem: stem, Counts: logstats.NewCounts()}
		}
		l.Files, l.Bytes, l.Skipped, l.Err, l.Written = []string{s.Path}, s.Bytes, s.Skipped, s.Err, written(s.Path)
		switch {
		case errors.Is(s.Err, fs.ErrPermission):
			r.add(Logs, Error, "unreadable", s.Source, readAdvice(s.Path), "%s may not read %s", whoami(), s.Path)
		case s.Err != nil:
			r.add(Logs, Error, "unreadable", s.Source, "", "%v", s.Err)
		case l.Counts.Records == 0:
			r.add(Logs, Note, "silent", s.Source, "", "%s", lastWritten(s.Path, now))
		}
		r.Stats = append(r.Stats, l)
		r.Logs = append(r.Logs, logOf(s, l))
	}
}

func logOf(s ingest.LiveStats, l *logstats.Log) Log {
	out := Log{Source: s.Source, Path: s.Path, Records: l.Counts.Records, Events: l.EventNames()}
	if span := l.Course.Span; span.Count > 0 {
		first, last := time.Unix(span.First, 0).UTC(), time.Unix(span.Last, 0).UTC()
		out.First, out.Last = &first, &last
	}
	return out
}

// written is when a file was last written, Unix seconds; 0: not known.
func written(path string) int64 {
	if info, err := os.Stat(path); err == nil {
		return info.ModTime().Unix()
	}
	return 0
}

func lastWritten(path string, now time.Time) string {
	at := written(path)
	if at == 0 {
		return "no record in that time"
	}
	return fmt.Sprintf("no record in that time; it was last written %s ago", length(now.Sub(time.Unix(at, 0))))
}

// readAdvice says what lets a service read a file.
func readAdvice(path string) string {
	return "let the service's user into the file's group (usermod -aG GROUP smarty-alert); see ls -l " + filepath.Dir(path)
}

// clock holds the times of records against the clock.
func (r *Report) clock(now time.Time, early map[string]int64) {
	var newest time.Time
	for _, l := range r.Logs {
		if l.Last != nil && l.Last.After(newest) {
			newest = *l.Last
		}
	}
	if len(early) > 0 {
		names := slices.Sorted(maps.Keys(early))
		r.add(Logs, Warning, "ahead", logstats.Some(names, 3), "is local time printed with a wrong offset (`offset: {ignore: ZONE}` in logs), or do the clocks differ?",
			"its records are up to %s ahead of this machine's clock", length(time.Unix(slices.Max(slices.Collect(maps.Values(early))), 0).Sub(now)))
	}
	switch {
	case newest.IsZero() && len(early) > 0:
	case newest.IsZero():
		r.add(Logs, Error, "no-record", "", "does Smarty write here, and is its level of logging not too high?", "not one record was found in any log")
	case now.Sub(newest) > stale:
		r.add(Logs, Warning, "stale", "", "does Smarty run and write here? Or is its time printed with a wrong offset?",
			"the newest record of all logs is %s old", length(now.Sub(newest)))
	default:
		r.add(Logs, Fine, "logs", "", "", "%s, the newest record is %s old", logstats.Plural(int64(len(r.Logs)), "log"), length(max(0, now.Sub(newest))))
	}
}

// fed tells which rules had nothing to look at, and why.
func (r *Report) fed(set *rules.Set, seen *lint.Seen, since time.Duration) {
	there := map[string]bool{}
	for _, l := range r.Stats {
		there[l.Stem] = true
	}
	without := map[string][]string{} // rules, by the log that they lack
	var hungry []string
	counts, all := seen.Counts(), 0
	for _, c := range counts {
		all++
		if c.Failed > 0 {
			r.add(Rules, Warning, "rule-fails", c.Rule, "`smarty-alert check --logs` shows where", "its match could not be evaluated for %s of %d", logstats.Plural(c.Failed, "record"), c.Records)
		}
		if c.Records > 0 {
			continue
		}
		log := missingLog(set.Find(c.Rule), there)
		if r.Unfed[c.Rule] = log; log != "" {
			without[log] = append(without[log], c.Rule)
		} else {
			hungry = append(hungry, c.Rule)
		}
	}
	for _, log := range slices.Sorted(maps.Keys(without)) {
		r.add(Rules, Warning, "log-missing", log, "add it to logs, or switch the rules off (overrides: {ID: {status: disabled}})", "there is no such log, and rules want it: %s", strings.Join(without[log], ", "))
	}
	if len(hungry) > 0 {
		r.add(Rules, Note, "no-record-for", "", "good news for rules about failures; for others see what the logs say of levels", "in %s no record came for %s: %s",
			length(since), logstats.Plural(int64(len(hungry)), "rule"), strings.Join(hungry, ", "))
	}
	if fed := all - len(hungry) - countAll(without); fed > 0 {
		r.add(Rules, Fine, "rules", "", "", "records came for %s of %d", logstats.Plural(int64(fed), "rule"), all)
	}
}

func countAll(by map[string][]string) (n int) {
	for _, all := range by {
		n += len(all)
	}
	return n
}

// missingLog is a log that the rule wants, if none of those is there; "" if one is.
func missingLog(r *rules.Rule, there map[string]bool) string {
	if r == nil || len(r.Logs) == 0 {
		return ""
	}
	for _, log := range r.Logs {
		if there[log] {
			return ""
		}
	}
	return r.Logs[0]
}
