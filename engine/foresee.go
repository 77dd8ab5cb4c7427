package engine

// The state of very many groups does not fit the processor's caches, and each
// record waits for memory a dozen times. So a rule with many groups first looks at
// what a number of records will need: nothing there depends on what came before,
// and the processor fetches for several groups at a time. It decides nothing and
// changes nothing.
const (
	foreseeFrom = 1 << 15 // groups
	foreseeMost = 256     // records or judgements at a time: they must still be there when they are needed
)

// foresee looks at what the arrivals from the i-th on will need.
func (r *ruleState) foresee(i int32, items *arrivals) {
	if r.groups.Len() < foreseeFrom {
		return
	}
	r.ahead = r.ahead[:0]
	for ; i != 0 && len(r.ahead) < foreseeMost; i = items.next(i) {
		key := items.list[i-1].key
		if slot, ok := r.groups.Find(items.bytes[key.from:key.to]); ok {
			r.ahead = append(r.ahead, slot)
		}
	}
	sum := r.table.Fetch(r.ahead)
	for _, slot := range r.ahead {
		g := r.slots.At(slot)
		if g.prev != none {
			sum += r.slots.At(g.prev).next
		}
		if g.next != none {
			sum += r.slots.At(g.next).prev
		}
	}
	r.fetched += sum
}

// foreseeJudged looks at what judging the first of these groups will need.
func (r *ruleState) foreseeJudged(slots []uint32) {
	if r.groups.Len() < foreseeFrom {
		return
	}
	for _, slot := range slots[:min(len(slots), foreseeMost)] {
		if key := r.groups.Key(slot); len(key) > 0 {
			r.fetched += uint32(key[0])
		}
	}
}
