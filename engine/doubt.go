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

// doubtful fills in the doubt in the record that was added last, of which nothing is known
// yet. Only its sample is missing.
func (a *arrivals) doubtful(rec *smartylog.Record, d *doubt) {
	before, in := rec.Doubt()
	if n := len(before); n == 0 || n > doubtBytes {
		d.suspect = rec.IsSuspect()
		return
	}
	text, ok := a.textBefore(rec, before)
	if !ok {
		text = a.append(before)
	}
	d.before, d.in = text, in
}

// textBefore is where the bytes of the record before rec stand without the end of its
// only line, if that is the one added before rec: most are.
func (a *arrivals) textBefore(rec *smartylog.Record, before []byte) (text span, ok bool) {
	n := len(a.records) - 1
	if n == 0 || before[len(before)-1] != '\n' {
		return span{}, false
	}
	x, last := &a.records[n], &a.records[n-1]
	if last.Source != x.Source || last.Gen != x.Gen || last.Pos+int64(len(before)) != rec.Pos || last.sample.clean {
		return span{}, false
	}
	text = last.sample.text
	return text, int(text.to-text.from) == len(before)-1 && last.sample.tail == (span{})
}

// suspect tells whether the record looks forged.
func (it *arrived) suspect() bool {
	d := &it.doubt
	if d.before != (span{}) {
		*d = doubt{suspect: d.in.Holds(it.among.bytes[d.before.from:d.before.to])}
	}
	return d.suspect
}
