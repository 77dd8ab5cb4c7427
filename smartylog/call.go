package smartylog

import (
	"bytes"
	"math"
	"slices"
)

// word reads what begins with a letter: a prefixed literal, a constant, a call
// such as datetime.datetime(…), or, within a container, a bare dotted name.
func (p *parser) word() (any, error) {
	if prefix := p.literalPrefix(); prefix > 0 {
		return p.text(prefix)
	}
	start := p.p
	end := p.wordEnd()
	name := p.b[start:end]
	if end < len(p.b) && p.b[end] == '(' {
		p.p = end
		return p.call(len(name))
	}
	p.p = end
	switch string(name) {
	case "True":
		return true, nil
	case "False":
		return false, nil
	case "None":
		return nil, nil
	case "nan":
		return float(math.NaN(), p)
	case "inf":
		return float(math.Inf(1), p)
	case "Ellipsis", "NotImplemented", "nanj", "infj", "datetime.timezone.utc":
		return p.raw(start)
	}
	if p.depth > 1 && bytes.IndexByte(name, '.') > 0 {
		return p.raw(start)
	}
	if v, ok := jsonWord(name); ok && p.depth > 1 {
		return v, nil
	}
	p.p = start
	return nil, errForm
}

// jsonWord gives the value of a word of JSON, whose containers are otherwise those
// of Python.
func jsonWord(word []byte) (v any, ok bool) {
	switch string(word) {
	case "true":
		return true, true
	case "false":
		return false, true
	}
	return nil, string(word) == "null"
}

// wordEnd is where the dotted name at p ends. Classes of Python 3 that were
// defined in a function have "<locals>" within.
func (p *parser) wordEnd() int {
	const locals = ".<locals>."
	end := p.p
	for end < len(p.b) {
		switch c := p.b[end]; {
		case isNameByte(c):
			end++
		case c == '.' && bytes.HasPrefix(p.b[end:], []byte(locals)):
			end += len(locals)
		case c == '.':
			end++
		default:
			return end
		}
	}
	return end
}

// isConstant tells whether a word is a value by itself.
func isConstant(word string) bool {
	switch word {
	case "True", "False", "None", "nan", "inf", "nanj", "infj", "Ellipsis", "NotImplemented":
		return true
	}
	_, ok := jsonWord([]byte(word))
	return ok
}

// literalPrefix is the length of a prefix like u, b or ur before a quote.
func (p *parser) literalPrefix() int {
	for i := range 3 {
		switch p.peek(i) | 0x20 {
		case 'u', 'b', 'r':
		case '\'' | 0x20:
			return i
		default:
			if p.peek(i) == '"' {
				return i
			}
			return 0
		}
	}
	return 0
}

// raw is the text since start, as an opaque value.
func (p *parser) raw(start int) (any, error) {
	if p.skip {
		return nil, nil
	}
	return cutAddresses(plainText(p.b[start:p.p])), nil
}

// argument is one of a call; name is "" for positional ones.
type argument struct {
	name  string
	value any
}

// call reads a call whose bracket comes next, after a name of n bytes. Objects
// that are not known keep their text.
func (p *parser) call(n int) (any, error) {
	start := p.p - n
	p.p++
	args, err := p.arguments()
	if err != nil || p.skip {
		return nil, err
	}
	name := p.b[start : start+n]
	base := name[bytes.LastIndexByte(name, '.')+1:]
	if v, ok := known(string(base), args); ok {
		return v, nil
	}
	return p.raw(start)
}

// arguments reads up to the closing bracket.
func (p *parser) arguments() ([]argument, error) {
	var args []argument
	for {
		p.space()
		if p.at(')') {
			return args, nil
		}
		a := argument{name: p.argumentName()}
		v, err := p.next(",)")
		if err != nil {
			return nil, err
		}
		if a.value = v; !p.skip {
			if len(args) == 1 {
				args = slices.Grow(args, 7)
			}
			args = append(args, a)
		}
		p.space()
		if !p.at(',') && p.peek(0) != ')' {
			return nil, p.missing()
		}
	}
}

// argumentName reads "name=" if it comes next.
func (p *parser) argumentName() string {
	end := p.p
	for end < len(p.b) && isNameByte(p.b[end]) {
		end++
	}
	if end == p.p || end >= len(p.b) || p.b[end] != '=' {
		return ""
	}
	name := p.b[p.p:end]
	p.p = end + 1
	if p.skip {
		return ""
	}
	return string(name)
}

// known gives the value of calls that stand for plain data.
func known(name string, args []argument) (any, bool) {
	switch name {
	case "datetime":
		return datetimeText(args)
	case "date":
		return dateText(args)
	case "time":
		return timeText(args)
	case "timedelta":
		return seconds(args)
	case "Decimal", "UUID", "Path", "PosixPath":
		return onlyText(args)
	case "set", "frozenset", "deque", "dict_keys", "dict_values", "dict_items", "odict_keys", "odict_values", "odict_items":
		if len(args) == 0 {
			return []any{}, true
		}
		items, ok := args[0].value.([]any)
		return items, ok
	case "OrderedDict", "Counter", "defaultdict", "mappingproxy", "dict":
		return mapping(args)
	case "bytearray":
		return onlyText(args)
	}
	return nil, false
}

func onlyText(args []argument) (any, bool) {
	if len(args) != 1 {
		return nil, false
	}
	text, ok := args[0].value.(string)
	return text, ok
}

// mapping gives the dict of OrderedDict([('a', 1)]), Counter({…}) and the like.
func mapping(args []argument) (any, bool) {
	if len(args) == 0 {
		return Dict{}, true
	}
	switch v := args[len(args)-1].value.(type) {
	case Dict:
		return v, true
	case []any:
		d := Dict{}
		for _, item := range v {
			two, _ := item.([]any)
			switch {
			case item == any(Truncated):
				d = append(d, Pair{Key: Truncated})
			case Len(two) == 2:
				d = append(d, Pair{keyText(two[0]), two[1]})
			case Len(two) == len(two): // else its second part is cut
				return nil, false
			}
		}
		return d, true
	}
	return Dict{}, len(args) == 1 // defaultdict(<type 'list'>) without items
}
