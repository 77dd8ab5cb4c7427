package main

import (
	"fmt"
	"regexp"
	"strings"
)

// progressBar replays on a terminal, where a bar is drawn, and into a pipe.
func progressBar(g *ground) (contest, error) {
	log, size, err := g.log()
	if err != nil {
		return contest{}, err
	}
	rules, err := g.rules("three.yaml")
	if err != nil {
		return contest{}, err
	}
	args := []string{g.program, "replay", "--rules", rules, log}
	return contest{
		about: "the text form with a progress bar, beside none", goal: "1.0", bytes: size,
		ours:   contender{name: "on a terminal", args: args, out: terminal},
		others: []contender{{name: "into a pipe", args: args}},
		agree:  sameTotals,
	}, nil
}

// sameTotals compares the last line of the text form, "118 alerts fired, …; N
// records in 1 log", which a terminal folds.
func sameTotals(onTerminal string, piped []string) error {
	totals := regexp.MustCompile(`([\d,]+) alerts fired.*?([\d,]+) records in`)
	unfold := strings.NewReplacer("\r", "", "\n", " ")
	a := totals.FindStringSubmatch(unfold.Replace(onTerminal))
	b := totals.FindStringSubmatch(unfold.Replace(piped[0]))
	if a == nil || b == nil || a[1] != b[1] || a[2] != b[2] {
		return fmt.Errorf("totals %q on the terminal, %q in the pipe", a, b)
	}
	if !strings.Contains(onTerminal, "reading") {
		return fmt.Errorf("no bar was drawn")
	}
	return nil
}
