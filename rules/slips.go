package rules

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// slip is a habit of another language by which a text that is no expression is
// recognised. In msg and hint $1 is the first group of the pattern, as of
// Regexp.Expand.
type slip struct {
	pattern   *regexp.Regexp
	msg, hint string
	change    func(groups []string) string // makes the hint, where a pattern cannot
}

// slips are tried in this order, over the text outside of quotes.
var slips = []slip{
	{regexp.MustCompile(`\{\{-?\s*\.?(?:Group\.|Values\.|Labels\.)?([\w.]+)\s*-?\}\}`), "{{…}} belongs to annotations", "write the name alone: $1", nil},
	{regexp.MustCompile(`\$\{?([A-Za-z_][\w.]*)\}?`), `"$$" does not belong before a name`, "write the name alone: $1", nil},
	{regexp.MustCompile(`\w+(?:\{[^}]*\})?\[\d+[smhdw]\]|\bby\s*\(`), "this is the language of Prometheus", "", promQL},
	{regexp.MustCompile(`≥`), `"≥" is not an operator`, "write >=", nil},
	{regexp.MustCompile(`≤`), `"≤" is not an operator`, "write <=", nil},
	{regexp.MustCompile(`≠`), `"≠" is not an operator`, "write !=", nil},
	{regexp.MustCompile(`×`), `"×" is not an operator`, "write *", nil},
	{regexp.MustCompile(`=~`), `"=~" is not an operator`, `write matches "…"`, nil},
	{regexp.MustCompile(`!~`), `"!~" is not an operator`, `write not (name matches "…")`, nil},
	{regexp.MustCompile(`===`), `"===" is not an operator`, "write == to compare", nil},
	{regexp.MustCompile(`!==`), `"!==" is not an operator`, "write != for unequal", nil},
	{regexp.MustCompile(`:=`), `":=" is not an operator`, "write == to compare", nil},
	{regexp.MustCompile(`<>`), `"<>" is not an operator`, "write != for unequal", nil},
	{regexp.MustCompile(`\bmatches\s+(/\S*)`), "a pattern stands in quotes, not between slashes", "", slashes},
	{regexp.MustCompile(`(?:^|[\s(])(?:NOT)\b`), `"NOT" is not expected here`, "write not in lower case", nil},
	{regexp.MustCompile(`\bin\s*\((.*?)\)`), `"in" takes a list in [ ]`, "write in [$1]", nil},
	{regexp.MustCompile(`(\d+(?:\.\d+)?)\s*%\s*(?:$|\)| and | or )`), "expressions know no %", "", percentage},
	{regexp.MustCompile(`\s(?:in|within|over|during|per)\s+(?:last\s+)?(\d+[smhdw])\s*$`), "a condition holds no length of time", "write window: $1 as a key of the rule", nil},
	{regexp.MustCompile(`\s(?:for)\s+(\d+[smhdw])\s*$`), "a condition holds no length of time", "write for: $1 as a key of the rule", nil},
	{regexp.MustCompile(`\b(contains|startsWith|endsWith|matches)\s*\(\s*([\w.]+)\s*,\s*([^)]+)\)`), "$1 stands between its sides", "write $2 $1 $3", nil},
	{regexp.MustCompile(`\b(\d+)k\b`), "expressions know no k for thousand", "write ${1}000", nil},
	{regexp.MustCompile(`\b(\d{1,3})[ ,](\d{3})\s*$`), "a number is written without spaces and commas", "write $1$2", nil},
	{regexp.MustCompile(`([\w.]+)\s+in\s+(\d{1,3}(?:\.\d{1,3}){3}/\d+)`), "a network is a text, and cidr looks into it", "write cidr($1, \"$2\")", nil},
	{regexp.MustCompile(`\b(\d{1,3}(?:\.\d{1,3}){3})(/\d+)?`), "an address is a text and stands in quotes", "write \"$1$2\"", nil},
	{regexp.MustCompile(`\b(\d+)([smhdw])\b`), "expressions know no units of time", "", lengthInSeconds},
	{regexp.MustCompile(`\bis\s+not\s+(?:null|nil|None|NULL)\b`), `"is" is not expected here`, "write != nil", nil},
	{regexp.MustCompile(`\bis\s+(?:null|nil|None|NULL)\b`), `"is" is not expected here`, "write == nil", nil},
	{regexp.MustCompile(`\b(?:\d+|all|any)\s+of\s+[\w*]+`), `"of" is not expected here`, "all_of and min are keys of a rule; in match conditions are joined by and, or", nil},
	{regexp.MustCompile(`\bbetween\s+(\S+)\s+and\s+(\S+)`), `"between" is not expected here`, "write >= $1 and <= $2, each with the name before it", nil},
	{regexp.MustCompile(`^\s*(>=|<=|>|<|==|!=)\s*(\S*)`), `nothing stands before "$1"`, "write count $1 $2", nil},
}

