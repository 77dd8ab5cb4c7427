package calendar

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Spec describes intervals of a Calendar: either Cron and Duration, or Weekdays
// and Times, of which one may be left out.
type Spec struct {
	Zone string // IANA name; "" is UTC

	Cron     string        // beginnings, as for ParseCron
	Duration time.Duration // elapsed time, whole seconds up to 366 days, whatever the clocks do meanwhile

	// Weekdays are names, of three letters or whole, and ranges of them:
	// "mon-fri", "sunday". None means every day.
	Weekdays []string
	// Times are ranges of wall clock time: "09:00-18:00", "18:00-24:00". One
	// that ends before it begins reaches into the next day: "22:00-06:00".
	// None means the whole day.
	Times []string

	Except []string // dates, 2026-01-01, in the zone; on them no interval begins
}

const longest = 366 * 24 * time.Hour

// compile returns the intervals, or everything that is wrong.
func (s Spec) compile() (spans, []error) {
	zone, err := loadZone(s.Zone)
	if err != nil {
		return nil, []error{err}
	}
	except, faults := exceptions(s.Except)
	switch {
	case s.Cron != "" && len(s.Weekdays)+len(s.Times) > 0:
		return nil, append(faults, errors.New("cron does not go with weekdays and times"))
	case s.Cron != "":
		cron, err := ParseCron(s.Cron, zone)
		if err != nil {
			faults = append(faults, err)
		}
		if err := checkDuration(s.Duration); err != nil {
			faults = append(faults, err)
		}
		return cronSpans{cron: cron, length: int64(s.Duration / time.Second), except: except}, faults
	case s.Duration != 0:
		return nil, append(faults, errors.New("duration goes with cron"))
	case len(s.Weekdays)+len(s.Times) == 0:
		return nil, append(faults, errors.New("neither cron nor weekdays nor times"))
	}
	weekdays, more := parseWeekdays(s.Weekdays)
	times, evenMore := parseTimes(s.Times)
	faults = append(append(faults, more...), evenMore...)
	return daySpans{zone: zone, weekdays: weekdays, times: times, except: except}, faults
}

// loadZone refuses "Local", which would mean another thing on another machine.
func loadZone(name string) (*time.Location, error) {
	if name == "Local" {
		return nil, errors.New(`zone "Local" depends on the machine, want an IANA name such as Europe/Moscow`)
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("unknown zone %.64q, want an IANA name such as Europe/Moscow", name)
	}
	return zone, nil
}

func checkDuration(d time.Duration) error {
	switch {
	case d == 0:
		return errors.New("cron without duration")
	case d < 0 || d > longest || d%time.Second != 0:
		return fmt.Errorf("duration %v is not whole seconds up to %d days", d, longest/(24*time.Hour))
	}
	return nil
}

func exceptions(dates []string) (map[int64]bool, []error) {
	days := make(map[int64]bool, len(dates))
	var faults []error
	for _, text := range dates {
		t, err := time.Parse(time.DateOnly, text)
		if err != nil {
			faults = append(faults, fmt.Errorf("except %.64q is not a date such as 2026-01-01", text))
		}
		days[dayOf(t.Unix())] = true
	}
	return days, faults
}

func parseWeekdays(texts []string) ([7]bool, []error) {
	var on [7]bool
	var faults []error
	for _, text := range texts {
		low, high, ranged := strings.Cut(text, "-")
		from, known := weekdayByName(low)
		to := from
		if ranged {
			var ok bool
			to, ok = weekdayByName(high)
			known = known && ok
		}
		if !known {
			faults = append(faults, fmt.Errorf("weekday %.64q is neither a day nor a range such as mon-fri", text))
			continue
		}
		for d := from; ; d = (d + 1) % 7 { // fri-mon goes round the week
			on[d] = true
			if d == to {
				break
			}
		}
	}
	if len(texts) == 0 {
		on = [7]bool{true, true, true, true, true, true, true}
	}
	return on, faults
}

func weekdayByName(text string) (int, bool) {
	text = strings.ToLower(strings.TrimSpace(text))
	for d := range time.Weekday(7) {
		if text == strings.ToLower(d.String()) || text == dayNames[d] {
			return int(d), true
		}
	}
	return 0, false
}

func parseTimes(texts []string) ([]timeRange, []error) {
	if len(texts) == 0 {
		return []timeRange{{0, day}}, nil
	}
	var ranges []timeRange
	var faults []error
	for _, text := range texts {
		low, high, _ := strings.Cut(text, "-")
		from, fromOK := clockTime(low)
		to, toOK := clockTime(high)
		if !fromOK || !toOK || from == day || from == to {
			faults = append(faults, fmt.Errorf("times %.64q is not a range such as 09:00-18:00", text))
			continue
		}
		if to < from {
			to += day
		}
		ranges = append(ranges, timeRange{from, to})
	}
	slices.SortFunc(ranges, func(a, b timeRange) int { return int(a.from - b.from) })
	return ranges, faults
}

// clockTime reads 00:00 to 24:00 in seconds from midnight.
func clockTime(text string) (int64, bool) {
	text = strings.TrimSpace(text)
	if text == "24:00" {
		return day, true
	}
	t, err := time.Parse("15:04", text)
	if err != nil || len(text) != len("15:04") {
		return 0, false
	}
	return int64(t.Hour()*3600 + t.Minute()*60), true
}
