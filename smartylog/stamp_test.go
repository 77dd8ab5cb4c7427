package smartylog_test

import (
	"testing"
	"time"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// Local times without an offset, in order, across both changes of the clock.
func TestStamps_DaylightSaving(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct{ local, want []string }{
		"spring leaves an hour out": {
			[]string{"Sun Mar 29 01:59:59 2026", "Sun Mar 29 02:30:00 2026", "Sun Mar 29 03:30:01 2026"},
			[]string{"2026-03-29T00:59:59Z", "2026-03-29T01:30:00Z", "2026-03-29T01:30:01Z"}},
		"autumn repeats one": {
			[]string{"Sun Oct 25 02:59:59 2026", "Sun Oct 25 02:00:01 2026", "Sun Oct 25 03:00:00 2026"},
			[]string{"2026-10-25T00:59:59Z", "2026-10-25T01:00:01Z", "2026-10-25T02:00:00Z"}},
	} {
		var log string
		for _, at := range tc.local {
			log += at + " INFO a:1 b[1.c] X\n"
		}
		for i, r := range readAll(t, []byte(log), smartylog.Options{Zone: berlin}) {
			if got := time.Unix(r.Sec, 0).UTC().Format(time.RFC3339); got != tc.want[i] {
				t.Errorf("%s: %s is %s, want %s", name, tc.local[i], got, tc.want[i])
			}
		}
	}
}

// What cannot be written in UTC, or is no offset, is no header.
func TestStamps_OutOfRange(t *testing.T) {
	for at, ok := range map[string]bool{
		"Fri Dec 31 23:59:59-1400 9999": false,
		"Fri Dec 31 23:59:59+0000 9999": true,
		"Mon Jan 01 00:00:00+1400 0001": false,
		"Mon Jan 01 14:00:00+1400 0001": true,
		"Fri Mar 24 10:22:35+0360 2017": false,
		"Fri Mar 24 10:22:35+0359 2017": true,
		"Fri Mar 24 10:22:35-2400 2017": false,
	} {
		r := one(t, at+" INFO a:1 b[1.c] X\n")
		if r.HasTime() != ok || r.Flags.Has(smartylog.BadHeader) == ok {
			t.Errorf("%s: has a time: %v, flags %v", at, r.HasTime(), r.Flags.Names())
		}
	}
}

// A day remembered from the record before does not let an hour through.
func TestStamps_LastDay(t *testing.T) {
	records := readAll(t, []byte("Fri Dec 31 09:00:00-1400 9999 INFO a:1 b[1.c] X\nFri Dec 31 10:00:00-1400 9999 INFO a:1 b[1.c] Y\n"), smartylog.Options{})
	if len(records) != 2 || !records[0].HasTime() || records[1].HasTime() {
		t.Errorf("%d records, the second's flags %v", len(records), records[1].Flags.Names())
	}
}
