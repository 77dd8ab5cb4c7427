package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// countEvents counts the word after each header. It takes no notice of keys,
// levels, times or damage.
const countEvents = `/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun) / { n[$9 ~ /\]$/ ? $10 : $9]++ } END { for (e in n) print n[e], e }`

func parseStats(g *ground) (contest, error) {
	log, size, err := g.log()
	if err != nil {
		return contest{}, err
	}
	return contest{
		about: "parse --stats; mawk counts events only", bytes: size,
		ours:   contender{name: "parse --stats", args: []string{g.program, "parse", "--stats", "--format", "jsonl", log}},
		others: []contender{{name: "mawk", args: []string{"mawk", countEvents, log}}},
		agree:  sameCounts,
	}, nil
}

// sameCounts compares the counts of all events that parse --stats saw.
func sameCounts(said string, others []string) error {
	var stats struct {
		Logs []struct {
			Events []struct {
				Event   string
				Records int64
			}
		}
	}
	if err := json.Unmarshal([]byte(said), &stats); err != nil {
		return fmt.Errorf("read the statistics: %w", err)
	}
	counted := map[string]int64{}
	for line := range strings.Lines(others[0]) {
		var n int64
		var word string
		if _, err := fmt.Sscan(line, &n, &word); err == nil {
			counted[strings.ToUpper(word)] += n
		}
	}
	var errs []error
	events := 0
	for _, log := range stats.Logs {
		for _, e := range log.Events {
			if e.Event != "" {
				events++
				errs = append(errs, same("records of "+e.Event, e.Records, counted[e.Event]))
			}
		}
	}
	if events == 0 {
		return errors.New("parse --stats saw no event")
	}
	return errors.Join(errs...)
}
