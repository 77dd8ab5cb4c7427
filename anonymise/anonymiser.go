package anonymise

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/smarty-alert/smarty-alert/redact"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// Options say how to anonymise.
type Options struct {
	Key  []byte   // at least MinKey bytes; whoever has it can tell guesses from the stand-ins
	Keep []string // keys ("vc_code") or paths ("params.contract") whose values stay as they are
	Hide []string // keys or paths whose values all go
}

// Anonymiser replaces what is personal or secret in records. It is immutable and
// safe for concurrent use.
type Anonymiser struct {
	standins *standins
	redactor *redact.Redactor
	asked    map[string]Class // by key or path in lower case
}

// New refuses a key that is too short, and a name that is both kept and hidden.
func New(o Options) (*Anonymiser, error) {
	if len(o.Key) < MinKey {
		return nil, fmt.Errorf("key has %d bytes, need at least %d", len(o.Key), MinKey)
	}
	s, err := newStandins(bytes.Clone(o.Key))
	if err != nil {
		return nil, err
	}
	a := &Anonymiser{standins: s, redactor: redact.New(nil, nil), asked: map[string]Class{}}
	for _, name := range o.Keep {
		a.asked[strings.ToLower(name)] = Verbatim
	}
	for _, name := range o.Hide {
		if a.asked[strings.ToLower(name)] == Verbatim {
			return nil, fmt.Errorf("%q is both to be kept and to be hidden", name)
		}
		a.asked[strings.ToLower(name)] = Hidden
	}
	return a, nil
}

// record appends the bytes of a record to dst, with stand-ins for what must not
// be seen. Of a record that is cut in the middle, nothing near the cut is kept.
func (c *copier) record(dst []byte, rec *smartylog.Record) []byte {
	c.rep.Records++
	if rec.Flags.Has(smartylog.TruncatedValue) {
		c.rep.Cut++
		rec = mend(rec)
	}
	r := rewriter{copier: c, event: rec.Event, raw: rec.Raw, torn: tornPart(rec), paired: names(rec.Raw)}
	c.leaves = c.leaves[:0]
	var before smartylog.Leaf
	for _, l := range rec.Leaves() {
		class, name := c.classify(rec.Event, l.Path)
		c.leaves = append(c.leaves, classifiedLeaf{l, class, name, turnOf(l, class)})
		r.paired = r.paired || r.pairs(before, l)
		before = l
	}
	for turn := range turns {
		for i := range c.leaves {
			if l := &c.leaves[i]; l.turn == turn {
				r.leaf(l.Leaf, l.class, l.name)
			}
		}
	}
	r.pairSecrets(rec.Message())
	return apply(dst, rec.Raw, r.edits)
}

// classifiedLeaf is a leaf with its class, the name that decided it, and when it
// is looked at.
type classifiedLeaf struct {
	smartylog.Leaf
	class Class
	name  string
	turn  int
}

// turns are how often the leaves of a record are gone through: what may hold the
// value of another is looked at when that is known.
const turns = 3

// turnOf is when a leaf is looked at: values first, then what has parts with keys
// of their own, sentences in the end.
func turnOf(l smartylog.Leaf, c Class) int {
	switch {
	case l.Kind == smartylog.RestLeaf || l.Kind == smartylog.TraceLeaf:
		return 2
	case c == Keep || c == Prose || c == Agent || c == Words || c == Traceback:
		return 2
	case c == URL || c == Hosts || c == Nested || c == Unknown || c == Word:
		return 1
	}
	return 0
}

// edit replaces bytes of a text.
type edit struct {
	from, to int
	text     string
}

// apply appends b with edits, which do not overlap, to dst.
func apply(dst, b []byte, edits []edit) []byte {
	at := 0
	for _, e := range inOrder(edits) {
		dst = append(append(dst, b[at:e.from]...), e.text...)
		at = e.to
	}
	return append(dst, b[at:]...)
}

// inOrder sorts edits by their places.
func inOrder(edits []edit) []edit {
	slices.SortFunc(edits, func(x, y edit) int { return cmp.Compare(x.from, y.from) })
	return edits
}

// rewriter anonymises one record.
type rewriter struct {
	*copier
	event  string
	raw    []byte
	torn   piece // of raw: the end of another record's value
	edits  []edit
	kept   []piece // of raw: what the user wants to keep
	known  []known
	paired bool // some leaves may be secrets for what others are
}

