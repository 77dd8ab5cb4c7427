package smartylog

import "bytes"

// pair is one key=value of a record, as places in its bytes.
type pair struct {
	name    span
	from    int // where the pair begins, quotes of the key included
	value   span
	repr    bool // the value is a printed Python value, else raw text
	open    bool // it lacks its closing quote or bracket
	read    bool // decoded is set
	decoded any
}

// keyPlace is where a key= was found.
type keyPlace struct {
	name   span
	value  int  // where the value begins
	spaced bool // there are spaces before it
}

// keyAt reads key= at b[p:]: the key bare or in quotes, spaces allowed round "=".
func keyAt(b []byte, p int) (k keyPlace, ok bool) {
	q := p
	if q+1 < len(b) && (b[q] == 'u' || b[q] == 'b') && (b[q+1] == '\'' || b[q+1] == '"') {
		q++
	}
	var quote byte
	if q < len(b) && (b[q] == '\'' || b[q] == '"') {
		quote = b[q]
		q++
	}
	k.name.from = q
	for q < len(b) && (isNameByte(b[q]) || q > k.name.from && (b[q] == '.' || b[q] == '-')) {
		q++
	}
	k.name.to = q
	if q == k.name.from || isDigit(b[k.name.from]) || q-k.name.from > maxEvent {
		return k, false
	}
	if quote != 0 {
		if q >= len(b) || b[q] != quote {
			return k, false
		}
		q++
	}
	if q < len(b) && b[q] == esc {
		q = skipColour(b, q)
	}
	for q < len(b) && b[q] == ' ' {
		q++
	}
	if q >= len(b) || b[q] != '=' || q+1 < len(b) && (b[q+1] == '=' || b[q+1] == '>') {
		return k, false
	}
	for q++; q < len(b) && (b[q] == ' ' || b[q] == esc); q++ {
		if b[q] == ' ' {
			k.spaced = true
		} else if n := colourWidth(b[q:]); n > 0 {
			q += n - 1
		} else {
			break
		}
	}
	k.value = q
	return k, true
}

// splitter finds the pairs of one record.
type splitter struct {
	b       []byte // the record up to its traceback
	p       int
	event   *eventKeys // nil for events that are not documented
	pairs   []pair
	places  map[string]int // name → place of its first pair, of a record with many
	placed  int            // how many pairs are in places
	lasts   []int          // where each documented key is last in the line
	lastsTo int            // the end of that line; 0 = not looked for
	eol     int            // the end of the line of the last raw text; 0 = not looked for
	seen    Flags          // what was odd
	parser  parser
}

// begin prepares for a record, with the memory there is.
func (s *splitter) begin(b []byte, p int, event *eventKeys) {
	s.b, s.p, s.event = b, p, event
	s.pairs, s.lasts = s.pairs[:0], s.lasts[:0]
	s.places, s.placed, s.lastsTo, s.eol, s.seen = nil, 0, 0, 0, 0
	s.parser.ahead = 0
}

// manyPairs is how many pairs are searched one by one: more than any event has.
const manyPairs = 32

// split appends the pairs that begin at s.p or later.
func (s *splitter) split() {
	for s.next() {
	}
}

// next appends the next pair; false if there is none. They end with the line in which
// the last value ends: what follows is not part of the context.
func (s *splitter) next() bool {
	for {
		s.p = skipGap(s.b, s.p)
		if s.p >= len(s.b) || s.b[s.p] == '\n' {
			return false
		}
		if k, ok := keyAt(s.b, s.p); ok {
			s.add(k)
			return true
		}
		s.skipWord()
	}
}

// skipWord passes over what is no pair.
func (s *splitter) skipWord() {
	for s.p < len(s.b) && !isGap(s.b[s.p]) && s.b[s.p] != '\n' {
		s.p++
	}
}

// endsValue tells whether a printed value may end at p.
func (s *splitter) endsValue(p int) bool {
	return endsLine(s.b, p) || skipGap(s.b, p) > p && !goesOnAsDays(s.b[p:])
}

// isGap tells whether a byte separates pairs; NULs are what other writers leave.
func isGap(c byte) bool { return c == ' ' || c == ',' || c == '\t' || c == '\r' || c == 0 }

// skipGap passes over what separates pairs, colours included.
func skipGap(b []byte, p int) int {
	for p < len(b) {
		n := 1
		if b[p] == esc {
			n = colourWidth(b[p:])
		}
		if n == 0 || n == 1 && !isGap(b[p]) {
			break
		}
		p += n
	}
	return p
}

// add reads the value of the pair that begins at s.p.
func (s *splitter) add(k keyPlace) {
	pr := pair{name: k.name, from: s.p}
	if s.isEmpty(k) {
		pr.value = span{k.value, k.value}
		s.keep(pr)
		return
	}
	end, err := s.valueEnd(k.value)
	if err == nil && s.endsValue(end) {
		pr.repr = true
		pr.value = span{k.value, end}
	} else {
		pr.open = err == errOpen
		s.parser.ahead += end - k.value
		pr.value = span{k.value, s.rawEnd(k.value)}
		s.noteRaw(&pr)
	}
	s.keep(pr)
}

// goesOnAsDays tells whether a number is the start of a length of time as Python
// shows it without quotes: "1 day, 0:00:01".
func goesOnAsDays(b []byte) bool {
	return bytes.HasPrefix(b, []byte(" day, ")) || bytes.HasPrefix(b, []byte(" days, "))
}

