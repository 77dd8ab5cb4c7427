package anonymise_test

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/smarty-alert/smarty-alert/anonymise"
	"github.com/smarty-alert/smarty-alert/loggen"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// generated is a log with every event of the generator.
func generated(t reporter, seed uint64, python int, length time.Duration) []byte {
	t.Helper()
	g, err := loggen.New(loggen.Options{Seed: seed, Start: time.Date(2024, 11, 18, 6, 0, 0, 0, time.UTC), Duration: length, Rate: 10, Python: python,
		Bursts: []loggen.Burst{{Event: loggen.Unhandled, For: length, Rate: 0.02}, {Event: "ACCOUNT_ACTIVATED", For: length, Rate: 0.1},
			{Event: "CUSTOMER_CHANGED", For: length, Rate: 0.2}, {Event: "NOTIFY_ERROR", For: length, Rate: 0.1}}})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	for rec, ok := g.Next(); ok; rec, ok = g.Next() {
		out.Write(rec.Text)
	}
	return out.Bytes()
}

// records reads a log; the records are copies.
func records(t reporter, log []byte) (all []*smartylog.Record) {
	t.Helper()
	scan := smartylog.NewScanner(bytes.NewReader(log), 0, smartylog.Options{})
	var rec smartylog.Record
	for {
		err := scan.Next(&rec)
		if err == io.EOF && scan.Flush(&rec) {
			err = nil
		}
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, rec.Clone())
	}
}

// shape is a record without what may differ: what the values of texts and numbers are.
func shape(rec *smartylog.Record) string {
	c := rec.Decode()
	var out strings.Builder
	fmt.Fprintf(&out, "%d %d %s %v %+v\n", rec.Sec, rec.Offset, rec.Event, rec.Flags.Names(), rec.Header())
	x, _ := rec.Exception()
	fmt.Fprintf(&out, "%s %s\n", x.Type, x.Frame)
	for _, p := range c.Pairs {
		fmt.Fprintf(&out, "%s %s\n", p.Key, kind(p.Value))
	}
	return out.String()
}

// kind is the type of a value and of what it holds.
func kind(v any) string {
	switch v := v.(type) {
	case smartylog.Dict:
		var out []string
		for _, p := range v {
			out = append(out, p.Key+": "+kind(p.Value))
		}
		return "{" + strings.Join(out, ", ") + "}"
	case []any:
		var out []string
		for _, item := range v {
			out = append(out, kind(item))
		}
		return "[" + strings.Join(out, ", ") + "]"
	case bool:
		return fmt.Sprint(v)
	}
	return fmt.Sprintf("%T", v)
}

func compare(t reporter, before, after []*smartylog.Record) {
	if len(before) != len(after) {
		t.Errorf("%d records became %d", len(before), len(after))
		return
	}
	for i := range before {
		if diff := cmp.Diff(shape(before[i]), shape(after[i])); diff != "" {
			t.Errorf("%s\nbecame\n%s\n(-before +after):\n%s", before[i].Raw, after[i].Raw, diff)
			return
		}
	}
}

func TestCopy_KeepsRecordsAsTheyAre(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		log := generated(t, rapid.Uint64().Draw(t, "seed"), rapid.SampledFrom([]int{2, 3}).Draw(t, "python"), 15*time.Second)
		out, rep := anonymised(t, newAnonymiser(t, anonymise.Options{Key: rapid.SliceOfN(rapid.Byte(), 16, 40).Draw(t, "key")}), log)
		before := records(t, log)
		compare(t, before, records(t, out))
		if rep.Records != int64(len(before)) || rep.Dropped > 0 || rep.Cut > 0 {
			t.Errorf("report says %d records, %d cut, %d bytes dropped; there are %d", rep.Records, rep.Cut, rep.Dropped, len(before))
		}
	})
}

// Two values of a key are equal afterwards if and only if they were before,
// whatever era wrote them.
func TestCopy_KeepsWhatIsEqual(t *testing.T) {
	for seed := range uint64(3) {
		log := append(generated(t, seed, 2, 10*time.Minute), generated(t, seed, 3, 10*time.Minute)...)
		out, _ := anonymised(t, newAnonymiser(t, anonymise.Options{}), log)
		before, after := records(t, log), records(t, out)
		compare(t, before, after)
		to, from := map[string]map[string]string{}, map[string]map[string]string{}
		for i := range before {
			a, b := before[i].Decode().Pairs, after[i].Decode().Pairs
			for j := range a {
				pairUp(t, to, from, a[j].Key, a[j].Value, b[j].Value)
			}
		}
		if len(to["abonement"]) < 50 || len(to["firstname"]) < 5 || len(to["device_uid"]) < 50 {
			t.Errorf("only %d abonements, %d first names, %d devices were compared", len(to["abonement"]), len(to["firstname"]), len(to["device_uid"]))
		}
	}
}

// joined are keys whose values are of one kind: a customer's number is the same
// customer's under each.
var joined = map[string]string{"customer_id": "number", "account_id": "number", "abonement": "number", "client": "client", "id": "number"}

