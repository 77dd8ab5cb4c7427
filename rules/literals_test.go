package rules

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestLiterals_MatchWhatTheExpressionMatches compares them with the expression over texts
// that are close to the literals, broken UTF-8 included.
func TestLiterals_MatchWhatTheExpressionMatches(t *testing.T) {
	pieces := []string{"e", "E", "k", "\u212a", "s", "ſ", "ош", "ОШ", "Ош", "4", "ä", "\xd0", "\xe0", "\xbe", "\uFFFD", " ", "fail", "FAIL", "-"}
	made, matched := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		var texts []string
		for range rapid.IntRange(1, 4).Draw(t, "texts") {
			texts = append(texts, regexp.QuoteMeta(strings.ToValidUTF8(strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 3).Draw(t, "text"), ""), "")))
		}
		pattern := rapid.SampledFrom([]string{"", "(?i)", "(?i:a)|", "^"}).Draw(t, "flags") + strings.Join(texts, "|")
		re, err := regexp.Compile(pattern)
		if err != nil {
			t.Skip(err)
		}
		l := literalsOf(re)
		if l == nil {
			return
		}
		made++
		for range 20 {
			s := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 6).Draw(t, "s"), "")
			if want := re.MatchString(s); l.in(s) != want {
				t.Fatalf("%q in %q: %t, want %t", pattern, s, !want, want)
			} else if want {
				matched++
			}
		}
	})
	if made < 20 || matched < 20 {
		t.Errorf("%d made, %d matched: that proves little", made, matched)
	}
}

func TestLiterals(t *testing.T) {
	for pattern, want := range map[string]bool{
		`(?i)ошибк|error|fail|404|timeout`: true, `error`: true, `err(or)?`: false, `^error`: false, `a.b`: false, ``: false, `x|`: false, `[ab]`: false,
	} {
		if got := literalsOf(regexp.MustCompile(pattern)) != nil; got != want {
			t.Errorf("%s is literals: %t, want %t", pattern, got, want)
		}
	}
}
