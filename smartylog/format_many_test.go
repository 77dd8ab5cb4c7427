package smartylog_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// A record with very many keys, or a dict with them, is read as others are: the
// first of repeated keys counts, all are listed.
func TestFormat23_ManyKeys(t *testing.T) {
	const n = 4000
	var pairs, dict strings.Builder
	for i := range n {
		fmt.Fprintf(&pairs, " k%d=%d", i, i)
		fmt.Fprintf(&dict, "'k%d': %d, ", i, i)
	}
	r := one(t, head+"X"+pairs.String()+" k0='again' k3999='again'\n")
	if c := r.Decode(); len(c.Pairs) != n+2 || !r.Flags.Has(smartylog.DuplicateKey) {
		t.Fatalf("%d pairs, flags %v; want %d and duplicate_key", len(c.Pairs), r.Flags.Names(), n+2)
	}
	for _, key := range []int{0, 40, n - 1} {
		if v, _ := r.Lookup(fmt.Sprintf("k%d", key)); v != int64(key) {
			t.Errorf("k%d = %v", key, v)
		}
	}
	d := one(t, head+"X d={"+dict.String()+"'k0': 'again'}\n")
	for name, text := range map[string]string{
		"record": string(smartylog.AppendValue(nil, r.Decode().Pairs)),
		"dict":   string(smartylog.AppendValue(nil, d.Decode().Pairs[0].Value)),
	} {
		if strings.Count(text, `"k`) != n || strings.Contains(text, "again") || !strings.HasPrefix(text, `{"k0":0,"k1":1,`) || !strings.HasSuffix(text, `,"k3999":3999}`) {
			t.Errorf("%s: JSON of %d keys: %.60s … %s", name, strings.Count(text, `"k`), text, text[len(text)-60:])
		}
	}
	if flags := flagsOf(one(t, head+"X"+pairs.String()+"\n")); flags != "" {
		t.Errorf("flags %q of keys that differ", flags)
	}
}

// BenchmarkHostile reads records of a quarter of a MiB that are made to cost much:
// the time must stay in proportion to their size.
func BenchmarkHostile(b *testing.B) {
	for _, part := range []string{" k%x=1", " aa=[1 2]", " aa=[", " aa=<x", " aa={'a': ", " a=<R>", " reason=", "[1."} {
		b.Run(strings.TrimSpace(part), func(b *testing.B) {
			built := []byte(head + "custom_event")
			for i := 0; len(built) < smartylog.MaxRecord-100; i++ {
				built = append(built, strings.ReplaceAll(part, "%x", strconv.Itoa(i))...)
			}
			text := string(built)
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				s := smartylog.NewScanner(strings.NewReader(text+"\n"), 0, smartylog.Options{})
				r := new(smartylog.Record)
				_ = s.Next(r)
				s.Flush(r)
				sink += int64(len(r.AppendJSON(nil, false)))
			}
		})
	}
}
