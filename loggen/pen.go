package loggen

import (
	"strconv"
	"time"
	"unicode/utf8"
)

// pen writes one record at a time into buf, as the Python of its era prints values.
type pen struct {
	buf  []byte
	era  int // 2 or 3
	dice Dice
	zone *time.Location
	subs uint64          // number of subscribers
	edge int             // number of edges
	down map[string]bool // edges whose last check failed
	pid  int             // added to those of workers
	rota []int           // edges that take viewers; nil: all

	head    []byte // the header's time, for headSec
	headSec int64

	// Of the record being written.
	sec   int64
	roll  uint64     // one number that ties fields of a record together (a URL and its arguments)
	sub   subscriber // whom it is about
	set   []Setting  // fields given by the caller, sorted by key
	us    int        // execution time if known
	key   string     // field being written
	topic string     // the edge, command, reason or EPG channel it is about, as chosen by the event's prepare
	grave bool       // an error where the event itself may be none
	cause string     // kind of traceback, where it is not the event's own

	track bool // fill spans
	spans []span
}

// Setting is a field with a given text, in the notation of Python. "params.abonement" is an entry of a dictionary.
type Setting struct{ key, text string }

// span is where the value of a key lies in buf.
type span struct {
	parent, key string
	from, to    int
}

// given returns the text set for a key.
func (p *pen) given(key string) (string, bool) {
	for i := range p.set {
		if p.set[i].key == key {
			return p.set[i].text, true
		}
	}
	return "", false
}

// givenEntry returns the text set for "parent.key", without building that string.
func (p *pen) givenEntry(parent, key string) (string, bool) {
	for i := range p.set {
		if k := p.set[i].key; len(k) == len(parent)+1+len(key) && k[len(parent)] == '.' &&
			k[:len(parent)] == parent && k[len(parent)+1:] == key {
			return p.set[i].text, true
		}
	}
	return "", false
}

// entriesGiven reports whether entries of the field being written are set.
func (p *pen) entriesGiven() bool {
	for i := range p.set {
		if k := p.set[i].key; len(k) > len(p.key) && k[len(p.key)] == '.' && k[:len(p.key)] == p.key {
			return true
		}
	}
	return false
}

func (p *pen) raw(s string)     { p.buf = append(p.buf, s...) }
func (p *pen) byte(c byte)      { p.buf = append(p.buf, c) }
func (p *pen) int(n int)        { p.buf = strconv.AppendInt(p.buf, int64(n), 10) }
func (p *pen) num(n uint64)     { p.buf = strconv.AppendUint(p.buf, n, 10) }
func (p *pen) bool(b bool)      { p.raw(pick(b, "True", "False")) }
func (p *pen) cut(n int)        { p.buf = p.buf[:len(p.buf)-n] }
func (p *pen) id(n uint64)      { p.num(n); p.raw(pick(p.era == 2, "L", "")) } // a key of the database: long in Python 2
func (p *pen) open()            { p.raw(pick(p.era == 2, "u'", "'")) }         // begins a text of plain ASCII; byte('\'') ends it
func (p *pen) shut()            { p.byte('\'') }
func (p *pen) textNum(n uint64) { p.open(); p.num(n); p.shut() }

// pick is a conditional expression.
func pick[T any](b bool, yes, no T) T {
	if b {
		return yes
	}
	return no
}

// pad appends n with at least width digits.
func (p *pen) pad(n, width int) {
	for limit := 10; width > 1; width-- {
		if n < limit {
			p.byte('0')
		}
		limit *= 10
	}
	p.int(n)
}

// hex appends the low digits of n.
func (p *pen) hex(n uint64, digits int) {
	for digits--; digits >= 0; digits-- {
		p.byte("0123456789abcdef"[n>>(4*digits)&15])
	}
}

// text writes a text: unicode in Python 2, str in Python 3.
func (p *pen) text(s string) {
	if p.era == 2 {
		p.byte('u')
	}
	p.quoted(s, p.era == 2)
}

// str writes a str: bytes in Python 2.
func (p *pen) str(s string) { p.quoted(s, false) }

