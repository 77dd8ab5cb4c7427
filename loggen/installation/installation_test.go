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

func TestNext_SameOptionsSameBytes(t *testing.T) {
	want := map[int]string{2: "b3ce3520a7ab464b3a1c0ebc86e12428bd7c7000a58644b7fbd9b21bdab45fb4", 3: "dd481f4b3edbc9b3f2adc39327d9cd5a71f8c5a0fd70eb84e447d9d5c151143b"}
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
