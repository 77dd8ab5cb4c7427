package windowing

import (
	"errors"
	"slices"
)

// RecordState is a list of records, fit for gob: their places in the total order and what they brought. Its fields are
// public for the encoder only.
type RecordState struct {
	Names             []string // of the sources, in the order of their first record here
	Sources           []uint32 // in Names
	Seconds, Gens, At []int64
	Hits              []bool     // Streak
	Values            ValueState // First, Last
}

var errRecord = errors.New("restore windows: a record is cut off")

func (st *RecordState) add(sec int64, at Order) {
	n := slices.Index(st.Names, at.Source)
	if n < 0 {
		n = len(st.Names)
		st.Names = append(st.Names, at.Source)
	}
	st.Sources = append(st.Sources, uint32(n))
	st.Seconds, st.Gens, st.At = append(st.Seconds, sec), append(st.Gens, int64(at.Gen)), append(st.At, at.Pos)
}

// next takes the first record's place off the list.
func (st *RecordState) next() (sec int64, at Order, err error) {
	if len(st.Sources) == 0 || len(st.Seconds) == 0 || len(st.Gens) == 0 || len(st.At) == 0 || int(st.Sources[0]) >= len(st.Names) {
		return 0, Order{}, errRecord
	}
	sec, at = st.Seconds[0], Order{Source: st.Names[st.Sources[0]], Gen: int(st.Gens[0]), Pos: st.At[0]}
	st.Sources, st.Seconds, st.Gens, st.At = st.Sources[1:], st.Seconds[1:], st.Gens[1:], st.At[1:]
	return sec, at, nil
}

func (st *RecordState) addKey(o *ordering, k key) {
	st.add(k.sec, Order{Source: o.names[k.source], Gen: int(k.gen), Pos: k.pos})
}

func (st *RecordState) nextKey(o *ordering) (key, error) {
	sec, at, err := st.next()
	if err != nil {
		return key{}, err
	}
	return key{sec: sec, gen: int64(at.Gen), pos: at.Pos, source: o.number(at.Source)}, nil
}

func (st *RecordState) nextHit() (bool, error) {
	if len(st.Hits) == 0 {
		return false, errRecord
	}
	hit := st.Hits[0]
	st.Hits = st.Hits[1:]
	return hit, nil
}
