package calendar_test

import (
	"strings"
	"testing"
	"time"

	"github.com/smarty-alert/smarty-alert/calendar"
)

func build(t *testing.T, specs ...calendar.Spec) *calendar.Calendar {
	t.Helper()
	c, err := calendar.New("night", specs)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestCalendar_Changes walks NextChange and looks at both sides of each change.
func TestCalendar_Changes(t *testing.T) {
	for name, tc := range map[string]struct {
		specs []calendar.Spec
		after string
		want  []string // alternating; the first is a beginning when after is outside
	}{
		"office hours": {
			[]calendar.Spec{{Zone: "Europe/Moscow", Weekdays: []string{"mon-fri"}, Times: []string{"09:00-18:00"}}},
			"2026-01-16 08:00 +0300",
			[]string{"2026-01-16 09:00 +0300", "2026-01-16 18:00 +0300", "2026-01-19 09:00 +0300"}},
		"weekend joins at midnight": {
			[]calendar.Spec{{Weekdays: []string{"Saturday", "sun"}}}, "2026-01-16 08:00 +0000",
			[]string{"2026-01-17 00:00 +0000", "2026-01-19 00:00 +0000", "2026-01-24 00:00 +0000"}},
		"weekdays round the week": {
			[]calendar.Spec{{Weekdays: []string{"sat-mon"}}}, "2026-01-16 08:00 +0000",
			[]string{"2026-01-17 00:00 +0000", "2026-01-20 00:00 +0000"}},
		"night belongs to the day it begins on": {
			[]calendar.Spec{{Weekdays: []string{"fri"}, Times: []string{"22:00-06:00"}}}, "2026-01-16 08:00 +0000",
			[]string{"2026-01-16 22:00 +0000", "2026-01-17 06:00 +0000", "2026-01-23 22:00 +0000"}},
		"two times of a day, to midnight": {
			[]calendar.Spec{{Times: []string{"18:00-24:00", "00:00-06:00"}}}, "2026-01-16 08:00 +0000",
			[]string{"2026-01-16 18:00 +0000", "2026-01-17 06:00 +0000", "2026-01-17 18:00 +0000"}},
		"exception": {
			[]calendar.Spec{{Times: []string{"09:00-18:00"}, Except: []string{"2026-01-17", "2026-01-18"}}}, "2026-01-16 08:00 +0000",
			[]string{"2026-01-16 09:00 +0000", "2026-01-16 18:00 +0000", "2026-01-19 09:00 +0000"}},
		"cron with exception": {
			[]calendar.Spec{{Zone: "Europe/Berlin", Cron: "0 22 * * *", Duration: 8 * time.Hour, Except: []string{"2026-12-31"}}},
			"2026-12-30 12:00 +0100",
			[]string{"2026-12-30 22:00 +0100", "2026-12-31 06:00 +0100", "2027-01-01 22:00 +0100"}},
		"union": {
			[]calendar.Spec{{Cron: "0 1 * * *", Duration: 2 * time.Hour}, {Times: []string{"02:30-04:00"}}}, "2026-01-16 00:00 +0000",
			[]string{"2026-01-16 01:00 +0000", "2026-01-16 04:00 +0000", "2026-01-17 01:00 +0000"}},
		"runs that overlap": {
			[]calendar.Spec{{Cron: "*/10 9-10 * * *", Duration: 15 * time.Minute}}, "2026-01-16 00:00 +0000",
			[]string{"2026-01-16 09:00 +0000", "2026-01-16 11:05 +0000", "2026-01-17 09:00 +0000"}},
		"once a leap year": {
			[]calendar.Spec{{Cron: "0 0 29 2 *", Duration: time.Hour}}, "2026-01-16 00:00 +0000",
			[]string{"2028-02-29 00:00 +0000", "2028-02-29 01:00 +0000", "2032-02-29 00:00 +0000"}},

		"spring: duration is elapsed time": {
			[]calendar.Spec{{Zone: "Europe/Berlin", Cron: "0 1 * * *", Duration: 3 * time.Hour}}, "2026-03-28 12:00 +0100",
			[]string{"2026-03-29 01:00 +0100", "2026-03-29 05:00 +0200"}},
		"autumn: duration is elapsed time": {
			[]calendar.Spec{{Zone: "America/New_York", Cron: "0 1 * * *", Duration: 3 * time.Hour}}, "2026-10-31 12:00 -0400",
			[]string{"2026-11-01 01:00 -0400", "2026-11-01 03:00 -0500"}},
		"spring: times are what the clock shows": {
			[]calendar.Spec{{Zone: "Europe/Berlin", Times: []string{"01:30-02:30"}}}, "2026-03-28 12:00 +0100",
			[]string{"2026-03-29 01:30 +0100", "2026-03-29 03:00 +0200"}},
		"spring: times inside the gap are nothing": {
			[]calendar.Spec{{Zone: "Europe/Berlin", Times: []string{"02:00-02:30"}}}, "2026-03-28 12:00 +0100",
			[]string{"2026-03-30 02:00 +0200", "2026-03-30 02:30 +0200"}},
		"autumn: times hold both hours": {
			[]calendar.Spec{{Zone: "Europe/Berlin", Times: []string{"02:00-03:00"}}}, "2026-10-24 12:00 +0200",
			[]string{"2026-10-25 02:00 +0200", "2026-10-25 03:00 +0100"}},
		"Lord Howe: half an hour longer": {
			[]calendar.Spec{{Zone: "Australia/Lord_Howe", Times: []string{"01:00-02:00"}}}, "2026-04-04 12:00 +1100",
			[]string{"2026-04-05 01:00 +1100", "2026-04-05 02:00 +1030"}},
		"St John's: the clock goes back over midnight": {
			[]calendar.Spec{{Zone: "America/St_Johns", Weekdays: []string{"sun"}, Times: []string{"00:00-01:00"}}}, "2009-10-31 12:00 -0230",
			[]string{"2009-11-01 00:00 -0230", "2009-11-01 01:00 -0330"}},
	} {
		t.Run(name, func(t *testing.T) {
			cal := build(t, tc.specs...)
			at := time.Unix(instant(t, tc.after), 0).In(zone(t, tc.specs[0].Zone))
			in := cal.Contains(at)
			for _, want := range tc.want {
				next, ok := cal.NextChange(at)
				if !ok || next.Format(layout) != want {
					t.Fatalf("change after %s: got %s, %v, want %s", at.Format(layout), next.Format(layout), ok, want)
				}
				if cal.Contains(next.Add(-time.Nanosecond)) != in || cal.Contains(next) == in {
					t.Errorf("Contains does not change at %s", next.Format(layout))
				}
				at, in = next, !in
			}
		})
	}
}

func TestCalendar_NeverChanges(t *testing.T) {
	for name, spec := range map[string]calendar.Spec{
		"every day":                  {Weekdays: []string{"mon-sun"}},
		"every minute for a minute":  {Cron: "* * * * *", Duration: time.Minute},
		"every day for two days":     {Cron: "@daily", Duration: 48 * time.Hour},
		"every minute for 300 days":  {Cron: "* * * * *", Duration: 300 * 24 * time.Hour},
		"every quarter, in New York": {Zone: "America/New_York", Cron: "*/15 * * * *", Duration: 15 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			cal := build(t, spec)
			at := time.Unix(instant(t, "2026-06-01 12:34 +0000"), 500)
			if got, ok := cal.NextChange(at); ok || !cal.Contains(at) {
				t.Errorf("Contains %v, NextChange %v, %v; want true and none", cal.Contains(at), got, ok)
			}
		})
	}
}

