package logstats

import (
	"fmt"
	"slices"
	"strings"

	"github.com/smarty-alert/smarty-alert/smartylog"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// enough is how many records a log must have before what is missing in it means
// something, and enoughFailures how many that tell of failures alone.
const (
	enough         = 20
	enoughFailures = 3
)

// levels finds logs whose handler drops the successes: the documented events of
// lower levels are missing, and so is the level itself.
func (d *doctor) levels(l *Log) {
	least := 1000
	for name := range l.Counts.Levels {
		least = min(least, rank(name))
	}
	if least <= rank("DEBUG") || least == 1000 {
		return
	}
	var missing []string
	failed := ""
	for _, e := range smartylog.Catalogue() {
		if e.Log != l.Stem || rank(e.Level) >= least || l.Counts.Events[e.Name] != nil {
			continue
		}
		missing = append(missing, e.Name)
		if f := l.failureOf(e.Name); f != nil && f.Count >= enoughFailures && failed == "" {
			failed = fmt.Sprintf("%s %s but no %s, and ", grouped(f.Count), f.Name, e.Name)
		}
	}
	if len(missing) == 0 || failed == "" && l.Counts.Records < enough {
		return
	}
	lowest := LevelNames(l.Counts.Levels)[0]
	d.warn("level_raised", l, fmt.Sprintf("It has %snot one record below %s: its level was probably raised. Missing: %s.", failed, lowest, some(missing, 4)),
		"Rules that compare failures with successes, or that wait for a success, cannot work here. Lower the handler's level in Smarty's settings to DEBUG, or count failures alone.")
}

// failureOf finds the seen event that tells of the failure of what success names.
func (l *Log) failureOf(success string) *Event {
	stem, ok := strings.CutSuffix(success, "_SUCCESS")
	if !ok {
		return nil
	}
	for _, end := range [...]string{"_ERROR", "_FAIL"} {
		if e := l.Counts.Events[stem+end]; e != nil {
			return e
		}
	}
	return nil
}

// damage finds what could not be read, or was not written whole.
func (d *doctor) damage(l *Log) {
	for _, c := range [...]struct {
		flag         string
		weight       Weight
		what, advice string
	}{
		{"bad_header", Warning, "without a readable header", "Look at one: another program may write this file too, or its formatter was changed."},
		{"glued", Note, "beginning in the middle of a line", "Several processes write this log, and Python 2.7 writes records over 4,096 bytes in pieces."},
		{"truncated_value", Note, "over the limits (values 64 KiB, records 256 KiB or 500 lines), with their middle cut out", ""},
		{"partial_value", Note, "with values that are cut off or broken, which are kept as text", ""},
		{"duplicate_key", Note, "with a key twice, of which the first one counts", ""},
		{"weekday_mismatch", Note, "with a weekday that does not fit the date, which is believed", ""},
	} {
		t, ok := l.Counts.Flags[c.flag]
		if !ok {
			continue
		}
		d.add(c.weight, c.flag, l, fmt.Sprintf("%s %s. The first is in %s.", records(t.Count), c.what, where(t.First)), c.advice)
	}
	if t := l.Counts.NotUTF8; t.Count > 0 {
		d.note("not_utf8", l, fmt.Sprintf("%s with bytes that are not UTF-8, which are read as cp1251. The first is in %s.", records(t.Count), where(t.First)), "")
	}
	if l.Skipped > 0 {
		d.note("skipped", l, fmt.Sprintf("%s outside of all records: blank lines, holes of NULs, what was cut out of long records.", plural(l.Skipped, "byte")), "")
	}
}

// names looks for events and keys that the documentation does not have, or has
// elsewhere.
func (d *doctor) names(l *Log) {
	var unknown, elsewhere, misspelt, keys []string
	for _, name := range l.EventNames() {
		e := l.Counts.Events[name]
		documented, ok := smartylog.EventByName(name)
		switch {
		case name == "" || name == Overflow:
		case !ok:
			if near := typoOf(name); near != "" {
				misspelt = append(misspelt, fmt.Sprintf("%s (like %s)", name, near))
			} else {
				unknown = append(unknown, name)
			}
		case documented.Log != l.Stem && isSmarty(l.Stem):
			elsewhere = append(elsewhere, fmt.Sprintf("%s (of %s)", name, documented.Log))
		}
		if k := e.UnknownKeys(); len(k) > 0 {
			keys = append(keys, fmt.Sprintf("%s %s", name, keyNames(k)))
		}
	}
	d.listed(l, "unknown_events", unknown, "Events the documentation does not have: %s.", "Custom code writes them. Rules can use them like any other.")
	d.listed(l, "misspelt_events", misspelt, "Events whose names are nearly documented ones: %s.", "Rules name events exactly: name both.")
	d.listed(l, "misplaced_events", elsewhere, "Events that belong in another log: %s.", "Rules with `log:` must name this one.")
	d.listed(l, "unknown_keys", keys, "Keys the documentation does not have: %s.", "")
}

func (d *doctor) listed(l *Log, code string, names []string, format, advice string) {
	if len(names) > 0 {
		d.note(code, l, fmt.Sprintf(format, some(names, 6)), advice)
	}
}

func keyNames(keys []Key) string {
	var names []string
	for _, k := range keys {
		names = append(names, k.Name)
	}
	return some(names, 6)
}

// isSmarty tells whether a log is one that Smarty is known to write; other names
// were given by whoever collected the records.
func isSmarty(stem string) bool {
	return slices.ContainsFunc(smartylog.Logs(), func(i smartylog.LogInfo) bool { return i.Stem == stem })
}

// typoOf is the documented event that a name was probably meant to be.
func typoOf(name string) string {
	for _, e := range smartylog.Catalogue() {
		if strictyaml.Distance(name, e.Name, 2) <= 2 {
			return e.Name
		}
	}
	return ""
}
