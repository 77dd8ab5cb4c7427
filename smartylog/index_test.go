package smartylog

import (
	"bytes"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// bytesLike draws texts in which the bytes of a header are frequent, and others come too.
func bytesLike(t *rapid.T, most int) []byte {
	frequent := rapid.SampledFrom([]byte("0123456789.-_[]()<>N\n azAZ/:@`{~\x00\x80\xff"))
	return rapid.SliceOfN(rapid.OneOf(frequent, rapid.Byte()), 0, most).Draw(t, "text")
}

// events is what findEvents has to find in b[:end].
func events(b []byte, end int) (at []uint32) {
	for i := range end {
		if b[i] == '\n' || b[i] == '[' && (isDigit(b[i+1]) || b[i+1] == 'N') {
			at = append(at, uint32(i))
		}
	}
	return at
}

// TestFindEvents_AsByteByByte: whatever the processor can do, wherever in memory the text
// lies, and however little room there is for the answer. What is not looked at is less than
// a block and the byte behind it, or lies behind a full answer.
func TestFindEvents_AsByteByByte(t *testing.T) {
	for _, find := range finders() {
		rapid.Check(t, func(t *rapid.T) {
			b := bytes.Repeat([]byte("x[1\n"), rapid.IntRange(0, 60).Draw(t, "dense"))
			b = append(b, bytesLike(t, 400)...)
			b = b[min(len(b), rapid.IntRange(0, 70).Draw(t, "from")):]
			into := make([]uint32, rapid.IntRange(64, 200).Draw(t, "room"))
			n, end := find(b, into)
			if got, want := into[:n], events(b, end); !slices.Equal(got, want) {
				t.Fatalf("%q up to %d: found %v, want %v", b, end, got, want)
			}
			if n <= len(into)-64 && end < len(b)-64 || end%64 != 0 || end >= len(b) && end > 0 {
				t.Fatalf("of %d bytes %d were looked at, with room for %d more", len(b), end, len(into)-n)
			}
		})
	}
}

// TestPlaceClose_AsByteByByte: it finds what is found byte by byte, but for names that are
// longer than it looks.
func TestPlaceClose_AsByteByByte(t *testing.T) {
	found := 0
	rapid.Check(t, func(t *rapid.T) {
		level := rapid.StringMatching(`[A-Z]{4,8} [a-z_]{1,30}:[0-9]{1,4} [a-z<>]{1,20}`).Draw(t, "level") + "["
		event := rapid.SampledFrom([]string{"LOGIN_ERROR", "STREAM_SERVICE_CHECKING_ERROR"}).Draw(t, "event")
		line := func(level, thread, event string) []byte {
			return append([]byte(level+"12."+thread+"] "+event+" "), bytes.Repeat([]byte("x"), quickRoom)...)
		}
		first := line(level, "Thread-1", event)
		var c call
		var p place
		if !c.find(first) || !p.read(first, &c, c.close+2, nil) || !p.quick {
			t.Fatalf("%q is not remembered", first)
		}
		b := line(level, rapid.SampledFrom([]string{"Thread-1", "uWSGIWorker12Core0", "Thread-15 (worker)", "x]", "ab\n", "", "Thread-15 (a_long_name_of)"}).Draw(t, "thread"), event)
		if rapid.IntRange(0, 2).Draw(t, "changed") == 0 {
			b[rapid.IntRange(0, len(level)+60).Draw(t, "where")] = rapid.Byte().Draw(t, "byte")
		}
		if rapid.IntRange(0, 4).Draw(t, "any") == 0 {
			b = append(append([]byte(level), bytesLike(t, 40)...), first[len(level)+2:]...)
			b = append(b, make([]byte, quickRoom)...)
		}
		got := placeClose((*[quickRoom]byte)(b), &p)
		is := p.begins(b) && c.follow(b, p.head-1) && p.ends(b, &c)
		switch {
		case got >= 0 && (!is || c.close != got):
			t.Fatalf("placeClose(%q) = %d; byte by byte %d, %t", b, got, c.close, is)
		case got < 0 && vectors && is && c.close-p.head < 32:
			t.Fatalf("placeClose(%q) = -1; byte by byte %d", b, c.close)
		}
		if is {
			found++
		}
	})
	if found < 20 {
		t.Errorf("%d were the call: that proves little", found)
	}
}
