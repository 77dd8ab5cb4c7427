package smartylog

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
)

// Dict is a Python dict in the order it was printed.
type Dict []Pair

// Pair is one key with its value: nil, bool, int64, float64, string, []any or Dict.
type Pair struct {
	Key   string
	Value any
}

// Get returns the first value of key.
func (d Dict) Get(key string) (any, bool) {
	for i := range d {
		if d[i].Key == key {
			return d[i].Value, true
		}
	}
	return nil, false
}

// errOpen means that the text ended before the value did, errForm that it is
// not a Python value.
var (
	errOpen = errors.New("value is not closed")
	errForm = errors.New("not a Python value")
)

// maxDepth bounds the nesting of values, and with it the recursion.
const maxDepth = 100

// ParseValue reads one printed Python value (repr) at the start of s, of Python 2
// or 3, and returns it with the number of bytes eaten. Lists, tuples and sets
// become []any; Decimal and UUID their text; dates RFC 3339 text, those without
// a zone taken as UTC; timedelta float64 seconds; integers beyond int64 their
// digits; other objects their text without memory addresses.
func ParseValue(s []byte) (v any, n int, err error) {
	p := parser{b: s}
	if v, err = p.value(); err != nil {
		return nil, 0, fmt.Errorf("read value at byte %d: %w", p.p, err)
	}
	return v, p.p, nil
}

// parser reads Python values from b at p.
type parser struct {
	b      []byte
	p      int
	depth  int
	skip   bool   // only find the ends, build nothing
	after  string // what may follow the value that comes next; "" at top level
	names  bool   // quotes within objects are apostrophes and the like
	unsure bool   // an object has been read whose end depends on names
	event  *eventKeys
	ahead  int // bytes looked at beyond what was read, or in vain
	cut    int // where the record's middle was dropped, if it was within the value
	trace  *trace
	values *Values // texts read before; nil: none are known
}

// maxAhead bounds how many bytes are looked at in vain for each byte of the text:
// every value may have an end, or none, that is only found far away. What is
// spent on that are values made for it; those after them stay text.
const maxAhead = 64

func (p *parser) exhausted() bool { return p.ahead > maxAhead*len(p.b) }

// begin prepares for finding the end of the value at b[p:].
func (p *parser) begin(b []byte, at int) {
	p.b, p.p, p.depth, p.skip, p.after = b, at, 0, true, ""
	p.names, p.unsure, p.trace = false, false, nil
}

// value reads the outermost value. Objects may hold the reprs of others, or names
// with single quotes; if the first reading fails, the second is tried.
func (p *parser) value() (any, error) {
	start, skip := p.p, p.skip
	if skip && p.trace == nil && p.skims() {
		return nil, nil
	}
	v, err := p.next("")
	p.skip = skip
	if err == nil || !p.unsure {
		return v, err
	}
	if p.trace != nil {
		p.trace.values = p.trace.values[:0]
	}
	again := *p
	again.p, again.depth, again.names, again.unsure = start, 0, true, false
	again.ahead += p.p - start
	v, errAgain := again.next("")
	if p.ahead = again.ahead; errAgain == nil {
		p.p = again.p
		return v, nil
	}
	return nil, err
}

// next reads one value; after has the bytes that may follow it.
func (p *parser) next(after string) (any, error) {
	p.after = after
	if p.p >= len(p.b) {
		return nil, errOpen
	}
	if p.depth++; p.depth > maxDepth {
		return nil, errForm
	}
	from := p.p
	v, err := p.form()
	p.depth--
	if p.trace != nil {
		p.trace.note(p, from, err)
	}
	return v, err
}

// form reads the value whose kind its first byte tells.
func (p *parser) form() (any, error) {
	switch c := p.b[p.p]; {
	case c == '\'' || c == '"':
		return p.text(0)
	case c == '[':
		return p.list(']')
	case c == '(':
		return p.parenthesised()
	case c == '{':
		return p.braces()
	case c == '<':
		return p.angle()
	case c-'0' < 10 || c == '-' || c == '+' || c == '.':
		return p.number()
	case isNameByte(c):
		return p.word()
	}
	return nil, errForm
}

// space passes over white space within containers.
func (p *parser) space() { p.p = afterSpace(p.b, p.p) }

// at tells whether c comes next, and passes over it.
func (p *parser) at(c byte) bool {
	if p.p < len(p.b) && p.b[p.p] == c {
		p.p++
		return true
	}
	return false
}

// missing is the error for something else than was expected.
func (p *parser) missing() error {
	if p.p >= len(p.b) {
		return errOpen
	}
	return errForm
}

func (p *parser) peek(i int) byte {
	if p.p+i < len(p.b) {
		return p.b[p.p+i]
	}
	return 0
}

// list reads a list whose opening bracket comes next.
func (p *parser) list(end byte) (any, error) {
	start := p.p
	p.p++
	items, err := p.items(end, start)
	if err != nil || p.skip {
		return nil, err
	}
	switch text := p.b[start:p.p]; string(text) {
	case "[...]", "(...)":
		return string(text), nil
	}
	return items, nil
}

