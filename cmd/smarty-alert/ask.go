package main

import (
	"context"
	"errors"
	"time"
)

// ask is work for the goroutine that owns the engine and the dispatcher: others
// read and change these by asking it, between two batches, and never themselves.
type ask struct {
	do   func(*loop) error
	done chan<- error // room for one: nobody may be left to take it
	// changes says that the answer is to be given only once what it changed is
	// stored.
	changes bool
}

var errStarting = errors.New("still starting: try again when /-/ready answers")

// askLoop has the loop do something and waits for it.
func (s *service) askLoop(ctx context.Context, changes bool, do func(*loop) error) error {
	l := s.loop.Load()
	if l == nil {
		return errStarting
	}
	done := make(chan error, 1)
	select {
	case l.asks <- ask{do, done, changes}:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// answer does what was asked. The error is one of the loop's own.
func (q ask) answer(ctx context.Context, l *loop) error {
	err := q.do(l)
	var failure error
	if q.changes {
		failure = l.commit(ctx, false, nil, l.flush())
	}
	q.done <- errors.Join(err, failure)
	return failure
}

// answerAll answers whoever waits.
func (l *loop) answerAll(ctx context.Context) error {
	for {
		select {
		case q := <-l.asks:
			if err := q.answer(ctx, l); err != nil {
				return err
			}
		default:
			return nil
		}
	}
}

// waitFor waits for the logs, but not longer than until somebody asks.
func (l *loop) waitFor(ctx context.Context, wait time.Duration) (q ask, asked bool) {
	waiting, stop := context.WithCancel(ctx)
	over := make(chan struct{})
	go func() {
		defer close(over)
		select {
		case q = <-l.asks:
			asked = true
			stop()
		case <-waiting.Done():
		}
	}()
	_ = l.live.Wait(waiting, wait) // that it was cut short says nothing
	stop()
	<-over
	return q, asked
}
