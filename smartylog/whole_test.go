package smartylog

import (
	"testing"

	"pgregory.net/rapid"
)

// Whatever is said to be whole, split finds nothing open in.
func TestSplitter_WholeIsNeverOpen(t *testing.T) {
	var whole, open int
	keys := []string{"a=", " b=", " ip=", " reason=", ", login=", " c = ", "'d'=", "\n e=", " "}
	values := []string{"'", "\"", "'x'", "u'y'", "u\"'\"", "b'\\x00'", "ur'z'", "'\\''", "\\", "12", "-1.5", "1 day, 0:00:01", "None", "True", "1L", "[1, ", "]", "{'a': 1}", "(", "<Client: 1>", "<Client: ",
		"datetime.date(2017, 3, 24)", "UUID('", " ", "\x00", "ф", "...", "text ip='6", "=", "'a' 'b'"}
	rapid.Check(t, func(t *rapid.T) {
		var b []byte
		for range rapid.IntRange(0, 5).Draw(t, "pairs") {
			b = append(b, rapid.SampledFrom(keys).Draw(t, "key")...)
			for range rapid.SampledFrom([]int{1, 1, 1, 1, 2, 3}).Draw(t, "parts") {
				b = append(b, rapid.SampledFrom(values).Draw(t, "value")...)
			}
		}
		event := documented.keys[rapid.SampledFrom([]string{"", "LOGIN_ERROR", "EPG_IMPORT_ERROR"}).Draw(t, "event")]
		var s splitter
		s.begin(b, 0, event)
		said := s.isWhole()
		s.begin(b, 0, event)
		s.split()
		isOpen := s.seen&Unterminated != 0
		if said && isOpen {
			t.Fatalf("%q is said to be whole, and is open", b)
		}
		if said {
			whole++
		}
		if isOpen {
			open++
		}
	})
	if whole < 5 || open < 5 {
		t.Errorf("%d texts were whole and %d open: it proves too little", whole, open)
	}
}
