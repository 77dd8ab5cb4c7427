package logstats

import "bytes"

// Era is the Python that printed a record.
type Era int

// The eras; most records show neither.
const (
	Python2 Era = iota
	Python3
	eras
)

// sign is what the text of a message tells of the Python that printed it.
type sign int

const (
	signNone  sign = iota
	signTwo        // only Python 2 prints this
	signU          // as signTwo: a text with u before it
	signThree      // only Python 3 prints this
	signPlain      // a mapping of several texts without any u: Python 3, or bytes of Python 2
)

func (c *Counts) addEra(e *Event, s sign, sec int64) {
	switch s {
	case signU:
		e.unicode++
		c.Eras[Python2].add(sec)
	case signTwo:
		c.Eras[Python2].add(sec)
	case signThree:
		c.Eras[Python3].add(sec)
	case signPlain:
		e.plain.add(sec)
	}
}

// Recognised are the records of each era. A mapping without u is one of Python 3
// where other records of its event have u: one Python prints one event in one way.
func (c *Counts) Recognised() [eras]Span {
	sum := c.Eras
	for _, e := range c.Events {
		if e.unicode > 0 {
			sum[Python3].merge(e.plain)
		}
	}
	return sum
}

// firstLine spares signOf the lines of a traceback, which show source code.
func firstLine(b []byte) []byte {
	if i := bytes.IndexByte(b, '\n'); i >= 0 {
		return b[:i]
	}
	return b
}

// severalTexts is how many texts a mapping without u must have to be a sign: one
// or two may be names that code gave.
const severalTexts = 4

// signOf looks for what one Python prints and the other does not. What stands in
// quotes came from a client and proves nothing.
func signOf(message []byte) sign {
	mapping := 0 // texts since a mapping of texts began
	for p := 0; ; {
		i := bytes.IndexByte(message[p:], '\'')
		if i < 0 {
			break
		}
		p += i
		s, opening := signAt(message, p)
		if s != signNone {
			return s
		}
		p++
		if !opening {
			continue
		}
		if mapping > 0 || message[p-2] == '{' {
			mapping++
		}
		n := textLength(message[p:])
		if n < 0 {
			break
		}
		p += n + 1
	}
	if s := signOutside(message); s != signNone {
		return s
	}
	if mapping >= severalTexts {
		return signPlain
	}
	return signNone
}

// signAt looks at the quote at p: at what stands before it, and at how a text
// begins or ends. opening tells whether a text without prefix begins there.
func signAt(m []byte, p int) (s sign, opening bool) {
	if p == 0 {
		return signNone, false
	}
	switch before := m[p-1]; {
	case (before == 'u' || before == 'b') && p >= 2 && opens(m[p-2]):
		if before == 'u' {
			return signU, false
		}
		return signThree, false
	case !opens(before):
		return signNone, false
	case p+1 < len(m) && m[p+1] >= 0x80 && !insideObject(m[:p]):
		return signThree, false // Python 2 escapes it there
	case before == '(':
		return raised(m, p), true
	case before == ' ':
		return class(m, p), true
	}
	return signNone, true
}

// raised looks at an exception with one text: Error('x',) is how Python 2 prints
// it, Error('x') how Python 3 does.
func raised(m []byte, p int) sign {
	name := m[:p-1]
	if !bytes.HasSuffix(name, []byte("Error")) && !bytes.HasSuffix(name, []byte("Exception")) && !bytes.HasSuffix(name, []byte("DoesNotExist")) {
		return signNone
	}
	n := textLength(m[p+1:])
	if n < 0 {
		return signNone
	}
	switch rest := m[p+1+n+1:]; {
	case bytes.HasPrefix(rest, []byte(",)")):
		return signTwo
	case bytes.HasPrefix(rest, []byte(")")):
		return signThree
	}
	return signNone
}

