package ingest

import (
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// filename is the base name of a log file taken apart: "x.log.2.gz" is
// generation 2 of the log "x.log" with stem "x".
type filename struct {
	log      string // name of the live file, e.g. "smarty_epg.log"
	stem     string // "smarty_epg"
	number   int    // one more than N of "x.log.N"; 0 when there is none
	date     string // digits of a dateext suffix, "" when there is none
	packed   bool   // compressed by its name
	explicit bool   // the name ends in .log, with or without rotation
}

// Suffixes that rotation appends: logrotate's numbers and its dateext with
// day, hour or Unix seconds, and the dates of Python's TimedRotatingFileHandler.
var (
	numberSuffix = regexp.MustCompile(`^(.+)\.([0-9]{1,5})$`)
	dateSuffix   = regexp.MustCompile(`^(.+)[-.]((?:19|20)[0-9]{2}-?[01][0-9]-?[0-3][0-9](?:[-_T]?[0-9]{2}(?:-?[0-9]{2}){0,2})?|1[0-9]{9})$`)
	dateInfix    = regexp.MustCompile(`^(.+)-((?:19|20)[0-9]{6}(?:-?[0-9]{2,6})?)(\.log)$`)
)

func parseFilename(path string) filename {
	base := filepath.Base(path)
	var n filename
	switch ext := filepath.Ext(base); ext {
	case ".gz", ".zst", ".bz2", ".xz":
		base, n.packed = strings.TrimSuffix(base, ext), true
	}
	if m := numberSuffix.FindStringSubmatch(base); m != nil {
		base = m[1]
		n.number, _ = strconv.Atoi(m[2])
		n.number++ // some tools count from 0
	} else if m := dateSuffix.FindStringSubmatch(base); m != nil {
		base, n.date = m[1], onlyDigits(m[2])
	} else if m := dateInfix.FindStringSubmatch(base); m != nil {
		base, n.date = m[1]+m[3], onlyDigits(m[2])
	}
	n.log = base
	n.explicit = strings.HasSuffix(base, ".log") && base != ".log"
	n.stem = strings.TrimSuffix(base, filepath.Ext(base))
	if n.stem == "" {
		n.stem = base
	}
	return n
}

func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

func (n filename) rotated() bool { return n.number > 0 || n.date != "" }

// sameGeneration reports that two names differ at most in their compression.
func (n filename) sameGeneration(o filename) bool {
	return n.log == o.log && n.number == o.number && n.date == o.date
}

// compareAge orders generations of one log, oldest first: dates ascending, then
// numbers descending, then the live file.
func compareAge(a, b filename) int {
	if ra, rb := a.rank(), b.rank(); ra != rb {
		return ra - rb
	}
	if a.date != b.date {
		return strings.Compare(padDate(a.date), padDate(b.date))
	}
	return b.number - a.number
}

func (n filename) rank() int {
	switch {
	case n.date != "":
		return 0
	case n.number > 0:
		return 1
	}
	return 2
}

// padDate makes "20260202" sort before "2026020205", and Unix seconds before both:
// nobody mixes them in one directory.
func padDate(d string) string { return d + strings.Repeat("0", max(0, 14-len(d))) }
