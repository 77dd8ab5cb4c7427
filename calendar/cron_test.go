package calendar_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/smarty-alert/smarty-alert/calendar"
)

const layout = "2006-01-02 15:04 -0700"

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func parse(t testing.TB, spec string, loc *time.Location) *calendar.Cron {
	t.Helper()
	c, err := calendar.ParseCron(spec, loc)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func instant(t testing.TB, text string) int64 {
	t.Helper()
	at, err := time.Parse(layout, text)
	if err != nil {
		t.Fatal(err)
	}
	return at.Unix()
}

// TestCron_Next walks from a time and compares the runs, as the clock in the
// zone shows them.
func TestCron_Next(t *testing.T) {
	for name, tc := range map[string]struct {
		zone, spec, after string
		want              []string
	}{
		"plain": {"UTC", "0 9 * * *", "2026-01-15 08:59 +0000",
			[]string{"2026-01-15 09:00 +0000", "2026-01-16 09:00 +0000"}},
		"strictly after": {"UTC", "0 9 * * *", "2026-01-15 09:00 +0000",
			[]string{"2026-01-16 09:00 +0000"}},
		"zone decides": {"Europe/Moscow", "0 9 * * mon-fri", "2026-03-27 05:59 +0000",
			[]string{"2026-03-27 09:00 +0300", "2026-03-30 09:00 +0300"}},
		"no daylight saving": {"Europe/Moscow", "30 2 * * *", "2026-03-28 12:00 +0300",
			[]string{"2026-03-29 02:30 +0300", "2026-03-30 02:30 +0300"}},
		"day of month or day of week": {"UTC", "0 0 13 * fri", "2026-02-01 00:00 +0000",
			[]string{"2026-02-06 00:00 +0000", "2026-02-13 00:00 +0000", "2026-02-20 00:00 +0000"}},
		"end of the year": {"UTC", "@yearly", "2026-06-01 00:00 +0000",
			[]string{"2027-01-01 00:00 +0000"}},
		"29 February over 2100": {"UTC", "0 0 29 2 *", "2096-02-29 00:00 +0000",
			[]string{"2104-02-29 00:00 +0000", "2108-02-29 00:00 +0000"}},
		"Moscow leaves summer time for good": {"Europe/Moscow", "30 1 * * *", "2014-10-25 12:00 +0400",
			[]string{"2014-10-26 01:30 +0400", "2014-10-27 01:30 +0300"}},

		"Berlin, spring: skipped time runs after the gap": {"Europe/Berlin", "30 2 * * *", "2026-03-28 12:00 +0100",
			[]string{"2026-03-29 03:00 +0200", "2026-03-30 02:30 +0200"}},
		"Berlin, spring: first and last skipped minute": {"Europe/Berlin", "0,59 2 * * *", "2026-03-28 12:00 +0100",
			[]string{"2026-03-29 03:00 +0200", "2026-03-30 02:00 +0200", "2026-03-30 02:59 +0200"}},
		"Berlin, spring: skipped and real time meet once": {"Europe/Berlin", "0 2,3 * * *", "2026-03-28 12:00 +0100",
			[]string{"2026-03-29 03:00 +0200", "2026-03-30 02:00 +0200"}},
		"Berlin, spring: skipped weekday": {"Europe/Berlin", "30 2 * * sun", "2026-03-23 00:00 +0100",
			[]string{"2026-03-29 03:00 +0200", "2026-04-05 02:30 +0200"}},
		"Berlin, spring: real time has no extra run": {"Europe/Berlin", "7/20 * * * *", "2026-03-29 01:27 +0100",
			[]string{"2026-03-29 01:47 +0100", "2026-03-29 03:07 +0200", "2026-03-29 03:27 +0200"}},
		"Berlin, spring: hourly": {"Europe/Berlin", "@hourly", "2026-03-29 00:30 +0100",
			[]string{"2026-03-29 01:00 +0100", "2026-03-29 03:00 +0200", "2026-03-29 04:00 +0200"}},
		"Berlin, autumn: repeated time runs first": {"Europe/Berlin", "30 2 * * *", "2026-10-24 12:00 +0200",
			[]string{"2026-10-25 02:30 +0200", "2026-10-26 02:30 +0100"}},
		"Berlin, autumn: asked inside the second hour": {"Europe/Berlin", "30 2 * * *", "2026-10-25 02:15 +0100",
			[]string{"2026-10-26 02:30 +0100"}},
		"Berlin, autumn: hour after the repeated one": {"Europe/Berlin", "0 3 * * *", "2026-10-25 02:30 +0200",
			[]string{"2026-10-25 03:00 +0100"}},
		"Berlin, autumn: every half hour is real": {"Europe/Berlin", "*/30 * * * *", "2026-10-25 01:45 +0200",
			[]string{"2026-10-25 02:00 +0200", "2026-10-25 02:30 +0200", "2026-10-25 02:00 +0100", "2026-10-25 02:30 +0100", "2026-10-25 03:00 +0100"}},
		"Berlin, autumn: real time within hours": {"Europe/Berlin", "*/30 0-2 * * *", "2026-10-25 02:00 +0200",
			[]string{"2026-10-25 02:30 +0200", "2026-10-25 02:00 +0100", "2026-10-25 02:30 +0100", "2026-10-26 00:00 +0100"}},
		"Berlin, autumn: hourly": {"Europe/Berlin", "0 * * * *", "2026-10-25 01:00 +0200",
			[]string{"2026-10-25 02:00 +0200", "2026-10-25 02:00 +0100", "2026-10-25 03:00 +0100"}},
		"Berlin, autumn: two listed minutes run once": {"Europe/Berlin", "0,30 2 * * *", "2026-10-25 00:00 +0200",
			[]string{"2026-10-25 02:00 +0200", "2026-10-25 02:30 +0200", "2026-10-26 02:00 +0100"}},

		"New York, spring": {"America/New_York", "15 2 * * *", "2026-03-07 12:00 -0500",
			[]string{"2026-03-08 03:00 -0400", "2026-03-09 02:15 -0400"}},
		"New York, autumn": {"America/New_York", "15 1 * * *", "2026-10-31 12:00 -0400",
			[]string{"2026-11-01 01:15 -0400", "2026-11-02 01:15 -0500"}},

		"Lord Howe, spring: half an hour is skipped": {"Australia/Lord_Howe", "15 2 * * *", "2026-10-03 12:00 +1030",
			[]string{"2026-10-04 02:30 +1100", "2026-10-05 02:15 +1100"}},
		"Lord Howe, spring: after the half hour": {"Australia/Lord_Howe", "45 2 * * *", "2026-10-03 12:00 +1030",
			[]string{"2026-10-04 02:45 +1100"}},
		"Lord Howe, autumn: half an hour is repeated": {"Australia/Lord_Howe", "45 1 * * *", "2026-04-04 12:00 +1100",
			[]string{"2026-04-05 01:45 +1100", "2026-04-06 01:45 +1030"}},
		"Lord Howe, autumn: quarters are real": {"Australia/Lord_Howe", "*/15 * * * *", "2026-04-05 01:30 +1100",
			[]string{"2026-04-05 01:45 +1100", "2026-04-05 01:30 +1030", "2026-04-05 01:45 +1030", "2026-04-05 02:00 +1030"}},

		"Berlin, autumn: question mark is a star": {"Europe/Berlin", "?/30 2 * * *", "2026-10-25 02:15 +0200",
			[]string{"2026-10-25 02:30 +0200", "2026-10-25 02:00 +0100"}},

		"Sao Paulo: midnight that does not exist": {"America/Sao_Paulo", "@daily", "2018-11-03 12:00 -0300",
			[]string{"2018-11-04 01:00 -0200", "2018-11-05 00:00 -0200"}},
		"St John's: back over midnight": {"America/St_Johns", "@midnight", "2009-10-31 12:00 -0230",
			[]string{"2009-11-01 00:00 -0230", "2009-11-02 00:00 -0330"}},
		"Apia: a day that does not exist": {"Pacific/Apia", "0 12 * * *", "2011-12-29 12:00 -1000",
			[]string{"2011-12-31 00:00 +1400", "2011-12-31 12:00 +1400"}},
	} {
		t.Run(name, func(t *testing.T) {
			loc := zone(t, tc.zone)
			cron := parse(t, tc.spec, loc)
			at := instant(t, tc.after)
			for _, want := range tc.want {
				next, ok := cron.Next(at)
				got := time.Unix(next, 0).In(loc).Format(layout)
				if !ok || got != want {
					t.Fatalf("%s after %s: got %s, %v, want %s", tc.spec, time.Unix(at, 0).In(loc).Format(layout), got, ok, want)
				}
				at = next
			}
		})
	}
}

// TestCron_NextEveryYear crosses every year's end, where the bounds of Go's
// zones are wrong on the last day of leap years, and every change of the clocks.
func TestCron_NextEveryYear(t *testing.T) {
	for _, name := range []string{"Europe/Berlin", "Australia/Lord_Howe", "America/New_York", "UTC"} {
		loc := zone(t, name)
		for _, spec := range []string{"30 2 * * *", "30 */6 31 12 *", "*/30 * 31 12 *"} {
			c := parse(t, spec, loc)
			at, runs := time.Date(1900, 1, 1, 0, 0, 0, 0, loc).Unix(), 0
			for end := time.Date(2300, 1, 1, 0, 0, 0, 0, loc).Unix(); ; runs++ {
				next, ok := c.Next(at)
				if !ok || next <= at || next-at > 366*86400 {
					t.Fatalf("%s in %s after %d: %d, %v", spec, name, at, next, ok)
				}
				if at = next; at >= end {
					break
				}
			}
			want := map[string]int{"30 2 * * *": 146097, "30 */6 31 12 *": 4 * 400, "*/30 * 31 12 *": 48 * 400}[spec]
			if runs != want {
				t.Errorf("%s in %s: %d runs in 400 years, want %d", spec, name, runs, want)
			}
		}
	}
}

func TestCron_NextFarAway(t *testing.T) {
	c := parse(t, "30 2 29 2 *", zone(t, "Europe/Berlin"))
	if got, ok := c.Next(math.MaxInt64); ok {
		t.Errorf("Next(max) = %d, want none", got)
	}
	if got, ok := c.Next(math.MinInt64); !ok || time.Unix(got, 0).UTC().Year() != 4 {
		t.Errorf("Next(min) = %v, %v, want one in the year 4", time.Unix(got, 0).UTC(), ok)
	}
}

func TestCron_NilZoneIsUTC(t *testing.T) {
	if at, _ := parse(t, "@daily", nil).Next(1); at != 24*60*60 {
		t.Errorf("Next(1) = %d, want %d", at, 24*60*60)
	}
}

func TestCron_String(t *testing.T) {
	if got, want := parse(t, " */5  * * * mon ", nil).String(), "*/5  * * * mon"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestParseCron_Refuses(t *testing.T) {
	for spec, want := range map[string]string{
		"":                             "empty expression",
		"  ":                           "empty expression",
		"TZ=UTC":                       "time zone", // the library panics
		"CRON_TZ=Europe/Berlin":        "time zone",
		"TZ=":                          "time zone",
		" TZ=UTC 0 0 * * *":            "time zone",
		"CRON_TZ=UTC 0 0 * * *":        "time zone",
		"0 0 * *":                      "4 fields, want 5",
		"0 0 0 * * *":                  "6 fields, want 5",
		"60 0 * * *":                   `minute "60": 60 is not in 0-59`,
		"0 24 * * *":                   `hour "24"`,
		"0 0 0 * *":                    `day of month "0": 0 is not in 1-31`,
		"0 0 * 13 *":                   `month "13"`,
		"0 0 * * 7":                    "Sunday is 0 or sun",
		"0 0 * * mo":                   `day of week "mo": "mo" is not a number`,
		"0 0 30 2 *":                   "never comes", // the library gives the zero time
		"0 0 31 2,4,6,9,11 *":          "never comes",
		", 0 * * *":                    "empty item", // the library: never matches
		"1,,2 0 * * *":                 "empty item",
		"*-7 0 * * *":                  `"*" is not a number`, // the library: every minute
		"1-2-3 0 * * *":                `"2-3" is not a number`,
		"5-1 0 * * *":                  "ends before it begins",
		"*/0 0 * * *":                  "step 0",
		"*/90 * * * *":                 "step 90 is not in 1-60", // the library: minute 0
		"*/5/5 * * * *":                "not a number",
		"*/ * * * *":                   "not a number",
		"+5 0 * * *":                   "not a number", // the library: 5
		"-5 0 * * *":                   "not a number",
		"99999999999999999999 0 * * *": "not a number",
		"@every 5m":                    "@every",
		"@reboot":                      "@yearly",
		"@daily 5":                     "unknown name",
		"\x00 * * * *":                 "minute",
		strings.Repeat("1,", 500):      "longer than 256 bytes",
	} {
		c, err := calendar.ParseCron(spec, nil)
		if err == nil {
			t.Errorf("ParseCron(%q) = %v, want an error", spec, c)
		} else if !strings.Contains(err.Error(), want) {
			t.Errorf("ParseCron(%q): %v, want %q in it", spec, err, want)
		}
	}
}

func FuzzParseCron(f *testing.F) {
	for _, s := range []string{"*/5 * * * *", "0 9-17 1,15 jan-mar mon-fri", "@daily", "TZ=UTC", "CRON_TZ=x 0 0 * * *", "0 0 30 2 *", "? ? ? ? ?", "5/10 * 29 feb *", "@every 1s", "1-/5 * * * *"} {
		f.Add(s, int64(1774746000))
	}
	berlin := zone(f, "Europe/Berlin")
	f.Fuzz(func(t *testing.T, spec string, after int64) {
		c, err := calendar.ParseCron(spec, berlin)
		if err != nil {
			if len(err.Error()) > 2048 {
				t.Errorf("error of %d bytes", len(err.Error()))
			}
			return
		}
		next, ok := c.Next(after)
		if ok && next <= after {
			t.Errorf("ParseCron(%q).Next(%d) = %d, not after", spec, after, next)
		}
		if again, err := calendar.ParseCron(c.String(), berlin); err != nil {
			t.Errorf("String %q of %q does not parse: %v", c.String(), spec, err)
		} else if n, _ := again.Next(after); n != next {
			t.Errorf("String %q of %q comes at %d, want %d", c.String(), spec, n, next)
		}
	})
}
