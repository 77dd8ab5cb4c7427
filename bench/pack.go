package main

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/smarty-alert/smarty-alert/bench/corpus"
	"github.com/smarty-alert/smarty-alert/examples"
)

// pack has the shipped rules read the logs of a whole installation, beside three rules
// over the same.
func pack(g *ground) (contest, error) {
	logs, err := corpus.Installation(g.dir, seed, g.bytes)
	if err != nil {
		return contest{}, err
	}
	size, err := sizeOf(logs)
	if err != nil {
		return contest{}, err
	}
	shipped := filepath.Join(g.dir, "pack")
	if _, err := examples.CopyRules(shipped); err != nil {
		return contest{}, err
	}
	three, err := g.rules("three.yaml")
	if err != nil {
		return contest{}, err
	}
	servers, err := filepath.Glob(filepath.Join(logs, "app*"))
	if err != nil {
		return contest{}, err
	}
	return contest{
		about: "the shipped rules over an installation of 10,000 subscribers and three servers", bytes: size,
		ours:   g.replay(ours, shipped, servers...),
		others: []contender{g.replay("three rules", three, servers...)},
		agree: func(said string, others []string) error {
			all, err := summaryOf(said)
			if err != nil {
				return err
			}
			few, err := summaryOf(others[0])
			if err != nil {
				return err
			}
			if all.matched() < all.Records/2 {
				return fmt.Errorf("%d of %d records matched", all.matched(), all.Records)
			}
			return errors.Join(same("bytes", all.Bytes, size), same("records", all.Records, few.Records))
		},
	}, nil
}
