package main

import (
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestWallClock(t *testing.T) {
	const h, m = time.Hour, time.Minute
	type look struct {
		after time.Duration // of the monotonic clock
		off   time.Duration // of the machine's wall clock
		rec   time.Duration // a record of then, against the monotonic clock; 0: none
		want  time.Duration // shown, against the monotonic clock
	}
	for name, looks := range map[string][]look{
		"a little is believed":                   {{m, 2 * m, 0, 2 * m}, {2 * m, 3 * m, 0, 3 * m}, {3 * m, m, 0, m}},
		"an hour forward is not":                 {{m, h, 0, 0}, {2 * m, h, 0, 0}},
		"an hour back is not":                    {{m, -h, 0, 0}, {2 * m, -h, 0, 0}},
		"and back again":                         {{m, h, 0, 0}, {2 * m, 10 * time.Second, 0, 10 * time.Second}},
		"records as before confirm nothing":      {{m, h, time.Second, 0}, {m, -h, -time.Second, 0}},
		"a record of the new time confirms":      {{m, h, 0, 0}, {2 * m, h, h - m, h}},
		"and of the old one":                     {{m, -h, 0, 0}, {2 * m, -h, -h, -h}},
		"a record half the way leads so far":     {{m, 2 * h, h, h}, {m, 2 * h, 0, h}, {m, 2 * h, 2 * h, 2 * h}},
		"one of 2099 is no witness of an hour":   {{m, h, 600000 * h, 0}},
		"one that is old is no witness, either":  {{m, h, -h, 0}, {2 * m, -h, -2 * h, 0}},
		"without a jump there is nothing to say": {{m, 0, h, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)
			var ran, off time.Duration
			var said strings.Builder
			c := newWallClock(func() (time.Time, time.Duration) { return start.Add(ran + off), ran }, slog.New(slog.NewTextHandler(&said, nil)))
			for i, l := range looks {
				ran, off = l.after, l.off
				c.now()
				if l.rec != 0 {
					c.confirm(start.Add(ran + l.rec).Unix())
				}
				if got := c.now().Sub(start.Add(ran)); got != l.want {
					t.Errorf("look %d: %v ahead, want %v", i, got, l.want)
				}
			}
			if jumped := looks[0].off.Abs() > clockJump; jumped != strings.Contains(said.String(), "jumped") {
				t.Errorf("jumped %v, said:\n%s", jumped, said.String())
			}
		})
	}
}

func TestParseJumps(t *testing.T) {
	got, err := parseJumps([]string{"10s=1h", "1m=-1h"})
	if err != nil || len(got) != 2 || got[1] != (jump{time.Minute, -time.Hour}) {
		t.Errorf("%v, %v", got, err)
	}
	for _, bad := range []string{"", "1h", "1h=", "=1h", "x=y"} {
		if _, err := parseJumps([]string{bad}); err == nil || !strings.Contains(err.Error(), "AFTER=BY") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// A clock that began before the program did is not behind by what the start has taken.
func TestMachine_BeganEarlier(t *testing.T) {
	start := time.Date(2026, 2, 10, 12, 0, 0, 0, time.UTC)
	before := time.Now()
	read, err := runFlags{clockStart: start.Format(time.RFC3339), clockBegan: before.Add(-time.Minute).Format(time.RFC3339Nano), clockSpeed: 300}.machine()
	if err != nil {
		t.Fatal(err)
	}
	wall, ran := read()
	if most := 300 * (time.Minute + time.Since(before)); ran < 300*time.Minute || ran > most || !wall.Equal(start.Add(ran)) {
		t.Errorf("after a minute at 300 times the speed it shows %v, having run for %v", wall, ran)
	}
	if _, err := (runFlags{clockBegan: "noon", clockSpeed: 1, clockStart: "2026-02-10T12:00:00Z"}).machine(); err == nil {
		t.Error("--clock-began noon is taken")
	}
}
