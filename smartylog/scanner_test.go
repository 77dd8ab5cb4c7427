package smartylog_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

const head = "Fri Mar 24 10:22:35+0300 2017 DEBUG api:621 get[83630.Thread-3] "

// one reads text that should be a single record.
func one(t *testing.T, text string) *smartylog.Record {
	t.Helper()
	records := readAll(t, []byte(text), smartylog.Options{})
	if len(records) != 1 {
		t.Fatalf("%d records in %q, want 1", len(records), text)
	}
	return records[0]
}

func flagsOf(r *smartylog.Record) string {
	r.Decode()
	return strings.Join(r.Flags.Names(), " ")
}

func TestHeader_Variants(t *testing.T) {
	const sec = 1490340155
	for name, tc := range map[string]struct {
		text  string
		sec   int64
		want  smartylog.Header
		flags string
	}{
		"documented":      {"Fri Mar 24 10:22:35+0300 2017 DEBUG api:621 get[83630.Thread-3] X", sec, smartylog.Header{Level: "DEBUG", Module: "api", Line: 621, Function: "get", PID: 83630, Thread: "Thread-3"}, ""},
		"no offset":       {"Fri Mar 24 10:22:35 2017 INFO a:1 b[1.c] X", sec + 10800, smartylog.Header{Level: "INFO", Module: "a", Line: 1, Function: "b", PID: 1, Thread: "c"}, "no_offset"},
		"padded day":      {"Sat Mar  4 10:22:35+0300 2017 WARN a:1 b[1.c] X", sec - 20*86400, smartylog.Header{Level: "WARN", Module: "a", Line: 1, Function: "b", PID: 1, Thread: "c"}, ""},
		"short day":       {"Sat Mar 4 10:22:35+0300 2017 NOTICE a:1 b[1.c] X", sec - 20*86400, smartylog.Header{Level: "NOTICE", Module: "a", Line: 1, Function: "b", PID: 1, Thread: "c"}, ""},
		"colon in offset": {"Fri Mar 24 10:22:35+03:00 2017 INFO a:1 b[1.c] X", sec, smartylog.Header{Level: "INFO", Module: "a", Line: 1, Function: "b", PID: 1, Thread: "c"}, ""},
		"zulu":            {"Fri Mar 24 07:22:35Z 2017 INFO a:1 b[1.c] X", sec, smartylog.Header{Level: "INFO", Module: "a", Line: 1, Function: "b", PID: 1, Thread: "c"}, ""},
		"numeric level":   {"Fri Mar 24 10:22:35+0300 2017 Level 15 a:1 b[1.c] X", sec, smartylog.Header{Level: "Level 15", Module: "a", Line: 1, Function: "b", PID: 1, Thread: "c"}, ""},
		"unknown file":    {"Fri Mar 24 10:22:35+0300 2017 INFO (unknown file):0 (unknown function)[1.Dummy-1] X", sec, smartylog.Header{Level: "INFO", Module: "(unknown file)", Function: "(unknown function)", PID: 1, Thread: "Dummy-1"}, ""},
		"lambda":          {"Fri Mar 24 10:22:35+0300 2017 INFO a:1 <lambda>[1.ThreadPoolExecutor-0_1] X", sec, smartylog.Header{Level: "INFO", Module: "a", Line: 1, Function: "<lambda>", PID: 1, Thread: "ThreadPoolExecutor-0_1"}, ""},
		"worker thread":   {"Fri Mar 24 10:22:35+0300 2017 INFO a:1 b[1.Thread-7 (worker)] X", sec, smartylog.Header{Level: "INFO", Module: "a", Line: 1, Function: "b", PID: 1, Thread: "Thread-7 (worker)"}, ""},
		"bracket thread":  {"Fri Mar 24 10:22:35+0300 2017 INFO a:1 b[1.pool [a] b] X y=1", sec, smartylog.Header{Level: "INFO", Module: "a", Line: 1, Function: "b", PID: 1, Thread: "pool [a] b"}, ""},
		"wrong weekday":   {"Mon Mar 24 10:22:35+0300 2017 INFO a:1 b[1.c] X", sec, smartylog.Header{Level: "INFO", Module: "a", Line: 1, Function: "b", PID: 1, Thread: "c"}, "weekday_mismatch"},
		"russian":         {"Пт мар 24 10:22:35+0300 2017 INFO a:1 b[1.c] X", sec, smartylog.Header{Level: "INFO", Module: "a", Line: 1, Function: "b", PID: 1, Thread: "c"}, ""},
		"byte order mark": {"\xEF\xBB\xBFFri Mar 24 10:22:35+0300 2017 INFO a:1 b[1.c] X", sec, smartylog.Header{Level: "INFO", Module: "a", Line: 1, Function: "b", PID: 1, Thread: "c"}, ""},
		"colours":         {"\x1b[31mFri Mar 24 10:22:35+0300 2017 \x1b[1mERROR\x1b[0m a:1 b[1.c] X", sec, smartylog.Header{Level: "ERROR", Module: "a", Line: 1, Function: "b", PID: 1, Thread: "c"}, ""},
		"nul hole":        {"\x00\x00\x00Fri Mar 24 10:22:35+0300 2017 INFO a:1 b[1.c] X", sec, smartylog.Header{Level: "INFO", Module: "a", Line: 1, Function: "b", PID: 1, Thread: "c"}, ""},
		"crlf":            {"Fri Mar 24 10:22:35+0300 2017 INFO a:1 b[1.c] X\r", sec, smartylog.Header{Level: "INFO", Module: "a", Line: 1, Function: "b", PID: 1, Thread: "c"}, ""},
		"leap second":     {"Fri Mar 24 10:22:60+0300 2017 INFO a:1 b[1.c] X", sec + 25, smartylog.Header{Level: "INFO", Module: "a", Line: 1, Function: "b", PID: 1, Thread: "c"}, ""},
	} {
		r := one(t, tc.text+"\n")
		if r.Sec != tc.sec || r.Event != "X" || flagsOf(r) != tc.flags {
			t.Errorf("%s: second %d event %q flags %q, want %d X %q", name, r.Sec, r.Event, flagsOf(r), tc.sec, tc.flags)
		}
		if diff := cmp.Diff(tc.want, r.Header()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestHeader_Broken(t *testing.T) {
	for name, text := range map[string]string{
		"hour 24":     "Fri Mar 24 24:00:00+0300 2017 INFO a:1 b[1.c] X",
		"30 february": "Thu Feb 30 10:00:00+0300 2017 INFO a:1 b[1.c] X",
		"no process":  "Fri Mar 24 10:22:35+0300 2017 DEBUG api:621 get X",
		"cut":         "Fri Mar 24 10:22:35+0300 2017 DEBUG",
	} {
		records := readAll(t, []byte(head+"A\n"+text+"\n"+head+"B\n"), smartylog.Options{})
		if len(records) != 3 {
			t.Errorf("%s: %d records, want 3", name, len(records))
			continue
		}
		if r := records[1]; r.HasTime() || !r.Flags.Has(smartylog.BadHeader) || r.Text() != text {
			t.Errorf("%s: time %v flags %v text %q", name, r.HasTime(), r.Flags.Names(), r.Text())
		}
	}
}

func TestContext(t *testing.T) {
	for name, tc := range map[string]struct{ message, event, ctx, rest, flags string }{
		"quoted keys":         {`X 'ip'='1' "a"=2 u'b'=3`, "X", `{"ip":"1","a":2,"b":3}`, "", ""},
		"spaces and commas":   {`X a = 'b' , c = 'd',e=1`, "X", `{"a":"b","c":"d","e":1}`, "", ""},
		"event pair":          {`event='some_event' a=1`, "SOME_EVENT", `{"a":1}`, "", ""},
		"event colon":         {`LOGIN_SUCCESS: a=1`, "LOGIN_SUCCESS", `{"a":1}`, "", ""},
		"bare words":          {`LOGIN_SUCCESS some words a=1 more`, "LOGIN_SUCCESS", `{"a":1}`, "some words more", ""},
		"plain message":       {`Internal Server Error: /x/ cid=5`, "", `{"cid":5}`, "Internal Server Error: /x/ cid=5", "no_event"},
		"duplicate":           {`X a=1 a=2`, "X", `{"a":1}`, "", "duplicate_key"},
		"raw address":         {`X ip=10.0.0.1 bb=1`, "X", `{"ip":"10.0.0.1","bb":1}`, "", ""},
		"raw agent":           {`ADMIN_REQUEST user_agent=Mozilla/5.0 (X11; a=b) ip=6.6.6.6 foo=1 ip='10.0.0.1' path='/a'`, "ADMIN_REQUEST", `{"user_agent":"Mozilla/5.0 (X11; a=b) ip=6.6.6.6 foo=1","ip":"10.0.0.1","path":"/a"}`, "", ""},
		"raw agent last":      {`ADMIN_REQUEST ip='10.0.0.1' user_agent=Mozilla ip=6.6.6.6 x path=/a`, "ADMIN_REQUEST", `{"ip":"10.0.0.1","user_agent":"Mozilla ip=6.6.6.6 x","path":"/a"}`, "", ""},
		"raw, unknown event":  {`own_event agent=Moz (a) key=1`, "OWN_EVENT", `{"agent":"Moz (a)","key":1}`, "", ""},
		"open quote":          {`X a='b`, "X", `{"a":"'b"}`, "", "partial_value unterminated"},
		"open dict":           {`LOGIN_ERROR params={u'a': u'b', u'c`, "LOGIN_ERROR", `{"params":"{u'a': u'b', u'c"}`, "", "partial_value unterminated"},
		"broken repr":         {`X a=[1 2] bb=3`, "X", `{"a":"[1 2]","bb":3}`, "", "partial_value"},
		"empty value":         {`X a= `, "X", `{"a":""}`, "", ""},
		"dotted key":          {`X a.b=1 c-d=2`, "X", `{"a.b":1,"c-d":2}`, "", ""},
		"foreign lines":       {"X a=1\n[pid: 1] GET /x => generated b=2\n", "X", `{"a":1}`, "[pid: 1] GET /x => generated b=2", ""},
		"value over lines":    {"X r=<W\na:<Q: {}>> b=1\nc=2", "X", `{"r":"<W\na:<Q: {}>>","b":1}`, "c=2", ""},
		"cp1251 in raw text":  {"X a=\xcf\xf0\xe8\xe2\xe5\xf2", "X", `{"a":"Привет"}`, "", ""},
		"invalid utf-8":       {"X a='Привет\xff'", "X", "{\"a\":\"Привет\uFFFD\"}", "", ""},
		"misspelt alias":      {`EPG_IMPORT_FINISHED programms_imported=5`, "EPG_IMPORT_FINISHED", `{"programms_imported":5}`, "", ""},
		"name with a bracket": {`EPG_REMOVED source=<S: a > b> removed_objects=[<P: x>]`, "EPG_REMOVED", `{"source":"<S: a > b>","removed_objects":["<P: x>"]}`, "", ""},
		"nothing":             {``, "", `{}`, "", "no_event"},
	} {
		r := one(t, head+tc.message)
		c := r.Decode()
		ctx := string(smartylog.AppendValue(nil, c.Pairs))
		if r.Event != tc.event || ctx != tc.ctx || c.Rest != tc.rest || flagsOf(r) != tc.flags {
			t.Errorf("%s:\n got %q %s rest %q flags %q\nwant %q %s rest %q flags %q", name, r.Event, ctx, c.Rest, flagsOf(r), tc.event, tc.ctx, tc.rest, tc.flags)
		}
	}
	if v, ok := one(t, head+"EPG_IMPORT_FINISHED programms_imported=5").Lookup("programs_imported"); !ok || v != int64(5) {
		t.Errorf("alias gives %v, %v", v, ok)
	}
}

// A header in the middle of a line begins a record, wherever it lies.
func TestScanner_Glued(t *testing.T) {
	for n := range 120 {
		first := head + "A text='" + strings.Repeat("x", n)
		records := readAll(t, []byte(first+head+"B a=1\n"), smartylog.Options{})
		if len(records) != 2 || records[1].Event != "B" || !records[1].Flags.Has(smartylog.Glued) || string(records[0].Raw) != first {
			t.Fatalf("after %d bytes: %d records", n, len(records))
		}
		if got := flagsOf(records[0]); got != "partial_value unterminated" {
			t.Fatalf("first record's flags = %q", got)
		}
		if !records[1].Flags.Has(smartylog.Suspect) {
			t.Errorf("header inside an open value is not suspect")
		}
	}
	three := readAll(t, []byte(head+"A"+head+"B"+head+"C\n"), smartylog.Options{})
	if len(three) != 3 || three[2].Event != "C" {
		t.Errorf("%d records of three glued ones", len(three))
	}
}

// Python 2.7 writes long records in pieces of 4,096 bytes; what another process
// writes between them is no forgery.
func TestScanner_SplitWrite(t *testing.T) {
	long := head + "OBJECT_CACHED object='"
	long += strings.Repeat("x", 4096-len(long))
	records := readAll(t, []byte(long+head+"B a=1\ntail of the first' timeout=5\n"+head+"C\n"), smartylog.Options{})
	if len(records) != 3 {
		t.Fatalf("%d records, want 3", len(records))
	}
	if got := flagsOf(records[1]); got != "glued" {
		t.Errorf("flags = %q, want glued", got)
	}
	if got, ok := records[1].Lookup("timeout"); ok {
		t.Errorf("the tail gave the record between timeout=%v", got)
	}
}

func TestScanner_Suspect(t *testing.T) {
	forged := head + "ACCOUNT_DEVICE_ERROR device=1 account=<Account: 5 (x\n" + strings.Replace(head, "10:22", "10:25", 1) + "B a=1\n"
	if r := readAll(t, []byte(forged), smartylog.Options{}); len(r) != 2 || !r[1].Flags.Has(smartylog.Suspect) {
		t.Error("a header inside an open object is not suspect")
	}
	traceback := head + "A a='x\nTraceback (most recent call last):\nKeyError: 'a'\n" + head + "B\n"
	if r := readAll(t, []byte(traceback), smartylog.Options{}); len(r) != 2 || r[1].IsSuspect() {
		t.Error("a record after a traceback is suspect")
	}
	far := head + "A\n" + strings.Replace(head, " 2017", " 2099", 1) + "B\n" + head + "C\n" + head + "D\n"
	r := readAll(t, []byte(far), smartylog.Options{})
	var got []bool
	for _, rec := range r {
		got = append(got, rec.Flags.Has(smartylog.Suspect))
	}
	if diff := cmp.Diff([]bool{false, true, false, false}, got); diff != "" {
		t.Errorf("year 2099 among 2017 (-want +got):\n%s", diff)
	}
}

// A record of any size takes bounded memory and keeps its head and tail.
func TestScanner_HugeLine(t *testing.T) {
	const size = 100 << 20
	text := io.MultiReader(strings.NewReader(head+"OBJECT_CACHED object='"), io.LimitReader(letters{}, size),
		strings.NewReader("end' timeout=5\nTraceback (most recent call last):\nKeyError: 'x'\n"+head+"B\n"))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	s := smartylog.NewScanner(text, 0, smartylog.Options{})
	rec := new(smartylog.Record)
	if err := s.Next(rec); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 4<<20 {
		t.Errorf("used %d bytes of memory", used)
	}
	if !rec.Flags.Has(smartylog.TruncatedValue) || len(rec.Raw) > smartylog.MaxRecord || !bytes.HasSuffix(rec.Raw, []byte("KeyError: 'x'\n")) {
		t.Errorf("flags %v, %d bytes kept, ending in %q", rec.Flags.Names(), len(rec.Raw), rec.Raw[len(rec.Raw)-20:])
	}
	if x, ok := rec.Exception(); !ok || x.Type != "KeyError" {
		t.Errorf("exception = %+v, %v", x, ok)
	}
	kept := int64(len(rec.Raw))
	if !s.Flush(rec) || rec.Event != "B" {
		t.Fatalf("the record after it is %q", rec.Event)
	}
	if got, want := kept+int64(len(rec.Raw))+s.Skipped(), s.Pos(); got != want || rec.Pos+int64(len(rec.Raw)) != want {
		t.Errorf("bytes %d, want %d; last record at %d", got, want, rec.Pos)
	}
}

type letters struct{}

func (letters) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'A'
	}
	return len(p), nil
}

func TestScanner_Caps(t *testing.T) {
	for name, tc := range map[string]struct {
		text    string
		records int
		kept    int
	}{
		"499 lines":         {head + "A\n" + strings.Repeat("x\n", 499), 1, len(head) + 2 + 998},
		"600 lines":         {head + "A\n" + strings.Repeat("x\n", 599), 1, len(head) + 2 + 998},
		"long lines":        {head + "A\n" + strings.Repeat(strings.Repeat("y", 9999)+"\n", 300), 1, smartylog.MaxRecord},
		"only garbage":      {strings.Repeat("garbage ", 400000), 1, smartylog.MaxRecord},
		"only NULs":         {strings.Repeat("\x00", 3<<20), 0, 0},
		"NULs, then record": {strings.Repeat("\x00", 3<<20) + head + "A\n", 1, len(head) + 2},
		"hole in the file":  {head + "A\n" + strings.Repeat("\x00", 3<<20) + head + "B\n", 2, -1},
		"glued after much":  {head + "A " + strings.Repeat("z", 3<<20) + head + "B\n", 2, -1},
	} {
		records := readAll(t, []byte(tc.text), smartylog.Options{})
		if len(records) != tc.records {
			t.Errorf("%s: %d records, want %d", name, len(records), tc.records)
			continue
		}
		if len(records) == 2 && records[1].Event != "B" {
			t.Errorf("%s: the second event is %q", name, records[1].Event)
		}
		if tc.kept >= 0 && len(records) > 0 && len(records[0].Raw) != tc.kept {
			t.Errorf("%s: %d bytes kept, want %d", name, len(records[0].Raw), tc.kept)
		}
	}
}

func TestScanner_LongValue(t *testing.T) {
	r := one(t, head+"X a='"+strings.Repeat("я", 40000)+"' b=1\n")
	v, _ := r.Lookup("a")
	if text, _ := v.(string); len(text) > smartylog.MaxValue || len(text) < smartylog.MaxValue-4 || !r.Flags.Has(smartylog.TruncatedValue) {
		t.Errorf("value of %d bytes, flags %v", len(text), r.Flags.Names())
	}
	if b, _ := r.Lookup("b"); b != int64(1) {
		t.Errorf("the next value is %v", b)
	}
}

// A live file: io.EOF keeps the open record, Flush closes it, what comes later
// without a header is an orphan.
func TestScanner_Live(t *testing.T) {
	var live bytes.Buffer
	s := smartylog.NewScanner(&live, 1000, smartylog.Options{})
	rec := new(smartylog.Record)
	live.WriteString(head + "A a=1\n" + head[:20])
	if err := s.Next(rec); err != io.EOF || !s.Open() || !s.Partial() || s.Pos() != 1000 {
		t.Fatalf("Next = %v, open %v partial %v position %d", err, s.Open(), s.Partial(), s.Pos())
	}
	live.WriteString(head[20:] + "B\n")
	if err := s.Next(rec); err != nil || rec.Event != "A" || rec.Pos != 1000 {
		t.Fatalf("Next = %v, event %q at %d", err, rec.Event, rec.Pos)
	}
	if sec, ok := s.PeekSec(); !ok || sec != rec.Sec {
		t.Errorf("PeekSec = %d, %v, want %d", sec, ok, rec.Sec)
	}
	if err := s.Next(rec); err != io.EOF {
		t.Fatalf("Next = %v, want io.EOF", err)
	}
	if !s.Flush(rec) || rec.Event != "B" || s.Open() || s.Flush(rec) {
		t.Fatalf("Flush gave %q", rec.Event)
	}
	end := s.Pos()
	live.WriteString("  late line\n" + head + "C\n")
	if err := s.Next(rec); err != nil || rec.Flags&smartylog.Orphan == 0 || rec.Pos != end {
		t.Errorf("after Flush: %v, flags %v at %d, want an orphan at %d", err, rec.Flags.Names(), rec.Pos, end)
	}
}

func TestScanner_Zone(t *testing.T) {
	moscow := time.FixedZone("MSK", 3*3600)
	text := "Fri Mar 24 10:22:35+0000 2017 INFO a:1 b[1.c] X\nFri Mar 24 10:22:35 2017 INFO a:1 b[1.c] X\n"
	trust := readAll(t, []byte(text), smartylog.Options{Zone: moscow})
	ignore := readAll(t, []byte(text), smartylog.Options{Zone: moscow, IgnoreOffset: true})
	got := []int64{trust[0].Sec, trust[1].Sec, ignore[0].Sec, ignore[1].Sec}
	if diff := cmp.Diff([]int64{1490350955, 1490340155, 1490340155, 1490340155}, got); diff != "" {
		t.Errorf("seconds (-want +got):\n%s", diff)
	}
	if ignore[0].Offset != 3*3600 || ignore[0].Flags.Has(smartylog.NoOffset) || !trust[1].Flags.Has(smartylog.NoOffset) {
		t.Errorf("offset %d, flags %v and %v", ignore[0].Offset, ignore[0].Flags.Names(), trust[1].Flags.Names())
	}
}

// In the hour that autumn repeats, the order in the file decides.
func TestScanner_RepeatedHour(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	start := time.Date(2025, 10, 26, 0, 0, 0, 0, berlin)
	for at := start; at.Before(start.Add(8 * time.Hour)); at = at.Add(5 * time.Minute) {
		fmt.Fprintf(&text, "%s INFO a:1 b[1.c] X\n", at.Format("Mon Jan 02 15:04:05 2006"))
	}
	for i, r := range readAll(t, []byte(text.String()), smartylog.Options{Zone: berlin}) {
		if want := start.Unix() + int64(i)*300; r.Sec != want {
			t.Fatalf("record %d: second %d, want %d (%s)", i, r.Sec, want, r.Raw[:24])
		}
	}
}

// A log that was rotated in that hour, or is read on from its middle, goes on with it.
func TestScanner_RepeatedHourGoesOn(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	two := time.Date(2025, 10, 26, 0, 0, 0, 0, time.UTC) // at 2:00 for the first time
	for name, c := range map[string]struct {
		after, want time.Duration // since then
	}{
		"nothing came before":   {-1 << 62, 30 * time.Minute},
		"in the first pass":     {29 * time.Minute, 30 * time.Minute},
		"at its end":            {59 * time.Minute, 90 * time.Minute},
		"in the second":         {89 * time.Minute, 90 * time.Minute},
		"a clock that is wrong": {1000 * time.Hour, 30 * time.Minute},
	} {
		s := smartylog.NewScanner(strings.NewReader("Sun Oct 26 02:30:00 2025 INFO a:1 b[1.c] X\n"), 0, smartylog.Options{Zone: berlin})
		s.After(two.Add(c.after).Unix())
		var rec smartylog.Record
		if err := s.Next(&rec); err != io.EOF || !s.Flush(&rec) {
			t.Fatalf("%s: no record, %v", name, err)
		}
		if got := time.Duration(rec.Sec-two.Unix()) * time.Second; got != c.want {
			t.Errorf("%s: %s after the first 2:00, want %s", name, got, c.want)
		}
	}
}

func TestException(t *testing.T) {
	data, err := os.ReadFile("testdata/traceback-group.txt")
	if err != nil {
		t.Fatal(err)
	}
	own := "Traceback (most recent call last):\n  File \"/usr/share/microimpuls/smarty/core/a.py\", line 7, in f\n    g()\n  File \"/usr/lib/python3/redis.py\", line 9, in g\n    raise E\n"
	for name, tc := range map[string]struct {
		stack string
		want  smartylog.Exception
	}{
		"own frame":     {own + "redis.exceptions.ResponseError: MISCONF\nsecond line\n", smartylog.Exception{Type: "redis.exceptions.ResponseError", Message: "MISCONF", Frame: "a.py:7 f"}},
		"bare name":     {own + "KeyboardInterrupt\n", smartylog.Exception{Type: "KeyboardInterrupt", Frame: "a.py:7 f"}},
		"foreign frame": {"Traceback (most recent call last):\n  File \"/usr/lib/x.py\", line 1, in <module>\nIOError: [Errno 2] a: b\n", smartylog.Exception{Type: "IOError", Message: "[Errno 2] a: b", Frame: "x.py:1 <module>"}},
		"chain":         {own + "KeyError: 1\n\nDuring handling of the above exception, another exception occurred:\n\n" + own + "ValueError: 2\n", smartylog.Exception{Type: "ValueError", Message: "2", Frame: "a.py:7 f"}},
		"group":         {string(data), smartylog.Exception{Type: "ExceptionGroup", Message: "many (2 sub-exceptions)", Frame: "b.py:3 <module>"}},
	} {
		got, ok := one(t, head+"A\n"+tc.stack).Exception()
		if diff := cmp.Diff(tc.want, got); diff != "" || !ok {
			t.Errorf("%s: %v (-want +got):\n%s", name, ok, diff)
		}
	}
	if x, ok := one(t, head+"A a=1\n").Exception(); ok {
		t.Errorf("exception %+v in a record without one", x)
	}
}

// A scanner that begins small cuts the same records out of the same text, long lines
// and long records too.
func TestScanner_BeginsSmall(t *testing.T) {
	var text bytes.Buffer
	for i := range 400 {
		fmt.Fprintf(&text, "%sEVENT_%d text='%s'\n", head, i, strings.Repeat("x", []int{1, 300, 5000, 40_000, 300_000}[i%5]))
		if i%7 == 0 {
			for range []int{3, 700}[i%2] {
				text.WriteString("  a line of a traceback, with some text in it\n")
			}
		}
		if i == 200 {
			text.WriteString(head + "LONG text='" + strings.Repeat("y", 5<<20) + "'\n")
		}
	}
	var want []string
	for _, block := range []int{1 << 20, 0, 20_000, 100_000} { // the first is what a scanner does by itself
		s := smartylog.NewScanner(bytes.NewReader(text.Bytes()), 0, smartylog.Options{})
		if block < 1<<20 {
			s.Begin(block)
		}
		var got []string
		var rec smartylog.Record
		for s.Next(&rec) == nil || s.Flush(&rec) {
			got = append(got, fmt.Sprintf("%d %d %s %v %d %s", rec.Pos, s.Pos(), rec.Event, rec.Flags, len(rec.Raw), rec.Raw[max(0, len(rec.Raw)-200):]))
		}
		got = append(got, fmt.Sprint(s.Skipped(), s.Lines()))
		if want == nil {
			want = got
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("block of %d (-want +got):\n%.2000s", block, d)
		}
	}
	if len(want) < 400 {
		t.Errorf("only %d records", len(want))
	}
}
