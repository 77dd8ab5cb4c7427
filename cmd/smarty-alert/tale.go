package main

import "github.com/smarty-alert/smarty-alert/smartylog"

// tale is what the engine was told since the last cut, in order.
type tale []phase

// phase is a part of a tale: its items came in the order of the fields.
type phase struct {
	Named []string         `json:"named,omitempty"` // sources it heard of first
	Read  []stretch        `json:"read,omitempty"`
	Free  bool             `json:"free,omitempty"` // Read is summed up: the order of sources does not matter
	EOF   map[string]int64 `json:"eof,omitempty"`  // wall second up to which a source was read
	// Stalled are sources that could not be read from then on, or could again.
	Stalled map[string]bool `json:"stalled,omitempty"`
}

// stretch is a number of records in a row of one source, those that nobody wants
// included, of which the engine was told no more than how many there were.
type stretch struct {
	Source  string `json:"source"`
	Records int    `json:"records"`
	Future  bool   `json:"future,omitempty"` // ahead of the wall clock then
}

// last is the phase to add to; fresh asks for a new one.
func (t *tale) last(fresh bool) *phase {
	if fresh || len(*t) == 0 {
		*t = append(*t, phase{})
	}
	return &(*t)[len(*t)-1]
}

func (t *tale) named(source string) {
	p := t.last(false)
	p = t.last(len(p.Read)+len(p.EOF)+len(p.Stalled) > 0)
	p.Named = append(p.Named, source)
}

func (t *tale) record(source string, rec *smartylog.Record) {
	if rec.Passed > 0 {
		t.records(source, int(rec.Passed), false)
	}
	t.records(source, 1, rec.Flags.Has(smartylog.Future))
}

func (t *tale) records(source string, n int, future bool) {
	p := t.last(false)
	p = t.last(len(p.EOF)+len(p.Stalled) > 0)
	if i := len(p.Read) - 1; i >= 0 && p.Read[i].Source == source && p.Read[i].Future == future {
		p.Read[i].Records += n
		return
	}
	p.Read = append(p.Read, stretch{Source: source, Records: n, Future: future})
}

func (t *tale) ended(source string, wall int64) {
	p := t.last(false)
	p = t.last(len(p.Stalled) > 0)
	if p.EOF == nil {
		p.EOF = map[string]int64{}
	}
	p.EOF[source] = wall
}

func (t *tale) stalled(source string, on bool) {
	p := t.last(false)
	if p.Stalled == nil {
		p.Stalled = map[string]bool{}
	}
	p.Stalled[source] = on
}

// sum keeps only how many records of each source there were: a backlog of many
// logs is read by turns, a few records each.
func (t tale) sum() {
	for i := range t {
		p := &t[i]
		at := map[string]int{}
		var read []stretch
		for _, s := range p.Read {
			j, ok := at[s.Source]
			if !ok {
				j = len(read)
				at[s.Source] = j
				read = append(read, stretch{Source: s.Source})
			}
			read[j].Records += s.Records
		}
		p.Read, p.Free = read, true
	}
}
