package installation

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"
)

var moscow = time.FixedZone("MSK", 3*3600)

// monday is 18 November 2024, 00:00 in Moscow.
var monday = time.Date(2024, 11, 18, 0, 0, 0, 0, moscow)

// kept is a record with its own copy of the text.
type kept struct {
	Record
	text string
}

func collect(t testing.TB, o Options) ([]kept, []Truth) {
	t.Helper()
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	var out []kept
	for rec, ok := s.Next(); ok; rec, ok = s.Next() {
		out = append(out, kept{rec, string(rec.Text)})
	}
	return out, s.Truths()
}

// evening is a run of two hours, small enough to look at.
func evening(incidents ...Incident) Options {
	return Options{Seed: 5, Start: monday.Add(18 * time.Hour), Duration: 2 * time.Hour, Zone: moscow, Subscribers: 3000, Servers: 2, Incidents: incidents}
}

func TestNext_SameOptionsSameBytes(t *testing.T) {
	want := map[int]string{2: "0d8ebc833c5717bb068ba6e286dfa77f56956f4904f965b8f9e582360265d39a", 3: "2c7bee6cb780e898301122b2299d38931529d062a1523593506b1924c5634783"}
	for python, sum := range want {
		o := Options{Seed: 5, Start: monday, Duration: 24 * time.Hour, Zone: moscow, Subscribers: 500, Servers: 2, Python: python}
		var err error
		if o.Incidents, err = Draw(o, 30, 0, o.Duration); err != nil {
			t.Fatal(err)
		}
		records, truths := collect(t, o)
		h := sha256.New()
		for _, rec := range records {
			fmt.Fprintln(h, rec.Server, rec.Log, rec.Incident, rec.text)
		}
		var b strings.Builder
		if err := WriteTruths(&b, truths); err != nil {
			t.Fatal(err)
		}
		h.Write([]byte(b.String()))
		if got := hex.EncodeToString(h.Sum(nil)); got != sum {
			t.Errorf("python %d: SHA-256 of the run = %s, want %s", python, got, sum)
		}
	}
}
