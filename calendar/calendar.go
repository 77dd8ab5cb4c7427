package calendar

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Calendar is a union of intervals. All begin and end on whole seconds; the
// beginning belongs to an interval, the end does not.
type Calendar struct {
	name  string
	spans []spans
}

// spans are the intervals of one Spec.
type spans interface {
	// covered returns the latest end of the intervals that hold the instant.
	covered(at int64) (end int64, ok bool)
	// next returns the earliest start after the instant.
	next(after int64) (start int64, ok bool)
}

// NextChange follows intervals that join without a gap for so long, and so many
// of them.
const (
	horizon = 400 * day
	maxJoin = 50_000
)

// New builds the calendar of all specs. Its error joins the faults of all of
// them, each with the name and the number of the interval, the first being 1.
func New(name string, specs []Spec) (*Calendar, error) {
	c := &Calendar{name: name}
	var faults []error
	if len(specs) == 0 {
		faults = append(faults, fmt.Errorf("calendar %q: no intervals", name))
	}
	for i, spec := range specs {
		s, err := spec.compile()
		for _, fault := range err {
			faults = append(faults, fmt.Errorf("calendar %q: interval %d: %w", name, i+1, fault))
		}
		c.spans = append(c.spans, s)
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return c, nil
}

// Name returns the name given to New.
func (c *Calendar) Name() string { return c.name }

// Contains reports whether one of the intervals holds t.
func (c *Calendar) Contains(t time.Time) bool {
	_, ok := c.covered(t.Unix())
	return ok
}

// NextChange returns the first moment after t at which Contains changes, in the
// location of t. It is false when there is none, or none within 400 days or
// 50,000 intervals because they join without a gap.
func (c *Calendar) NextChange(t time.Time) (time.Time, bool) {
	at := t.Unix()
	change, in := c.covered(at)
	if !in {
		start, ok := c.next(at)
		if !ok {
			return time.Time{}, false
		}
		return time.Unix(start, 0).In(t.Location()), true
	}
	for n := 0; n < maxJoin && change-at <= horizon; n++ {
		end, ok := c.covered(change)
		if !ok {
			return time.Unix(change, 0).In(t.Location()), true
		}
		change = end
	}
	return time.Time{}, false
}

func (c *Calendar) covered(at int64) (end int64, ok bool) {
	if at < firstSecond || at > lastSecond {
		return 0, false
	}
	for _, s := range c.spans {
		if e, in := s.covered(at); in {
			end, ok = max(end, e), true
		}
	}
	return end, ok
}

func (c *Calendar) next(after int64) (start int64, ok bool) {
	if after < firstSecond || after > lastSecond {
		return 0, false
	}
	var starts []int64
	for _, s := range c.spans {
		if at, comes := s.next(after); comes {
			starts = append(starts, at)
		}
	}
	if len(starts) == 0 {
		return 0, false
	}
	return slices.Min(starts), true
}

// cronSpans begin at cron times and last for a number of real seconds.
type cronSpans struct {
	cron   *Cron
	length int64
	except map[int64]bool // days on which none begins
}

func (s cronSpans) next(after int64) (int64, bool) {
	for {
		at, ok := s.cron.Next(after)
		if !ok {
			return 0, false
		}
		today := dayOf(reading(s.cron.zone, at))
		if !s.except[today] {
			return at, true
		}
		after = max(at, firstPast(s.cron.zone, (today+1)*day)-1)
	}
}

func (s cronSpans) covered(at int64) (int64, bool) {
	last, ok := s.next(at - s.length)
	if !ok || last > at {
		return 0, false
	}
	// Halve the time in which a later one may begin, up to at itself.
	for none := at; last < none; {
		middle := last + (none-last)/2
		if begin, ok := s.next(middle); ok && begin <= at {
			last = begin
		} else {
			none = middle
		}
	}
	return last + s.length, true
}

// daySpans lie between two readings of the wall clock on chosen days.
type daySpans struct {
	zone     *time.Location
	weekdays [7]bool
	times    []timeRange // by from
	except   map[int64]bool
}

// timeRange is in seconds from midnight; to is past 24 h when it is the next
// day's.
type timeRange struct{ from, to int64 }

func (s daySpans) covered(at int64) (end int64, ok bool) {
	today := dayOf(reading(s.zone, at))
	// Yesterday's may reach over midnight. Tomorrow may have begun already,
	// where the clock goes back over midnight.
	for d := today - 1; d <= today+1; d++ {
		for _, r := range s.on(d) {
			from, to := s.interval(d, r)
			if from <= at && at < to {
				end, ok = max(end, to), true
			}
		}
	}
	return end, ok
}

func (s daySpans) next(after int64) (int64, bool) {
	today := dayOf(reading(s.zone, after))
	// A week without a start has an exception in it, or a gap in the clock
	// that swallows the interval whole; a year of the latter is plenty.
	weeks := int64(len(s.except) + 53)
	for d := today - 1; d <= today+7*weeks; d++ {
		for _, r := range s.on(d) {
			if from, to := s.interval(d, r); from > after && from < to {
				return from, true
			}
		}
	}
	return 0, false
}

func (s daySpans) on(d int64) []timeRange {
	if s.except[d] || !s.weekdays[weekday(d)] {
		return nil
	}
	return s.times
}

func (s daySpans) interval(d int64, r timeRange) (from, to int64) {
	return firstPast(s.zone, d*day+r.from), firstPast(s.zone, d*day+r.to)
}
