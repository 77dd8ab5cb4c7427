package smartylog

import (
	"bytes"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// What skims passes over is what reading the value makes something of.
func TestParser_SkimsAsItReads(t *testing.T) {
	parts := []string{"'x'", `u'\u041f'`, `'it\'s'`, `b"\\"`, "ur'z'", "12", "1L", "1.5e-3", "-1", "1e", "0x1", "None", "true", "a.b", "u", "bu", "...", "{...}", "(1+2j)", "(1, )", "inf",
		"datetime.date(2017, 3, 24)", "f(a=1, 'b')", "f(", "A.<locals>.B(", "Decimal('", "a=", "[", "]", "{", "}", "(", ")", "{'a': ", "u'b': ", "7: ", ": ", ", ", ",", " ", "\n", "'", "\"", "\\", "\x07", "ф",
		"<A: b>", "<A: 'b>", "<A>", "<UTC>", "<QuerySet [", "<QueryDict: {", "<a ", "'x>", ">", "<?xml ?>", "<a><b></b></a>", " ip=1", " reason="}
	skimmed, refused := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		of := rapid.SliceOfN(rapid.SampledFrom(parts), 1, 14).Draw(t, "parts")
		b := []byte(strings.Join(of, ""))
		switch rapid.IntRange(0, 4).Draw(t, "made") {
		case 0:
			b = closed(b)
		case 1, 2:
			b = closed([]byte("[{'a': " + strings.Join(of, ", ")))
		case 3:
			b = []byte("{1: [" + of[0] + ", (u'x', )], 'y': " + of[len(of)-1] + "}")
		}
		event := documented.keys[rapid.SampledFrom([]string{"", "LOGIN_ERROR"}).Draw(t, "event")]
		skims := parser{b: b, skip: true, event: event}
		fast := skims.skims()
		whole := parser{b: b, skip: true, event: event}
		_, err := whole.value()
		reads := parser{b: b, event: event}
		_, want := reads.value()
		if err != want || whole.p != reads.p || whole.ahead != reads.ahead || whole.unsure != reads.unsure || whole.depth != reads.depth {
			t.Fatalf("%q: skipped to %d with %v, ahead %d; read to %d with %v, ahead %d", b, whole.p, err, whole.ahead, reads.p, want, reads.ahead)
		}
		if !fast {
			refused++
			if skims.p != 0 || skims.ahead != 0 || skims.unsure || skims.depth != 0 {
				t.Fatalf("%q: refused, and left at %d", b, skims.p)
			}
			return
		}
		if len(b) > 0 && bytes.IndexByte([]byte("[{("), b[0]) >= 0 {
			skimmed++
		}
	})
	if skimmed < 2 || refused < 2 {
		t.Errorf("%d containers were skimmed, %d values refused: it proves too little", skimmed, refused)
	}
}

// closed adds the brackets that b lacks, whatever is between them.
func closed(b []byte) []byte {
	var open []byte
	for _, c := range b {
		switch c {
		case '[':
			open = append(open, ']')
		case '(':
			open = append(open, ')')
		case '{':
			open = append(open, '}')
		case ']', ')', '}':
			if len(open) > 0 {
				open = open[:len(open)-1]
			}
		}
	}
	for len(open) > 0 {
		b, open = append(b, open[len(open)-1]), open[:len(open)-1]
	}
	return b
}

// A value within others that nest too deep is none, skimmed or read.
func TestParser_SkimsAsDeepAsItReads(t *testing.T) {
	for _, open := range []string{"[", "(", "{1: ", "{", "f(", "f(a="} {
		for n := maxDepth - 2; n < maxDepth+3; n++ {
			b := closed(append(bytes.Repeat([]byte(open), n), "{'a': 1, 'b': 2}"...))
			skips, reads := parser{b: b, skip: true}, parser{b: b}
			_, err := skips.value()
			if _, want := reads.value(); err != want || skips.p != reads.p {
				t.Errorf("%d of %q: skipped to %d with %v; read to %d with %v", n, open, skips.p, err, reads.p, want)
			}
		}
	}
}

// Eight bytes at once, a literal ends where it does byte by byte.
func TestClosingQuote_AsByteByByte(t *testing.T) {
	byteByByte := func(b []byte, p int, quote byte) (end int, escaped bool) {
		for ; p < len(b); p++ {
			switch b[p] {
			case quote:
				return p, escaped
			case '\\':
				escaped = true
				p++
			case '\n':
				return -1, escaped
			}
		}
		return -1, escaped
	}
	rapid.Check(t, func(t *rapid.T) {
		letters := rapid.SampledFrom([]byte("aaaaaaaaaaaaaaaab'\"\\\n\x00\x01\x07&(\x0b\x0a[]\xa7\xdc\x8a\xff"))
		b := rapid.SliceOfN(letters, 0, 40).Draw(t, "text")
		p := rapid.IntRange(0, len(b)).Draw(t, "from")
		quote := rapid.SampledFrom([]byte{'\'', '"', 7}).Draw(t, "quote")
		end, escaped := closingQuote(b, p, quote)
		if want, wantEscaped := byteByByte(b, p, quote); end != want || escaped != wantEscaped {
			t.Fatalf("%q from %d: %d, %t; want %d, %t", b, p, end, escaped, want, wantEscaped)
		}
	})
}
