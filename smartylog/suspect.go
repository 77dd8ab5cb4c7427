package smartylog

// previous is the record returned last, as far as the next one's credibility
// depends on it: a header inside a value that is not closed may have been
// smuggled in by a client.
type previous struct {
	raw     []byte // view into the block; nil when unknown or settled
	message int
	pairs   int    // where its pairs begin
	event   string // its name
	known   bool   // broken is settled
	broken  bool
	timed   bool
	sec     int64
}

// settle decides, while the bytes are there, whether the record ended inside a value.
// work is reused.
func (p *previous) settle(work *splitter) {
	if !p.known {
		p.broken = endsInsideValue(p.raw, p.message, p.pairs, p.event, work)
		p.known = true
	}
	p.raw = nil
}

// learn takes over what has been found in the record itself, if r is that one and
// its bytes have not moved.
func (p *previous) learn(r *Record) {
	if p.known || !r.split && !r.traced || r.mark.loose || len(p.raw) == 0 || len(r.Raw) != len(p.raw) || &r.Raw[0] != &p.raw[0] ||
		p.message != r.mark.message || p.pairs != r.pairsAt || p.event != r.Event {
		return
	}
	from, _ := r.traceback()
	ends := from >= textEnd(r.Raw) // else a traceback has followed
	if ends && !r.split {
		return
	}
	p.broken, p.known = r.open && ends && p.message > 0 && p.message < len(p.raw), true
}

// day is how far a time must lie off both its neighbours to be implausible, in seconds.
const day = 86400

// judge decides whether rec may be forged. Looking into the previous record
// costs time, so that is put off until somebody asks, unless rec moves time.
func (s *Scanner) judge(rec *Record, next *mark) {
	rec.before = nil
	if !rec.HasTime() {
		return // what is smuggled in may begin with a broken header
	}
	prev, cur := s.neighbours()
	cur.raw, cur.message, cur.sec = rec.Raw, s.cur.message, rec.Sec
	cur.pairs, cur.event = rec.pairsAt, rec.Event
	cur.timed, cur.broken, cur.known = true, false, rec.Flags&TruncatedValue != 0
	if !prev.timed {
		return
	}
	if next != nil && next.flags&BadHeader == 0 && outlier(prev.sec, rec.Sec, next.sec) {
		rec.Flags |= Suspect
		cur.sec = prev.sec
	}
	if rec.mark.spliced {
		return
	}
	rec.before = prev
	if rec.Sec > prev.sec+2 || rec.Sec < prev.sec {
		rec.IsSuspect()
	}
}

// neighbours are where the record before the one that was just closed is noted,
// and where that one is to be.
func (s *Scanner) neighbours() (prev, cur *previous) {
	if s.turn = !s.turn; s.turn {
		return &s.prev[1], &s.prev[0]
	}
	return &s.prev[0], &s.prev[1]
}

// outlier tells whether sec is off by more than a day from both its neighbours,
// which agree with each other.
func outlier(before, sec, after int64) bool {
	if after < before-120 || after > before+day {
		return false
	}
	return sec < before-day || sec > after+day
}

// Doubt is what decides whether a record looks forged, apart from the text of the
// record before it: for those who keep that text, and may never have to ask. The
// zero Doubt is none.
type Doubt struct {
	message, pairs int
	event          string
}

// Doubt returns the text of the record before, a view, and what has to be looked for
// in it to know whether r looks forged. The text is nil if IsSuspect costs nothing.
func (r *Record) Doubt() (before []byte, d Doubt) {
	p := r.before
	if p == nil || p.known || r.behind != nil || r.Flags&Suspect != 0 {
		return nil, Doubt{}
	}
	return p.raw, Doubt{p.message, p.pairs, p.event}
}

// Holds is IsSuspect for the record that has this doubt, given the text of the one
// before it.
func (d Doubt) Holds(before []byte) bool {
	return endsInsideValue(before, d.message, d.pairs, d.event, &splitter{})
}

// IsSuspect tells whether the record may be forged, and sets the flag.
func (r *Record) IsSuspect() bool {
	if r.behind != nil {
		if r.behind.endsOpen() {
			r.Flags |= Suspect
		}
		r.behind = nil
	}
	if r.before != nil {
		r.before.settle(&r.work)
		if r.before.broken {
			r.Flags |= Suspect
		}
		r.before = nil
	}
	return r.Flags&Suspect != 0
}
