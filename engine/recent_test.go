package engine

import (
	"fmt"
	"testing"

	"github.com/smarty-alert/smarty-alert/redact"
)

// holder is an engine of so many rules that only takes samples.
func holder(rules int) *Engine {
	e := &Engine{pending: newPending()}
	for range rules {
		e.rules = append(e.rules, &ruleState{})
	}
	return e
}

// record adds record n to arrivals, which all the engine's rules want.
func (e *Engine) record(a *arrivals, n int) {
	a.records = append(a.records, arrivedRecord{At: int64(n), sample: excerpt{text: a.append(fmt.Appendf(nil, "record %d", n))}})
	for i := range e.rules {
		a.add(int32(i), nil).key = a.append([]byte("x"))
	}
}

// takeRecent has a rule take its arrivals.
func (e *Engine) takeRecent(a *arrivals, rule int) {
	for i := range a.list {
		if a.list[i].rule == int32(rule) {
			e.rules[rule].recent.add(&e.kept, &arrived{among: a, arrival: int32(i)})
		}
	}
}

// haveNewest fails unless each rule has the newest of n records, and returns the copies that they have.
func (e *Engine) haveNewest(t *testing.T, n int) map[*keptRecord]bool {
	t.Helper()
	copies := map[*keptRecord]bool{}
	for i, r := range e.rules {
		if len(r.recent.ring) != keptSamples {
			t.Fatalf("rule %d has %d records, want %d", i, len(r.recent.ring), keptSamples)
		}
		for k := range r.recent.ring {
			m := &r.recent.ring[k]
			if m.of != nil {
				copies[m.of] = true
			}
			at := n - keptSamples + (k-r.recent.next+keptSamples)%keptSamples
			if sm := m.sample(); string(sm.Text) != fmt.Sprintf("record %d", at) || sm.At != int64(at) || m.second() != sm.At {
				t.Fatalf("rule %d has %q of second %d, want record %d", i, sm.Text, sm.At, at)
			}
		}
	}
	return copies
}

// TestRecent_SharesRecords has three rules want more records of a second than each keeps,
// one after the other: what one has let go must not be taken for what it has, and what
// several have is copied once.
func TestRecent_SharesRecords(t *testing.T) {
	const n = 3 * keptSamples
	e, a := holder(3), &arrivals{}
	for i := range n {
		e.record(a, i)
	}
	for i := range e.rules {
		e.takeRecent(a, i)
	}
	if copies := e.haveNewest(t, n); len(copies) > 0 {
		t.Errorf("%d records are copied already", len(copies))
	}
	e.letGo(a)
	clear(a.bytes)
	if copies := e.haveNewest(t, n); len(copies) != keptSamples {
		t.Errorf("%d records are copied, want %d: rules share them", len(copies), keptSamples)
	}
	for i, r := range e.rules {
		if got := r.recent.of([]byte("x"), n-3, redact.New(nil, nil)); len(got) != 2 || got[1].Text != fmt.Sprintf("record %d", n-1) {
			t.Errorf("rule %d shows %v, want the last two", i, got)
		}
		if got := r.recent.of([]byte("y"), 0, redact.New(nil, nil)); got != nil {
			t.Errorf("rule %d shows %v for a group that has none", i, got)
		}
	}

	b := &arrivals{}
	for i := range keptSamples {
		e.record(b, n+i)
	}
	for i := range e.rules {
		e.takeRecent(b, i)
	}
	if len(e.kept.spare) != keptSamples {
		t.Errorf("%d copies are spare when no rule has them, want %d", len(e.kept.spare), keptSamples)
	}
	e.letGo(b)
	e.haveNewest(t, n+keptSamples)
	if len(e.kept.spare) != 0 {
		t.Errorf("%d copies are spare, want the memory used again", len(e.kept.spare))
	}
}

// TestRecent_Hold has seconds evaluated of which some have few records, and some so much text
// that hardly two can be held: what rules have is the same when the memory of all is used again.
func TestRecent_Hold(t *testing.T) {
	e := holder(2)
	n, most := 0, 0
	for i := range 300 {
		a := e.pending.empty()
		for range []int{fewToHold, 1, fewToHold / 2}[i%3] {
			e.record(a, n)
			n++
		}
		if i >= 150 {
			a.bytes = append(a.bytes, make([]byte, heldBytes/(1+i%5))...)
		}
		for rule := range e.rules {
			e.takeRecent(a, rule)
		}
		if e.hold(a); n >= keptSamples {
			e.haveNewest(t, n)
		}
		room := 0
		for _, a := range e.kept.held {
			room += a.room()
		}
		if most = max(most, len(e.kept.held)); room != e.kept.room || room > heldBytes {
			t.Fatalf("%d bytes are held, want at most %d and %d", room, heldBytes, e.kept.room)
		}
	}
	if most < 10 || len(e.kept.held) >= most {
		t.Errorf("%d seconds are held at most and %d large ones, want more small ones", most, len(e.kept.held))
	}
	e.holdNone()
	e.haveNewest(t, n)
	if len(e.kept.held) != 0 || e.kept.room != 0 {
		t.Errorf("%d seconds are held", len(e.kept.held))
	}
}
