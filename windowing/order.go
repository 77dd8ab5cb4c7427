package windowing

import (
	"cmp"
	"slices"
	"strings"
)

// Order is a record's place within its second: records are ordered by second, source name, generation and position.
type Order struct {
	Source string
	Gen    int
	Pos    int64
}

// Compare orders records of one second.
func (a Order) Compare(b Order) int {
	return cmp.Or(strings.Compare(a.Source, b.Source), cmp.Compare(a.Gen, b.Gen), cmp.Compare(a.Pos, b.Pos))
}

// key is a record's place in the total order, without a pointer. Its second is the record's own also where a timeline
// counts in minutes.
type key struct {
	sec, gen, pos int64
	source        uint32 // in ordering
}

// ordering gives the sources numbers and keeps them: there are as many as log files. The columns of a table
// share one, which also holds the key of the record being added, so that columns without order need not pass it on.
type ordering struct {
	names   []string
	numbers map[string]uint32
	at      key
}

func (o *ordering) set(sec int64, at Order) {
	if n := o.at.source; int(n) >= len(o.names) || o.names[n] != at.Source {
		o.at.source = o.number(at.Source)
	}
	o.at.sec, o.at.gen, o.at.pos = sec, int64(at.Gen), at.Pos
}

func (o *ordering) number(name string) uint32 {
	n, ok := o.numbers[name]
	if !ok {
		if o.numbers == nil {
			o.numbers = make(map[string]uint32)
		}
		n = uint32(len(o.names))
		name = strings.Clone(name)
		o.names, o.numbers[name] = append(o.names, name), n
	}
	return n
}

func (o *ordering) compare(a, b key) int {
	if c := cmp.Compare(a.sec, b.sec); c != 0 {
		return c
	}
	if a.source != b.source {
		return strings.Compare(o.names[a.source], o.names[b.source])
	}
	return cmp.Or(cmp.Compare(a.gen, b.gen), cmp.Compare(a.pos, b.pos))
}

// after is where a record with this key belongs in an ascending list: behind its equals, and mostly at the end.
func (o *ordering) after(list []key, k key) int {
	if n := len(list); n == 0 || o.compare(list[n-1], k) <= 0 {
		return n
	}
	i, _ := slices.BinarySearchFunc(list, k, func(have, want key) int {
		if o.compare(have, want) <= 0 {
			return -1
		}
		return 1
	})
	return i
}

// dropFront takes the first n values off the list. A long list only moves its beginning, and is copied when
// its room is used up; so both a list of two and one of ten thousand lose their oldest value cheaply.
func dropFront[E any](list []E, n int) []E {
	switch {
	case n == 0:
		return list
	case n == len(list):
		return nil
	case n < len(list)/16:
		clear(list[:n])
		return list[n:]
	case len(list)-n < cap(list)/4 && cap(list) > 64:
		return slices.Clone(list[n:])
	}
	return slices.Delete(list, 0, n)
}
