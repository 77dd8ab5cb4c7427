package calendar_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/smarty-alert/smarty-alert/calendar"
)

// The brute-force reading: walk real minutes, look at the clock, decide. It
// shares nothing with the package but the words of its documentation.

var zones = []string{
	"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Europe/Moscow", "America/Sao_Paulo",
	"America/St_Johns", "Africa/Casablanca", "Pacific/Apia", "Asia/Kathmandu", "Asia/Gaza", "Europe/Dublin",
}

// naiveCron is an expression as sets. A nil set admits everything.
type naiveCron struct {
	text                          string
	minute, hour, dom, month, dow []int
	minuteStar                    bool
}

// matches looks at a clock that shows t, in whatever location.
func (c naiveCron) matches(t time.Time) bool {
	in := func(set []int, v int) bool { return set == nil || slices.Contains(set, v) }
	date := in(c.dom, t.Day()) && in(c.dow, int(t.Weekday()))
	if c.dom != nil && c.dow != nil {
		date = in(c.dom, t.Day()) || in(c.dow, int(t.Weekday()))
	}
	return in(c.minute, t.Minute()) && in(c.hour, t.Hour()) && in(c.month, int(t.Month())) && date
}

func (c naiveCron) real() bool {
	return c.minuteStar || c.hour == nil || len(c.hour) == 24
}

// runs lists the runs in [from, to), both whole minutes. It looks at the clock
// from two days before, to know what it has shown already.
func (c naiveCron) runs(loc *time.Location, from, to int64) []int64 {
	var list []int64
	shown := shows(loc, from-2*86400)
	for at := from - 2*86400 + 60; at < to; at += 60 {
		now := shows(loc, at)
		hit := false
		if c.real() {
			hit = c.matches(now)
		} else {
			for r := shown.Add(time.Minute); !r.After(now); r = r.Add(time.Minute) {
				hit = hit || c.matches(r)
			}
		}
		if now.After(shown) {
			shown = now
		}
		if hit && at >= from {
			list = append(list, at)
		}
	}
	return list
}

// shows is what the clock shows, as a time in UTC.
func shows(loc *time.Location, at int64) time.Time {
	t := time.Unix(at, 0).In(loc)
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), 0, 0, time.UTC)
}

func drawCron(t *rapid.T) naiveCron {
	var c naiveCron
	var texts [5]string
	texts[0], c.minute = drawField(t, "minute", 0, 59)
	texts[1], c.hour = drawField(t, "hour", 0, 23)
	texts[2], texts[3], texts[4] = "*", "*", "*"
	if rapid.IntRange(0, 2).Draw(t, "dates") == 0 {
		texts[2], c.dom = drawField(t, "dom", 1, 28)
		texts[3], c.month = drawField(t, "month", 1, 12)
		texts[4], c.dow = drawField(t, "dow", 0, 6)
	}
	c.minuteStar = strings.HasPrefix(texts[0], "*")
	c.text = strings.Join(texts[:], " ")
	return c
}

// drawField returns a text and the set that it means.
func drawField(t *rapid.T, name string, low, high int) (string, []int) {
	set := func(from, to, step int) (s []int) {
		for v := from; v <= to; v += step {
			s = append(s, v)
		}
		return s
	}
	value := rapid.IntRange(low, high)
	if name == "hour" {
		value = rapid.OneOf(value, rapid.IntRange(0, 4)) // where the clocks change
	}
	switch rapid.IntRange(0, 4).Draw(t, name) {
	case 0:
		return "*", nil
	case 1:
		step := rapid.IntRange(2, (high-low+1)/2).Draw(t, name+" step")
		if name == "dom" || name == "dow" {
			return fmt.Sprintf("%d-%d/%d", low, high, step), set(low, high, step)
		}
		return fmt.Sprintf("*/%d", step), set(low, high, step)
	case 2:
		a, b := value.Draw(t, name+" from"), value.Draw(t, name+" to")
		return fmt.Sprintf("%d-%d", min(a, b), max(a, b)), set(min(a, b), max(a, b), 1)
	case 3:
		a, b := value.Draw(t, name+" one"), value.Draw(t, name+" other")
		return fmt.Sprintf("%d,%d", a, b), []int{a, b}
	}
	a := value.Draw(t, name+" only")
	return fmt.Sprint(a), []int{a}
}

