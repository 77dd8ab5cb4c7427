package calendar

import (
	"math"
	"time"
)

// A reading is what a wall clock in some zone shows, as the Unix second at which
// a clock in UTC shows the same. Readings have no daylight saving: they are
// skipped and repeated, but arithmetic on them is plain.

const day = 24 * 60 * 60

// reading is what the clock shows at an instant.
func reading(zone *time.Location, at int64) int64 {
	_, offset := time.Unix(at, 0).In(zone).Zone()
	return at + int64(offset)
}

// firstPast is the first instant at which the clock shows r or later: the first
// of two when it shows r twice, the end of the gap when it never does.
func firstPast(zone *time.Location, r int64) int64 {
	at := r - day // no zone is a whole day ahead
	for {
		offset, end := stretch(zone, at)
		if r-offset < end {
			return max(r-offset, at)
		}
		at = end
	}
}

// stretch is the time around an instant in which the offset, in seconds east of
// UTC, is constant: until end, exclusive, which always lies after the instant.
// The offset may be the same beyond it.
func stretch(zone *time.Location, at int64) (offset, end int64) {
	t := time.Unix(at, 0).In(zone)
	_, seconds := t.Zone()
	_, bound := t.ZoneBounds()
	if bound.IsZero() {
		return int64(seconds), math.MaxInt64
	}
	end = bound.Unix()
	if end <= at {
		// Go 1.26 takes every year beyond the zone's table for 365 days long:
		// on 31 December 2040 the bound is that day's beginning, not its end.
		end = (dayOf(at) + 1) * day
	}
	return int64(seconds), end
}

// dayOf numbers the days of readings; day 0 is 1970-01-01.
func dayOf(r int64) int64 {
	n := r / day
	if r%day < 0 {
		n--
	}
	return n
}

func weekday(dayNumber int64) time.Weekday {
	return time.Weekday(((dayNumber+int64(time.Thursday))%7 + 7) % 7)
}
