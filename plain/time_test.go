package plain

import (
	"testing"
	"time"

	"github.com/smarty-alert/smarty-alert/calendar"
)

func TestTimes(t *testing.T) {
	zone := time.FixedZone("Europe/Nowhere", 3600)
	for spec, want := range map[string]string{
		"0 9 * * *":       "at 09:00 each day (Europe/Nowhere)",
		"5 17 * * 0":      "at 17:05 each Sunday (Europe/Nowhere)",
		"* * * * *":       "each minute",
		"*/15 * * * *":    "every 15 minutes, on the full hour too",
		"*/7 * * * *":     "at the times of the cron expression `*/7 * * * *` (Europe/Nowhere)",
		"30 * * * *":      "at minute 30 of each hour (Europe/Nowhere)",
		"@hourly":         "at the start of each hour (Europe/Nowhere)",
		"@daily":          "at 00:00 each day (Europe/Nowhere)",
		"@weekly":         "at the times of the cron expression `@weekly` (Europe/Nowhere)",
		"0 9 1 * *":       "at the times of the cron expression `0 9 1 * *` (Europe/Nowhere)",
		"0 9 * * mon-fri": "at the times of the cron expression `0 9 * * mon-fri` (Europe/Nowhere)",
		"0 9 1 * 1":       "at the times of the cron expression `0 9 1 * 1` (Europe/Nowhere)",
		"0,30 9 * * *":    "at the times of the cron expression `0,30 9 * * *` (Europe/Nowhere)",
	} {
		c, err := calendar.ParseCron(spec, zone)
		if err != nil {
			t.Errorf("%s: %v", spec, err)
			continue
		}
		if got := times(c); got != want {
			t.Errorf("%s: got %q, want %q", spec, got, want)
		}
	}
}

func TestLength(t *testing.T) {
	for seconds, want := range map[int64][3]string{
		1:      {"1 second", "1s", "second"},
		60:     {"1 minute", "1m", "minute"},
		90:     {"1 minute 30 seconds", "1m30s", "1 minute 30 seconds"},
		7200:   {"2 hours", "2h", "2 hours"},
		86400:  {"1 day", "1d", "day"},
		694861: {"8 days 1 hour 1 minute 1 second", "8d1h1m1s", "8 days 1 hour 1 minute 1 second"},
	} {
		if got := [3]string{length(seconds), short(seconds), every(seconds)}; got != want {
			t.Errorf("%d: got %q, want %q", seconds, got, want)
		}
	}
}
