package ingest

import "maps"

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

// BeginAt has a source that waits begin at the positions of a later cut than it was
// opened with: what it was read of up to there is not read again.
func (l *Live) BeginAt(source string, at []Position) {
	s := l.byName[source]
	if s == nil || s.waiting == nil {
		return
	}
	saved := maps.Clone(s.waiting.saved)
	saved[source] = at
	s.waiting = &beginning{saved, s.waiting.at}
}
