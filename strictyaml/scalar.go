package strictyaml

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// scalar returns the text of a plain or quoted value. ok is false, with a
// recorded fault, for anything else.
func (v Value) scalar(want string) (*yaml.Node, bool) {
	if v.n == nil {
		return nil, false
	}
	n := v.resolve()
	switch {
	case v.f.cut[n]: // that has been told
	case n.Kind == yaml.MappingNode && want == "an expression":
		v.Fault(comparisonHint(n), "YAML read this as a mapping, not as %s", want)
	case n.Kind == yaml.SequenceNode && want == "an expression":
		v.Fault("write it without [ ]; several conditions are joined by and, or", "is a list; %s is expected", want)
	case n.Kind != yaml.ScalarNode && want == "a duration":
		v.Fault(v.lengthHint(), "is %s; %s is expected", kindName(n), want)
	case n.Kind == yaml.MappingNode && n.Style&yaml.FlowStyle != 0:
		v.Fault("quote the text: '{{…}}'", "YAML read this as a mapping, not as %s", want)
	case n.Kind != yaml.ScalarNode:
		v.Fault("write a single value, without brackets, braces or dashes", "is %s; %s is expected", kindName(n), want)
	case n.Tag != "" && !strings.HasPrefix(n.Tag, "!!"):
		// The text is not repeated: it may be a secret.
		hint := "quote the whole text"
		if want == "an expression" {
			hint = "quote the whole text, or write not in place of !"
		}
		v.Fault(hint, "YAML took the first word for a tag and drops it")
	case n.Tag == "!!null":
		v.Fault("", "is empty; %s is expected", want)
	default:
		return n, true
	}
	return nil, false
}

// orderings are how other tools call what compares a count.
var orderings = map[string]string{"gt": ">", "gte": ">=", "lt": "<", "lte": "<=", "eq": "==", "neq": "!=", "min": ">=", "max": "<="}

// comparisonHint says what to write instead of a mapping: of {gte: 5}, or of
// {reason: unknown_error}.
func comparisonHint(n *yaml.Node) string {
	if len(n.Content) >= 2 && n.Content[0].Kind == yaml.ScalarNode && n.Content[1].Kind == yaml.ScalarNode {
		key, value := n.Content[0].Value, n.Content[1].Value
		if op := orderings[strings.ToLower(key)]; op != "" && number.MatchString(value) {
			return fmt.Sprintf("write count %s %s", op, value)
		}
		if plainValue.MatchString(key) && plainValue.MatchString(value) {
			return fmt.Sprintf("write it as one text: %s == %q", key, value)
		}
	}
	return "write it as one text, such as reason == \"unknown_error\""
}

func kindName(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	return "a single value"
}

// Text is any single value as it was written.
func (v Value) Text() (string, bool) { return v.text("a text") }

// Raw is the text of a single value, "" for anything else; it records no fault.
func (v Value) Raw() string {
	if v.n == nil {
		return ""
	}
	if n := v.resolve(); n.Kind == yaml.ScalarNode {
		return n.Value
	}
	return ""
}

// Expression is Text with a fault that speaks of expressions.
func (v Value) Expression() (string, bool) { return v.text("an expression") }

func (v Value) text(want string) (string, bool) {
	n, ok := v.scalar(want)
	if !ok {
		return "", false
	}
	return n.Value, true
}

// Bool is true or false.
func (v Value) Bool() (value, ok bool) {
	n, ok := v.scalar("true or false")
	if !ok {
		return false, false
	}
	if n.Value != "true" && n.Value != "false" {
		v.Fault("write true or false", "%q is neither true nor false", n.Value)
		return false, false
	}
	return n.Value == "true", true
}

// Int is a whole number within the bounds of its field.
func (v Value) Int() (int64, bool) {
	if v.n == nil {
		return 0, false
	}
	f := v.Key()
	return v.IntUpTo(f.Most)
}

// IntUpTo is Int with another upper bound, one that only the file itself tells.
func (v Value) IntUpTo(hi int64) (int64, bool) {
	n, ok := v.scalar("a whole number")
	if !ok {
		return 0, false
	}
	lo := v.Key().Least
	i, err := strconv.ParseInt(n.Value, 10, 64)
	if err != nil {
		v.Fault("write digits alone", "%q is not a whole number", n.Value)
		return 0, false
	}
	if i < lo || i > hi {
		v.Fault(fmt.Sprintf("write %d", min(max(i, lo), hi)), "%d is not between %d and %d", i, lo, hi)
		return 0, false
	}
	return i, true
}

