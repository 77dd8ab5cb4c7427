package main

import (
	"slices"
)

// rows are the faults, in the order of docs/reliability.md.
func rows() []row {
	return []row{
		{name: "kill", about: "`kill -9` during ingest and delivery, several times a round", asked: "0 lost, 0 doubled", rounds: 1000, short: 16,
			run: killRound, baseline: true},
	}
}

// aids are programs that a round starts beside the service; each is this one under
// another name.
func aids() map[string]func(args []string) (status int) {
	return map[string]func([]string) int{
		tailAid: tailAlone,
	}
}

// choose picks rows by name. What takes hours runs only when it is asked for.
func choose(all []row, o options) []row {
	return slices.DeleteFunc(all, func(w row) bool {
		return !o.only.MatchString(w.name) || w.apart && o.only.String() == "" && !o.short || o.baseline && !w.baseline
	})
}
