package logstats_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/smarty-alert/smarty-alert/loggen"
	"github.com/smarty-alert/smarty-alert/logstats"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// scan reads the records of a text as those of one log.
func scan(t testing.TB, stem, text string) []*smartylog.Record {
	t.Helper()
	s := smartylog.NewScanner(strings.NewReader(text), 0, smartylog.Options{})
	rec := &smartylog.Record{Log: stem, File: stem + ".log"}
	var all []*smartylog.Record
	for s.Next(rec) == nil {
		all = append(all, rec.Clone())
	}
	for s.Flush(rec) {
		all = append(all, rec.Clone())
	}
	return all
}

// logOf counts all records of a text.
func logOf(t testing.TB, stem, text string) *logstats.Log {
	t.Helper()
	l := &logstats.Log{Name: stem, Stem: stem, Files: []string{stem + ".log"}, Bytes: int64(len(text)),
		Lines: int64(strings.Count(text, "\n")), Counts: logstats.NewCounts()}
	for _, rec := range scan(t, stem, text) {
		l.Course.Add(rec)
		l.Counts.Add(rec)
	}
	return l
}

// at writes a record that comes so many seconds after 10:00:00.
func at(seconds int, level, message string) string {
	when := time.Date(2024, 11, 18, 10, 0, 0, 0, time.FixedZone("", 10800)).Add(time.Duration(seconds) * time.Second)
	return when.Format("Mon Jan 02 15:04:05-0700 2006") + " " + level + " api:1 get[1.T] " + message + "\n"
}

func repeat(n int, record func(i int) string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(record(i))
	}
	return b.String()
}

func TestCounts(t *testing.T) {
	text := at(0, "DEBUG", "LOGIN_SUCCESS login_type='a' params={}") +
		at(1, "WARNING", "LOGIN_ERROR reason='x' params={u'a': 1} ip='1' ip='2'") +
		at(2, "WARNING", "LOGIN_ERROR reason='y' params={u'a") +
		at(3, "ERROR", "something broke k=1") +
		at(4, "INFO", "own_event a=1 b=2")
	c := logOf(t, "smarty_accounts", text).Counts
	if c.Records != 5 || c.Levels["WARNING"] != 2 || c.Levels["INFO"] != 1 {
		t.Errorf("records %d, levels %v", c.Records, c.Levels)
	}
	var flags []string
	for _, name := range c.FlagNames() {
		flags = append(flags, fmt.Sprintf("%s %d", name, c.Flags[name].Count))
	}
	if diff := cmp.Diff([]string{"duplicate_key 1", "no_event 1", "partial_value 1", "suspect 1", "unterminated 1"}, flags); diff != "" {
		t.Errorf("flags (-want +got):\n%s", diff)
	}
	e := c.Events["LOGIN_ERROR"]
	want := []logstats.Key{{Name: "params", Count: 2}, {Name: "reason", Count: 2}, {Name: "ip", Count: 2}}
	if diff := cmp.Diff(want, e.Keys, cmpopts.SortSlices(func(a, b logstats.Key) bool { return a.Name < b.Name })); diff != "" {
		t.Errorf("keys of LOGIN_ERROR (-want +got):\n%s", diff)
	}
	if got := e.UnknownKeys(); len(got) != 1 || got[0].Name != "ip" {
		t.Errorf("unknown keys = %v, want ip", got)
	}
	if e := c.Events["OWN_EVENT"]; e == nil || len(e.Keys) != 2 || e.UnknownKeys() != nil {
		t.Errorf("own event = %+v", e)
	}
	if e := c.Events[""]; e == nil || len(e.Keys) != 0 {
		t.Errorf("records without an event have keys: %+v", e)
	}
	if b := c.Biggest; len(b) != 5 || b[0].Event != "LOGIN_ERROR" || b[0].Bytes < b[4].Bytes {
		t.Errorf("biggest = %+v", b)
	}
}

