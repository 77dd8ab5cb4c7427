package plain

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/calendar"
)

var units = []struct {
	seconds int64
	name    string
}{{86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}}

// length writes 5400 seconds as "1 hour 30 minutes".
func length(seconds int64) string {
	var parts []string
	for _, u := range units {
		if n := seconds / u.seconds; n > 0 {
			parts = append(parts, some(n, u.name))
			seconds -= n * u.seconds
		}
	}
	if parts == nil {
		return "0 seconds"
	}
	return strings.Join(parts, " ")
}

// short writes them as "1h30m".
func short(seconds int64) string {
	var b strings.Builder
	for _, u := range units {
		if n := seconds / u.seconds; n > 0 {
			fmt.Fprintf(&b, "%d%s", n, u.name[:1])
			seconds -= n * u.seconds
		}
	}
	return b.String()
}

// every writes 3600 as "hour" and 7200 as "2 hours", to stand after "every".
func every(seconds int64) string {
	for _, u := range units {
		if seconds == u.seconds {
			return u.name
		}
	}
	return length(seconds)
}

// some writes "1 day", "2 days".
func some(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return number(n) + " " + noun + "s"
}

// number writes 10000 as 10,000.
func number(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

var weekdays = []string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"}

// times says when a cron expression comes: in words where its fields are plain,
// else by its fields.
func times(c *calendar.Cron) string {
	spec := c.String()
	zone := " (" + zoneName(c.Zone()) + ")"
	switch spec {
	case "@hourly":
		return "at the start of each hour" + zone
	case "@daily", "@midnight":
		return "at 00:00 each day" + zone
	case "* * * * *":
		return "each minute"
	}
	f := strings.Fields(spec)
	if len(f) != 5 {
		return "at the times of the cron expression `" + spec + "`" + zone
	}
	if n, ok := stepOf60(f[0]); ok && strings.Join(f[1:], "") == "****" {
		return fmt.Sprintf("every %d minutes, on the full hour too", n)
	}
	minute, minuteOK := plainField(f[0], 59)
	hour, hourOK := plainField(f[1], 23)
	day, dayOK := plainField(f[4], 6)
	switch {
	case minuteOK && hourOK && f[2] == "*" && f[3] == "*" && f[4] == "*":
		return fmt.Sprintf("at %02d:%02d each day%s", hour, minute, zone)
	case minuteOK && hourOK && f[2] == "*" && f[3] == "*" && dayOK:
		return fmt.Sprintf("at %02d:%02d each %s%s", hour, minute, weekdays[day], zone)
	case minuteOK && f[1] == "*" && f[2] == "*" && f[3] == "*" && f[4] == "*":
		return fmt.Sprintf("at minute %d of each hour%s", minute, zone)
	}
	return "at the times of the cron expression `" + spec + "`" + zone
}

// stepOf60 reads */N where N divides the hour.
func stepOf60(text string) (int, bool) {
	step, ok := strings.CutPrefix(text, "*/")
	n, err := strconv.Atoi(step)
	return n, ok && err == nil && n > 1 && 60%n == 0
}

func plainField(text string, most int) (int, bool) {
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= 0 && n <= most
}

func zoneName(z *time.Location) string {
	if z == nil {
		return "UTC"
	}
	return z.String()
}
