package schema

import (
	"regexp"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestOtherWord_IsEveryNameButTheWords(t *testing.T) {
	words := []string{"and", "or", "not", "in", "any", "no", "_x", "Z"}
	re := regexp.MustCompile("^" + otherWord(words) + "$")
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.OneOf(rapid.StringMatching(`[A-Za-z_][A-Za-z0-9_]{0,4}`), rapid.StringMatching(`[andorti_xZy]{1,4}`)).Draw(t, "name")
		if got, want := re.MatchString(name), !slices.Contains(words, name); got != want {
			t.Errorf("%q matches: %t, want %t", name, got, want)
		}
	})
	for _, w := range words {
		if re.MatchString(w) {
			t.Errorf("%q matches", w)
		}
	}
}
