package smartylog

// trimEnd strips line ends, gaps and colours from the end of a record's text.
func trimEnd(b []byte) []byte {
	return b[:trimColours(b, 0, textEnd(b))]
}

// textEnd is where b ends without the ends of lines after it.
func textEnd(b []byte) int {
	n := len(b)
	for n > 0 && (b[n-1] == '\n' || b[n-1] == '\r') {
		n--
	}
	return n
}

// endsInsideValue tells whether a record ends in a value that is not closed:
// lines after it are then part of the value. work is reused.
func endsInsideValue(raw []byte, message, pairs int, event string, work *splitter) bool {
	if message <= 0 || message >= len(raw) {
		return false
	}
	body := raw[:bodyEnd(raw, message)]
	if len(body) < textEnd(raw) {
		return false // a traceback has followed
	}
	work.begin(trimEnd(body), pairs, documented.keys[event])
	if work.isWhole() {
		return false
	}
	work.begin(work.b, pairs, work.event)
	work.split()
	return work.seen&Unterminated != 0
}

// isWhole tells, faster than split, whether all that follows is pairs of a key and a
// printed value: none of them is open then. What is anything else may be so as well.
func (s *splitter) isWhole() bool {
	for p := s.p; ; {
		if p = skipGap(s.b, p); p >= len(s.b) {
			return true
		}
		k, ok := keyAt(s.b, p)
		if !ok || k.spaced {
			return false
		}
		end, err := s.valueEnd(k.value)
		if p = end; err != nil || !s.endsValue(p) {
			return false
		}
	}
}
