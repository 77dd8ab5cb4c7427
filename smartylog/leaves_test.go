package smartylog_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

const leafHeader = "Fri Mar 24 10:22:35+0300 2017 DEBUG api:621 get[83630.Thread-3] "

func TestRecord_Leaves(t *testing.T) {
	for message, want := range map[string][]string{
		"LOGIN_SUCCESS params={u'abonement': u'100245', 'n': [1, -2L]} 'ip'='127.0.0.1'": {"key params u'abonement'", "text params.abonement u'100245'",
			"key params 'n'", "number params.n[0] 1", "number params.n[1] -2L", "text ip '127.0.0.1'"},
		"X params=<QueryDict: {u'a': [u'b'], u'c': [u'd', u'e']}> o=<Account: 5 (Иван)>": {"key params u'a'", "text params.a u'b'",
			"key params u'c'", "text params.c[0] u'd'", "text params.c[1] u'e'", "object o <Account: 5 (Иван)>"},
		"X a=<QuerySet [<A: x>, 'y']> b=<A [1]>":                              {"object a[0] <A: x>", "text a[1] 'y'", "object b <A [1]>"},
		"X a=OrderedDict([('phone', u'7900'), ('n', (1, 2))]) b=('x', 'y z')": {"key a 'phone'", "text a.phone u'7900'", "key a 'n'", "number a.n[0] 1", "number a.n[1] 2", "text b[0] 'x'", "text b[1] 'y z'"},
		"X t=datetime.datetime(2017, 3, 24, tzinfo=<UTC>) d=Decimal('1.5') e=KeyError(u'k',) p=P(x=1, y=None)": {
			"time t datetime.datetime(2017, 3, 24, tzinfo=<UTC>)", "text d '1.5'", "text e u'k'", "number p.x 1"},
		"X ua=Mozilla/5.0 (X) ip={'a': broken more words":   {"raw ua Mozilla/5.0 (X)", "raw ip {'a': broken more words"},
		"LOGIN_SUCCESS one two a=1 three":                   {"rest  one two", "number a 1", "rest  three"},
		"Internal Server Error: /x/ cid=12L":                {"rest  Internal Server Error: /x/", "number cid 12L"},
		"X a=set([1]) b=frozenset({u'x'}) c=(1+2j) d=[...]": {"number a[0] 1", "text b[0] u'x'"},
		"X a=1\nTraceback (most recent call last):\n  y":    {"number a 1", "trace  Traceback (most recent call last):\n  y"},
		"X a=<?xml version=\"1.0\"?><b c=\"d\"/> e='f'":     {"object a <?xml version=\"1.0\"?><b c=\"d\"/>", "text e 'f'"},
	} {
		rec := oneRecord(t, leafHeader+message)
		var got []string
		for _, l := range rec.Leaves() {
			text := string(rec.Raw[l.From:l.To])
			if strings.TrimSpace(text) != "" {
				got = append(got, describe(l, strings.TrimSpace(text)))
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", message, diff)
		}
	}
}

func describe(l smartylog.Leaf, text string) string {
	kind := [...]string{"text", "number", "object", "time", "raw", "rest", "trace"}[l.Kind]
	if l.Key {
		kind = "key"
	}
	return fmt.Sprintf("%s %s %s", kind, l.Path, text)
}

func oneRecord(t *testing.T, text string) *smartylog.Record {
	t.Helper()
	recs := readAll(t, []byte(text+"\n"), smartylog.Options{})
	if len(recs) != 1 {
		t.Fatalf("%d records of %q", len(recs), text)
	}
	return recs[0]
}

func TestRecord_LeavesOfWhatHasNoHeader(t *testing.T) {
	rec := oneRecord(t, "no header here password=x")
	if got := rec.Leaves(); len(got) != 1 || got[0].Kind != smartylog.RestLeaf || got[0].To != len(rec.Raw) {
		t.Errorf("leaves = %+v, want the whole record as rest", got)
	}
}

// No byte of a record is in two leaves.
func TestRecord_LeavesInOrder(t *testing.T) {
	for _, rec := range readAll(t, sampleLog(t), smartylog.Options{}) {
		at := 0
		for _, l := range rec.Leaves() {
			if l.From < at || l.To < l.From || l.To > len(rec.Raw) {
				t.Errorf("leaf %+v after byte %d of %s", l, at, rec.Raw)
			}
			at = l.To
		}
	}
}

// A literal's text is the value that the parser reads, and every byte of it has
// its place, in order.
func TestReadLiteral_AgreesWithParseValue(t *testing.T) {
	part := rapid.SampledFrom([]string{"a", "Я", "'", `"`, `\'`, `\\`, `\n`, `\xd0\x9f`, `\xcf`, `\u041f`, `\ud83d\ude00`, `\ud83d`, `\0`, `\x4`,
		`\U0001f600`, `\N{DASH}`, "\xcf\xf0", "\xd0", "😀", "\ufeff", `\`, " "})
	rapid.Check(t, func(t *rapid.T) {
		quote := rapid.SampledFrom([]string{"'", `"`}).Draw(t, "quote")
		s := rapid.SampledFrom([]string{"", "u", "b", "r", "U", "ur"}).Draw(t, "prefix") + quote +
			strings.Join(rapid.SliceOfN(part, 0, 8).Draw(t, "parts"), "") + quote + " tail"
		want, wantN, err := smartylog.ParseValue([]byte(s))
		if err != nil {
			t.Skip()
		}
		l, n, ok := smartylog.ReadLiteral([]byte(s))
		if !ok || n != wantN || l.Text != want {
			t.Fatalf("ReadLiteral(%q) = %q, %d, %v; want %q, %d", s, l.Text, n, ok, want, wantN)
		}
		for i := range len(l.Text) {
			if l.Place(i) > l.Place(i+1) || l.Place(i) < 1 || l.Place(i+1) >= n {
				t.Fatalf("%q: byte %d of %q stands at %d, the next at %d", s, i, l.Text, l.Place(i), l.Place(i+1))
			}
		}
	})
}

func TestReadLiteral_NotClosed(t *testing.T) {
	for in, want := range map[string]string{"u'abc\r\nnext": "abc", `'a\'b`: "a'b", "'": ""} {
		l, n, ok := smartylog.ReadLiteral([]byte(in))
		if !ok || l.Text != want || n != len(strings.SplitAfter(in, want)[0]) && want == "abc" {
			t.Errorf("ReadLiteral(%q) = %q, %d, %v; want %q", in, l.Text, n, ok, want)
		}
	}
	if _, _, ok := smartylog.ReadLiteral([]byte("abc")); ok {
		t.Error("a word was read as a literal")
	}
}

// Paths stay short however long and deep the names are, and end with the last one.
func TestRecord_LeavesOfLongNames(t *testing.T) {
	long, n := strings.Repeat("я", 30_000), 5000
	for name, value := range map[string]string{
		"long": "{'" + long + "': {" + strings.Repeat("'password': 1, ", n) + "}}",
		"deep": strings.Repeat("{'"+long[:1000]+"': ", 90) + "{" + strings.Repeat("'password': 1, ", n) + "}" + strings.Repeat("}", 90),
	} {
		leaves := one(t, head+"X params="+value+"\n").Leaves()
		total := 0
		for _, l := range leaves {
			total += len(l.Path)
		}
		last := leaves[len(leaves)-2] // before the line's end
		if len(leaves) < 2*n || total > len(leaves)*1000 || !strings.HasPrefix(last.Path, "params.") || !strings.HasSuffix(last.Path, ".password") {
			t.Errorf("%s: %d leaves with paths of %d bytes, the last %q", name, len(leaves), total, last.Path)
		}
	}
}
