package windowing

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// groupsModel is a map of what Groups should hold.
type groupsModel map[string]uint32

func (m groupsModel) check(t *rapid.T, g *Groups) {
	if g.Len() != len(m) {
		t.Fatalf("len = %d, want %d", g.Len(), len(m))
	}
	for key, want := range m {
		if slot, ok := g.Find([]byte(key)); !ok || slot != want {
			t.Fatalf("find %q = %d %t, want %d", key, slot, ok, want)
		}
		if got := g.Key(want); string(got) != key {
			t.Fatalf("key of %d = %q, want %q", want, got, key)
		}
	}
	if got, want := slices.Collect(g.All()), slices.Sorted(maps.Values(m)); !slices.Equal(got, want) {
		t.Fatalf("all = %v, want %v", got, want)
	}
}

func TestGroups_LikeAMap(t *testing.T) {
	hashes := map[string]func([]byte) uint64{
		"xxh3":     nil,
		"constant": func([]byte) uint64 { return 7 },
		"length":   func(key []byte) uint64 { return uint64(len(key)) },
		"at the end of the table": func(key []byte) uint64 {
			return ^uint64(0) - uint64(len(key)%3)
		},
	}
	for name, hash := range hashes {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) { playGroups(t, hash) })
		})
	}
}

func playGroups(t *rapid.T, hash func([]byte) uint64) {
	g, m := NewGroups(), groupsModel{}
	g.hash = hash
	most := 0
	held := map[string][]byte{}
	for range 150 {
		key := randomKey(t)
		switch op := rapid.IntRange(0, 9).Draw(t, "op"); {
		case op < 5:
			slot, created := g.Slot([]byte(key))
			if old, ok := m[key]; ok == created || ok && old != slot {
				t.Fatalf("slot of %q = %d %t, want %d %t", key, slot, created, old, !ok)
			}
			m[key] = slot
			most = max(most, len(m))
			if int(slot) >= most {
				t.Fatalf("slot %d with at most %d groups", slot, most)
			}
			held[key] = g.Key(slot)
			_ = append(g.Key(slot), "must not reach the neighbour"...)
		case op < 8:
			if slot, ok := m[key]; ok {
				g.Remove(slot)
				g.Remove(slot) // the second time does nothing
				delete(m, key)
				if g.Key(slot) != nil {
					t.Fatalf("removed slot %d has a key", slot)
				}
			}
		case op == 8:
			g = restoredGroups(t, g, hash)
		default:
			original := g
			room := Measure(func(room *Room) { original.Clone(room) })
			room.Make()
			g = g.Clone(room)
			original.Slot([]byte("other")) // what happens to the one does not reach the other
			for slot := range original.All() {
				original.Remove(slot)
			}
			original.Slot([]byte("another"))
		}
		if _, ok := m[key]; !ok {
			if slot, ok := g.Find([]byte(key)); ok {
				t.Fatalf("found %q, which is not there, at %d", key, slot)
			}
		}
		m.check(t, g)
	}
	for key, bytes := range held {
		if string(bytes) != key {
			t.Fatalf("a key taken as %q became %q", key, bytes)
		}
	}
}

func randomKey(t *rapid.T) string {
	n := rapid.IntRange(0, 40).Draw(t, "key")
	if n == 40 {
		return strings.Repeat("long", 20_000)
	}
	return strings.Repeat(string(rune('a'+n%3)), n/3) // three of each length
}

// restoredGroups goes through a state, and checks that the copy hands out the same slots next.
func restoredGroups(t *rapid.T, g *Groups, hash func([]byte) uint64) *Groups {
	var buf bytes.Buffer
	if err := gob.NewEncoder(&buf).Encode(g.State()); err != nil {
		t.Fatal(err)
	}
	var st GroupsState
	if err := gob.NewDecoder(&buf).Decode(&st); err != nil {
		t.Fatal(err)
	}
	restore := func() *Groups {
		back, err := RestoreGroups(st)
		if err != nil {
			t.Fatal(err)
		}
		if hash != nil {
			back.rehash(hash)
		}
		return back
	}
	probe := restore()
	for i := range 5 {
		key := []byte(fmt.Sprint("new ", i))
		got, _ := probe.Slot(key)
		want, _ := g.Slot(key)
		if got != want {
			t.Fatalf("new slot after restore = %d, want %d", got, want)
		}
	}
	return restore()
}

// rehash gives restored groups the hash of a test.
func (g *Groups) rehash(hash func([]byte) uint64) {
	g.hash, g.index = hash, index{}
	for slot := range g.All() {
		tag := g.tag(g.Key(slot))
		g.records.at(slot).tag = tag
		g.index.put(tag, slot+1, g.tagOf)
	}
}

func TestGroups_ComingAndGoingLeaksNothing(t *testing.T) {
	g := NewGroups()
	for i := range 200_000 {
		slot, _ := g.Slot(fmt.Appendf(nil, "group number %d", i))
		if i >= 100 {
			old, ok := g.Find(fmt.Appendf(nil, "group number %d", i-100))
			if !ok {
				t.Fatalf("group %d is gone", i-100)
			}
			g.Remove(old)
		}
		if slot > 101 {
			t.Fatalf("slot %d for 101 groups", slot)
		}
	}
	room := 0
	for _, chunk := range g.keys.chunks {
		room += cap(chunk)
	}
	if room > 16<<10 || len(g.index.cells) > 256 || g.made > 101 {
		t.Errorf("100 groups take %d bytes of keys, %d cells, %d slots", room, len(g.index.cells), g.made)
	}
}

func TestGroups_RemoveWhileIterating(t *testing.T) {
	g := NewGroups()
	for i := range 1000 {
		g.Slot(fmt.Append(nil, i))
	}
	seen := 0
	for slot := range g.All() {
		seen++
		g.Remove(slot)
	}
	if seen != 1000 || g.Len() != 0 {
		t.Errorf("saw %d, left %d", seen, g.Len())
	}
	for slot := range g.All() {
		t.Errorf("slot %d of nothing", slot)
	}
}

func TestRestoreGroups_RefusesNonsense(t *testing.T) {
	g := NewGroups()
	for _, key := range []string{"a", "bb", "ccc", "dddd"} {
		g.Slot([]byte(key))
	}
	g.Remove(1)
	g.Remove(3)
	for name, damage := range map[string]func(*GroupsState){
		"too many slots":     func(st *GroupsState) { st.Made++ },
		"free slot twice":    func(st *GroupsState) { st.Free[0] = st.Free[1] },
		"free slot too high": func(st *GroupsState) { st.Free[0] = 9 },
		"keys cut off":       func(st *GroupsState) { st.Keys = st.Keys[:2] },
		"keys left over":     func(st *GroupsState) { st.Keys = append(st.Keys, 'x') },
		"the same key twice": func(st *GroupsState) { st.Keys, st.Sizes = []byte("aa"), []uint32{1, 1} },
	} {
		t.Run(name, func(t *testing.T) {
			st := g.State()
			if _, err := RestoreGroups(st); err != nil {
				t.Fatalf("before the damage: %v", err)
			}
			damage(&st)
			if _, err := RestoreGroups(st); err == nil {
				t.Error("no error")
			}
		})
	}
}
