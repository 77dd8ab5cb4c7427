package loggen

import (
	"cmp"
	"slices"
)

// entry is one entry of a dictionary that Smarty prints.
type entry struct {
	key string
	gen func(*pen)
}

// dict is a dictionary with its entries in both orders: as written for Python 3, by a hash for Python 2, where order is
// arbitrary but the same for the same keys.
type dict struct{ py2, py3 []entry }

func newDict(es ...entry) dict {
	return dict{py2: shuffled(es, func(e entry) string { return e.key }), py3: es}
}

// shuffled returns xs in an order that looks arbitrary and depends on the keys only.
func shuffled[T any](xs []T, key func(T) string) []T {
	out := slices.Clone(xs)
	slices.SortFunc(out, func(a, b T) int { return cmp.Compare(hash(key(a)), hash(key(b))) })
	return out
}

// dict writes d as a dict with keys of type unicode, as parameters of requests are.
func (p *pen) dict(d *dict) { p.entries(d, "", "") }

// queryDict writes d as Django's QueryDict: every value a list of one.
func (p *pen) queryDict(d *dict) {
	p.raw("<QueryDict: ")
	p.entries(d, "[", "]")
	p.byte('>')
}

func (p *pen) entries(d *dict, before, after string) {
	es := d.py3
	if p.era == 2 {
		es = d.py2
	}
	field := p.key
	p.byte('{')
	for i := range es {
		p.entryKey(es[i].key)
		p.raw(before)
		from := len(p.buf)
		if text, ok := p.givenEntry(field, es[i].key); ok {
			p.raw(text)
		} else {
			es[i].gen(p)
		}
		p.mark(field, es[i].key, from)
		p.raw(after)
		p.raw(", ")
	}
	p.extraEntries(field, es)
	p.cut(2)
	p.byte('}')
}

// extraEntries writes entries that the caller has set and d does not know.
func (p *pen) extraEntries(field string, es []entry) {
	for _, s := range p.set {
		if len(s.key) <= len(field) || s.key[:len(field)] != field || s.key[len(field)] != '.' {
			continue
		}
		key := s.key[len(field)+1:]
		if !slices.ContainsFunc(es, func(e entry) bool { return e.key == key }) {
			p.entryKey(key)
			from := len(p.buf)
			p.raw(s.text)
			p.mark(field, key, from)
			p.raw(", ")
		}
	}
}

func (p *pen) entryKey(key string) {
	p.open()
	p.raw(key)
	p.raw("': ")
}

// mark remembers where a value lies, for quiets that look at it.
func (p *pen) mark(parent, key string, from int) {
	if p.track {
		p.spans = append(p.spans, span{parent, key, from, len(p.buf)})
	}
}
