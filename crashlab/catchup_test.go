package main

import (
	"strings"
	"testing"
	"time"
)

// Each alert is told by itself, or is one of those that a digest is about, whether it
// names them or counts them.
func TestCountCaughtUp(t *testing.T) {
	single := func(id string, alerts ...string) message {
		m := message{id: id}
		for _, a := range alerts {
			m.alerts = append(m.alerts, told{a, "firing"})
		}
		return m
	}
	digest := func(id string, unnamed int, alerts ...string) message {
		m := single(id, alerts...)
		m.key, m.unnamed = "hook/catch-up-"+id+":{}", unnamed
		return m
	}
	early := decided{Rule: "each", State: "event", ID: "early", At: "2026-02-10T12:00:01Z", line: "early"}
	missed := []decided{
		{Rule: "each", State: "event", ID: "m1", At: "2026-02-10T13:00:00Z", line: "m1"},
		{Rule: "burst", State: "firing", ID: "m2", At: "2026-02-10T13:00:01Z", line: "m2"},
		{Rule: "burst", State: "resolved", ID: "m2", At: "2026-02-10T13:00:05Z", line: "m2 is over"},
	}
	alerts, err := fates(append([]decided{early}, missed...))
	if err != nil {
		t.Fatal(err)
	}
	outages := []outage{{noon.Add(time.Minute), noon.Add(2 * time.Hour)}}
	for name, c := range map[string]struct {
		messages      []message
		lost, doubled int
		says          string
	}{
		"named":                    {[]message{single("a", "early"), digest("d", 0, "m1", "m2")}, 0, 0, ""},
		"counted":                  {[]message{single("a", "early"), digest("d", 1, "m1")}, 0, 0, ""},
		"in two digests":           {[]message{single("a", "early"), digest("d", 0, "m1"), digest("e", 0, "m2")}, 0, 0, ""},
		"a digest taken twice":     {[]message{single("a", "early"), digest("d", 0, "m1", "m2"), digest("d", 0, "m1", "m2")}, 0, 0, ""},
		"late, but before":         {[]message{digest("d", 1, "m1", "early")}, 0, 0, ""},
		"no digest":                {[]message{single("a", "early")}, 2, 0, "of 0 alerts in digests, and of 2 in no other"},
		"one is missing":           {[]message{single("a", "early"), digest("d", 0, "m1")}, 1, 0, "of 1 alerts in digests, and of 2 in no other"},
		"the same under two ids":   {[]message{single("a", "early"), digest("d", 0, "m1", "m2"), digest("e", 0, "m1")}, 0, 2, "was told in 2 digests: m1"},
		"in a message of its own":  {[]message{single("a", "early"), single("b", "m1"), digest("d", 0, "m2")}, 0, 1, "in messages of its own: m1"},
		"an early one, both ways":  {[]message{single("a", "early"), digest("d", 0, "m1", "m2", "early")}, 0, 2, "in messages of its own: early"},
		"an early one, under two":  {[]message{single("a", "early"), single("b", "early"), digest("d", 0, "m1", "m2")}, 0, 1, "told under 2 ids: early"},
		"more than there could be": {[]message{single("a", "early"), digest("d", 3, "m1", "m2")}, 0, 3, "of 5 alerts in digests, and of 2 in no other"},
	} {
		t.Run(name, func(t *testing.T) {
			r := &round{}
			got := strings.Join(r.countCaughtUp("hook", c.messages, alerts, outages), "; ")
			if r.alertsLost != c.lost || r.alertsDoubled != c.doubled || !strings.Contains(got, c.says) || c.says == "" && got != "" {
				t.Errorf("%d lost, %d doubled: %s", r.alertsLost, r.alertsDoubled, got)
			}
		})
	}
}
