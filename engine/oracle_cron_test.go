package engine_test

import (
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/smarty-alert/smarty-alert/calendar"
)

// oCron tells whether a cron expression of the cases comes at a second, minute by
// minute and by the words of package calendar: what counts real time comes
// whenever the clock reads so; of the others a time that spring skips comes once,
// at the first instant after the gap, one that autumn repeats the first time.
func oCron(spec string, s int64) bool {
	if s%60 != 0 {
		return false
	}
	fields := strings.Fields(spec)
	now := oWall(s)
	real := fields[0][0] == '*' || fields[1] == "*"
	if real {
		return cronField(fields[0], now.Minute()) && cronField(fields[1], now.Hour())
	}
	if oWall(s-3600).Format("15:04") == now.Format("15:04") {
		return false // the second time
	}
	before := oWall(s - 60)
	wall := func(t time.Time) int { return t.Hour()*60 + t.Minute() }
	from := (wall(before) + 1) % (24 * 60)
	if wall(now) < from { // midnight, or autumn's step back
		from = wall(now)
	}
	for m := from; m <= wall(now); m++ { // more than one after spring's gap
		if cronField(fields[0], m%60) && cronField(fields[1], m/60) {
			return true
		}
	}
	return false
}

// cronField knows the forms that the cases draw: *, */n and n.
func cronField(field string, v int) bool {
	if step, ok := strings.CutPrefix(field, "*/"); ok {
		n, _ := strconv.Atoi(step)
		return v%n == 0
	}
	n, err := strconv.Atoi(field)
	return field == "*" || err == nil && n == v
}

func oWall(s int64) time.Time { return time.Unix(s, 0).In(berlin()) }

// oZone is the zone of schedules: its clocks change.
const oZone = "Europe/Berlin"

var berlin = sync.OnceValue(func() *time.Location {
	zone, err := time.LoadLocation(oZone)
	if err != nil {
		panic(err)
	}
	return zone
})

// TestOracle_Cron holds the naive reading against package calendar, around both
// changes of the clocks.
func TestOracle_Cron(t *testing.T) {
	for _, spec := range crons() {
		cron, err := calendar.ParseCron(spec, berlin())
		if err != nil {
			t.Fatal(err)
		}
		for _, change := range changes() {
			for s := change - 86400; s < change+86400; s += 60 {
				next, _ := cron.Next(s - 1)
				if got, want := next == s, oCron(spec, s); got != want || next < s+60 && next > s {
					t.Errorf("%s at %s: calendar %t (next %d), oracle %t", spec, oWall(s), got, next, want)
				}
			}
		}
	}
}

// crons are the schedules of the cases.
func crons() []string {
	return []string{"* * * * *", "*/5 * * * *", "0 * * * *", "30 2 * * *", "*/20 2 * * *", "0 3 * * *"}
}
