package windowing

import (
	"bytes"
	"encoding/gob"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// choices are where a random run takes its decisions from: pick returns 0 … n-1.
type choices struct {
	pick func(n int) int
	more func() bool
}

func (c choices) one(of ...int64) int64 { return of[c.pick(len(of))] }

// chance is true in one of n cases, and not for the zero choice, to which rapid shrinks.
func (c choices) chance(n int) bool { return c.pick(n) == n-1 }

// run drives a Table and the model with the same decisions and compares them after each.
type run struct {
	choices
	fail  func(format string, args ...any)
	cols  []Column
	table *Table
	model model
	slots int
	plain bool // every record counts for every column and nothing is dropped: NextChange is exact
	steps int

	placed int64
}

func newRun(c choices, fail func(string, ...any)) *run {
	r := &run{choices: c, fail: fail}
	r.plain = r.chance(2)
	for range 1 + r.pick(4) {
		r.cols = append(r.cols, r.column())
	}
	r.slots = 1 + r.pick(5)
	r.table = NewTable(r.cols)
	r.model = model{cols: r.cols, now: r.one(1_770_000_000, 0, -130, 1<<32-40, 86_399)}
	r.table.Advance(r.model.now, func(slot uint32) { fail("slot %d changed in an empty table", slot) })
	return r
}

func (r *run) column() Column {
	const funcs = int(FirstSeen) + 1
	c := Column{Func: Func((r.pick(funcs) + 5*r.pick(funcs)) % funcs)} // rapid prefers small numbers: two of them make up for it
	switch r.pick(3) {
	case 0:
		c.Window = int64(r.pick(12))
	case 1:
		c.Window = int64(r.pick(201))
	case 2:
		c.Window = 86400 - 120 + int64(r.pick(241))
	}
	if r.chance(2) {
		c.Offset = r.one(1, 2, 7, 59, 60, 61, 200, 3600, 86340, 86400, 86401)
	}
	switch c.Func {
	case FirstSeen:
		c.Memory = r.one(1, 2, 7, 30, 60, 61, 200, 3600, 86390-c.Window%300, 86400, 86410)
	case Top:
		c.N = r.pick(5)
	case First, Last, Streak:
		if r.chance(3) {
			c.Window, c.Offset = Forever, 0
		}
	}
	return c
}

func (r *run) play() {
	for r.more() {
		r.steps++
		switch op := r.pick(12); {
		case op < 5:
			r.addRecords(r.model.now)
		case op < 6:
			r.addRecords(r.lateSecond())
		case op < 8:
			r.advance(r.model.now + 1)
		case op < 9:
			r.advance(r.model.now + int64(r.pick(90)))
		case op < 10:
			r.advanceToChange()
		case op == 10 && !r.plain:
			slot := uint32(r.pick(r.slots))
			if r.chance(2) {
				r.table.Clear(slot)
				r.model.clear(slot)
				break
			}
			r.table.Drop(slot)
			r.model.drop(slot)
		case op == 11 && r.chance(3):
			if r.chance(2) {
				r.clone()
				break
			}
			r.restore()
		}
		r.compare()
	}
	r.drain()
}

func (r *run) addRecords(sec int64) {
	slot := uint32(r.pick(r.slots))
	n := 1
	if r.chance(6) {
		n = 1 + r.pick(6)
	}
	for range n {
		in := make([]Input, len(r.cols))
		for i := range in {
			in[i] = Input{On: true, Num: r.number(), Hash: uint64(r.pick(5)), Text: r.text(), Any: r.any(), Hit: !r.chance(4)}
			if !r.plain {
				in[i].On = !r.chance(4)
				in[i].Num = r.anyNumber(in[i].Num)
				if r.chance(6) {
					in[i].Any = []any{nil, []any{"list"}, 7}[r.pick(3)]
				}
			}
		}
		at := r.order()
		r.table.Add(slot, sec, at, in)
		r.model.add(slot, sec, at, in)
		clear(in) // they are the caller's
	}
}

// order is a place that no other record has.
func (r *run) order() Order {
	r.placed++
	return Order{Source: []string{"m/main", "a/main", "m/other"}[r.pick(3)], Gen: r.pick(3), Pos: int64(r.pick(7))<<32 + r.placed}
}

func (r *run) text() string { return []string{"b", "", "a", "aa", "ä", "B"}[r.pick(6)] }

func (r *run) any() any {
	return []any{int64(3), "", "x", 2.5, true, false, int64(-1) << 62, "y", 0.0}[r.pick(9)]
}

func (r *run) number() float64 {
	numbers := []float64{0, 1, 2, -1, 0.1, -0.1, 3.5, 1e9, 1e-9, 5e-10, 1.5e-9, -5e-10, 1e20, -1e20, math.Copysign(0, -1), 1 << 60, 123456.789}
	return numbers[r.pick(len(numbers))]
}

func (r *run) anyNumber(v float64) float64 {
	if !r.chance(4) {
		return v
	}
	numbers := []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e21, -1.0000001e20, 5e-324, v / 3, math.Pi * 1e-7}
	return numbers[r.pick(len(numbers))]
}

