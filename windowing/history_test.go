package windowing

import (
	"bytes"
	"cmp"
	"encoding/gob"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestHistory_LikeAList drives a History and a list that is sorted and cut anew each time.
func TestHistory_LikeAList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pick := func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "pick") }
		reach := []int64{Forever, 0, 1, 10, 200, 86400, 86401, 90_000}[pick(8)]
		keep := []int{1, 2, 5, 10_000}[pick(4)]
		h := NewHistory(reach, keep)
		var lists [2][]Event
		now, placed := int64(1_770_000_000), int64(0)
		for range 60 {
			slot := uint32(pick(2))
			switch pick(9) {
			case 0:
				now += int64(pick(100))
			case 1:
				now += max(0, reach) - int64(pick(70))*int64(pick(2))
			case 2:
				h.Drop(slot)
				lists[slot] = nil
			case 3:
				h = rebornHistory(t, reach, keep, h)
			case 4:
				h.Prune(slot, now)
				lists[slot] = naive(lists[slot], reach, keep, now)
			case 5:
				original := h
				h = h.Clone(nil)
				for slot := range uint32(2) { // what happens to the one does not reach the other
					original.Add(slot, now-5, Order{Source: "a"}, 77, nil)
					original.Add(slot, now, Order{Source: "c"}, 77, nil)
					original.Prune(slot, now+20)
				}
			default:
				placed++
				e := Event{Sec: now - int64(pick(12)*pick(12)), Mask: uint64(placed), Vals: []any{nil, "x", int64(pick(3)), 2.5, true}[:pick(6)],
					Order: Order{Source: []string{"b", "a"}[pick(2)], Gen: pick(2), Pos: int64(pick(3))<<32 + placed}}
				h.Add(slot, e.Sec, e.Order, e.Mask, e.Vals)
				lists[slot] = append(lists[slot], e)
				lists[slot] = naive(lists[slot], reach, keep, slices.MaxFunc(lists[slot], byOrder).Sec)
			}
			for slot, want := range lists {
				window := []int64{Forever, 0, 5, 200, 86401}[pick(5)]
				if got := h.Records(uint32(slot)); !sameEvents(got, want) {
					t.Fatalf("slot %d: %v, want %v", slot, got, want)
				}
				_, from, to := bounds(Column{Func: Last, Window: window}, now)
				want = slices.DeleteFunc(slices.Clone(want), func(e Event) bool { return window != Forever && (e.Sec <= from || e.Sec > to) })
				if got := h.Within(uint32(slot), window, now); !sameEvents(got, want) {
					t.Fatalf("slot %d within %d: %v, want %v", slot, window, got, want)
				}
			}
		}
	})
}

func byOrder(a, b Event) int {
	return cmp.Or(cmp.Compare(a.Sec, b.Sec), cmp.Compare(a.Order.Source, b.Order.Source), cmp.Compare(a.Order.Gen, b.Order.Gen), cmp.Compare(a.Order.Pos, b.Order.Pos))
}

func sameEvents(a, b []Event) bool {
	return slices.EqualFunc(a, b, func(a, b Event) bool {
		return fmt.Sprintf("%#v", a.Vals) == fmt.Sprintf("%#v", b.Vals) || len(a.Vals)+len(b.Vals) == 0
	}) &&
		slices.EqualFunc(a, b, func(a, b Event) bool { a.Vals, b.Vals = nil, nil; return reflect.DeepEqual(a, b) })
}

func naive(list []Event, reach int64, keep int, now int64) []Event {
	slices.SortFunc(list, byOrder)
	_, from, _ := bounds(Column{Func: Last, Window: reach}, now)
	list = slices.DeleteFunc(list, func(e Event) bool { return e.Sec <= from })
	return list[max(0, len(list)-keep):]
}