func promQL([]string) string {
	return "write condition: count >= 20, with window: 5m and group_by; aggregates name other values of the window"
}

func slashes(groups []string) string {
	if pattern := strings.Trim(groups[1], "/"); pattern != "" && !strings.Contains(pattern, `"`) {
		return fmt.Sprintf("write matches %q", pattern)
	}
	return `write matches "…"`
}

func percentage(groups []string) string {
	x, err := strconv.ParseFloat(groups[1], 64)
	if err != nil {
		return "write 0.4 for 40 %"
	}
	return fmt.Sprintf("write %s for %s %%", strconv.FormatFloat(x/100, 'g', 6, 64), groups[1])
}

func lengthInSeconds(groups []string) string {
	d, err := strictyaml.ParseDuration(groups[1] + groups[2])
	if err != nil {
		return "write a number of seconds"
	}
	return fmt.Sprintf("write the seconds: %d for %s%s", int64(d.Seconds()), groups[1], groups[2])
}

// findSlip looks for the first habit in an expression; offset and width count
// characters.
func findSlip(src string) (msg, hint string, offset, width int, found bool) {
	masked := maskQuoted(src)
	for _, s := range slips {
		at := s.pattern.FindStringSubmatchIndex(masked)
		if at == nil {
			continue
		}
		if s.change != nil {
			groups := make([]string, len(at)/2)
			for i := range groups {
				if at[2*i] >= 0 {
					groups[i] = src[at[2*i]:at[2*i+1]]
				}
			}
			hint = s.change(groups)
		} else {
			hint = string(s.pattern.ExpandString(nil, s.hint, src, at))
		}
		whole := src[at[0]:at[1]]
		from := at[0] + len(whole) - len(strings.TrimLeft(whole, " \t\n("))
		msg = string(s.pattern.ExpandString(nil, s.msg, src, at))
		return msg, hint, utf8.RuneCountInString(src[:from]), max(1, utf8.RuneCountInString(strings.TrimSpace(src[from:at[1]]))), true
	}
	return "", "", 0, 0, false
}

// maskQuoted puts an x in place of each byte inside quotes.
func maskQuoted(src string) string {
	out := []byte(src)
	var quote byte
	for i := 0; i < len(out); i++ {
		c := out[i]
		switch {
		case quote == 0:
			if c == '"' || c == '\'' || c == '`' {
				quote = c
			}
		case c == quote:
			quote = 0
		default:
			if c == '\\' && quote != '`' && i+1 < len(out) {
				out[i] = 'x'
				i++
			}
			out[i] = 'x'
		}
	}
	return string(out)
}

var bareCall = regexp.MustCompile(`\b([a-z]+)\s+([A-Za-z_][\w.]*)`)

// missingBrackets finds a function of ours with its argument and no brackets:
// `len args`.
func missingBrackets(src string) (hint string, offset, width int, found bool) {
	for _, at := range bareCall.FindAllStringSubmatchIndex(maskQuoted(src), -1) {
		name, arg := src[at[2]:at[3]], src[at[4]:at[5]]
		if c, ok := callables[name]; ok && c.min == 1 {
			return fmt.Sprintf("write %s(%s)", name, arg), utf8.RuneCountInString(src[:at[0]]), utf8.RuneCountInString(name), true
		}
	}
	return "", 0, 0, false
}
