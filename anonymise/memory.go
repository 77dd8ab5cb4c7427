package anonymise

import "io"

// memory remembers what was read and not yet dealt with, up to a bound.
type memory struct {
	r    io.Reader
	base int64 // place of kept[0] in the input
	done int64 // what lies before is dealt with
	kept []byte
}

// maxKept bounds what is remembered: more than the scanner holds of one record.
const maxKept = 4 << 20

func (m *memory) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	m.kept = append(m.kept, p[:min(max(n, 0), len(p))]...)
	if over := len(m.kept) - maxKept; over > 0 {
		m.kept = m.kept[over:]
		m.base += int64(over)
	}
	return n, err
}

func (m *memory) end() int64 { return m.base + int64(len(m.kept)) }

// upTo gives what is remembered before a place and not dealt with, and how many
// bytes before that are not remembered any more.
func (m *memory) upTo(to int64) (lost int64, b []byte) {
	n := max(0, min(to-m.base, int64(len(m.kept))))
	return max(0, min(to, m.base)-m.done), m.kept[:n]
}

// forget says that what lies before a place is dealt with.
func (m *memory) forget(to int64) {
	m.done = max(m.done, to)
	if n := min(to-m.base, int64(len(m.kept))); n > 0 {
		m.kept = m.kept[n:]
		m.base += n
	}
}
