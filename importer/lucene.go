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

// clauses reads clauses up to a closing parenthesis or the end. field is the one
// of field:(…).
func (p *luceneParser) clauses(field string) (node, error) {
	if p.depth++; p.depth > deepest {
		return node{}, fmt.Errorf("parentheses are nested more than %d deep", deepest)
	}
	defer func() { p.depth-- }()
	var kids []node
	var must []bool
	joined := map[string]bool{}
	for {
		word := p.joint(len(kids) > 0)
		if p.space(); p.rest == "" || p.rest[0] == ')' {
			if word == "and" || word == "or" || len(kids) == 0 {
				return node{}, fmt.Errorf("a term is missing at %q", cut(p.rest))
			}
			break
		}
		if len(kids) > 0 {
			joined[word] = true
		}
		n, plus, err := p.clause(field)
		if err != nil {
			return node{}, err
		}
		kids, must = append(kids, n), append(must, plus)
	}
	return combine(kids, must, joined, p.both)
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
func combine(kids []node, must []bool, joined map[string]bool, both bool) (node, error) {
	plus := false
	for _, m := range must {
		plus = plus || m
	}
	if joined["beside"] && both {
		delete(joined, "beside")
		joined["and"] = true
	} else if joined["beside"] {
		delete(joined, "beside")
		joined["or"] = true
	}
	switch {
	case joined["and"] && joined["or"]:
		return node{}, fmt.Errorf("AND and OR are mixed without parentheses, to which Lucene gives a meaning that few expect")
	case plus && joined["or"]:
		return combineMust(kids, must), nil
	case joined["or"]:
		for _, k := range kids {
			if k.op == opNot {
				return node{}, fmt.Errorf("NOT beside OR without parentheses means AND NOT to Lucene: put it in parentheses")
			}
		}
		return oneOf(kids), nil
	}
	return allOf(kids...), nil
}

// combineMust is for + and -: what has neither only ranks.
func combineMust(kids []node, must []bool) node {
	var out []node
	for i, k := range kids {
		if must[i] || k.op == opNot {
			out = append(out, k)
		}
	}
	return allOf(out...)
}

// clause reads one clause; plus: it was written with a +.
func (p *luceneParser) clause(field string) (n node, plus bool, err error) {
	switch {
	case p.take("NOT") || p.take("!") || p.take("-"):
		if p.depth++; p.depth > deepest {
			return node{}, false, fmt.Errorf("it is nested more than %d deep", deepest)
		}
		n, _, err = p.clause(field)
		p.depth--
		return node{op: opNot, kids: []node{n}}, false, err
	case p.take("+"):
		plus = true
	}
	if p.take("(") {
		n, err = p.clauses(field)
		if err == nil && !p.take(")") {
			err = fmt.Errorf("a parenthesis is left open")
		}
		return n, plus, p.noBoost(err)
	}
	n, err = p.term(field)
	return n, plus, p.noBoost(err)
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
