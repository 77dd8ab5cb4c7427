package ingest

import (
	"io"
	"sync"
	"sync/atomic"

	"github.com/nxadm/tail"
)

// follower is the tail of one file. It only wakes us up: its lines are thrown
// away, because nxadm/tail loses some around rotation. It sees the file through
// our descriptor, so that it can neither end the process nor follow a name.
type follower struct {
	tail *tail.Tail
	done chan struct{} // closed when its lines have ended
	from *waker
}

// waker collects the sources that tails reported. Its signal channel has room for
// one: more would say no more.
type waker struct {
	signal chan struct{}
	any    atomic.Bool

	running int // tails; only the owner of Live counts them

	mu      sync.Mutex
	sources []*follow
}

func newWaker() *waker { return &waker{signal: make(chan struct{}, 1)} }

func (w *waker) mark(s *follow) {
	if s.dirty.CompareAndSwap(false, true) {
		w.mu.Lock()
		w.sources = append(w.sources, s)
		w.mu.Unlock()
	}
	w.any.Store(true)
	select {
	case w.signal <- struct{}{}:
	default:
	}
}

// taken returns the sources reported since the last call.
func (w *waker) taken() []*follow {
	if !w.any.Swap(false) {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	sources := w.sources
	w.sources = nil
	for _, s := range sources {
		s.dirty.Store(false)
		s.heard = true
	}
	return sources
}

// follow starts a tail at the end of the node's file; nil when the system has no
// room for one: polling finds everything, only later.
func (w *waker) follow(n *node) *follower {
	if n.file == nil || !canWatch() {
		return nil
	}
	path := followPath(n.file)
	if path == "" {
		return nil
	}
	t, err := tail.TailFile(path, tail.Config{
		Follow:        true,
		CompleteLines: true,
		Location:      &tail.SeekInfo{Whence: io.SeekEnd},
		Logger:        tail.DiscardingLogger,
	})
	if err != nil {
		return nil
	}
	f := &follower{tail: t, done: make(chan struct{}), from: w}
	w.running++
	s := n.owner
	go func() { // ends with the tail; stop waits for it
		defer close(f.done)
		for range t.Lines {
			w.mark(s)
		}
		w.mark(s) // renamed or gone
	}()
	return f
}

// following tells whether the tail is at work: one whose file was renamed ends.
func (f *follower) following() bool {
	if f == nil {
		return false
	}
	select {
	case <-f.done:
		return false
	default:
		return true
	}
}

// stop ends the tail and waits for its goroutines.
func (f *follower) stop() {
	_ = f.tail.Stop() // why it ended does not matter any more
	<-f.done
	f.from.running--
}
