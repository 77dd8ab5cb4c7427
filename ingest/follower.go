package ingest

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/nxadm/tail"
	"github.com/nxadm/tail/watch"
)

// follower is a tail of one file that does not read: it only wakes us up, because
// nxadm/tail loses lines around rotation and holds a line of any length in memory.
// It sees the file through our descriptor, so that it can neither end the process
// nor follow a name.
type follower struct {
	tail *tail.Tail // its life; nothing else of it is used
	path string
	done chan struct{} // closed when it wakes nobody any more
	file *descriptor
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
	file, err := n.file.hold()
	if err != nil {
		return nil
	}
	path := followPath(file)
	if path == "" {
		n.file.release()
		return nil
	}
	f := &follower{tail: &tail.Tail{}, path: path, done: make(chan struct{}), file: n.file, from: w}
	changes, err := watch.NewInotifyFileWatcher(path).ChangeEvents(&f.tail.Tomb, n.size)
	if err != nil {
		n.file.release()
		return nil
	}
	w.running++
	s := n.owner
	w.mark(s)   // what came since the last look and before the watch
	go func() { // ends with the tail; stop waits for it
		defer close(f.done)
		for f.wait(changes) {
			w.mark(s)
		}
		w.mark(s) // renamed or gone
	}()
	return f
}

// wait waits for a change; false: none will come any more.
func (f *follower) wait(changes *watch.FileChanges) bool {
	select {
	case <-changes.Modified:
	case <-changes.Truncated:
	case <-changes.Deleted:
		return false
	case <-f.tail.Dying():
		return false
	}
	return true
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

// stop ends the tail and waits for it. The library knows watches by their names and
// ends this one in a goroutine of its own: until it has, a watch of the same name, which
// the next file may get, would be ended instead.
func (f *follower) stop() {
	f.tail.Kill(nil)
	<-f.done
	for watch.Events(f.path) != nil {
		time.Sleep(100 * time.Microsecond)
	}
	f.file.release()
	f.from.running--
}
