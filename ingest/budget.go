package ingest

import (
	"fmt"
	"io"
	"sync/atomic"
)

// limits bound what packed files and archives can make us do. Callers use
// defaultLimits; tests use small ones.
type limits struct {
	floor, ratio int64 // text of a packed file: floor bytes, or ratio times its size if that is more
	members      int   // of an archive, logs or not
	nameLen      int   // of a member, in bytes
}

// defaultLimits keep well away from real logs. Those of "generate" shrink 12 to
// 47 times by gzip -9, 20 to 90 times by bzip2 -9, 17 to 102 times by xz -9 and
// 17 to 71 times by zstd -19; a log of nothing but one error, 20 times a second,
// 220, 550, 980 and 1,340 times. Bombs shrink up to 1,000 times by gzip, 7,000 by
// xz, 30,000 by zstd and 45,000,000 by bzip2, and by their product when packed
// twice. What shrinks better than the ratio is still read up to the floor.
func defaultLimits() limits {
	return limits{floor: 1 << 30, ratio: 1000, members: 100_000, nameLen: 4096}
}

// budget is how much text may come out of one packed file or archive. The
// members of an archive, which may be read at the same time, spend from one.
type budget struct {
	limits
	packed atomic.Int64 // bytes there are or, where that is unknown, were read
	text   atomic.Int64 // bytes that came out
	whole  *budget      // of a member: its archive's
	most   atomic.Int64 // of a member: bytes that came out of it, in any reading
}

// newBudget makes the budget of size packed bytes; zero where it is unknown.
func (l limits) newBudget(size int64) *budget {
	b := &budget{limits: l}
	b.packed.Store(size)
	return b
}

func (b *budget) allowed() int64 { return max(b.floor, b.ratio*b.packed.Load()) }

// spend takes n bytes of text from the budget.
func (b *budget) spend(n int64) error {
	if b.whole != nil {
		fresh := b.text.Add(n) - b.most.Load()
		if fresh <= 0 {
			return nil // reading a member again costs nothing
		}
		if err := b.whole.spend(fresh); err != nil {
			return err
		}
		b.most.Add(fresh)
		return nil
	}
	if b.text.Add(n) <= b.allowed() {
		return nil
	}
	return fmt.Errorf("%s unpack to more than %s, which a log hardly does: if it is one, unpack it yourself and pass the text", size(b.packed.Load()), size(b.allowed()))
}

// packedBytes counts packed bytes as they are read: of a pipe or a growing file
// nobody knows them before.
type packedBytes struct {
	in io.Reader
	n  int64
	of *budget
}

func (p *packedBytes) Read(b []byte) (int, error) {
	n, err := p.in.Read(b)
	p.n += int64(n)
	for {
		known := p.of.packed.Load()
		if p.n <= known || p.of.packed.CompareAndSwap(known, p.n) {
			return n, err
		}
	}
}

// capped hands text on while the budget lasts.
type capped struct {
	in io.Reader
	of *budget
}

func (c *capped) Read(p []byte) (int, error) {
	n, err := c.in.Read(p)
	if over := c.of.spend(int64(n)); over != nil {
		return 0, over
	}
	return n, err
}

// size writes a number of bytes for people.
func size(n int64) string {
	const unit = 1024
	switch {
	case n < unit:
		return fmt.Sprintf("%d bytes", n)
	case n < unit*unit:
		return fmt.Sprintf("%.1f KiB", float64(n)/unit)
	case n < unit*unit*unit:
		return fmt.Sprintf("%.1f MiB", float64(n)/unit/unit)
	}
	return fmt.Sprintf("%.1f GiB", float64(n)/unit/unit/unit)
}
