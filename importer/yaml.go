package importer

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// keyOrder is the order in which the keys of a rule are written.
var keyOrder = []string{"id", "name", "description", "status", "severity", "source", "log", "event", "match", "fields",
	"group_by", "window", "aggregates", "condition", "sequence", "all_of", "within", "min", "mode", "cooldown",
	"absence", "groups", "warmup", "repeat_interval", "labels", "annotations"}

// entry is one key of a rule to be written, with what is said about it.
type entry struct {
	key   string
	value any // scalar, text, []string (a flow list), []pair (a block mapping) or [][]pair (a list of flow mappings)
	notes []string
}

// pair is a key of a mapping; its value is a scalar, a text or, in a block
// mapping, a []pair.
type pair struct {
	key   string
	value any
}

// scalar is written as it is: a number, a duration, true.
type scalar string

// text is written with quotes where YAML needs them.
type text string

// writeRule writes one rule as an item of the list under rules.
func writeRule(b *strings.Builder, head []string, entries []entry) {
	for _, h := range head {
		b.WriteString("# " + oneLine(h) + "\n")
	}
	slices.SortStableFunc(entries, func(a, b entry) int { return slices.Index(keyOrder, a.key) - slices.Index(keyOrder, b.key) })
	lead := "- "
	for _, e := range entries {
		for _, n := range e.notes {
			b.WriteString("  # " + oneLine(n) + "\n")
		}
		b.WriteString(lead + e.key + ":")
		writeValue(b, e.value)
		lead = "  "
	}
}

func writeValue(b *strings.Builder, value any) {
	switch v := value.(type) {
	case []pair:
		b.WriteByte('\n')
		for _, p := range v {
			b.WriteString("    " + keyText(p.key) + ": " + inline(p.value, false) + "\n")
		}
	case [][]pair:
		b.WriteByte('\n')
		for _, item := range v {
			b.WriteString("  - " + inline(item, false) + "\n")
		}
	default:
		b.WriteString(" " + inline(v, false) + "\n")
	}
}

// inline writes a value on one line; flow: within { } or [ ].
func inline(value any, flow bool) string {
	switch v := value.(type) {
	case scalar:
		return string(v)
	case text:
		return quoted(string(v), flow)
	case []string:
		items := make([]string, len(v))
		for i, s := range v {
			items[i] = quoted(s, true)
		}
		return "[" + strings.Join(items, ", ") + "]"
	case []any:
		items := make([]string, len(v))
		for i, item := range v {
			items[i] = inline(item, true)
		}
		return "[" + strings.Join(items, ", ") + "]"
	case []pair:
		items := make([]string, len(v))
		for i, p := range v {
			items[i] = keyText(p.key) + ": " + inline(p.value, true)
		}
		return "{" + strings.Join(items, ", ") + "}"
	}
	panic(fmt.Sprintf("no form for %T", value))
}

var (
	plainFlow  = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_./<>=() +-]*$`)
	plainBlock = regexp.MustCompile(`^[A-Za-z_][^\x00-\x1f\x7f-\x{9f}]*$`)
	// reserved words are no texts to one reader of YAML or another.
	reserved = regexp.MustCompile(`(?i)^(true|false|yes|no|on|off|y|n|null|nan|inf)$`)
)

// quoted writes a text so that YAML reads the same text.
func quoted(s string, flow bool) string {
	form := plainBlock
	if flow {
		form = plainFlow
	}
	switch {
	case strings.IndexFunc(s, func(r rune) bool { return !strconv.IsPrint(r) }) >= 0:
		return strconv.Quote(s)
	case form.MatchString(s) && !reserved.MatchString(s) && !strings.Contains(s, ": ") && !strings.Contains(s, " #") && strings.TrimRight(s, " :") == s:
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", "''") + "'"
}

// keyText is quoted for a key. The key n is ours, and no reader of ours takes it
// for a truth.
func keyText(s string) string {
	if s == "n" {
		return s
	}
	return quoted(s, true)
}

// oneLine makes a text fit for a comment: no control characters, no line breaks.
func oneLine(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	return strings.Map(func(r rune) rune {
		if !strconv.IsPrint(r) {
			return '\ufffd'
		}
		return r
	}, s)
}

// seconds writes a length of time as a rule does.
func seconds(d time.Duration) scalar { return scalar(length(d)) }

// length is a length of time in words of a rule: whole days stay days.
func length(d time.Duration) string {
	const day = 24 * time.Hour
	if d >= day && d%day == 0 {
		return strconv.FormatInt(int64(d/day), 10) + "d"
	}
	return strictyaml.FormatDuration(d)
}

// number writes a float without an exponent, which YAML readers disagree on.
func number(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
