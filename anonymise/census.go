package anonymise

// census counts what a text has, so that an expression is only tried where it
// can match.
type census struct {
	digits, colons, dots, dashes int
	percents                     int
	digitRun, hexRun             int // the longest ones
	at, beyondASCII              bool
}

func count(s string) (c census) {
	digitRun, hexRun := 0, 0
	for i := range len(s) {
		b := s[i]
		switch {
		case isDigit(b):
			c.digits++
		case b == ':':
			c.colons++
		case b == '.':
			c.dots++
		case b == '-':
			c.dashes++
		case b == '@':
			c.at = true
		case b == '%':
			c.percents++
		case b >= 0x80:
			c.beyondASCII = true
		}
		digitRun = runOn(digitRun, isDigit(b))
		hexRun = runOn(hexRun, isHex(b))
		c.digitRun, c.hexRun = max(c.digitRun, digitRun), max(c.hexRun, hexRun)
	}
	return c
}

func runOn(n int, on bool) int {
	if on {
		return n + 1
	}
	return 0
}

// nothing tells whether no expression can match.
func (c census) nothing() bool {
	return c.digits == 0 && c.colons == 0 && !c.at && !c.beyondASCII
}
