package smartylog

import (
	"strconv"
	"strings"
)

// Leaf is a piece of a record that has no parts of its own: a literal within a
// value, or text that is no value.
type Leaf struct {
	Kind     LeafKind
	Path     string // what it is: "ip", "params.abonement", "args[0]"; "" for Rest and Trace
	Key      bool   // it is a key of a dict, not a value
	From, To int    // bytes of Raw, with quotes and prefix
}

// LeafKind says how a leaf is written.
type LeafKind uint8

const (
	TextLeaf   LeafKind = iota // a literal in quotes, with its prefix
	NumberLeaf                 // 12, 1L, -0.5
	ObjectLeaf                 // <Account: 100245 (…)>, or XML
	TimeLeaf                   // datetime.datetime(…), timedelta(…) and the like, whole
	RawLeaf                    // the value of a key that is no printed value, or a broken one
	RestLeaf                   // what belongs to no key, in the message or instead of it
	TraceLeaf                  // the traceback below the message
)

// Leaves walks over a record's literals and texts in the order of its bytes. A
// path is what rules address, with two liberties: the parts of a call have the
// path of the call, and of a pair ('phone', '…') within a list the second part is
// named by the first. None, True and False are no leaves; neither are the header,
// the event and the names of keys.
func (r *Record) Leaves() []Leaf {
	if !r.HasTime() {
		return []Leaf{{Kind: RestLeaf, To: len(r.Raw)}}
	}
	r.findPairs()
	var out []Leaf
	at := min(r.pairsAt, r.body())
	rest := func(to int) {
		if at < to {
			out = append(out, Leaf{Kind: RestLeaf, From: at, To: to})
		}
	}
	for i := range r.pairs {
		p := &r.pairs[i]
		rest(p.from)
		at = p.value.to
		name := plainText(p.name.of(r.Raw))
		leaves, _, err := parseLeaves(name, p.value.of(r.Raw), r.keys)
		if !p.repr || err != nil {
			leaves = []Leaf{{Kind: RawLeaf, Path: name, To: p.value.to - p.value.from}}
		}
		for _, l := range leaves {
			l.From, l.To = l.From+p.value.from, l.To+p.value.from
			out = append(out, l)
		}
	}
	rest(r.body())
	if body := r.body(); body < len(r.Raw) {
		out = append(out, Leaf{Kind: TraceLeaf, From: body, To: len(r.Raw)})
	}
	return out
}

// ParseLeaves reads one printed value at the start of s, as ParseValue does, and
// gives the literals in it. Their paths begin with path, their places are those
// in s.
func ParseLeaves(path string, s []byte) (leaves []Leaf, n int, err error) {
	return parseLeaves(path, s, nil)
}

func parseLeaves(path string, s []byte, event *eventKeys) (leaves []Leaf, n int, err error) {
	p := parser{b: s, skip: true, event: event, trace: &trace{}}
	if _, err := p.value(); err != nil {
		return nil, 0, err
	}
	w := walker{b: s, values: p.trace.inOrder()}
	w.walk(path)
	return w.leaves, p.p, nil
}

// walker makes leaves of the places of values, which come in the order in which
// they begin.
type walker struct {
	b      []byte
	values []span
	leaves []Leaf
}

// next is the value that comes next; false at the end of its container.
func (w *walker) next(end int) (span, bool) {
	if len(w.values) == 0 || w.values[0].from >= end {
		return span{}, false
	}
	return w.values[0], true
}

func (w *walker) add(kind LeafKind, path string, v span) {
	w.leaves = append(w.leaves, Leaf{Kind: kind, Path: path, From: v.from, To: v.to})
}

// walk adds the leaves of the next value.
func (w *walker) walk(path string) {
	v := w.values[0]
	w.values = w.values[1:]
	switch c := w.b[v.from]; {
	case c == '{':
		w.braces(path, v)
	case c == '[' || c == '(':
		w.list(path, v)
	case c == '<':
		w.object(path, v)
	case isDigit(c) || c == '-' || c == '+' || c == '.':
		if c != '.' || v.to-v.from > 1 && isDigit(w.b[v.from+1]) {
			w.add(NumberLeaf, path, v)
		}
	case c == '\'' || c == '"' || w.prefixed(v):
		w.add(TextLeaf, path, v)
	default:
		w.call(path, v)
	}
}

// Bounds of paths in bytes. Of longer names the start is kept, of longer paths the
// start and the end: each of very many leaves has its own.
const (
	maxStep = 128
	maxPath = 512
)

// deeper is a path with one more step.
func deeper(path, step string) string {
	if len(step) > maxStep {
		step = strings.ToValidUTF8(step[:maxStep], "")
	}
	if len(path) > maxPath {
		path = strings.ToValidUTF8(path[:maxPath/4]+"…"+path[len(path)-maxPath/2:], "")
	}
	return path + step
}

// prefixed tells whether the word at v is a literal such as u'…'.
func (w *walker) prefixed(v span) bool {
	p := parser{b: w.b, p: v.from}
	return p.literalPrefix() > 0
}

