package engine

import (
	"bytes"
	"encoding/binary"
	"encoding/gob"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/zeebo/xxh3"

	"github.com/smarty-alert/smarty-alert/redact"
	"github.com/smarty-alert/smarty-alert/windowing"
)

// stateVersion changes whenever an older program could misread the state.
const stateVersion = 5

// An encoded state begins with the magic word, the version (32 bits, big endian)
// and the XXH3 of all that follows (64 bits): damage is never taken for a state.
const (
	stateMagic   = "SMALSTAT"
	stateVerAt   = len(stateMagic)
	stateSumAt   = stateVerAt + 4
	stateDataAt  = stateSumAt + 8
	stateUnknown = "it was not written by this version of the program"
)

// state is the whole engine as it is written to a snapshot. Rules are found
// again by id and state hash.
type state struct {
	Reached, Final, First, Newest int64
	Begun                         bool
	Sources                       []source
	Pending                       []pendingSecond
	Skews                         []health
	Stalls                        []stall
	Rules                         []ruleSnapshot
}

// pendingSecond is what waits for one second. They are ascending: the same state
// has the same bytes.
type pendingSecond struct {
	At    int64
	Items []item
}

type ruleSnapshot struct {
	ID, StateHash string
	Cron          int64
	Groups        windowing.GroupsState
	Table         windowing.State
	Members       members
	Active        []incident
	Recent        samples
	Stats         Stats
	Began         int64
	Crowd         crowd
	Faults        faults
	Steps         windowing.HistoryState // of order
	Records       windowing.HistoryState // of recall
	RecordNames   []string
	RecordKeep    int
}

// members are the groups in the order of their last match, one field after the
// other: a list of structs takes many times as long to write and to read.
type members struct {
	Slots    []uint32
	Ages     []uint64 // each one's last match: seconds since that of the one before it, the first since 0
	Armed    []int64  // absence: of each
	Expected []uint32 // places in Slots
	Fresh    []uint32 // places in Slots of those with new records since the last judgement
	FreshN   []int64  // and how many each has
}

// State encodes everything the engine remembers, as Freeze and Encode do.
func (e *Engine) State() ([]byte, error) { return e.Freeze(nil).Encode() }

// Encode is the state as Restore takes it. What is stored is redacted, like all
// that leaves the process.
func (f *Frozen) Encode() ([]byte, error) {
	e := f.e
	st := state{Reached: e.reached, Final: e.final, First: e.first, Newest: e.newest, Begun: e.begun, Skews: e.skews, Stalls: e.stalls}
	for _, p := range e.waiting() {
		st.Pending = append(st.Pending, pendingSecond{p.At, cleaned(p.Items, e.o.Redactor)})
	}
	for _, s := range e.sources {
		kept := *s
		kept.Held = cleaned(s.Held, e.o.Redactor)
		st.Sources = append(st.Sources, kept)
	}
	for _, r := range e.rules {
		st.Rules = append(st.Rules, r.snapshot(e.o.Redactor))
	}
	b := bytes.NewBuffer(make([]byte, stateDataAt))
	if err := gob.NewEncoder(b).Encode(&st); err != nil {
		return nil, fmt.Errorf("encode engine state: %w", err)
	}
	data := b.Bytes()
	copy(data, stateMagic)
	binary.BigEndian.PutUint32(data[stateVerAt:], stateVersion)
	binary.BigEndian.PutUint64(data[stateSumAt:], xxh3.Hash(data[stateDataAt:]))
	return data, nil
}

// ErrNewer is returned for a state of a later version of the program.
var ErrNewer = errors.New("written by a newer version of smarty-alert")

// CheckState says why Restore would refuse a state, as far as can be told without
// decoding it: ErrNewer, an older version, damage, or no state at all.
func CheckState(data []byte) error {
	if len(data) < stateDataAt || string(data[:stateVerAt]) != stateMagic {
		return errors.New("decode engine state: " + stateUnknown)
	}
	switch v := binary.BigEndian.Uint32(data[stateVerAt:]); {
	case v > stateVersion:
		return fmt.Errorf("decode engine state: %w: its version is %d, this program knows version %d (hint: start the newer program again)", ErrNewer, v, stateVersion)
	case v < stateVersion:
		return fmt.Errorf("decode engine state: version %d is older than any that this program can read, %d (hint: start the program that wrote it; or begin anew with run --set-aside-broken-state, which moves the state away and forgets which alerts fire)", v, stateVersion)
	}
	if binary.BigEndian.Uint64(data[stateSumAt:]) != xxh3.Hash(data[stateDataAt:]) {
		return errors.New("decode engine state: it is damaged: wrong checksum")
	}
	return nil
}

// decodeState reads what Encode wrote.
func decodeState(data []byte) (*state, error) {
	if err := CheckState(data); err != nil {
		return nil, err
	}
	var st state
	if err := gob.NewDecoder(bytes.NewReader(data[stateDataAt:])).Decode(&st); err != nil {
		return nil, fmt.Errorf("decode engine state: %w", err)
	}
	return &st, nil
}

// waiting are copies of all that waits for its second.
func (e *Engine) waiting() (all []pendingSecond) {
	for _, at := range slices.Sorted(maps.Keys(e.pending.bySecond)) {
		all = append(all, pendingSecond{at, e.pending.bySecond[at].items(e.rules, e.sources)})
	}
	return all
}

func cleaned(items []item, redact *redact.Redactor) []item {
	out := slices.Clone(items)
	for i := range out {
		out[i].Sample = out[i].Sample.clean(redact)
	}
	return out
}

func (r *ruleState) snapshot(redact *redact.Redactor) ruleSnapshot {
	sn := ruleSnapshot{ID: r.rule.ID, StateHash: r.rule.StateHash(), Cron: r.cron, Groups: r.groups.State(), Table: r.table.State(),
		Stats: r.stats, Began: r.began, Crowd: r.crowd, Faults: r.faults}
	sn.Members, sn.Active = r.members(), r.incidents()
	if r.order != nil {
		sn.Steps = r.order.past.State()
	}
	if r.records != nil {
		sn.Records, sn.RecordNames, sn.RecordKeep = r.records.past.State(), r.records.names, r.records.keep
	}
	sn.Recent.Next = r.stored.Next
	for _, sm := range r.stored.Ring {
		sn.Recent.Ring = append(sn.Recent.Ring, sm.clean(redact))
	}
	return sn
}

func (r *ruleState) members() members {
	n := r.groups.Len()
	m := members{Slots: make([]uint32, 0, n), Ages: make([]uint64, 0, n)}
	before := int64(0)
	for slot := r.lru.head; slot != none; slot = r.slots.At(slot).next {
		g, place := r.slots.At(slot), uint32(len(m.Slots))
		if g.expected {
			m.Expected = append(m.Expected, place)
		}
		if n := r.fresh[slot]; n != 0 {
			m.Fresh, m.FreshN = append(m.Fresh, place), append(m.FreshN, n)
		}
		if r.rule.Absence {
			m.Armed = append(m.Armed, *r.armed.At(slot))
		}
		m.Slots, m.Ages = append(m.Slots, slot), append(m.Ages, uint64(g.last()-before))
		before = g.last()
	}
	return m
}

// incidents are those of groups, in the order of the groups' last match.
func (r *ruleState) incidents() (list []incident) {
	for slot := r.lru.head; slot != none; slot = r.slots.At(slot).next {
		if inc := r.incident(slot); inc != nil {
			list = append(list, *inc)
		}
	}
	return list
}
