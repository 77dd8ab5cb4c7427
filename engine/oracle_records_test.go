package engine_test

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/smarty-alert/smarty-alert/redact"
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
	scanned *smartylog.Record

	taken, at int64 // second of membership, second of evaluation; set by the oracle's clock
}

type oField struct {
	name string
	v    any
}

type oSource struct {
	instance, stem string
	zone           int // minutes east
	cut            int // records of the older generation
	records        []*oRecord
	uses           string // the text of the rules: fields that no rule names are not written
}

func (s *oSource) name() string {
	if s.instance == "" {
		return s.stem
	}
	return s.instance + "/" + s.stem
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
func (s *oSource) scan(t *rapid.T) {
	for gen, part := range [][]*oRecord{s.records[:s.cut], s.records[s.cut:]} {
		var text strings.Builder
		for _, r := range part {
			r.gen, r.text = gen, r.line()
			r.pos = int64(text.Len())
			text.WriteString(r.text)
		}
		s.scanFile(t, gen, text.String(), part)
	}
	for i, r := range s.records {
		r.future = i+1 < len(s.records) && r.sec > s.records[i+1].sec+120
		if r.future {
			r.scanned.Flags |= smartylog.Future
		}
		if r.forge {
			r.scanned.Flags |= smartylog.Suspect
		}
		r.suspect = r.scanned.IsSuspect()
	}
}

func (s *oSource) scanFile(t *rapid.T, gen int, text string, part []*oRecord) {
	sc := smartylog.NewScanner(strings.NewReader(text), 0, smartylog.Options{})
	rec := smartylog.Record{Instance: s.instance, Log: s.stem, File: fmt.Sprintf("%s.log.%d", s.stem, gen), Gen: gen}
	for _, r := range part {
		if err := sc.Next(&rec); err != nil && (err != io.EOF || !sc.Flush(&rec)) {
			t.Fatalf("scan %q: %v", r.text, err)
		}
		r.scanned = rec.Clone()
		if r.scanned.Sec != r.sec || r.scanned.Event != r.event || r.scanned.Pos != r.pos {
			t.Fatalf("%q was read as %s at %d, byte %d; want %d, byte %d", r.text, r.scanned.Event, r.scanned.Sec, r.scanned.Pos, r.sec, r.pos)
		}
	}
}

// drawSource draws one log. steps are the distances that matter to the rules:
// records love to lie exactly so far from each other, or one second off.
func drawSource(t *rapid.T, n int, uses string, steps []int64, long bool) *oSource {
	s := &oSource{uses: uses, instance: pick(t, "instance", "app", "box", ""), stem: []string{"alpha", "beta", "alpha2"}[n], zone: pick(t, "zone", 0, 180, -330)}
	now := t0 + pick[int64](t, "start", 0, 0, 1, 30, 55, 59)
	moves := pick(t, "moves", 0, 1, 3, 8, 15, 25, 35, 45)
	if long {
		moves = min(moves, 8)
	}
	kinds := habits[pick(t, "habits", 0, 1, 1, 2, 3, 3, 3, 4, 5, 5)]
	for range moves {
		now = s.move(t, now, kinds, steps, long)
	}
	s.cut = len(s.records) - min(len(s.records), pick(t, "newest generation", 0, 1, 5, 100))
	return s
}

// redactor is shared: what may be shown is not the oracle's business.
var redactor = redact.New(nil, nil)

// habits are the moves that a source makes, by how orderly it is; the last one
// does everything.
var habits = [][]int{
	{0, 0, 0, 1, 1, 2, 7},
	{0, 0, 0, 1, 1, 2, 3, 7},
	{0, 0, 0, 1, 1, 2, 3, 4, 7},
	{0, 0, 0, 1, 1, 2, 2, 5, 5, 5},
	{0, 0, 0, 0, 1, 1, 1, 2, 2, 6, 7},
	{0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 5, 5, 6, 7},
}

// move writes one record or several and returns where the source's clock is.
func (s *oSource) move(t *rapid.T, now int64, kinds []int, steps []int64, long bool) int64 {
	near := func() int64 { return max(0, pick(t, "distance", steps...)+pick[int64](t, "off by", 0, 0, 0, -1, 1)) }
	switch kind := pick(t, "move", kinds...); kind {
	case 0:
		now += near()
	case 1:
		now += pick[int64](t, "little", 0, 0, 1, 1, 2, 3)
	case 2: // a burst
		for range rapid.IntRange(1, 5).Draw(t, "burst") {
			s.record(t, now)
		}
	case 3: // out of order, within lateness or just beyond
		s.record(t, now-pick[int64](t, "back", 1, 2, 2, 3, 3, 4))
		return now
	case 4: // late
		s.record(t, now-near()-pick[int64](t, "late by", 3, 4, 10, 59, 60, 61))
		return now
	case 5: // from the future, if a record follows
		s.record(t, now+pick[int64](t, "ahead", 120, 121, 122, 130, 200, 900, 90000))
		return now
	case 6: // set back
		if long {
			break
		}
		back := pick[int64](t, "set back", 60, 61, 62, 70, 130, 300)
		for i := range rapid.IntRange(3, 7).Draw(t, "records set back") {
			s.record(t, now-back+int64(i)*pick[int64](t, "apart", 0, 0, 1))
		}
		if pick(t, "stays", true, false) {
			return now - back
		}
	case 7: // silence
		now += pick[int64](t, "silence", 15, 60, 61, 119, 120, 300)
	}
	s.record(t, now)
	return now
}

func (s *oSource) record(t *rapid.T, sec int64) {
	r := &oRecord{source: s, sec: sec, event: pick(t, "event", "ORACLE_A", "ORACLE_A", "ORACLE_A", "ORACLE_B", "ORACLE_C")}
	r.forge = pick(t, "forged", 0, 0, 0, 0, 0, 0, 0, 0, 0, 1) == 1
	for _, f := range fieldValues {
		if !strings.Contains(s.uses, f.name) {
			continue
		}
		if v := pick(t, f.name, f.from...); v != any(missing{}) {
			r.fields = append(r.fields, oField{f.name, v})
		}
	}
	s.records = append(s.records, r)
}

var fieldValues = []struct {
	name string
	from []any
}{
	{"host", []any{"a", "a", "a", "b", "b", "c", "d", "5", int64(5), 1.5, true, nil, missing{}}},
	{"area", []any{"a", "b", "z", int64(5), nil, missing{}}},
	{"n", []any{int64(1), int64(2), int64(5), int64(7), int64(-3), 0.1, 2.5, 1e21, math.Copysign(0, -1), "12", "1.5", "abc", "", true, nil, missing{}}},
	{"tag", []any{"x", "y", "5", int64(5), 1.5, nil, missing{}}},
	{"password", []any{"b", "a", "c", missing{}}},
}

// missing stands for a field that is not in the record.
type missing struct{}
