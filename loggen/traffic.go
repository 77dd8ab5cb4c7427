package loggen

import (
	"slices"
	"time"
)

// rhythm is the traffic at the full hours of the local day, in thousandths of the day's mean: people watch in the evening,
// and the mean is 35 % of the peak.
var rhythm = [24]uint64{720, 400, 240, 160, 140, 180, 310, 510, 610, 640, 670, 710, 770, 800, 840, 930, 1120, 1460, 1870, 2300, 2690, 2857, 1910, 1163}

// one is the number 1 in the fixed-point arithmetic of traffic.
const one = 1 << 20

// traffic decides how many records subscribers and staff cause in a second, and of which event each is.
type traffic struct {
	dice  Dice
	zone  *time.Location
	rate  uint64 // mean per second, in 1/one
	mean  uint64 // of the rhythm over the run, in 1/1000
	now   uint64 // rate of the current minute, in 1/one
	upTo  []uint64
	evs   []*event
	total uint64
}

func newTraffic(o *Options, rate uint64) *traffic {
	t := &traffic{zone: o.Zone, rate: rate, mean: 1000}
	if o.Duration < 24*time.Hour {
		t.mean = meanRhythm(o.Start, o.Duration, o.Zone)
	}
	for i := range events {
		if w := events[i].weight*100 + events[i].rare; w > 0 {
			t.total += uint64(w)
			t.upTo = append(t.upTo, t.total)
			t.evs = append(t.evs, &events[i])
		}
	}
	t.dice.Seed(o.Seed, streamTraffic, 0)
	return t
}

// meanRhythm makes short runs keep to their rate whatever the hour.
func meanRhythm(start time.Time, length time.Duration, zone *time.Location) uint64 {
	sum, n := uint64(0), uint64(0)
	for d := time.Duration(0); d < length; d += time.Minute {
		sum += rhythmAt(start.Add(d).In(zone))
		n++
	}
	return sum / n
}

// rhythmAt interpolates between full hours.
func rhythmAt(t time.Time) uint64 {
	return Rhythm(t.Hour()*60 + t.Minute())
}

// Rhythm is how much subscribers do in a minute of the local day, in thousandths of the day's mean.
func Rhythm(minuteOfDay int) uint64 {
	h, m := minuteOfDay/60, uint64(minuteOfDay%60)
	return (rhythm[h]*(60-m) + rhythm[(h+1)%24]*m) / 60
}

func (t *traffic) minute(sec int64) {
	t.now = t.rate * rhythmAt(time.Unix(sec, 0).In(t.zone)) / t.mean
}

// count draws the number of records of a second: between nothing and twice the rate.
func (t *traffic) count() int {
	return int((t.dice.N(2*t.now+1) + t.dice.N(one)) / one)
}

// event draws an event by its weight.
func (t *traffic) event(d *Dice) *event {
	i, _ := slices.BinarySearch(t.upTo, d.N(t.total)+1)
	return t.evs[i]
}