// Whatever the division, the sums are the same.
func TestCounts_Divided(t *testing.T) {
	g, err := loggen.New(loggen.Options{Seed: 7, Start: time.Date(2024, 11, 18, 0, 0, 0, 0, time.UTC), Duration: time.Hour, Rate: 1})
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for {
		r, ok := g.Next()
		if !ok {
			break
		}
		text.Write(r.Text)
	}
	recs := scan(t, "smarty_main", text.String()+"broken \xff\nFri Mar 24 24:00:00 2017 INFO x\n")
	whole := logstats.NewCounts()
	for _, r := range recs {
		whole.Add(r)
	}
	if whole.Records < 500 {
		t.Fatalf("only %d records", whole.Records)
	}
	rapid.Check(t, func(rt *rapid.T) {
		sum := logstats.NewCounts()
		for rest := recs; len(rest) > 0; {
			n := rapid.IntRange(1, 200).Draw(rt, "n")
			n = min(n, len(rest))
			part := logstats.NewCounts()
			for _, r := range rest[:n] {
				part.Add(r)
			}
			sum.Merge(part)
			rest = rest[n:]
		}
		if diff := cmp.Diff(whole, sum, cmpopts.IgnoreUnexported(logstats.Counts{}), cmp.AllowUnexported(logstats.Event{}),
			cmpopts.SortSlices(func(a, b logstats.Key) bool { return a.Name < b.Name })); diff != "" {
			rt.Errorf("divided (-whole +sum):\n%s", diff)
		}
	})
}

// A log of garbage names stays small.
func TestCounts_Bounded(t *testing.T) {
	c := logOf(t, "x", repeat(5000, func(i int) string { return at(i, "INFO", fmt.Sprintf("own_%d k%d=1", i, i)) })).Counts
	if len(c.Events) > 2001 || c.Events[logstats.Overflow] == nil || c.Records != 5000 {
		t.Errorf("%d events, %d records", len(c.Events), c.Records)
	}
	e := logOf(t, "x", repeat(1000, func(i int) string { return at(i, "INFO", fmt.Sprintf("own k%d=1", i)) })).Counts.Events["OWN"]
	if len(e.Keys) != 300 || e.Others != 700 {
		t.Errorf("%d keys, %d others", len(e.Keys), e.Others)
	}
}

func TestCourse(t *testing.T) {
	text := at(0, "INFO", "A") + at(1, "INFO", "A") + at(0, "INFO", "A") + at(5000, "INFO", "A") + at(4000, "INFO", "A") +
		strings.Replace(at(5001, "INFO", "A"), "+0300", "", 1) + strings.Replace(at(5001, "INFO", "A"), "+0300", "+0000", 1)
	c := logOf(t, "x", text).Course
	if c.Span.Count != 7 || c.Silence.Seconds() != 10801 || c.Back.Count != 1 || c.Back.Worst != 1000 {
		t.Errorf("span %+v, silence %+v, back %+v", c.Span, c.Silence, c.Back)
	}
	if len(c.Offsets) != 2 || c.Offsets[10800].Count != 5 || c.Switches != 1 {
		t.Errorf("offsets %v, %d switches", c.Offsets, c.Switches)
	}
}