// lateSecond prefers seconds about the edges of the columns.
func (r *run) lateSecond() int64 {
	back := int64(r.pick(20))
	if r.chance(2) {
		c := r.cols[r.pick(len(r.cols))]
		back = c.Offset + c.Memory*int64(r.pick(2)) + max(c.Window, 0)*int64(r.pick(2)) + r.one(0, 1, -1, 60, -60, 59)
	}
	return r.model.now - max(0, back)
}

func (r *run) advance(sec int64) {
	want := r.model.advance(sec)
	var got []uint32
	r.table.Advance(sec, func(slot uint32) { got = append(got, slot) })
	if !slices.Equal(got, want) {
		r.fail("at %d: changed %v, want %v", sec, got, want)
	}
}

// advanceToChange goes to the next change, or to one of the seconds about it.
func (r *run) advanceToChange() {
	if sec, ok := r.table.NextChange(); ok {
		r.advance(max(r.model.now, sec+r.one(0, 0, 0, -1, 1, 100)))
	}
}

// room for what copying copies: none, enough, or too little.
func (r *run) room(copying func(*Room)) *Room {
	if r.chance(3) {
		return nil
	}
	room := Measure(copying)
	if r.chance(2) {
		room.size /= 2
	}
	room.Make()
	return room
}

// clone goes on with a copy of the table, which what happens to the table does not reach.
func (r *run) clone() {
	original := r.table
	before := encode(r, original.State())
	r.table = original.Clone(r.room(func(room *Room) { original.Clone(room) }))
	in := make([]Input, len(r.cols))
	for i := range in {
		in[i] = Input{On: true, Num: 77, Hash: 77, Text: "other", Any: "other", Hit: true}
	}
	for step := range int64(3) {
		for slot := range uint32(r.slots) {
			original.Add(slot, r.model.now, Order{Source: "other", Pos: step}, in)
		}
		original.Advance(r.model.now+40*step, nil)
		original.Clear(uint32(step))
	}
	original.Drop(0)
	if !bytes.Equal(encode(r, r.table.State()), before) {
		r.fail("what happened to a table reached its copy")
	}
}

func (r *run) restore() {
	once := reborn(r, r.cols, r.table.State())
	r.table = reborn(r, r.cols, once.State())
	if a, b := encode(r, once.State()), encode(r, r.table.State()); !bytes.Equal(a, b) {
		r.fail("a state restored is another state")
	}
}

func reborn(r *run, cols []Column, st State) *Table {
	var back State
	if err := gob.NewDecoder(bytes.NewReader(encode(r, st))).Decode(&back); err != nil {
		r.fail("decode: %v", err)
	}
	t, err := Restore(cols, back)
	if err != nil {
		r.fail("restore: %v", err)
	}
	return t
}

