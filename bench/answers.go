package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// summary is what contests want to know of the last line of a replay.
type summary struct {
	Bytes, Lines, Records int64
	Rules                 map[string]struct{ Matched, Fired int64 }
}

// summaryOf reads the answer of one replay.
func summaryOf(said string) (summary, error) {
	all, err := summariesOf(said)
	if err != nil {
		return summary{}, err
	}
	return all[len(all)-1], nil
}

// summariesOf reads the answers of replays one after another.
func summariesOf(said string) (all []summary, err error) {
	for line := range strings.Lines(said) {
		if !strings.HasPrefix(line, `{"type":"summary"`) {
			continue
		}
		var s summary
		if err := json.Unmarshal([]byte(line), &s); err != nil {
			return nil, fmt.Errorf("read the summary: %w", err)
		}
		all = append(all, s)
	}
	if len(all) == 0 {
		return nil, errors.New("replay gave no summary")
	}
	return all, nil
}

// matched is over all rules.
func (s summary) matched() (n int64) {
	for _, r := range s.Rules {
		n += r.Matched
	}
	return n
}

// fired is over all rules.
func (s summary) fired() (n int64) {
	for _, r := range s.Rules {
		n += r.Fired
	}
	return n
}

// firstNumber is the first word of what a tool said.
func firstNumber(said string) (int64, error) {
	fields := strings.Fields(said)
	if len(fields) == 0 {
		return 0, errors.New("no answer")
	}
	return strconv.ParseInt(fields[0], 10, 64)
}

// same is an error unless got is want, and more than nothing.
func same(what string, ours, theirs int64) error {
	if ours != theirs || ours == 0 {
		return fmt.Errorf("%s: %d by %s, %d by the other", what, ours, "smarty-alert", theirs)
	}
	return nil
}

// sameReplay compares two replays of the same rules, of which other may have some
// only.
func sameReplay(said, otherSaid string) error {
	us, err := summaryOf(said)
	if err != nil {
		return err
	}
	other, err := summaryOf(otherSaid)
	if err != nil {
		return err
	}
	if err := same("records", us.Records, other.Records); err != nil {
		return err
	}
	if err := same("matches", us.matched(), other.matched()); err != nil {
		return err
	}
	for id, r := range other.Rules {
		if us.Rules[id] != r {
			return fmt.Errorf("rule %s: %v beside %v", id, us.Rules[id], r)
		}
	}
	return nil
}
