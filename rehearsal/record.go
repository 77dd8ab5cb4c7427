package rehearsal

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/ingest"
	"github.com/smarty-alert/smarty-alert/replay"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/ruletest"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// Recording says of which alert a test is made, and how. A test holds what the logs
// had for its rule, from as far back as the rule looks to the end of the alert.
type Recording struct {
	Setting
	Rule    *rules.Rule  // one of Setting.Rules
	Group   alert.Labels // of the alert; those that are left out may be anything
	Sources []ingest.Source
	Read    ingest.ReadOptions // zones, and with From where to look for the alert
	Paths   []string           // of the rules, as the test names them
	Most    int                // records; 0: 1000
	// Anonymise copies a log without people and secrets.
	Anonymise func(w io.Writer, r io.Reader) error
}

// The alert ends a test when it has lasted so long, and a test looks back so far at
// most, in seconds.
const (
	longestAlert = 60 * 60
	longestReach = 24 * 60 * 60
	usualRecords = 1000
)

// ErrNoAlert says that the rule raised no alert of which a test could be made.
var ErrNoAlert = errors.New("no such alert")

// Record makes a test of the first alert that the rule raises. The error is
// ErrNoAlert where there is none, or says what keeps a test from being made.
func Record(ctx context.Context, o Recording) ([]byte, error) {
	first, until, err := o.find(ctx)
	if err != nil {
		return nil, err
	}
	from := cmp.Or(first.ActiveAt, first.At) - reach(o.Rule)
	logs, err := o.around(from, until)
	if err != nil {
		return nil, err
	}
	text, err := o.write(logs, first, until)
	if err != nil {
		return nil, err
	}
	return o.expect(ctx, text)
}

// find replays the logs up to the end of the first alert that is meant.
func (o Recording) find(ctx context.Context) (first *alert.Transition, until int64, err error) {
	enough := errors.New("enough")
	_, err = replay.Run(ctx, replay.Options{Rules: o.Rules, Sources: o.Sources, Read: o.Read, Lateness: o.Lateness, Redactor: o.Redactor}, func(ev replay.Event) error {
		t := ev.Alert
		switch {
		case first != nil && ev.At() > first.At+longestAlert:
			return enough
		case t == nil || t.Rule != o.Rule.ID:
		case first == nil && (t.State == alert.Firing || t.State == alert.Event) && o.meant(t):
			first, until = t, t.At
			if t.State == alert.Event {
				return enough
			}
		case first != nil && t.AlertID == first.AlertID:
			until = t.At
			if t.State == alert.Resolved {
				return enough
			}
		}
		return nil
	})
	if err != nil && !errors.Is(err, enough) {
		return nil, 0, err
	}
	if first == nil {
		return nil, 0, ErrNoAlert
	}
	return first, until, nil
}

func (o Recording) meant(t *alert.Transition) bool {
	for _, l := range o.Group {
		if v, ok := t.Group.Lookup(l.Name); !ok || v != l.Value {
			return false
		}
	}
	return true
}

// reach is how far back a rule looks, in seconds.
func reach(r *rules.Rule) int64 {
	back := max(r.Window, r.Within)
	for _, c := range r.Columns {
		back = max(back, c.Window+c.Offset)
	}
	if back == 0 {
		back = 60
	}
	return min(back, longestReach)
}

// around are the records that the rule is about, of each log, without people and
// secrets.
func (o Recording) around(from, until int64) ([]ingest.Source, error) {
	read := o.Read
	read.From, read.To = from, until+1
	read.Wants = func(src ingest.Source) func(string) bool {
		return func(event string) bool { return o.wants(src.Stem, event) }
	}
	files, err := ingest.OpenFiles(o.Sources, read)
	if err != nil {
		return nil, err
	}
	defer files.Close()
	texts := make([]bytes.Buffer, len(o.Sources))
	most := cmp.Or(o.Most, usualRecords)
	var rec smartylog.Record
	for n := 0; ; {
		src, err := files.Next(&rec)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if !o.wants(o.Sources[src].Stem, rec.Event) {
			continue
		}
		if n++; n > most {
			return nil, fmt.Errorf("the alert takes more than %d records: --group picks a smaller one, --max allows more", most)
		}
		texts[src].Write(rec.Raw)
	}
	var out []ingest.Source
	for i := range texts {
		if texts[i].Len() == 0 {
			continue
		}
		var text bytes.Buffer
		if err := o.Anonymise(&text, &texts[i]); err != nil {
			return nil, err
		}
		src := o.Sources[i]
		out = append(out, ingest.Memory(src.Instance, src.Stem, src.Stem+".log", text.Bytes()))
	}
	return out, nil
}

