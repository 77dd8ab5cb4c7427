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

// empty finds logs without a record. Where other logs have some, a level raised
// above all that a log tells may be behind it.
func (d *doctor) empty(logs []*Log) {
	var empty []*Log
	var most []string
	for _, l := range logs {
		if l.Counts.Records > 0 || l.Err != nil {
			continue
		}
		empty = append(empty, l)
		if level := highestLevel(l.Stem); level != "" && rank(level) < rank("WARNING") {
			most = append(most, fmt.Sprintf("%s at most %s", l.Name, level))
		}
	}
	f := Finding{Code: "empty", Weight: Note}
	if Total(logs).Records == 0 || len(most) == 0 {
		d.alike(f, empty, "It has no records.", "have no records.")
		return
	}
	f.Advice = "Nothing happened, or it was rotated just now; or the handler's level was raised above all that is written there (" + Some(most, 4) + ")."
	d.alike(f, empty, "It has no records, while other logs have.", "have no records, while other logs have.")
}

// highestLevel is that of the documented events of a log, "" where there are none.
func highestLevel(stem string) string {
	highest := ""
	for _, e := range smartylog.Catalogue() {
		if e.Log == stem && (highest == "" || rank(e.Level) > rank(highest)) {
			highest = e.Level
		}
	}
	return highest
}

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
	homes := l.homes()
	for _, e := range smartylog.Catalogue() {
		if !homes[e.Log] || rank(e.Level) >= least || l.Counts.Events[e.Name] != nil {
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
	why := "its level was probably raised"
	if !isSmarty(l.Stem) {
		why += ", or its records were picked out"
	}
	lowest := LevelNames(l.Counts.Levels)[0]
	d.warn("level_raised", l, fmt.Sprintf("It has %snot one record below %s: %s. Missing: %s.", failed, lowest, why, Some(missing, 4)),
		"Rules that compare failures with successes, or that wait for a success, cannot work here. Lower the handler's level in Smarty's settings to DEBUG, or count failures alone.")
}

// homes are the logs that a log's records belong to: itself, or where it has a
// name that Smarty does not give (standard input, "acc.log"), those of its
// events.
func (l *Log) homes() map[string]bool {
	if isSmarty(l.Stem) {
		return map[string]bool{l.Stem: true}
	}
	homes := map[string]bool{}
	for name := range l.Counts.Events {
		if e, ok := smartylog.EventByName(name); ok {
			homes[e.Log] = true
		}
	}
	return homes
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
		d.note("skipped", l, fmt.Sprintf("%s outside of all records: blank lines, holes of NULs, what was cut out of long records.", Plural(l.Skipped, "byte")), "")
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
		d.note(code, l, fmt.Sprintf(format, Some(names, 6)), advice)
	}
}

func keyNames(keys []Key) string {
	var names []string
	for _, k := range keys {
		names = append(names, k.Name)
	}
	return Some(names, 6)
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
