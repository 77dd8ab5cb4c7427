package smartylog

import (
	"bytes"
	"slices"
	"strings"
)

// Record is one log record: a view into the scanner's block, valid until the
// scanner's next call; Clone keeps it. It is not safe for concurrent use,
// because its context is decoded when first asked for.
type Record struct {
	Instance, Log string // Log is the file's stem, e.g. "smarty_epg"; set by whoever opened the file
	File          string // base name of the file, for people
	Gen           int    // rotated generation within the source, 0 = oldest
	Pos           int64  // byte offset of the record in the (decompressed) file
	Raw           []byte // all its bytes, line ends included
	Sec           int64  // Unix seconds; only valid if HasTime
	Offset        int    // seconds east of UTC as written, or of the zone used
	Event         string // upper case; "" when none could be read
	Flags         Flags
	// Passed is how many records of the same second came right before this one and
	// were not returned: see Scanner.Want. PassedBytes is how long they are.
	Passed, PassedBytes int64

	mark     mark
	cut      int // where the middle was dropped; 0 = nowhere
	pairsAt  int // where the pairs begin
	bodyEnd  int // where the traceback begins, or the record ends; 0 = not looked for
	trace    span
	traced   bool // trace is found
	pairs    []pair
	begun    bool       // the first of the pairs, and keys, are found
	split    bool       // all of them are
	open     bool       // one of the pairs is not closed
	keys     *eventKeys // of the event, if keyed
	keyed    bool
	context  *Context
	splitter splitter
	before   *previous // of the scanner, until IsSuspect has looked
	behind   *Record   // the same for a copy: the record before it
	work     splitter
	values   *Values // texts read before; nil: none are known
}

// Context is a decoded record.
type Context struct {
	Pairs Dict   // in the order of the text, repeated keys included
	Rest  string // words that belong to no key
}

// Get returns the first value of key.
func (c *Context) Get(key string) (any, bool) { return c.Pairs.Get(key) }

// reset forgets what was decoded of the record before.
func (r *Record) reset(m *mark) {
	r.mark = *m
	r.pairsAt, r.bodyEnd, r.traced = 0, 0, false
	r.pairs = r.pairs[:0]
	r.begun, r.split, r.open, r.context, r.keyed = false, false, false, nil, false
}

// HasTime is false for what has no readable header.
func (r *Record) HasTime() bool { return r.Flags&(Orphan|BadHeader) == 0 }

// Source is "instance/stem", or "stem" when there is no instance.
func (r *Record) Source() string {
	if r.Instance == "" {
		return r.Log
	}
	return r.Instance + "/" + r.Log
}

// Header reads the header; the zero Header if there is none.
func (r *Record) Header() Header {
	var h headerSpans
	if b := r.headerText(); h.scanned(b) {
		return h.header(b)
	}
	return Header{}
}

// headerText is the record from its level on, of a coloured header without the
// colours; nil if there is no header.
func (r *Record) headerText() []byte {
	if !r.HasTime() || r.mark.level == 0 {
		return nil
	}
	b := r.Raw[r.mark.level:]
	if bytes.IndexByte(b[:max(0, min(r.mark.message-r.mark.level, len(b)))], esc) >= 0 {
		return uncoloured(b[:min(len(b), maxHeader)])
	}
	return b
}

// body is where the record's traceback begins, or its text ends.
func (r *Record) body() int {
	if r.bodyEnd == 0 {
		end, _ := r.traceback()
		r.bodyEnd = len(trimEnd(r.Raw[:end]))
	}
	return r.bodyEnd
}

// traceback is where the record's traceback begins and ends; both are the end of
// the record's own text if there is none.
func (r *Record) traceback() (from, to int) {
	if !r.traced {
		r.trace.from, r.trace.to = r.findTraceback()
		r.traced = true
	}
	return r.trace.from, r.trace.to
}

func (r *Record) findTraceback() (from, to int) {
	message := min(r.mark.message, len(r.Raw))
	if r.mark.loose {
		to = ownEnd(r.Raw, &r.mark, &r.work)
		return bodyEnd(r.Raw[:to], message), to
	}
	return bodyEnd(r.Raw, message), len(r.Raw)
}