// leaf adds the edits of a leaf.
func (r *rewriter) leaf(l smartylog.Leaf, c Class, name string) {
	b := r.raw[l.From:l.To]
	lit := smartylog.PlainLiteral(b)
	var edits []edit
	switch l.Kind {
	case smartylog.TextLeaf:
		if text, _, ok := smartylog.ReadLiteral(b); ok {
			lit = text
		}
		if l.Key {
			edits = r.dictKey(lit.Text)
		} else {
			edits = r.value(c, name, lit.Text)
		}
	case smartylog.NumberLeaf:
		if l.Key {
			c = Unknown
		}
		edits = r.number(c, name, lit.Text)
	case smartylog.ObjectLeaf:
		edits = r.object(c, name, lit.Text)
	case smartylog.TimeLeaf:
		edits = r.time(c, lit.Text)
	case smartylog.RawLeaf:
		edits = r.rawValue(c, name, lit.Text)
	default:
		edits = r.rest(lit.Text, l.From)
	}
	switch {
	case c == Verbatim:
		r.kept = append(r.kept, piece{l.From, l.To})
	case !l.Key && l.Kind != smartylog.TimeLeaf:
		edits = r.leafSecrets(lit.Text, edits)
	}
	r.add(edits, &lit, l.From)
}

// tornPart is what may be the end of a value whose beginning is elsewhere: the
// lines below a record that was spliced into another, and the first line of a
// file that does not begin with a record.
func tornPart(rec *smartylog.Record) piece {
	first := nthLine(rec.Raw, 1)
	switch {
	case rec.Flags.Has(smartylog.Glued):
		return piece{first, len(rec.Raw)}
	case rec.Flags.Has(smartylog.Orphan) && rec.Pos == 0 && !bytes.HasPrefix(rec.Raw, []byte(" ")):
		return piece{0, first}
	}
	return piece{}
}

// rest finds what to replace in text that belongs to no key. In the end of a
// torn value every word counts; a traceback up to its exception is none.
func (r *rewriter) rest(s string, from int) []edit {
	a := min(max(r.torn.from-from, 0), len(s))
	b := min(max(r.torn.to-from, a), len(s))
	if i := strings.LastIndex(s[a:b], "\n  "); i >= 0 && strings.Contains(s, frameLine) {
		a = min(a+i+1+nthLine([]byte(s[a+i+1:]), 2), b)
	}
	out := r.lines(s[:a])
	if a < b {
		out = append(out, moved(r.scan(s[a:b], true, Unknown), a)...)
	}
	return append(out, moved(r.lines(s[b:]), b)...)
}

// add takes edits of a literal that begins at from.
func (r *rewriter) add(edits []edit, lit *smartylog.Literal, from int) {
	for _, e := range edits {
		r.edits = append(r.edits, edit{from + lit.Place(e.from), from + lit.Place(e.to), e.text})
	}
}

// within moves the edits of a literal to where it stands in a text.
func within(edits []edit, lit *smartylog.Literal, from int) []edit {
	out := make([]edit, len(edits))
	for i, e := range edits {
		out[i] = edit{from + lit.Place(e.from), from + lit.Place(e.to), e.text}
	}
	return out
}

// mend drops what a cut has torn: from the last white space before the place at
// which the scanner leaves out the middle to the first whole line after it.
func mend(rec *smartylog.Record) *smartylog.Record {
	seam := min(len(rec.Raw), smartylog.MaxRecord/2)
	if i := nthLine(rec.Raw, smartylog.MaxLines/2); i < seam {
		seam = i
	}
	if seam == len(rec.Raw) {
		return rec
	}
	head := bytes.LastIndexAny(rec.Raw[:seam], " \n") + 1
	tail := bytes.IndexByte(rec.Raw[seam:], '\n')
	if seam > 0 && rec.Raw[seam-1] == '\n' {
		head, tail = seam, 0
	}
	whole := rec.Clone()
	if tail < 0 {
		whole.Raw = append(whole.Raw[:head:head], '\n')
	} else {
		whole.Raw = append(whole.Raw[:head:head], rec.Raw[seam+tail:]...)
	}
	return whole
}

// nthLine is where the n-th line of b ends; the end of b if it has fewer.
func nthLine(b []byte, n int) int {
	at := 0
	for range n {
		i := bytes.IndexByte(b[at:], '\n')
		if i < 0 {
			return len(b)
		}
		at += i + 1
	}
	return at
}
