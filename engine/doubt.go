package engine

import "github.com/smarty-alert/smarty-alert/smartylog"

// doubt is whether a record looks forged. That takes a look at all of the record
// before it, and only groups that fire ask; so what has to be looked at is kept until
// one does.
type doubt struct {
	suspect bool // the answer, if nothing is left to look at
	before  span // in a list of bytes: the record before; empty: nothing is left
	in      smartylog.Doubt
}

// doubtBytes bounds what is kept of the record before. Of a longer one the answer is
// found at once.
const doubtBytes = 1 << 10

// doubtful is the doubt in a record.
func (ms *Matches) doubtful(rec *smartylog.Record) doubt {
	before, in := rec.Doubt()
	if n := len(before); n == 0 || n > doubtBytes {
		return doubt{suspect: rec.IsSuspect()}
	}
	return doubt{before: ms.append(before), in: in}
}

// suspect tells whether the record looks forged.
func (it *arrived) suspect() bool {
	d := &it.doubt
	if d.before != (span{}) {
		*d = doubt{suspect: d.in.Holds(it.texts[d.before.from:d.before.to])}
	}
	return d.suspect
}
