package main

import (
	"errors"
	"fmt"
)

// windowLength compares a window of a day, which holds the whole log, with one of
// a minute.
func windowLength(g *ground) (contest, error) {
	return windows(g, "a window of 24 hours beside one of a minute", "24h", "1m")
}

// windowEvents compares 50,000 events in each window with about 12. The log is as
// long as the window when it has 300 MB.
func windowEvents(g *ground) (contest, error) {
	return windows(g, "50,000 events in a window beside a dozen", "72m", "1s")
}

// windows replays one rule, which wants a third of the records, with two windows.
func windows(g *ground, about, long, short string) (contest, error) {
	log, size, err := g.log()
	if err != nil {
		return contest{}, err
	}
	var replays []contender
	for _, window := range []string{long, short} {
		rule := fmt.Sprintf("rules:\n- {id: streams, event: CONTENT_REQUEST_SUCCESS, group_by: [params.device], window: %s, condition: count >= 1000000000}\n", window)
		file, err := g.write("window_"+window+".yaml", []byte(rule))
		if err != nil {
			return contest{}, err
		}
		replays = append(replays, g.replay(window, file, log))
	}
	return contest{
		about: about, goal: "≤ 1.5", bytes: size, ours: replays[0], others: replays[1:],
		agree: func(said string, others []string) error {
			s, err := summaryOf(said)
			if err != nil {
				return err
			}
			other, err := summaryOf(others[0])
			if err != nil {
				return err
			}
			return errors.Join(same("records", s.Records, other.Records), same("matches", s.matched(), other.matched()))
		},
	}, nil
}