// Float is a finite number, above the field's Least and up to its Most.
func (v Value) Float() (float64, bool) {
	n, ok := v.scalar("a number")
	if !ok {
		return 0, false
	}
	x, err := strconv.ParseFloat(n.Value, 64)
	if err != nil || x-x != 0 {
		v.Fault("", "%q is not a number", n.Value)
		return 0, false
	}
	if f := v.Key(); f.Most != 0 && (x <= float64(f.Least) || x > float64(f.Most)) {
		v.Fault(f.Hint, "%s is not above %d and up to %d", n.Value, f.Least, f.Most)
		return 0, false
	}
	return x, true
}

// Duration is a length such as 90s, 5m, 1h30m, 2d or 1w, within the bounds of its
// field.
func (v Value) Duration() (time.Duration, bool) {
	n, ok := v.scalar("a duration")
	if !ok {
		return 0, false
	}
	return v.DurationOf(n.Value)
}

// DurationOf is Duration for a text that was made of the value's.
func (v Value) DurationOf(text string) (time.Duration, bool) {
	lo, hi := v.Key().Shortest, v.Key().Longest
	d, err := ParseDuration(text)
	if err != nil {
		v.lengthFault(text, err)
		return 0, false
	}
	switch {
	case d < lo:
		v.Fault("write "+FormatBound(lo)+" or more", "%s is too short: at least %s", text, FormatBound(lo))
		return 0, false
	case d > hi:
		v.Fault("write "+FormatBound(hi)+" or less", "%s is too long: at most %s", text, FormatBound(hi))
		return 0, false
	}
	return d, true
}

// lengthFault explains a text that is no length of time.
func (v Value) lengthFault(text string, err error) {
	switch _, words := Lookalike(text); {
	case words != "":
		v.Fault(v.lengthHint(), "%s", words)
	case strings.HasPrefix(text, "-"):
		v.Fault(v.lengthHint(), "%q is negative: a length of time counts forwards", text)
	default:
		v.Fault(v.lengthHint(), "%v", err)
	}
}

// FormatBound writes a limit in whole days where it is one: 31d, not 4w3d.
func FormatBound(d time.Duration) string {
	const day = 24 * time.Hour
	if d >= day && d%day == 0 {
		return strconv.FormatInt(int64(d/day), 10) + "d"
	}
	return FormatDuration(d)
}

// List is the values of a list; a single value is a list of one.
func (v Value) List() []Value {
	if v.n == nil {
		return nil
	}
	n := v.resolve()
	if n.Kind == yaml.ScalarNode && n.Tag != "!!null" {
		return []Value{v}
	}
	if n.Kind != yaml.SequenceNode {
		v.Fault("write [a, b], or a line - a for each", "is %s; a list is expected", kindName(n))
		return nil
	}
	if !v.afford(len(n.Content)) {
		return nil
	}
	out := make([]Value, len(n.Content))
	for i, c := range n.Content {
		out[i] = Value{f: v.f, n: c, subject: v.subject, path: v.path, field: v.field}
	}
	return out
}

// Texts is a list of texts; a single text is a list of one.
func (v Value) Texts() []string {
	var out []string
	for _, item := range v.List() {
		if s, ok := item.Text(); ok {
			out = append(out, s)
		}
	}
	return out
}

// IsMapping and IsList tell the kind without a fault.
func (v Value) IsMapping() bool { return v.n != nil && v.resolve().Kind == yaml.MappingNode }

// IsList reports whether the value is written as a list.
func (v Value) IsList() bool { return v.n != nil && v.resolve().Kind == yaml.SequenceNode }

// Any is the value as Go data: nil, bool, int64, float64, string or []any.
func (v Value) Any() any {
	if v.n == nil {
		return nil
	}
	if v.IsList() {
		var out []any
		for _, item := range v.List() {
			out = append(out, item.Any())
		}
		return out
	}
	n, ok := v.scalar("a single value")
	if !ok {
		return nil
	}
	switch n.Tag {
	case "!!bool":
		return n.Value == "true"
	case "!!int":
		if i, err := strconv.ParseInt(n.Value, 0, 64); err == nil {
			return i
		}
	case "!!float":
		if x, err := strconv.ParseFloat(n.Value, 64); err == nil {
			return x
		}
	}
	return n.Value
}

// afford takes n nodes off the budget; without it an alias bomb would read for
// ever.
func (v Value) afford(n int) bool {
	if v.f.nodes -= n; v.f.nodes < 0 {
		if v.f.nodes+n >= 0 {
			v.Fault("", "the file holds more than %d values", MaxNodes)
		}
		return false
	}
	return true
}
