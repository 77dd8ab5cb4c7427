package logstats

import (
	"cmp"
	"slices"
	"unicode/utf8"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// Bounds of what is kept per log, so that a log of garbage stays small.
const (
	maxEvents  = 2000 // names of events
	maxKeys    = 300  // names of keys per event
	maxName    = 64   // bytes of a key's name
	maxBiggest = 5    // largest records
)

// Place is where a record is.
type Place struct {
	File string `json:"file"`
	Gen  int    `json:"-"`
	Pos  int64  `json:"pos"`
}

func placeOf(rec *smartylog.Record) Place { return Place{rec.File, rec.Gen, rec.Pos} }

func (p Place) compare(o Place) int {
	return cmp.Or(cmp.Compare(p.Gen, o.Gen), cmp.Compare(p.Pos, o.Pos))
}

// Tally is how often something occurred and where first.
type Tally struct {
	Count int64 `json:"count"`
	First Place `json:"first"`
}

func (t *Tally) add(rec *smartylog.Record) { t.merge(Tally{1, placeOf(rec)}) }

func (t *Tally) merge(o Tally) {
	if o.Count > 0 && (t.Count == 0 || o.First.compare(t.First) < 0) {
		t.First = o.First
	}
	t.Count += o.Count
}

// Span is a range of event time, in Unix seconds, both ends included.
type Span struct {
	Count       int64
	First, Last int64
}

func (s *Span) add(sec int64) { s.merge(Span{1, sec, sec}) }

func (s *Span) merge(o Span) {
	switch {
	case o.Count == 0:
	case s.Count == 0:
		*s = o
	default:
		*s = Span{s.Count + o.Count, min(s.First, o.First), max(s.Last, o.Last)}
	}
}

// Event counts the records of one event of one log.
type Event struct {
	Name   string // "" for records without an event
	Span   Span   // of those with a time
	Count  int64
	Levels map[string]int64
	Keys   []Key // in no order
	Others int64 // keys beyond the limit

	unicode int64 // records with u'…'
	plain   Span  // records with a mapping of several texts and no u
}

// Key is a key of an event's context.
type Key struct {
	Name  string
	Count int64 // records that have it
}

// Big is one of the largest records.
type Big struct {
	Place
	Bytes int64
	Event string
}

// Counts is what can be counted of records in any order. Make one with
// NewCounts.
type Counts struct {
	Records int64
	Levels  map[string]int64
	Flags   map[string]Tally // by the flags' names
	Events  map[string]*Event
	NotUTF8 Tally
	Eras    [eras]Span // by the signs that prove one
	Biggest []Big      // largest first

	last *Event // of the record before: often the same
}

// NewCounts returns empty Counts.
func NewCounts() *Counts {
	return &Counts{Levels: map[string]int64{}, Flags: map[string]Tally{}, Events: map[string]*Event{}}
}

// Add counts one record.
func (c *Counts) Add(rec *smartylog.Record) {
	c.Records++
	level := rec.Level()
	if level != "" {
		c.Levels[level]++
	}
	e := c.event(rec.Event)
	e.add(rec, level)
	rec.IsSuspect()
	if rec.Flags != 0 {
		for _, name := range rec.Flags.Names() {
			t := c.Flags[name]
			t.add(rec)
			c.Flags[name] = t
		}
	}
	if !utf8.Valid(rec.Raw) {
		c.NotUTF8.add(rec)
	}
	if rec.HasTime() {
		c.addEra(e, signOf(firstLine(rec.Raw[rec.Message():])), rec.Sec)
	}
	c.big(Big{placeOf(rec), int64(len(rec.Raw)), rec.Event})
}

// event finds or makes the counter of an event. Beyond the limit all further
// names are counted under one.
func (c *Counts) event(name string) *Event {
	if c.last != nil && c.last.Name == name {
		return c.last
	}
	e := c.Events[name]
	if e == nil {
		if len(c.Events) >= maxEvents {
			name = Overflow
		}
		if e = c.Events[name]; e == nil {
			e = &Event{Name: name, Levels: map[string]int64{}}
			c.Events[name] = e
		}
	}
	c.last = e
	return e
}

// Overflow is the name under which events beyond the limit are counted. No
// event can have it.
const Overflow = "(others)"

func (e *Event) add(rec *smartylog.Record, level string) {
	e.Count++
	if rec.HasTime() {
		e.Span.add(rec.Sec)
	}
	if level != "" {
		e.Levels[level]++
	}
	if e.Name == "" { // "k=v" within free text names nothing
		for range rec.Keys() { // the flags of values are wanted all the same
			break
		}
		return
	}
	i := 0
	for name := range rec.Keys() {
		e.key(name, i)
		i++
	}
}

// key counts a key that stands at place i: the records of one event mostly have
// the same keys in the same order.
func (e *Event) key(name []byte, i int) {
	if len(name) > maxName {
		name = name[:maxName]
	}
	if i < len(e.Keys) && e.Keys[i].Name == string(name) {
		e.Keys[i].Count++
		return
	}
	for j := range e.Keys {
		if e.Keys[j].Name == string(name) {
			e.Keys[j].Count++
			return
		}
	}
	e.merge(Key{string(name), 1})
}

func (e *Event) merge(k Key) {
	for j := range e.Keys {
		if e.Keys[j].Name == k.Name {
			e.Keys[j].Count += k.Count
			return
		}
	}
	if len(e.Keys) >= maxKeys {
		e.Others += k.Count
		return
	}
	e.Keys = append(e.Keys, k)
}

// big keeps b if it is among the largest; among equals the first in the log.
func (c *Counts) big(b Big) {
	n := len(c.Biggest)
	if n == maxBiggest && compareBig(b, c.Biggest[n-1]) > 0 {
		return
	}
	at, _ := slices.BinarySearchFunc(c.Biggest, b, compareBig)
	c.Biggest = slices.Insert(c.Biggest, at, b)
	c.Biggest = c.Biggest[:min(len(c.Biggest), maxBiggest)]
}

func compareBig(a, b Big) int {
	return cmp.Or(cmp.Compare(b.Bytes, a.Bytes), a.Place.compare(b.Place))
}

// Merge adds the counts of other records of the same log.
func (c *Counts) Merge(o *Counts) {
	c.Records += o.Records
	addAll(c.Levels, o.Levels)
	for name, t := range o.Flags {
		sum := c.Flags[name]
		sum.merge(t)
		c.Flags[name] = sum
	}
	for name, e := range o.Events {
		c.event(name).mergeEvent(e)
	}
	c.NotUTF8.merge(o.NotUTF8)
	for i := range c.Eras {
		c.Eras[i].merge(o.Eras[i])
	}
	for _, b := range o.Biggest {
		c.big(b)
	}
}

func (e *Event) mergeEvent(o *Event) {
	e.Count += o.Count
	e.Span.merge(o.Span)
	e.Others += o.Others
	e.unicode += o.unicode
	e.plain.merge(o.plain)
	addAll(e.Levels, o.Levels)
	for _, k := range o.Keys {
		e.merge(k)
	}
}

func addAll(to, from map[string]int64) {
	for name, n := range from {
		to[name] += n
	}
}
