package windowing

import (
	"bytes"
	"encoding/gob"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

// furnished is a table with content of every kind: waiting, inside, kept.
func furnished() ([]Column, *Table) {
	cols := []Column{{Func: P90, Window: 5}, {Func: Top, Window: 5}, {Func: First, Window: 5}, {Func: Last, Window: 5, Offset: 3},
		{Func: Last, Window: 5}, {Func: Streak, Window: 5, Offset: 3}, {Func: Streak, Window: 5}, {Func: FirstSeen, Window: 5, Memory: 20},
		{Func: Last, Window: Forever}, {Func: Streak, Window: Forever}, {Func: Rate, Window: 90_000}, {Func: Last, Window: Forever}}
	table := NewTable(cols)
	in := make([]Input, len(cols))
	for i := range in {
		in[i] = Input{On: true, Num: 3, Hash: 8, Text: "text", Any: "value", Hit: true}
	}
	table.Advance(90, nil)
	table.Add(1, 90, Order{Source: "a"}, in)
	table.Advance(100, nil)
	table.Add(1, 98, Order{Source: "a"}, in)
	table.Add(2, 100, Order{Source: "b"}, in)
	return cols, table
}

func TestRestore_RefusesNonsenseOfEachKind(t *testing.T) {
	for name, damage := range map[string]func(c []ColumnState){
		"percentile: counts":       func(c []ColumnState) { c[0].Counts = nil },
		"percentile: numbers":      func(c []ColumnState) { c[0].Numbers = nil },
		"percentile: NaN":          func(c []ColumnState) { c[0].Numbers[0] = math.NaN() },
		"percentile: never":        func(c []ColumnState) { c[0].Times[0] = 0 },
		"top: times":               func(c []ColumnState) { c[1].Times = nil },
		"top: never":               func(c []ColumnState) { c[1].Times[0] = 0 },
		"top: no such text":        func(c []ColumnState) { c[1].Words = nil },
		"first: records":           func(c []ColumnState) { c[2].Records = RecordState{} },
		"first: no value":          func(c []ColumnState) { c[2].Records.Values.Kinds[0] = kindNil },
		"first: another second":    func(c []ColumnState) { c[2].Records.Seconds[0] -= 60 },
		"first: two":               func(c []ColumnState) { c[2].Counts[0] = 2 },
		"last: which one":          func(c []ColumnState) { c[3].Counts[1] = 1 },
		"last: three":              func(c []ColumnState) { c[4].Counts[1] = 3 },
		"last: another second":     func(c []ColumnState) { c[4].Records.Seconds[0] = 101 },
		"last: kept in a window":   func(c []ColumnState) { c[4].Slots, c[4].Kept = []uint32{1}, c[8].Kept },
		"streak: waiting":          func(c []ColumnState) { c[5].Records = RecordState{} },
		"streak: absurd":           func(c []ColumnState) { c[5].Counts[1] = math.MaxUint32 },
		"streak: hits":             func(c []ColumnState) { c[5].Records.Hits = nil },
		"streak: more than inside": func(c []ColumnState) { c[6].Counts[0], c[6].Counts[1] = 0, 0 },
		"streak: sizes":            func(c []ColumnState) { c[6].Sizes = nil },
		"streak: kept hits":        func(c []ColumnState) { c[6].Kept.Hits = nil },
		"streak: future":           func(c []ColumnState) { c[6].Kept.Seconds[0] = 101 },
		"streak: twice":            func(c []ColumnState) { c[9].Slots[1] = c[9].Slots[0] },
		"seen: hashes":             func(c []ColumnState) { c[7].Hashes = nil },
		"seen: seconds":            func(c []ColumnState) { c[7].SeenAt = nil },
		"seen: forgotten":          func(c []ColumnState) { c[7].SeenAt[0] = 75 },
		"seen: of the future":      func(c []ColumnState) { c[7].SeenAt[0] = 121 },
		"seen: absurd slot":        func(c []ColumnState) { c[7].Slots[0] = math.MaxUint32 },
		"seen: twice": func(c []ColumnState) {
			c[7].Slots, c[7].Seen, c[7].SeenAt = []uint32{1, 1}, []uint64{8, 8}, []int64{90, 91}
		},
		"look-back: records":   func(c []ColumnState) { c[8].Kept = RecordState{} },
		"look-back: future":    func(c []ColumnState) { c[8].Kept.Seconds[0] = 101 },
		"look-back: source":    func(c []ColumnState) { c[8].Kept.Sources[0] = 9 },
		"look-back: kind":      func(c []ColumnState) { c[8].Kept.Values.Kinds[0] = 77 },
		"look-back: no window": func(c []ColumnState) { c[10].Counts[0] = 1 },
	} {
		t.Run(name, func(t *testing.T) {
			cols, table := furnished()
			st := table.State()
			if _, err := Restore(cols, st); err != nil {
				t.Fatalf("before the damage: %v", err)
			}
			damage(st.Lines[0].Columns)
			if _, err := Restore(cols, st); err == nil || !strings.HasPrefix(err.Error(), "restore windows: ") {
				t.Errorf("error = %v", err)
			}
		})
	}
}

// Whatever number or list of a state is damaged: the restore refuses, or the table goes on and forgets in the end.
func TestRestore_AnyDamage(t *testing.T) {
	cols, table := furnished()
	var buf bytes.Buffer
	if err := gob.NewEncoder(&buf).Encode(table.State()); err != nil {
		t.Fatal(err)
	}
	refused := 0
	for seed := range uint64(1000) {
		var st State
		if err := gob.NewDecoder(bytes.NewReader(buf.Bytes())).Decode(&st); err != nil {
			t.Fatal(err)
		}
		r := rand.New(rand.NewPCG(seed, 1))
		for range 1 + r.IntN(2) {
			damage(reflect.ValueOf(&st).Elem().FieldByName("Lines"), r)
		}
		again, err := Restore(cols, st)
		if err != nil {
			refused++
			continue
		}
		for sec := int64(100); sec < 130; sec++ {
			again.Advance(sec, nil)
			for col := range cols {
				again.Value(1, col)
				again.Texts(1, col)
				again.Any(1, col)
			}
		}
		again.Drop(1)
	}
	if refused < 250 {
		t.Errorf("only %d states were refused", refused)
	}
}

// damage changes one value somewhere below v.
func damage(v reflect.Value, r *rand.Rand) {
	switch v.Kind() {
	case reflect.Struct:
		if f := v.Field(r.IntN(v.NumField())); f.CanSet() {
			damage(f, r)
		}
	case reflect.Slice:
		switch n := v.Len(); {
		case n == 0:
		case r.IntN(8) == 0:
			v.Set(v.Slice(0, r.IntN(n)))
		default:
			damage(v.Index(r.IntN(n)), r)
		}
	case reflect.Int64:
		v.SetInt([]int64{v.Int() + 1, v.Int() - 1, 0, -1, math.MaxInt64, math.MinInt64}[r.IntN(6)])
	case reflect.Uint8, reflect.Uint32, reflect.Uint64:
		v.SetUint([]uint64{v.Uint() + 1, v.Uint() - 1, 0, math.MaxUint64}[r.IntN(4)])
	case reflect.Float64:
		v.SetFloat([]float64{math.NaN(), 0, math.Inf(1)}[r.IntN(3)])
	case reflect.Bool:
		v.SetBool(!v.Bool())
	}
}
