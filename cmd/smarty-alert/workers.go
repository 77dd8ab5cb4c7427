package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/smarty-alert/smarty-alert/config"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/notifiers/wording"
)

// workers are the receivers' senders.
type workers struct {
	log    *slog.Logger
	now    func() time.Time
	dryRun io.Writer

	mu      sync.Mutex // guards what a reload replaces
	list    []*worker
	changed chan struct{}
}

// worker is one receiver's sender with what it was made of.
type worker struct {
	*notifiers.Worker
	config config.Receiver
	voice  notifiers.Voice
	files  []wording.File // of templates
	wake   chan struct{}
}

// build makes a worker for each receiver. One whose configuration is the same
// stays, with its counters and what it knows of a receiver that fails.
func (ws *workers) build(c *config.Config) ([]*worker, error) {
	var list []*worker
	var printing sync.Mutex
	speech, err := newSpeech(c)
	if err != nil {
		return nil, fmt.Errorf("templates: %w", err)
	}
	for _, r := range c.Receivers {
		if old := ws.find(r, speech); old != nil {
			list = append(list, old)
			continue
		}
		var to notifiers.Receiver = &printer{mu: &printing, w: ws.dryRun, name: r.Name, voice: speech.of(r)}
		if ws.dryRun == nil {
			if to, err = newReceiver(r, speech, ws.now); err != nil {
				return nil, err
			}
		}
		wake := make(chan struct{}, 1)
		list = append(list, &worker{config: r, voice: speech.of(r), files: speech.files, wake: wake,
			Worker: &notifiers.Worker{Name: r.Name, Receiver: to, Fallback: r.Fallback, Now: ws.now, Log: ws.log, Timeout: r.Timeout,
				Wake: wake, HandedOn: ws.wakeAll}})
	}
	return list, nil
}

// find returns the worker that was made of the same.
func (ws *workers) find(r config.Receiver, s *speech) *worker {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	for _, w := range ws.list {
		if sameVoice(w.voice, s.of(r)) && slices.Equal(w.files, s.files) && reflect.DeepEqual(w.config, r) {
			return w
		}
	}
	return nil
}

func sameVoice(a, b notifiers.Voice) bool {
	return a.Language == b.Language && a.URL == b.URL && a.Zone.String() == b.Zone.String()
}

// replace puts workers in the place of those before.
func (ws *workers) replace(list []*worker) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	ws.list = list
	if ws.changed != nil {
		close(ws.changed)
	}
	ws.changed = make(chan struct{})
}

// run keeps one goroutine per receiver until ctx ends; after a replace the old
// ones finish and the new ones start.
func (ws *workers) run(ctx context.Context, outbox notifiers.Outbox) error {
	for ctx.Err() == nil {
		ws.mu.Lock()
		list, changed := ws.list, ws.changed
		ws.mu.Unlock()
		each, stop := context.WithCancel(ctx)
		var g errgroup.Group
		for _, w := range list {
			w.Outbox = outbox
			g.Go(func() error { return w.Run(each) })
		}
		select {
		case <-ctx.Done():
		case <-changed:
		}
		stop()
		if err := g.Wait(); err != nil {
			return err
		}
	}
	return nil
}

// wakeAll tells every worker that there may be something to send.
func (ws *workers) wakeAll() {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	for _, w := range ws.list {
		select {
		case w.wake <- struct{}{}:
		default:
		}
	}
}

// serve reports whether there is a worker of this name.
func (ws *workers) serve(name string) bool {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	return slices.ContainsFunc(ws.list, func(w *worker) bool { return w.Name == name })
}

// stats returns each receiver's counters.
func (ws *workers) stats() map[string]notifiers.Stats {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	out := map[string]notifiers.Stats{}
	for _, w := range ws.list {
		out[w.Name] = w.Stats()
	}
	return out
}