// findPairs finds the pairs once, and with them the flags of values.
func (r *Record) findPairs() {
	if r.split {
		return
	}
	for r.nextPair() {
	}
	r.split = true
	s := &r.splitter
	r.Flags |= s.seen
	r.open = s.seen&Unterminated != 0
	for i := range r.pairs {
		if p := &r.pairs[i]; p.value.to-p.value.from > MaxValue {
			r.decode(p) // which tells whether it is cut
		}
	}
	s.b, s.pairs, s.places = nil, nil, nil
	r.findStack()
}

// findKeys finds the documented keys of the event.
func (r *Record) findKeys() {
	if !r.keyed {
		r.keys, r.keyed = documented.keys[r.Event], true
	}
}

// nextPair finds one more pair; false: there are no more.
func (r *Record) nextPair() bool {
	s := &r.splitter
	if !r.HasTime() {
		return false
	}
	if !r.begun {
		r.begun = true
		r.findKeys()
		s.pairs = r.pairs
		s.begin(r.Raw[:r.body()], min(r.pairsAt, r.body()), r.keys)
	}
	found := s.next()
	r.pairs = s.pairs
	return found
}

// findStack gives the traceback to stacktrace= if its value, the last one, is just
// that, without quotes.
func (r *Record) findStack() {
	if len(r.pairs) == 0 {
		return
	}
	p := &r.pairs[len(r.pairs)-1]
	if p.value.from < p.value.to || string(p.name.of(r.Raw)) != stackKey {
		return
	}
	if from, to := r.traceback(); p.value.from == r.body() && from < to {
		text, _ := clip(r.Stacktrace())
		p.decoded, p.read = text, true
	}
}

// decode gives the value of a pair.
func (r *Record) decode(p *pair) any {
	if !p.read {
		p.read = true
		var clipped bool
		if p.decoded, clipped = r.value(p); clipped {
			r.Flags |= TruncatedValue
		}
	}
	return p.decoded
}

// value reads the value of a pair, and tells whether it had to be clipped: texts
// at MaxValue, while containers keep what they hold, so that they can be counted.
func (r *Record) value(p *pair) (v any, clipped bool) {
	text := p.value.of(r.Raw)
	if p.repr && len(text) <= longestKnown && r.cut == 0 {
		if plain, ok := plainValue(text); ok {
			return r.values.text(plain), false
		}
	}
	if p.repr {
		read := parser{b: text, event: r.keys, values: r.values, cut: max(0, r.cut-p.value.from)}
		if v, err := read.value(); err == nil {
			if len(text) <= MaxValue {
				return v, false
			}
			return clip(v)
		}
	}
	return r.values.text(text[:min(len(text), MaxValue)]), len(text) > MaxValue
}

// plainValue is the text of a printed value that is a literal without escapes or the repr of
// a model with a plain name: what the parser would find, of what most values are.
func plainValue(b []byte) (text []byte, ok bool) {
	if plainModelEnd(b) == len(b) {
		return b, !bytes.Contains(b, addressStart)
	}
	if b[0] == 'u' {
		b = b[1:]
	}
	last := len(b) - 1
	if last < 1 || b[0] != '\'' && b[0] != '"' || b[last] != b[0] {
		return nil, false
	}
	text = b[1:last]
	return text, bytes.IndexByte(text, '\\') < 0 && bytes.IndexByte(text, b[0]) < 0
}

// clip cuts the texts in v at MaxValue bytes or a little before, between
// characters, and tells whether there were any.
func clip(v any) (any, bool) {
	clipped := false
	switch v := v.(type) {
	case string:
		if len(v) > MaxValue {
			return strings.ToValidUTF8(v[:MaxValue], ""), true
		}
	case []any:
		for i := range v {
			item, was := clip(v[i])
			v[i], clipped = item, clipped || was
		}
	case Dict:
		for i := range v {
			key, was := clip(v[i].Key)
			value, wasToo := clip(v[i].Value)
			v[i], clipped = Pair{key.(string), value}, clipped || was || wasToo
		}
	}
	return v, clipped
}