// class looks at the names of types: <type 'int'> is Python 2's, <class 'int'>
// Python 3's; a class with a module may be either's.
func class(m []byte, p int) sign {
	switch {
	case bytes.HasSuffix(m[:p], []byte("<type ")):
		return signTwo
	case !bytes.HasSuffix(m[:p], []byte("<class ")):
		return signNone
	}
	if n := textLength(m[p+1:]); n >= 0 && bytes.IndexByte(m[p+1:p+1+n], '.') < 0 {
		return signThree
	}
	return signNone
}

// textLength is the length of a text whose quote was passed; -1: it has no end.
func textLength(b []byte) int {
	for n := 0; ; n++ {
		i := bytes.IndexByte(b[n:], '\'')
		if i < 0 {
			return -1
		}
		n += i
		backslashes := 0
		for n-backslashes > 0 && b[n-backslashes-1] == '\\' {
			backslashes++
		}
		if backslashes%2 == 0 {
			return n
		}
	}
}

// signOutside looks for what has no quotes: calls and long numbers.
func signOutside(m []byte) sign {
	for p := 0; ; p++ {
		i := bytes.IndexByte(m[p:], '(')
		if i < 0 {
			break
		}
		p += i
		if s := call(m[:p], m[p+1:]); s != signNone && !inText(m, p) {
			return s
		}
	}
	for p := 0; ; p++ {
		i := bytes.IndexByte(m[p:], 'L')
		if i < 0 {
			return signNone
		}
		p += i
		if isLong(m[:p], m[p+1:]) && !inText(m, p) {
			return signTwo
		}
	}
}

// inText tells whether the byte at stands in quotes.
func inText(m []byte, at int) bool {
	for p := 0; ; p++ {
		i := bytes.IndexByte(m[p:at], '\'')
		if i < 0 {
			return false
		}
		p += i
		if s, opening := signAt(m, p); !opening && s == signNone {
			continue
		}
		n := textLength(m[p+1:])
		if n < 0 || p+1+n > at {
			return true
		}
		p += n + 1
	}
}

// call looks at a call: timedelta(0, 12) and set([1]) are Python 2's,
// timedelta(seconds=12) and frozenset({1}) Python 3's.
func call(name, args []byte) sign {
	if len(args) == 0 {
		return signNone
	}
	switch {
	case bytes.HasSuffix(name, []byte("timedelta")):
		end := bytes.IndexByte(args, ')')
		switch {
		case args[0] >= 'a' && args[0] <= 'z':
			return signThree
		case end > 0 && bytes.IndexByte(args[:end], ',') > 0:
			return signTwo
		}
	case bytes.HasSuffix(name, []byte("frozenset")) && args[0] == '{':
		return signThree
	case bytes.HasSuffix(name, []byte("set")) && args[0] == '[':
		if of := bytes.TrimSuffix(name[:len(name)-len("set")], []byte("frozen")); len(of) > 0 && opens(of[len(of)-1]) {
			return signTwo
		}
	}
	return signNone
}

// isLong tells whether an L between these ends a number that stands as a value.
func isLong(before, after []byte) bool {
	n := len(before)
	for n > 0 && before[n-1] >= '0' && before[n-1] <= '9' {
		n--
	}
	if n == len(before) || len(after) > 0 && bytes.IndexByte([]byte(",)]} "), after[0]) < 0 {
		return false
	}
	if n > 0 && before[n-1] == '-' {
		n--
	}
	if n > 1 && before[n-1] == ' ' { // words have spaces too
		return before[n-2] == ',' || before[n-2] == ':'
	}
	return n > 0 && opens(before[n-1])
}

// insideObject tells whether a "<" is open: the text of objects is printed as it
// is in both eras.
func insideObject(b []byte) bool { return bytes.LastIndexByte(b, '<') > bytes.LastIndexByte(b, '>') }

// opens tells whether a value can begin after c.
func opens(c byte) bool {
	switch c {
	case '=', '(', '[', '{', ',', ' ', ':':
		return true
	}
	return false
}
