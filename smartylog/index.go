package smartylog

import "bytes"

// indexEndOrBracketPlain is indexEndOrBracket for all processors, and what the faster
// ones must agree with.
func indexEndOrBracketPlain(b []byte) int {
	end := bytes.IndexByte(b, '\n')
	line := b
	if end >= 0 {
		line = b[:end]
	}
	if open := bytes.IndexByte(line, '['); open >= 0 {
		return open
	}
	return end
}
