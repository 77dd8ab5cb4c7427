package smartylog

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// drawnMessage is an event with pairs, whole and broken ones.
func drawnMessage(t *rapid.T) string {
	keys := []string{"ip=", "reason=", "login=", " reason = ", "'ip'=", "stacktrace=", "programms_imported=", "word", "\n ip="}
	values := []string{"'x'", "u'y'", "'", "[1, ", "{'a': [1]}", "<Client: 1>", "<Client: ", "12", "1 day, 0:00:01", "None", "text ip='6", "", " ", "'a' 'b'"}
	b := []string{rapid.SampledFrom([]string{"LOGIN_ERROR", "EPG_IMPORT_ERROR", "SOMETHING_ELSE"}).Draw(t, "event")}
	for range rapid.IntRange(0, 6).Draw(t, "pairs") {
		b = append(b, rapid.SampledFrom(keys).Draw(t, "key")+rapid.SampledFrom(values).Draw(t, "value"))
	}
	if rapid.IntRange(0, 4).Draw(t, "trace") == 0 {
		b = append(b, "\nTraceback (most recent call last):\nKeyError: 'a'")
	}
	return strings.Join(b, " ")
}

// logged is a log of such messages, all of one second.
func logged(messages ...string) string {
	var log strings.Builder
	for _, m := range messages {
		log.WriteString("Fri Mar 24 10:22:35+0300 2017 DEBUG api:621 get[83630.MainThread] " + m + "\n")
	}
	return log.String()
}

// A key has the same value whichever others were asked for before, and so has the whole.
func TestRecord_LookupAsDecode(t *testing.T) {
	behind := 0
	rapid.Check(t, func(t *rapid.T) {
		rec := &Record{}
		if err := NewScanner(strings.NewReader(logged(drawnMessage(t), "")), 0, Options{}).Next(rec); err != nil {
			t.Fatal(err)
		}
		want := rec.Clone().Decode()
		names := []string{"ip", "reason", "login", "stacktrace", "programs_imported", "programms_imported", "other"}
		for _, name := range rapid.Permutation(names).Draw(t, "asked") {
			got, ok := rec.Lookup(name)
			wanted, has := want.Get(name)
			if other, aliased := keyAlias(name); !has && aliased {
				wanted, has = want.Get(other)
			}
			if ok != has || !cmp.Equal(got, wanted) {
				t.Fatalf("%q: %s is %v, %t, not %v, %t", rec.Raw, name, got, ok, wanted, has)
			}
			if ok && !rec.split {
				behind++
			}
		}
		whole := rec.Clone()
		whole.Decode()
		if d := cmp.Diff(want, rec.Decode()); d != "" || rec.Flags != whole.Flags {
			t.Fatalf("%q: flags %v, not %v\n%s", rec.Raw, rec.Flags, whole.Flags, d)
		}
	})
	if behind < 5 {
		t.Errorf("%d values were found without looking at all pairs: it proves too little", behind)
	}
}

// Whoever keeps the doubt in a record comes to the same end as IsSuspect.
func TestRecord_DoubtAsIsSuspect(t *testing.T) {
	held, asked := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		s := NewScanner(strings.NewReader(logged(drawnMessage(t), drawnMessage(t), "")), 0, Options{})
		var rec Record
		for s.Next(&rec) == nil {
			before, d := rec.Doubt()
			kept := append([]byte(nil), before...)
			want := rec.IsSuspect()
			if before == nil {
				continue
			}
			if got := d.Holds(kept); got != want {
				t.Fatalf("%q after %q: %t, not %t", rec.Raw, kept, got, want)
			}
			if again, _ := rec.Doubt(); again != nil {
				t.Fatalf("%q is in doubt though IsSuspect was asked", rec.Raw)
			}
			if asked++; want {
				held++
			}
		}
	})
	if held < 5 || asked < 2*held {
		t.Errorf("%d of %d doubts held: it proves too little", held, asked)
	}
}
