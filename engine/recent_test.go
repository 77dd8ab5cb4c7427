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
	records := make([]arrivedRecord, n)
	for i := range records {
		records[i].At = int64(i)
		records[i].sample.text = held.append(fmt.Appendf(nil, "record %d", i))
	}
	var wanted [3]recent
	for i := range wanted {
		for k := range records {
			wanted[i].add(&p, &arrived{arrivedRecord: &records[k], texts: held.bytes, Key: []byte("x")})
			newest := wanted[i].ring[(wanted[i].next+len(wanted[i].ring)-1)%len(wanted[i].ring)]
			if want := fmt.Sprintf("record %d", k); string(newest.of.Text) != want {
				t.Fatalf("rule %d keeps %q, want %q", i, newest.of.Text, want)
			}
		}
	}
	kept := map[*keptRecord]bool{}
	for i := range wanted {
		for k, m := range wanted[i].ring {
			kept[m.of] = true
			at := n - keptSamples + (k-wanted[i].next+keptSamples)%keptSamples
			if want := fmt.Sprintf("record %d", at); string(m.of.Text) != want || m.of.At != int64(at) {
				t.Fatalf("rule %d keeps %q of second %d, want %q", i, m.of.Text, m.of.At, want)
			}
		}
		if got := wanted[i].of([]byte("x"), n-3, redact.New(nil, nil)); len(got) != 2 || got[1].Text != fmt.Sprintf("record %d", n-1) {
			t.Errorf("samples %v, want the last two", got)
		}
	}
	if len(kept) != keptSamples {
		t.Errorf("%d records are kept, want %d: rules share them", len(kept), keptSamples)
	}
	if len(kept)+len(p.spare) > 2*keptSamples+1 {
		t.Errorf("%d are kept and %d spare", len(kept), len(p.spare))
	}
}
