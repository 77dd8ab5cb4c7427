package config

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestIsName: the schema promises namesPattern.
func TestIsName(t *testing.T) {
	pattern := regexp.MustCompile("^" + namesPattern + "$")
	agree := func(t interface{ Errorf(string, ...any) }, text string) {
		if isName(text) != pattern.MatchString(text) {
			t.Errorf("isName(%q) = %t", text, isName(text))
		}
	}
	for _, text := range []string{"", "x", "дежурный_2", "a b", "a\n", "²Ⅷ", "x\xff", "\ufffd", strings.Repeat("я", maxName), strings.Repeat("я", maxName+1)} {
		agree(t, text)
	}
	rapid.Check(t, func(t *rapid.T) { agree(t, rapid.String().Draw(t, "text")) })
}
