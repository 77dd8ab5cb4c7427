package main

import (
	"errors"
	"strings"
)

// threeEvents are what the three rules look for, and other tools.
func threeEvents() []string {
	return []string{"STREAM_SERVICE_CHECKING_ERROR", "MANAGEMENT_COMMAND_ERROR", "LOGIN_ERROR"}
}

// countThree counts the three events by the word after the header, as somebody
// would who wants to know today and has no parser. Python 3 has threads whose name
// holds a space: Thread-5 (worker).
const countThree = `/ (STREAM_SERVICE_CHECKING_ERROR|MANAGEMENT_COMMAND_ERROR|LOGIN_ERROR) / { n[$9 ~ /\]$/ ? $10 : $9]++; all++ }
END { print all; for (e in n) print n[e], e }`

func threeRules(g *ground) (contest, error) {
	log, size, err := g.log()
	if err != nil {
		return contest{}, err
	}
	rules, err := g.rules("three.yaml")
	if err != nil {
		return contest{}, err
	}
	return contest{
		about: "three keyed rules, three events, 5 % of the records", goal: "≤ 0.7 × grep, 32 MiB", bytes: size,
		ours: g.replay(ours, rules, log),
		others: []contender{
			{name: "grep -cE", args: []string{"grep", "-cE", strings.Join(threeEvents(), "|"), log}},
			{name: "wc -l", args: []string{"wc", "-l", log}},
			{name: "mawk", args: []string{"mawk", countThree, log}},
		},
		agree: sameThree,
	}, nil
}

// sameThree compares the records that matched, and the lines that were read.
func sameThree(said string, others []string) error {
	s, err := summaryOf(said)
	if err != nil {
		return err
	}
	grep, err := firstNumber(others[0])
	if err != nil {
		return err
	}
	lines, err := firstNumber(others[1])
	if err != nil {
		return err
	}
	mawk, err := firstNumber(others[2])
	if err != nil {
		return err
	}
	return errors.Join(same("records of three events", s.matched(), grep), same("lines", s.Lines, lines), same("records of three events", s.matched(), mawk))
}
