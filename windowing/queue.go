package windowing

// queue is a heap of members by the second at which each was seen last, the oldest first. What it orders by, and where each
// stands, is in the slab that its owner lends.
type queue []uint32

func (q *queue) add(id uint32, of *slab[memory]) {
	*q = append(*q, id)
	q.up(len(*q)-1, of)
}

func (q *queue) remove(id uint32, of *slab[memory]) {
	i, last := int(of.at(id).place), len(*q)-1
	moved := (*q)[last]
	*q = (*q)[:last]
	if i < last {
		(*q)[i] = moved
		q.down(i, of)
		q.up(int(of.at(moved).place), of)
	}
}

// later puts a member in its place after its second has grown.
func (q *queue) later(id uint32, of *slab[memory]) { q.down(int(of.at(id).place), of) }

func (q queue) up(i int, of *slab[memory]) {
	id := q[i]
	for i > 0 {
		parent := (i - 1) / 2
		if !of.at(id).older(of.at(q[parent])) {
			break
		}
		q[i] = q[parent]
		of.at(q[i]).place = uint32(i)
		i = parent
	}
	q[i] = id
	of.at(id).place = uint32(i)
}

func (q queue) down(i int, of *slab[memory]) {
	id := q[i]
	for {
		child := 2*i + 1
		if child >= len(q) {
			break
		}
		if child+1 < len(q) && of.at(q[child+1]).older(of.at(q[child])) {
			child++
		}
		if !of.at(q[child]).older(of.at(id)) {
			break
		}
		q[i] = q[child]
		of.at(q[i]).place = uint32(i)
		i = child
	}
	q[i] = id
	of.at(id).place = uint32(i)
}