// drawMoment returns a whole minute between 1995 and 2060, mostly near a change
// of the clocks.
func drawMoment(t *rapid.T, loc *time.Location) int64 {
	at := rapid.Int64Range(788918400, 2840140800).Draw(t, "moment")
	switch rapid.IntRange(0, 4).Draw(t, "near") {
	case 0:
		year := time.Unix(at, 0).UTC().Year()
		at = time.Date(year, 12, 31, 0, 0, 0, 0, time.UTC).Unix() + rapid.Int64Range(-36*3600, 36*3600).Draw(t, "around the year's end")
	case 1, 2, 3:
		if _, end := time.Unix(at, 0).In(loc).ZoneBounds(); !end.IsZero() {
			at = end.Unix() + rapid.Int64Range(-36*3600, 3*3600).Draw(t, "around")
		}
	}
	return at - at%60
}

func TestCron_AgreesWithBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom(zones).Draw(t, "zone")
		loc, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		naive := drawCron(t)
		cron, err := calendar.ParseCron(naive.text, loc)
		if err != nil {
			t.Fatal(err)
		}
		from := drawMoment(t, loc)
		to := from + 2*86400
		var got []int64
		for at, ok := cron.Next(from - 1); ok && at < to; at, ok = cron.Next(at) {
			got = append(got, at)
		}
		if want := naive.runs(loc, from, to); !slices.Equal(got, want) {
			t.Fatalf("%s in %s\n got %s\nwant %s", naive.text, name, clocks(loc, got), clocks(loc, want))
		}
	})
}

func clocks(loc *time.Location, list []int64) string {
	var b strings.Builder
	for _, at := range list {
		b.WriteString(time.Unix(at, 0).In(loc).Format("01-02T15:04-0700 "))
	}
	return b.String()
}

// naiveSpan is one interval.
type naiveSpan struct{ from, to int64 }

// naiveSpec is a Spec and the intervals it means that begin in [from, to).
type naiveSpec struct {
	spec  calendar.Spec
	spans func(from, to int64) []naiveSpan
}

func drawSpec(t *rapid.T, near int64) naiveSpec {
	name := rapid.SampledFrom(zones).Draw(t, "zone")
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	spec := calendar.Spec{Zone: name}
	except := map[string]bool{}
	for range rapid.IntRange(0, 2).Draw(t, "exceptions") {
		date := time.Unix(near, 0).UTC().AddDate(0, 0, rapid.IntRange(-1, 3).Draw(t, "exception")).Format(time.DateOnly)
		spec.Except = append(spec.Except, date)
		except[date] = true
	}
	if rapid.Bool().Draw(t, "by cron") {
		return cronSpec(t, spec, loc, except)
	}
	return daySpec(t, spec, loc, except)
}

func cronSpec(t *rapid.T, spec calendar.Spec, loc *time.Location, except map[string]bool) naiveSpec {
	cron := drawCron(t)
	minutes := rapid.OneOf(rapid.Int64Range(1, 90), rapid.Int64Range(1, 2*24*60)).Draw(t, "minutes")
	spec.Cron, spec.Duration = cron.text, time.Duration(minutes)*time.Minute
	return naiveSpec{spec, func(from, to int64) (list []naiveSpan) {
		for _, at := range cron.runs(loc, from, to) {
			if !except[shows(loc, at).Format(time.DateOnly)] {
				list = append(list, naiveSpan{at, at + 60*minutes})
			}
		}
		return list
	}}
}

