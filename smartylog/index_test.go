package smartylog

import (
	"bytes"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// bytesLike draws texts in which the bytes of a header are frequent, and others come too.
func bytesLike(t *rapid.T, most int) []byte {
	frequent := rapid.SampledFrom([]byte("0123456789.-_[]()<>\n azAZ/:@`{~\x00\x80\xff"))
	return rapid.SliceOfN(rapid.OneOf(frequent, rapid.Byte()), 0, most).Draw(t, "text")
}

// TestIndexEndOrBracket_AsPlain: whatever the processor can do, and wherever in memory the
// text lies.
func TestIndexEndOrBracket_AsPlain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := append(bytes.Repeat([]byte("x"), rapid.IntRange(0, 200).Draw(t, "before")), bytesLike(t, 40)...)
		text = append(text, "\n[\n["...)[rapid.IntRange(0, len(text)).Draw(t, "from"):]
		text = text[:len(text)-4] // what lies behind it is not looked at
		if got, want := indexEndOrBracket(text), indexEndOrBracketPlain(text); got != want {
			t.Fatalf("indexEndOrBracket(%q) = %d, want %d", text, got, want)
		}
	})
}

// TestThreadEnd_AsFollow: it finds what is found byte by byte; a processor that cannot leaves
// that to do.
func TestThreadEnd_AsFollow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := bytesLike(t, 40)
		if rapid.Bool().Draw(t, "usual") {
			text = []byte(rapid.StringMatching(`[0-9]{1,6}\.[A-Za-z0-9_ ()<>-]{1,30}\]`).Draw(t, "call"))
		}
		text = append(text, strings.Repeat("x", 64)...)
		end := threadEnd((*[32]byte)(text))
		var c call
		header := append([]byte("["), text...)
		plain := c.followPlain(header, 0)
		var fast call
		if ok := fast.follow(header, 0); ok != plain || ok && fast != c {
			t.Fatalf("follow(%q) = %t, %+v; byte by byte %t, %+v", header, ok, fast, plain, c)
		}
		switch {
		case end >= 0 && (!plain || c.close != end+1):
			t.Fatalf("threadEnd(%q) = %d; byte by byte %d, %t", text, end, c.close-1, plain)
		case vectors && end < 0 && plain && c.close <= 32:
			t.Fatalf("threadEnd(%q) = -1; byte by byte %d", text, c.close-1)
		}
	})
}