func TestCalendar_FarTimesAreOutside(t *testing.T) {
	cal := build(t, calendar.Spec{Weekdays: []string{"mon-sun"}}, calendar.Spec{Cron: "* * * * *", Duration: time.Hour})
	for _, at := range []time.Time{{}, time.Unix(1<<60, 0), time.Unix(-1<<60, 0), time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC)} {
		if _, ok := cal.NextChange(at); ok && !at.IsZero() {
			t.Errorf("NextChange(%v) exists", at)
		}
		if cal.Contains(at) && !at.IsZero() {
			t.Errorf("Contains(%v)", at)
		}
	}
}

func TestNew_NamesEveryFault(t *testing.T) {
	for name, tc := range map[string]struct {
		spec calendar.Spec
		want []string
	}{
		"nothing":             {calendar.Spec{}, []string{"neither cron nor weekdays nor times"}},
		"zone":                {calendar.Spec{Zone: "Europe/Moskau", Times: []string{"09:00-18:00"}}, []string{`unknown zone "Europe/Moskau"`}},
		"zone of the machine": {calendar.Spec{Zone: "Local", Times: []string{"09:00-18:00"}}, []string{"depends on the machine"}},
		"zone out of the tree": {calendar.Spec{Zone: "../../etc/passwd", Times: []string{"09:00-18:00"}},
			[]string{"unknown zone"}},
		"cron and both kinds": {calendar.Spec{Cron: "@daily", Duration: time.Hour, Times: []string{"09:00-18:00"}}, []string{"cron does not go with"}},
		"cron and duration":   {calendar.Spec{Cron: "0 25 * * *"}, []string{`hour "25"`, "cron without duration"}},
		"duration negative":   {calendar.Spec{Cron: "@daily", Duration: -time.Hour}, []string{"duration -1h0m0s"}},
		"duration fraction":   {calendar.Spec{Cron: "@daily", Duration: 1500 * time.Millisecond}, []string{"whole seconds"}},
		"duration too long":   {calendar.Spec{Cron: "@daily", Duration: 9000 * time.Hour}, []string{"366 days"}},
		"duration alone":      {calendar.Spec{Duration: time.Hour, Times: []string{"09:00-18:00"}}, []string{"duration goes with cron"}},
		"all at once": {calendar.Spec{Weekdays: []string{"mon-fryday", "", "1"}, Times: []string{"9-18", "09:00", "24:00-25:00", "10:00-10:00"}, Except: []string{"2026-02-30"}},
			[]string{`"mon-fryday"`, `weekday ""`, `weekday "1"`, `"9-18"`, `times "09:00"`, `"24:00-25:00"`, `"10:00-10:00"`, `"2026-02-30"`}},
	} {
		t.Run(name, func(t *testing.T) {
			fine := calendar.Spec{Times: []string{"09:00-18:00"}}
			_, err := calendar.New("night", []calendar.Spec{fine, tc.spec})
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range append(tc.want, `calendar "night": interval 2: `) {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error lacks %q:\n%v", want, err)
				}
			}
			if got := strings.Count(err.Error(), "\n") + 1; got != len(tc.want) {
				t.Errorf("%d faults, want %d:\n%v", got, len(tc.want), err)
			}
		})
	}
	if _, err := calendar.New("night", nil); err == nil || !strings.Contains(err.Error(), "no intervals") {
		t.Errorf("New without specs: %v", err)
	}
}

