package engine

import (
	"fmt"
	"testing"

	"github.com/smarty-alert/smarty-alert/redact"
)

// TestRecent_SharesRecords has three rules want more records of a second than each keeps,
// one after the other: what one has let go, and another took the place of, must not be
// taken for the record itself.
func TestRecent_SharesRecords(t *testing.T) {
	const n = 3 * keptSamples
	var p recordPool
	var held arrivals
	held.records = make([]arrivedRecord, n)
	for i := range held.records {
		held.records[i].At = int64(i)
		held.records[i].sample.text = held.append(fmt.Appendf(nil, "record %d", i))
	}
	var wanted [3]recent
	for i := range wanted {
		for k := range held.records {
			wanted[i].add(&p, &arrived{arrivedRecord: &held.records[k], among: &held, record: int32(k), Key: []byte("x")})
			newest := wanted[i].ring[(wanted[i].next+len(wanted[i].ring)-1)%len(wanted[i].ring)].of.now()
			if want := fmt.Sprintf("record %d", k); string(newest.Text) != want {
				t.Fatalf("rule %d keeps %q, want %q", i, newest.Text, want)
			}
		}
	}
	kept := haveNewest(t, wanted[:], n)
	p.part(&held)
	clear(held.bytes)
	clear(held.records)
	haveNewest(t, wanted[:], n)
	for i := range wanted {
		if got := wanted[i].of([]byte("x"), n-3, redact.New(nil, nil)); len(got) != 2 || got[1].Text != fmt.Sprintf("record %d", n-1) {
			t.Errorf("samples %v, want the last two", got)
		}
	}
	if len(kept) != keptSamples {
		t.Errorf("%d records are kept, want %d: rules share them", len(kept), keptSamples)
	}
	if len(kept)+len(p.spare) != n {
		t.Errorf("%d are kept and %d spare, want %d together", len(kept), len(p.spare), n)
	}
}

// haveNewest fails unless each of the rules keeps the newest of n records, and returns what they keep.
func haveNewest(t *testing.T, wanted []recent, n int) map[*keptRecord]bool {
	t.Helper()
	kept := map[*keptRecord]bool{}
	for i := range wanted {
		for k, m := range wanted[i].ring {
			kept[m.of] = true
			at := n - keptSamples + (k-wanted[i].next+keptSamples)%keptSamples
			sm := m.of.now()
			if want := fmt.Sprintf("record %d", at); string(sm.Text) != want || sm.At != int64(at) || m.of.at() != sm.At {
				t.Fatalf("rule %d keeps %q of second %d, want %q", i, sm.Text, sm.At, want)
			}
		}
	}
	return kept
}

// TestHold has seconds evaluated of which some have few records, and some so much text that
// hardly two can be held: what rules keep of them is the same when all are used again.
func TestHold(t *testing.T) {
	var p recordPool
	var wanted recent
	n, next, most := 0, 0, 0
	for i := range 300 {
		a := &arrivals{}
		for range []int{fewToHold, 1, fewToHold}[i%3] {
			a.records = append(a.records, arrivedRecord{At: int64(n), sample: excerpt{text: a.append(fmt.Appendf(nil, "record %d", n))}})
			n++
		}
		if i >= 150 {
			a.bytes = append(a.bytes, make([]byte, heldBytes/(1+i%5))...)
		}
		for k := range a.records {
			wanted.add(&p, &arrived{arrivedRecord: &a.records[k], among: a, record: int32(k), Key: []byte("x")})
		}
		p.hold(a, func(done *arrivals) {
			if at := int(done.records[0].At); done != a && at < next {
				t.Fatalf("the arrivals of second %d are done with after those of %d", at, next)
			} else if done != a {
				next = at
			}
			clear(done.records)
			clear(done.bytes)
		})
		if most = max(most, len(p.held)); p.size != roomOf(p.held) || p.size > heldBytes {
			t.Fatalf("%d bytes are held, want at most %d and %d", roomOf(p.held), heldBytes, p.size)
		}
	}
	if most < 10 || len(p.held) >= most {
		t.Errorf("%d seconds are held at most and %d large ones, want more small ones", most, len(p.held))
	}
	haveNewest(t, []recent{wanted}, n)
}

func roomOf(held []*arrivals) (size int) {
	for _, a := range held {
		size += a.room()
	}
	return size
}