// quoted writes a literal with the quotes and escapes that repr chooses. Python 2 has only ASCII in literals: code points in
// a unicode (wide), bytes in a str.
func (p *pen) quoted(s string, wide bool) {
	q := byte('\'')
	if hasByte(s, '\'') && !hasByte(s, '"') {
		q = '"'
	}
	p.byte(q)
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			p.ascii(c, q)
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		p.beyondASCII(r, s[i:i+n], wide)
		i += n
	}
	p.byte(q)
}

func (p *pen) beyondASCII(r rune, utf string, wide bool) {
	switch {
	case p.era == 3:
		p.raw(utf)
	case !wide:
		for i := range len(utf) {
			p.raw(`\x`)
			p.hex(uint64(utf[i]), 2)
		}
	case r < 0x100:
		p.raw(`\x`)
		p.hex(uint64(r), 2)
	case r < 0x10000:
		p.raw(`\u`)
		p.hex(uint64(r), 4)
	default:
		p.raw(`\U`)
		p.hex(uint64(r), 8)
	}
}

func (p *pen) ascii(c, quote byte) {
	switch {
	case c == quote || c == '\\':
		p.buf = append(p.buf, '\\', c)
	case c == '\n':
		p.raw(`\n`)
	case c == '\r':
		p.raw(`\r`)
	case c == '\t':
		p.raw(`\t`)
	case c < ' ' || c == 0x7f:
		p.raw(`\x`)
		p.hex(uint64(c), 2)
	default:
		p.byte(c)
	}
}

func hasByte(s string, c byte) bool {
	for i := range len(s) {
		if s[i] == c {
			return true
		}
	}
	return false
}

// model writes the repr of a database object. Python 2 prints the bytes of its UTF-8 name, so both eras look alike.
func (p *pen) model(class, name string) { p.raw("<" + class + ": "); p.raw(name); p.byte('>') }

// object writes the repr of an object that has none of its own.
func (p *pen) object(class string) {
	p.raw("<" + class + " object at 0x7f")
	p.hex(p.dice.N(1<<40)&^15, 10)
	p.byte('>')
}

// decimal writes an amount of money given in cents.
func (p *pen) decimal(cents int) {
	p.raw("Decimal('")
	p.money(cents)
	p.raw("')")
}

func (p *pen) money(cents int) {
	if cents < 0 {
		p.byte('-')
		cents = -cents
	}
	p.int(cents / 100)
	p.byte('.')
	p.pad(cents%100, 2)
}

// timedelta writes a duration given in microseconds: Python 3.7 and later name the parts and leave out zeros.
func (p *pen) timedelta(us int) {
	sec, us := us/1e6, us%1e6
	p.raw("datetime.timedelta(")
	if sec == 0 && us == 0 {
		p.raw("0)")
		return
	}
	if p.era == 2 {
		p.raw("0, ")
		p.int(sec)
		if us != 0 {
			p.raw(", ")
			p.int(us)
		}
		p.byte(')')
		return
	}
	if sec != 0 {
		p.raw("seconds=")
		p.int(sec)
	}
	if us != 0 {
		p.raw(pick(sec != 0, ", microseconds=", "microseconds="))
		p.int(us)
	}
	p.byte(')')
}

// datetime writes an aware datetime in UTC.
func (p *pen) datetime(sec int64) {
	t := time.Unix(sec, 0).UTC()
	p.raw("datetime.datetime(")
	for _, n := range [...]int{t.Year(), int(t.Month()), t.Day(), t.Hour()} {
		p.int(n)
		p.raw(", ")
	}
	p.int(t.Minute())
	if t.Second() != 0 {
		p.raw(", ")
		p.int(t.Second())
	}
	p.raw(pick(p.era == 2, ", tzinfo=<UTC>)", ", tzinfo=datetime.timezone.utc)"))
}

// uuid writes a random UUID of version 4, without quotes.
func (p *pen) uuid() {
	a, b := p.dice.N(1<<63), p.dice.N(1<<63)
	p.hex(a>>16, 8)
	p.byte('-')
	p.hex(a, 4)
	p.raw("-4")
	p.hex(b>>52, 3)
	p.raw("-a")
	p.hex(b>>40, 3)
	p.byte('-')
	p.hex(b^a>>20, 12)
}

// exception writes the repr of an exception with one argument.
func (p *pen) exception(class, text string) {
	p.raw(class)
	p.byte('(')
	p.text(text)
	p.raw(pick(p.era == 2, ",)", ")"))
}