func BenchmarkCron_Next(b *testing.B) {
	for name, spec := range map[string]string{"fixed": "30 2 * * *", "real": "*/5 * * * *"} {
		b.Run(name, func(b *testing.B) {
			c := parse(b, spec, zone(b, "Europe/Berlin"))
			b.ReportAllocs()
			at := int64(1774746000)
			for b.Loop() {
				at, _ = c.Next(at)
			}
		})
	}
}

func BenchmarkCalendar_NextChange(b *testing.B) {
	for name, spec := range map[string]calendar.Spec{
		"nights":        {Zone: "Europe/Berlin", Cron: "0 22 * * *", Duration: 8 * time.Hour},
		"always, worst": {Zone: "Europe/Berlin", Cron: "* * * * *", Duration: time.Minute},
	} {
		b.Run(name, func(b *testing.B) {
			c, err := calendar.New("x", []calendar.Spec{spec})
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				c.NextChange(time.Unix(1774746000, 0))
			}
		})
	}
}

// TestCalendar_Contains_Corners looks where the day of an interval is not the
// day the clock shows, and before 1970.
func TestCalendar_Contains_Corners(t *testing.T) {
	sunday := calendar.Spec{Zone: "America/St_Johns", Weekdays: []string{"sun"}, Times: []string{"00:00-01:00"}}
	thursday := calendar.Spec{Weekdays: []string{"thu"}}
	for name, tc := range map[string]struct {
		spec calendar.Spec
		at   string
		want bool
	}{
		"back on Saturday while Sunday's first hour lasts": {sunday, "2009-10-31 23:30 -0330", true},
		"Saturday, before the clock went back":             {sunday, "2009-10-31 23:30 -0230", false},
		"a Thursday before 1970":                           {thursday, "1969-12-25 12:00 +0000", true},
		"a Wednesday before 1970":                          {thursday, "1969-12-31 12:00 +0000", false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := build(t, tc.spec).Contains(time.Unix(instant(t, tc.at), 0)); got != tc.want {
				t.Errorf("Contains(%s) = %v, want %v", tc.at, got, tc.want)
			}
		})
	}
}
