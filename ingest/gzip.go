package ingest

import (
	"bufio"
	"io"

	"github.com/klauspost/compress/gzip"
)

// gzipReader reads all members of a gzip and, as gzip(1) does, no zeros behind
// the last one: tapes and some copying tools fill up the last block with them.
type gzipReader struct {
	in     *bufio.Reader
	member *gzip.Reader
}

func newGzipReader(in *bufio.Reader) (*gzipReader, error) {
	member, err := gzip.NewReader(in)
	if err != nil {
		return nil, err
	}
	member.Multistream(false)
	return &gzipReader{in, member}, nil
}

func (g *gzipReader) Read(p []byte) (int, error) {
	for {
		n, err := g.member.Read(p)
		if err == io.EOF {
			err = g.following()
		}
		if n > 0 || err != nil || len(p) == 0 {
			return n, err
		}
	}
}

// following goes on to the next member; io.EOF when there is none.
func (g *gzipReader) following() error {
	next, err := g.in.Peek(1)
	if err != nil {
		return err
	}
	if next[0] == 0 {
		return g.padding()
	}
	if err := g.member.Reset(g.in); err != nil {
		return err
	}
	g.member.Multistream(false)
	return nil
}

// padding reads zeros to the end.
func (g *gzipReader) padding() error {
	for {
		c, err := g.in.ReadByte()
		switch {
		case err != nil:
			return err
		case c != 0:
			return gzip.ErrHeader
		}
	}
}
