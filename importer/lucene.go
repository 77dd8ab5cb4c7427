package importer

import (
	"fmt"
	"strings"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// lucene reads a query in Lucene's syntax. both: terms beside each other must all
// hold; by default one is enough.
func (f *filters) lucene(source string, both bool, v strictyaml.Value) node {
	p := &luceneParser{f: f, v: v, rest: source, both: both}
	n, err := p.clauses("")
	if err == nil && strings.TrimSpace(p.rest) != "" {
		err = fmt.Errorf("unexpected %q", cut(p.rest))
	}
	if err != nil {
		f.d.refuse(v, "query_string: %v", err)
		return allOf()
	}
	return n
}

// luceneParser reads Lucene's classic syntax from rest.
type luceneParser struct {
	f     *filters
	v     strictyaml.Value
	rest  string
	both  bool
	depth int
}

func cut(s string) string {
	if rs := []rune(strings.TrimSpace(s)); len(rs) > 20 {
		return string(rs[:20]) + "…"
	}
	return strings.TrimSpace(s)
}

func (p *luceneParser) space() { p.rest = strings.TrimLeft(p.rest, " \t\r\n") }

// take eats a token if it is next.
func (p *luceneParser) take(token string) bool {
	p.space()
	if !strings.HasPrefix(p.rest, token) {
		return false
	}
	after := p.rest[len(token):]
	if token[0] >= 'A' && token[0] <= 'Z' && after != "" && !strings.ContainsAny(after[:1], " \t\r\n(") {
		return false // a word that begins so
	}
	p.rest = after
	return true
}

// clause is one part of a query: asked is + if it must hold, - if it must not, or
// 0.
type clause struct {
	node  node
	asked byte
}

// clauses reads clauses up to a closing parenthesis or the end. field is the one
// of field:(…).
func (p *luceneParser) clauses(field string) (node, error) {
	if p.depth++; p.depth > deepest {
		return node{}, fmt.Errorf("parentheses are nested more than %d deep", deepest)
	}
	defer func() { p.depth-- }()
	var list []clause
	joined := map[string]bool{}
	for {
		word := p.joint(len(list) > 0)
		if p.space(); p.rest == "" || p.rest[0] == ')' {
			if word == "and" || word == "or" || len(list) == 0 {
				return node{}, fmt.Errorf("a term is missing at %q", cut(p.rest))
			}
			return combine(list, joined, p.both)
		}
		if len(list) > 0 {
			joined[word] = true
		}
		c, err := p.clause(field)
		if err != nil {
			return node{}, err
		}
		list = append(list, c)
	}
}

// joint eats AND or OR between two clauses; "" is neither.
func (p *luceneParser) joint(between bool) string {
	switch {
	case !between:
		return ""
	case p.take("AND") || p.take("&&"):
		return "and"
	case p.take("OR") || p.take("||"):
		return "or"
	}
	return "beside"
}

// combine joins clauses as Lucene does, where that is what people mean.
func combine(list []clause, joined map[string]bool, both bool) (node, error) {
	if joined["beside"] && both {
		joined = map[string]bool{"and": true, "or": joined["or"]}
	}
	var must, may, without []node
	for _, c := range list {
		switch {
		case c.asked == '-':
			without = append(without, not(c.node))
		case c.asked == '+' || joined["and"] || len(list) == 1:
			must = append(must, c.node)
		default:
			may = append(may, c.node)
		}
	}
	switch {
	case joined["and"] && (joined["or"] || joined["beside"]):
		return node{}, fmt.Errorf("AND and OR are mixed without parentheses, to which Lucene gives a meaning that few expect")
	case joined["or"] && len(without) > 0:
		return node{}, fmt.Errorf("NOT beside OR means AND NOT to Lucene: put it in parentheses")
	case len(must) == 0 && len(may) > 0:
		must = []node{oneOf(may)}
	}
	return allOf(append(must, without...)...), nil // what may hold beside what must only ranks
}

// clause reads one clause.
func (p *luceneParser) clause(field string) (c clause, err error) {
	switch {
	case p.take("NOT") || p.take("!") || p.take("-"):
		if p.depth++; p.depth > deepest {
			return c, fmt.Errorf("it is nested more than %d deep", deepest)
		}
		c, err = p.clause(field)
		p.depth--
		if c.asked == '-' {
			c.node = not(c.node)
		}
		return clause{c.node, '-'}, err
	case p.take("+"):
		c.asked = '+'
	}
	if p.take("(") {
		c.node, err = p.clauses(field)
		if err == nil && !p.take(")") {
			err = fmt.Errorf("a parenthesis is left open")
		}
	} else {
		c.node, err = p.term(field)
	}
	return c, p.noBoost(err)
}

// noBoost refuses ^2 and ~1 after a clause.
func (p *luceneParser) noBoost(err error) error {
	if err == nil && p.rest != "" && strings.ContainsAny(p.rest[:1], "^~") {
		return fmt.Errorf("%s: boosts and fuzzy searches have no counterpart", cut(p.rest))
	}
	return err
}

// term reads field:value, or a value of the field around it.
func (p *luceneParser) term(field string) (node, error) {
	if p.space(); p.rest != "" && strings.ContainsAny(p.rest[:1], `"/[{<>`) {
		return p.value(field)
	}
	before := p.rest
	word := p.word()
	if word == "" {
		return node{}, fmt.Errorf("a term is missing at %q", cut(p.rest))
	}
	if field != "" || !strings.HasPrefix(p.rest, ":") {
		p.rest = before
		return p.value(field)
	}
	p.rest = p.rest[1:]
	name := unescape(word)
	if name == "_exists_" {
		return leaf(p.f.tr.o.Map.field(unescape(p.word())), mark+" != nil"), nil
	}
	if p.take("(") {
		n, err := p.clauses(name)
		if err == nil && !p.take(")") {
			err = fmt.Errorf("a parenthesis is left open")
		}
		return n, err
	}
	return p.value(name)
}
