package windowing

// MaxValues is the greatest number of texts that Values reports; above it Texts says approx.
const MaxValues = 100

const defaultTop = 3

// texts is the column of Top and Values. A text is kept once for the whole column, by number; the numbers are the hashes of
// distincts, whose tally knows how often each came.
type texts struct {
	distincts
	most   int  // reported
	ranked bool // by how often they came, else by text
}

func newTexts(most int, ranked bool) *texts {
	c := &texts{distincts: distincts{tally: &tally{}}, most: most, ranked: ranked}
	c.tally.short.of = c
	return c
}

// tally counts the records of distincts, and keeps their texts as long as any slot has them.
type tally struct {
	words  Groups
	users  slab[uint32] // by word: members
	times  slab[uint32] // by sighting: records
	totals slab[uint64] // by member: records inside the window
	buf    []byte
	short  shortlists
}

func (t *tally) word(text string) uint64 {
	t.buf = append(t.buf[:0], text...)
	word, _ := t.words.Slot(t.buf)
	return uint64(word)
}

func (t *tally) join(member uint32, word uint64) {
	t.users.reach(uint32(word))
	*t.users.at(uint32(word))++
	t.totals.reach(member)
	*t.totals.at(member) = 0
}

func (t *tally) part(word uint64) {
	users := t.users.at(uint32(word))
	if *users--; *users == 0 {
		t.words.Remove(uint32(word))
	}
}

func (t *tally) see(member, sighting, n uint32, inside bool) {
	t.times.reach(sighting)
	*t.times.at(sighting) += n
	if inside {
		*t.totals.at(member) += uint64(n)
	}
}

func (t *tally) enter(member, sighting uint32) { *t.totals.at(member) += uint64(*t.times.at(sighting)) }
func (t *tally) leave(member, sighting uint32) { *t.totals.at(member) -= uint64(*t.times.at(sighting)) }
func (t *tally) forget(sighting uint32)        { *t.times.at(sighting) = 0 }

func (c *texts) add(e place, in *Input, inside bool) { c.see(e, c.tally.word(in.Text), 1, inside) }

func (c *texts) value(uint32) (v float64, ok, approx bool) { return 0, false, false }

func (c *texts) texts(slot uint32) (list []Ranked, approx bool) {
	for _, id := range c.first(slot) {
		if len(list) == c.most {
			break
		}
		list = append(list, Ranked{Text: string(c.tally.words.Key(uint32(c.members.at(id).hash))), Count: int64(*c.tally.totals.at(id))})
	}
	return list, !c.ranked && int(c.slots.at(slot).inside) > c.most
}

func (c *texts) drop(slot uint32) {
	delete(c.tally.short.lists, slot)
	c.distincts.drop(slot)
}

func (c *texts) save(e place, st *ColumnState) {
	n := uint32(0)
	for s := *c.parts.at(e.id); s != 0; s = c.sightings.at(s).next {
		st.addText(uint32(c.members.at(c.sightings.at(s).member).hash), c.tally)
		st.Times = append(st.Times, *c.tally.times.at(s))
		n++
	}
	st.Counts = append(st.Counts, n)
}

// addText writes a text the first time it occurs, and then its place in Words.
func (st *ColumnState) addText(word uint32, of *tally) {
	i, ok := st.words[word]
	if !ok {
		if st.words == nil {
			st.words = make(map[uint32]uint32)
		}
		i = uint32(len(st.Words))
		st.words[word], st.Words = i, append(st.Words, string(of.words.Key(word)))
	}
	st.Texts = append(st.Texts, i)
}

// load adds from the end, which leaves the chain in the order in which it was saved.
func (c *texts) load(e place, st *ColumnState, now phase) error {
	n, err := st.nextPart(now)
	if err != nil {
		return err
	}
	if int64(n) > int64(min(len(st.Texts), len(st.Times))) {
		return errShort
	}
	for i := int(n) - 1; i >= 0; i-- {
		word, times := st.Texts[i], st.Times[i]
		if int64(word) >= int64(len(st.Words)) || times == 0 {
			return errPart
		}
		c.see(e, c.tally.word(st.Words[word]), times, now == isInside)
	}
	st.Texts, st.Times = st.Texts[n:], st.Times[n:]
	return nil
}
