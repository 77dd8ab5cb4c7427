package ingest

import (
	"bytes"
	"io"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// Pieces of a file are framed side by side. They are this large, less where many
// files are read at a time, and hold no fewer bytes than the least.
const (
	mostPiece  = 1 << 20
	leastPiece = 32 << 10
	allPieces  = 6 << 20 // of all streams together: they should stay in a cache
	readStep   = 128 << 10
)

// uncut bounds how many bytes are read in search of a place to cut; a file that
// offers none is framed from there on as it is read.
const uncut = 8

// pieces reads a file and frames it piece by piece on several goroutines, which
// read by turns. One of them is whoever takes the pieces, when there is none to take:
// were it to wait, others would have to be woken. The pieces come out in the order of
// the file.
type pieces struct {
	opts  smartylog.Options
	wants func(event string) bool
	size  int
	ahead func() Ahead            // nil: there is no work to do ahead
	label func(*smartylog.Record) // tells where a record is from

	reading sync.Mutex // held while one reads the next piece and puts it into order
	in      io.Reader
	at      int64
	carry   []byte // read, and not yet part of a piece
	ended   bool

	order   chan *framing // in the order of the file; bounded by the pieces there are
	free    chan *framing
	stop    chan struct{}
	workers sync.WaitGroup
	own     Ahead       // of who takes the pieces
	alone   atomic.Bool // pieces gain nothing: they are only read
	before  *framing    // the piece whose records were returned last
}

// framing is a piece on its way.
type framing struct {
	smartylog.Piece
	buf    []byte
	framed chan struct{}
	rec    smartylog.Record
	batch  any   // results of work ahead
	places []int // in batch, for each frame; none if nothing was done
}

// pieceSize is how large pieces are where so many streams are read at a time.
func pieceSize(streams int) int {
	return min(max(allPieces/streams/(pieceWorkers(streams)+4), leastPiece), mostPiece)
}

// pieceWorkers is how many goroutines frame the pieces of one of so many streams, besides
// the one that takes them.
func pieceWorkers(streams int) int { return max(1, runtime.GOMAXPROCS(0)/streams-1) }

// start begins to read, for one of so many streams.
func (p *pieces) start(streams int) {
	workers := pieceWorkers(streams)
	n := workers + 4
	p.order, p.free, p.stop = make(chan *framing, n), make(chan *framing, n), make(chan struct{})
	for range n {
		p.free <- &framing{}
	}
	p.own = p.newAhead()
	p.workers.Add(workers)
	for range workers {
		go p.work()
	}
}

// work reads a piece, frames it, and so on, until there are no more.
func (p *pieces) work() {
	defer p.workers.Done()
	ahead := p.newAhead()
	for {
		select {
		case f := <-p.free:
			p.turn()
			if !p.read(f) {
				return
			}
			p.frame(f, ahead)
		case <-p.stop:
			return
		}
	}
}

// turn waits until nobody else reads. That is seldom long, and to be woken takes longer.
func (p *pieces) turn() {
	for range spins {
		if p.reading.TryLock() {
			return
		}
		runtime.Gosched()
	}
	p.reading.Lock()
}

// spins is how often turn looks before it sleeps: for as long as a piece is copied.
const spins = 1000

func (p *pieces) newAhead() Ahead {
	if p.ahead == nil {
		return nil
	}
	return p.ahead()
}

func (p *pieces) frame(f *framing, ahead Ahead) {
	if !p.alone.Load() {
		f.Frame(p.opts, p.wants)
		if ahead != nil {
			f.workAhead(ahead, p.label)
		}
	}
	close(f.framed)
}

// help does a piece's work where else there would be waiting; false if there is none to
// do, or nothing to do it with.
func (p *pieces) help() bool {
	select {
	case f := <-p.free:
		p.turn()
		if !p.read(f) {
			return false
		}
		p.frame(f, p.own)
		return true
	default:
		return false
	}
}

// read fills the piece with what comes next and puts it into the order; false
// when there is no more to cut. It is done by who holds reading, and lets it go.
func (p *pieces) read(f *framing) bool {
	defer p.reading.Unlock()
	if p.ended {
		return false
	}
	f.buf = append(f.buf[:0], p.carry...)
	for range uncut {
		n := len(f.buf)
		if cap(f.buf) < n+p.size {
			f.buf = append(make([]byte, 0, n+p.size+p.size/8), f.buf...) // and room for a longer beginning next time
		}
		f.buf = f.buf[:n+p.size]
		k, err := readSteps(p.in, f.buf[n:])
		f.buf = f.buf[:n+k]
		if err != nil {
			break // it comes again with the next read, if it is not the end
		}
		if end, lineEnd, ok := smartylog.Cut(f.buf); ok {
			p.cut(f, end, lineEnd)
			return true
		}
	}
	p.ended, p.carry = true, f.buf
	close(p.order)
	return false
}

// readSteps is io.ReadFull in steps of a size that the system copies in less time than it
// takes the Go runtime to give the processor to somebody else, who mostly finds nothing to
// do: both then need to be woken.
func readSteps(in io.Reader, b []byte) (n int, err error) {
	for n < len(b) && err == nil {
		var k int
		k, err = io.ReadFull(in, b[n:min(n+readStep, len(b))])
		n += k
	}
	return n, err
}

func (p *pieces) cut(f *framing, end, lineEnd int) {
	p.carry = append(p.carry[:0], f.buf[end:]...)
	f.Text, f.End, f.At = f.buf[:lineEnd], end, p.at
	f.Frames, f.places, f.framed = f.Frames[:0], f.places[:0], make(chan struct{})
	p.at += int64(end)
	p.order <- f
}

// next returns the next piece, made to fit what came before, in the log no second
// greater than high; nil after the last. The piece before it is read over.
func (p *pieces) next(high int64) *framing {
	f := p.first()
	if f == nil {
		return nil
	}
	if !p.fit(f, high) {
		f.places = f.places[:0] // they are for other frames
	}
	if p.before != nil {
		p.free <- p.before
	}
	if p.before = f; f.Dated() {
		p.alone.Store(true)
	}
	return f
}

// first is the piece that comes next, when it has been framed; nil if there is none.
func (p *pieces) first() *framing {
	for len(p.order) == 0 && p.help() {
	}
	f := <-p.order
	if f == nil {
		return nil
	}
	for {
		select {
		case <-f.framed:
			return f
		default:
			if !p.help() {
				<-f.framed
				return f
			}
		}
	}
}

// fit frames the piece again if what came before makes a difference, and returns
// false then.
func (p *pieces) fit(f *framing, high int64) bool {
	if p.before == nil {
		return f.First(high)
	}
	return f.After(&p.before.Piece)
}

// scanner goes on behind the last piece, when next has returned nil.
func (p *pieces) scanner(high int64) *smartylog.Scanner {
	p.workers.Wait()
	if p.before == nil {
		s := smartylog.NewScanner(io.MultiReader(bytes.NewReader(p.carry), p.in), 0, p.opts)
		s.Want(p.wants, high)
		return s
	}
	return p.before.Rest(io.MultiReader(bytes.NewReader(p.carry), p.in))
}

// close ends the goroutines.
func (p *pieces) close() {
	close(p.stop)
	p.workers.Wait()
}
