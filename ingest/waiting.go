package ingest

// Waiting are the sources that could not be opened yet, since one of their files, or a
// directory, cannot be read.
func (l *Live) Waiting() (names []string) {
	for _, s := range l.sources {
		if s.waiting != nil {
			names = append(names, s.name)
		}
	}
	return names
}

// Retry tries to open the sources that wait. Next does so now and then by itself; it is
// for those who are to call ReadTo first.
func (l *Live) Retry() {
	l.clock = l.opts.Now()
	for _, s := range l.sources {
		if s.waiting != nil {
			s.beginAgain(l.clock)
		}
	}
}
