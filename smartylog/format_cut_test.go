package smartylog_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// cutAnywhere are records that others are written after without a newline,
// wherever they end.
var cutAnywhere = []string{
	head + `LOGIN_ERROR reason='account_is_not_active' params={u'lang': u'ru', 'firstname': u'\u0418', u'password': u'qwe"rty\'1'}`,
	head + `EPG_NAME_DOUBLE program_name="Hunters' club" source=<EpgSource: xmltv> epg_channel=<EpgChannel: Первый "HD">`,
	head + `PORTAL_EVENT ip='192.0.2.7' event_description=portal loaded user_agent=Mozilla/5.0 (X11; Linux) screen_name=u'Main'`,
	head + `EPG_TIME_HOLE previous_time_end=datetime.datetime(2017, 3, 24, 16, 30, tzinfo=<UTC>) deps=[<Client: 1>, (2, 'x')]`,
}

// A record that is written after a part of another one is read whatever that part
// is, also in the middle of the header; quotes in it must not look like the end of
// a text that the part has begun.
func TestFormat22_CutAnywhere(t *testing.T) {
	for _, second := range []string{
		"LOGIN_SUCCESS login_type='multilogin' params=<QueryDict: {u'client_id': [u'1']}>",
		"NOTIFY_ERROR error=' no' client=1 transaction='x'",
		"MESSAGE_SEND text=u', and' subject=u'' account=<Account: 5>",
		"EPG_NAME_DOUBLE program_name=\"Hunters' club\" source='x'",
		"OBJECT_CACHED object=<Channel: Hunters' club> key=':1:x' deps=[]",
		"MESSAGE_SEND text=' uuid=v rest' subject='x'",
		"ADMIN_REQUEST user_agent='' path='/x' ip='192.0.2.1'",
		"PORTAL_EVENT event_description=don't worry, it's fine screen_name=S",
	} {
		want := seen(one(t, head+second+"\n"))
		for _, first := range cutAnywhere {
			for cut := 1; cut <= len(first); cut++ {
				text := first[:cut] + head + second + "\n" + head + "LAST\n"
				got := ""
				for _, r := range readAll(t, []byte(text), smartylog.Options{}) {
					if r.Pos == int64(cut) {
						got = strings.Replace(strings.Replace(seen(r), " suspect", "", 1), "glued", "", 1)
					}
				}
				if strings.TrimSpace(got) != strings.TrimSpace(want) {
					t.Fatalf("after %q: %q, want %q", first[:cut], got, want)
				}
			}
		}
	}
}

// The time of a record whose header was cut off is not the next record's.
func TestFormat22_CutHeader(t *testing.T) {
	next := strings.Replace(head, "10:22:35", "17:00:00", 1) + "LOGIN_SUCCESS login_type='x'\n"
	for _, part := range []string{"INFO api:621 ", "INFO api:621 g", "INFO api:621 get[83", "INFO api:621 get[83630.", "INFO api:621 get[83630.Thread-3"} {
		records := readAll(t, []byte("Fri Mar 24 10:22:35+0300 2017 "+part+next), smartylog.Options{})
		if got := events(records); got != "! LOGIN_SUCCESS" {
			t.Errorf("%q: %q, want what is left of a header and a record", part, got)
			continue
		}
		if r := records[1]; r.Sec != records[0].Sec+1490364000 || r.Header().Function != "get" || r.Header().Thread != "Thread-3" {
			t.Errorf("%q: second %d, %+v", part, r.Sec, r.Header())
		}
	}
	if got := events(readAll(t, []byte("Fri Mar 24 10:22:35+0300 2017 INFO api:621 get[1.a:10:22:35] A\n"), smartylog.Options{})); got != "A" {
		t.Errorf("colons in a thread's name: %q", got)
	}
}

// The context of a record without event may have several lines, glued or not.
func TestFormat22_GluedLines(t *testing.T) {
	text := head + "Internal Server Error: /x/ request=<WSGIRequest\npath:/x/,\nGET:<QueryDict: {}>> cid=1\nTraceback (most recent call last):\n  File \"a.py\", line 1, in f\nKeyError: 'x'\n"
	want := strings.TrimSpace(seen(one(t, text)))
	records := readAll(t, []byte(head+"A a=1"+text), smartylog.Options{})
	if got := strings.Replace(seen(records[1]), "no_event", "", 1); len(records) != 2 || !strings.Contains(got, "glued") {
		t.Fatalf("%d records, the second is %q", len(records), got)
	}
	if diff := cmp.Diff(want, strings.TrimSpace(strings.Replace(seen(records[1]), "glued ", "", 1))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A log without newlines takes time in proportion to its length: to its square it
// would take an hour for these.
func TestScanner_GluedTakesLinearTime(t *testing.T) {
	for name, record := range map[string]string{
		"open quote":  head + "PORTAL_EVENT user_agent='x",
		"closed":      head + "A bb='x' ",
		"open dict":   head + "A bb={u'x': ",
		"open object": head + "A bb=<A: x",
		"forged":      "bb='" + head + "' ",
	} {
		text := head + "A " + strings.Repeat(record, 80_000) + "\n"
		if n := len(readAll(t, []byte(text), smartylog.Options{})); n < 60_000 {
			t.Errorf("%s: %d records", name, n)
		}
	}
}

// A long value is cut between characters, and objects may lie deep in others.
func TestRecord_CutsBetweenCharacters(t *testing.T) {
	v, _ := one(t, head+"A aa='x"+strings.Repeat("я", smartylog.MaxValue/2)+"' bb=1\n").Lookup("aa")
	if text, _ := v.(string); len(text) != smartylog.MaxValue-1 || !strings.HasSuffix(text, "яя") {
		t.Errorf("%d bytes that end in %q, want %d whole characters", len(text), text[max(0, len(text)-3):], smartylog.MaxValue/2)
	}
	deep := strings.Repeat("<A: ", 20) + "x" + strings.Repeat(">", 20)
	if v, _ := one(t, head+"A aa=["+deep+", 1] bb=1\n").Lookup("aa"); string(smartylog.AppendValue(nil, v)) != `["`+deep+`",1]` {
		t.Errorf("nested objects: %v", v)
	}
}
