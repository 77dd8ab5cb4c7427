package main

import (
	"errors"
	"path/filepath"

	"github.com/smarty-alert/smarty-alert/bench/corpus"
)

func oneGzip(g *ground) (contest, error) {
	return packed(g, "≤ 0.8 × gzip -dc", corpus.Gzip, "gzip", "-dc")
}

func oneZstd(g *ground) (contest, error) { return packed(g, "", corpus.Zstd, "zstd", "-dcq") }

// packed replays a packed log; the tool only unpacks it.
func packed(g *ground, goal string, pack func(log string) (string, error), tool, flag string) (contest, error) {
	log, size, err := g.log()
	if err != nil {
		return contest{}, err
	}
	rules, err := g.rules("three.yaml")
	if err != nil {
		return contest{}, err
	}
	file, err := pack(log)
	if err != nil {
		return contest{}, err
	}
	return contest{
		about: "three rules, one file packed by " + tool, goal: goal, bytes: size,
		ours:   g.replay(ours, rules, file),
		others: []contender{{name: tool + " " + flag, args: []string{tool, flag, file}, out: nowhere}},
		agree:  func(said string, _ []string) error { return readAll(said, size) },
	}, nil
}

// fourGzips reads four logs of a quarter each: at once, one after another, and
// only unpacked.
func fourGzips(g *ground) (contest, error) {
	rules, err := g.rules("three.yaml")
	if err != nil {
		return contest{}, err
	}
	var files []string
	var all int64
	for i := range uint64(4) {
		log, size, err := g.logOf(seed+i, g.bytes/4)
		if err != nil {
			return contest{}, err
		}
		file, err := corpus.Gzip(log)
		if err != nil {
			return contest{}, err
		}
		files, all = append(files, file), all+size
	}
	const each = `for log; do "$0" replay --rules "$RULES" --format jsonl "$log" || exit; done`
	return contest{
		about: "three rules, four files packed by gzip", goal: "scales with cores", bytes: all,
		ours: g.replay("at once", rules, files...),
		others: []contender{
			{name: "one after another", args: append([]string{"env", "RULES=" + rules, "sh", "-c", each, g.program}, files...), family: true},
			{name: "gzip -dc", args: append([]string{"gzip", "-dc"}, files...), out: nowhere},
		},
		agree: func(said string, others []string) error {
			return errors.Join(readAll(said, all), sameTogether(said, others[0]))
		},
	}, nil
}

// rotatedGzips reads one log in six generations, all but the youngest packed.
func rotatedGzips(g *ground) (contest, error) {
	rules, err := g.rules("three.yaml")
	if err != nil {
		return contest{}, err
	}
	_, size, err := g.log()
	if err != nil {
		return contest{}, err
	}
	dir, err := corpus.Rotated(g.dir, seed, g.bytes, 5)
	if err != nil {
		return contest{}, err
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.gz"))
	if err != nil {
		return contest{}, err
	}
	return contest{
		about: "three rules, one log rotated five times and packed by gzip", goal: "scales with cores", bytes: size,
		ours:   g.replay(ours, rules, dir),
		others: []contender{{name: "gzip -dc", args: append([]string{"gzip", "-dc"}, files...), out: nowhere}},
		agree:  func(said string, _ []string) error { return readAll(said, size) },
	}, nil
}

// readAll is an error unless a replay read every byte and found something.
func readAll(said string, size int64) error {
	s, err := summaryOf(said)
	if err != nil {
		return err
	}
	if s.matched() == 0 {
		return errors.New("no record matched")
	}
	return same("bytes unpacked", s.Bytes, size)
}

// sameTogether compares one replay with the sum of several.
func sameTogether(said, severalSaid string) error {
	s, err := summaryOf(said)
	if err != nil {
		return err
	}
	several, err := summariesOf(severalSaid)
	if err != nil {
		return err
	}
	var records, matched int64
	for _, one := range several {
		records += one.Records
		matched += one.matched()
	}
	return errors.Join(same("records", s.Records, records), same("matches", s.matched(), matched))
}
