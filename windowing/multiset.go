package windowing

// multisets are sorted multisets of numbers, each given by its root: treaps that share one pool of nodes. Every node
// knows how many numbers are below it, so that the k-th is found on one way down.
type multisets struct {
	nodes pool[node, *node]
}

type node struct {
	v           float64
	n           uint64 // how often v is there
	size        uint64 // numbers here and below
	left, right uint32
}

func (n *node) link() *uint32 { return &n.left }

// priority puts a node above others, by chance but always the same: the pool's numbers are mixed as murmur3 ends.
func priority(id uint32) uint32 {
	id = (id ^ id>>16) * 0x85ebca6b
	id = (id ^ id>>13) * 0xc2b2ae35
	return id ^ id>>16
}

func (m *multisets) size(root uint32) uint64 {
	if root == 0 {
		return 0
	}
	return m.nodes.at(root).size
}

// insert adds v n times and returns the new root.
func (m *multisets) insert(root uint32, v float64, n uint64) uint32 {
	if root == 0 {
		id := m.nodes.take()
		*m.nodes.at(id) = node{v: v, n: n, size: n}
		return id
	}
	r := m.nodes.at(root)
	r.size += n
	switch {
	case v == r.v:
		r.n += n
	case v < r.v:
		if r.left = m.insert(r.left, v, n); priority(r.left) > priority(root) {
			return m.rotateRight(root)
		}
	default:
		if r.right = m.insert(r.right, v, n); priority(r.right) > priority(root) {
			return m.rotateLeft(root)
		}
	}
	return root
}

func (m *multisets) rotateRight(root uint32) uint32 {
	r := m.nodes.at(root)
	top := r.left
	t := m.nodes.at(top)
	r.left, t.right = t.right, root
	t.size, r.size = r.size, r.n+m.size(r.left)+m.size(r.right)
	return top
}

func (m *multisets) rotateLeft(root uint32) uint32 {
	r := m.nodes.at(root)
	top := r.right
	t := m.nodes.at(top)
	r.right, t.left = t.left, root
	t.size, r.size = r.size, r.n+m.size(r.left)+m.size(r.right)
	return top
}

// remove takes v away n times, which must be there, and returns the new root.
func (m *multisets) remove(root uint32, v float64, n uint64) uint32 {
	r := m.nodes.at(root)
	r.size -= n
	switch {
	case v < r.v:
		r.left = m.remove(r.left, v, n)
	case v > r.v:
		r.right = m.remove(r.right, v, n)
	default:
		if r.n -= n; r.n == 0 {
			top := m.merge(r.left, r.right)
			m.nodes.give(root)
			return top
		}
	}
	return root
}

// merge joins two treaps of which the first has only smaller numbers.
func (m *multisets) merge(a, b uint32) uint32 {
	if a == 0 || b == 0 {
		return a | b
	}
	x, y := m.nodes.at(a), m.nodes.at(b)
	if priority(a) > priority(b) {
		x.size += y.size
		x.right = m.merge(x.right, b)
		return a
	}
	y.size += x.size
	y.left = m.merge(a, y.left)
	return b
}

// kth is the k-th smallest number, counted from 1 to size.
func (m *multisets) kth(root uint32, k uint64) float64 {
	for {
		r := m.nodes.at(root)
		left := m.size(r.left)
		switch {
		case k <= left:
			root = r.left
		case k <= left+r.n:
			return r.v
		default:
			root, k = r.right, k-left-r.n
		}
	}
}

// free gives all nodes back.
func (m *multisets) free(root uint32) {
	if root == 0 {
		return
	}
	r := m.nodes.at(root)
	left, right := r.left, r.right
	m.nodes.give(root)
	m.free(left)
	m.free(right)
}