// Decode reads all pairs; Flags are complete after it.
func (r *Record) Decode() *Context {
	if r.context != nil {
		return r.context
	}
	r.findPairs()
	r.IsSuspect()
	c := &Context{Rest: r.rest()}
	if len(r.pairs) > 0 {
		c.Pairs = make(Dict, len(r.pairs))
	}
	for i := range r.pairs {
		p := &r.pairs[i]
		c.Pairs[i] = Pair{documented.keyName(p.name.of(r.Raw)), r.decode(p)}
	}
	r.context = c
	return c
}

// Lookup returns the first value of key and decodes only this one. Both
// spellings of programs_imported are one key.
func (r *Record) Lookup(key string) (any, bool) {
	if !r.split && !r.mentions(key) {
		return nil, false
	}
	if p := r.pair(key); p != nil {
		return r.decode(p), true
	}
	if other, ok := keyAlias(key); ok {
		if p := r.pair(other); p != nil {
			return r.decode(p), true
		}
	}
	return nil, false
}

// mentions tells cheaply whether the record can have the key. One that is documented
// it will have.
func (r *Record) mentions(key string) bool {
	if r.findKeys(); r.keys != nil && slices.Contains(r.keys.names, key) {
		return true
	}
	_, aliased := keyAlias(key)
	return aliased || !isASCII(key) || bytes.Contains(r.Raw[min(r.pairsAt, len(r.Raw)):], []byte(key))
}

// pair is the first pair of that name. Those behind it are not looked for, as long as
// nobody asks.
func (r *Record) pair(key string) *pair {
	if key == stackKey {
		r.findPairs() // its value may be the traceback
	}
	for i := 0; i < len(r.pairs) || !r.split && r.nextPair(); i++ {
		if p := &r.pairs[i]; string(p.name.of(r.Raw)) == key {
			return p
		}
	}
	r.findPairs()
	return nil
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(c rune) bool { return c > 127 }) < 0
}

// Text is the words that belong to no key, or the whole message when there is
// no event; without the traceback.
func (r *Record) Text() string {
	if !r.HasTime() {
		return trimText(plainText(uncoloured(r.Raw)))
	}
	if r.Event == "" {
		return trimText(plainText(uncoloured(r.Raw[min(r.mark.message, r.body()):r.body()])))
	}
	if r.context != nil {
		return r.context.Rest
	}
	r.findPairs()
	return r.rest()
}

// ownText is Text without lines that may be the rest of another record: rules must
// not take them for this one's.
func (r *Record) ownText() string {
	if !r.mark.loose || !r.HasTime() || r.Event == "" {
		return r.Text()
	}
	r.findPairs()
	return strings.Join(r.ownWords(), " ")
}

// rest joins what lies between the pairs, and what follows the record.
func (r *Record) rest() string {
	if !r.HasTime() || r.Event == "" {
		return r.Text()
	}
	words := r.ownWords()
	if _, end := r.traceback(); end < len(r.Raw) {
		words = appendWords(words, r.Raw[end:])
	}
	return strings.Join(words, " ")
}

// ownWords is what lies between the pairs.
func (r *Record) ownWords() []string {
	var words []string
	at := min(r.pairsAt, r.body())
	for i := range r.pairs {
		words = appendWords(words, r.Raw[at:r.pairs[i].from])
		at = r.pairs[i].value.to
	}
	return appendWords(words, r.Raw[at:max(at, r.body())])
}

func appendWords(words []string, b []byte) []string {
	if text := strings.Trim(trimText(plainText(uncoloured(b))), " ,"); text != "" {
		words = append(words, text)
	}
	return words
}

// trimText strips white space, NULs and a byte order mark from the ends.
func trimText(s string) string {
	return strings.Trim(s, "\x00\uFEFF \t\r\n")
}

// Clone copies the record out of the scanner's block.
func (r *Record) Clone() *Record {
	r.IsSuspect()
	c := *r
	c.Raw = slices.Clone(r.Raw)
	c.begun, c.split, c.context, c.pairs, c.splitter, c.work, c.values = false, false, nil, nil, splitter{}, splitter{}, nil
	return &c
}