func daySpec(t *rapid.T, spec calendar.Spec, loc *time.Location, except map[string]bool) naiveSpec {
	first, last := rapid.IntRange(0, 6).Draw(t, "weekday"), rapid.IntRange(0, 6).Draw(t, "last weekday")
	short := func(d int) string { return time.Weekday(d).String()[:3] }
	spec.Weekdays = []string{short(first) + "-" + short(last)}
	begin := rapid.OneOf(rapid.IntRange(0, 1439), rapid.IntRange(0, 240)).Draw(t, "begin")
	end := rapid.OneOf(rapid.IntRange(0, 1440), rapid.IntRange(0, 240)).Filter(func(m int) bool { return m != begin }).Draw(t, "end")
	spec.Times = []string{fmt.Sprintf("%02d:%02d-%02d:%02d", begin/60, begin%60, end/60, end%60)}
	if end < begin {
		end += 1440
	}
	return naiveSpec{spec, func(from, to int64) (list []naiveSpan) {
		for date := shows(loc, from).Truncate(24*time.Hour).AddDate(0, 0, -1); date.Unix() < to+86400; date = date.AddDate(0, 0, 1) {
			d := int(date.Weekday())
			if on := (d-first+7)%7 <= (last-first+7)%7; !on || except[date.Format(time.DateOnly)] {
				continue
			}
			a := whenShown(loc, date.Add(time.Duration(begin)*time.Minute))
			b := whenShown(loc, date.Add(time.Duration(end)*time.Minute))
			list = append(list, naiveSpan{a, b})
		}
		return list
	}}
}

// whenShown is the first minute at which the clock shows t or later.
func whenShown(loc *time.Location, t time.Time) int64 {
	at := t.Unix() - 16*3600
	for shows(loc, at).Before(t) {
		at += 60
	}
	return at
}

func TestCalendar_AgreesWithBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := drawMoment(t, time.UTC)
		if rapid.Bool().Draw(t, "near a change in Berlin") {
			berlin, err := time.LoadLocation("Europe/Berlin")
			if err != nil {
				t.Fatal(err)
			}
			from = drawMoment(t, berlin)
		}
		to := from + 2*86400
		var specs []calendar.Spec
		var spans []naiveSpan
		for range rapid.IntRange(1, 2).Draw(t, "specs") {
			s := drawSpec(t, from)
			specs = append(specs, s.spec)
			spans = append(spans, s.spans(from-3*86400, to)...)
		}
		cal, err := calendar.New("x", specs)
		if err != nil {
			t.Fatal(err)
		}
		inside := func(at int64) bool {
			return slices.ContainsFunc(spans, func(s naiveSpan) bool { return s.from <= at && at < s.to })
		}
		for at, until := from, int64(0); at < to; at += 60 {
			if got := cal.Contains(time.Unix(at, 0)); got != inside(at) {
				t.Fatalf("%+v at %s: Contains = %v, want %v", specs, time.Unix(at, 0).UTC(), got, inside(at))
			}
			if at >= until { // ask once per stretch, and check it to its end
				next, ok := cal.NextChange(time.Unix(at, 0))
				until = next.Unix()
				if !ok {
					until = to
				}
				checkStretch(t, specs, inside, at, until, to)
			}
		}
	})
}

// checkStretch checks that nothing changes between at and until, and that
// something does at until, as far as it lies before to.
func checkStretch(t *rapid.T, specs []calendar.Spec, inside func(int64) bool, at, until, to int64) {
	for m := at; m < min(until, to); m += 60 {
		if inside(m) != inside(at) {
			t.Fatalf("%+v: NextChange after %s is %s, want %s", specs, time.Unix(at, 0).UTC(), time.Unix(until, 0).UTC(), time.Unix(m, 0).UTC())
		}
	}
	if until < to && inside(until) == inside(at) {
		t.Fatalf("%+v: NextChange after %s is %s, where nothing changes", specs, time.Unix(at, 0).UTC(), time.Unix(until, 0).UTC())
	}
}
