package main

import (
	"errors"
	"strings"
)

// besideSEC has SEC watch for the same three events with the same thresholds. SEC
// takes the time of a line's arrival, we take the record's own; the windows of
// rules/sec.yaml are longer than the log and SEC's run, so that both must see the
// same groups pass the threshold once.
func besideSEC(g *ground) (contest, error) {
	log, size, err := g.slice()
	if err != nil {
		return contest{}, err
	}
	ourRules, err := g.rules("sec.yaml")
	if err != nil {
		return contest{}, err
	}
	theirRules, err := g.rules("sec.conf")
	if err != nil {
		return contest{}, err
	}
	return contest{
		about: "three keyed thresholds, as SingleWithThreshold", bytes: size,
		ours:   g.replay(ours, ourRules, log),
		others: []contender{{name: "sec", args: []string{"sec", "--conf=" + theirRules, "--input=" + log, "--fromstart", "--notail", "--debug=3"}}},
		agree:  sameAlerts,
	}, nil
}

func sameAlerts(said string, others []string) error {
	s, err := summaryOf(said)
	if err != nil {
		return err
	}
	var errs []error
	for id, r := range s.Rules {
		errs = append(errs, same("alerts of "+id, r.Fired, int64(strings.Count(others[0], "ALERT "+id+" "))))
	}
	return errors.Join(errs...)
}
