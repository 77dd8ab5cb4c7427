package main

import (
	"cmp"
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

	"github.com/spf13/cobra"

	"github.com/smarty-alert/smarty-alert/config"
	"github.com/smarty-alert/smarty-alert/doctor"
	"github.com/smarty-alert/smarty-alert/draft"
	"github.com/smarty-alert/smarty-alert/examples"
	"github.com/smarty-alert/smarty-alert/ingest"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/smartylog"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// usualLogs is where Smarty writes unless it was told otherwise (its documentation).
const usualLogs = "/var/log/microimpuls/smarty/*.log"

// initFlags are the flags of init, as given.
type initFlags struct {
	out, since, zone, language string
	force                      bool
}

func (a *app) initCommand() *cobra.Command {
	var f initFlags
	cmd := &cobra.Command{
		Use:   "init [--out DIR] [LOG…]",
		Short: "A first configuration, from what the logs hold",
		Long: `Init reads the last week of the logs (files, directories, globs; by default
where Smarty writes them) and writes a configuration with the shipped rules
into a directory: what the printed times mean, how often commands run here,
rules off that these logs cannot feed, receivers to fill in. It tells what it
found, and what is missing. The logs are only read.`,
		Example: `  smarty-alert init --out /tmp/first testdata/logs
  sudo smarty-alert init --out /etc/smarty-alert
  smarty-alert init --out try --timezone Europe/Moscow --language ru /srv/logs/app1 /srv/logs/app2`,
		RunE: func(cmd *cobra.Command, logs []string) error { return a.init(cmd.Context(), f, logs) },
	}
	fl := cmd.Flags()
	fl.StringVar(&f.out, "out", "smarty-alert", "`directory` to write to, made if need be")
	fl.StringVar(&f.since, "since", "1w", "`length` of the past that is read: 1d, 2w")
	fl.StringVar(&f.zone, "timezone", "", "IANA `zone` of the servers that write the logs; default: this machine's")
	fl.StringVar(&f.language, "language", "", "of messages: en or ru; default: en")
	fl.BoolVar(&f.force, "force", false, "replace a configuration that is there")
	return cmd
}

// errThere: nobody's configuration is written over.
var errThere = errors.New("there is a configuration already: --force replaces it, and the rules beside it")

func (a *app) init(ctx context.Context, f initFlags, logs []string) error {
	since, err := strictyaml.ParseDuration(f.since)
	if err != nil || since < time.Hour {
		return usageError(fmt.Errorf("--since %q: write 1d or 1w", f.since))
	}
	if f.language != "" {
		if err := oneOf("language", f.language, "en", "ru"); err != nil {
			return err
		}
	}
	zone := machineZone(a.env)
	if f.zone != "" {
		if zone, err = loadZone(f.zone); err != nil {
			return err
		}
	}
	path := filepath.Join(f.out, "config.yaml")
	if _, err := os.Lstat(path); err == nil && !f.force {
		return usageError(fmt.Errorf("%s: %w", path, errThere))
	}
	place := &draft.Place{Zone: zone, Language: f.language, StateDir: "state"}
	if place.Paths, err = a.findLogs(cmp.Or(strings.Join(logs, ""), usualLogs) == usualLogs, logs); err != nil {
		return err
	}
	if err := os.MkdirAll(f.out, 0o755); err != nil {
		return ioError(err)
	}
	if _, err := examples.CopyRules(filepath.Join(f.out, "rules")); err != nil {
		return ioError(fmt.Errorf("write the rules: %w", err))
	}
	a.interruptible()
	report, set, err := a.consider(ctx, place, path, since)
	if err != nil {
		return err
	}
	learn(place, report, set)
	if err := writePlace(place, path); err != nil {
		return ioError(err)
	}
	if place.Ignore { // what was said of times is not true any more
		if report, _, err = a.consider(ctx, place, path, since); err != nil {
			return err
		}
	}
	return a.tellInit(place, report, f.out)
}

// findLogs are the paths as the configuration has them: whole, so that the service finds
// them from wherever it is started.
func (a *app) findLogs(usual bool, logs []string) ([]string, error) {
	if usual {
		logs = []string{usualLogs}
	}
	var out []string
	for _, path := range logs {
		whole, err := filepath.Abs(path)
		if err != nil {
			return nil, ioError(err)
		}
		found, err := ingest.Search([]string{whole})
		switch {
		case errors.Is(err, fs.ErrPermission):
			return nil, ioError(fmt.Errorf("%w (hint: run it as a user who may read the logs)", err))
		case err != nil && usual, err == nil && len(found.Sources) == 0:
			return nil, ioError(fmt.Errorf("there is no log at %s (hint: name the directory: smarty-alert init DIR)", path))
		case err != nil:
			return nil, ioError(err)
		}
		out = append(out, whole)
	}
	return out, nil
}

// consider writes the configuration as it is known by now and lets the doctor look.
func (a *app) consider(ctx context.Context, place *draft.Place, path string, since time.Duration) (*doctor.Report, *rules.Set, error) {
	if err := writePlace(place, path); err != nil {
		return nil, nil, ioError(err)
	}
	c, _, err := config.Load(path, a.env)
	if err != nil {
		return nil, nil, loadStatus(err)
	}
	options := c.RuleOptions()
	options.Keep = true
	set, err := a.loadRules(c.Rules, options)
	if err != nil {
		return nil, nil, err
	}
	report, err := doctor.Examine(ctx, c, set, doctor.Options{Now: time.Now, Since: since, Offline: true})
	if err != nil {
		return nil, nil, outcome(ctx, err)
	}
	return report, set, nil
}

func writePlace(place *draft.Place, path string) error {
	return os.WriteFile(path, []byte(place.Config()), 0o644)
}

// learn takes from the logs what the configuration depends on.
func learn(place *draft.Place, report *doctor.Report, set *rules.Set) {
	place.Ignore = wrongOffset(report, place.Zone)
	place.Size = sizeOf(report)
	place.Off, place.Runs, place.Periods = map[string]string{}, map[string]time.Duration{}, map[string][]string{}
	for id, log := range report.Unfed {
		if log != "" {
			place.Off[id] = "there is no " + log
		}
	}
	raised := map[string]bool{}
	for _, f := range report.Findings {
		if f.Code == "level_raised" {
			raised[f.Subject] = true
		}
	}
	for id, event := range missingSuccesses(report, set, raised) {
		place.Off[id] = "no " + event + ": the level of that log is too high"
	}
	for name, rhythm := range report.Commands {
		place.Runs[name] = rhythm.Median()
	}
	for _, root := range set.Roots() {
		lists := root.Get("lists").QuietMapping()
		for _, name := range lists.Keys() {
			place.Periods[name] = lists.Get(name).Texts()
		}
	}
}

// offsetSlack is how far a file's last writing may be from the time of its last record.
const offsetSlack = 2 * time.Minute

// wrongOffset tells whether the printed offset is not the one of the printed time: the
// newest records of most files would then be as far from the file's last writing as the
// zone is from UTC.
func wrongOffset(report *doctor.Report, zone *time.Location) bool {
	right, wrong := 0, 0
	for _, l := range report.Stats {
		last := l.Course.Span.Last
		if at, ok := report.Early[l.Name]; ok {
			last = at
		}
		if l.Written == 0 || last == 0 {
			continue
		}
		_, offset := time.Unix(l.Written, 0).In(zone).Zone()
		switch off := time.Duration(last-l.Written) * time.Second; {
		case off.Abs() <= offsetSlack:
			right++
		case offset != 0 && (off-time.Duration(offset)*time.Second).Abs() <= offsetSlack:
			wrong++
		}
	}
	return wrong > right
}

// requestsPerDay is how many requests for streams 10,000 subscribers make in a day: 3.7 a second
// at the busiest hour, of which the mean is a third (the vendor's stress test).
const requestsPerDay = 112_000

// sizeOf guesses the size of the installation; 0: the logs do not tell.
func sizeOf(report *doctor.Report) float64 {
	var n, seconds int64
	for _, l := range report.Stats {
		if l.Stem == "smarty_content_requests" && l.Course.Span.Count > 0 {
			n += l.Counts.Records
			seconds = max(seconds, l.Course.Span.Last-l.Course.Span.First)
		}
	}
	if seconds < 3600 {
		return 0
	}
	return max(0.1, float64(int64(float64(n)*86400/float64(seconds)/requestsPerDay*10+0.5))/10)
}

// missingSuccesses are the rules that name a documented success of a log whose level is
// raised, and which event that is.
func missingSuccesses(report *doctor.Report, set *rules.Set, raised map[string]bool) map[string]string {
	out := map[string]string{}
	for _, l := range report.Stats {
		if !raised[l.Name] {
			continue
		}
		for _, r := range set.Rules {
			for _, event := range r.Events {
				documented, ok := smartylog.EventByName(event)
				if ok && documented.Log == l.Stem && strings.HasSuffix(event, "_SUCCESS") && l.Counts.Events[event] == nil {
					out[r.ID] = event
				}
			}
		}
	}
	return out
}

// tellInit says what was found and what is next.
func (a *app) tellInit(place *draft.Place, report *doctor.Report, out string) error {
	var b strings.Builder
	doctorText{colours: a.colours(a.stdout), width: terminalWidth(a.stdout), zone: place.Zone}.logs(&b, report.Logs)
	t := doctorText{colours: a.colours(a.stdout), width: terminalWidth(a.stdout), zone: place.Zone}
	for _, f := range report.Findings {
		if (f.Area == doctor.Logs || f.Area == doctor.Rules && f.Code == "rule-fails") && f.Grade != doctor.Fine {
			t.finding(&b, f)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(place.Off)) {
		fmt.Fprintf(&b, "  off      %s: %s\n", id, place.Off[id])
	}
	if _, rare := place.Lists(); len(rare) > 0 {
		t.lines(&b, "  note     ", "how often they run could not be told: "+strings.Join(rare, ", "))
	}
	fmt.Fprintf(&b, `
written: %s, %s
next:    smarty-alert replay --config %[1]s --rules %[2]s %[3]s
             what on-call would have been told in the past
         %[1]s
             receivers to fill in
         smarty-alert doctor --config %[1]s
`, filepath.Join(out, "config.yaml"), filepath.Join(out, "rules"), strings.Join(shellWords(place.Paths), " "))
	return (&client{app: a}).print(b.String())
}

func shellWords(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		if out[i] = w; strings.ContainsAny(w, " '\"$&;()") {
			out[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return out
}

// machineZone is the zone of this machine; UTC if it has no name.
func machineZone(env func(string) (string, bool)) *time.Location {
	var names []string
	if name, ok := env("TZ"); ok {
		names = append(names, strings.TrimPrefix(name, ":"))
	}
	if data, err := os.ReadFile("/etc/timezone"); err == nil {
		names = append(names, strings.TrimSpace(string(data)))
	}
	if to, err := os.Readlink("/etc/localtime"); err == nil {
		if _, name, ok := strings.Cut(to, "zoneinfo/"); ok {
			names = append(names, name)
		}
	}
	for _, name := range names {
		if name == "" {
			continue
		}
		if zone, err := time.LoadLocation(name); err == nil {
			return zone
		}
	}
	return time.UTC
}
