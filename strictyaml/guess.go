package strictyaml

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// unitWords are what people call units of time; what is near to one is taken for
// it.
var unitWords = []struct {
	words string
	d     time.Duration
}{
	{"s sec secs second seconds", time.Second}, {"m min mins minute minutes", time.Minute}, {"h hr hrs hour hours", time.Hour},
	{"d day days", 24 * time.Hour}, {"w wk week weeks", 7 * 24 * time.Hour},
	{"mo mon month months", 30 * 24 * time.Hour}, {"y yr year years", 365 * 24 * time.Hour},
}

// unitOf is the unit that a word means, 0 if none.
func unitOf(word string) time.Duration {
	for _, u := range unitWords {
		for _, w := range strings.Fields(u.words) {
			if w == word {
				return u.d
			}
		}
	}
	for _, u := range unitWords {
		if words := strings.Fields(u.words); len(word) > 3 && Nearest(word, words) != "" {
			return u.d
		}
	}
	return 0
}

var (
	lengthPart = regexp.MustCompile(`^[\s,]*(?:and\s)?\s*(\d+(?:[.,]\d+)?)\s*([a-z]*)`)
	clockText  = regexp.MustCompile(`^(\d{1,2}):(\d\d)(?::(\d\d))?$`)
)

// guessDuration is the length that a text in another way of writing means, such
// as "5 minutes", "1.5h", "1h30", "PT5M" or "00:05:00"; "" when that is not clear.
func guessDuration(text string) string {
	text = strings.TrimLeft(strings.ToLower(strings.TrimSpace(Plain(text))), "-+")
	if iso := strings.TrimPrefix(text, "p"); iso != text {
		text = strings.Replace(iso, "t", "", 1)
	}
	if c := clockText.FindStringSubmatch(text); c != nil {
		text = c[1] + "h" + c[2] + "m" + c[3]
	}
	var total, last time.Duration
	for strings.TrimSpace(text) != "" {
		part := lengthPart.FindStringSubmatch(text)
		if part == nil {
			return ""
		}
		unit := unitOf(part[2])
		if part[2] == "" && last > time.Second { // the 30 of 1h30
			unit = last / 60
			if last == 24*time.Hour {
				unit = time.Hour
			}
		}
		n, err := strconv.ParseFloat(strings.Replace(part[1], ",", ".", 1), 64)
		if unit == 0 || err != nil || n*float64(unit) > float64(10*365*24*time.Hour) {
			return ""
		}
		total, last, text = total+time.Duration(n*float64(unit)), unit, text[len(part[0]):]
	}
	if total < time.Second || total%time.Second != 0 {
		return ""
	}
	return FormatBound(total)
}

// guessLength is guessDuration for a value of any kind, such as ElastAlert's
// {minutes: 5}.
func (v Value) guessLength() string {
	n := v.resolve()
	switch n.Kind {
	case yaml.ScalarNode:
		if _, err := ParseDuration(n.Value); err == nil {
			return n.Value
		}
		return guessDuration(n.Value)
	case yaml.MappingNode:
		var b strings.Builder
		for i := 0; i+1 < len(n.Content) && i < 8; i += 2 {
			b.WriteString(n.Content[i+1].Value + n.Content[i].Value + " ")
		}
		return guessDuration(b.String())
	}
	return ""
}

// longest is the upper bound of the value's field.
func (v Value) longest() time.Duration {
	if v.field == nil || v.field.Longest == 0 {
		return math.MaxInt64
	}
	return v.field.Longest
}

// lengthHint says how the length is written that the value seems to mean.
func (v Value) lengthHint() string {
	if near := v.guessLength(); near != "" {
		d, _ := ParseDuration(near)
		if hi := v.longest(); d > hi {
			return "write " + FormatBound(hi) + " or less"
		}
		return "write " + near
	}
	if n := v.resolve(); n.Kind == yaml.ScalarNode {
		if i, err := strconv.Atoi(n.Value); err == nil && i > 0 {
			return fmt.Sprintf("write %[1]ds, %[1]dm or %[1]dh", i)
		}
	}
	return "write 30s, 5m, 1h30m, 2d or 1w"
}
