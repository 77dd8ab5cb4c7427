package rules

import (
	"regexp"
	"strings"

	"github.com/zeebo/xxh3"
)

// remembered is what a regular expression said of a text. Records are full of the same
// few ones, such as names of browsers, and a look at one is many times as fast as the
// expression.
type remembered struct {
	of    *search
	text  string
	value any
}

// search is a regular expression and the group that is asked for; -1 for whether it
// matches.
type search struct {
	re    *regexp.Regexp
	group int
	seed  uint64
}

// Bounds of what a Scratch remembers: answers, and bytes of a text.
const (
	maxRemembered  = 1 << 10
	rememberedText = 256
)

func newSearch(re *regexp.Regexp, group int) *search {
	return &search{re: re, group: group, seed: xxh3.HashString(re.String()) + uint64(group)}
}

// of is the answer about a text.
func (x *search) of(s *Scratch, text string) any {
	if len(text) > rememberedText {
		return x.ask(text)
	}
	if s.found == nil {
		s.found = make([]remembered, maxRemembered)
	}
	k := &s.found[xxh3.HashStringSeed(text, x.seed)%maxRemembered]
	if k.of != x || k.text != text {
		own := strings.Clone(text) // that of a record is gone with it
		*k = remembered{x, own, x.ask(own)}
	}
	return k.value
}

func (x *search) ask(text string) any {
	if x.group < 0 {
		return x.re.MatchString(text)
	}
	return captured(x.re, text, x.group)
}
