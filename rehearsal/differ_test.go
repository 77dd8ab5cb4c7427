package rehearsal

import (
	"testing"

	"github.com/smarty-alert/smarty-alert/alert"
)

func TestSameValue(t *testing.T) {
	top := []any{alert.Ranked{Value: "timeout", Count: 12}, alert.Ranked{Value: "x", Count: 1}}
	for _, c := range []struct {
		want, got any
		same      bool
	}{
		{int64(5), int64(5), true}, {int64(5), 5.0, true}, {int64(5), 5.2, false}, {int64(0), nil, false},
		{0.33, 1.0 / 3, true}, {0.33, 0.34, false}, {0.333, 1.0 / 3, true}, {0.5, int64(1), false}, {2.5, "2.5", false},
		{nil, nil, true}, {nil, int64(0), false}, {true, true, true}, {true, "true", false},
		{"a", "a", true}, {"a", "ab", false}, {"/^a/", "ab", true}, {"/^b/", "ab", false}, {"", "", true}, {"", "a", false}, {"5", int64(5), true},
		{[]any{"timeout", "x"}, top, true}, {[]any{"timeout (12)", "/x/"}, top, true}, {[]any{"timeout (11)", "x"}, top, false}, {[]any{"timeout"}, top, false},
		{[]any{"a", int64(2)}, []any{"a", int64(2)}, true}, {[]any{"a"}, "a", false},
	} {
		if sameValue(c.want, c.got) != c.same {
			t.Errorf("%#v as expected %#v: %t, want %t", c.got, c.want, !c.same, c.same)
		}
	}
}

// An expectation that says little does not take what only another one fits.
func TestPairing_LeavesEachItsOwn(t *testing.T) {
	fits := [][]bool{{true, true, false}, {true, false, false}, {false, true, true}, {false, false, false}}
	got := pairing(len(fits), 3, func(want, got int) bool { return fits[want][got] })
	want := []int{1, 0, 2, -1}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("pairs %v, want %v", got, want)
		}
	}
}
