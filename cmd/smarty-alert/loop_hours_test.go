package main

import (
	"cmp"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"
)

// TestLoop_HoursAsReplay: after many hours of busy and quiet times, rotations, kills and
// stops, the store has what a replay up to the live final second says.
// SMARTY_ALERT_LIVE_HOURS sets how many, SMARTY_ALERT_SEED draws them again.
func TestLoop_HoursAsReplay(t *testing.T) {
	hours, err := strconv.Atoi(cmp.Or(os.Getenv("SMARTY_ALERT_LIVE_HOURS"), "40"))
	if err != nil {
		t.Fatal(err)
	}
	seed, err := strconv.ParseUint(cmp.Or(os.Getenv("SMARTY_ALERT_SEED"), "1"), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	b := newLab(t, t.TempDir())
	defer b.close()
	d := day{lab: b, dice: rand.New(rand.NewPCG(seed, 0))}
	b.up()
	for end := b.now.Add(time.Duration(hours) * time.Hour); b.now.Before(end); {
		d.spell()
	}
	b.settle()
	alerts := b.compare(t)
	b.checkReadings(t)
	t.Logf("%d hours, seed %d: %d records, %d rotations, %d starts, %d deaths, %d transitions", hours, seed, b.seq, b.rotations, b.restarts, b.deaths, alerts)
	if alerts < hours || b.seq < 10*hours || hours >= 1000 && (b.rotations < hours/100 || b.deaths < hours/200) {
		t.Errorf("too little happened")
	}
}

// day is how a lab's hours go by.
type day struct {
	*lab
	dice *rand.Rand
}

// spell is a busy time, in which records come every few seconds, and a quiet one after
// it, in which one comes now and then.
func (d *day) spell() {
	for range 5 + d.dice.IntN(20) {
		for range d.dice.IntN(5) {
			d.record(d.dice.IntN(len(labEvents)), d.dice.IntN(6), d.dice.IntN(2), false, d.dice.IntN(10) == 0)
		}
		d.look(1 + d.dice.IntN(10))
	}
	for range d.dice.IntN(4) {
		d.record(d.dice.IntN(len(labEvents)), d.dice.IntN(6), 0, false, false)
		d.look(60 * (1 + d.dice.IntN(60)))
	}
	switch d.dice.IntN(60) {
	case 0:
		d.kill()
		d.look(d.dice.IntN(600))
	case 1:
		d.stop()
		d.look(d.dice.IntN(600))
	case 2:
		d.fault.at = dooms[d.dice.IntN(len(dooms))]
	case 3, 4:
		d.rotate(labEvents[d.dice.IntN(len(labEvents))].log)
	}
}

// look lets time go by, and the loop work.
func (d *day) look(seconds int) {
	d.turn()
	d.pass(time.Duration(seconds) * time.Second)
	d.turn()
}
