package engine_test

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// oRecord is a record as it was drawn, and what became of it.
type oRecord struct {
	source *oSource
	sec    int64
	event  string
	fields []oField

	gen     int
	pos     int64
	text    string
	clean   string // text as it may be shown, once it was
	future  bool   // by §1.7's rule for replay, decided here
	suspect bool   // looks forged: the scanner says so, or the case
	forge   bool   // drawn: the case says so
	ahead   bool   // drawn: ahead of the wall clock
	scanned *smartylog.Record

	taken, at int64 // second of membership, second of evaluation; set by the oracle's clock
}

type oField struct {
	name string
	v    any
}

// value is a field of the record, nil when it is missing.
func (r *oRecord) value(name string) any {
	if name == "event" {
		return r.event
	}
	for _, f := range r.fields {
		if f.name == name {
			return f.v
		}
	}
	return nil
}

// line is the record as Smarty would write it.
func (r *oRecord) line() string {
	zone := time.FixedZone("", r.source.zone*60)
	if r.source.changing {
		zone = berlin()
	}
	var b strings.Builder
	b.WriteString(time.Unix(r.sec, 0).In(zone).Format("Mon Jan 02 15:04:05-0700 2006") + " ERROR check:64 run[1.MainThread] " + r.event)
	for _, f := range r.fields {
		b.WriteString(" " + f.name + "=" + repr(f.v))
	}
	return b.String() + "\n"
}

func (r *oRecord) shown() string {
	if r.clean == "" {
		r.clean = redactor.Text(strings.TrimSpace(r.text))
	}
	return r.clean
}

// repr is a value as Python 2.7 prints it.
func repr(v any) string {
	switch v := v.(type) {
	case nil:
		return "None"
	case bool:
		return map[bool]string{true: "True", false: "False"}[v]
	case string:
		return "u'" + v + "'"
	case float64:
		s := strconv.FormatFloat(v, 'g', -1, 64)
		if !strings.ContainsAny(s, ".e") {
			s += ".0"
		}
		return s
	}
	return fmt.Sprint(v)
}

// scan reads the source's lines with the real scanner and notes what the engine
// is told beside: the guard against records from the future.
func (s *oSource) scan(t *rapid.T, sc *oScanner) {
	for gen, part := range [][]*oRecord{s.records[:s.cut], s.records[s.cut:]} {
		var text strings.Builder
		for _, r := range part {
			r.gen, r.text = gen, r.line()
			r.pos = int64(text.Len())
			text.WriteString(r.text)
		}
		s.scanFile(t, sc, gen, text.String(), part)
	}
	for i, r := range s.records {
		// A rule that fails over a record that waits for its second is not
		// quarantined for that: nothing says yet when it would begin.
		mayWait := with("waiting") && !s.spoil
		r.future = (i > 0 || mayWait) && (r.ahead || i+1 < len(s.records) && r.sec > s.records[i+1].sec+120)
		if r.future {
			r.scanned.Flags |= smartylog.Future
		}
		if r.forge {
			r.scanned.Flags |= smartylog.Suspect
		}
		r.suspect = r.scanned.IsSuspect()
	}
}

func (s *oSource) scanFile(t *rapid.T, sc *oScanner, gen int, text string, part []*oRecord) {
	if len(part) == 0 {
		return
	}
	sc.from.Reset(text)
	base := sc.Pos()
	rec := smartylog.Record{Instance: s.instance, Log: s.stem, File: fmt.Sprintf("%s.log.%d", s.stem, gen), Gen: gen}
	for _, r := range part {
		if err := sc.Next(&rec); err != nil && (err != io.EOF || !sc.Flush(&rec)) {
			*sc = *newScanner()
			t.Fatalf("scan %q: %v", r.text, err)
		}
		r.scanned = rec.Clone()
		r.scanned.Pos -= base
		if r.scanned.Sec != r.sec || r.scanned.Event != r.event || r.scanned.Pos != r.pos {
			t.Fatalf("%q was read as %s at %d, byte %d; want %d, byte %d", r.text, r.scanned.Event, r.scanned.Sec, r.scanned.Pos, r.sec, r.pos)
		}
	}
}

// oScanner is the real scanner, used for one file after the other: a new one for
// each would cost more than all that is read.
type oScanner struct {
	*smartylog.Scanner
	from *strings.Reader
}

func newScanner() *oScanner {
	from := strings.NewReader("")
	return &oScanner{smartylog.NewScanner(from, 0, smartylog.Options{}), from}
}
