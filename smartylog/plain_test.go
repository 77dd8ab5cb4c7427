package smartylog

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// valueLike draws what may stand behind a key: mostly literals and models, plain or not.
func valueLike(t *rapid.T) string {
	pieces := rapid.SliceOfN(rapid.SampledFrom([]string{"x", "edge-78", " ", "'", `"`, "u'", `\'`, `\n`, `\xd0`, "<A: ", "<", ">", "> ", " at 0x7f3d2c11ad50", "[", "]", "Я", "=", " b=", ", ",
		"Request: ", "<QueryDict: {", "}", ": ", "\xd0", "b'"}), 0, 6).Draw(t, "pieces")
	text := strings.Join(pieces, "")
	switch rapid.IntRange(0, 3).Draw(t, "form") {
	case 0:
		return "<StreamService: " + text + ">"
	case 1:
		return "u'" + text + "'"
	case 2:
		return "'" + text + "'"
	}
	return text
}

// TestPlainValue_AsTheParser: what is read without the parser is what it would have read.
func TestPlainValue_AsTheParser(t *testing.T) {
	plain := 0
	rapid.Check(t, func(t *rapid.T) {
		const head = "LOGIN_ERROR"
		line := []byte("reason=" + valueLike(t) + rapid.SampledFrom([]string{"", " ip=u'192.0.2.1'", " text", ","}).Draw(t, "rest"))
		s := splitter{}
		s.begin(line, 0, documented.keys[head])
		s.split()
		for i := range s.pairs {
			text := s.pairs[i].value.of(line)
			if !s.pairs[i].repr || len(text) == 0 {
				continue
			}
			got, ok := plainValue(text)
			if !ok {
				continue
			}
			plain++
			p := parser{b: text, event: documented.keys[head]}
			if want, err := p.value(); err != nil || !reflect.DeepEqual(want, any(plainText(got))) {
				t.Fatalf("in %q %q is read as %q; the parser: %q, %v", line, text, got, want, err)
			}
		}
	})
	if plain < 30 {
		t.Errorf("%d values were plain: that proves little", plain)
	}
}

// TestPlainModelEnd_AsAngle: where a plain model ends, angle would have ended as well.
func TestPlainModelEnd_AsAngle(t *testing.T) {
	plain := 0
	rapid.Check(t, func(t *rapid.T) {
		for range 10 {
			name := rapid.OneOf(rapid.Custom(valueLike), rapid.SampledFrom([]string{"x", "edge-78", "Я b", "u", "a=1", "a, b", " at 0x7f", ": ", ""})).Draw(t, "name")
			b := []byte(rapid.SampledFrom([]string{"<A: ", "<A: ", "<a.B: ", "<: "}).Draw(t, "model") + name + rapid.SampledFrom([]string{">", ">", "> ", "> ip=1", ", <B: c>]", ">]", ">, 'x']", "> x"}).Draw(t, "rest"))
			after := rapid.SampledFrom([]string{"", "", ",]", ":,}", ">"}).Draw(t, "after")
			p := parser{b: b, event: documented.keys["LOGIN_ERROR"], skip: rapid.Bool().Draw(t, "skip"), names: rapid.Bool().Draw(t, "names")}
			n := plainModelEnd(b)
			if n == 0 || !p.goesOn(n, after) {
				continue
			}
			plain++
			if containerName(b) > 0 || p.elementEnd() >= 0 {
				t.Fatalf("%q is no model", b)
			}
			if end := p.angleEnd(after); end != n || p.unsure || p.ahead != 0 {
				t.Fatalf("%q ends at %d, unsure %t, %d looked at in vain; want %d", b, end, p.unsure, p.ahead, n)
			}
		}
	})
	if plain < 30 {
		t.Errorf("%d models were plain: that proves little", plain)
	}
}

// TestBodyEnd_AsLineByLine: where a traceback begins is told at once as by a look at each line.
func TestBodyEnd_AsLineByLine(t *testing.T) {
	pieces := []string{"LOGIN_ERROR", " a=1", " stacktrace=", "x", "\n", "\r\n", "\x1b[31m", tracebackStart, "\n" + tracebackStart, "\n" + groupStart, groupStart}
	ends := 0
	rapid.Check(t, func(t *rapid.T) {
		for range 10 {
			raw := []byte("head " + strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 9).Draw(t, "pieces"), ""))
			const message = len("head ")
			want := len(raw)
			if i := bytes.IndexByte(raw, '\n'); i >= 0 && i+1 < len(raw) {
				for _, start := range [][]byte{tracebackLine, groupLine} {
					if at := lineWith(raw[:want], message, start); at >= 0 {
						want = at
					}
				}
			}
			if got := bodyEnd(raw, message); got != want {
				t.Fatalf("the body of %q ends at %d, line by line at %d", raw, got, want)
			}
			if want < len(raw) {
				ends++
			}
		}
	})
	if ends < 100 {
		t.Errorf("%d bodies ended before the record: that proves little", ends)
	}
}
