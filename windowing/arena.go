package windowing

// Chunks of an arena double from the first to the last size, so that a rule with three groups stays small.
const (
	firstArenaChunk = 1 << 10
	lastArenaChunk  = 64 << 10
)

// arena holds byte strings. It only ever appends: a string once returned keeps its bytes as long as somebody holds
// it, also after the owner has copied what is alive to a new arena.
type arena struct {
	chunks     [][]byte
	used, dead int // bytes
}

// put copies key and returns where it is.
func (a *arena) put(key []byte) uint64 {
	n := len(a.chunks)
	if n == 0 || cap(a.chunks[n-1])-len(a.chunks[n-1]) < len(key) {
		size := min(max(firstArenaChunk, a.used), lastArenaChunk)
		a.chunks = append(a.chunks, make([]byte, 0, max(size, len(key))))
		n++
	}
	chunk := &a.chunks[n-1]
	at := uint64(n-1)<<32 | uint64(len(*chunk))
	*chunk = append(*chunk, key...)
	a.used += len(key)
	return at
}

func (a *arena) get(at uint64, size uint32) []byte {
	from := uint32(at)
	return a.chunks[at>>32][from : from+size : from+size]
}

// wasteful tells that copying what is alive would free more than it costs.
func (a *arena) wasteful() bool { return a.dead > firstArenaChunk && 2*a.dead > a.used }