// wants tells of which records the test is made. A rule over alerts needs what the
// other rules look at.
func (o Recording) wants(log, event string) bool {
	if o.Rule.Source == rules.LogRecords {
		return o.Rule.Selects(log, event)
	}
	return o.Rules.Wants(log, event)
}

// write is the test without what it expects.
func (o Recording) write(logs []ingest.Source, first *alert.Transition, until int64) ([]byte, error) {
	read := o.Read
	read.From, read.To, read.Wants = 0, 0, nil
	f, err := openFeed(logs, 0, read.SourceOptions)
	if err != nil {
		return nil, err
	}
	defer f.close()
	var input strings.Builder
	var start time.Time
	for {
		src, ok := f.peek()
		if !ok {
			break
		}
		l := f.lanes[src]
		if start.IsZero() {
			start = time.Unix(l.at, 0).In(time.FixedZone("", l.rec.Offset))
		}
		o.record(&input, logs[src].Stem, l, start)
		if err := l.next(); err != nil {
			return nil, err
		}
	}
	if start.IsZero() {
		return nil, errors.New("no record was left of which a test could be made")
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# Made by `smarty-alert test record` from a real log; people and secrets have stand-ins.\nversion: 1\ntests:\n- name: %s\n  rules: [%s]\n  start: %s\n",
		yamlText(fmt.Sprintf("%s, as on %s", o.Rule.ID, time.Unix(first.At, 0).In(start.Location()).Format("2006-01-02 15:04:05"))),
		strings.Join(quotedAll(o.Paths), ", "), start.Format("2006-01-02T15:04:05Z07:00"))
	if d := time.Duration(until-start.Unix()) * time.Second; d > 0 {
		fmt.Fprintf(&b, "  until: %s\n", span(d))
	}
	b.WriteString("  input:\n" + input.String())
	return []byte(b.String()), nil
}

func quotedAll(list []string) (out []string) {
	for _, s := range list {
		out = append(out, yamlText(s))
	}
	return out
}

// written time of a record: what {{ts}} may stand for.
var recordTime = regexp.MustCompile(`^\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d[+-]\d{4} \d{4}`)

// record is one record as an input. Its time becomes {{ts}} where it is written as
// {{ts}} is.
func (o Recording) record(b *strings.Builder, stem string, l *lane, start time.Time) {
	text := strings.TrimRight(string(l.rec.Raw), "\r\n")
	if m := recordTime.FindString(text); m != "" && m == time.Unix(l.at, 0).In(start.Location()).Format(stamp) {
		text = "{{ts}}" + text[len(m):]
	}
	fmt.Fprintf(b, "  - {at: %s, log: %s, line: ", span(time.Duration(l.at-start.Unix())*time.Second), yamlText(stem))
	if strings.Contains(text, "\n") || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		b.WriteString(strconv.Quote(text) + "}\n")
	} else {
		b.WriteString("'" + strings.ReplaceAll(text, "'", "''") + "'}\n")
	}
}

// expect plays the test and adds what it expects: the alerts of the rule.
func (o Recording) expect(ctx context.Context, text []byte) ([]byte, error) {
	whole := string(text) + "  expect:\n    never: [{rule: " + o.Rule.ID + "}]\n"
	tests, err := ruletest.Parse("recorded_test.yaml", []byte(whole))
	if err != nil {
		return nil, fmt.Errorf("read the test again: %w", err)
	}
	p, err := Play(ctx, tests[0], o.Setting)
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	for _, t := range p.Alerts() {
		if t.Rule == o.Rule.ID && t.State != alert.Pending {
			_, item := p.item(t)
			b.WriteString("    - " + item + "\n")
		}
	}
	if b.Len() == 0 {
		return nil, errors.New("the rule does not fire on records without people and secrets: --keep NAME leaves a value that it looks at as it is")
	}
	return slices.Concat(text, []byte("  expect:\n    alerts:\n"+b.String())), nil
}
