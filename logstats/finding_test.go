package logstats_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/logstats"
)

// said is what the doctor says, one line per finding.
func said(o logstats.Options, logs ...*logstats.Log) []string {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	var out []string
	for _, f := range logstats.Findings(logs, o) {
		line := f.Code + ": "
		if f.Log != "" {
			line += f.Log + ": "
		}
		out = append(out, line+f.Text)
	}
	return out
}

func expect(t *testing.T, got []string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

// Two Pythons are told apart where no text has a letter beyond ASCII.
func TestFindings_ErasOfASCII(t *testing.T) {
	two := func(i int) string {
		return at(i, "DEBUG", "LOGIN_SUCCESS login_type='x' params={u'device': u'mag', u'lang': u'ru'}")
	}
	three := func(i int) string {
		return at(i, "DEBUG", "LOGIN_SUCCESS login_type='x' params={'device': 'mag', 'lang': 'ru'}")
	}
	mixed := repeat(30, func(i int) string {
		if i%3 == 0 {
			return three(i)
		}
		return two(i)
	})
	expect(t, said(logstats.Options{}, logOf(t, "smarty_accounts", mixed)),
		"mixed_eras: smarty_accounts: Records of Python 2 (20 recognised) and Python 3 (10 recognised) are mixed.")
	expect(t, said(logstats.Options{}, logOf(t, "smarty_accounts", repeat(9, two)+repeat(9, func(i int) string { return three(20 + i) }))),
		"eras: Python 2 wrote these logs until 2024-11-18 07:00:08, Python 3 since 2024-11-18 07:00:20.")
	// One event without u beside another with it: bytes and texts of one Python.
	bytes := repeat(9, two) + repeat(9, func(i int) string {
		return at(20+i, "INFO", "ACCOUNT_ACTIVATED activation_result='ok' params={'device': 'mag', 'lang': 'ru'}")
	})
	expect(t, said(logstats.Options{}, logOf(t, "smarty_accounts", bytes)))
}

// A dozen logs with one fault are one finding.
func TestFindings_AlikeIsSaidOnce(t *testing.T) {
	logs := func(change func(string) string, written int64) (all []*logstats.Log) {
		for i := range 12 {
			l := logOf(t, fmt.Sprintf("log%02d", i), change(repeat(30, func(i int) string { return at(i, "DEBUG", "LOGIN_SUCCESS") })))
			if written != 0 {
				l.Written = l.Course.Span.Last - written
			}
			all = append(all, l)
		}
		return all
	}
	zero := func(s string) string { return strings.ReplaceAll(s, "+0300", "+0000") }
	none := func(s string) string { return strings.ReplaceAll(s, "+0300", "") }
	turns := func(s string) string {
		var b strings.Builder
		for line := range strings.Lines(strings.Repeat(s, 3)) {
			b.WriteString(line + zero(line))
		}
		return b.String()
	}
	const four = "log00, log01, log02, log03 and 8 more "
	expect(t, said(logstats.Options{}, logs(zero, 10800)...),
		"zero_offset: "+four+"have newest records that are later than the files were last written, by up to 3 h (log00). That is local time with +0000 beside it, which Python 2.7 prints for %z.")
	expect(t, said(logstats.Options{}, logs(zero, 0)...), "all_zero_offset: All records that print an offset say +0000.")
	expect(t, said(logstats.Options{}, logs(none, 0)...), "no_offset: "+four+"have records without an offset from UTC (360 of 360), read in UTC.")
	expect(t, said(logstats.Options{}, logs(none, 10800)...),
		"zone: "+four+"have newest records that are later than the files were last written, by up to 3 h (log00). Records without an offset were read in UTC, and written in another zone.")
	expect(t, said(logstats.Options{}, logs(turns, 0)...),
		"zero_offset: "+four+"have records with different offsets side by side: +0000 (1,080 records), +0300 (1,080 records). Those with +0000 may be local time: Python 2.7 prints +0000 for %z whatever the zone is.")
	found := logstats.Findings(logs(zero, 0), logstats.Options{Zone: time.UTC})
	if len(found) != 1 || len(found[0].Logs) != 12 {
		t.Errorf("findings %+v, want one with the names of all 12 logs", found)
	}
}

// What could not be read is said, and is not the same as nothing.
func TestFindings_Unreadable(t *testing.T) {
	ordinary := logOf(t, "smarty_accounts", repeat(30, func(i int) string { return at(i, "DEBUG", "LOGIN_SUCCESS") }))
	closed, empty := logOf(t, "smarty_epg", ""), logOf(t, "smarty_cache", "")
	ordinary.Err = errors.Join(errors.New("open a: permission denied"), errors.New("read b: unexpected EOF"))
	closed.Err = errors.New("open smarty_epg.log: permission denied")
	expect(t, said(logstats.Options{Unread: []error{errors.New("open deep: permission denied")}}, ordinary, closed, empty),
		"unread: Not everything could be searched for logs: open deep: permission denied.",
		"incomplete: smarty_accounts: Not all of it could be read: open a: permission denied, read b: unexpected EOF.",
		"unreadable: smarty_epg: It could not be read: open smarty_epg.log: permission denied.",
		"empty: smarty_cache: It has no records, while other logs have.")
}

// A log that a raised level left empty has no level to show; its events have.
func TestFindings_Emptied(t *testing.T) {
	ordinary := logOf(t, "smarty_accounts", repeat(30, func(i int) string { return at(i, "DEBUG", "LOGIN_SUCCESS") }))
	found := logstats.Findings([]*logstats.Log{ordinary, logOf(t, "smarty_cache", ""), logOf(t, "smarty_portal", ""), logOf(t, "nginx", "")}, logstats.Options{Zone: time.UTC})
	want := []logstats.Finding{{Code: "empty", Weight: "note", Logs: []string{"smarty_cache", "smarty_portal", "nginx"},
		Text:   "smarty_cache, smarty_portal, nginx have no records, while other logs have.",
		Advice: "Nothing happened, or it was rotated just now; or the handler's level was raised above all that is written there (smarty_cache at most DEBUG, smarty_portal at most INFO)."}}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	expect(t, said(logstats.Options{}, logOf(t, "smarty_cache", "")), "empty: smarty_cache: It has no records.")
}

// A raised level shows by the events, whatever the log is called.
func TestFindings_RaisedUnderAnotherName(t *testing.T) {
	text := repeat(105, func(i int) string { return at(i, "WARNING", "LOGIN_ERROR reason='x' params={}") })
	for _, name := range []string{"acc", "stdin"} {
		expect(t, said(logstats.Options{}, logOf(t, name, text)),
			"level_raised: "+name+": It has 105 LOGIN_ERROR but no LOGIN_SUCCESS, and not one record below WARNING: its level was probably raised, or its records were picked out. Missing: LOGIN_SUCCESS, ACCOUNT_ACTIVATED, ACCOUNT_CREATED, ACCOUNT_CHANGED and 7 more.")
	}
}
