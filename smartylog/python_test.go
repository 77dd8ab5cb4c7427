package smartylog_test

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// pairsVariable names one more file of pairs, fresh from Python: make values.
const pairsVariable = "SMARTY_ALERT_PAIRS"

// printed is a value as Python printed it, and what it should be as JSON.
type printed struct {
	Number, Era int // 0, 0 in the first two files
	Repr        string
	Want        json.RawMessage
}

// The pairs of the first two files were rendered by Python 2.7 and 3.11, which
// kept no order of keys, those of the others by testdata/python/values.py.
func TestParseValue_AgainstPython(t *testing.T) {
	files := []struct {
		name  string
		pairs int // at least
	}{
		{"testdata/python2-values.jsonl", 600},
		{"testdata/python3-values.jsonl", 600},
		{"testdata/python-pairs.jsonl", 5000},
	}
	if fresh := os.Getenv(pairsVariable); fresh != "" {
		files = append(files[:0], struct {
			name  string
			pairs int
		}{fresh, 1})
	}
	for _, file := range files {
		read, wrong := 0, 0
		for c := range pairsOf(t, file.name) {
			read++
			if fault := c.fault(); fault != "" {
				if wrong++; wrong <= 20 {
					t.Errorf("%s: value %d, Python %d: ParseValue(%q) %s", file.name, c.Number, c.Era, c.Repr, fault)
				}
			}
		}
		if read < file.pairs || wrong > 0 {
			t.Errorf("%s: %d pairs, %d differ, want at least %d and 0", file.name, read, wrong, file.pairs)
		}
		t.Logf("%s: %d pairs, %d differ", file.name, read, wrong)
	}
}

// pairsOf reads a file line by line.
func pairsOf(t *testing.T, name string) func(yield func(printed) bool) {
	return func(yield func(printed) bool) {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		lines := bufio.NewScanner(f)
		lines.Buffer(nil, 16<<20)
		for lines.Scan() {
			var c printed
			if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
				t.Fatalf("%s: %v in %q", name, err, lines.Bytes())
			}
			if !yield(c) {
				return
			}
		}
		if err := lines.Err(); err != nil {
			t.Fatal(err)
		}
	}
}

// fault says how the value that is read differs from the one that was printed.
func (c *printed) fault() string {
	v, eaten, err := smartylog.ParseValue([]byte(c.Repr))
	if err != nil || eaten != len(c.Repr) {
		return fmt.Sprintf("ate %d of %d bytes, error %v, want %s", eaten, len(c.Repr), err, c.Want)
	}
	want, got := []byte(c.Want), smartylog.AppendValue(nil, v)
	if c.Era == 0 {
		want, got = sorted(want), sorted(got)
	}
	return differs(want, got)
}

// sorted puts the keys of objects in alphabetical order.
func sorted(text []byte) []byte {
	var v any
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return text
	}
	out, err := json.Marshal(v)
	if err != nil {
		return text
	}
	return out
}

// differs compares two JSON texts token by token: the order of keys counts, and
// whether a number is an integer, but not how a float is written.
func differs(want, got []byte) string {
	w, g := json.NewDecoder(bytes.NewReader(want)), json.NewDecoder(bytes.NewReader(got))
	w.UseNumber()
	g.UseNumber()
	for {
		a, errA := w.Token()
		b, errB := g.Token()
		if errA != nil || errB != nil {
			if errors.Is(errA, io.EOF) && errors.Is(errB, io.EOF) {
				return ""
			}
			return fmt.Sprintf("= %s, want %s (%v)", got, want, cmp.Or(errB, errA))
		}
		if a != b && !sameFloat(a, b) {
			return fmt.Sprintf("= %s, want %s: %q instead of %q", got, want, b, a)
		}
	}
}

// sameFloat tells whether two tokens are the same float, bit for bit.
func sameFloat(a, b json.Token) bool {
	x, okX := a.(json.Number)
	y, okY := b.(json.Number)
	if !okX || !okY || !strings.ContainsAny(string(x), ".e") || !strings.ContainsAny(string(y), ".e") {
		return false
	}
	f, errF := strconv.ParseFloat(string(x), 64)
	g, errG := strconv.ParseFloat(string(y), 64)
	return errF == nil && errG == nil && math.Float64bits(f) == math.Float64bits(g)
}
