package logstats

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Finding is one thing that is unusual about a log, in plain words.
type Finding struct {
	Code   string   `json:"code"`             // stable, for scripts: "level_raised"
	Weight Weight   `json:"weight"`           // how much it matters
	Log    string   `json:"log,omitempty"`    // "" for what concerns several, or none
	Logs   []string `json:"logs,omitempty"`   // those several, of which Text names the first
	Text   string   `json:"text"`             // what is seen
	Advice string   `json:"advice,omitempty"` // what to do about it
}

// Weight says how much a finding matters.
type Weight string

// Warnings make rules misfire or answers wrong; notes are good to know.
const (
	Warning Weight = "warning"
	Note    Weight = "note"
)

// Options say how findings are written.
type Options struct {
	Zone      *time.Location // of the times in texts; records without an offset were read in it
	ZoneGiven bool           // somebody chose it
	Unread    []error        // what could not be searched for logs
}

// doctor looks at logs and collects findings.
type doctor struct {
	Options
	logs  []*Log // those of which something can be said
	found []Finding
}

// Findings says what is unusual about logs: warnings first, then by log.
func Findings(logs []*Log, o Options) []Finding {
	d := &doctor{Options: o}
	for _, err := range o.Unread {
		d.add(Warning, "unread", nil, fmt.Sprintf("Not everything could be searched for logs: %s.", err), "What is in there is missing from all that is said here.")
	}
	d.empty(logs)
	for _, l := range logs {
		if d.foreign(l) {
			continue
		}
		d.logs = append(d.logs, l)
		d.levels(l)
		d.damage(l)
		d.names(l)
	}
	local := d.times()
	d.silences(local)
	d.eras()
	slices.SortStableFunc(d.found, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(b.Weight, a.Weight), cmp.Compare(a.Log, b.Log))
	})
	return d.found
}

func (d *doctor) warn(code string, l *Log, text, advice string) {
	d.add(Warning, code, l, text, advice)
}
func (d *doctor) note(code string, l *Log, text, advice string) { d.add(Note, code, l, text, advice) }

func (d *doctor) add(w Weight, code string, l *Log, text, advice string) {
	f := Finding{Code: code, Weight: w, Text: text, Advice: advice}
	if l != nil {
		f.Log = l.Name
	}
	d.found = append(d.found, f)
}

// alike reports what logs have alike: of one in the words one, of several behind
// their names in the words several. A dozen paragraphs that say the same are not
// read.
func (d *doctor) alike(f Finding, logs []*Log, one, several string) {
	switch len(logs) {
	case 0:
		return
	case 1:
		f.Log, f.Text = logs[0].Name, one
	default:
		f.Logs = names(logs)
		f.Text = Some(f.Logs, 4) + " " + several
	}
	d.found = append(d.found, f)
}

// foreign finds logs that are none of Smarty's, and those that cannot be read;
// nothing else can be said of them.
func (d *doctor) foreign(l *Log) bool {
	switch {
	case l.Counts.Records == 0 && l.Err != nil:
		d.warn("unreadable", l, fmt.Sprintf("It could not be read: %s.", oneLine(l.Err)), "")
		return true
	case l.Counts.Records == 0:
		return true // told by empty
	case l.Err != nil:
		d.warn("incomplete", l, fmt.Sprintf("Not all of it could be read: %s.", oneLine(l.Err)), "The counts are those of the rest.")
	}
	if l.Course.Span.Count > 0 {
		return false
	}
	d.warn("no_records", l, fmt.Sprintf("None of its %s has a header of Smarty's: weekday, month, day, time, year, level.", lines(l.Lines)),
		"Is this a log of Smarty? The logs of nginx and uwsgi have other formats.")
	return true
}

func oneLine(err error) string { return Some(strings.Split(err.Error(), "\n"), 3) }

// clockText writes a moment to the second.
func (d *doctor) clockText(sec int64) string {
	return time.Unix(sec, 0).In(d.Zone).Format("2006-01-02 15:04:05")
}

// Length writes a length of time in its two greatest units.
func Length(seconds int64) string {
	units := [...]struct {
		name string
		size int64
	}{{"d", 86400}, {"h", 3600}, {"min", 60}, {"s", 1}}
	var parts []string
	for _, u := range units {
		if n := seconds / u.size; n > 0 && len(parts) < 2 {
			parts = append(parts, fmt.Sprintf("%d %s", n, u.name))
		} else if len(parts) > 0 {
			break
		}
		seconds %= u.size
	}
	if len(parts) == 0 {
		return "0 s"
	}
	return strings.Join(parts, " ")
}

// records and lines count in words.
func records(n int64) string { return Plural(n, "record") }
func lines(n int64) string   { return Plural(n, "line") }

// Plural writes a number with its noun.
func Plural(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return grouped(n) + " " + noun + "s"
}

// grouped writes 1234567 as 1,234,567.
func grouped(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// offsetText writes "+0300", as logs do.
func offsetText(seconds int) string {
	sign := "+"
	if seconds < 0 {
		sign, seconds = "-", -seconds
	}
	return fmt.Sprintf("%s%02d%02d", sign, seconds/3600, seconds/60%60)
}

// Some lists at most n names.
func Some(names []string, n int) string {
	if len(names) <= n {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:n], ", "), len(names)-n)
}

func where(p Place) string { return fmt.Sprintf("%s at byte %d", p.File, p.Pos) }
