package importer

import (
	"fmt"
	"strconv"
	"strings"
)

// word eats characters that are no syntax; a backslash takes one with it.
func (p *luceneParser) word() string {
	i := 0
	for i < len(p.rest) && !strings.ContainsRune(" \t\r\n():^~\"[]{}", rune(p.rest[i])) {
		if p.rest[i] == '\\' && i+1 < len(p.rest) {
			i++
		}
		i++
	}
	i = min(i, len(p.rest))
	word := p.rest[:i]
	p.rest = p.rest[i:]
	return word
}

// unescape takes Lucene's backslashes away.
func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// value reads what a field is compared with.
func (p *luceneParser) value(field string) (node, error) {
	p.space()
	switch {
	case p.rest == "":
		return node{}, fmt.Errorf("a value is missing")
	case p.rest[0] == '"':
		return p.phrase(field)
	case p.rest[0] == '/':
		end := strings.IndexByte(p.rest[1:], '/')
		if end < 0 {
			return node{}, fmt.Errorf("a regular expression is left open")
		}
		pattern := p.rest[1 : end+1]
		p.rest = p.rest[end+2:]
		return p.f.regexp(p.f.tr.o.Map.field(field), pattern, false, p.v), p.named(field)
	case p.rest[0] == '[' || p.rest[0] == '{':
		return p.ranged(field)
	}
	for _, op := range []string{">=", "<=", ">", "<"} {
		if strings.HasPrefix(p.rest, op) {
			p.rest = p.rest[len(op):]
			x, err := bound(p.word())
			if err != nil {
				return node{}, err
			}
			return compared(p.f.tr.o.Map.field(field), op, x), p.named(field)
		}
	}
	word := p.word()
	if word == "" {
		return node{}, fmt.Errorf("a value is missing at %q", cut(p.rest))
	}
	return p.compare(field, word)
}

func (p *luceneParser) named(field string) error {
	if field == "" {
		return fmt.Errorf("a value has no field")
	}
	return nil
}

func bound(s string) (float64, error) {
	x, err := strconv.ParseFloat(unescape(s), 64)
	if err != nil || x-x != 0 {
		return 0, fmt.Errorf("%q is no number, and ranges of anything else have no counterpart", s)
	}
	return x, nil
}

// phrase reads "…".
func (p *luceneParser) phrase(field string) (node, error) {
	i := 1
	for i < len(p.rest) && p.rest[i] != '"' {
		if p.rest[i] == '\\' {
			i++
		}
		i++
	}
	if i >= len(p.rest) {
		return node{}, fmt.Errorf("a quote is left open")
	}
	value := unescape(p.rest[1:i])
	p.rest = p.rest[i+1:]
	if field == "" {
		return p.anywhere(glob{{text: value}})
	}
	if p.f.tr.o.Map.isEventField(field) {
		if n, ok := p.f.event("term", value); ok {
			return n, nil
		}
	}
	return glob{{text: value}}.match(p.f.tr.o.Map.field(field), false), nil
}

// ranged reads [1 TO 5] and {1 TO *}.
func (p *luceneParser) ranged(field string) (node, error) {
	low := map[byte]string{'[': ">=", '{': ">"}[p.rest[0]]
	end := strings.IndexAny(p.rest, "]}")
	if end < 0 {
		return node{}, fmt.Errorf("a range is left open")
	}
	high := map[byte]string{']': "<=", '}': "<"}[p.rest[end]]
	words := strings.Fields(p.rest[1:end])
	p.rest = p.rest[end+1:]
	if len(words) != 3 || words[1] != "TO" {
		return node{}, fmt.Errorf("a range is [from TO to]")
	}
	var kids []node
	for _, side := range []struct{ op, text string }{{low, words[0]}, {high, words[2]}} {
		if side.text == "*" {
			continue
		}
		x, err := bound(side.text)
		if err != nil {
			return node{}, err
		}
		kids = append(kids, compared(p.f.tr.o.Map.field(field), side.op, x))
	}
	if len(kids) == 0 {
		return leaf(p.f.tr.o.Map.field(field), mark+" != nil"), p.named(field)
	}
	return allOf(kids...), p.named(field)
}

// compare is a single word, which may hold wildcards.
func (p *luceneParser) compare(field, word string) (node, error) {
	g := luceneGlob(word)
	if field == "" {
		return p.anywhere(g)
	}
	value, plain := g.plain()
	if p.f.tr.o.Map.isEventField(field) {
		if name, ok := p.f.tr.o.Map.event(value); plain && ok {
			return eventLeaf(name), nil
		}
		if name, ok := g.events(); ok {
			return eventLeaf(name), nil
		}
	}
	ours := p.f.tr.o.Map.field(field)
	if plain && ours != "event" {
		return leaf(ours, mark+" == "+luceneLiteral(value)), nil
	}
	return g.match(ours, false), nil
}

// luceneLiteral is a number or a boolean where the word looks like one.
func luceneLiteral(s string) string {
	if s == "true" || s == "false" {
		return s
	}
	if x, err := strconv.ParseFloat(s, 64); err == nil && number(x) == s {
		return s
	}
	return strconv.Quote(s)
}

// luceneGlob reads wildcards; a backslash takes the meaning of what follows.
func luceneGlob(s string) glob {
	var g glob
	rs := []rune(s)
	for i := 0; i < len(rs); i++ {
		switch r := rs[i]; {
		case r == '\\' && i+1 < len(rs):
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

// anywhere is a text without a field: it is looked for in the fields that the map
// names under keywords.
func (p *luceneParser) anywhere(g glob) (node, error) {
	n, ok := p.f.tr.keyword(g, true)
	if !ok {
		return node{}, fmt.Errorf("a text without a field is looked for in the fields that --map names under keywords, and it names none")
	}
	return n, nil
}

// keyword looks for a glob anywhere in the fields of Map.Keywords.
func (tr *translator) keyword(g glob, fold bool) (node, bool) {
	var kids []node
	for _, field := range tr.o.Map.Keywords {
		kids = append(kids, g.around(true, true).match(field, fold))
	}
	return anyOf(kids...), len(kids) > 0
}
