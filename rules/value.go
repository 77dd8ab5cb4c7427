package rules

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/zeebo/xxh3"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// maxLabel is the longest group label kept whole, in bytes (semantics §4.3);
// a longer one keeps a prefix and a hash of the whole.
const maxLabel = 256

// Text is a value as a group label: strings as they are, integers in decimal,
// floats in their shortest form, true or false, lists and mappings as JSON-like
// text. ok is false for nil.
func Text(v any) (s string, ok bool) {
	switch v := v.(type) {
	case nil:
		return "", false
	case string:
		return v, true
	case int64:
		return strconv.FormatInt(v, 10), true
	case int:
		return strconv.Itoa(v), true
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64), true
	case bool:
		return strconv.FormatBool(v), true
	case []any:
		return listText(v), true
	case smartylog.Dict:
		return dictText(v), true
	}
	return fmt.Sprint(v), true
}

func listText(v []any) string {
	var b strings.Builder
	b.WriteByte('[')
	for i, item := range v {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(itemText(item))
	}
	return b.String() + "]"
}

func dictText(v smartylog.Dict) string {
	var b strings.Builder
	b.WriteByte('{')
	for i, p := range v {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(p.Key + ": " + itemText(p.Value))
	}
	return b.String() + "}"
}

func itemText(v any) string {
	if s, ok := Text(v); ok {
		return s
	}
	return "nil"
}

// Label is Text made fit for identity: memory addresses cut, long texts bounded.
func Label(v any) (string, bool) {
	s, ok := Text(v)
	if !ok {
		return "", false
	}
	s = cutAddresses(s)
	if len(s) <= maxLabel {
		return s, true
	}
	hash := fmt.Sprintf("…%016x", xxh3.HashString(s))
	prefix := strings.ToValidUTF8(s[:maxLabel-len(hash)], "")
	return prefix + hash, true
}

// cutAddresses removes " at 0x7f3d2c0a5b50" from the repr of an object: it
// names a place in memory, not the object.
func cutAddresses(s string) string {
	const mark = " at 0x"
	for from := 0; ; {
		i := strings.Index(s[from:], mark)
		if i < 0 {
			return s
		}
		i += from
		end := i + len(mark)
		for end < len(s) && strings.IndexByte("0123456789abcdefABCDEF", s[end]) >= 0 {
			end++
		}
		s, from = s[:i]+s[end:], i
	}
}

// Hash identifies a value among the distinct ones of a window: 64 bits of xxh3
// over its text, so that 5 and '5' are one value.
func Hash(v any) (uint64, bool) {
	s, ok := Text(v)
	return xxh3.HashString(s), ok
}

// Seconds reads a length of time: a number of seconds, `0:00:12.345678`,
// `1 day, 0:00:01` or `12.3s`. Anything else is nil. The documentation does not
// give execution_time's form, so all that Python prints are read.
func Seconds(v any) any {
	if n, ok := Number(v); ok {
		return n
	}
	s, ok := v.(string)
	if !ok {
		return nil
	}
	s = strings.TrimSpace(s)
	if n, ok := numericText(strings.TrimSuffix(s, "s")); ok {
		return n
	}
	days := 0.0
	if before, after, found := strings.Cut(s, ", "); found {
		before = strings.TrimSuffix(strings.TrimSuffix(before, "s"), " day")
		n, ok := numericText(before)
		if !ok {
			return nil
		}
		days, s = n, after
	}
	parts := strings.Split(s, ":")
	if len(parts) != 3 {
		return nil
	}
	clock := 0.0
	for _, p := range parts {
		n, ok := numericText(p)
		if !ok || n < 0 {
			return nil
		}
		clock = clock*60 + n
	}
	return days*86400 + clock
}
