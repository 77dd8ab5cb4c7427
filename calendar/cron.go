package calendar

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// Cron is a cron expression in a zone.
//
// Daylight saving: a time of the wall clock that spring skips comes once, at the
// first instant after the gap; one that autumn repeats comes once, the first
// time. Expressions that count real time, because their minute begins with "*"
// or their hour field admits every hour, match every instant at which the clock
// reads so: "*/5 * * * *" comes every five real minutes, both times in autumn,
// and "30 * * * *" loses nothing but the hour that did not exist.
//
// Day of month and day of week: when both are restricted, either suffices.
type Cron struct {
	spec  string
	zone  *time.Location
	sched *cron.SpecSchedule // asked with readings of the wall clock in UTC only: its own daylight saving skips and repeats runs
	real  bool               // counts real time
}

// Answers are given for these years; beyond them lies arithmetic overflow.
var (
	firstSecond = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	lastSecond  = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC).Unix()
)

// ParseCron reads five fields (minute, hour, day of month, month, day of week)
// or one of @yearly @annually @monthly @weekly @daily @midnight @hourly. A nil
// zone means UTC. An expression that never comes, such as "0 0 30 2 *", is an
// error, and so is a zone inside the expression. Errors name the field and stay
// under 2 KiB.
func ParseCron(spec string, zone *time.Location) (*Cron, error) {
	if zone == nil {
		zone = time.UTC
	}
	if len(spec) > maxSpec {
		return nil, fmt.Errorf("cron: expression longer than %d bytes", maxSpec)
	}
	texts, err := splitSpec(spec)
	if err != nil {
		return nil, fmt.Errorf("cron %.100q: %w", spec, err)
	}
	sched, err := schedule(texts)
	if err != nil {
		return nil, fmt.Errorf("cron %.100q: %w", spec, err)
	}
	c := &Cron{spec: strings.TrimSpace(spec), zone: zone, sched: sched}
	c.real = strings.HasPrefix(texts[0], "*") || strings.HasPrefix(texts[0], "?") || sched.Hour&everyHour == everyHour
	if _, ok := c.nextReading(0); !ok {
		return nil, fmt.Errorf("cron %.100q: never comes: no such day of month %.40q in month %.40q", spec, texts[2], texts[3])
	}
	return c, nil
}

const everyHour = 1<<24 - 1

func schedule(texts []string) (*cron.SpecSchedule, error) {
	parser := cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)
	s, err := parser.Parse(strings.Join(texts, " "))
	if err != nil {
		return nil, err
	}
	sched, ok := s.(*cron.SpecSchedule)
	if !ok {
		return nil, errors.New("not a schedule of calendar fields")
	}
	return sched, nil
}

// Next returns the first Unix second after the given one at which the
// expression comes; false beyond the year 9999.
func (c *Cron) Next(after int64) (int64, bool) {
	if after > lastSecond {
		return 0, false
	}
	after = max(after, firstSecond)
	if c.real {
		return c.nextReal(after)
	}
	// firstPast grows with the reading, so the first one past after is it. In
	// the repeated hour some readings lie behind; they are walked over.
	for r := reading(c.zone, after); ; {
		var ok bool
		if r, ok = c.nextReading(r); !ok {
			return 0, false
		}
		if at := firstPast(c.zone, r); at > after {
			return at, true
		}
	}
}

// nextReal matches real instants, stretch by stretch of constant offset.
func (c *Cron) nextReal(after int64) (int64, bool) {
	in := after
	for {
		offset, end := stretch(c.zone, in)
		r, ok := c.nextReading(after + offset)
		if !ok {
			return 0, false
		}
		if at := r - offset; at < end {
			return at, true
		}
		in, after = end, end-1
	}
}

// nextReading is the next reading of the wall clock that matches. The library
// looks five years ahead, and 29 February can be eight away (2096 to 2104).
func (c *Cron) nextReading(r int64) (int64, bool) {
	t := time.Unix(r, 0).UTC()
	for range 2 {
		if next := c.sched.Next(t); !next.IsZero() {
			return next.Unix(), true
		}
		t = time.Date(t.Year()+5, 12, 31, 23, 59, 59, 0, time.UTC)
	}
	return 0, false
}

// Zone is where the expression's clock hangs.
func (c *Cron) Zone() *time.Location { return c.zone }

// String returns the expression as it was written.
func (c *Cron) String() string { return c.spec }
