package ingest

import (
	"errors"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// brokenFor is how long the rest of a half-written packed file is waited for.
const brokenFor = 30 * time.Second

// readPacked reads on in a packed file. One that ends too early may still be
// written: it is opened again at the same place when it has changed.
func (n *node) readPacked(p []byte) (int, error) {
	if n.text == nil {
		f, err := n.file.hold() // a reader of its text knows the descriptor
		switch {
		case errors.Is(err, errGone):
			n.vanish()
			return 0, io.EOF
		case err != nil:
			return 0, err // that it cannot be opened says nothing about what is in it
		}
		if err := n.unpack(f); err != nil {
			n.broken = err
			return 0, io.EOF
		}
	}
	k, err := n.text.Read(p)
	if k > 0 {
		n.took(p[:k])
		return k, nil
	}
	switch {
	case err == io.EOF:
		n.ended, n.eofAt = true, n.readAt
	case err != nil:
		n.text, n.broken = nil, err
	}
	return 0, io.EOF
}

func (n *node) unpack(f *os.File) error {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	text, err := decompress(f, n.name, defaultLimits().newBudget(n.size))
	if err != nil {
		return err
	}
	if _, err := io.CopyN(io.Discard, text, n.off); err != nil {
		return err
	}
	n.text, n.broken = text, nil
	return nil
}

// lookBroken has a broken packed file read again when it has changed. One that
// has not for long is damaged, or a bomb: what could be read of it was returned,
// and the rest is given up, so that the source's time goes on.
func (n *node) lookBroken(now time.Time, changed bool) {
	switch {
	case n.broken == nil:
		n.brokenAt = time.Time{}
		n.ready = n.ready || n.text == nil && !n.ended // it could not be opened
	case changed || n.brokenAt.IsZero():
		n.brokenAt = now
		n.ready = n.ready || changed
	case now.Sub(n.brokenAt) >= brokenFor:
		n.owner.opts.Log.Warn("packed log is damaged, its rest is skipped", slog.String("source", n.owner.name),
			slog.String("file", n.name), slog.Int64("read", n.off), slog.Any("error", n.broken))
		n.broken, n.ended, n.ready, n.eofAt = nil, true, true, now
		if n.scan != nil && n.scan.Partial() {
			var rec smartylog.Record
			if n.scan.Owed(&rec) {
				n.owner.count(&rec)
			}
			n.scan = nil // half a line is no record
		}
	}
}