func encode(r *run, st State) []byte {
	var buf bytes.Buffer
	if err := gob.NewEncoder(&buf).Encode(st); err != nil {
		r.fail("encode: %v", err)
	}
	return buf.Bytes()
}

func (r *run) compare() {
	if now, ok := r.table.Now(); now != r.model.now || !ok {
		r.fail("now = %d, %t, want %d", now, ok, r.model.now)
	}
	for slot := range uint32(r.slots) {
		for col := range r.cols {
			v, ok, approx := r.table.Value(slot, col)
			wv, wok, wapprox := r.model.value(slot, col)
			if v != wv || ok != wok || approx != wapprox {
				r.fail("at %d: %+v of slot %d = %v %t %t, want %v %t %t", r.model.now, r.cols[col], slot, v, ok, approx, wv, wok, wapprox)
			}
		}
		r.compareOthers(slot)
		if got, want := r.table.Empty(slot), r.model.empty(slot); got != want {
			r.fail("at %d: empty(%d) = %t, want %t", r.model.now, slot, got, want)
		}
	}
	r.compareNext()
}

func (r *run) compareOthers(slot uint32) {
	for col, c := range r.cols {
		list, approx := r.table.Texts(slot, col)
		if want, wapprox := r.model.texts(slot, col); !slices.Equal(list, want) || approx != wapprox {
			r.fail("at %d: %+v of slot %d = %v %t, want %v %t", r.model.now, c, slot, list, approx, want, wapprox)
		}
		if got, want := r.table.Any(slot, col), r.model.any(slot, col); got != want {
			r.fail("at %d: %+v of slot %d = %v, want %v", r.model.now, c, slot, got, want)
		}
	}
}

func (r *run) compareNext() {
	got, ok := r.table.NextChange()
	want, wok := r.model.next()
	switch {
	case r.plain && (got != want || ok != wok):
		r.fail("at %d: next change %d %t, want %d %t", r.model.now, got, ok, want, wok)
	case wok && (!ok || got > want):
		r.fail("at %d: next change %d %t misses %d", r.model.now, got, ok, want)
	case ok && got <= r.model.now:
		r.fail("at %d: next change %d is over", r.model.now, got)
	}
}

// drain runs until everything has left and looks for what was not freed.
func (r *run) drain() {
	for {
		sec, ok := r.table.NextChange()
		if !ok {
			break
		}
		r.advance(sec)
		r.compare()
	}
	for _, c := range r.cols {
		if c.Func == FirstSeen { // what is remembered outside of windows goes unseen
			r.advance(r.model.now + c.Memory + 120)
		}
	}
	if left := residue(r.table); left != "" {
		r.fail("after all has left: %s", left)
	}
}

func TestTable_LikeTheModel(t *testing.T) {
	steps := 0
	rapid.Check(t, func(t *rapid.T) {
		left := 400
		c := choices{
			pick: func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "pick") },
			more: func() bool { left--; return left >= 0 },
		}
		r := newRun(c, t.Fatalf)
		r.play()
		steps += r.steps
	})
	if !t.Failed() && steps < 20_000 {
		t.Errorf("only %d steps", steps)
	}
}

func FuzzTable(f *testing.F) {
	f.Add([]byte("\x01\x02\x03 a window of some seconds, some records, some time"))
	f.Add(bytes.Repeat([]byte{0, 7, 3, 9, 1, 11, 5}, 60))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 400 { // the model is slow: the cube of what it has to keep
			return
		}
		c := choices{
			pick: func(n int) int {
				if len(data) == 0 {
					return 0
				}
				b := int(data[0])
				data = data[1:]
				if n > 256 && len(data) > 0 {
					b = b<<8 | int(data[0])
					data = data[1:]
				}
				return b % n
			},
			more: func() bool { return len(data) > 0 },
		}
		newRun(c, t.Fatalf).play()
	})
}
