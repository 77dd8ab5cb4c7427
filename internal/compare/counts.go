package main

import (
	"encoding/json"
	"fmt"
	"strings"
)

// countEvents counts the word after the header, as somebody would who wants to
// know today and has no parser. It takes no notice of keys, levels, times or
// damage, and a header whose thread's name holds a space puts it off.
const countEvents = `/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun) / { n[$9]++ } END { for (e in n) print n[e], e }`

// sameCounts compares the counts of all events that parse --stats saw.
func sameCounts(ours, tool string) error {
	var stats struct {
		Logs []struct {
			Events []struct {
				Event   string
				Records int64
			}
		}
	}
	if err := json.Unmarshal([]byte(ours), &stats); err != nil {
		return fmt.Errorf("read the statistics: %w", err)
	}
	counted := map[string]int64{}
	for line := range strings.Lines(tool) {
		var n int64
		var word string
		if _, err := fmt.Sscan(line, &n, &word); err == nil {
			counted[strings.ToUpper(word)] += n
		}
	}
	for _, log := range stats.Logs {
		for _, e := range log.Events {
			if e.Event != "" && counted[e.Event] != e.Records {
				return fmt.Errorf("event %s: %d records by parse --stats, %d by mawk", e.Event, e.Records, counted[e.Event])
			}
		}
	}
	return nil
}