// emptyList and emptyDict are shared by all that are empty; appending to them
// makes new ones.
var (
	emptyList     = []any{}
	emptyDict any = Dict{}
)

// items reads values up to the closing bracket of the container at start.
func (p *parser) items(end byte, start int) ([]any, error) {
	items, after, skip := emptyList, afterItem(end), p.skip
	for {
		p.space()
		if !p.skip && p.passedCut(start) {
			items, p.skip = append(items, Truncated), true
		}
		if p.at(end) {
			p.skip = skip
			return items, nil
		}
		from := p.p
		v, err := p.next(after)
		if err != nil {
			return nil, err
		}
		if !p.skip && !p.mangled(from, v) {
			if len(items) == 1 {
				items = slices.Grow(items, 3)
			}
			items = append(items, v)
		}
		p.space()
		if !p.at(',') && p.peek(0) != end {
			return nil, p.missing()
		}
	}
}

// afterItem has what may follow an item before the bracket end.
func afterItem(end byte) string {
	switch end {
	case ']':
		return ",]"
	case ')':
		return ",)"
	}
	return ",}"
}

// parenthesised reads a tuple or a complex number.
func (p *parser) parenthesised() (any, error) {
	start := p.p
	if v, ok := p.complex(); ok {
		return v, nil
	}
	p.p = start
	return p.list(')')
}

// braces reads a dict, a set or "{...}".
func (p *parser) braces() (any, error) {
	if p.hasPrefix("{...}") {
		p.p += 5
		return "{...}", nil
	}
	start := p.p
	p.p++
	p.space()
	if p.at('}') {
		return emptyDict, nil
	}
	first, err := p.next(":,}")
	if err != nil {
		return nil, err
	}
	mangled := p.mangled(start, first)
	p.space()
	if p.at(':') {
		return p.dict(keyText(first), start)
	}
	if !p.at(',') && p.peek(0) != '}' {
		return nil, p.missing()
	}
	rest, err := p.items('}', start)
	if err != nil || p.skip {
		return nil, err
	}
	if mangled {
		return rest, nil
	}
	return append([]any{first}, rest...), nil
}

// dict reads the rest of the dict at start after its first key and colon.
func (p *parser) dict(key string, start int) (any, error) {
	var d Dict
	for from, skip := start, p.skip; ; {
		p.space()
		v, err := p.next(",}")
		if err != nil {
			return nil, err
		}
		if !p.skip && !p.mangled(from, v) {
			if len(d) == 1 {
				d = slices.Grow(d, 7)
			}
			d = append(d, Pair{key, v})
		}
		p.space()
		comma := p.at(',')
		p.space()
		if !p.skip && p.passedCut(start) {
			d, p.skip = append(d, Pair{Key: Truncated}), true
		}
		if p.at('}') {
			p.skip = skip
			return d, nil
		}
		if !comma {
			return nil, p.missing()
		}
		from = p.p
		if key, err = p.key(); err != nil {
			return nil, err
		}
		p.space()
		if !p.at(':') {
			return nil, p.missing()
		}
	}
}

// key reads a dict's key as text, a literal straight.
func (p *parser) key() (string, error) {
	if p.trace == nil {
		n := p.literalPrefix()
		if c := p.peek(n); c == '\'' || c == '"' {
			return p.literal(n)
		}
	}
	v, err := p.next(":")
	if err != nil || p.skip {
		return "", err
	}
	return keyText(v), nil
}

// keyText is a dict's key as text.
func keyText(v any) string {
	switch v := v.(type) {
	case nil:
		return "None"
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	case bool:
		if v {
			return "True"
		}
		return "False"
	case float64:
		return floatText(v)
	}
	return string(appendValue(nil, v))
}

// Truncated ends a list or, as a key, a dict of which more was printed or should
// have been: Django's mark for it in a QuerySet of more than 20 elements. Records
// over MaxRecord lack their middle, and containers end where that begins, because
// what follows may belong to another one.
const Truncated = "...(remaining elements truncated)..."

// Len is how many elements of a list are there, at the least if it is truncated.
func Len(items []any) int {
	if n := len(items); n > 0 && items[n-1] == any(Truncated) {
		return n - 1
	}
	return len(items)
}

// Len is how many pairs of a dict are there, at the least if it is truncated.
func (d Dict) Len() int {
	if n := len(d); n > 0 && d[n-1].Key == Truncated {
		return n - 1
	}
	return len(d)
}

// passedCut tells whether the record's middle was dropped after start.
func (p *parser) passedCut(start int) bool { return p.cut > start && p.cut <= p.p }

// mangled tells whether v, which was read from there on, is made of what came
// before and after the part that was dropped. Containers end in time.
func (p *parser) mangled(from int, v any) bool {
	if p.cut <= from || p.cut >= p.p {
		return false
	}
	switch v.(type) {
	case []any, Dict:
		return false
	}
	return true
}

func (p *parser) hasPrefix(s string) bool {
	return len(p.b)-p.p >= len(s) && string(p.b[p.p:p.p+len(s)]) == s
}
