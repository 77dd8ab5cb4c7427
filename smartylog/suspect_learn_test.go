package smartylog

import (
	"testing"

	"pgregory.net/rapid"
)

// What a record's pairs tell of its end is what the next record's credibility goes by.
func TestPrevious_LearnsWhatItWouldFind(t *testing.T) {
	const header = "Fri Mar 24 10:22:35+0300 2017 ERROR check:64 run[1.MainThread] "
	parts := []string{"LOGIN_ERROR", "SOME_EVENT", " ", " params={'a': 1, 'b': [2]}", " params={'a': 1", " reason='x'", " reason='x", " reason=", " url=<A: b>", " n=5",
		" text", "\nTraceback (most recent call last):\n  File \"a.py\", line 1, in f\nError: x", "\nreason='y", "\r\n", ",", " x=u'a\\'", " stacktrace="}
	learned, broken := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		text := ""
		for range 10 {
			text += header + "SOME_EVENT "
			for _, part := range rapid.SliceOfN(rapid.SampledFrom(parts), 0, 8).Draw(t, "parts") {
				text += part
			}
			text += rapid.SampledFrom([]string{"\n", "\n", " reason='x\n", " params={'a': 1\n"}).Draw(t, "end")
		}
		p := Piece{Text: []byte(text + header + "SOME_EVENT\n")}
		p.End = len(p.Text)
		p.Frame(Options{}, nil)
		for i := range p.Frames {
			if i == 0 || !p.Frames[i].doubtful {
				continue
			}
			var rec Record
			p.Frames[i-1].Put(&rec)
			if rapid.IntRange(0, 2).Draw(t, "pairs") > 0 {
				rec.findPairs()
			} else {
				rec.body() // a value that is looked up takes no more, if it is the first one
			}
			before := p.Frames[i].before
			p.Frames[i].Follow(&rec)
			if before.known || !p.Frames[i].before.known {
				continue
			}
			var work splitter
			before.settle(&work)
			if learned++; before.broken {
				broken++
			}
			if got := p.Frames[i].before.broken; got != before.broken {
				t.Fatalf("%q: learned that it is broken %t, want %t", p.Frames[i-1].Raw, got, before.broken)
			}
		}
	})
	if learned < 50 || broken < 5 {
		t.Errorf("%d learned, %d broken: that proves little", learned, broken)
	}
}
