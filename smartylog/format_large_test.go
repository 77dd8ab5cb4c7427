package smartylog_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// field reads one field of a record.
func field(t *testing.T, r *smartylog.Record, path string) any {
	t.Helper()
	p, err := smartylog.ParsePath(path)
	if err != nil {
		t.Fatal(err)
	}
	return r.Field(p)
}

// programs is the repr of a list of n objects.
func programs(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, ", <Program: Передача %d>", i)
	}
	return "[" + b.String()[2:] + "]"
}

// Containers over 64 KiB are counted and looked into like others; of the texts in
// them the first 64 KiB are kept.
func TestFormat22_LargeContainers(t *testing.T) {
	long := strings.Repeat("A", 70_000)
	for name, tc := range map[string]struct {
		message, path string
		want          any
		flags         string
	}{
		"list":               {"EPG_REMOVED source='x' removed_objects=" + programs(2500) + " epg_channel='c'", "removed_objects[2499]", "<Program: Передача 2499>", ""},
		"the key after it":   {"EPG_REMOVED source='x' removed_objects=" + programs(2500) + " epg_channel='c'", "epg_channel", "c", ""},
		"dict, before":       {"LOGIN_ERROR params={'abonement': '1', 'z': '" + long + "'}", "params.abonement", "1", "truncated_value"},
		"dict, behind":       {"LOGIN_ERROR params={'z': '" + long + "', 'abonement': '1'}", "params.abonement", "1", "truncated_value"},
		"querydict":          {"LOGIN_ERROR params=<QueryDict: {'z': ['" + long + "'], 'abonement': ['1']}>", "params.abonement", "1", "truncated_value"},
		"clipped in a dict":  {"LOGIN_ERROR params={'a': [1, u'" + long + "']}", "params.a[1]", long[:smartylog.MaxValue], "truncated_value"},
		"many short members": {"LOGIN_ERROR params={" + strings.Repeat("'k': 'vvvvvvvvvvvvv', ", 4000) + "'abonement': 1}", "params.abonement", int64(1), ""},
	} {
		r := one(t, head+tc.message+"\n")
		if got := field(t, r, tc.path); got != tc.want {
			t.Errorf("%s: %s = %.80v, want %.80v", name, tc.path, got, tc.want)
		}
		if got := flagsOf(r); got != tc.flags {
			t.Errorf("%s: flags %q, want %q", name, got, tc.flags)
		}
	}
	r := one(t, head+"EPG_REMOVED source='x' removed_objects="+programs(2500)+" epg_channel='c'\n")
	if list, _ := field(t, r, "removed_objects").([]any); smartylog.Len(list) != 2500 {
		t.Errorf("%d programs, want 2500", smartylog.Len(list))
	}
}

// Of a record over 256 KiB the middle is missing. Containers end where it was, and
// say so: nothing is made up of what stood before and after.
func TestFormat22_CutContainers(t *testing.T) {
	whole := field(t, one(t, head+"A objects="+programs(2500)+"\n"), "objects").([]any)
	const n = 9000
	for name, tc := range map[string]struct{ before, after, path string }{
		"list":           {"objects=", "", "objects"},
		"in a dict":      {"d={'a': 1, 'objects': ", ", 'b': 2}", "d.objects"},
		"in a tuple":     {"d=(1, ", ", 2)", "d[1]"},
		"in a set":       {"d={1, ", "}", "d[1]"},
		"in a call":      {"d=OrderedDict([('a', 1), ('objects', ", "), ('b', 2)])", "d.objects"},
		"in a queryset":  {"objects=<QuerySet ", ">", "objects"},
		"in a querydict": {"d=<QueryDict: {'objects': ", ", 'b': [1]}>", "d.objects"},
	} {
		r := one(t, head+"A "+tc.before+programs(n)+tc.after+" last=1\n")
		list, _ := field(t, r, tc.path).([]any)
		if len(list) < 2500 || len(list) > n/2 || list[len(list)-1] != smartylog.Truncated || smartylog.Len(list) != len(list)-1 {
			t.Errorf("%s: %d elements, the last is %.80v", name, len(list), list[max(0, len(list)-1):])
			continue
		}
		for i := range whole[:2500] {
			if list[i] != whole[i] {
				t.Errorf("%s: element %d is %v", name, i, list[i])
			}
		}
		if got := list[len(list)-2]; got != fmt.Sprintf("<Program: Передача %d>", len(list)-2) {
			t.Errorf("%s: the last whole element is %v", name, got)
		}
		if got := field(t, r, "last"); got != int64(1) || !r.Flags.Has(smartylog.TruncatedValue) {
			t.Errorf("%s: the key after it is %v, flags %v", name, got, r.Flags.Names())
		}
		if d, ok := field(t, r, "d").(smartylog.Dict); ok {
			if _, found := d.Get("b"); found || d[len(d)-1].Key != smartylog.Truncated || d.Len() != len(d)-1 {
				t.Errorf("%s: the dict ends in %.80v", name, d[len(d)-1])
			}
		}
		kept, copied := r.Clone(), new(smartylog.Record)
		r.CopyTo(copied, nil)
		for _, r := range []*smartylog.Record{kept, copied} {
			if again, _ := field(t, r, tc.path).([]any); len(again) != len(list) {
				t.Errorf("%s: a copy has %d elements, want %d", name, len(again), len(list))
			}
		}
	}
}

// A text that was cut is no text of a container.
func TestFormat22_CutText(t *testing.T) {
	r := one(t, head+"LOGIN_ERROR params={'abonement': '1', 'z': '"+strings.Repeat("A", 300_000)+"', 'abonement': '2'} reason='x'\n")
	want := `{"params":{"abonement":"1","` + smartylog.Truncated + `":null},"reason":"x"}`
	if got := string(smartylog.AppendValue(nil, r.Decode().Pairs)); got != want {
		t.Errorf("got %.200s, want %s", got, want)
	}
}
