package windowing

// index finds numbers by a 32-bit tag of what they stand for: open addressing, linear probing, four bytes a cell.
// The owner keeps the tags beside its values and lends them through tagOf; 0 means an empty cell.
type index struct {
	cells []uint32
	used  int
}

// find returns the number with this tag for which same is true, or 0.
func (x *index) find(tag uint32, same func(id uint32) bool) uint32 {
	if len(x.cells) == 0 {
		return 0
	}
	mask := uint32(len(x.cells) - 1)
	for p := tag & mask; x.cells[p] != 0; p = (p + 1) & mask {
		if same(x.cells[p]) {
			return x.cells[p]
		}
	}
	return 0
}

// room makes an empty index large enough for n numbers.
func (x *index) room(n int) {
	size := 8
	for (n+1)*4 > size*3 {
		size *= 2
	}
	x.cells = make([]uint32, size)
}

// put adds a number that is not there yet.
func (x *index) put(tag, id uint32, tagOf func(id uint32) uint32) {
	if (x.used+1)*4 > len(x.cells)*3 {
		x.resize(max(8, 2*len(x.cells)), tagOf)
	}
	x.used++
	x.place(tag, id)
}

func (x *index) place(tag, id uint32) {
	mask := uint32(len(x.cells) - 1)
	p := tag & mask
	for x.cells[p] != 0 {
		p = (p + 1) & mask
	}
	x.cells[p] = id
}

func (x *index) resize(n int, tagOf func(id uint32) uint32) {
	old := x.cells
	x.cells = make([]uint32, n)
	for _, id := range old {
		if id != 0 {
			x.place(tagOf(id), id)
		}
	}
}

// remove deletes a number that is there. What follows it in its run moves up, so that no tombstones
// gather however often groups come and go.
func (x *index) remove(tag, id uint32, tagOf func(id uint32) uint32) {
	mask := uint32(len(x.cells) - 1)
	hole := tag & mask
	for x.cells[hole] != id {
		hole = (hole + 1) & mask
	}
	for p := (hole + 1) & mask; x.cells[p] != 0; p = (p + 1) & mask {
		home := tagOf(x.cells[p]) & mask
		if (p-home)&mask >= (p-hole)&mask {
			x.cells[hole] = x.cells[p]
			hole = p
		}
	}
	x.cells[hole] = 0
	x.used--
}
