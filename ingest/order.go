package ingest

import "math"

// unread is the high-water mark of a source of which nothing was read: such a
// source comes first.
const unread int64 = math.MinInt64

// lane is what decides when it is a source's turn.
type lane struct {
	name  string
	index int   // in Sources()
	high  int64 // greatest timestamp returned so far, in Unix seconds
	at    int   // place in the order, -1 when not in it
}

// order is a heap of lanes by (high, name).
type order struct{ lanes []*lane }

func (o *order) first() *lane {
	if len(o.lanes) == 0 {
		return nil
	}
	return o.lanes[0]
}

func before(a, b *lane) bool {
	if a.high != b.high {
		return a.high < b.high
	}
	return a.name < b.name
}

func (o *order) push(l *lane) {
	l.at = len(o.lanes)
	o.lanes = append(o.lanes, l)
	o.up(l.at)
}

// sank restores the order after the first lane's mark rose.
func (o *order) sank() { o.down(0) }

func (o *order) pop() {
	last := len(o.lanes) - 1
	o.swap(0, last)
	o.lanes[last].at = -1
	o.lanes = o.lanes[:last]
	o.down(0)
}

func (o *order) up(i int) {
	for i > 0 {
		parent := (i - 1) / 2
		if !before(o.lanes[i], o.lanes[parent]) {
			return
		}
		o.swap(i, parent)
		i = parent
	}
}

func (o *order) down(i int) {
	for {
		least := 2*i + 1
		if least >= len(o.lanes) {
			return
		}
		if right := least + 1; right < len(o.lanes) && before(o.lanes[right], o.lanes[least]) {
			least = right
		}
		if !before(o.lanes[least], o.lanes[i]) {
			return
		}
		o.swap(i, least)
		i = least
	}
}

func (o *order) swap(i, j int) {
	o.lanes[i], o.lanes[j] = o.lanes[j], o.lanes[i]
	o.lanes[i].at, o.lanes[j].at = i, j
}
