package importer

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// literal writes a single value as an expression does: numbers and booleans as
// they are, all else in quotes. ok is false for lists, mappings and null.
func literal(v strictyaml.Value) (string, bool) {
	if v.IsList() || v.IsMapping() || v.IsNull() {
		return "", false
	}
	switch x := v.Any().(type) {
	case bool:
		return strconv.FormatBool(x), true
	case int64:
		return strconv.FormatInt(x, 10), true
	case float64:
		return number(x), x-x == 0
	case string:
		return strconv.Quote(x), true
	}
	return "", false
}

// glob is a text with wildcards: literal parts, any and one.
type glob []part

type part struct {
	text string
	wild byte // '*', '?' or 0 for text
}

// readGlob reads * and ?; a backslash takes their meaning, and its own, away.
func readGlob(s string) glob {
	var g glob
	rs := []rune(s)
	for i := 0; i < len(rs); i++ {
		switch r := rs[i]; {
		case r == '\\' && i+1 < len(rs) && strings.ContainsRune(`*?\`, rs[i+1]):
			i++
			g = g.literal(string(rs[i]))
		case r == '*' || r == '?':
			g = append(g, part{wild: byte(r)})
		default:
			g = g.literal(string(r))
		}
	}
	return g.tidy()
}

func (g glob) literal(s string) glob {
	if n := len(g); n > 0 && g[n-1].wild == 0 {
		g[n-1].text += s
		return g
	}
	return append(g, part{text: s})
}

// tidy makes one star of several.
func (g glob) tidy() glob {
	var out glob
	for _, p := range g {
		if n := len(out); p.wild == '*' && n > 0 && out[n-1].wild == '*' {
			continue
		}
		out = append(out, p)
	}
	return out
}

// around puts stars before and after.
func (g glob) around(before, after bool) glob {
	var out glob
	if before {
		out = append(out, part{wild: '*'})
	}
	out = append(out, g...)
	if after {
		out = append(out, part{wild: '*'})
	}
	return out.tidy()
}

// plain is the text of a glob without wildcards.
func (g glob) plain() (string, bool) {
	switch {
	case len(g) == 0:
		return "", true
	case len(g) == 1 && g[0].wild == 0:
		return g[0].text, true
	}
	return "", false
}

// pattern is the glob as a regular expression, with ^ and $ where no star is.
func (g glob) pattern() string {
	var b strings.Builder
	first, last := g[0].wild == '*', g[len(g)-1].wild == '*'
	if first {
		g = g[1:]
	}
	if last {
		g = g[:len(g)-1]
	}
	for _, p := range g {
		switch p.wild {
		case '*':
			b.WriteString(".*")
		case '?':
			b.WriteByte('.')
		default:
			b.WriteString(regexp.QuoteMeta(p.text))
		}
	}
	out := b.String()
	if !first {
		out = "^" + out
	}
	if !last {
		out += "$"
	}
	return out
}

// events is the glob as a pattern of event names; ok is false when it is none.
func (g glob) events() (string, bool) {
	var b strings.Builder
	named := false
	for _, p := range g {
		switch {
		case p.wild != 0:
			b.WriteByte(p.wild)
		case !eventName.MatchString(p.text):
			return "", false
		default:
			named = true
			b.WriteString(strings.ToUpper(p.text))
		}
	}
	return b.String(), named
}

// match is the comparison of a field with the glob. fold: in any case.
func (g glob) match(field string, fold bool) node {
	subject := mark
	write := func(s string) string { return strconv.Quote(s) }
	if field == "event" { // always upper case
		fold, g = false, g.upper()
	}
	if fold && g.cased() {
		subject = "lower(" + mark + ")"
		write = func(s string) string { return strconv.Quote(strings.ToLower(s)) }
	}
	if s, ok := g.plain(); ok {
		return leaf(field, subject+" == "+write(s))
	}
	star := func(i int) bool { return g[i].wild == '*' }
	text := func(i int) bool { return g[i].wild == 0 }
	switch n := len(g); {
	case n == 1 && star(0):
		return leaf(field, mark+" != nil")
	case n == 2 && text(0) && star(1):
		return leaf(field, subject+" startsWith "+write(g[0].text))
	case n == 2 && star(0) && text(1):
		return leaf(field, subject+" endsWith "+write(g[1].text))
	case n == 3 && star(0) && text(1) && star(2):
		return leaf(field, subject+" contains "+write(g[1].text))
	}
	flags := "(?s)"
	if fold {
		flags = "(?is)"
	}
	return leaf(field, "matches("+mark+", "+strconv.Quote(flags+g.pattern())+")")
}

func (g glob) upper() glob {
	out := slices.Clone(g)
	for i := range out {
		out[i].text = strings.ToUpper(out[i].text)
	}
	return out
}

// cased reports whether the texts have letters of both cases.
func (g glob) cased() bool {
	for _, p := range g {
		if strings.ToLower(p.text) != p.text || strings.ToUpper(p.text) != p.text {
			return true
		}
	}
	return false
}

// eventLeaf is a choice of events by a glob over their names.
func eventLeaf(name string) node {
	n := leaf("event", mark+" == "+strconv.Quote(name))
	if strings.ContainsAny(name, "*?") {
		n = readGlob(name).match("event", false)
	}
	n.events = []string{name}
	return n
}

// compared is an ordering comparison with a number. Of what is no number it does
// not hold.
func compared(field, op string, x float64) node {
	if field == lasting {
		return leaf(field, "seconds("+mark+") "+op+" "+number(x))
	}
	n := leaf(field, mark+" "+op+" "+number(x))
	n.guard = "abs(" + mark + ") != nil"
	return n
}
