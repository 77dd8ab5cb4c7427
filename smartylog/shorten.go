package smartylog

import "bytes"

// shorten keeps the head and the tail of a record that exceeds the caps, and says
// where they meet; 0 if nothing was dropped.
func (s *Scanner) shorten(raw []byte) (kept []byte, cut int) {
	head, tail := min(len(raw), MaxRecord/2), max(0, len(raw)-MaxRecord/2)
	if s.cur.lines > MaxLines {
		head = min(head, lineEnd(raw, MaxLines/2))
		tail = max(tail, lineStartFromEnd(raw, MaxLines/2))
	}
	if tail <= head {
		if s.cur.cut {
			cut = MaxRecord / 2
		}
		return raw, cut
	}
	s.skipped += int64(tail - head)
	s.scratch = append(append(s.scratch[:0], raw[:head]...), raw[tail:]...)
	return s.scratch, head
}

// lineEnd is where the n-th line of b ends.
func lineEnd(b []byte, n int) int {
	p := 0
	for ; n > 0; n-- {
		i := bytes.IndexByte(b[p:], '\n')
		if i < 0 {
			return len(b)
		}
		p += i + 1
	}
	return p
}

// lineStartFromEnd is where the last n lines of b begin.
func lineStartFromEnd(b []byte, n int) int {
	p := len(b)
	for ; n > 0 && p > 0; n-- {
		p = bytes.LastIndexByte(b[:p-1], '\n') + 1
	}
	return p
}
