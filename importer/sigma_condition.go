package importer

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

// conditionParser reads Sigma's condition: or, and, not, "1 of x*", ( ).
type conditionParser struct {
	s          *sigmaRule
	names      []string // of the selections, in their order
	selections map[string]node
	tokens     []string
	depth      int
}

var conditionToken = regexp.MustCompile(`[()]|[^\s()]+`)

func (c *conditionParser) parse(source string) (node, error) {
	if strings.Contains(source, "|") {
		return node{}, fmt.Errorf("aggregations after | are no longer part of Sigma: write a correlation")
	}
	c.tokens = conditionToken.FindAllString(source, -1)
	n, err := c.or()
	if err == nil && len(c.tokens) > 0 {
		err = fmt.Errorf("unexpected %q", c.tokens[0])
	}
	return n, err
}

// take eats a word if it is next.
func (c *conditionParser) take(word string) bool {
	if len(c.tokens) == 0 || !strings.EqualFold(c.tokens[0], word) {
		return false
	}
	c.tokens = c.tokens[1:]
	return true
}

func (c *conditionParser) or() (node, error) {
	if c.depth++; c.depth > deepest {
		return node{}, fmt.Errorf("it is nested more than %d deep", deepest)
	}
	defer func() { c.depth-- }()
	n, err := c.and()
	kids := []node{n}
	for err == nil && c.take("or") {
		n, err = c.and()
		kids = append(kids, n)
	}
	return anyOf(kids...), err
}

func (c *conditionParser) and() (node, error) {
	n, err := c.not()
	kids := []node{n}
	for err == nil && c.take("and") {
		n, err = c.not()
		kids = append(kids, n)
	}
	return allOf(kids...), err
}

func (c *conditionParser) not() (node, error) {
	if !c.take("not") {
		return c.single()
	}
	if c.depth++; c.depth > deepest {
		return node{}, fmt.Errorf("it is nested more than %d deep", deepest)
	}
	defer func() { c.depth-- }()
	n, err := c.not()
	return not(n), err
}

func (c *conditionParser) single() (node, error) {
	if c.take("(") {
		n, err := c.or()
		if err == nil && !c.take(")") {
			err = fmt.Errorf("a parenthesis is left open")
		}
		return n, err
	}
	if len(c.tokens) == 0 {
		return node{}, fmt.Errorf("it ends where a selection is expected")
	}
	word := c.tokens[0]
	c.tokens = c.tokens[1:]
	if len(c.tokens) > 1 && strings.EqualFold(c.tokens[0], "of") {
		return c.quantity(word)
	}
	n, ok := c.selections[word]
	if !ok {
		return node{}, fmt.Errorf("there is no selection %q", word)
	}
	return n, nil
}

// quantity is "1 of x*", "any of x*", "all of them".
func (c *conditionParser) quantity(word string) (node, error) {
	pattern := c.tokens[1]
	c.tokens = c.tokens[2:]
	if pattern == "them" {
		pattern = "*"
	}
	var kids []node
	for _, name := range c.names {
		hidden := strings.HasPrefix(name, "_") && !strings.HasPrefix(pattern, "_")
		if ok, err := path.Match(pattern, name); err == nil && ok && !hidden {
			kids = append(kids, c.selections[name])
		}
	}
	switch {
	case len(kids) == 0:
		return node{}, fmt.Errorf("no selection is called %s", pattern)
	case slices.Contains([]string{"1", "any"}, strings.ToLower(word)):
		return anyOf(kids...), nil
	case strings.EqualFold(word, "all"):
		return allOf(kids...), nil
	}
	return node{}, fmt.Errorf("%s of: only 1, any and all are known", word)
}
