package corpus

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

func TestMixed_IsTheSameEachTimeAndOfTheSizeAskedFor(t *testing.T) {
	const size = 1_000_000
	read := func(seed uint64) []byte {
		name, err := Mixed(t.TempDir(), seed, size)
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	first, again, other := read(1), read(1), read(2)
	if len(first) < size || len(first) > size+20_000 {
		t.Errorf("%d bytes, want a record more than %d at most", len(first), size)
	}
	if !bytes.Equal(first, again) || bytes.Equal(first, other) {
		t.Errorf("the same seed gives the same log: %v, another gives another: %v", bytes.Equal(first, again), !bytes.Equal(first, other))
	}
	for _, form := range []string{"u'", " (worker)] ", "Traceback (most recent call last)"} {
		if !bytes.Contains(first, []byte(form)) {
			t.Errorf("%q is missing: both Pythons, with tracebacks", form)
		}
	}
}

func TestOnce_KeepsNothingHalfDone(t *testing.T) {
	name := t.TempDir() + "/log"
	broken := func(unfinished string) error { return os.Mkdir(unfinished+"/no/such", 0o755) }
	if _, err := once(name, broken); err == nil {
		t.Fatal("no error")
	}
	made := 0
	for range 2 {
		got, err := once(name, func(unfinished string) error { made++; return os.WriteFile(unfinished, nil, 0o644) })
		if err != nil || got != name {
			t.Errorf("once = %q, %v", got, err)
		}
	}
	if made != 1 {
		t.Errorf("made %d times, want once", made)
	}
}

func TestNextRecord_SkipsTracebacks(t *testing.T) {
	const log = "Mon Nov 18 a\n  File \"x.py\"\nMon Nov 18 b\n"
	if got, want := nextRecord([]byte(log), 3), strings.LastIndex(log, "Mon"); got != want {
		t.Errorf("next record at %d, want %d", got, want)
	}
	if got := nextRecord([]byte(log), 30); got != -1 {
		t.Errorf("next record at %d, want none", got)
	}
}
