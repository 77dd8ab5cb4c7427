package smartylog

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestValues_UnescapedAsWithoutMemory: whatever was read before, and however often, of
// whatever kind the literal was then.
func TestValues_UnescapedAsWithoutMemory(t *testing.T) {
	known := 0
	rapid.Check(t, func(t *rapid.T) {
		literals := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string {
			text := strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"x", `\n`, `\u0416`, `\xd0\x96`, `\xd0`, `\'`, `\\`, `\`, "Ж", "\xff"}), 0, 5).Draw(t, "text"), "")
			return strings.Repeat(text, rapid.SampledFrom([]int{1, 1, 1, 40}).Draw(t, "times"))
		}), 1, 4).Draw(t, "literals")
		kinds := []textKind{plainLiteral, unicodeLiteral, bytesLiteral}
		v := NewValues()
		for range 40 {
			b := []byte(rapid.SampledFrom(literals).Draw(t, "literal"))
			kind := rapid.SampledFrom(kinds).Draw(t, "kind")
			want := (*Values)(nil).unescaped(b, kind)
			if got := v.unescaped(b, kind); got != want {
				t.Fatalf("%q of kind %v is %q, without memory %q", b, kind, got, want)
			}
			clear(b) // it is the caller's
		}
		for i := range v.escaped {
			if v.escaped[i].text != nil {
				known++
			}
		}
	})
	if known < 20 {
		t.Errorf("%d literals were known: that proves little", known)
	}
}
