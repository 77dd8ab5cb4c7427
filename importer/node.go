package importer

import (
	"slices"
	"strings"
)

// node is a condition over one record, before it is known which events the rule
// selects, on which the spelling of fields depends.
type node struct {
	op     op
	kids   []node
	text   string   // of a leaf: an expression with mark in place of its field
	items  []string // of a leaf: literals, in one of which text, without its operator, has to be
	guard  string   // of a leaf that fails for some values: what must hold first
	field  string   // as in our records
	other  string   // a second field, in place of otherMark
	events []string // of a leaf that is nothing but a choice of events
}

type op uint8

// opAll of nothing is always true, opAny of nothing never.
const (
	opLeaf op = iota
	opAll
	opAny
	opNot
)

// mark and otherMark cannot stand in an expression.
const (
	mark      = "\x00"
	otherMark = "\x01"
)

func allOf(kids ...node) node { return join(opAll, kids) }
func anyOf(kids ...node) node { return join(opAny, kids) }

// join makes one node of several, and flattens those of its own kind.
func join(o op, kids []node) node {
	var flat []node
	for _, k := range kids {
		if k.op == o {
			flat = append(flat, k.kids...)
			continue
		}
		flat = append(flat, k)
	}
	if len(flat) == 1 {
		return flat[0]
	}
	return node{op: o, kids: flat}
}

func not(n node) node {
	if n.op == opNot {
		return n.kids[0]
	}
	return node{op: opNot, kids: []node{n}}
}

// leaf is a comparison of one field; mark stands for it in text.
func leaf(field, text string) node { return node{field: field, text: text} }

// always reports whether the node holds for every record.
func (n node) always() bool { return n.op == opAll && len(n.kids) == 0 }

// hoist puts a name in place of each list that is longer than longest.
func (n node) hoist(longest int, name func(items []string) string) node {
	if len(n.items) > longest {
		n.text += " in " + name(n.items)
		n.items = nil
	}
	kids := slices.Clone(n.kids)
	for i := range kids {
		kids[i] = kids[i].hoist(longest, name)
	}
	n.kids = kids
	return n
}

// choice finds the events without which the node cannot hold; nil if any event
// can do. rest is what is left to be asked of a record of those events.
func (n node) choice() (events []string, rest node) {
	switch n.op {
	case opLeaf:
		if n.events != nil {
			return n.events, allOf()
		}
	case opAll:
		for i, k := range n.kids {
			if events, left := k.choice(); events != nil {
				kids := slices.Clone(n.kids)
				kids[i] = left
				return events, allOf(kids...)
			}
		}
	case opAny:
		return n.union()
	}
	return nil, n
}

// union is choice for alternatives: each must have its events. Where nothing but
// the events is asked, nothing is left.
func (n node) union() ([]string, node) {
	var events []string
	rest := allOf()
	for _, k := range n.kids {
		of, left := k.choice()
		if of == nil {
			return nil, n
		}
		if !left.always() {
			rest = n
		}
		for _, e := range of {
			if !slices.Contains(events, e) {
				events = append(events, e)
			}
		}
	}
	return events, rest
}

// expression writes the node; path spells a field.
func (n node) expression(path func(field string) string) string {
	if n.always() {
		return "true"
	}
	if n.op == opAny {
		return n.write(path, opAny, false)
	}
	return n.write(path, opAll, true)
}

// write is expression within a node of the kind around. plain says that an error
// of a comparison makes the whole condition false, as that comparison does.
func (n node) write(path func(string) string, around op, plain bool) string {
	switch n.op {
	case opNot:
		return "not (" + n.kids[0].write(path, opNot, false) + ")"
	case opLeaf:
		text := n.text
		if n.items != nil {
			text += " in [" + strings.Join(n.items, ", ") + "]"
		}
		if n.guard != "" && !plain {
			text = n.guard + " and " + text
			if around != opAll && around != opNot {
				text = "(" + text + ")"
			}
		}
		return strings.NewReplacer(mark, path(n.field), otherMark, path(n.other)).Replace(text)
	}
	word, empty := " and ", "true"
	if n.op == opAny {
		word, empty = " or ", "false"
	}
	if len(n.kids) == 0 {
		return empty
	}
	parts := make([]string, len(n.kids))
	for i, k := range n.kids {
		parts[i] = k.write(path, n.op, plain && n.op == opAll)
	}
	text := strings.Join(parts, word)
	if n.op == opAny && around == opAll {
		return "(" + text + ")"
	}
	if n.op == opAll && around == opAny {
		return "(" + text + ")"
	}
	return text
}
