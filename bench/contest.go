package main

import (
	"fmt"
	"os/exec"
	"slices"
	"time"
)

// contest is a command of ours beside others that do the same work, or a part of
// it. Without others it is only measured.
type contest struct {
	name  string // as a Go benchmark is called
	about string
	goal  string // of the first ratio, or of the speed
	bytes int64  // of text that each reads, unpacked
	ours  contender
	// others do the same with other means: another tool, or ours with other rules.
	others []contender
	// agree is an error when the answers do not fit each other, or show that
	// nothing was done.
	agree func(ours string, others []string) error
}

// result is a contest with what each round took, ours first.
type result struct {
	contest
	took [][]measure
}

// run runs all by turns, so that a machine whose speed drifts is no matter. The
// first round warms the page cache and is not counted.
func (c contest) run(rounds int) (result, error) {
	all := append([]contender{c.ours}, c.others...)
	r := result{contest: c, took: make([][]measure, len(all))}
	for _, x := range all {
		if _, err := exec.LookPath(x.args[0]); err != nil {
			return r, err
		}
	}
	for round := range rounds + 1 {
		said := make([]string, len(all))
		for i, x := range all {
			m, out, err := x.run()
			if err != nil {
				return r, err
			}
			said[i] = out
			if round > 0 {
				r.took[i] = append(r.took[i], m)
			}
		}
		if err := c.agree(said[0], said[1:]); err != nil {
			return r, fmt.Errorf("the answers do not fit: %w", err)
		}
	}
	return r, nil
}

// spread is the middle of some figures, with the least and the greatest.
type spread struct{ median, least, most float64 }

func spreadOf(figures []float64) spread {
	slices.Sort(figures)
	n := len(figures)
	return spread{(figures[(n-1)/2] + figures[n/2]) / 2, figures[0], figures[n-1]}
}

// of is the spread over the rounds of one contender.
func (r result) of(contender int, figure func(measure) float64) spread {
	var all []float64
	for _, m := range r.took[contender] {
		all = append(all, figure(m))
	}
	return spreadOf(all)
}

// ratio is the spread of ours divided by another, round by round.
func (r result) ratio(other int, figure func(measure) float64) spread {
	var all []float64
	for i, m := range r.took[0] {
		all = append(all, figure(m)/max(figure(r.took[other][i]), 1e-9))
	}
	return spreadOf(all)
}

func wall(m measure) float64      { return m.wall.Seconds() }
func cpu(m measure) float64       { return m.cpu.Seconds() }
func anonymous(m measure) float64 { return float64(m.anonymous) / (1 << 20) }
func resident(m measure) float64  { return float64(m.resident) / (1 << 20) }

// speed is in MB/s.
func (r result) speed(contender int) float64 {
	return float64(r.bytes) / 1e6 / max(r.of(contender, wall).median, time.Microsecond.Seconds())
}

func (r result) contender(i int) contender {
	if i == 0 {
		return r.ours
	}
	return r.others[i-1]
}
