package rules

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// longestField is more than a field of a record can have, in bytes.
const longestField = 1 << 20

// TestNeeded_RefusesWhatTheMachineRefuses: over a record whose field has none of the
// values an expression needs, the machine says false and does not fail.
func TestNeeded_RefusesWhatTheMachineRefuses(t *testing.T) {
	var refused, passed int
	rapid.Check(t, func(t *rapid.T) {
		var parts []string
		for range rapid.IntRange(1, 4).Draw(t, "parts") {
			parts = append(parts, "("+drawTest(t, []string{"a", "b", "c.d"}, rapid.IntRange(0, 1).Draw(t, "depth"))+")")
		}
		x, err := ParseMatch("x", strings.Join(parts, " and "), nil)
		if err != nil {
			t.Skip(err)
		}
		needed, ok := x.Needed()
		if !ok {
			return
		}
		var index ValueIndex[int]
		for i, v := range needed.Values {
			index.Add(v, i)
		}
		s := NewScratch()
		for range 20 {
			rec := oddRecord{}
			for _, name := range x.Names {
				rec[name] = oddValue().Draw(t, name)
				if text, ok := rec[name].(string); ok {
					rec[name] = text[:min(len(text), longestField)]
				}
			}
			if len(index.Find(rec.Field(needed.Path), nil)) > 0 {
				passed++
				continue
			}
			refused++
			if v, err := x.machine(s, rec); v != false || err != nil {
				t.Fatalf("%s needs %s to be one of %v; over %#v it is %v, %v", x.Source, needed.Path, needed.Values, rec, v, err)
			}
		}
	})
	if refused < 100 || passed < 10 {
		t.Errorf("%d refused, %d passed on: that proves little", refused, passed)
	}
}

func TestNeeded(t *testing.T) {
	for source, want := range map[string]string{
		`a == "x"`:                           "a [x]",
		`"x" == a`:                           "a [x]",
		`b != 1 and a in ["x", 2, true]`:     "a [x 2 true]",
		`event == "E" and a == 1 and b == 2`: "a [1]",
		`a == "x" or b == 1`:                 "",
		`not (a == "x")`:                     "",
		`a == nil`:                           "", // of a record without the field it holds
		`a in ["x", nil]`:                    "",
		`a == b`:                             "",
		`b > 1 and a == "x"`:                 "", // it may fail before
		`lower(b) == "y" and a == "x"`:       "",
		`b contains "y" and a == "x"`:        "a [x]",
		`b startsWith "1" and b contains "2" and b contains "3" and b contains "4" and a == "x"`: "", // it may be too expensive before
	} {
		x, err := ParseMatch("x", source, nil)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if n, ok := x.Needed(); ok {
			got = fmt.Sprint(n.Path, " ", n.Values)
		}
		if got != want {
			t.Errorf("%s needs %q, want %q", source, got, want)
		}
	}
}

// TestValueIndex_FindsWhatIsEqual: a value finds every constant that == calls equal to it.
func TestValueIndex_FindsWhatIsEqual(t *testing.T) {
	for _, c := range oddValues {
		if !isScalar(c) {
			continue
		}
		var index ValueIndex[string]
		index.Add("something else", "else")
		index.Add(c, "it")
		for _, v := range oddValues {
			if equal(&budget{left: MaxSteps}, v, c) && len(index.Find(v, nil)) == 0 {
				t.Errorf("%#v equals %#v and does not find it", v, c)
			}
		}
	}
}
