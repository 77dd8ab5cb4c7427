package alert

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Op is how a Matcher compares.
type Op string

// The operators of Alertmanager's matchers. Regular expressions are anchored.
const (
	Equal     Op = "="
	NotEqual  Op = "!="
	Regexp    Op = "=~"
	NotRegexp Op = "!~"
)

// Matcher tests one label. A label that is absent counts as empty.
type Matcher struct {
	Name  string
	Op    Op
	Value string

	re *regexp.Regexp
}

// ParseMatcher reads Alertmanager's syntax: severity="critical", rule=~"edge_.*",
// a!="b", a!~"c", also with an unquoted value. A name may be a field path as it
// stands in group_by (params.abonement): it is looked up by its safe name.
func ParseMatcher(s string) (Matcher, error) {
	name, rest := cutName(strings.TrimSpace(s))
	if name == "" {
		return Matcher{}, fmt.Errorf("matcher %q: a label name must come first, as in severity=\"critical\"", s)
	}
	op, rest, ok := cutOp(strings.TrimSpace(rest))
	if !ok {
		return Matcher{}, fmt.Errorf("matcher %q: one of = != =~ !~ must follow %q", s, name)
	}
	value, err := unquoteValue(strings.TrimSpace(rest))
	if err != nil {
		return Matcher{}, fmt.Errorf("matcher %q: %w", s, err)
	}
	m, err := NewMatcher(name, op, value)
	if err != nil {
		return Matcher{}, fmt.Errorf("matcher %q: %w", s, err)
	}
	return m, nil
}

// NewMatcher compiles a matcher; the error is a bad operator or a bad regular
// expression.
func NewMatcher(name string, op Op, value string) (Matcher, error) {
	m := Matcher{Name: name, Op: op, Value: value}
	switch op {
	case Equal, NotEqual:
		return m, nil
	case Regexp, NotRegexp:
		re, err := regexp.Compile("^(?s:" + value + ")$")
		if err != nil {
			return Matcher{}, fmt.Errorf("regular expression %q: %w", value, err)
		}
		m.re = re
		return m, nil
	}
	return Matcher{}, fmt.Errorf("unknown operator %q", op)
}

// Matches reports whether the label set satisfies m.
func (m Matcher) Matches(ls Labels) bool {
	v := ls.Get(SafeName(m.Name))
	switch m.Op {
	case Equal:
		return v == m.Value
	case NotEqual:
		return v != m.Value
	case Regexp:
		return m.re != nil && m.re.MatchString(v)
	case NotRegexp:
		return m.re != nil && !m.re.MatchString(v)
	}
	return false
}

// String writes m so that ParseMatcher reads it back.
func (m Matcher) String() string { return m.Name + string(m.Op) + quoteValue(m.Value) }

// Matchers match when all of them do; none matches everything.
type Matchers []Matcher

// Matches reports whether every matcher is satisfied.
func (ms Matchers) Matches(ls Labels) bool {
	for _, m := range ms {
		if !m.Matches(ls) {
			return false
		}
	}
	return true
}

func cutName(s string) (name, rest string) {
	i := strings.IndexFunc(s, func(r rune) bool { return strings.ContainsRune("=!~{},\"'` \t\n\r", r) })
	if i < 0 {
		return s, ""
	}
	return s[:i], s[i:]
}

func cutOp(s string) (op Op, rest string, ok bool) {
	for _, op := range []Op{Regexp, NotRegexp, NotEqual, Equal} {
		if rest, ok := strings.CutPrefix(s, string(op)); ok {
			return op, rest, true
		}
	}
	return "", "", false
}

// unquoteValue knows the escapes \" \\ and \n; as in Alertmanager any other
// backslash stands for itself, so that regular expressions need no doubling.
func unquoteValue(s string) (string, error) {
	if !strings.HasPrefix(s, `"`) {
		if i := strings.IndexAny(s, "{},\" \t\n"); i >= 0 {
			return "", fmt.Errorf("a value with %q must be quoted", s[i])
		}
		return s, nil
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' && i == len(s)-1:
			return b.String(), nil
		case c == '"':
			return "", fmt.Errorf("unexpected %s after the value", strconv.Quote(s[i+1:]))
		case c == '\\' && i+1 < len(s) && strings.IndexByte(`"\n`, s[i+1]) >= 0:
			i++
			if s[i] == 'n' {
				b.WriteByte('\n')
			} else {
				b.WriteByte(s[i])
			}
		default:
			b.WriteByte(c)
		}
	}
	return "", fmt.Errorf("the value's closing quote is missing")
}

func quoteValue(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) + `"`
}

// MarshalText writes what ParseMatcher reads.
func (m Matcher) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads what ParseMatcher does.
func (m *Matcher) UnmarshalText(text []byte) (err error) {
	*m, err = ParseMatcher(string(text))
	return err
}

// ParseMatchers reads matchers as they are given to commands: each text is one, or
// several with commas between them, with or without braces around them all.
func ParseMatchers(texts ...string) (Matchers, error) {
	var ms Matchers
	for _, text := range texts {
		for _, one := range splitMatchers(text) {
			m, err := ParseMatcher(one)
			if err != nil {
				return nil, err
			}
			ms = append(ms, m)
		}
	}
	return ms, nil
}

// splitMatchers cuts at the commas outside of quotes.
func splitMatchers(text string) []string {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "{") && strings.HasSuffix(text, "}") {
		text = text[1 : len(text)-1]
	}
	var parts []string
	quoted, from := false, 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case c == ',' && !quoted:
			parts = append(parts, text[from:i])
			from = i + 1
		}
	}
	if last := text[from:]; strings.TrimSpace(last) != "" || len(parts) == 0 {
		parts = append(parts, last)
	}
	return parts
}
