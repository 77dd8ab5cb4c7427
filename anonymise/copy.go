package anonymise

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// Copy anonymises the log that r gives and writes it to w. Bytes between records
// are kept if they are blank. What could be read before an error of r is written,
// and the error returned. rep is added to.
func (a *Anonymiser) Copy(w io.Writer, r io.Reader, rep *Report) error {
	in := &memory{r: r}
	c := copier{a: a, in: in, w: w, memo: newMemo(a, rep)}
	scan := smartylog.NewScanner(in, 0, smartylog.Options{})
	var rec smartylog.Record
	var failed error
	for {
		err := scan.Next(&rec)
		if err != nil {
			if !errors.Is(err, io.EOF) {
				failed = err
			}
			break
		}
		if err := c.next(&rec, scan.Pos()); err != nil {
			return err
		}
	}
	for scan.Flush(&rec) {
		if err := c.next(&rec, scan.Pos()); err != nil {
			return err
		}
	}
	if err := c.gap(in.end()); err != nil {
		return err
	}
	return failed
}

// copier writes records and what lies between them.
type copier struct {
	a      *Anonymiser
	in     *memory
	w      io.Writer
	buf    []byte
	leaves []classifiedLeaf // of the record

	memo
	written int64 // bytes of the output
	from    int64 // where the last record with a time began in the input
	start   int64 // and in the output
}

// pieceSize is how Python 2.7 cuts long records into writes. A record spliced in at
// such a place is no forgery, so it must stay at one.
const pieceSize = 4096

// next writes a record that ends at or before end of the input.
func (c *copier) next(rec *smartylog.Record, end int64) error {
	if err := c.gap(rec.Pos); err != nil {
		return err
	}
	if rec.Flags.Has(smartylog.Glued) && (rec.Pos-c.from)%pieceSize == 0 {
		if over := (c.written - c.start) % pieceSize; over > 0 {
			if err := c.write(bytes.Repeat([]byte(" "), int(pieceSize-over))); err != nil {
				return err
			}
		}
	}
	c.from, c.start = rec.Pos, c.written
	if !rec.HasTime() {
		c.rep.Unread++
	}
	if whole := rec.Pos + int64(len(rec.Raw)); !rec.Flags.Has(smartylog.TruncatedValue) {
		end = whole // without the hole that may follow
	} else {
		c.rep.Dropped += end - whole
	}
	c.in.forget(end)
	c.buf = c.record(c.buf[:0], rec)
	if !rec.HasTime() && readable(c.buf) {
		c.buf = unreadable(c.buf)
	}
	return c.write(c.buf)
}

// gap writes the bytes before to that are in no record, if they say nothing.
func (c *copier) gap(to int64) error {
	lost, b := c.in.upTo(to)
	c.rep.Dropped += lost
	if len(bytes.Trim(bytes.TrimPrefix(b, []byte("\xEF\xBB\xBF")), "\x00 \t\r\n")) > 0 {
		c.rep.Dropped += int64(len(b))
		b = nil
	}
	err := c.write(b)
	c.in.forget(to)
	return err
}

func (c *copier) write(b []byte) error {
	n, err := c.w.Write(b)
	c.written += int64(n)
	if err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}

// readable tells whether a scanner finds a record with a time in b.
func readable(b []byte) bool {
	scan := smartylog.NewScanner(bytes.NewReader(b), 0, smartylog.Options{})
	var rec smartylog.Record
	for scan.Next(&rec) == nil || scan.Flush(&rec) {
		if rec.HasTime() {
			return true
		}
	}
	return false
}

// levelText is the level of a header with the year before it.
var levelText = lazy(`\d{4} (?:[A-Z]{2,}|Level \d+) `)

// unreadable breaks a header that a stand-in has mended: what was no record must
// not become one, and what began one, however broken, must go on doing so.
func unreadable(b []byte) []byte {
	at := 0
	if m := levelText.FindIndex(b); m != nil {
		at = m[1]
	}
	return slices.Insert(b, at, '?', ' ')
}