// Each finding with the log that shows it, and a log beside it that does not.
func TestFindings(t *testing.T) {
	ordinary := repeat(30, func(i int) string { return at(i, "DEBUG", "LOGIN_SUCCESS login_type='a' params={}") })
	errorsOnly := repeat(30, func(i int) string { return at(i, "WARNING", "LOGIN_ERROR reason='x' params={}") })
	two := func(i int) string {
		return at(i, "DEBUG", "LOGIN_SUCCESS login_type=u'\\u043f' params={u'a': u'b'}")
	}
	three := func(i int) string { return at(i, "DEBUG", "LOGIN_SUCCESS login_type='вход' params={'a': 'b'}") }
	zero := func(s string) string { return strings.ReplaceAll(s, "+0300", "+0000") }
	for name, tc := range map[string]struct {
		text    string
		written int // seconds after 10:00:00 at which the file was last written; 0: unknown
		want    []string
	}{
		"ordinary":                 {ordinary, 30, nil},
		"level raised":             {errorsOnly, 0, []string{"level_raised"}},
		"level raised, few":        {at(0, "INFO", "ACCOUNT_CREATED account_id=1"), 0, nil},
		"one failure says nothing": {at(0, "WARNING", "LOGIN_ERROR reason='x' params={}"), 0, nil},
		"three failures say it":    {strings.Repeat(at(0, "WARNING", "LOGIN_ERROR reason='x' params={}"), 3), 0, []string{"level_raised"}},
		"written before it":        {ordinary, -600, []string{"clock_ahead"}},
		"three hours ahead":        {zero(ordinary), -10800 + 10800 + 30, []string{"zero_offset"}},
		"no offset":                {strings.ReplaceAll(ordinary, "+0300", ""), 0, []string{"no_offset"}},
		"no offset, wrong zone":    {strings.ReplaceAll(ordinary, "+0300", ""), 30, []string{"zone"}},
		"a new zone":               {ordinary + strings.ReplaceAll(ordinary, "+0300", "+0200"), 0, []string{"offset_changed"}},
		"two zones":                {repeat(10, func(i int) string { return at(i, "DEBUG", "LOGIN_SUCCESS") + zero(at(i, "DEBUG", "LOGIN_SUCCESS")) }), 0, []string{"zero_offset"}},
		"back an hour":             {at(5000, "DEBUG", "LOGIN_SUCCESS") + strings.Repeat(at(4999, "DEBUG", "LOGIN_SUCCESS"), 2) + at(0, "DEBUG", "LOGIN_SUCCESS"), 0, []string{"time_back"}},
		"two seconds are nothing":  {at(2, "DEBUG", "LOGIN_SUCCESS") + at(0, "DEBUG", "LOGIN_SUCCESS"), 0, nil},
		"a long silence":           {ordinary + repeat(100, func(i int) string { return at(20000+i, "DEBUG", "LOGIN_SUCCESS") }), 0, []string{"silence"}},
		"a command three times": {repeat(3, func(h int) string {
			return repeat(40, func(i int) string { return at(h*14400*h+i, "DEBUG", "LOGIN_SUCCESS") })
		}), 0, nil},
		"upgrade":                  {repeat(5, two) + repeat(5, func(i int) string { return three(i + 10) }), 0, []string{"eras"}},
		"mixed":                    {repeat(5, func(i int) string { return two(i) + three(i) }), 0, []string{"mixed_eras"}},
		"mixed, more of one":       {repeat(5, func(i int) string { return two(i) + three(i) + three(i) }), 0, []string{"mixed_eras"}},
		"four seconds back":        {at(4, "DEBUG", "LOGIN_SUCCESS") + at(0, "DEBUG", "LOGIN_SUCCESS"), 0, []string{"time_back"}},
		"a downgrade":              {repeat(5, three) + repeat(5, func(i int) string { return two(i + 10) }), 0, []string{"eras"}},
		"names of objects":         {repeat(9, func(i int) string { return two(i) + at(i, "DEBUG", "LOGIN_SUCCESS a=<Account: 'Иван'>") }), 0, []string{"unknown_keys"}},
		"broken":                   {ordinary + "Fri Mar 24 24:00:00+0300 2017 INFO x\n", 0, []string{"bad_header"}},
		"cut value":                {ordinary + at(31, "DEBUG", "LOGIN_SUCCESS params={u'a"), 0, []string{"partial_value"}},
		"key twice":                {ordinary + at(31, "DEBUG", "LOGIN_SUCCESS login_type=1 login_type=2"), 0, []string{"duplicate_key"}},
		"not utf-8":                {ordinary + at(31, "DEBUG", "LOGIN_SUCCESS login_type=\xcf\xf0\xe8"), 0, []string{"not_utf8"}},
		"weekday":                  {strings.Replace(ordinary, "Mon", "Tue", 1), 0, []string{"weekday_mismatch"}},
		"own event":                {at(0, "DEBUG", "hydra_request url='x'"), 0, []string{"unknown_events"}},
		"misspelt":                 {at(0, "DEBUG", "LOGIN_EROR reason='x'"), 0, []string{"misspelt_events"}},
		"of another log":           {at(0, "DEBUG", "OBJECT_CACHED key='x'"), 0, []string{"misplaced_events"}},
		"unknown key":              {at(0, "DEBUG", "LOGIN_SUCCESS ip='192.0.2.1'"), 0, []string{"unknown_keys"}},
		"keys of an open set":      {at(0, "DEBUG", "ACCOUNT_CHANGED account_id=1 name='x'"), 0, nil},
		"both spellings of a key":  {at(0, "DEBUG", "EPG_IMPORT_FINISHED programs_imported=1"), 0, []string{"misplaced_events"}},
		"another program's log":    {strings.Repeat("192.0.2.1 - - [18/Nov/2024] \"GET /\" 200\n", 9), 0, []string{"no_records"}},
		"nothing":                  {"", 0, []string{"empty"}},
		"forged":                   {ordinary + strings.TrimSuffix(at(31, "DEBUG", "LOGIN_SUCCESS login_type='a"), "\n") + at(32, "DEBUG", "LOGIN_SUCCESS"), 0, []string{"suspect", "glued", "partial_value"}},
		"traceback of other bytes": {ordinary + at(31, "ERROR", "Internal Server Error: /x/") + "Traceback (most recent call last):\n  File \"/a.py\", line 1, in f\n    raise E('плохо')\nKeyError: 'x'\n", 0, nil},
	} {
		t.Run(name, func(t *testing.T) {
			l := logOf(t, "smarty_accounts", tc.text)
			if tc.written != 0 {
				l.Written = time.Date(2024, 11, 18, 7, 0, 0, 0, time.UTC).Unix() + int64(tc.written)
			}
			var got []string
			for _, f := range logstats.Findings([]*logstats.Log{l}, logstats.Options{Zone: time.UTC}) {
				got = append(got, f.Code)
				if f.Text == "" || !strings.HasSuffix(f.Text, ".") || strings.Contains(f.Text, "%!") {
					t.Errorf("text of %s: %q", f.Code, f.Text)
				}
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

// A log that was renamed by whoever collected it holds nothing in the wrong place.
func TestFindings_Renamed(t *testing.T) {
	text := at(0, "DEBUG", "OBJECT_CACHED key='x'")
	if got := logstats.Findings([]*logstats.Log{logOf(t, "collected", text)}, logstats.Options{Zone: time.UTC}); len(got) != 0 {
		t.Errorf("findings = %v, want none", got)
	}
}

// The words an operator reads.
func TestFindings_Words(t *testing.T) {
	accounts := logOf(t, "smarty_accounts", repeat(120, func(i int) string { return at(i, "WARNING", "LOGIN_ERROR reason='x' params={}") }))
	epg := logOf(t, "smarty_epg", strings.ReplaceAll(at(5, "DEBUG", "EPG_REMOVED epg_channel=1 source=2 removed_objects=[]"), "+0300", "+0000"))
	got := logstats.Findings([]*logstats.Log{accounts, epg}, logstats.Options{Zone: time.FixedZone("MSK", 10800)})
	want := []logstats.Finding{
		{Code: "level_raised", Weight: "warning", Log: "smarty_accounts",
			Text:   "It has 120 LOGIN_ERROR but no LOGIN_SUCCESS, and not one record below WARNING: its level was probably raised. Missing: LOGIN_SUCCESS, ACCOUNT_ACTIVATED, ACCOUNT_CREATED, ACCOUNT_CHANGED and 7 more.",
			Advice: "Rules that compare failures with successes, or that wait for a success, cannot work here. Lower the handler's level in Smarty's settings to DEBUG, or count failures alone."},
		{Code: "zero_offset", Weight: "warning", Log: "smarty_epg", Text: "It prints +0000, while other logs have another offset (smarty_accounts).",
			Advice: "If the clocks agree with the others', it is local time, as Python 2.7 prints it. Set `offset: {ignore: Europe/Moscow}`, say, in the entry of the configuration."},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

// A stop of the server is one finding, not one per log.
func TestFindings_SilenceOfAll(t *testing.T) {
	stopped := func(stem, event string, from, to int) *logstats.Log {
		return logOf(t, stem, repeat(150, func(i int) string { return at(from-150+i, "DEBUG", event) })+repeat(150, func(i int) string { return at(to+i, "DEBUG", event) }))
	}
	accounts, cache := stopped("smarty_accounts", "LOGIN_SUCCESS", 500, 20000), stopped("smarty_cache", "OBJECT_CACHED", 600, 19000)
	var got []string
	for _, f := range logstats.Findings([]*logstats.Log{accounts, cache}, logstats.Options{Zone: time.FixedZone("MSK", 10800)}) {
		got = append(got, f.Code+": "+f.Text)
	}
	want := []string{"silence: smarty_accounts, smarty_cache say nothing from 2024-11-18 10:09:59 to 2024-11-18 15:16:40 (5 h 6 min), and otherwise write all the time."}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	apart := stopped("smarty_cache", "OBJECT_CACHED", 100000, 120000)
	if found := logstats.Findings([]*logstats.Log{accounts, apart}, logstats.Options{Zone: time.UTC}); len(found) != 2 || found[0].Log != "smarty_accounts" || found[1].Log != "smarty_cache" {
		t.Errorf("silences at different times: %+v", found)
	}
}
