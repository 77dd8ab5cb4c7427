package main

import (
	"time"

	"github.com/jedib0t/go-pretty/v6/progress"
)

// progressBar shows how much of the logs has been read. The zero bar shows
// nothing.
type progressBar struct {
	w       progress.Writer
	tracker *progress.Tracker
	done    chan struct{}
}

// progress starts a bar on standard error, if it is a terminal and show is set.
func (a *app) progress(total int64, show bool) *progressBar {
	if !show || total < 8<<20 || !isTerminal(a.stderr) {
		return &progressBar{}
	}
	b := &progressBar{w: progress.NewWriter(), done: make(chan struct{}),
		tracker: &progress.Tracker{Message: "reading", Total: total, Units: progress.UnitsBytes}}
	b.w.SetOutputWriter(a.stderr)
	b.w.SetTrackerLength(40)
	b.w.SetUpdateFrequency(100 * time.Millisecond)
	b.w.Style().Visibility.ETA = true
	b.w.Style().Visibility.Speed = true
	b.w.AppendTracker(b.tracker)
	go func() {
		defer close(b.done)
		b.w.Render()
	}()
	return b
}

func (b *progressBar) add(n int64) {
	if b.tracker != nil {
		b.tracker.Increment(n)
	}
}

// stop ends the bar and waits for its last line.
func (b *progressBar) stop() {
	if b.w == nil {
		return
	}
	b.tracker.MarkAsDone()
	b.w.Stop()
	<-b.done
	b.w = nil
}
