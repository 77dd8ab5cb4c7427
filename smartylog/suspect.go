package smartylog

// previous is the record returned last, as far as the next one's credibility
// depends on it: a header inside a value that is not closed may have been
// smuggled in by a client.
type previous struct {
	raw     []byte // view into the block; nil when unknown or settled
	message int
	known   bool // broken is settled
	broken  bool
	timed   bool
	sec     int64
	work    *splitter // of the scanner
}

// settle decides, while the bytes are there, whether the record ended inside a value.
func (p *previous) settle() {
	if !p.known {
		p.broken = endsInsideValue(p.raw, p.message, p.work)
		p.known = true
	}
}

// day is how far a time must lie off both its neighbours to be implausible, in seconds.
const day = 86400

// split is the size of the pieces in which Python 2.7 writes long records; a
// header at a multiple of it is another process's record, not a forgery.
const split = 4096

// judge decides whether rec may be forged. Looking into the previous record
// costs time, so that is put off until somebody asks, unless rec moves time.
func (s *Scanner) judge(rec *Record, next *mark) {
	prev := s.prev
	s.prev = previous{raw: rec.Raw, message: s.cur.message, timed: rec.HasTime(), sec: rec.Sec, work: &s.work}
	if !rec.HasTime() || rec.Flags&TruncatedValue != 0 {
		s.prev.known, s.prev.raw = true, nil
	}
	rec.before = previous{known: true}
	if !prev.timed || !rec.HasTime() {
		return
	}
	if next != nil && next.flags&BadHeader == 0 && outlier(prev.sec, rec.Sec, next.sec) {
		rec.Flags |= Suspect
		s.prev.sec = prev.sec
	}
	if rec.Flags&Glued != 0 && (rec.Pos-s.prevPos)%split == 0 {
		s.prevPos = rec.Pos
		return
	}
	s.prevPos = rec.Pos
	rec.before = prev
	if rec.Sec > prev.sec+2 || rec.Sec < prev.sec {
		rec.IsSuspect()
	}
}

// outlier tells whether sec is off by more than a day from both its neighbours,
// which agree with each other.
func outlier(before, sec, after int64) bool {
	if after < before-120 || after > before+day {
		return false
	}
	return sec < before-day || sec > after+day
}

// IsSuspect tells whether the record may be forged, and sets the flag.
func (r *Record) IsSuspect() bool {
	if !r.before.known {
		r.before.settle()
	}
	if r.before.broken {
		r.Flags |= Suspect
	}
	r.before.raw = nil
	return r.Flags&Suspect != 0
}
