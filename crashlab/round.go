package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// round is one run of a row: a directory, a seed, and what it counts.
type round struct {
	context.Context
	options
	tally
	dir    string
	number int
	seed   uint64
	dice   *rand.Rand // of the round's program; the writer and the receiver have their own
	ends   []func()
}

func newRound(ctx context.Context, o options, dir string, seed uint64, number int) *round {
	return &round{Context: ctx, options: o, dir: dir, number: number, seed: seed, dice: rand.New(rand.NewPCG(seed, 0))}
}

// atEnd has something ended after the round, the latest first.
func (r *round) atEnd(f func()) { r.ends = append(r.ends, f) }

func (r *round) end() {
	for i := len(r.ends) - 1; i >= 0; i-- {
		r.ends[i]()
	}
	r.ends = nil
}

func (r *round) path(name ...string) string {
	return filepath.Join(append([]string{r.dir}, name...)...)
}

func (r *round) write(name, text string) error {
	return os.WriteFile(r.path(name), []byte(text), 0o644)
}

// sleep waits a random time up to most; when things happen is the point.
func (r *round) sleep(most time.Duration) { r.pause(time.Duration(r.dice.Int64N(int64(most) + 1))) }

func (r *round) pause(d time.Duration) {
	select {
	case <-r.Done():
	case <-time.After(d):
	}
}

// eventually waits until something holds.
func (r *round) eventually(what string, limit time.Duration, holds func() bool) error {
	for until := time.Now().Add(limit); ; r.pause(150 * time.Millisecond) {
		if holds() {
			return nil
		}
		if err := r.Err(); err != nil {
			return err
		}
		if time.Now().After(until) {
			return fmt.Errorf("not within %s: %s", limit, what)
		}
	}
}

// keep writes what a failed round found beside its logs.
func (r *round) keep(name string, lines []string) {
	_ = r.write(name, strings.Join(lines, "\n")+"\n") // the round fails anyway
}