func pairUp(t *testing.T, to, from map[string]map[string]string, key string, a, b any) {
	switch a := a.(type) {
	case smartylog.Dict:
		for i, p := range a {
			pairUp(t, to, from, p.Key, p.Value, b.(smartylog.Dict)[i].Value)
		}
		return
	case []any:
		for i, item := range a {
			pairUp(t, to, from, key, item, b.([]any)[i])
		}
		return
	}
	x, y := fmt.Sprint(a), fmt.Sprint(b)
	names := []string{key}
	if name, ok := joined[key]; ok {
		names = append(names, name)
	}
	for _, name := range names {
		if to[name] == nil {
			to[name], from[name] = map[string]string{}, map[string]string{}
		}
		if old, ok := to[name][x]; ok && old != y {
			t.Fatalf("%s: %q became %q and %q", name, x, old, y)
		}
		if old, ok := from[name][y]; ok && old != x {
			t.Fatalf("%s: %q and %q both became %q", name, x, old, y)
		}
		to[name][x], from[name][y] = y, x
	}
}

func TestCopy_OneKeyOneResult(t *testing.T) {
	log := generated(t, 5, 2, 5*time.Minute)
	once, _ := anonymised(t, newAnonymiser(t, anonymise.Options{}), log)
	var chunked bytes.Buffer
	if err := newAnonymiser(t, anonymise.Options{}).Copy(&chunked, iotest.OneByteReader(bytes.NewReader(log)), &anonymise.Report{}); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(once, chunked.Bytes()) {
		t.Error("the result depends on how the bytes arrive")
	}
	other, _ := anonymised(t, newAnonymiser(t, anonymise.Options{Key: []byte("another key, long enough")}), log)
	a, b := records(t, once), records(t, other)
	same := 0
	for i := range a {
		if v, ok := a[i].Lookup("device_uid"); ok {
			if w, _ := b[i].Lookup("device_uid"); v == w {
				same++
			}
		}
	}
	if same > 0 || bytes.Equal(once, other) {
		t.Errorf("another key gave %d devices the same stand-in", same)
	}
}

// What is broken stays what it was: nothing that a cut, a splice or a flipped
// byte does to a log stops it from being rewritten.
func TestCopy_MutatedLogs(t *testing.T) {
	whole := slices.Concat(sample(t, "samples"), sample(t, "malformed"))
	rapid.Check(t, func(t *rapid.T) {
		from := rapid.IntRange(0, len(whole)-1).Draw(t, "from")
		log := bytes.Clone(whole[from:min(len(whole), from+rapid.IntRange(1, 6000).Draw(t, "length"))])
		for range rapid.IntRange(0, 6).Draw(t, "mutations") {
			at := rapid.IntRange(0, len(log)-1).Draw(t, "at")
			switch rapid.IntRange(0, 3).Draw(t, "how") {
			case 0:
				log[at] = rapid.Byte().Draw(t, "byte")
			case 1:
				log = slices.Delete(log, at, min(len(log), at+rapid.IntRange(0, 40).Draw(t, "n")))
			case 2:
				log = slices.Insert(log, at, whole[from:min(len(whole), from+rapid.IntRange(0, 300).Draw(t, "n"))]...)
			case 3:
				log = slices.Insert(log, at, []byte(rapid.SampledFrom([]string{"'", "\n", "{", "<", "\x00", "\\", "Иван Петров", "+79001234567", "password="}).Draw(t, "text"))...)
			}
			if len(log) == 0 {
				return
			}
		}
		out, _ := anonymised(t, newAnonymiser(t, anonymise.Options{}), log)
		before, after := records(t, log), records(t, out)
		if len(before) != len(after) {
			t.Errorf("%d records became %d:\n%q\n%q", len(before), len(after), log, out)
		}
		for i := range min(len(before), len(after)) {
			if before[i].Sec != after[i].Sec || before[i].Event != after[i].Event {
				t.Errorf("%s\nbecame\n%s", before[i].Raw, after[i].Raw)
			}
		}
	})
}

func FuzzCopy(f *testing.F) {
	for i, rec := range append(records(f, sample(f, "samples")), records(f, sample(f, "malformed"))...) {
		if len(rec.Raw) < 4096 && i%3 == 0 {
			f.Add(rec.Raw)
		}
	}
	f.Add([]byte("Fri Mar 24 10:22:35+0300 2017 INFO a:1 b[1.c] X a=<Account: 5 (x)> 'password' = {'k': u'\\u0418"))
	a := newAnonymiser(f, anonymise.Options{})
	f.Fuzz(func(t *testing.T, log []byte) {
		out, rep := anonymised(t, a, log)
		if n := len(records(t, log)); rep.Records != int64(n) {
			t.Errorf("%d records, reported %d", n, rep.Records)
		}
		if again, _ := anonymised(t, a, log); !bytes.Equal(out, again) {
			t.Error("twice the same log gave different results")
		}
	})
}

func BenchmarkCopy(b *testing.B) {
	log := generated(b, 1, 3, 5*time.Minute)
	a := newAnonymiser(b, anonymise.Options{})
	b.SetBytes(int64(len(log)))
	for b.Loop() {
		if err := a.Copy(io.Discard, bytes.NewReader(log), &anonymise.Report{}); err != nil {
			b.Fatal(err)
		}
	}
}