// braces walks a dict or a set: the colon after its first part tells.
func (w *walker) braces(path string, v span) {
	for i := 0; ; i++ {
		first, ok := w.next(v.to)
		if !ok {
			return
		}
		if w.after(first.to) != ':' {
			w.walk(deeper(path, "["+strconv.Itoa(i)+"]"))
			continue
		}
		name := w.key(path, first)
		if _, ok = w.next(v.to); ok {
			w.walk(deeper(path, "."+name))
		}
	}
}

// key adds the key that comes next and returns its text.
func (w *walker) key(path string, v span) string {
	n := len(w.leaves)
	w.walk(path)
	for i := range w.leaves[n:] {
		w.leaves[n+i].Key = true
	}
	return keyOf(w.b[v.from:v.to])
}

// keyOf is a printed key as text.
func keyOf(b []byte) string {
	v, _, err := ParseValue(b)
	if err != nil {
		return plainText(b)
	}
	return keyText(v)
}

// after is the first byte at or after p that is no white space.
func (w *walker) after(p int) byte {
	q := parser{b: w.b, p: p}
	q.space()
	return q.peek(0)
}

// list walks a list or a tuple.
func (w *walker) list(path string, v span) {
	for i := 0; ; i++ {
		item, ok := w.next(v.to)
		if !ok {
			return
		}
		if name, ok := w.pairName(item); ok {
			w.values = w.values[1:]
			w.key(path, w.values[0])
			w.walk(deeper(path, "."+name))
			continue
		}
		w.walk(deeper(path, "["+strconv.Itoa(i)+"]"))
	}
}

// pairName tells whether an item of a list is a pair such as ('phone', '…'), and
// gives the name.
func (w *walker) pairName(item span) (string, bool) {
	if c := w.b[item.from]; c != '(' && c != '[' || len(w.values) < 3 {
		return "", false
	}
	first := w.values[1]
	if first.to > item.to || w.after(first.to) != ',' || w.b[first.to-1] != '\'' && w.b[first.to-1] != '"' {
		return "", false
	}
	name := keyOf(w.b[first.from:first.to])
	if k, ok := keyAt([]byte(name+"="), 0); !ok || k.name.to != len(name) {
		return "", false
	}
	second := 2
	for second < len(w.values) && w.values[second].from < first.to {
		second++
	}
	if second >= len(w.values) || w.values[second].from >= item.to || w.after(w.values[second].to) != closing(w.b[item.from]) {
		return "", false
	}
	return name, true
}

// closing is the bracket that closes one.
func closing(open byte) byte {
	if open == '(' {
		return ')'
	}
	return ']'
}

// object walks what prints a container, as <QueryDict: {…}> does; a value of a
// QueryDict is the only item of its list.
func (w *walker) object(path string, v span) {
	if inner, ok := w.next(v.to); ok && inner.to+1 == v.to {
		n := len(w.leaves)
		w.walk(path)
		if w.b[inner.from] == '{' {
			unlist(w.leaves[n:])
		}
		return
	}
	w.add(ObjectLeaf, path, v)
}

// unlist takes "[0]" off the paths of values that are alone in their list.
func unlist(leaves []Leaf) {
	const first, second = "[0]", "[1]"
	many := map[string]bool{}
	for _, l := range leaves {
		if n := len(l.Path) - len(second); n > 0 && l.Path[n:] == second {
			many[l.Path[:n]] = true
		}
	}
	for i := range leaves {
		l := &leaves[i]
		if n := len(l.Path) - len(first); n > 0 && l.Path[n:] == first && !many[l.Path[:n]] {
			l.Path = l.Path[:n]
		}
	}
}

// call walks the parts of a call; those of times belong together. Words such as
// None have no parts.
func (w *walker) call(path string, v span) {
	switch callName(w.b[v.from:v.to]) {
	case "datetime", "date", "time", "timedelta", "timezone", "ZoneInfo", "tzoffset", "tzutc", "tzfile":
		w.skip(v.to)
		w.add(TimeLeaf, path, v)
		return
	}
	for {
		part, ok := w.next(v.to)
		if !ok {
			return
		}
		if name := w.argumentBefore(part.from); name != "" {
			w.walk(deeper(path, "."+name))
		} else {
			w.part(path)
		}
	}
}

// part walks a part of a call: the items of its list are the call's.
func (w *walker) part(path string) {
	v := w.values[0]
	if c := w.b[v.from]; c != '[' && c != '(' {
		w.walk(path)
		return
	}
	w.values = w.values[1:]
	w.list(path, v)
}

// argumentBefore is the name in "name=" right before b[p].
func (w *walker) argumentBefore(p int) string {
	if p == 0 || w.b[p-1] != '=' {
		return ""
	}
	from := p - 1
	for from > 0 && isNameByte(w.b[from-1]) {
		from--
	}
	return string(w.b[from : p-1])
}

// skip passes over the values before end.
func (w *walker) skip(end int) {
	for len(w.values) > 0 && w.values[0].from < end {
		w.values = w.values[1:]
	}
}