// valueEnd is where the printed value at p ends, or where reading it has failed.
func (s *splitter) valueEnd(p int) (int, error) {
	if s.parser.ahead == 0 && p < len(s.b) { // else it may be exhausted
		if end := plainEnd(s.b, p); end >= 0 {
			return end, nil
		}
		if end := plainModelEnd(s.b[p:]); end > 0 && s.event.follows(s.b[p+end:]) {
			return p + end, nil
		}
	}
	err := s.read(p)
	return s.parser.p, err
}

// read reads the printed value at p and leaves the parser at its end.
func (s *splitter) read(p int) error { return s.readTraced(p, nil) }

// readTraced is read that leaves the places of what the value holds in t.
func (s *splitter) readTraced(p int, t *trace) error {
	s.parser.begin(s.b, p)
	s.parser.event, s.parser.trace = s.event, t
	if s.parser.exhausted() {
		return errForm
	}
	_, err := s.parser.value()
	if err != nil {
		s.parser.ahead += s.parser.p - p
	}
	return err
}

// isEmpty tells whether the value is missing: "a= b=1" has two keys.
func (s *splitter) isEmpty(k keyPlace) bool {
	if !k.spaced {
		return false
	}
	_, next := keyAt(s.b, k.value)
	return next
}

// keep appends a pair and goes on after it.
func (s *splitter) keep(pr pair) {
	if s.find(pr.name.of(s.b)) != nil {
		s.seen |= DuplicateKey
	}
	s.pairs = append(s.pairs, pr)
	s.p = pr.value.to
}

// noteRaw flags raw text that began like a printed value.
func (s *splitter) noteRaw(pr *pair) {
	if pr.value.from == pr.value.to {
		pr.open = false
		return
	}
	if pr.open {
		s.seen |= Unterminated | PartialValue
	}
	switch s.b[pr.value.from] {
	case '\'', '"', '[', '(', '{', '<':
		s.seen |= PartialValue
	}
}

// find returns the first pair of that name.
func (s *splitter) find(name []byte) *pair {
	if len(s.pairs) > manyPairs {
		return s.findPlace(name)
	}
	for i := range s.pairs {
		if bytes.Equal(s.pairs[i].name.of(s.b), name) {
			return &s.pairs[i]
		}
	}
	return nil
}

// findPlace is find for many pairs, whose places are remembered.
func (s *splitter) findPlace(name []byte) *pair {
	if s.places == nil {
		s.places = make(map[string]int)
	}
	for ; s.placed < len(s.pairs); s.placed++ {
		key := s.pairs[s.placed].name.of(s.b)
		if _, ok := s.places[string(key)]; !ok {
			s.places[string(key)] = s.placed
		}
	}
	if i, ok := s.places[string(name)]; ok {
		return &s.pairs[i]
	}
	return nil
}

// rawEnd finds where raw text beginning at p ends: before the next key= of the
// line that the catalogue knows for the event, or at the end of the line. For
// events with open sets of keys any key= ends it.
func (s *splitter) rawEnd(p int) int {
	if p > s.eol || s.eol == 0 {
		s.eol = endOfLine(s.b, p)
	}
	end := s.eol
	if at := s.documentedKey(p, s.eol); at >= 0 {
		end = at
	}
	if s.event == nil || s.event.open {
		end = s.anyKey(p, end)
	}
	return trimColours(s.b, p, end)
}

// endOfLine is where the line ends that goes on at b[p].
func endOfLine(b []byte, p int) int {
	if i := bytes.IndexByte(b[p:], '\n'); i >= 0 {
		return p + i
	}
	return len(b)
}

// documentedKey finds the first key in b[p:eol] that may end raw text there. The
// text itself may hold " ip=6.6.6.6", from a client; so a key counts only if the
// record has not had it yet, and where it is last in the line.
func (s *splitter) documentedKey(p, eol int) int {
	if s.event == nil {
		return -1
	}
	if s.lastsTo != eol {
		s.findLasts(p, eol)
	}
	first := -1
	for i, at := range s.lasts {
		if at > p && (first < 0 || at < first) && s.find([]byte(s.event.names[i])) == nil {
			first = at
		}
	}
	return first
}

// findLasts finds where each documented key is last in b[p:eol]; -1 if it is not there.
func (s *splitter) findLasts(p, eol int) {
	s.lasts, s.lastsTo = s.lasts[:0], eol
	for _, name := range s.event.names {
		at := lastKey(s.b[p:eol], name)
		if at >= 0 {
			at += p
		}
		s.lasts = append(s.lasts, at)
	}
}

// lastKey finds the last " name=" in b; the key may be quoted.
func lastKey(b []byte, name string) int {
	for end := len(b); end > 0; {
		i := bytes.LastIndex(b[:end], []byte(name))
		if i <= 0 {
			return -1
		}
		at := i
		if b[at-1] == '\'' || b[at-1] == '"' {
			at--
			if at > 0 && b[at-1] == 'u' {
				at--
			}
		}
		if at > 0 && isGap(b[at-1]) {
			if k, ok := keyAt(b, at); ok && k.name.to == i+len(name) {
				return at
			}
		}
		end = i
	}
	return -1
}

// anyKey finds the first " key=" in lower case of at least two letters.
func (s *splitter) anyKey(p, eol int) int {
	for q := p; q < eol; q++ {
		i := bytes.IndexByte(s.b[q:eol], ' ')
		if i < 0 {
			break
		}
		q += i
		n := q + 1
		for n < eol && (s.b[n]-'a' < 26 || s.b[n] == '_') {
			n++
		}
		if n-q > 2 && n < eol && s.b[n] == '=' {
			return q
		}
	}
	return eol
}
