package windowing

const (
	chunkBits = 9
	chunkLen  = 1 << chunkBits
	chunkMask = chunkLen - 1
)

// maxBlock is how many chunks are asked for at once, at most: the collector counts the pieces.
const maxBlock = 8

// slab is an array that grows by chunks: its values never move, so pointers to them stay valid, and growing
// costs no copy. T holds no pointers where there are many, so the collector looks at one pointer per chunk and not inside.
type slab[T any] struct {
	chunks []*[chunkLen]T
}

// has tells whether at(i) may be called.
func (s *slab[T]) has(i uint32) bool { return int(i>>chunkBits) < len(s.chunks) }

func (s *slab[T]) at(i uint32) *T { return &s.chunks[i>>chunkBits][i&chunkMask] }

// len is how many values there are; all have been reached, but not all of them were asked for.
func (s *slab[T]) len() uint32 { return uint32(len(s.chunks)) << chunkBits }

// reach grows the slab until it has i; new values are zero. It grows by an eighth, so that a large one is in few pieces.
func (s *slab[T]) reach(i uint32) {
	for !s.has(i) {
		s.grow(min(max(1, len(s.chunks)/8), maxBlock))
	}
}

func (s *slab[T]) grow(chunks int) {
	block := make([][chunkLen]T, chunks)
	for i := range block {
		s.chunks = append(s.chunks, &block[i])
	}
}

// clone is a copy that shares nothing but what T points to; empty while it is only measured.
func (s *slab[T]) clone(room *Room) slab[T] {
	var c slab[T]
	block := spaces[[chunkLen]T](room, len(s.chunks))
	if room.Measuring() {
		return c
	}
	for i := range block {
		c.chunks = append(c.chunks, &block[i])
	}
	for len(c.chunks) < len(s.chunks) {
		c.grow(min(len(s.chunks)-len(c.chunks), maxBlock))
	}
	for i, chunk := range s.chunks {
		*c.chunks[i] = *chunk
	}
	return c
}

// Slab keeps a value for each slot, for what a caller remembers beside a Table; T has no pointers. Values never move. The zero value is
// empty and ready.
type Slab[T any] struct{ slab[T] }

// Has tells whether the slot has been reached.
func (s *Slab[T]) Has(slot uint32) bool { return s.has(slot) }

// At is the value of a slot that has been reached.
func (s *Slab[T]) At(slot uint32) *T { return s.at(slot) }

// Reach makes room for the slot; new values are zero.
func (s *Slab[T]) Reach(slot uint32) { s.reach(slot) }

// Clone is a copy that shares nothing.
func (s *Slab[T]) Clone(room *Room) Slab[T] { return Slab[T]{s.clone(room)} }

// linked is a value that lends one of its fields to the free list while it is not in use.
type linked[T any] interface {
	*T
	link() *uint32
}

// pool hands out the values of a slab by number and takes them back. Number 0 is never handed out: it means none.
type pool[T any, P linked[T]] struct {
	slab[T]
	made, free, live uint32
}

// take returns the number of a zero value.
func (p *pool[T, P]) take() uint32 {
	p.live++
	if i := p.free; i != 0 {
		next := P(p.at(i)).link()
		p.free, *next = *next, 0
		return i
	}
	p.made++
	p.reach(p.made)
	return p.made
}

// give takes a value back. It is cleared at once, so that a stale number finds nothing that looks alive.
func (p *pool[T, P]) give(i uint32) {
	v := p.at(i)
	var zero T
	*v = zero
	*P(v).link() = p.free
	p.free = i
	p.live--
}

func (p *pool[T, P]) clone(room *Room) pool[T, P] {
	c := *p
	c.slab = p.slab.clone(room)
	return c
}
