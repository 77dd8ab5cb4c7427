package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/smarty-alert/smarty-alert/bench/corpus"
)

// everyRecord has the 35 rules read the 14 logs of a server. rules_test.go proves
// that each record is wanted by some rule.
func everyRecord(g *ground) (contest, error) {
	rules, err := g.rules("every-record.yaml")
	if err != nil {
		return contest{}, err
	}
	logs, err := corpus.Files(g.dir, seed, g.bytes)
	if err != nil {
		return contest{}, err
	}
	size, err := sizeOf(logs)
	if err != nil {
		return contest{}, err
	}
	return contest{
		about: "35 rules that between them want every record of 14 logs", goal: "≥ 600 MB/s, 160 MiB", bytes: size,
		ours: g.replay(ours, rules, logs),
		agree: func(said string, _ []string) error {
			s, err := summaryOf(said)
			if err != nil {
				return err
			}
			if s.matched() < s.Records/2 || s.fired() == 0 {
				return fmt.Errorf("%d of %d records matched, %d alerts", s.matched(), s.Records, s.fired())
			}
			return same("bytes", s.Bytes, size)
		},
	}, nil
}

func sizeOf(dir string) (n int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		n += info.Size()
		return nil
	})
	if err == nil && n == 0 {
		err = errors.New("no logs in " + dir)
	}
	return n, err
}