func rebornHistory(t *rapid.T, reach int64, keep int, h *History) *History {
	var buf bytes.Buffer
	if err := gob.NewEncoder(&buf).Encode(h.State()); err != nil {
		t.Fatal(err)
	}
	var st HistoryState
	if err := gob.NewDecoder(&buf).Decode(&st); err != nil {
		t.Fatal(err)
	}
	again, err := RestoreHistory(reach, keep, st)
	if err != nil {
		t.Fatal(err)
	}
	return again
}

func TestHistory_KeepsTheNewest(t *testing.T) {
	h := NewHistory(Forever, 10_000)
	for i := range int64(25_000) {
		h.Add(0, i, Order{}, 0, []any{i})
	}
	list := h.Records(0)
	if len(list) != 10_000 || list[0].Sec != 15_000 || list[9999].Vals[0] != int64(24_999) {
		t.Errorf("%d records from %d on", len(list), list[0].Sec)
	}
	h.Add(0, 100, Order{}, 0, nil) // older than all that are kept
	if list = h.Records(0); len(list) != 10_000 || list[0].Sec != 15_000 {
		t.Errorf("%d records from %d on after a late one", len(list), list[0].Sec)
	}
	if n := cap(list); n > 30_000 {
		t.Errorf("room for %d", n)
	}
}

func TestHistory_CopiesAndCleans(t *testing.T) {
	h := NewHistory(Forever, 10)
	vals := []any{"a", int64(1), 2, []any{"x"}, nil}
	h.Add(5, 1, Order{}, 3, vals)
	vals[0] = "changed"
	if got, want := fmt.Sprintf("%#v", h.Records(5)[0].Vals), fmt.Sprintf("%#v", []any{"a", int64(1), nil, nil, nil}); got != want {
		t.Errorf("kept %s, want %s", got, want)
	}
	if h.Records(4) != nil || h.Records(90_000) != nil || h.Within(90_000, 5, 5) != nil {
		t.Error("records of a slot that never had any")
	}
	h.Drop(90_000)
	h.Prune(90_000, 5)
}

func TestHistory_RefusesNonsense(t *testing.T) {
	for name, damage := range map[string]func(*HistoryState){
		"another reach":  func(st *HistoryState) { st.Reach++ },
		"another room":   func(st *HistoryState) { st.Keep++ },
		"sizes missing":  func(st *HistoryState) { st.Sizes = nil },
		"absurd size":    func(st *HistoryState) { st.Sizes[0] = 1 << 31 },
		"absurd slot":    func(st *HistoryState) { st.Slots[0] = 1 << 31 },
		"masks missing":  func(st *HistoryState) { st.Masks, st.Widths = nil, nil },
		"width missing":  func(st *HistoryState) { st.Widths = nil },
		"absurd width":   func(st *HistoryState) { st.Widths[0] = 1 << 31 },
		"second missing": func(st *HistoryState) { st.Records.Seconds = nil },
		"no such source": func(st *HistoryState) { st.Records.Sources[0] = 7 },
		"values missing": func(st *HistoryState) { st.Records.Values.Kinds = nil },
		"text missing":   func(st *HistoryState) { st.Records.Values.Texts = nil },
		"number missing": func(st *HistoryState) { st.Records.Values.Words = nil },
		"unknown kind":   func(st *HistoryState) { st.Records.Values.Kinds[1] = 99 },
	} {
		t.Run(name, func(t *testing.T) {
			h := NewHistory(100, 5)
			h.Add(1, 50, Order{Source: "x"}, 1, []any{"text", int64(1)})
			st := h.State()
			if _, err := RestoreHistory(100, 5, st); err != nil {
				t.Fatalf("before the damage: %v", err)
			}
			damage(&st)
			if _, err := RestoreHistory(100, 5, st); err == nil {
				t.Error("no error")
			}
		})
	}
	if _, err := RestoreHistory(100, 0, HistoryState{Reach: 100}); err == nil {
		t.Error("room for nothing is no error")
	}
}
