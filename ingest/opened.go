package ingest

import (
	"fmt"
	"io"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// opened is a generation of a source that is being read.
type opened struct {
	src    *Source
	gen    int
	file   io.Closer
	in     *meter
	base   string  // Record.File
	pieces *pieces // framing it side by side; nil: it is framed as it is read
	err    error   // it could not be opened
}

// begin opens a generation, and begins to frame it if it is large.
func (s *stream) begin(gen int) *opened {
	o := &opened{src: &s.src, gen: gen, base: s.src.file(gen)}
	if o.err = o.open(s.seen); o.err == nil && s.piecewise(gen) {
		o.pieces = &pieces{in: o.in, opts: s.opts, wants: s.wants, size: s.size, ahead: s.work, label: o.label}
		o.pieces.start(s.crowd)
	}
	return o
}

// piecewise tells whether a generation is large enough to be framed in pieces.
func (s *stream) piecewise(gen int) bool {
	return s.size > 0 && s.src.holds(gen, 2*int64(s.size))
}

func (o *opened) open(seen func(int64)) error {
	path := o.src.Files[o.gen]
	f, budget, err := o.src.open(o.gen)
	if err != nil {
		return err
	}
	disk := io.Reader(f)
	if seen != nil {
		disk = &progress{f, seen}
	}
	text, err := decompress(disk, path, budget)
	if err != nil {
		f.Close()
		return fmt.Errorf("read %s: %w", path, cause(err))
	}
	o.file, o.in = f, &meter{in: text}
	return nil
}

// label tells where a record is from.
func (o *opened) label(rec *smartylog.Record) {
	rec.Instance, rec.Log = o.src.Instance, o.src.Stem
	rec.File, rec.Gen = o.base, o.gen
}

func (o *opened) close() error {
	if o.pieces != nil {
		o.pieces.close()
	}
	if o.file == nil {
		return nil
	}
	if err := o.file.Close(); err != nil {
		return fmt.Errorf("close %s: %w", o.src.Files[o.gen], cause(err))
	}
	return nil
}
